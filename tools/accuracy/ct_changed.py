# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes the reference CT in ways that must not change what is measured, and prints by how much it does:
slices, areas, spinal CT values, flags.

usage: ct_changed.py MYOTOME STUDY SCRATCH [NAME...]

Each variant is written to SCRATCH with the headers of the study, measured, and removed again. It fails
when L3 or L4/5 is found on another slice (farther off than half of one and half of a new one, where slices are others) or not
at all.
"""
import copy
import csv
import dataclasses
import os
import shutil
import subprocess
import sys
from typing import Callable

import numpy as np
import pydicom
from scipy import ndimage

import ct_count

METAL = 3000
AREA_PERCENT = 5  # a smaller change of an area is not printed


def vectors(header):
    """Step to the next column and to the next row, mm."""
    iop = np.array(header.ImageOrientationPatient, float)
    row_mm, column_mm = map(float, header.PixelSpacing)
    return iop[:3] * column_mm, iop[3:] * row_mm


def with_noise(headers, hu, _):
    return headers, hu + np.random.default_rng(1).normal(size=hu.shape) * 40


def turned(quarters):
    """Stored as by a scanner that thinks the patient lies on the side or prone."""
    def change(headers, hu, _):
        for _ in range(quarters):
            for d in headers:
                column, row = vectors(d)
                corner = np.array(d.ImagePositionPatient, float)
                d.ImagePositionPatient = [float(v) for v in corner + column * (hu.shape[2] - 1)]
                iop = np.array(d.ImageOrientationPatient, float)
                d.ImageOrientationPatient = [float(v) for v in np.concatenate([iop[3:], -iop[:3]])]
                d.PixelSpacing = d.PixelSpacing[::-1]
                d.Rows, d.Columns = d.Columns, d.Rows
            hu = np.rot90(hu, 1, (1, 2))
        return headers, hu
    return change


def cut_to(size_mm):
    """A field of view around the spine."""
    def change(headers, hu, spine_mm):
        column, row = vectors(headers[0])
        corner = np.array(headers[0].ImagePositionPatient, float)
        half = int(round(0.5 * size_mm / np.linalg.norm(column)))
        c = int(round((spine_mm[0] - corner[0]) / column[0]))
        r = int(round((spine_mm[1] - corner[1]) / row[1]))
        r = min(r, hu.shape[1] - half)
        for d in headers:
            moved = np.array(d.ImagePositionPatient, float) + (c - half) * column + (r - half) * row
            d.ImagePositionPatient = [float(v) for v in moved]
            d.Rows = d.Columns = 2 * half
        return headers, hu[:, r - half:r + half, c - half:c + half]
    return change


def with_metal(headers, hu, spine_mm):
    """Screws in the pedicles of 16 slices around L4/5, with dark and bright streaks."""
    hu = hu.copy()
    z = np.array([float(d.ImagePositionPatient[2]) for d in headers])
    column, row = vectors(headers[0])
    corner = np.array(headers[0].ImagePositionPatient, float)
    x = corner[0] + column[0] * np.arange(hu.shape[2])[None] - spine_mm[0]
    y = corner[1] + row[1] * np.arange(hu.shape[1])[:, None] - spine_mm[1]
    for k in np.argsort(abs(z - spine_mm[2]))[:16]:
        for side in (-1, 1):
            u, v = x - side * 20, y - 15
            angle, away = np.arctan2(v, u), np.hypot(u, v)
            hu[k] += 350 * np.cos(9 * angle) * np.exp(-away / 35)
            hu[k][(abs(u) < 3.5) & (abs(v) < 20)] = METAL
    return headers, hu


def resampled(slice_mm, pixel_mm):
    """Other slices and pixels of the same body (linear between the study's)."""
    def change(headers, hu, _):
        z = np.array([float(d.ImagePositionPatient[2]) for d in headers])
        at = np.arange(z[0], z[-1], slice_mm)
        old_mm = float(headers[0].PixelSpacing[0])
        count = int(hu.shape[1] * old_mm / pixel_mm)
        grid = np.arange(count) * pixel_mm / old_mm
        result, layers = [], []
        for k, place in enumerate(np.interp(at, z, np.arange(len(z)))):
            d = copy.deepcopy(headers[int(round(place))])
            d.SOPInstanceUID = d.file_meta.MediaStorageSOPInstanceUID = pydicom.uid.generate_uid()
            d.InstanceNumber, d.SliceThickness = k + 1, slice_mm
            d.ImagePositionPatient = [*d.ImagePositionPatient[:2], float(at[k])]
            if "SliceLocation" in d:
                d.SliceLocation = float(at[k])
            d.PixelSpacing, d.Rows, d.Columns = [pixel_mm, pixel_mm], count, count
            result.append(d)
            layers.append(ndimage.map_coordinates(
                hu, np.meshgrid([place], grid, grid, indexing="ij"), order=1, mode="nearest")[0])
        return result, np.stack(layers)
    return change


def resized(across, along):
    """Another body: so many times as wide, and as high."""
    def change(headers, hu, _):
        for d in headers:
            x, y, z = (float(v) for v in d.ImagePositionPatient)
            d.ImagePositionPatient = [x * across, y, z * along]
            d.PixelSpacing = [d.PixelSpacing[0], float(d.PixelSpacing[1]) * across]
            d.SliceThickness = float(d.SliceThickness) * along
            if "SliceLocation" in d:
                d.SliceLocation = float(d.SliceLocation) * along
        return headers, hu
    return change


def mirrored(headers, hu, _):
    return headers, hu[:, :, ::-1]


def with_kernel(sharper):
    """As reconstructed with a sharper kernel, or a smoother one (negative)."""
    def change(headers, hu, _):
        smooth = ndimage.gaussian_filter(hu, (0, 1, 1))
        return headers, hu + sharper * (hu - smooth)
    return change


@dataclasses.dataclass
class Variant:
    change: Callable
    across: float = 1.0  # what it makes of areas, and of heights
    along: float = 1.0
    mirror: bool = False


VARIANTS = {
    "noise of 40 HU": Variant(with_noise),
    "sharper kernel": Variant(with_kernel(1.5)),
    "smoother kernel": Variant(with_kernel(-0.9)),
    "field of view of 156 mm": Variant(cut_to(156)),
    "stored on the side": Variant(turned(1)),
    "stored prone": Variant(turned(2)),
    "mirrored": Variant(mirrored, mirror=True),
    "slices of 1 mm": Variant(resampled(1.0, 0.9765625)),
    "1.5 mm in all directions": Variant(resampled(1.5, 1.5)),
    "slices of 3 mm, pixels of 1.2 mm": Variant(resampled(3.0, 1.2)),
    "slices of 5 mm, pixels of 0.7 mm": Variant(resampled(5.0, 0.7)),
    "0.85 times as wide": Variant(resized(0.85, 1.0), across=0.85),
    "1.15 times as wide": Variant(resized(1.15, 1.0), across=1.15),
    "0.9 times as high": Variant(resized(1.0, 0.9), along=0.9),
    "1.15 times as high": Variant(resized(1.0, 1.15), along=1.15),
    "metal around L4/5": Variant(with_metal),
}


def write(headers, hu, folder):
    os.makedirs(folder)
    for k, (d, layer) in enumerate(zip(headers, hu)):
        stored = np.round((layer - float(d.RescaleIntercept)) / float(d.RescaleSlope))
        low, high = (-(1 << (d.BitsStored - 1)), (1 << (d.BitsStored - 1)) - 1) \
            if d.PixelRepresentation else (0, (1 << d.BitsStored) - 1)
        d.PixelData = np.ascontiguousarray(np.clip(stored, low, high).astype(
            np.int16 if d.PixelRepresentation else np.uint16)).tobytes()
        d.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
        d.is_little_endian, d.is_implicit_VR = True, False
        d.save_as(os.path.join(folder, f"{k:04d}.dcm"), write_like_original=False)


def measure(myotome, folder, results):
    """Slices by level, rows by level, structure and side, and spinal CT values by vertebra."""
    shutil.rmtree(results, ignore_errors=True)
    subprocess.run([myotome, "measure", "-q", "--vertebra", "L1,L2,L3,L4,L5", folder, "-o", results],
                   check=False)
    with open(os.path.join(results, "measurements.csv"), encoding="utf-8") as file:
        rows = {(r["level"], r["structure"], r["side"]): r for r in csv.DictReader(file)}
    with open(os.path.join(results, "vertebrae.csv"), encoding="utf-8") as file:
        values = {}
        for r in csv.DictReader(file):
            values.setdefault(r["vertebra"], []).append(float(r["mean_hu"]))
    return ({level: r["sop_uid"] for (level, _, _), r in rows.items()}, rows,
            {name: np.mean(v) for name, v in values.items()})


def heights(headers):
    return {d.SOPInstanceUID: float(d.ImagePositionPatient[2]) for d in headers}


def half_step(places):
    """Half of the distance of two slices, mm."""
    return 0.5 * np.diff(sorted(places.values()))[0]


def compare(name, variant, wanted, found, places, new_places):
    """Prints how a variant differs; true when L3 and L4/5 lie where they should."""
    slices, rows, values = wanted
    new_slices, new_rows, new_values = found
    limit_mm = half_step(places)
    if new_places.keys() != places.keys():  # other slices cannot lie where the study's do
        limit_mm += half_step(new_places)
    moved = {level: new_places[new_slices[level]] / variant.along - places[uid]
             if level in new_slices else None for level, uid in slices.items()}
    same = {level: mm is not None and abs(mm) <= limit_mm for level, mm in moved.items()}
    print(f"ct: {name}: " + ", ".join(
        f"{level} {'none' if mm is None else 'the same' if abs(mm) < 0.01 else f'{mm:+.1f} mm'}"
        for level, mm in moved.items()))
    shift = [new_values[v] - values[v] for v in values if v in new_values]
    print(f"  spinal CT value: {len(shift)} of {len(values)} vertebrae, within "
          f"{max(map(abs, shift), default=float('nan')):.1f} HU")
    other = {"left": "right", "right": "left"} if variant.mirror else {}
    for (level, structure, side), row in rows.items():
        new = new_rows.get((level, structure, other.get(side, side)))
        if not new or not same[level] or not row["csa_mm2"]:
            continue
        change = 100 * (float(new["csa_mm2"] or 0) / variant.across / float(row["csa_mm2"]) - 1)
        flags = sorted(set(new["flags"].split(";")) - set(row["flags"].split(";")))
        if abs(change) > AREA_PERCENT or any(flags):
            print(f"  {level} {structure} {side}: area {change:+.0f} % {' '.join(flags)}")
    return same["L3"] and same["L4/5"]


def main():
    myotome, study, scratch = sys.argv[1:4]
    headers, hu = ct_count.read_slices(study)
    results = scratch + "-results"
    wanted = measure(myotome, study, results)
    spine_mm = ct_count.ask(myotome, study)["discs"]["L4/5"]["center_lps_mm"]
    good = True
    for name, variant in VARIANTS.items():
        if sys.argv[4:] and name not in sys.argv[4:]:
            continue
        shutil.rmtree(scratch, ignore_errors=True)
        changed, new_hu = variant.change(copy.deepcopy(headers), hu, spine_mm)
        places = heights(changed)
        write(changed, new_hu, scratch)
        good &= compare(name, variant, wanted, measure(myotome, scratch, results),
                        heights(headers), places)
    shutil.rmtree(scratch, ignore_errors=True)
    shutil.rmtree(results, ignore_errors=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
