# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains the networks of the second view.

usage: fit_body.py DATA_FOLDER WORK_FOLDER [--phantoms FOLDER] [--folds 0,1,...] [--processes N]
                    [--steps N]

As fit.py does it, and of the same cases for each member, in a field that lies on the vertebra and has
the body's own size, with half of the samples painted over to be of other levels (levels.py). The training
begins with a nearer field, around psoas, and goes on with the whole one. WORK_FOLDER receives
body<N>.safetensors. A network is tested here in the pose that the reference gives.
"""
import numpy as np

import fit
import frame
import levels
import weights

SIZE_SD = 0.12                 # of the body's size, log
NEAR_PAINTED = (0.28, 0.22)    # of the samples: as at lower levels, and as at upper ones
BODY_PAINTED = (0.3, 0.22)     # the same with the whole field


class Body(fit.SingleNetwork):
    """The training of one member's network of the second view."""

    NAME, SEED, size_sd = "body", 20261127, SIZE_SD
    grid, vertebra_at = frame.NEAR, frame.NEAR_VERTEBRA

    def __init__(self, *task):
        super().__init__(*task)
        self.rng, self.painted = np.random.default_rng([self.SEED, self.fold]), NEAR_PAINTED

    def place(self, case):
        return frame.body_pose(case.pose(self.mean)[0], case.centers[levels.VERTEBRA - 1],
                               self.vertebra_at)

    def paint(self, rng, image, shares):
        return levels.paint(rng, image, shares, *self.painted)

    def learn(self):
        super().learn()
        self.learn_on(weights.tensors_of(self.NAME, self.network))

    def learn_on(self, tensors):
        self.rng, self.painted = np.random.default_rng([self.SEED, self.fold, 1]), BODY_PAINTED
        self.grid, self.vertebra_at = frame.BODY, frame.BODY_VERTEBRA
        self.network = fit.train_on(tensors, self.NAME, self.batch, self.grid, self.log)


def run_body(task):
    Body(*task).run()


if __name__ == "__main__":
    fit.main(run_body, fit.OUTLINE_STEPS)
