# SPDX-License-Identifier: GPL-3.0-or-later
"""Learning curve: would more cases help? The network of the second view, trained for fewer steps on a half,
three quarters and all of what a member learns from, and tested on the same cases each time.

usage: fit_curve.py DATA_FOLDER WORK_FOLDER [--phantoms FOLDER] [--folds 0,1,...] [--processes N]
                    [--steps N]

Prints the mean of the folds at the end. WORK_FOLDER receives curve<folds>_<N>.safetensors. A network is
tested in the pose that the reference gives (most probable class, mean of the image and its mirror image).
"""
import numpy as np

import fit
import fit_body
import frame
from cases import OUTER_FOLDS

STEPS, COUNTS = 700, range(2, OUTER_FOLDS)


class Brief(fit_body.Body):
    """The training of a network of the second view on the cases of some folds alone, from scratch; nothing is
    painted over."""

    SEED, grid, vertebra_at, paint = 20261128, frame.BODY, frame.BODY_VERTEBRA, None

    def __init__(self, name, folds, *task):
        super().__init__(*task)
        self.NAME = name
        self.cases = [p for p in self.cases if p.fold in folds]
        self.rng = np.random.default_rng([self.SEED, self.fold] + folds)

    def seed(self):
        return self.SEED + 10 * self.fold

    def learn(self):
        fit.SingleNetwork.learn(self)

    def log(self, text):
        super().log(f"{self.NAME} {text}")


def run_curve(task):
    fold = task[0]
    return [Brief(f"curve{count}_", sorted((fold + n) % OUTER_FOLDS for n in range(1, count + 1)), *task).run()
            for count in COUNTS]


if __name__ == "__main__":
    for count, means in zip(COUNTS, np.mean(fit.main(run_curve, STEPS), 0)):
        print(f"{count} folds " + " ".join(f"{d:.4f}" for d in means) + f" mean {means.mean():.4f}")
