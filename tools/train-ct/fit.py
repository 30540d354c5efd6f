# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains the network of the segmenter "unet-ct" on synthetic CT slices.

usage: fit.py LABELS.nii.gz PHANTOMS OUT.safetensors [--steps N] [--later-steps N] [--seed N] [--workers N]

PHANTOMS is a folder with bodies of phantoms. OUT.safetensors.first keeps what the first part of the
training made, which is not done again while it is there. Everything is drawn from the seed; the same maps, libraries
and number of workers give the same weights.
"""
import argparse
import os
import time

import numpy as np
import torch

import anatomy
import fit_loop
import synthetic
import weights
from network import Network, folded_network

CHANNELS, BATCH = (24, 48, 96, 96), 8
SEED = 20261126
# First with normalisation, then on, at a lower rate, with what that has become a part of, and with muscles
# that are mostly fat.
STEPS, PHANTOM_SHARE = 2400, 0.3
LATER_STEPS, LATER_PHANTOM_SHARE, LATER_RATE = 1800, 0.15, 5e-4
LATER_INFILTRATED_SHARE = 0.3


class Samples(torch.utils.data.IterableDataset):
    """Batches without an end; each worker draws from a seed of its own."""

    def __init__(self, labels, phantoms, phantom_share, infiltrated_share, seed):
        super().__init__()
        self.atlas, self.phantoms = anatomy.atlas(labels), anatomy.phantoms(phantoms)
        self.phantom_share, self.seed = phantom_share, seed
        self.infiltrated_share = infiltrated_share

    def __iter__(self):
        torch.set_num_threads(1)
        worker = torch.utils.data.get_worker_info()
        rng = np.random.default_rng([self.seed, worker.id if worker else 0])
        while True:
            own = rng.random() >= self.phantom_share
            body = self.atlas if own else self.phantoms[rng.integers(len(self.phantoms))]
            image, shares = synthetic.draw(rng, body, self.infiltrated_share)
            yield synthetic.to_input(image, synthetic.ROW_MM), shares


def count_weights():
    network = Network(CHANNELS, synthetic.INPUTS, len(anatomy.NAMES))
    return sum(p.numel() for p in network.parameters())


def save(network, path):
    weights.write(path, weights.tensors_of("ct", network), {"kind": "ct"})


def train(network, batches, steps, rate, path):
    """Trains, and writes the running mean of the weights now and then and at the end."""
    begun, batches = time.time(), iter(batches)
    average = fit_loop.train(
        network, lambda: next(batches), steps,
        lambda line: print(f"{time.time() - begun:6.0f} s  {line}", flush=True),
        lambda mean: save(mean, path), rate)
    save(average, path)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("labels")
    parser.add_argument("phantoms")
    parser.add_argument("out")
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--later-steps", type=int, default=LATER_STEPS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(1)

    def batches(phantom_share, infiltrated_share, seed):
        return torch.utils.data.DataLoader(
            Samples(options.labels, options.phantoms, phantom_share, infiltrated_share, seed),
            BATCH, num_workers=options.workers, prefetch_factor=4)

    first = options.out + ".first"
    if not os.path.exists(first):
        torch.manual_seed(options.seed)
        train(Network(CHANNELS, synthetic.INPUTS, len(anatomy.NAMES)),
              batches(PHANTOM_SHARE, 0.0, options.seed), options.steps, fit_loop.RATE, options.out)
        os.rename(options.out, first)
    train(folded_network(weights.read(first), "ct", synthetic.INPUTS, len(anatomy.NAMES)),
          batches(LATER_PHANTOM_SHARE, LATER_INFILTRATED_SHARE, options.seed + 1),
          options.later_steps, LATER_RATE, options.out)


if __name__ == "__main__":
    main()
