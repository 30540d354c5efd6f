# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains the networks of the second look at psoas.

usage: fit_psoas.py DATA_FOLDER WORK_FOLDER [--phantoms FOLDER] [--folds 0,1,...] [--processes N]
                    [--steps N]

As fit.py does it, and of the same cases for each member, in a field that lies on the vertebra and has
the body's own size, with half of the samples painted over to be of other levels (levels.py). WORK_FOLDER
receives psoas<N>.safetensors. A network is tested here in the pose that the reference gives.
"""
import numpy as np

import fit
import frame
import levels

SIZE_SD = 0.12                            # of the body's size, log
LOWER_CHANCE, UPPER_CHANCE = 0.28, 0.22   # of a sample


def paint(rng, image, shares):
    chance = rng.random()
    if chance < LOWER_CHANCE:
        return levels.as_lower(rng, image, shares)
    if chance < LOWER_CHANCE + UPPER_CHANCE:
        return levels.as_upper(rng, image, shares)
    return image, shares


class Look(fit.SingleNetwork):
    """The training of one member's second look."""

    NAME, GRID, SEED = "psoas", frame.PSOAS, 20261127
    size_sd, paint = SIZE_SD, staticmethod(paint)

    def __init__(self, *task):
        super().__init__(*task)
        self.rng = np.random.default_rng([self.SEED, self.fold])

    def place(self, case):
        return frame.psoas_pose(case.pose(self.mean)[0], case.centers[levels.VERTEBRA - 1])


def run_look(task):
    Look(*task).run()


if __name__ == "__main__":
    fit.main(run_look, fit.OUTLINE_STEPS)
