#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole-process time and memory of `myotome measure`, beside a peer in the same run.

usage: bench/measure.py [--runs N] [--myotome PROGRAM] STUDY

The peer is DCMTK's dcm2pnm, which decodes every image of the study and writes it as PNG: the least
that any program does that shows a study. Both are run in turn on one processor; printed are median
and range of wall time, the greatest resident memory, and the ratio of each pair of runs.
Needs Debian's dcmtk.
"""
import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time


def run(command, cwd):
    """Seconds and greatest resident memory (MB) of one command."""
    start = time.perf_counter()
    child = subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    if status != 0:
        sys.exit(f"{command[0]} failed")
    return time.perf_counter() - start, usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("study")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--myotome", default="build/release/bin/myotome")
    options = parser.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    study, program = os.path.abspath(options.study), os.path.abspath(options.myotome)
    files = sorted(os.path.join(folder, name) for folder, _, names in os.walk(study)
                   for name in names)
    ours, peers = [], []
    for k in range(options.runs + 1):
        with tempfile.TemporaryDirectory() as scratch:
            mine = run([program, "measure", study, "-o", "out", "-q"], scratch)
            script = 'for f; do dcm2pnm +on +Wm "$f" "$(basename "$f").png"; done'
            peer = run(["sh", "-c", script, "sh", *files], scratch)
        if k > 0:  # the first pair warms the disk cache
            ours.append(mine)
            peers.append(peer)
    for name, runs in (("myotome measure", ours), ("dcm2pnm, every image", peers)):
        seconds = [s for s, _ in runs]
        print(f"{name:22} {statistics.median(seconds):7.3f} s "
              f"({min(seconds):.3f} to {max(seconds):.3f}), {max(m for _, m in runs):.0f} MB")
    ratios = [a[0] / b[0] for a, b in zip(ours, peers)]
    print(f"{'ratio':22} {statistics.median(ratios):7.2f}   "
          f"({min(ratios):.2f} to {max(ratios):.2f}), {len(files)} images")


if __name__ == "__main__":
    main()
