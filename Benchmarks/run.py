#!/usr/bin/env python3
"""Measures the gateway against limit programs and peers on the same files, after comparing outputs, and writes the table.

usage: run.py --ocop .build/release/ocop [--n 100000] [--rounds 5] [--large 1000000] [--tasks flat,xml,…] [--gate] [--out FILE]

Three kinds of figures: ratios of user CPU inside one interleaved run, instruction counts per product (N and 2N, callgrind),
allocations per product (N and 2N, memcheck). With --gate only counts and outputs are judged: they are repeatable on any machine.
"""
import argparse
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass, field

import measure
import tasks

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
WORK = os.path.join(ROOT, ".build", "benchmarks")
MAPPINGS = os.path.join(WORK, "mappings")
ENGINES = os.path.join(ROOT, ".build-bench", "bin", "python")  # has what requirements.txt names
COUNT = 2000  # products for instruction and allocation counts, and twice as many; see --count


@dataclass
class Goal:
    """A bound on a figure; `at_least` tells which side is good. Must: a gate. Aim: where it should go."""
    about: str
    must: float | None = None
    aim: float | None = None
    at_least: bool = True


@dataclass
class Task:
    name: str
    title: str
    source: str
    from_profile: str
    to_profile: str
    comparison: str
    limit: str
    # Most user CPU per user CPU of the limit program, and the same in instructions.
    limit_goal: Goal = field(default_factory=lambda: Goal(""))
    instruction_goal: Goal = field(default_factory=lambda: Goal(""))
    # Peer → how many times its user CPU we should need at least once.
    peers: dict = field(default_factory=dict)
    wall: dict = field(default_factory=dict)
    # Wall time with two workers against one.
    workers: Goal | None = None
    # Peer → how many times its speed by wall, with two workers, when there are very many products (--large).
    large: dict = field(default_factory=dict)


TASKS = [
    Task("flat", "CSV → CSV: 41 columns renamed and reordered, dates, decimals and periods rewritten", "buu-dien.{n}.csv",
         "buu-dien", "bench-shop", "rows", "copy", Goal("", 3.0, 2.0, False), Goal("", 3.0, 2.0, False),
         {"mlr": Goal("Miller", 5, 8), "python": Goal("Python csv"), "duckdb": Goal("DuckDB", 1 / 0.6, 1 / 0.35), "polars": Goal("polars")},
         {"mlr": Goal("Miller", 3, 5), "duckdb": Goal("DuckDB", 1, 1 / 0.6)}, large={"polars": Goal("polars", 0.5, 1 / 1.2)}),
    Task("lists", "CSV → CSV: cells with lists open into some 20 nodes and are put together again", "cells.{n}.csv",
         "bench-cells", "bench-lists", "rows", "copy", Goal("", 3.0, None, False), Goal("", 3.0, None, False),
         {"mlr": Goal("Miller", 3, None), "python": Goal("Python csv")}),
    Task("xml", "XML → CSV: GS1 notifications, about 145 elements each, as rows", "cin.{n}.xml",
         "gs1-cin", "bench-flat", "rows", "sax", Goal("", 1 / 0.65, None, False), Goal("", None, 1 / 0.8, False),
         {"lxml": Goal("lxml iterparse", 5, 8), "xslt": Goal("xsltproc", 2.5, 4)}),
    Task("nested", "CSV → XML: the cells with lists as GS1 notifications", "cells.{n}.csv",
         "bench-cells", "gs1-cin", "nested", "copy", Goal(""), Goal(""),
         {"python": Goal("Python text", 6, 10), "lxml": Goal("lxml", 10, 15)}, workers=Goal("", 0.75, 0.65, False)),
    Task("listing", "TSV → CSV: 24 of the 200 columns of a marketplace's template", "amazon.{n}.txt",
         "amazon-us", "bench-listing", "rows", "copy", Goal(""), Goal(""),
         {"mlr": Goal("Miller", 8, 15), "python": Goal("Python csv")}),
]


def say(text):
    print(text, file=sys.stderr, flush=True)


def data(task, n):
    """The input of a task with n products; written once."""
    path = os.path.join(WORK, "data", task.source.format(n=n))
    if not os.path.exists(path):
        form = task.source.split(".")[0]
        say(f"generating {n} products as {form} …")
        subprocess.run([sys.executable, os.path.join(HERE, "generate.py"), "--n", str(n), "--out", os.path.dirname(path),
                        "--formats", form], check=True)
    return path


