# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains the networks of the second look at psoas.

usage: fit_psoas.py DATA_FOLDER WORK_FOLDER [--phantoms FOLDER] [--folds 0,1,...] [--processes N]
                    [--steps N]

As fit.py does it, and of the same cases for each member, in a field that lies on the vertebra and has
the body's own size, with half of the samples painted over to be of other levels (levels.py). WORK_FOLDER
receives psoas<N>.safetensors. A network is tested here in the pose that the reference gives.
"""
import numpy as np
import torch

import apply
import augment
import fit
import frame
import levels
import weights

SEED = 20261127
STEPS, BATCH = 1800, 8
SIZE_SD = 0.12                            # of the body's size, log
LOWER_CHANCE, UPPER_CHANCE = 0.28, 0.22   # of a sample


def paint(rng, image, shares):
    chance = rng.random()
    if chance < LOWER_CHANCE:
        return levels.as_lower(rng, image, shares)
    if chance < LOWER_CHANCE + UPPER_CHANCE:
        return levels.as_upper(rng, image, shares)
    return image, shares


class Look(fit.Member):
    """The training of one member's second look."""

    def place(self, case):
        return frame.psoas_pose(case.pose(self.mean)[0], case.centers[levels.VERTEBRA - 1])

    def batch(self):
        drawn = [augment.draw(self.rng, p, frame.PSOAS,
                              augment.jitter(self.rng, self.place(p), SIZE_SD), paint=paint)
                 for p in self.pick(BATCH)]
        return [torch.stack(parts) for parts in zip(*drawn)]

    def test(self):
        rows = []
        for p in self.tests:
            pose = self.place(p)
            shares = apply.outline([self.network], p.fine[0], pose, True, frame.PSOAS)
            full = apply.to_image(shares, pose, *p.classes.shape, p.spacing, frame.PSOAS)
            rows.append(apply.dice(full.argmax(0).numpy(), p.classes))
            self.log(f"{p.name} " + " ".join(f"{d:.3f}" for d in rows[-1]))
        self.log(f"psoas {np.nanmean(np.array(rows)[:, 4:6]):.4f}")

    def run(self):
        torch.set_num_threads(1)
        self.rng = np.random.default_rng([SEED, self.fold])
        self.network = fit.train(self.batch, fit.OUTLINE_CHANNELS, self.options.steps, frame.PSOAS,
                                 SEED + self.fold, self.log)
        weights.write(f"{self.options.work_folder}/psoas{self.fold}.safetensors",
                      weights.tensors_of("psoas", self.network), {"fold": str(self.fold)})
        self.test()


def run_look(task):
    Look(*task).run()


if __name__ == "__main__":
    fit.main(run_look, STEPS)
