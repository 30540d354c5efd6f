# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes the reference CT so that its ribs, its lumbosacral junction or its extent are others, and
checks what `myotome level` then says of the count of the discs.

usage: ct_count.py MYOTOME STUDY SCRATCH [NAME...]

Each variant is written to SCRATCH as a DICOM series and removed again.
"""
import glob
import json
import os
import shutil
import subprocess
import sys

import numpy as np
import pydicom
from scipy import ndimage

import paint_atlas

MUSCLE, BONE, PADDING = 50, 350, -1024
NAMED_MM = 8.0  # a disc farther from its place is another one
NEAR_MM = 22.0  # nearer to the midline lie the vertebrae
SIDES = {"left": 1, "right": -1}


def read_slices(study):
    """Headers and attenuations of the slices, from foot to head."""
    found = [pydicom.dcmread(path) for path in glob.glob(os.path.join(study, "**"), recursive=True)
             if os.path.isfile(path)]
    found = sorted((d for d in found if hasattr(d, "ImagePositionPatient")),
                   key=lambda d: float(d.ImagePositionPatient[2]))
    return found, np.stack([d.pixel_array * float(d.RescaleSlope) + float(d.RescaleIntercept)
                            for d in found])


class Volume:
    """Slices from foot to head with coordinates relative to the canal."""

    def __init__(self, study, discs):
        found, self.hu = read_slices(study)
        self.z = np.array([float(d.ImagePositionPatient[2]) for d in found])
        row_mm, column_mm = map(float, found[0].PixelSpacing)
        self.spacing = [column_mm, row_mm, self.z[1] - self.z[0]]
        corner = found[0].ImagePositionPatient
        # The canal lies 24 mm behind the middles of the discs.
        centres = np.array(sorted((d["center_lps_mm"] for d in discs.values()), key=lambda c: c[2]))
        x = np.interp(self.z, centres[:, 2], centres[:, 0])
        y = np.interp(self.z, centres[:, 2], centres[:, 1]) + 24.0
        self.left = (float(corner[0]) + column_mm * np.arange(self.hu.shape[2]))[None] - x[:, None]
        self.front = y[:, None] - (float(corner[1]) + row_mm * np.arange(self.hu.shape[1]))[None]
        self.disc = {name: d["center_lps_mm"][2] for name, d in discs.items()}

    def between(self, upper, lower):
        return (self.z < self.disc[upper]) & (self.z >= self.disc[lower])

    def box(self, side, lateral, front, z):
        u = SIDES[side] * self.left[:, None, :]
        v = self.front[:, :, None]
        height = self.z[:, None, None]
        return ((u >= lateral[0]) & (u < lateral[1]) & (v >= front[0]) & (v < front[1])
                & (height >= z[0]) & (height < z[1]))

    def lowest_rib(self, side, from_mm=NEAR_MM):
        """The rib that is met 50 to 70 mm beside the disc T12/L1."""
        t12 = self.disc["T12/L1"]
        bone = ndimage.gaussian_filter(self.hu, (0, 0.5, 0.5)) > 110
        bone &= self.box(side, (NEAR_MM, 999), (-60, 30), (t12 - 115, t12 + 30))
        pieces, count = ndimage.label(bone, np.ones((3, 3, 3)))
        seen = pieces[bone & self.box(side, (50, 70), (-45, 30), (t12 - 35, t12 + 12))]
        rib = pieces == np.bincount(seen, minlength=count + 1)[1:].argmax() + 1
        return ndimage.binary_dilation(rib) & self.box(side, (from_mm, 999), (-99, 99), (-9e9, 9e9))


def without_ribs(sides, from_mm=NEAR_MM):
    def change(v):
        hu = v.hu.copy()
        for side in sides:
            hu[v.lowest_rib(side, from_mm)] = MUSCLE
        return hu
    return change


def with_bar(sides, lateral, front, disc, low, high, drop=0.0):
    """Bone beside the spine, between two heights above a disc; its tip lies lower by `drop`."""
    def change(v):
        hu = v.hu.copy()
        for side in sides:
            for step in np.arange(lateral[0], lateral[1]):
                down = drop * (step - lateral[0]) / (lateral[1] - lateral[0])
                at = v.box(side, (step, step + 1), front,
                           (v.disc[disc] + low - down, v.disc[disc] + high - down))
                hu[at] = np.maximum(hu[at], BONE)
        return hu
    return change


def with_kidneys(hu_in, stone=900):
    def change(v):
        hu = v.hu.copy()
        height = v.z[:, None, None] - v.disc["L1/2"]
        for side in SIDES.values():
            u, w = side * v.left[:, None, :], v.front[:, :, None]
            inside = ((u - 62) / 26) ** 2 + ((w - 32) / 26) ** 2 + ((height - 15) / 55) ** 2 < 1
            hu[inside & (hu > -150) & (hu < 130)] = hu_in
            hu[((u - 45) / 8) ** 2 + ((w - 20) / 6) ** 2 + ((height - 10) / 10) ** 2 < 1] = stone
        return hu
    return change


def with_arms(v):
    hu = v.hu.copy()
    for side in SIDES.values():
        away = np.hypot(side * v.left[:, None, :] - 165, v.front[:, :, None] - 10)
        away = np.broadcast_to(away, hu.shape)
        hu[away < 38], hu[away < 12], hu[away < 8] = MUSCLE, 1100, 250
    return hu


def in_circle(radius_mm):
    def change(v):
        hu = v.hu.copy()
        away = np.hypot(v.left[:, None, :], v.front[:, :, None] - 20)
        hu[np.broadcast_to(away, hu.shape) > radius_mm] = PADDING
        return hu
    return change


def bent(mm):
    def change(v):
        foot = v.disc["L5/S1"]
        sway = 0.5 * mm * (1 - np.cos(2 * np.pi * np.clip((v.z - foot) / 220, 0, 1)))
        return np.stack([ndimage.shift(layer, (0, s / v.spacing[0]), order=1, cval=-1000)
                         for layer, s in zip(v.hu, sway)])
    return change


def repeated(v):
    slices = np.flatnonzero(v.between("L2/3", "L3/4"))
    return np.concatenate([v.hu[:slices[0]], v.hu[slices], v.hu[slices[0]:]])


BOTH = ("left", "right")
AGREE, DISAGREE, WIDE, FROM_RIBS = "ribs agree", "ribs do not fit", "wide transverse", "taken for those"
# Name: change, vertebrae without ribs (left, right; None: not in view), what must be said, least and
# greatest confidence of the count.
VARIANTS = {
    "as it is": (lambda v: v.hu, (5, 5), AGREE, 0.9, 1.0),
    "L3 taken out": (lambda v: v.hu[~v.between("L2/3", "L3/4")], (4, 4), DISAGREE, 0.3, 0.5),
    "L3 twice": (repeated, (6, 6), DISAGREE, 0.3, 0.5),
    "no rib of T12 on the left": (without_ribs(["left"]), (6, 5), DISAGREE, 0.6, 0.8),
    "no rib of T12 on the right": (without_ribs(["right"]), (5, 6), DISAGREE, 0.6, 0.8),
    "no ribs of T12": (without_ribs(BOTH), (6, 6), DISAGREE, 0.3, 0.5),
    "ribs of T12 end at 40 mm": (without_ribs(BOTH, 40), (6, 6), DISAGREE, 0.3, 0.5),
    "ribs of 40 mm at L1": (with_bar(BOTH, (24, 62), (-16, -6), "L1/2", 8, 18, 22), (4, 4), DISAGREE,
                            0.3, 0.5),
    "processes of L1 to 60 mm": (with_bar(BOTH, (24, 60), (-15, -7), "L1/2", 14, 24), (5, 5), AGREE,
                                 0.9, 1.0),
    "process of L5 touches, left": (with_bar(["left"], (26, 44), (-4, 8), "L5/S1", 0, 32), (5, 5),
                                    WIDE, 0.5, 0.8),
    "processes of L5 21 mm high": (with_bar(BOTH, (26, 44), (-5, 5), "L5/S1", 19, 40), (5, 5), WIDE,
                                   0.5, 0.8),
    "kidneys of 170 HU, stones": (with_kidneys(170), (5, 5), AGREE, 0.9, 1.0),
    "arms beside the body": (with_arms, (5, 5), AGREE, 0.9, 1.0),
    "bent by 30 mm": (bent(30), (5, 5), AGREE, 0.9, 1.0),
    "noise of 40 HU": (lambda v: v.hu + np.random.default_rng(1).normal(size=v.hu.shape) * 40, (5, 5),
                       AGREE, 0.9, 1.0),
    "bones half as dense": (lambda v: np.where(v.hu > 110, 110 + 0.45 * (v.hu - 110), v.hu), (5, 5),
                            AGREE, 0.9, 1.0),
    "field of view of 200 mm": (in_circle(100), (5, 5), AGREE, 0.9, 1.0),
    "field of view of 110 mm": (in_circle(55), (None, None), None, 0.9, 1.0),
    "ends above T12": (lambda v: v.hu[v.z < v.disc["T11/12"] + 12], (5, 5), AGREE, 0.9, 1.0),
    "ends within T12": (lambda v: v.hu[v.z < v.disc["T12/L1"] + 12], (None, None), None, 0.9, 1.0),
    "ends above L2": (lambda v: v.hu[v.z < v.disc["L1/2"]], (None, None), None, 0.9, 1.0),
    "begins above L5/S1": (lambda v: v.hu[v.z > v.disc["L5/S1"] + 12], (None, None), FROM_RIBS, 0.3, 0.5),
    "begins above L4/5": (lambda v: v.hu[v.z > v.disc["L4/5"] + 12], (None, None), FROM_RIBS, 0.3, 0.5),
    "begins above L3/4": (lambda v: v.hu[v.z > v.disc["L3/4"] + 6], (None, None), FROM_RIBS, 0.3, 0.5),
}


def ask(myotome, folder):
    done = subprocess.run([myotome, "level", "-q", "--json", "--level", "L2/3", folder], check=False,
                          capture_output=True, text=True)
    return json.loads(done.stdout)[0]


def check(found, expected):
    ribs, said, least, most = expected
    free = found["vertebrae_without_ribs"]
    text = " ".join(found["warnings"])
    unwanted = [s for s in (DISAGREE, WIDE, FROM_RIBS) if s in text and s != said]
    return ((free["left"], free["right"]) == ribs and (said is None or said in text) and not unwanted
            and least <= found["count_confidence"] <= most)


def is_named_right(found, volume, hu):
    """Whether L2/3 lies where it does in the whole study, when slices were cut off at the foot."""
    first_z = volume.z[len(volume.z) - len(hu)]
    z = found["discs"]["L2/3"]["center_lps_mm"][2]
    return abs(z + first_z - volume.disc["L2/3"]) < NAMED_MM


def main():
    myotome, study, scratch = sys.argv[1:4]
    reference = ask(myotome, study)["discs"]
    volume = Volume(study, reference)
    bad = 0
    for name, (change, *expected) in VARIANTS.items():
        if sys.argv[4:] and name not in sys.argv[4:]:
            continue
        shutil.rmtree(scratch, ignore_errors=True)
        hu = change(volume)
        paint_atlas.write(hu, volume.spacing, scratch)
        found = ask(myotome, scratch)
        right = check(found, expected) and (expected[1] != FROM_RIBS or
                                            is_named_right(found, volume, hu))
        bad += not right
        free = found["vertebrae_without_ribs"]
        print(f"ct: {name}: without ribs {free['left']}, {free['right']}, confidence "
              f"{found['count_confidence']:.2f}, {'; '.join(found['warnings'])}{'' if right else ' WRONG'}",
              flush=True)
    shutil.rmtree(scratch, ignore_errors=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
