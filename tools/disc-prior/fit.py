# SPDX-License-Identifier: GPL-3.0-or-later
"""Fits the prior of the disc finder: one for each fold, and one from all cases.

usage: fit.py DATA_FOLDER ANNOTATIONS PHANTOMS_FOLDER OUT_FOLDER [FOLD...]
(a fold's number, or "all"; no PHANTOMS_FOLDER: "")
"""
import os
import sys
import time

import numpy as np

import probe
from cases import FOLDS, read_cases, read_phantoms
from native import tensors_to_bytes
from samples import (PHANTOM_VARIANTS, SPEC0, SPEC1, STAGE0, STAGE1, stage_samples,
                     variants)
from trees import Bins, fit

VERSION = "1"
EMPTY = {"feature": np.zeros((1, 1), np.int16), "threshold": np.zeros((1, 1), np.float32),
         "leaf": np.zeros((1, 2, probe.CLASSES), np.int16),
         "prior": np.zeros(probe.CLASSES, np.float32), "leaf_scale": np.ones(1, np.float32)}


def prior(stage0, stage1=None):
    """The file of a prior; a stage that is not fitted yet says nothing."""
    tensors = {}
    for name, forest, spec in (("stage0", stage0, SPEC0), ("stage1", stage1, SPEC1)):
        for part, values in (forest or EMPTY).items():
            tensors[f"{name}.{part}"] = values
        tensors[f"{name}.spec"] = np.array(spec if forest else [(0, 0, 0)], np.int32)
    return tensors_to_bytes(tensors, VERSION)


def fit_prior(chosen):
    """A prior from variants of cases. What stage 1 is shown of a case comes from a stage 0 that has
    not seen it."""
    names = sorted({v.case.name for v in chosen})
    features1, classes1 = [], []
    for half in range(2):
        known = [v for v in chosen if names.index(v.case.name) % 2 != half]
        shown = [v for v in chosen if names.index(v.case.name) % 2 == half]
        features, classes = stage_samples(known, SPEC0)
        model = probe.Model(prior(fit(Bins(features), classes, STAGE0)))
        features, classes = stage_samples(shown, SPEC1, model)
        features1.append(features)
        classes1.append(classes)
        model.close()
    stage1 = fit(Bins(np.concatenate(features1, 1)), np.concatenate(classes1), STAGE1)
    features, classes = stage_samples(chosen, SPEC0)
    return prior(fit(Bins(features), classes, STAGE0), stage1)


def main():
    data, annotations, phantoms, out, *wanted = sys.argv[1:]
    cases = read_cases(data, annotations)
    made = [variants(case, i) for i, case in enumerate(cases)]
    shown_always = [v for i, phantom in enumerate(read_phantoms(phantoms))
                    for v in variants(phantom, len(cases) + i, PHANTOM_VARIANTS)]
    for fold in wanted or [str(k) for k in range(FOLDS)] + ["all"]:
        began = time.time()
        chosen = [v for i, vs in enumerate(made) for v in vs
                  if fold == "all" or i % FOLDS != int(fold)] + shown_always
        name = "all" if fold == "all" else f"fold{fold}"
        with open(os.path.join(out, name + ".safetensors"), "wb") as file:
            file.write(fit_prior(chosen))
        print(f"{name}: {len(chosen)} variants, {time.time() - began:.0f} s", flush=True)


if __name__ == "__main__":
    main()