def programs():
    """Builds the limit programs and lays the profiles of measurements beside the real ones."""
    os.makedirs(os.path.join(WORK, "bin"), exist_ok=True)
    os.makedirs(os.path.join(WORK, "out"), exist_ok=True)
    shims = os.path.join(ROOT, "Sources", "COcopShims")
    sources = [os.path.join(shims, name) for name in sorted(os.listdir(shims)) if name.endswith(".c")]
    xml = subprocess.run(["pkg-config", "--cflags", "--libs", "libxml-2.0"], capture_output=True, text=True, check=True).stdout.split()
    limits = os.path.join(HERE, "limits")
    subprocess.run(["cc", "-O2", "-I", os.path.join(shims, "include"), os.path.join(limits, "copy.c"), *sources,
                    "-o", os.path.join(WORK, "bin", "copy")], check=True)
    subprocess.run(["cc", "-O2", os.path.join(limits, "sax.c"), *xml, "-o", os.path.join(WORK, "bin", "sax")], check=True)
    shutil.rmtree(MAPPINGS, ignore_errors=True)
    shutil.copytree(os.path.join(ROOT, "mappings"), MAPPINGS)
    for name in os.listdir(os.path.join(HERE, "profiles")):
        shutil.copy(os.path.join(HERE, "profiles", name), MAPPINGS)


def output(task, program):
    suffix = ".xml" if task.comparison == "nested" else ".csv"
    return os.path.join(WORK, "out", f"{task.name}.{program}{suffix}")


def gateway(task, ocop, n, workers=1):
    out = output(task, "ocop" if workers == 1 else f"ocop{workers}")
    return [ocop, "convert", data(task, n), "--from", task.from_profile, "--to", task.to_profile, "-o", out,
            "--quarantine", out + ".quarantine", "--mappings", MAPPINGS, "--as-of", "2026-11-22", "--lang", "en",
            *([] if workers == 1 else ["--workers", str(workers)])]


def limit(task, n):
    program = os.path.join(WORK, "bin", task.limit)
    if task.limit == "sax":
        return [program, data(task, n)]
    return [program, data(task, n), output(task, "copy"), *tasks.copy_arguments("lists" if task.name == "nested" else task.name)]


def peer(task, name, n):
    """A shell command."""
    source, out = shlex.quote(data(task, n)), shlex.quote(output(task, name))
    if name == "mlr":
        program = os.path.join(WORK, "bin", task.name + ".mlr")
        with open(program, "w", encoding="utf-8") as file:
            file.write(tasks.miller(task.name))
        if task.name == "listing":
            return f"tail -n +5 {source} | mlr --itsv --ocsv put -q -f {shlex.quote(program)} > {out}"
        return f"exec mlr --icsv --ocsv put -q -f {shlex.quote(program)} {source} > {out}"
    if name == "xslt":
        return f"exec xsltproc --huge -o {out} {shlex.quote(os.path.join(HERE, 'peers', 'cin2csv.xsl'))} {source}"
    function = f"{task.name}_{name}"
    python = ENGINES if name in ("duckdb", "polars") else sys.executable
    return f"exec {shlex.quote(python)} {shlex.quote(os.path.join(HERE, 'peers', 'peers.py'))} {function} {source} {out}"


def compared(task, ocop, n):
    """Runs everything once and compares outputs; the first difference ends the run."""
    say(f"{task.name}: comparing outputs for {n} products")
    result = subprocess.run(gateway(task, ocop, n), capture_output=True, text=True)
    if result.returncode not in (0, 3):
        sys.exit(f"{task.name}: ocop ended with {result.returncode}\n{result.stderr}")
    counts = result.stderr.strip().splitlines()[-1] if result.stderr.strip() else ""
    say(f"  {counts}")
    lines = []
    for name in task.peers:
        subprocess.run(["sh", "-c", peer(task, name, n)], check=True)
        result = subprocess.run([sys.executable, os.path.join(HERE, "compare.py"), task.comparison, output(task, "ocop"),
                                 output(task, name)], capture_output=True, text=True)
        if result.returncode:
            sys.exit(f"{task.name}: {result.stderr}")
        say(f"  {name}: {result.stdout.strip()}")
        lines.append(f"{name}: {result.stdout.strip()}")
    return lines


def counted(what, command_for):
    """Per product, in steady state: the count at 2N less the count at N."""
    counts = []
    for n in (COUNT, 2 * COUNT):
        result = subprocess.run([os.path.join(HERE, "instructions.sh"), what, *command_for(n)], capture_output=True, text=True)
        if not result.stdout.strip():
            sys.exit(f"{what}: {' '.join(command_for(n))}\n{result.stderr}")
        counts.append(int(result.stdout))
    return (counts[1] - counts[0]) / COUNT


