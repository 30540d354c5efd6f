# SPDX-License-Identifier: GPL-3.0-or-later
"""The expected Dice coefficient of an outline, from what the networks know of it.

usage: quality.py fit RESULTS OUTPUT     writes the coefficients (safetensors)
       quality.py check RESULTS          says how well the estimate ranks outlines
       quality.py spread RESULTS         says how far areas are off, by the estimate

RESULTS is the folder of a cross-validation: signs.csv (case, label, agreement, sharpness, area_mm2,
estimate, as unet-apply writes it) and scores.csv (case, label and Dice coefficient).

log(1 - Dice) is linear in the signs (FEATURES), with coefficients for each structure; the constant
makes the mean estimate the mean coefficient. What is checked was fitted without the tested fold.
"""
import csv
import os
import sys

import numpy as np

import weights

LABELS = (5101, 5102, 5111, 5112, 5121, 5122, 9001)
KINDS = (0, 0, 1, 1, 2, 2, 3)          # both sides are estimated alike
KIND_NAMES = ("multifidus", "erector_spinae", "psoas_major", "vertebral_reference")
FLOOR = 1e-3                           # of 1 - agreement, and of 1 - sharpness
RIDGE = 0.5
FOLDS = 5
FEATURES = 5
USED_FACTOR = 1.6                      # AREA_ERROR_PER_MISS of src/measure/smi_interval.c
LOW_DICE, LOW_PART, CAUGHT_MIN = 0.75, 0.1, 2 / 3


def read(results):
    """Rows of (case, label index, features, Dice, estimate); what was not drawn at all is left out."""
    with open(os.path.join(results, "scores.csv"), newline="", encoding="utf-8") as file:
        dice = {(r["case"], int(r["label"])): float(r["dice"]) for r in csv.DictReader(file)}
    with open(os.path.join(results, "signs.csv"), newline="", encoding="utf-8") as file:
        signs = [(case, int(label), [float(v) for v in values])
                 for case, label, *values in csv.reader(file)]
    areas = {label: np.median([v[2] for _, l, v in signs if l == label]) for label in LABELS}
    rows = []
    for case, label, (agreement, sharpness, area, estimate) in signs:
        if (case, label) in dice and sharpness > 0:
            rows.append((case, LABELS.index(label), features(agreement, sharpness, area, areas[label]),
                         dice[case, label], estimate))
    return rows, [areas[label] for label in LABELS]


def area_errors(results):
    """The error of each area, percent of the reference, by case and label."""
    with open(os.path.join(results, "scores.csv"), newline="", encoding="utf-8") as file:
        return {(r["case"], int(r["label"])): float(r["area_error_percent"]) for r in csv.DictReader(file)}


def features(agreement, sharpness, area, usual_area):
    """As unet_expected_dice() of plugins/unet/quality.c computes them."""
    size = np.log(max(area, 1.0) / usual_area)
    return [1.0, np.log(max(1 - sharpness, FLOOR)), np.log(max(1 - agreement, FLOOR)), size, abs(size)]


def fit(rows):
    """Coefficients, kinds x FEATURES."""
    result = np.zeros((len(KIND_NAMES), FEATURES))
    for kind in range(len(KIND_NAMES)):
        chosen = [r for r in rows if KINDS[r[1]] == kind]
        x = np.array([r[2] for r in chosen])
        miss = np.maximum(1 - np.array([r[3] for r in chosen]), FLOOR)
        ridge = RIDGE * np.eye(FEATURES)
        ridge[0, 0] = 0.0
        result[kind] = np.linalg.solve(x.T @ x + ridge, x.T @ np.log(miss))
        result[kind, 0] += np.log(miss.mean() / np.exp(x @ result[kind]).mean())
    return result


def estimate(coefficients, row):
    return 1 - min(np.exp(np.dot(coefficients[KINDS[row[1]]], row[2])), 1.0)


def cross_estimate(rows):
    """Estimates of each row from coefficients that were fitted without its fold."""
    names = sorted({r[0] for r in rows})
    fold = {name: i % FOLDS for i, name in enumerate(names)}
    fitted = [fit([r for r in rows if fold[r[0]] != f]) for f in range(FOLDS)]
    return [estimate(fitted[fold[r[0]]], r) for r in rows]


def check(rows):
    estimates = cross_estimate(rows)
    for kind, name in enumerate(KIND_NAMES):
        e = np.array([v for v, r in zip(estimates, rows) if KINDS[r[1]] == kind])
        d = np.array([r[3] for r in rows if KINDS[r[1]] == kind])
        ranks = np.corrcoef(e.argsort().argsort(), d.argsort().argsort())[0, 1]
        print(f"{name:20} mean estimate {e.mean():.3f} Dice {d.mean():.3f} "
              f"mean difference {abs(e - d).mean():.3f} rank correlation {ranks:.2f}")
    names = sorted({r[0] for r in rows})
    lowest = {n: min(e for e, r in zip(estimates, rows) if r[0] == n) for n in names}
    flagged = set(sorted(names, key=lowest.get)[:max(round(LOW_PART * len(names)), 1)])
    low = [r for r in rows if r[3] < LOW_DICE]
    caught = [r for r in low if r[0] in flagged]
    print(f"quality: {len(caught)} of {len(low)} structures with a Dice below {LOW_DICE} lie in the "
          f"{len(flagged)} cases with the lowest estimate")
    order = np.argsort(estimates)[:round(LOW_PART * len(rows))]
    print(f"quality: {sum(rows[i][3] < LOW_DICE for i in order)} of {len(low)} are among the "
          f"{len(order)} structures with the lowest estimate")
    return len(caught), len(low)


def spread(results, rows):
    """The factor between 1 - estimate and the relative error of an area, and what +-1.96 times it holds."""
    error = area_errors(results)
    miss = 1 - np.array(cross_estimate(rows))
    errors = np.array([error[r[0], LABELS[r[1]]] / 100 for r in rows])
    kinds = np.array([KINDS[r[1]] for r in rows])
    for name, chosen in [(n, kinds == k) for k, n in enumerate(KIND_NAMES)] + [("all", kinds >= 0)]:
        factor = np.sqrt(np.mean(errors[chosen] ** 2) / np.mean(miss[chosen] ** 2))
        held = np.mean(abs(errors[chosen]) <= 1.96 * USED_FACTOR * miss[chosen])
        print(f"{name:20} n {chosen.sum():3d} factor {factor:.2f}; "
              f"+-1.96 x {USED_FACTOR} x (1 - estimate) holds {100 * held:.1f} %")


def main():
    command, results = sys.argv[1:3]
    rows, areas = read(results)
    if command == "check":
        check(rows)
        return 0
    if command == "spread":
        spread(results, rows)
        return 0
    weights.write(sys.argv[3], {"quality": fit(rows)[list(KINDS)].astype(np.float32),
                                "usual_area": np.array(areas, np.float32)}, {})
    return 0


if __name__ == "__main__":
    sys.exit(main())
