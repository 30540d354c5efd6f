# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks nibabel where the voxels of our NIfTI files lie, for tilted and turned slices.

Usage: check_affine.py WRITER, the program built from write_labels.c. Status 77: no nibabel.
"""
import subprocess
import sys
import tempfile

try:
    import nibabel
    import numpy as np
except ImportError:
    print("nibabel or numpy is not installed: skipped")
    sys.exit(77)

CASES = 25
POSITION_TOLERANCE_MM = 2e-4  # float32 coordinates over a slice of some 500 mm
LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0])


def rotation(rng, tilt_max_deg):
    """A proper rotation by random angles about the three axes, each at most tilt_max_deg."""
    result = np.eye(3)
    for axis, angle in enumerate(np.radians(rng.uniform(-tilt_max_deg, tilt_max_deg, 3))):
        turn = np.eye(3)
        i, j = [k for k in range(3) if k != axis]
        turn[i, i] = turn[j, j] = np.cos(angle)
        turn[i, j], turn[j, i] = -np.sin(angle), np.sin(angle)
        result = turn @ result
    return result


def check(writer, path, rng, case):
    columns, rows = (int(n) for n in rng.integers(1, 60, 2))
    spacing = rng.uniform(0.2, 1.2, 2)  # between columns, between rows
    thickness = rng.uniform(1.0, 6.0)
    position = rng.uniform(-300.0, 300.0, 3)
    turned = rotation(rng, 180.0 if case % 2 else 30.0)
    across, down = turned[:, 0], turned[:, 1]
    numbers = [columns, rows, *spacing, thickness, *position, *across, *down]
    subprocess.run([writer, path, *(format(float(n), ".12f") for n in numbers)], check=True)

    volume = nibabel.load(path)
    labels = np.asarray(volume.dataobj)
    assert labels.shape == (columns, rows, 1), labels.shape
    assert labels.dtype == np.uint16, labels.dtype
    for code, affine in ((volume.header["sform_code"], volume.get_sform()),
                         (volume.header["qform_code"], volume.get_qform())):
        assert code == 1, code
        for i, j in ((0, 0), (columns - 1, 0), (0, rows - 1), (columns - 1, rows - 1)):
            # DICOM PS3.3 C.7.6.2.1.1: position of the centre of pixel (column i, row j).
            lps = position + across * spacing[0] * i + down * spacing[1] * j
            ras = affine @ [i, j, 0, 1]
            error = np.abs(ras[:3] - LPS_TO_RAS @ lps).max()
            assert error < POSITION_TOLERANCE_MM, (case, i, j, error)
            assert labels[i, j, 0] == 7 * (j * columns + i) % 65536
        step = affine[:3, 2] - LPS_TO_RAS @ np.cross(across, down) * thickness
        assert np.abs(step).max() < POSITION_TOLERANCE_MM, (case, step)


def main():
    rng = np.random.default_rng(20240131)
    with tempfile.TemporaryDirectory() as folder:
        for case in range(CASES):
            check(sys.argv[1], f"{folder}/{case}.nii{'.gz' if case % 3 else ''}", rng, case)
    print(f"{CASES} slices: sform, qform and labels agree with nibabel {nibabel.__version__}")


main()
