# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps the areas right in the mean: factors of the classes' probabilities, from what a cross-validation shows.

usage: calibrate.py WORK_FOLDER

A network that is unsure where a border lies is right for most pixels when it gives them to the larger structure,
which then is too large in the mean. The probability of each structure gets a factor, the same on both
sides, with which the mean error of its area, in percent of the reference, is at most AREA_ERROR_MAX; one that
keeps to it has 1. A call makes one step, from WORK_FOLDER/results (made with the factors as they are) and
factors.safetensors, which it writes anew.
"""
import os
import sys

import numpy as np

import weights
from join import fitted
from quality import KIND_NAMES, KINDS, LABELS, area_errors

AREA_ERROR_MAX = 2.5       # percent
PERCENT_PER_LOG = 15.0     # of area by the log of a factor, roughly; the next step sees what it did


def main():
    folder = sys.argv[1]
    factors = fitted(folder)["class_factors"].copy()
    errors = area_errors(os.path.join(folder, "results"))
    for kind, name in enumerate(KIND_NAMES):
        error = np.mean([e for (_, label), e in errors.items() if KINDS[LABELS.index(label)] == kind])
        excess = error - np.clip(error, -AREA_ERROR_MAX, AREA_ERROR_MAX)
        classes = 1 + np.flatnonzero(np.array(KINDS) == kind)
        factors[classes] *= np.exp(-excess / PERCENT_PER_LOG)
        print(f"{name:20} mean area error {error:5.2f} %, factor {factors[classes[0]]:.3f}")
    weights.write(os.path.join(folder, "factors.safetensors"), {"class_factors": factors}, {})


if __name__ == "__main__":
    main()
