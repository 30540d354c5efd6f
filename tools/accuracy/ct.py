# SPDX-License-Identifier: GPL-3.0-or-later
"""Scores the outlines on images painted over the reference atlas, and over other bodies made of it,
and the landmarks of the reference CT, and compares all with what is recorded.

usage: ct.py LABELS.nii.gz ATLAS_RESULTS VARIANTS VARIANT_RESULTS STUDY_RESULTS RECORDED [--record]
"""
import csv
import glob
import json
import os
import sys

import nibabel
import numpy as np

from paint_atlas import read_labels

# Structures of the atlas, left and right, and the labels of results that they are compared with.
STRUCTURES = {
    "psoas_major": ((231, 131), ((5121,), (5122,))),
    "back_muscles": ((237, 137), ((5101, 5111), (5102, 5112))),
    "gluteus_maximus": ((241, 143), ((6121,), (6122,))),
    "gluteus_medius": ((240, 140), ((6111,), (6112,))),
    "quadratus_lumborum": ((233, 133), ((5131,), (5132,))),
    "whole_muscle": (((32, 131, 133, 135, 136, 137, 231, 233, 235, 236, 237),),
                     ((5101, 5102, 5111, 5112, 5121, 5122, 5131, 5132, 5991, 5992),)),
}
AT = {"L4/5": ("psoas_major", "back_muscles"),
      "L3": ("psoas_major", "back_muscles", "quadratus_lumborum", "whole_muscle"),
      "sacroiliac-joint": ("gluteus_maximus", "gluteus_medius"),
      "acetabular-roof": ("gluteus_maximus", "gluteus_medius")}
DISC = {"L4/5": 552}
DICE_SLACK, SLACK = 0.01, {"mm": 1.5, "slices": 0.25, "missed": 0.0}


def slice_of(results, level):
    name = level.replace("/", "").replace("-", "")
    found = glob.glob(os.path.join(results, "sub-*", "**", f"*_desc-{name}_dseg.nii.gz"),
                      recursive=True)
    image = nibabel.load(found[0])
    values = np.asanyarray(nibabel.as_closest_canonical(image).dataobj).squeeze().astype(int)
    return values.T[::-1, ::-1], float(image.affine[2, 3])


def dice_of(found, truth, name):
    """One for each side; one for what has none."""
    result = []
    for value, wanted in zip(*STRUCTURES[name]):
        a, b = np.isin(found, wanted), np.isin(truth, value)
        result.append(2 * (a & b).sum() / max(a.sum() + b.sum(), 1))
    return result


def score_atlas(labels_path, results):
    labels, spacing = read_labels(labels_path)
    scores = {}
    for level, names in AT.items():
        try:
            found, z = slice_of(results, level)
        except IndexError:  # the atlas ends at the acetabular roof
            continue
        truth = labels[int(round(z / spacing[2]))]
        if level in DISC:
            middle = np.nonzero(labels == DISC[level])[0].mean() * spacing[2]
            scores[f"atlas {level} distance_mm"] = abs(z - middle)
        for name in names:
            for side, dice in zip(("left", "right"), dice_of(found, truth, name)):
                scores[f"atlas {level} {name} {side} dice"] = dice
    return scores


def score_variants(variants, results):
    """Means over the variants; a level that was not found, or lies elsewhere, counts with a Dice of 0."""
    dice, off, missed = {}, [], 0
    for path in sorted(glob.glob(os.path.join(variants, "*.npz"))):
        file = np.load(path)
        labels, spacing = file["labels"], file["spacing"]
        folder = os.path.join(results, os.path.basename(path)[:-4])
        for level, names in AT.items():
            try:
                found, z = slice_of(folder, level)
            except IndexError:
                missed += level in ("L4/5", "L3")  # of the pelvis the atlas shows little more
                continue
            truth = labels[min(int(round(z / spacing[2])), len(labels) - 1)]
            if level in DISC:
                middle = np.nonzero(labels == DISC[level])[0].mean() * spacing[2]
                off.append(abs(z - middle) / spacing[2])
            for name in names:
                dice.setdefault((level, name), []).extend(dice_of(found, truth, name))
    scores = {f"variants {level} {name} {kind} dice": number for (level, name), values in dice.items()
              for kind, number in (("mean", np.mean(values)), ("least", min(values)))}
    scores["variants L4/5 greatest distance_slices"] = max(off)
    scores["variants levels missed"] = missed
    return scores


# Instances of the reference CT at its landmarks, as read off its slices and sagittal cuts by eye.
READ_BY_EYE = {"L3": 147, "L4/5": 160, "sacroiliac-joint": 182, "acetabular-roof": 189}
SLICE_MM = 4.25


def read_spine(results):
    with open(os.path.join(results, "run.json"), encoding="utf-8") as file:
        return json.load(file)["studies"][0]["spine"]


def score_study(results):
    """Distances from what was read by eye; nothing speaks against the count."""
    with open(os.path.join(results, "measurements.csv"), encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    found = {row["level"]: int(row["instance_number"]) for row in rows}
    scores = {f"study {level} distance_mm": abs(found.get(level, -1000) - instance) * SLICE_MM
              for level, instance in READ_BY_EYE.items()}
    scores["study no sign against the count"] = float(not read_spine(results)["signs"])
    return scores


def score_count(case, results):
    """1 where the ribs of both sides agree with five lumbar vertebrae, and how sure the count is."""
    spine = read_spine(results)
    return {f"{case} ribs agree": float(spine["vertebrae_without_ribs"] == {"left": 5, "right": 5}),
            f"{case} count confidence": spine["count_confidence"]}


def main():
    labels, atlas, variants, variant_results, study, recorded = sys.argv[1:7]
    scores = {**score_atlas(labels, atlas), **score_variants(variants, variant_results),
              **score_study(study), **score_count("atlas", atlas), **score_count("study", study)}
    if "--record" in sys.argv:
        with open(recorded, "w", encoding="utf-8") as file:
            file.write("# CT, written by tools/accuracy/ct.py --record\n")
            file.writelines(f"{value:.3f} {name}\n" for name, value in scores.items())
    with open(recorded, encoding="utf-8") as file:
        lines = [line.split(None, 1) for line in file if not line.startswith("#")]
    wanted = {name.strip(): float(value) for value, name in lines}
    bad = 0
    for name, value in wanted.items():
        measured = scores.get(name, float("nan"))
        slack = SLACK.get(name.replace("_", " ").split()[-1])
        fell = not (measured >= value - DICE_SLACK if slack is None else measured <= value + slack)
        bad += fell
        print(f"ct: {name} {measured:.3f} (recorded {value:.3f}){' WORSE' if fell else ''}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
