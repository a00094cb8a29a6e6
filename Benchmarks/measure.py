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


class Sample:
    """One run of one command: user and system CPU seconds, wall seconds, peak MiB of its largest process, exit code."""

    def __init__(self, command):
        begin = time.monotonic()
        process = subprocess.Popen(["sh", "-c", command], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        self.wall = time.monotonic() - begin
        self.user, self.system = usage.ru_utime, usage.ru_stime
        self.memory = usage.ru_maxrss / 1024
        self.code = os.waitstatus_to_exitcode(status)


def rounds(count, commands, log=None):
    """{label: [Sample of each round]} for {label: command}; the order of commands changes from round to round."""
    samples = {label: [] for label in commands}
    labels = list(commands)
    for number in range(count):
        for label in labels[number % len(labels):] + labels[:number % len(labels)]:
            samples[label].append(Sample(commands[label]))
            if log:
                log(f"round {number + 1} of {count}: {label} {samples[label][-1].user:.2f} s")
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
              f"{max(x.memory for x in s):.0f}\t{max(x.code for x in s)}")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(int(sys.argv[1]), sys.argv[2])
