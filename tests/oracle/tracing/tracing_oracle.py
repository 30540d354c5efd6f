# SPDX-License-Identifier: GPL-3.0-or-later
"""What the checks of tracings share: random geometry, and a call of the program from draw.c."""
import subprocess
from pathlib import Path

import numpy as np

LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0])
STRUCTURES = [5101, 5102, 5111, 5112, 5121, 5122, 5131, 5132, 6111, 6112, 6121, 6122, 5991, 5992,
              9001]


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


class Grid:
    """Planes of columns x rows pixels in LPS: plane k begins at position + k * step."""

    def __init__(self, rng, columns, rows, planes, tilt_max_deg=25.0):
        turned = rotation(rng, tilt_max_deg)
        self.columns, self.rows, self.planes = columns, rows, planes
        self.across, self.down = turned[:, 0], turned[:, 1]
        self.spacing = rng.uniform(0.4, 1.2, 2)  # between columns, between rows
        self.thickness = rng.uniform(2.0, 5.0)
        self.normal = np.cross(self.across, self.down)
        self.step = self.normal * self.thickness
        self.position = rng.uniform(-200.0, 200.0, 3)

    def origin(self, plane):
        return self.position + self.step * plane

    def affine(self):
        """Voxel (column, row, plane) to RAS."""
        lps = np.column_stack([self.across * self.spacing[0], self.down * self.spacing[1],
                               self.step, self.position])
        return np.vstack([LPS_TO_RAS @ lps, [0.0, 0.0, 0.0, 1.0]])


def draw(program, path, grid, plane, labels_from="auto"):
    """Labels (rows x columns), or None, and the lines that were printed as a dictionary."""
    out = Path(str(path) + ".labels")
    numbers = [grid.columns, grid.rows, *grid.spacing, grid.thickness, *grid.origin(plane),
               *grid.across, *grid.down]
    done = subprocess.run([program, str(path), str(out), labels_from,
                           *(format(float(n), ".12f") for n in numbers)],
                          stdout=subprocess.PIPE, encoding="utf-8", check=False)
    if done.returncode == 3:
        return None, {"error": done.stdout.strip()}
    assert done.returncode == 0, (done.returncode, path)
    labels = np.fromfile(out, dtype=np.uint16).reshape(grid.rows, grid.columns)
    out.unlink()
    return labels, dict(line.split(": ", 1) if ": " in line else (line.rstrip(":"), "")
                        for line in done.stdout.splitlines())
