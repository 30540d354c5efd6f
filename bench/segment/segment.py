# SPDX-License-Identifier: GPL-3.0-or-later
"""Times the segmenter "unet" and PyTorch with the same networks.

usage: segment.py UNET_BENCH WEIGHTS_FOLDER FILE RUNS

Pairs of runs take turns, so that both meet the same machine. The answers of both are compared: a
benchmark of two programs that compute different things says nothing.
"""
import os
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

import frame

PAIRS = 5
TOLERANCE = 2e-3  # of probabilities; half precision weights are the same in both


def run(command, threads):
    """What a command prints, and its greatest resident memory (MB)."""
    environment = dict(os.environ, OMP_NUM_THREADS=str(threads))
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    text = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    if status != 0:
        sys.exit(f"{command[0]} failed")
    return text, usage.ru_maxrss / 1024


def torch_networks(folder, source, target, runs):
    """Seconds a slice of PyTorch with all members; writes what the first one answers."""
    import torch

    import augment
    import weights
    from network import folded_network

    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    # Of each view: its grid, its image and the networks of all members.
    views, values = [], np.fromfile(source, np.float32)
    for name, prefix, grid in (("unet", "outline", frame.OUTLINE), ("unet-body", "body", frame.BODY)):
        tensors = weights.read(os.path.join(folder, name + ".safetensors"))
        members = sum(key.endswith(prefix + ".0.bias") for key in tensors)
        networks = [folded_network(tensors, f"member{m}.{prefix}") for m in range(members)]
        image, values = np.split(values, [grid.columns * grid.rows])
        views.append((grid, torch.from_numpy(image.reshape(1, grid.rows, grid.columns)), networks))
    seconds = []
    with torch.no_grad():
        for _ in range(runs + 1):
            start, answers = time.perf_counter(), []
            for grid, image, networks in views:
                inputs = augment.to_input(image, grid).contiguous(memory_format=torch.channels_last)
                answers.append([torch.softmax(network(inputs), 1) for network in networks][0])
            seconds.append(time.perf_counter() - start)
    np.concatenate([a.permute(0, 2, 3, 1).numpy().ravel() for a in answers]).tofile(target)
    print(f"{statistics.median(seconds[1:]):.6f}")


def main():
    if sys.argv[1] == "--torch":
        torch_networks(*sys.argv[2:5], int(sys.argv[5]))
        return
    bench, folder, slice_path, runs = sys.argv[1:5]
    with tempfile.TemporaryDirectory() as scratch:
        source, ours, theirs = (os.path.join(scratch, n) for n in ("in", "ours", "theirs"))
        pixels = sum(grid.columns * grid.rows for grid in (frame.OUTLINE, frame.BODY))
        np.random.default_rng(1).uniform(0, 1.2, pixels).astype(np.float32).tofile(source)
        for threads in (1, 2):
            seconds, memory = run([bench, folder, slice_path, runs, "whole"], threads)
            print(f"{threads} thread{'s' * (threads > 1)}: a slice from pixels to labels "
                  f"{float(seconds):.3f} s, {memory:.0f} MB")
            times, peaks = [], []
            for _ in range(PAIRS):
                a, m = run([bench, folder, slice_path, runs, "networks", source, ours], threads)
                b, n = run([sys.executable, __file__, "--torch", folder, source, theirs, runs],
                           threads)
                times.append((float(a), float(b)))
                peaks.append((m, n))
            difference = np.abs(np.fromfile(ours, np.float32) - np.fromfile(theirs, np.float32))
            if difference.max() > TOLERANCE:
                sys.exit(f"the answers differ by up to {difference.max():.4f}")
            ratios = sorted(b / a for a, b in times)
            print(f"  networks alone: {statistics.median(a for a, _ in times):.3f} s, "
                  f"{max(m for m, _ in peaks):.0f} MB; PyTorch "
                  f"{statistics.median(b for _, b in times):.3f} s, "
                  f"{max(n for _, n in peaks):.0f} MB; PyTorch takes "
                  f"{statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f}) times "
                  f"as long; answers within {difference.max():.1e}")


if __name__ == "__main__":
    main()
