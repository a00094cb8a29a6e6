#!/usr/bin/env python3
"""Times commands in interleaved rounds, so that a busy minute hits all of them.

usage: measure.py ROUNDS FILE        FILE: one `label TAB shell command` a line; prints a table
As a module: `rounds(count, commands)`. Peak memory has a floor, that of an empty
command: a child is charged the pages of this interpreter.
"""
import os
import statistics
import subprocess
import sys
import time


# A command of less is run again within its round, up to that many times: on a busy machine a tenth of a second says little. Commands
# whose ratio is held to a narrow bound are run for longer.
SHORT_SECONDS, LONG_SECONDS, MOST_RUNS = 2, 8, 8


class Sample:
    """Runs of one command: mean user and system CPU seconds, mean wall seconds, peak MiB of its largest process, exit codes."""

    def __init__(self, command):
        self.runs = 0
        self.user = self.system = self.wall = self.memory = 0
        self.codes = set()
        self.add(command)

    def add(self, command):
        begin = time.monotonic()
        process = subprocess.Popen(["sh", "-c", command], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - begin
        for name, value in (("wall", wall), ("user", usage.ru_utime), ("system", usage.ru_stime)):
            setattr(self, name, (getattr(self, name) * self.runs + value) / (self.runs + 1))
        self.runs += 1
        self.memory = max(self.memory, usage.ru_maxrss / 1024)
        self.codes.add(os.waitstatus_to_exitcode(status))


def rounds(count, commands, log=None, longer=()):
    """{label: [Sample of each round]} for {label: command}; the order of commands changes from round to round. Short commands run in
    turns until each has run long enough to be measured; those in `longer` for longer."""
    samples = {label: [] for label in commands}
    labels = list(commands)

    def is_short(label, sample):
        return sample.runs < MOST_RUNS and sample.runs * sample.wall < (LONG_SECONDS if label in longer else SHORT_SECONDS)

    for number in range(count):
        order = labels[number % len(labels):] + labels[:number % len(labels)]
        now = {label: Sample(commands[label]) for label in order}
        while short := [label for label in order if is_short(label, now[label])]:
            for label in short:
                now[label].add(commands[label])
        for label in order:
            samples[label].append(now[label])
            if log:
                log(f"round {number + 1} of {count}: {label} {now[label].user:.2f} s, mean of {now[label].runs}")
    return samples


def ratios(above, below, value="user"):
    """Ratios of two commands, round by round: median, least, greatest. Rounds too short to measure are left out."""
    pairs = [getattr(a, value) / getattr(b, value) for a, b in zip(above, below) if getattr(b, value) >= 0.01]
    return (statistics.median(pairs), min(pairs), max(pairs)) if pairs else None


def median(samples, value="user"):
    return statistics.median(getattr(sample, value) for sample in samples)


def main(count, path):
    commands = dict(line.rstrip("\n").split("\t", 1) for line in open(path, encoding="utf-8") if "\t" in line)
    print("label\tuser_min\tuser_median\twall_min\twall_median\tpeak_MiB\texit")
    for label, s in rounds(count, commands).items():
        print(f"{label}\t{min(x.user for x in s):.2f}\t{median(s):.2f}\t{min(x.wall for x in s):.2f}\t{median(s, 'wall'):.2f}\t"
              f"{max(x.memory for x in s):.0f}\t{max((code for x in s for code in x.codes), key=abs)}")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(int(sys.argv[1]), sys.argv[2])
