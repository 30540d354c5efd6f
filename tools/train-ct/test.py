# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests the network on synthetic slices that the training has not drawn.

usage: test.py LABELS.nii.gz PHANTOMS WEIGHTS.safetensors SCORES.json [--slices N]

PHANTOMS is a folder with bodies of phantoms that the training has not seen. SCORES.json receives, for
each class and for the atlas and the phantoms, on how many slices it is and the mean and the 5th
percentile of the Dice coefficient there (of at least MIN_PIXELS pixels: less is the tip of something).
"""
import argparse
import json

import numpy as np
import torch

import anatomy
import synthetic
import weights
from network import folded_network

SEED, SLICES, MIN_PIXELS = 4711, 300, 20


def score(network, bodies, slices):
    """Scores of each class on slices drawn from some bodies."""
    rng, found = np.random.default_rng(SEED), {name: [] for name in anatomy.NAMES[1:]}
    for _ in range(slices):
        image, shares = synthetic.draw(rng, bodies[rng.integers(len(bodies))])
        with torch.no_grad():
            logits = network(torch.from_numpy(synthetic.to_input(image, synthetic.ROW_MM))[None])
        drawn, truth = logits[0].argmax(0).numpy(), shares.argmax(0)
        for k, name in enumerate(anatomy.NAMES[1:], 1):
            if (truth == k).sum() >= MIN_PIXELS:
                both = ((drawn == k) & (truth == k)).sum()
                found[name].append(2 * both / ((drawn == k).sum() + (truth == k).sum()))
    return {name: {"slices": len(d), "mean": float(np.mean(d)), "low": float(np.percentile(d, 5))}
            for name, d in found.items() if d}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("labels")
    parser.add_argument("phantoms")
    parser.add_argument("weights")
    parser.add_argument("scores")
    parser.add_argument("--slices", type=int, default=SLICES)
    options = parser.parse_args()
    network = folded_network(weights.read(options.weights), "ct", synthetic.INPUTS,
                             len(anatomy.NAMES))
    scores = {"slices": options.slices,
              "atlas": score(network, [anatomy.atlas(options.labels)], options.slices),
              "phantoms": score(network, anatomy.phantoms(options.phantoms), options.slices)}
    with open(options.scores, "w", encoding="utf-8") as file:
        json.dump(scores, file, indent=1)
    for kind in ("atlas", "phantoms"):
        for name, s in scores[kind].items():
            print(f"{kind:8s} {name:20s} {s['slices']:4d} slices, Dice {s['mean']:.3f}, "
                  f"5th percentile {s['low']:.3f}")


if __name__ == "__main__":
    main()
