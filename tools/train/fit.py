# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains the networks of the segmenter "unet".

usage: fit.py DATA_FOLDER WORK_FOLDER [--phantoms FOLDER] [--folds 0,1,...] [--processes N]
              [--steps N] [--locate-steps N]

Each fold is a member of the ensemble: a locator and a network that draws the outlines, trained
without every fifth case. WORK_FOLDER receives member<N>.safetensors. A member is tested here on the cases
that it has not seen.
"""
import argparse
import multiprocessing
import os
import time

import numpy as np
import torch

import apply
import augment
import fit_loop
import frame
import weights
from cases import OUTER_FOLDS, read_cases, read_phantoms
from network import Network, folded_network
from prepare import Prepared

SEED = 20261126
OUTLINE_CHANNELS, LOCATE_CHANNELS = (24, 48, 96, 96), (16, 32, 48, 48)
OUTLINE_STEPS, LOCATE_STEPS = 1800, 800
OUTLINE_BATCH, LOCATE_BATCH = 8, 12
PHANTOM_CHANCE = 0.06    # of a sample
LATER_STEPS, LATER_RATE = 900, 1.5e-3   # where a training goes on in another field


def as_input(draw_batch, grid):
    """draw_batch() gives images and shares; the function that gives inputs instead of images."""
    def draw():
        images, shares = draw_batch()
        return augment.to_input(images, grid), shares

    return draw


def train(draw_batch, channels, steps, grid, seed, log):
    """A network's running mean after `steps` batches; draw_batch() gives images and shares."""
    torch.manual_seed(seed)
    return fit_loop.train(Network(channels), as_input(draw_batch, grid), steps, log)


def train_on(tensors, name, draw_batch, grid, log):
    """The same for LATER_STEPS more from the weights of a network as a file has them (without
    normalisation, at LATER_RATE)."""
    return fit_loop.train(folded_network(tensors, name), as_input(draw_batch, grid), LATER_STEPS, log,
                          rate=LATER_RATE)


def stack(samples):
    """A batch of images and one of shares."""
    return [torch.stack(parts) for parts in zip(*samples)]


class Member:
    """The training of one member: all cases but those of its fold."""

    def __init__(self, fold, cases, phantoms, options):
        self.fold, self.options, self.begun = fold, options, time.time()
        self.cases = [p for p in cases if p.fold != fold and all(p.drawn)]
        self.tests = [p for p in cases if p.fold == fold]
        self.phantoms = phantoms
        self.rng = np.random.default_rng([SEED, fold])
        self.mean = frame.build_mean([p.centers for p in self.cases])
        self.poses = {p.index: p.pose(self.mean) for p in self.cases + phantoms}
        self.mass = np.mean([[(p.classes == k).sum() * (p.spacing / abs(self.poses[p.index][0])) ** 2
                              for k in range(1, frame.CLASSES)] for p in self.cases], 0)

    def log(self, text):
        print(f"member {self.fold} {time.time() - self.begun:5.0f} s  {text}", flush=True)

    def pick(self, count):
        picked = [self.cases[i] for i in self.rng.choice(len(self.cases), count, replace=False)]
        return [self.phantoms[self.rng.integers(len(self.phantoms))]
                if self.phantoms and self.rng.random() < PHANTOM_CHANCE else p for p in picked]

    def outline_batch(self):
        return stack(augment.draw(self.rng, p, frame.OUTLINE,
                                  augment.jitter(self.rng, self.poses[p.index]))
                     for p in self.pick(OUTLINE_BATCH))

    def locate_batch(self):
        return stack(augment.draw(self.rng, p, frame.LOCATE, augment.jitter_locate(self.rng), coarse=True)
                     for p in self.pick(LOCATE_BATCH))

    def test(self):
        for mirror in (False, True):
            rows = []
            for p in self.tests:
                pose = apply.locate([self.locator], p.coarse[0], self.mean, self.mass)
                shares = apply.outline([self.outline], p.fine[0], pose, mirror)
                rows.append(apply.score(shares, p, pose))
                if mirror:
                    m, t = p.pose(self.mean)
                    self.log(f"{p.name} " + " ".join(f"{d:.3f}" for d in rows[-1])
                             + f" located within {abs(pose[1] - t):.1f} mm")
            means = apply.structure_means(rows)
            self.log(f"mirror {mirror} " + " ".join(f"{d:.4f}" for d in means)
                     + f" mean {np.mean(means):.4f}")

    def save(self):
        path = os.path.join(self.options.work_folder, f"member{self.fold}.safetensors")
        tensors = {**weights.tensors_of("outline", self.outline),
                   **weights.tensors_of("locate", self.locator),
                   "centers": np.stack([self.mean.real, self.mean.imag], 1).astype(np.float32),
                   "mass": self.mass.astype(np.float32)}
        weights.write(path, tensors, {"fold": str(self.fold)})

    def run(self):
        torch.set_num_threads(1)
        self.log(f"{len(self.cases)} cases, {len(self.phantoms)} phantoms")
        seed = SEED + self.fold
        self.locator = train(self.locate_batch, LOCATE_CHANNELS, self.options.locate_steps,
                             frame.LOCATE, seed, self.log)
        self.outline = train(self.outline_batch, OUTLINE_CHANNELS, self.options.steps,
                             frame.OUTLINE, seed, self.log)
        self.save()
        self.test()


