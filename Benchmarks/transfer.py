#!/usr/bin/env python3
"""Transfers against the curl command, on the same server in one interleaved run.

usage: Benchmarks/transfer.py --ocop PATH [--size MB] [--files N] [--rounds N] [--out FILE]

Large: one file up and down, `ocop put` and `ocop get` against curl; and up against what a careful script does with curl: a digest,
a temporary name, a rename, and a look at what stands there. Small: N files in one `ocop put` against one curl
command a file (a sample of 50 of them, by the piece). Contents are compared before anything is believed. `ocop` verifies,
renames and keeps its ledger in these times; curl does none of it, nor waits for the disk. Wall time, a line a round and server;
--out writes the medians as a page of Markdown.

A file that grows in a virtual machine's memory can cost ten times one that takes pages which were freed just now. So the first round
is not counted, whoever transfers first changes from round to round, and each transfer replaces a file of its own that was removed
right before it.
"""
import argparse
import filecmp
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SERVERS = os.path.join(HERE, "..", "Tests", "Servers")


def server(name, folder, settings):
    subprocess.run([os.path.join(SERVERS, name), "start", folder, *settings], check=True)
    with open(os.path.join(folder, "env"), encoding="utf-8") as f:
        return dict((key, value.strip("'")) for key, value in (line.rstrip("\n").split("=", 1) for line in f))