def two_workers(task, ocop, n, table):
    """Wall time with two workers against one, into the void: disks and fresh memory would be measured otherwise."""
    for workers in (1, 2):
        subprocess.run(gateway(task, ocop, COUNT, workers), capture_output=True, check=False)
    if subprocess.run(["cmp", "-s", output(task, "ocop"), output(task, "ocop2")], check=False).returncode:
        sys.exit(f"{task.name}: two workers write other bytes than one")
    commands = {}
    for workers in (1, 2):
        command = gateway(task, ocop, n, workers)
        command[command.index("-o") + 1] = "-"
        commands[workers] = "exec " + shlex.join(command)
    runs = measure.rounds(9, commands)
    value = measure.ratios(runs[2], runs[1], "wall")
    table.add(task.name, "wall of 2 workers against 1, output thrown away", value[0], spread(value), task.workers)


class Table:
    """The rows of the report, each judged by its goal."""

    def __init__(self):
        self.rows, self.missed = [], []

    def add(self, task, about, value, shown, goal, note=""):
        sign = "≥" if goal.at_least else "≤"

        def holds(bound):
            return value >= bound if goal.at_least else value <= bound

        bounds = [f"{sign} {bound:.3g}" if bound is not None else "" for bound in (goal.must, goal.aim)]
        verdict = ""
        if goal.must is not None or goal.aim is not None:
            verdict = "aim" if goal.aim is not None and holds(goal.aim) else "must" if goal.must is None or holds(goal.must) else "**missed**"
            if goal.must is None and verdict == "must":
                verdict = "not yet"
        if verdict == "**missed**":
            self.missed.append(f"{task}: {about} {shown}, goal {bounds[0]}")
        self.rows.append([task, about, shown, *bounds, verdict, note])
        say(f"  {about}: {shown}" + (f" (must {bounds[0]})" if bounds[0] else ""))


def spread(value):
    return f"{value[0]:.2f} ({value[1]:.2f}–{value[2]:.2f})"


def version(*command):
    try:
        text = subprocess.run(command, capture_output=True, text=True)
        found = re.search(r"\d+\.\d+[\d.]*|(?<=libxslt )\d+", text.stdout + text.stderr)
        return found[0] if found else "?"
    except OSError:
        return "absent"


def environment():
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    import lxml
    return ", ".join([
        f"{os.cpu_count()} cores of {model}", f"Swift {version('swift', '--version')}", f"libxml2 {version('xml2-config', '--version')}",
        f"Miller {version('mlr', '--version')}", f"lxml {lxml.__version__}", f"Python {platform.python_version()}",
        f"xsltproc with libxslt {version('xsltproc', '--version')}"])


