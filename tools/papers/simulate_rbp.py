#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes a cohort like that of the study behind the model rbp-2025 as a CSV table.

Its abstract tells of 428 patients of two centres, 17.5 % of them with residual back pain, split 3:1,
and of eight independent predictors, four of which it names: fracture burden, cement volume, and the
relative areas of gluteus maximus and medius, smaller ones being worse. Distributions and effects are
not published. What stands here is assumed: usual values of such patients, four more predictors, six
candidates without any effect, and effects with which the true equation has the area under the curve
TRUE_AUC in the population. The same seed gives the same bytes.
"""
import argparse
import math
import random
import sys

PATIENTS, INCIDENCE, TRUE_AUC = 428, 0.175, 0.80
POPULATION = 20000  # patients that the intercept and the scale of the effects are set on

# name, mean, standard deviation, decimals, effect of one standard deviation (before scaling)
NUMBERS = [
    ("age_years", 74.0, 8.0, 0, 0.25),
    ("cement_volume_ml", 4.6, 1.2, 1, -0.45),
    ("gluteus_maximus_rcsa", 2.10, 0.45, 3, -0.50),
    ("gluteus_medius_rcsa", 1.45, 0.30, 3, -0.75),
    ("multifidus_rcsa", 0.42, 0.12, 3, -0.25),
    ("spinal_ct_hu", 60.0, 30.0, 1, -0.35),
    ("erector_spinae_rcsa", 1.30, 0.30, 3, 0.0),
    ("psoas_major_rcsa", 0.95, 0.25, 3, 0.0),
    ("bmi_kg_m2", 23.5, 3.5, 1, 0.0),
    ("duration_min", 44.0, 16.0, 0, 0.0),
]
# name, levels with their shares and effects
FACTORS = [
    ("fracture_burden", [("1", 0.62, -0.5), ("2", 0.25, 0.3), ("3+", 0.13, 1.0)]),
    ("intravertebral_cleft", [("no", 0.76, 0.0), ("yes", 0.24, 0.6)]),
    ("sex", [("F", 0.78, 0.0), ("M", 0.22, 0.0)]),
    ("surgical_approach", [("PKP", 0.64, 0.0), ("PVP", 0.36, 0.0)]),
]


def normal(generator):
    radius = math.sqrt(-2.0 * math.log(1.0 - generator.random()))
    return radius * math.cos(2.0 * math.pi * generator.random())


def draw(generator):
    """One patient: the fields of the table, and the linear predictor before scale and intercept."""
    size, fields, predictor = normal(generator), {}, 0.0  # of the body: muscles go together
    for name, mean, sd, decimals, effect in NUMBERS:
        z = normal(generator)
        if name.endswith("_rcsa"):
            z = 0.6 * size + 0.8 * z
        fields[name] = f"{max(mean + sd * z, 0.05 * mean):.{decimals}f}"
        predictor += effect * z
    for name, levels in FACTORS:
        u = generator.random()
        for level, share, effect in levels:
            if u < share:
                break
            u -= share
        fields[name] = level
        predictor += effect
    return fields, predictor


def logistic(x):
    return 1.0 / (1.0 + math.exp(-x))


def bisect(function, lower, upper):
    """Where an ascending function is 0."""
    for _ in range(40):
        middle = 0.5 * (lower + upper)
        lower, upper = (middle, upper) if function(middle) < 0.0 else (lower, middle)
    return 0.5 * (lower + upper)


def intercept_of(predictors, scale):
    return bisect(lambda b: sum(logistic(b + scale * x) for x in predictors) / len(predictors)
                  - INCIDENCE, -20.0, 20.0)


def expected_auc(predictors, scale):
    """Area under the curve of the true risks, from their distribution, without drawn outcomes."""
    intercept = intercept_of(predictors, scale)
    below, pairs, events, others = 0.0, 0.0, 0.0, 0.0
    for x in sorted(predictors):
        p = logistic(intercept + scale * x)
        pairs += p * (below + 0.5 * (1.0 - p))
        below += 1.0 - p
        events += p
        others += 1.0 - p
    return pairs / (events * others)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=2025)
    parser.add_argument("--patients", type=int, default=PATIENTS)
    options = parser.parse_args()
    generator = random.Random(20250101)  # the population is the same for every seed
    population = [draw(generator)[1] for _ in range(POPULATION)]
    sample = population[:2000]
    scale = bisect(lambda s: expected_auc(sample, s) - TRUE_AUC, 0.1, 5.0)
    intercept = intercept_of(population, scale)
    generator = random.Random(options.seed)
    names = [n[0] for n in NUMBERS] + [f[0] for f in FACTORS]
    print("patient_id,residual_back_pain," + ",".join(names))
    for i in range(options.patients):
        fields, predictor = draw(generator)
        event = generator.random() < logistic(intercept + scale * predictor)
        print(f"R{i + 1:04d},{int(event)}," + ",".join(fields[name] for name in names))
    return 0


if __name__ == "__main__":
    sys.exit(main())
