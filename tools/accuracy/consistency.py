# SPDX-License-Identifier: GPL-3.0-or-later
"""How far the reference agrees with itself, beside how far results agree with it.

usage: consistency.py RESULTS DATA_FOLDER [OTHER_RESULTS]

Prints
* Dice of each muscle, and of the compartment that multifidus and erector spinae share: what lies
  between them is the septum alone;
* how much the sides of a patient differ, in the reference and in the results (area and share of
  multifidus in the compartment). Muscles of people are nearly symmetrical; what the reference has
  beyond the results is its own scatter, or an asymmetry that the results do not see;
* with OTHER_RESULTS, of networks that were trained independently: how well these agree with one
  another.
Cases in which a structure was not drawn are left out.
"""
import glob
import os
import sys

import nibabel
import numpy as np

PAIRS = {"multifidus": (5101, 5102), "erector_spinae": (5111, 5112), "psoas_major": (5121, 5122)}


def load(path):
    image = nibabel.as_closest_canonical(nibabel.load(path))
    return np.asanyarray(image.dataobj).squeeze().astype(int)


def find(folder, case):
    return load(glob.glob(os.path.join(glob.escape(folder), "**", f"sub-{case}*_dseg.nii.gz"),
                          recursive=True)[0])


def dice(a, b):
    return 2 * (a & b).sum() / max(a.sum() + b.sum(), 1)


def compartment(labels, side):
    return np.isin(labels, (PAIRS["multifidus"][side], PAIRS["erector_spinae"][side]))


def difference(labels, values):
    left, right = ((labels == v).sum() for v in values)
    return 100 * abs(left - right) / max(left, right, 1)


def share_difference(labels):
    shares = [(labels == PAIRS["multifidus"][s]).sum() / max(compartment(labels, s).sum(), 1)
              for s in (0, 1)]
    return 100 * (shares[0] - shares[1])


def agreement(a_of, b_of, cases):
    rows = {name: [] for name in PAIRS}
    both = []
    for case in cases:
        a, b = a_of(case), b_of(case)
        for name, values in PAIRS.items():
            rows[name] += [dice(a == v, b == v) for v in values]
        both += [dice(compartment(a, s), compartment(b, s)) for s in (0, 1)]
    return ", ".join(f"{n} {np.mean(d):.3f}" for n, d in rows.items()) + (
        f", back compartment {np.mean(both):.3f}")


def main():
    results, data = sys.argv[1:3]
    names = sorted(n for n in os.listdir(data)
                   if os.path.exists(os.path.join(data, n, "truth.nii.gz")))
    truth = {n: load(os.path.join(data, n, "truth.nii.gz")) for n in names}
    cases = [n for n in names if all((truth[n] == v).any() for p in PAIRS.values() for v in p)]
    found = {n: find(results, n) for n in cases}
    print(f"{len(cases)} cases")
    print("Dice with the reference: " + agreement(truth.get, found.get, cases))
    for name, values in PAIRS.items():
        a = np.array([[difference(labels[c], values) for labels in (truth, found)] for c in cases])
        print(f"{name}: sides differ by {np.median(a[:, 0]):.1f} % in the reference (90th percentile "
              f"{np.percentile(a[:, 0], 90):.1f}), by {np.median(a[:, 1]):.1f} % "
              f"({np.percentile(a[:, 1], 90):.1f}) in the results")
    a = np.array([[share_difference(labels[c]) for labels in (truth, found)] for c in cases])
    print(f"share of multifidus in the compartment, left minus right: SD {a[:, 0].std():.1f} points in "
          f"the reference, {a[:, 1].std():.1f} in the results, correlation "
          f"{np.corrcoef(a.T)[0, 1]:.2f}")
    if len(sys.argv) > 3:
        other = {n: find(sys.argv[3], n) for n in cases}
        print("Dice with other networks: " + agreement(other.get, found.get, cases))


if __name__ == "__main__":
    main()