def write_report(path, options, table, absolute, outputs, chosen):
    def rows(header, lines):
        return "\n".join(["| " + " | ".join(header) + " |", "|" + "---|" * len(header), *("| " + " | ".join(line) + " |" for line in lines)])

    short = "\n".join(f"- {line}." for line in table.missed) or "Every bound is held."
    with open(os.path.join(HERE, "notes.md"), encoding="utf-8") as file:
        short += "\n\n" + file.read().strip()
    titles = "\n".join(f"- **{task.name}**: {task.title}." for task in chosen)
    text = f"""<!-- Written by `make bench`; do not edit. -->

# Measurements

One interleaved run of {options.rounds} rounds over {options.n} products of invented data ([how](../Benchmarks/README.md)). Outputs were
compared before anything was timed. Machines of this kind are noisy, so read ratios, not seconds: a ratio is the median of
the rounds, with the least and the greatest, where short commands run several times a round; instructions and allocations, the difference of {2 * options.count} and {options.count} products,
are exact to about 0.1 %. All checks are on: UTF-8 and NFC, check digits, converters, places for messages; one record in a hundred goes
to quarantine.

{environment()}.

{titles}

The limit programs do the unavoidable part only: **sax** parses the XML with libxml2 and throws everything away; **copy** cuts,
reorders and writes fields with the gateway's own scanner and UTF-8 check, hand-written for the one task, with no product in the middle.

## Against limits, peers and goals

{rows(["task", "what", "measured", "must", "aim", "holds", "note"], table.rows)}

## What falls short

{short}

## The run

{rows(["task", "program", "user s, median", "wall s, median", "products a CPU second", "MB/s in", "peak MiB"], absolute)}

Peak memory is measured from outside and has a floor: an empty command shows {measure.Sample("exec true").memory:.0f} MiB.

## Outputs compared

{chr(10).join("- " + line for line in outputs)}
"""
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    say(f"wrote {os.path.relpath(path, ROOT)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ocop", required=True)
    parser.add_argument("--n", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--large", type=int, default=0, help="also run this many products, for growth of CPU and memory")
    parser.add_argument("--grow", default="flat", help="the tasks of which --large measures growth")
    parser.add_argument("--tasks", default=",".join(task.name for task in TASKS))
    parser.add_argument("--gate", action="store_true", help="outputs, instructions and allocations only; writes no report")
    parser.add_argument("--out", default=os.path.join(ROOT, "Documentation", "performance.md"))
    parser.add_argument("--count", type=int, default=COUNT, help="products for instructions and allocations, and twice as many")
    options = parser.parse_args()
    globals()["COUNT"] = options.count
    chosen = [task for task in TASKS if task.name in options.tasks.split(",")]
    programs()
    # Without debugging information, which older valgrinds cannot read.
    ocop = os.path.join(WORK, "bin", "ocop")
    subprocess.run(["strip", "-g", "-o", ocop, options.ocop], check=True)
    table, absolute, outputs = Table(), [], []
    for task in chosen:
        outputs += [f"{task.name}, {line}" for line in compared(task, ocop, COUNT)]
        ours = counted("instructions", lambda n: gateway(task, ocop, n))
        theirs = counted("instructions", lambda n: limit(task, n))
        note = f"{ours:,.0f} a product; {task.limit} {theirs:,.0f}"
        table.add(task.name, f"instructions against {task.limit}", ours / theirs, f"{ours / theirs:.2f}", task.instruction_goal, note)
        allocations = counted("allocations", lambda n: gateway(task, ocop, n))
        table.add(task.name, "allocations a product", allocations, f"{allocations:.3f}", Goal("", 1, 0.01, False))
        if options.gate:
            continue
        compared(task, ocop, options.n)
        commands = {"ocop": "exec " + shlex.join(gateway(task, ocop, options.n)), task.limit: "exec " + shlex.join(limit(task, options.n))}
        commands.update({name: peer(task, name, options.n) for name in task.peers})
        samples = measure.rounds(options.rounds, commands, lambda text: say(f"  {task.name}: {text}"),
                                 longer=("ocop", task.limit))
        size = os.path.getsize(data(task, options.n)) / 1e6
        for label, runs in samples.items():
            if any(not run.codes <= {0, 3} for run in runs):
                sys.exit(f"{task.name}: {label} failed")
            user = measure.median(runs)
            absolute.append([task.name, label, f"{user:.2f}", f"{measure.median(runs, 'wall'):.2f}", f"{options.n / max(user, 0.005):,.0f}",
                             f"{size / max(user, 0.005):.0f}", f"{max(run.memory for run in runs):.0f}"])
        value = measure.ratios(samples["ocop"], samples[task.limit])
        if value:
            table.add(task.name, f"user CPU against {task.limit}", value[0], spread(value), task.limit_goal)
        for name, goal in task.peers.items():
            value = measure.ratios(samples[name], samples["ocop"])
            table.add(task.name, f"times {goal.about}'s speed, user CPU", value[0], spread(value), goal)
        for name, goal in task.wall.items():
            value = measure.ratios(samples[name], samples["ocop"], "wall")
            table.add(task.name, f"times {goal.about}'s speed, wall", value[0], spread(value), goal)
        if task.workers:
            two_workers(task, ocop, options.n, table)
        peak = max(run.memory for run in samples["ocop"])
        table.add(task.name, "peak MiB", peak, f"{peak:.0f}", Goal("", 64, 32, False))
        if options.large and task.large:
            many = {"ocop": "exec " + shlex.join(gateway(task, ocop, options.large, workers=2)),
                    **{name: peer(task, name, options.large) for name in task.large}}
            runs = measure.rounds(3, many, lambda text: say(f"  {task.name}, {options.large}: {text}"))
            for name, goal in task.large.items():
                value = measure.ratios(runs[name], runs["ocop"], "wall")
                table.add(task.name, f"times {goal.about}'s speed, wall, {options.large}, 2 workers", value[0], spread(value), goal)
        if options.large and task.name in options.grow.split(","):
            big = measure.Sample("exec " + shlex.join(gateway(task, ocop, options.large)))
            growth = big.user / measure.median(samples["ocop"]) / (options.large / options.n)
            usual = measure.median(samples["ocop"], "memory")
            table.add(task.name, f"peak MiB at {options.large} over {options.n}", big.memory / usual, f"{big.memory / usual:.2f}", Goal("", 1.1, None, False))
            table.add(task.name, f"CPU a product at {options.large} over {options.n}", growth, f"{growth:.2f}", Goal("", 1.2, 1.05, False))
    if not options.gate:
        start = measure.rounds(20, {"version": f"exec {shlex.quote(ocop)} --version"})["version"]
        ms = 1000 * measure.median(start, "wall")
        table.add("start", "`ocop --version`, ms wall with a shell's", ms, f"{ms:.0f}", Goal("", 30, 15, False))
        write_report(options.out, options, table, absolute, outputs, chosen)
    for line in table.missed:
        say("missed: " + line)
    sys.exit(1 if table.missed else 0)


if __name__ == "__main__":
    main()
