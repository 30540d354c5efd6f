# SPDX-License-Identifier: GPL-3.0-or-later
"""Sagittal series with the centres of their discs, and what each pixel shows."""
import glob
import json
import os

import numpy as np
import pydicom

import probe

FOLDS = 5
# What counts as what, mm from the line through the disc centres and along it.
DISC_HALF_HEIGHT_MM = 3.5
HALF_DEPTH_MM, SACRAL_HALF_DEPTH_MM = 12.0, 8.0
BODY_PART = (0.25, 0.75)   # of the way from disc to disc
CLEAR_MM = 22.0            # this far from the line it is something else
BEYOND_MM = 60.0           # how far the line goes on, unlabelled, beyond its ends
NOTHING = 255              # not used for fitting


class Case:
    """slices: canonical pixels (columns to the back, rows to the feet); offsets: x of each slice;
    discs: {name: (x, column, row)} in mm from the first pixel."""

    def __init__(self, name, folder, discs):
        files = [pydicom.dcmread(f) for f in sorted(glob.glob(os.path.join(folder, "*.dcm")))]
        orientation = np.array(files[0].ImageOrientationPatient, float)
        if np.abs(orientation - [0, 1, 0, 0, 0, -1]).max() > 0.01:
            raise ValueError(f"{name}: rows and columns lie otherwise than expected")
        files.sort(key=lambda f: float(f.ImagePositionPatient[0]))
        spacing = [float(v) for v in files[0].PixelSpacing]
        if spacing[0] != spacing[1]:
            raise ValueError(f"{name}: pixels are not square")
        self.name, self.spacing = name, spacing[0]
        self.slices = [f.pixel_array.astype(np.float32) for f in files]
        self.offsets = np.array([float(f.ImagePositionPatient[0]) for f in files])
        first = np.array(files[0].ImagePositionPatient, float)
        self.first = first
        self.discs = {k: (v[0], v[1] - first[1], first[2] - v[2]) for k, v in discs.items()}

    def line(self):
        """Discs from head to foot: their classes, and n x 3 positions."""
        names = sorted(self.discs, key=lambda name: self.discs[name][2])
        return [kind_of(name) for name in names], np.array([self.discs[n] for n in names])


def kind_of(name):
    """Class of a disc by its name. The last mobile disc is the lumbosacral one, whatever the number
    of lumbar vertebrae."""
    if name.startswith("S"):
        return probe.SACRUM
    return probe.LUMBOSACRAL if name.endswith("/S1") else probe.DISC


def read_phantoms(folder):
    """Phantoms (folder/<name>/dicom, folder/<name>/truth), as `myotome phantom` writes them."""
    cases = []
    for name in sorted(os.listdir(folder)) if folder else []:
        with open(os.path.join(folder, name, "truth", "truth.json"), encoding="utf-8") as file:
            truth = json.load(file)
        discs = dict(truth["discs_lps_mm"])
        # A well-formed disc S1/2 is neither taught as lumbosacral nor as sacral.
        if truth["options"]["transitional"] != "lumbarised":
            discs.update(truth["sacral_disc_lps_mm"])
        series, = glob.glob(os.path.join(folder, name, "dicom", "sagittal_*"))
        cases.append(Case(name, series, discs))
    return cases


def read_cases(folder, annotations):
    with open(annotations, encoding="utf-8") as file:
        more = json.load(file)
    cases = []
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        if os.path.isfile(os.path.join(path, "truth.json")):
            with open(os.path.join(path, "truth.json"), encoding="utf-8") as file:
                discs = json.load(file)["discs_lps_mm"]
            cases.append(Case(name, path, {**more.get(name, {}), **discs}))
    return cases


def classes_at(kinds, points, x, y):
    """Classes of points (mm, columns and rows) from the line through the disc centres
    (`points`: n x 2)."""
    position = np.stack([x, y], 1)
    result = np.full(len(x), probe.OTHER, np.uint8)
    nearest = np.full(len(x), np.inf)
    start, end = points[0] - points[1], points[-1] - points[-2]
    nodes = np.concatenate([[points[0] + BEYOND_MM * start / np.linalg.norm(start)], points,
                            [points[-1] + BEYOND_MM * end / np.linalg.norm(end)]])
    for i in range(len(nodes) - 1):
        along = nodes[i + 1] - nodes[i]
        length = np.linalg.norm(along)
        part = np.clip((position - nodes[i]) @ along / length ** 2, 0, 1)
        distance = np.linalg.norm(position - nodes[i] - part[:, None] * along, axis=1)
        beyond = i in (0, len(nodes) - 2)
        sacral = not beyond and kinds[i - 1] in (probe.LUMBOSACRAL, probe.SACRUM)
        depth = SACRAL_HALF_DEPTH_MM if sacral else HALF_DEPTH_MM
        kind = np.full(len(x), NOTHING, np.uint8)
        if not beyond:
            inside = (part > BODY_PART[0]) & (part < BODY_PART[1]) & (distance < depth)
            kind[inside] = probe.SACRUM if sacral else probe.BODY
        kind[distance > (CLEAR_MM if not beyond else 1.5 * CLEAR_MM)] = probe.OTHER
        better = distance < nearest
        result[better] = kind[better]
        nearest[better] = distance[better]
    for kind, point, before, after in zip(kinds, points, nodes[:-2], nodes[2:]):
        axis = (after - before) / np.linalg.norm(after - before)
        delta = position - point
        depth = SACRAL_HALF_DEPTH_MM if kind == probe.SACRUM else HALF_DEPTH_MM
        inside = ((np.abs(delta @ axis) < DISC_HALF_HEIGHT_MM)
                  & (np.abs(delta @ [-axis[1], axis[0]]) < depth))
        result[inside] = kind
    return result
