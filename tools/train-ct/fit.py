# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains the network of the segmenter "unet-ct" on synthetic CT slices.

usage: fit.py LABELS.nii.gz PHANTOMS OUT.safetensors [--steps N] [--seed N] [--workers N]

PHANTOMS is a folder with bodies of phantoms. Everything is drawn from the seed; the same maps, libraries
and number of workers give the same weights.
"""
import argparse
import time

import numpy as np
import torch

import anatomy
import fit_loop
import synthetic
import weights
from network import Network

CHANNELS, BATCH = (24, 48, 96, 96), 8
STEPS, SEED = 2400, 20261126
PHANTOM_SHARE = 0.3  # of the samples


class Samples(torch.utils.data.IterableDataset):
    """Batches without an end; each worker draws from a seed of its own."""

    def __init__(self, labels, phantoms, seed):
        super().__init__()
        self.atlas, self.phantoms, self.seed = anatomy.atlas(labels), anatomy.phantoms(phantoms), seed

    def __iter__(self):
        torch.set_num_threads(1)
        worker = torch.utils.data.get_worker_info()
        rng = np.random.default_rng([self.seed, worker.id if worker else 0])
        while True:
            own = rng.random() >= PHANTOM_SHARE
            body = self.atlas if own else self.phantoms[rng.integers(len(self.phantoms))]
            image, shares = synthetic.draw(rng, body)
            yield synthetic.to_input(image, synthetic.ROW_MM), shares


def count_weights():
    network = Network(CHANNELS, synthetic.INPUTS, len(anatomy.NAMES))
    return sum(p.numel() for p in network.parameters())


def save(network, path):
    weights.write(path, weights.tensors_of("ct", network), {"kind": "ct"})


def train(batches, steps, seed, path):
    """Trains, and writes the running mean of the weights now and then and at the end."""
    torch.manual_seed(seed)
    network = Network(CHANNELS, synthetic.INPUTS, len(anatomy.NAMES))
    begun, batches = time.time(), iter(batches)
    average = fit_loop.train(
        network, lambda: next(batches), steps,
        lambda line: print(f"{time.time() - begun:6.0f} s  {line}", flush=True),
        lambda mean: save(mean, path))
    save(average, path)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("labels")
    parser.add_argument("phantoms")
    parser.add_argument("out")
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(1)
    loader = torch.utils.data.DataLoader(Samples(options.labels, options.phantoms, options.seed), BATCH,
                                         num_workers=options.workers, prefetch_factor=4)
    train(loader, options.steps, options.seed, options.out)


if __name__ == "__main__":
    main()
