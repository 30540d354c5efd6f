# SPDX-License-Identifier: GPL-3.0-or-later
"""The frame in which outlines are drawn: where the patient lies in it, whatever the image was.

Points are complex numbers x + iy in mm; x grows to the patient's left, y to the back. A pose (m, t)
takes the frame to the image: image = m * frame + t with complex m (size and rotation).
"""
import numpy as np

CLASSES = 8          # background, then as in cases.py
INPUTS = 3           # intensity, and where the pixel lies in the frame (x, y)
MIRRORED = (0, 2, 1, 4, 3, 6, 5, 7)

IMAGE_MM = 0.8       # pixels of the images that the fit keeps
COARSE_FACTOR = 4    # the same for the coarse ones, in pixels of the fine

# Grids: the frame (mm of the mean patient) and the whole image of the locator (mm).
OUTLINE_MM, OUTLINE_COLUMNS, OUTLINE_ROWS = 1.0, 192, 144
LOCATE_MM, LOCATE_COLUMNS, LOCATE_ROWS = 4.0, 96, 96
CENTER_Y_MM = -6.0   # of the outlines' extent, seen from the mean of the structures' centres
BODY_MM, BODY_COLUMNS, BODY_ROWS = 1.0, 208, 176   # the field of the second view (mm of the body)
BODY_VERTEBRA = -9j  # where the centre of the vertebra lies in it
NEAR_MM, NEAR_COLUMNS, NEAR_ROWS = 1.0, 192, 144   # what its training begins with: less of the back
NEAR_VERTEBRA = 12j


class Grid:
    def __init__(self, step, columns, rows):
        self.step, self.columns, self.rows = step, columns, rows
        x = (np.arange(columns) - 0.5 * (columns - 1)) * step
        y = (np.arange(rows) - 0.5 * (rows - 1)) * step
        self.points = (x[None] + 1j * y[:, None]).astype(np.complex64)


OUTLINE = Grid(OUTLINE_MM, OUTLINE_COLUMNS, OUTLINE_ROWS)
LOCATE = Grid(LOCATE_MM, LOCATE_COLUMNS, LOCATE_ROWS)
BODY = Grid(BODY_MM, BODY_COLUMNS, BODY_ROWS)
NEAR = Grid(NEAR_MM, NEAR_COLUMNS, NEAR_ROWS)


def centroids(shares, points):
    """Centre (complex) and mass of each structure from classes x rows x columns shares."""
    mass = shares[1:].sum((1, 2))
    centers = (shares[1:] * points[None]).sum((1, 2)) / np.maximum(mass, 1e-9)
    return centers, mass


def fit_pose(mean, centers, weights):
    """Least-squares similarity that takes `mean` to `centers`."""
    w = weights / weights.sum()
    a0, b0 = (w * mean).sum(), (w * centers).sum()
    a, b = mean - a0, centers - b0
    m = (w * np.conj(a) * b).sum() / (w * np.abs(a) ** 2).sum()
    return m, b0 - m * a0


def build_mean(all_centers):
    """Mean configuration of the structures' centres (generalised Procrustes), size kept in mm."""
    mean = all_centers[0] - all_centers[0].mean()
    ones = np.ones(len(mean))
    size = np.mean([np.abs(c - c.mean()).mean() for c in all_centers])
    for _ in range(10):
        moved = []
        for c in all_centers:
            m, t = fit_pose(mean, c, ones)
            moved.append((c - t) / m)
        mean = np.mean(moved, 0)
        mean -= mean.mean()
        mean *= size / np.abs(mean).mean()
        # Upright: the mean of the mirror images and the mean are the same.
        mirrored = -np.conj(mean)[[k - 1 for k in MIRRORED[1:]]]
        mean = 0.5 * (mean + mirrored)
    return mean - 1j * CENTER_Y_MM


def body_pose(turned, vertebra, at=BODY_VERTEBRA):
    """The pose of the second view: the rotation of `turned`, at the body's own size, with the centre of the
    vertebra in the image `at` its place in the field."""
    m = turned / abs(turned)
    return m, vertebra - m * at
