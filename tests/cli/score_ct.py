#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares what was measured on a CT phantom with its truth.

    score_ct.py STUDY RESULTS STRUCTURE@LEVEL=DICE ...

STUDY is what `myotome phantom` wrote, RESULTS what `myotome measure` did. Prints whether discs and
landmarks were found within a slice, whether the spinal CT value is within 2 HU, and for each
structure whether both sides overlap with the truth at least as well as asked."""
import array
import csv
import glob
import gzip
import json
import struct
import subprocess
import sys

LABELS = {"multifidus": (5101, 5102), "erector_spinae": (5111, 5112), "psoas_major": (5121, 5122),
          "quadratus_lumborum": (5131, 5132), "gluteus_medius": (6111, 6112),
          "gluteus_maximus": (6121, 6122),
          "vertebral_reference": (9001,)}


def read_labels(path):
    with gzip.open(path) as file:
        data = file.read()
    columns, rows = struct.unpack_from("<2h", data, 42)
    offset = int(struct.unpack_from("<f", data, 108)[0])
    values = array.array("H")
    values.frombytes(data[offset:offset + 2 * columns * rows])
    return values


def dice(one, other, label):
    both = sum(a == label and b == label for a, b in zip(one, other))
    return 2 * both / max(sum(a == label for a in one) + sum(b == label for b in other), 1)


def report(what, away, limit, unit):
    print(f"{what}: " + (f"within {limit:g} {unit}" if away <= limit else f"{away:.1f} {unit} away"))


def main():
    study, results = sys.argv[1:3]
    with open(f"{study}/truth/truth.json") as file:
        truth = json.load(file)
    thickness = truth["options"]["ct_thickness_mm"]
    found = json.loads(subprocess.run(["myotome", "level", "--json", f"{study}/dicom"], check=True,
                                      capture_output=True).stdout)[0]["discs"]
    discs = truth["discs_lps_mm"]
    report("discs", max(abs(found[n]["center_lps_mm"][2] - z) for n, (_, _, z) in discs.items()
                        if n.startswith("L")), thickness, "mm")
    slices = {s["instance_number"]: s for s in truth["ct"]}
    with open(f"{results}/measurements.csv") as file:
        levels = {row["level"]: int(row["instance_number"]) for row in csv.DictReader(file)}
    pelvis = truth["pelvis"]
    ends = pelvis["sacroiliac_joint_end_z_mm"]
    heights = {"acetabular-roof": pelvis["acetabular_roof_z_mm"],
               "sacroiliac-joint": (ends["left"] + ends["right"]) / 2}
    for level, height in heights.items():
        at = slices[levels[level]]
        report(level, abs(discs[at["level"]][2] + at["offset_mm"] - height), thickness, "mm")
    with open(f"{results}/features.csv") as file:
        value = float(next(csv.DictReader(file))["spinal_ct_hu"])
    report("spinal CT value", abs(value - truth["trabecular_hu"]), 2, "HU")
    for wish in sys.argv[3:]:
        name, least = wish.split("=")
        structure, level = name.split("@")
        mark = level.replace("/", "").replace("-", "")
        measured = read_labels(glob.glob(f"{results}/*/*/anat/*_desc-{mark}_dseg.nii.gz")[0])
        true = read_labels(f"{study}/truth/{slices[levels[level]]['labels']}")
        worst = min(dice(measured, true, label) for label in LABELS[structure])
        print(f"{structure} at {level}: " +
              (f"Dice at least {least}" if worst >= float(least) else f"Dice {worst:.3f}"))


main()
