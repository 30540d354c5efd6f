# SPDX-License-Identifier: GPL-3.0-or-later
"""Variants of slices, and the pixels and features that the two stages are fitted with."""
import numpy as np
from scipy.ndimage import affine_transform

import probe
from cases import NOTHING, classes_at
from trees import SEED, Settings

# Radii in mm at which each map is looked at in eight directions, besides the pixel itself. The
# numbers are the maps of maps.c.
CONTEXT0 = ((0, (2, 4)), (1, (6, 10, 16)), (2, (12, 20, 30)), (3, (24, 36, 50, 70)), (4, (12,)),
            (5, (8, 16)), (6, (8, 16)), (7, (6, 12)), (8, (6, 12)))
CONTEXT1 = CONTEXT0 + tuple((probe.STAGE0_MAPS + k, (8, 16, 24, 36, 50, 70)) for k in range(4))
STAGE0 = Settings(probe.CLASSES, trees=80, depth=6, rate=0.15, feature_part=0.25, sample_part=0.5)
STAGE1 = Settings(probe.CLASSES, trees=120, depth=6, rate=0.12, feature_part=0.25, sample_part=0.5)

LABELLED_MM = 10.0   # slices so near to the discs show what the line says
CLEAR_MM = 34.0      # so far from them there is no spine
VARIANTS = 6         # of each labelled slice, besides itself; of a phantom's:
PHANTOM_VARIANTS = 2
SAMPLES = (220, 90, 90, 60, 60)   # of each class and variant

ROTATION_DEG, SCALES = 12.0, (0.82, 1.22)
GAMMAS, NOISE_MAX = (0.7, 1.45), 0.05
SHADING_MAX = 1.5    # of the logarithm, from one side of the slice to the other
CROP_PART, CROPPED = 0.35, 0.3
DARK_DISC_PART, DARK_BODY_PART, DARKEST = 0.25, 0.06, 0.35


def directions(context):
    spec = []
    for index, radii in context:
        spec.append((index, 0, 0))
        for radius in radii:
            r = max(1, int(round(radius / probe.STEP_MM)))
            d = max(1, int(round(r * np.sqrt(0.5))))
            spec += [(index, -r, 0), (index, r, 0), (index, 0, -r), (index, 0, r),
                     (index, -d, -d), (index, -d, d), (index, d, -d), (index, d, d)]
    return spec


SPEC0, SPEC1 = directions(CONTEXT0), directions(CONTEXT1)


class Variant:
    """A view, the classes of its pixels, and the case that it comes from."""

    def __init__(self, case, pixels, spacing, points):
        self.case = case
        self.view = probe.view(pixels, spacing)
        rows, columns = self.view.shape
        y, x = np.mgrid[:rows, :columns] * probe.STEP_MM
        if points is None:
            self.classes = np.zeros((rows, columns), np.uint8)
        else:
            self.classes = classes_at(*points, x.ravel(), y.ravel()).reshape(rows, columns)

    def draw(self, rng):
        """Pixels with a class: places and classes."""
        flat, places = self.classes.ravel(), []
        for k, most in enumerate(SAMPLES):
            found = np.flatnonzero(flat == k)
            places.append(rng.choice(found, min(len(found), most), replace=False))
        places = np.concatenate(places)
        return places, flat[places]


def darken(pixels, spacing, points, rng):
    """Degenerated discs, and bodies with cement or sclerosis."""
    rows, columns = pixels.shape
    y, x = np.mgrid[:rows, :columns] * spacing
    discs = points[1]
    for i in range(len(discs) - 1):
        axis = discs[i + 1] - discs[i]
        length = np.linalg.norm(axis)
        axis = axis / length
        for centre, half, part in ((discs[i], 5.0, DARK_DISC_PART),
                                   ((discs[i] + discs[i + 1]) / 2, 0.3 * length, DARK_BODY_PART)):
            if rng.random() < part:
                dx, dy = x - centre[0], y - centre[1]
                along, across = dx * axis[0] + dy * axis[1], dy * axis[0] - dx * axis[1]
                inside = np.exp(-(along / half) ** 8 - (across / 15.0) ** 8)
                pixels = pixels * (1 - (1 - rng.uniform(DARKEST, 1.0)) * inside)
    return pixels


def shade(pixels, rng):
    rows, columns = pixels.shape
    y, x = np.mgrid[:rows, :columns] / max(rows, columns) - 0.5
    along, across = rng.uniform(-SHADING_MAX, SHADING_MAX, 2)
    bend = rng.uniform(-SHADING_MAX, SHADING_MAX) * 2
    top = max(np.quantile(pixels, 0.995), 1e-6)
    pixels = np.clip(pixels / top, 0, None) ** rng.uniform(*GAMMAS)
    pixels = pixels * np.exp(along * y + across * x + bend * (y * y - 1 / 12))
    noise = rng.uniform(0, NOISE_MAX)
    return np.hypot(pixels + rng.normal(0, noise, pixels.shape),
                    rng.normal(0, noise, pixels.shape))


def crop(pixels, points, spacing, rng):
    rows, columns = pixels.shape
    limits = []
    for size in (rows, columns):
        first, last = 0, size
        if rng.random() < CROPPED:
            first = int(size * rng.uniform(0, CROP_PART) * (rng.random() < 0.5))
        if rng.random() < CROPPED:
            last = size - int(size * rng.uniform(0, CROP_PART))
        limits.append((first, last))
    (r0, r1), (c0, c1) = limits
    return pixels[r0:r1, c0:c1], points - np.array([c0, r0]) * spacing


def vary(case, pixels, points, rng):
    """A turned, scaled, shaded, cropped copy."""
    kinds, discs = points
    pixels = darken(pixels, case.spacing, points, rng)
    angle, scale = np.deg2rad(rng.normal(0, ROTATION_DEG)), rng.uniform(*SCALES)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    middle = (np.array(pixels.shape) - 1) / 2
    # Output pixel (row, column) shows input pixel middle + turn (output - middle) / scale.
    pixels = affine_transform(pixels, turn / scale, middle - turn @ middle / scale, order=1)
    swapped = discs[:, ::-1] / case.spacing
    swapped = middle + (swapped - middle) @ turn * scale
    pixels, discs = crop(shade(pixels, rng), swapped[:, ::-1] * case.spacing, case.spacing, rng)
    return Variant(case, pixels, case.spacing, (kinds, discs))


def variants(case, number, count=VARIANTS):
    """All variants of a case, always the same ones."""
    rng = np.random.default_rng([SEED, number])
    kinds, line = case.line()
    found = []
    for pixels, x in zip(case.slices, case.offsets):
        distance = np.abs(line[:, 0] - x)
        points = (kinds, line[:, 1:])
        if distance.max() <= LABELLED_MM:
            found.append(Variant(case, pixels, case.spacing, points))
            found += [vary(case, pixels, points, rng) for _ in range(count)]
        elif distance.min() >= CLEAR_MM:
            found.append(Variant(case, pixels, case.spacing, None))
    return found


def stage_samples(chosen, spec, model=None):
    """Features (features x samples) and classes of variants."""
    features, classes = [], []
    for i, variant in enumerate(chosen):
        places, kinds = variant.draw(np.random.default_rng([SEED, i, len(spec)]))
        keep = kinds != NOTHING
        features.append(probe.gather(probe.maps(variant.view, model), spec, places[keep]))
        classes.append(kinds[keep])
    return np.concatenate(features, 1), np.concatenate(classes)
