# SPDX-License-Identifier: GPL-3.0-or-later
"""Variants of a case: its mirror image, and what other patients and scanners would have shown.

A variant depends on its case and its number only, so that it may be made once for all folds."""
import numpy as np
from scipy.ndimage import gaussian_filter, map_coordinates

import probe

SEED = 20240611
VARIANTS = 10          # of each case: as it is, mirrored, and augmented ones
SCALE_LOG = 0.2        # greatest change of size, log
ROTATION_SD = 0.07     # radians
CROP_CHANCE = 0.5      # of a smaller field of view, for each axis
CROP_X_MM = 28.0       # greatest loss at each side,
CROP_FRONT_MM, CROP_BACK_MM = 35.0, 20.0
GAMMA_LOG = 0.35       # greatest change of the tone curve, log
BIAS_SD = (0.3, 0.2)   # of the log brightness at the border, along rows' and columns' axis
NOISE_MAX = 0.06       # of the 99th percentile
BLUR_MAX = 0.9         # pixels of 0.8 mm
GREY_CHANCE, GREY_MAX = 0.5, 0.3    # muscle that is grey instead of black, of fat
OFFSET_CHANCE, OFFSET_MAX = 0.3, 0.15  # the whole image is lifted
GREY_TISSUE = 0.08     # of the top: below it lies air or cortical bone, which stays dark
# Smooth warps: bumps all over the body, and psoas shifted forwards and to the side.
WARP_CHANCE, WARP_BUMPS, WARP_SD_MM, WARP_SIZE_MM = 0.5, 10, 2.5, 28.0
PSOAS_CHANCE, PSOAS_SIZE_MM = 0.35, 25.0
PSOAS_LATERAL_MM, PSOAS_FORWARD_MM = 16.0, 20.0
INVERSION_STEPS = 30


class Bumps:
    """A smooth displacement: Gaussian bumps of given centres, shifts and widths (mm)."""

    def __init__(self):
        self.centers, self.shifts, self.sizes = [], [], []

    def add(self, center, shift, size):
        self.centers.append(center)
        self.shifts.append(shift)
        self.sizes.append(size)

    def at(self, x, y):
        dx, dy = np.zeros_like(x), np.zeros_like(y)
        for (cx, cy), (sx, sy), size in zip(self.centers, self.shifts, self.sizes):
            weight = np.exp(-0.5 * ((x - cx) ** 2 + (y - cy) ** 2) / size ** 2)
            dx += sx * weight
            dy += sy * weight
        return dx, dy


