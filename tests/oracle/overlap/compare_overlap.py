# SPDX-License-Identifier: GPL-3.0-or-later
"""Two readers' label maps, written by nibabel: areas, Dice and distances by SciPy and by us.

Usage: compare_overlap.py MYOTOME. Status 77: no nibabel or SciPy.
"""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import nibabel
    import numpy as np
    from scipy import ndimage
except ImportError:
    print("nibabel, numpy or SciPy is not installed: skipped")
    sys.exit(77)

PATIENTS = 5
SHAPE = (150, 110)
LABELS = {"multifidus": (5101, 5102), "psoas_major": (5121, 5122)}
CENTRES = {5101: (100, 80), 5102: (50, 80), 5121: (110, 30), 5122: (40, 30)}
SPACING_MM = (0.6, 0.9, 4.0)


def blob(rng, centre):
    """A region with a wavy outline."""
    x, y = np.meshgrid(np.arange(SHAPE[0]), np.arange(SHAPE[1]), indexing="ij")
    angle = np.arctan2(y - centre[1], x - centre[0])
    radius = rng.uniform(12, 18)
    for wave in range(2, 6):
        radius = radius + rng.normal(0, 1.0) * np.cos(wave * angle + rng.uniform(0, 6))
    return np.hypot(x - centre[0], y - centre[1]) < radius


def draw(rng):
    labels = np.zeros(SHAPE + (1,), np.uint16)
    for label, centre in CENTRES.items():
        labels[:, :, 0][blob(rng, centre)] = label
    return labels


def compare(a, b):
    """Dice, mean symmetric distance, and 95th percentile Hausdorff distance."""
    border_a, border_b = (m & ~ndimage.binary_erosion(m) for m in (a, b))
    to_b = ndimage.distance_transform_edt(~border_b, sampling=SPACING_MM[:2])[border_a]
    to_a = ndimage.distance_transform_edt(~border_a, sampling=SPACING_MM[:2])[border_b]
    return (2 * (a & b).sum() / (a.sum() + b.sum()),
            (to_a.sum() + to_b.sum()) / (len(to_a) + len(to_b)),
            max(np.percentile(to_a, 95), np.percentile(to_b, 95)))


def main():
    rng = np.random.default_rng(5)
    # First index to the patient's left, second to the back, tilted about the first.
    turn = np.array([[-1, 0, 0], [0, -np.cos(0.3), -np.sin(0.3)], [0, -np.sin(0.3), np.cos(0.3)]])
    affine = np.eye(4)
    affine[:3, :3] = turn @ np.diag(SPACING_MM)
    affine[:3, 3] = (40, 60, -20)
    maps = []
    with tempfile.TemporaryDirectory() as folder:
        for patient in range(PATIENTS):
            pair = [draw(rng), draw(rng)]
            maps.append(pair)
            for name, labels in zip("ab", pair):
                path = Path(folder) / name / f"P{patient}_dseg.nii.gz"
                path.parent.mkdir(exist_ok=True)
                nibabel.save(nibabel.Nifti1Image(labels, affine), path)
        done = subprocess.run([sys.argv[1], "agree", f"{folder}/a", f"{folder}/b", "--json",
                               "--labels-from", "myotome"], capture_output=True, text=True,
                              check=False)
    if done.returncode != 0:
        sys.exit(f"status {done.returncode}: {done.stderr}")
    results = {r["structure"]: r for r in json.loads(done.stdout)}
    if set(results) != set(LABELS):
        sys.exit(f"structures {sorted(results)}")
    wrong = 0
    for structure, values in LABELS.items():
        found = np.array([compare(a[:, :, 0] == v, b[:, :, 0] == v)
                          for a, b in maps for v in values])
        areas = np.array([[np.isin(m, values).sum() / 2 for m in pair] for pair in maps])
        areas = areas * SPACING_MM[0] * SPACING_MM[1]
        expected = {"dice": found[:, 0].mean(), "dice_sd": found[:, 0].std(ddof=1),
                    "dice_min": found[:, 0].min(), "outlines": len(found),
                    "surface_mean_mm": found[:, 1].mean(), "surface_p95_mm": found[:, 2].mean(),
                    "mean": areas.mean(), "n": PATIENTS}
        actual = dict(results[structure], bias=results[structure]["bland_altman"]["bias"])
        expected["bias"] = (areas[:, 0] - areas[:, 1]).mean()
        for name, value in expected.items():
            # Spacing is stored in single precision.
            if abs(actual[name] - value) > 1e-6 * max(1.0, abs(value)):
                print(f"{structure} {name}: {actual[name]}, SciPy says {value}")
                wrong += 1
    print(f"{len(LABELS) * len(expected)} numbers compared, {wrong} differ")
    sys.exit(wrong > 0)


main()
