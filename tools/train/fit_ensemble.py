# SPDX-License-Identifier: GPL-3.0-or-later
"""What the mean of several networks gains over one of them, on cases that none of them has seen.

usage: fit_ensemble.py DATA_FOLDER WORK_FOLDER [--phantoms FOLDER] [--processes N] [--steps N]

The cross-validation shows one member of the ensemble; users get the mean of all. Here a network (as those of
fit_curve.py) learns without two folds, for each pair of folds, so that four networks have not seen a case. Prints
the Dice coefficients of single ones and of their mean. WORK_FOLDER receives pair<M>_<N>.safetensors.
"""
import os

import numpy as np

import apply
import fit
import weights
from cases import OUTER_FOLDS
from fit_curve import STEPS, Brief
from network import folded_network


class Pair(Brief):
    """The training without `fold` (of the task) and `other`."""

    SEED = 20261130

    def __init__(self, other, *task):
        super().__init__(f"pair{other}_", [f for f in range(OUTER_FOLDS) if f not in (other, task[0])], *task)
        self.other = other

    def seed(self):
        return super().seed() + self.other


def run_pairs(task):
    for other in range(task[0] + 1, OUTER_FOLDS):
        Pair(other, *task).run()


def compare(task):
    """Mean Dice coefficients of single networks, and those of their mean, on the cases of a fold."""
    member = Brief("", [], *task)
    networks = []
    for other in set(range(OUTER_FOLDS)) - {member.fold}:
        name = f"pair{max(other, member.fold)}_"
        path = os.path.join(member.options.work_folder, f"{name}{min(other, member.fold)}.safetensors")
        networks.append(folded_network(weights.read(path), name))
    single, together = [], []
    for p in member.tests:
        pose = member.place(p)
        answers = [apply.outline([n], p.fine[0], pose, True, member.grid) for n in networks]
        single += [apply.score(shares, p, pose, member.grid) for shares in answers]
        together.append(apply.score(sum(answers) / len(answers), p, pose, member.grid))
    return apply.structure_means(single), apply.structure_means(together)


if __name__ == "__main__":
    fit.main(run_pairs, STEPS)
    for name, means in zip(("single", "mean of four"), np.mean(fit.main(compare, STEPS), 0)):
        print(f"{name:12} " + " ".join(f"{d:.4f}" for d in means) + f" mean {means.mean():.4f}")