class Variant:
    """Normalised images, classes and the way points of the case take into it."""

    def __init__(self, case, number):
        self.case, self.number = case.index, number
        self.mirror = number == 1
        self.augmented = number >= 2
        self.rng = np.random.default_rng([SEED, case.index, number])
        if self.augmented:
            self.mirror = self.rng.random() < 0.5
        pixels, classes = case.pixels, case.classes
        if self.mirror:
            pixels, classes = pixels[:, ::-1], probe.MIRRORED[classes[:, ::-1]]
        self.spacing = case.spacing
        if self.augmented:
            pixels, classes = self.warp(pixels, classes, case.spacing)
            pixels = change_contrast(pixels, self.rng)
        self.classes = classes.astype(np.uint8)
        self.image, self.coarse = probe.normalise(pixels, self.spacing)
        self.samples0 = None

    def warp(self, pixels, classes, spacing):
        """Draws a similarity, a field of view and bumps; samples image and classes."""
        rng = self.rng
        height, width = ((n - 1) * spacing for n in pixels.shape)
        x0, y0, x1, y1 = 0.0, 0.0, width, height
        self.scale = np.exp(rng.uniform(-SCALE_LOG, SCALE_LOG))
        self.angle = rng.normal() * ROTATION_SD
        if rng.random() < CROP_CHANCE:
            x0, x1 = x0 + rng.uniform(0, CROP_X_MM), x1 - rng.uniform(0, CROP_X_MM)
        if rng.random() < CROP_CHANCE:
            y0, y1 = y0 + rng.uniform(0, CROP_FRONT_MM), y1 - rng.uniform(0, CROP_BACK_MM)
        self.bumps = draw_bumps(rng, classes, spacing)
        self.spacing = probe.IMAGE_MM
        columns = int((x1 - x0) * self.scale / self.spacing)
        rows = int((y1 - y0) * self.scale / self.spacing)
        self.source_center = (0.5 * (x0 + x1), 0.5 * (y0 + y1))
        self.center = (0.5 * (columns - 1) * self.spacing, 0.5 * (rows - 1) * self.spacing)
        y, x = np.mgrid[0:rows, 0:columns] * self.spacing
        source_x, source_y = self.to_source(x, y)
        at = [source_y / spacing, source_x / spacing]
        sigma = 0.5 * np.sqrt(max((self.spacing / spacing) ** 2 - 1, 0.0))
        blur = rng.uniform(0, BLUR_MAX) * self.spacing / spacing
        smooth = gaussian_filter(pixels, np.hypot(sigma, blur), mode="nearest", truncate=3)
        nearest = [np.clip(np.round(a).astype(int), 0, n - 1) for a, n in zip(at, classes.shape)]
        return map_coordinates(smooth, at, order=1, mode="nearest"), classes[tuple(nearest)]

    def to_source(self, x, y):
        x, y = (x - self.center[0]) / self.scale, (y - self.center[1]) / self.scale
        cos, sin = np.cos(self.angle), np.sin(self.angle)
        x, y = (self.source_center[0] + cos * x + sin * y,
                self.source_center[1] - sin * x + cos * y)
        dx, dy = self.bumps.at(x, y)
        return x + dx, y + dy

    def place(self, points):
        """Points of the case (of its mirror image, if this is one), in mm of the variant."""
        if not self.augmented:
            return points
        x, y = points[:, 0], points[:, 1]
        for _ in range(INVERSION_STEPS):  # x + bumps(x) = point
            dx, dy = self.bumps.at(x, y)
            x, y = points[:, 0] - dx, points[:, 1] - dy
        x, y = x - self.source_center[0], y - self.source_center[1]
        cos, sin = np.cos(self.angle), np.sin(self.angle)
        return np.stack([self.scale * (cos * x - sin * y) + self.center[0],
                         self.scale * (sin * x + cos * y) + self.center[1]], 1)


def draw_bumps(rng, classes, spacing):
    """Bumps in mm of the case: where p is shown, p + shift(p) is taken from."""
    bumps = Bumps()
    rows, columns = np.nonzero(classes)
    if rng.random() < WARP_CHANCE:
        for _ in range(WARP_BUMPS):
            i = rng.integers(len(rows))
            bumps.add((columns[i] * spacing, rows[i] * spacing),
                      rng.normal(size=2) * WARP_SD_MM, WARP_SIZE_MM)
    if rng.random() < PSOAS_CHANCE:
        lateral, forward = rng.uniform(0, PSOAS_LATERAL_MM), rng.uniform(0, PSOAS_FORWARD_MM)
        for k, side in ((5, 1.0), (6, -1.0)):
            y, x = (np.mean(a) * spacing for a in np.nonzero(classes == k))
            bumps.add((x + side * lateral, y - forward), (-side * lateral, forward),
                      PSOAS_SIZE_MM)
    return bumps


def change_contrast(pixels, rng):
    """Tone curve, grey muscle, offset, brightness field, noise."""
    v = np.clip(pixels / np.percentile(pixels, 99), 0, 2)
    v = v ** np.exp(rng.uniform(-GAMMA_LOG, GAMMA_LOG))
    if rng.random() < GREY_CHANCE:
        grey = rng.uniform(0, GREY_MAX)
        tissue = np.clip(gaussian_filter(v, 1.0) / GREY_TISSUE, 0, 1)
        v = v + grey * tissue * np.maximum(1 - v, 0)
    down = np.linspace(-1, 1, v.shape[0])[:, None]
    across = np.linspace(-1, 1, v.shape[1])[None]
    field = np.exp(rng.normal() * BIAS_SD[0] * down + rng.normal() * BIAS_SD[1] * across)
    offset = rng.uniform(0, OFFSET_MAX) if rng.random() < OFFSET_CHANCE else 0.0
    noise = rng.normal(size=v.shape) * rng.uniform(0, NOISE_MAX)
    return np.maximum((v + offset) * field + noise, 0).astype(np.float32)
