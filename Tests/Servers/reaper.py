"""Stops all servers below a folder and removes it, once nobody holds the writing end of a pipe any more.

usage: reaper.py PIPE FOLDER

The tests' process holds that end: when it ends, in whatever way, its servers do too.
"""
import os
import shutil
import signal
import sys

from lib import Fixture

for name in ("SIGINT", "SIGHUP", "SIGTERM"):
    signal.signal(getattr(signal, name), signal.SIG_IGN)
pipe, folder = sys.argv[1:3]
with open(pipe, "rb") as waiting:
    waiting.read()
for entry in os.scandir(folder):
    if entry.is_dir():
        Fixture(entry.path).stop()
shutil.rmtree(folder, ignore_errors=True)