def timed(command, env):
    start = time.monotonic()
    done = subprocess.run(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(f"{command[0]} ended with {done.returncode}: {done.stderr}")
    return time.monotonic() - start


def timed_all(commands, env):
    return sum(timed(command, env) for command in commands)


def same(a, b):
    if not filecmp.cmp(a, b, shallow=False):
        sys.exit(f"{a} and {b} differ")


def page(results, options):
    def cell(values, digits):
        return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f}–{max(values):.{digits}f})"

    version = subprocess.run(["curl", "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout.split()[1]
    lines = [
        "<!-- Written by Benchmarks/transfer.py; do not edit. -->\n\n# Transfers against the curl command\n\n"
        f"`ocop put` and `ocop get` of {options.size} MB, and {options.files} files of 2 kB in one `ocop put`, against curl {version} on the "
        f"same server on the loopback: OpenSSH's SFTP, vsftpd, and vsftpd held to 125 MB/s, which is a line of 1 Gbit/s. {options.rounds} interleaved rounds, wall time, median with the least and "
        "the greatest. Contents were compared. In its time `ocop` makes a digest, sends under a temporary name, compares with the "
        "server, renames, keeps its ledger, and syncs what it fetched to the disk; curl does none of it. So a careful script is timed too: "
        "`sha256sum`, curl to a temporary name with a rename behind it, and curl once more to look at the file (SFTP) or ask for its size (FTP).\n\n"
        "| server | put: curl's speed = 1 (must ≥ 0.9) | put: the careful script's speed = 1 | get: curl's speed = 1 (must ≥ 0.9) | small files: one curl command a file = 1 (must ≤ 0.2) |\n"
        "|---|---|---|---|---|\n"]
    for name, rounds in results.items():
        put, care, get, small = zip(*rounds)
        lines.append(f"| {name} | {cell(put, 2)} | {cell(care, 2)} | {cell(get, 2)} | {cell(small, 3)} |\n")
    return "".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ocop", required=True)
    parser.add_argument("--size", type=int, default=400, help="megabytes of the large file")
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--out")
    options = parser.parse_args()
    ocop = os.path.abspath(options.ocop)
    base = tempfile.mkdtemp(prefix="ocop-transfer-")
    running = []
    try:
        def start(name, *settings):
            folder = os.path.join(base, f"server{len(running)}")
            running.append((name, folder))
            return server(name, folder, settings)

        # The loopback brings more than a gigabyte a second, which no partner's line does: the third one brings as much as a line of
        # 1 Gbit/s.
        sftp, ftp, line = start("sftp"), start("vsftpd"), start("vsftpd", "anon_max_rate=125000000")
        home = os.path.join(base, "home")
        os.makedirs(os.path.join(home, ".ssh"))
        shutil.copy(sftp["SFTP_KNOWN_HOSTS"], os.path.join(home, ".ssh", "known_hosts"))
        env = {"PATH": os.environ["PATH"], "HOME": home, "OCOP_STATE": os.path.join(base, "state")}
        with open(os.path.join(base, "endpoints.yaml"), "w", encoding="utf-8") as f:
            f.write(f"""endpoints:
  sftp:
    url: sftp://{sftp["SFTP_HOST"]}:{sftp["SFTP_PORT"]}{sftp["SFTP_DIR"]}/
    user: {sftp["SFTP_USER"]}
    key: {sftp["SFTP_KEY"]}
    known-hosts: {sftp["SFTP_KNOWN_HOSTS"]}
  ftp:
    url: ftp://{ftp["FTP_HOST"]}:{ftp["FTP_PORT"]}{ftp["FTP_PATH"]}
  ftp-1gbit:
    url: ftp://{line["FTP_HOST"]}:{line["FTP_PORT"]}{line["FTP_PATH"]}
""")
        env["OCOP_ENDPOINTS"] = os.path.join(base, "endpoints.yaml")
        curl = {
            "sftp": (["curl", "-s", "-u", sftp["SFTP_USER"] + ":", "--key", sftp["SFTP_KEY"], "--pubkey",
                      sftp["SFTP_KEY"] + ".pub"],
                     f"sftp://{sftp['SFTP_HOST']}:{sftp['SFTP_PORT']}{sftp['SFTP_DIR']}/", sftp["SFTP_DIR"]),
            **{
                name: (["curl", "-s"], f"ftp://{place['FTP_HOST']}:{place['FTP_PORT']}{place['FTP_PATH']}", place["FTP_DIR"])
                for name, place in (("ftp", ftp), ("ftp-1gbit", line))
            },
        }
        large = os.path.join(base, "large.bin")
        with open(large, "wb") as f:
            for _ in range(options.size):
                f.write(os.urandom(1_000_000))
        small = os.path.join(base, "small")
        os.makedirs(small)
        results = {name: [] for name in curl}
        for round_number in range(options.rounds + 1):
            # Other content in the same memory.
            with open(large, "r+b") as f:
                f.write(os.urandom(64))
            for name, (command, url, folder) in curl.items():
                def transfer(old, environment, *commands):
                    if os.path.exists(old):
                        os.remove(old)
                    os.sync()
                    return timed_all(commands, environment)

                back, other = os.path.join(base, "back-" + name), os.path.join(base, "other-" + name)
                # A new name each time: a file that was delivered before under its name is compared first.
                new, old = f"ours{round_number}.bin", os.path.join(folder, f"ours{round_number - 1}.bin")
                ours_up, theirs_up = os.path.join(folder, new), os.path.join(folder, "theirs.bin")
                careful = os.path.join(folder, "careful.bin")
                rename = (["-Q", f"-rename {folder}/part.bin {careful}"] if name == "sftp"
                          else ["-Q", "-RNFR part.bin", "-Q", "-RNTO careful.bin"])
                jobs = {
                    "ours": lambda: transfer(old, env, [ocop, "put", large, f"{name}:{new}"]),
                    "theirs": lambda: transfer(theirs_up, env, command + ["-T", large, url + "theirs.bin"]),
                    "care": lambda: transfer(
                        careful, env, ["sha256sum", large], command + ["-T", large, url + "part.bin"] + rename,
                        command + ["-I", url + "careful.bin"]),
                    "ours_down": lambda: transfer(back, env, [ocop, "get", f"{name}:theirs.bin", "-o", back]),
                    "theirs_down": lambda: transfer(other, env, command + ["-o", other, url + "theirs.bin"]),
                }
                # Whoever is first changes.
                order = [job for some in (["ours", "theirs", "care"], ["ours_down", "theirs_down"])
                         for job in some[round_number % len(some):] + some[:round_number % len(some)]]
                seconds = {job: jobs[job]() for job in order}
                same(large, ours_up)
                same(large, careful)
                same(large, back)
                same(large, other)
                if round_number == 0:
                    continue
                files = []
                for number in range(options.files):
                    path = os.path.join(small, f"r{round_number}-{number}.csv")
                    with open(path, "wb") as f:
                        f.write(os.urandom(2000))
                    files.append(path)
                many = timed([ocop, "put", *files, f"{name}:"], env)
                for path in files:
                    same(path, os.path.join(folder, os.path.basename(path)))
                start_one = time.monotonic()
                sample = files[:50]
                for path in sample:
                    timed(command + ["-T", path, url + "c-" + os.path.basename(path)], env)
                one = (time.monotonic() - start_one) / len(sample)
                up, down = seconds["theirs"] / seconds["ours"], seconds["theirs_down"] / seconds["ours_down"]
                care = seconds["care"] / seconds["ours"]
                results[name].append((up, care, down, many / (one * options.files)))
                print(f"{name}\tput {up:.2f} of curl's speed ({seconds['ours']:.2f} s), {care:.2f} of a careful script's\tget {down:.2f} ({seconds['ours_down']:.2f} s)\t"
                      f"{options.files} small files {many / (one * options.files):.3f} of the time of one curl command a file",
                      flush=True)
        if options.out:
            with open(options.out, "w", encoding="utf-8") as f:
                f.write(page(results, options))
    finally:
        for name, folder in running:
            subprocess.run([os.path.join(SERVERS, name), "stop", folder], check=False)
        shutil.rmtree(base, ignore_errors=True)


main()