class SingleNetwork(Member):
    """The training of a network that stands by itself, on the same cases: what its class says of NAME (of its
    file, WORK_FOLDER/<NAME><fold>.safetensors, and tensors), SEED and grid. It is tested in the pose that
    place() gives."""

    size_sd, paint = augment.SIZE_SD, None

    def place(self, case):
        raise NotImplementedError

    def batch(self):
        return stack(augment.draw(self.rng, p, self.grid,
                                  augment.jitter(self.rng, self.place(p), self.size_sd),
                                  paint=self.paint)
                     for p in self.pick(OUTLINE_BATCH))

    def test(self):
        rows = []
        for p in self.tests:
            pose = self.place(p)
            shares = apply.outline([self.network], p.fine[0], pose, True, self.grid)
            rows.append(apply.score(shares, p, pose, self.grid))
            self.log(f"{p.name} " + " ".join(f"{d:.3f}" for d in rows[-1]))
        means = apply.structure_means(rows)
        self.log("means " + " ".join(f"{d:.4f}" for d in means))
        return means

    def seed(self):
        """Of the weights to begin with."""
        return self.SEED + self.fold

    def learn(self):
        self.network = train(self.batch, OUTLINE_CHANNELS, self.options.steps, self.grid,
                             self.seed(), self.log)

    def run(self):
        torch.set_num_threads(1)
        self.learn()
        weights.write(os.path.join(self.options.work_folder, f"{self.NAME}{self.fold}.safetensors"),
                      weights.tensors_of(self.NAME, self.network), {"fold": str(self.fold)})
        return self.test()


def run_member(task):
    Member(*task).run()


def main(run, steps):
    """Prepares the cases, and hands (fold, cases, phantoms, options) of each fold to run(); what that returns."""
    parser = argparse.ArgumentParser()
    parser.add_argument("data_folder")
    parser.add_argument("work_folder")
    parser.add_argument("--phantoms")
    parser.add_argument("--folds", default=",".join(str(f) for f in range(OUTER_FOLDS)))
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--steps", type=int, default=steps)
    parser.add_argument("--locate-steps", type=int, default=LOCATE_STEPS)
    options = parser.parse_args()
    started = time.time()
    os.makedirs(options.work_folder, exist_ok=True)
    read = read_cases(options.data_folder)
    phantoms = read_phantoms(options.phantoms, len(read)) if options.phantoms else []
    with multiprocessing.Pool(options.processes) as pool:
        prepared = pool.map(Prepared, read + phantoms, chunksize=2)
    cases, phantoms = prepared[:len(read)], prepared[len(read):]
    print(f"{len(cases)} cases; left out of the training, as a structure is not drawn: "
          + ", ".join(p.name for p in cases if not all(p.drawn)), flush=True)
    tasks = [(int(f), cases, phantoms, options) for f in options.folds.split(",")]
    with multiprocessing.Pool(options.processes, maxtasksperchild=1) as pool:
        results = pool.map(run, tasks, chunksize=1)
    print(f"trained in {time.time() - started:.0f} s", flush=True)
    return results


if __name__ == "__main__":
    main(run_member, OUTLINE_STEPS)
