# SPDX-License-Identifier: GPL-3.0-or-later
"""Samples of the three stages: which pixels, which features, and what they are."""
import numpy as np
from scipy.ndimage import gaussian_filter

import probe
from augment import SEED
from trees import Settings

# Radii at which each map is looked at in eight directions, besides the pixel itself: pixels on the
# coarse grid, mm in the frame. The numbers are the maps of stage0.c and stages.c.
COARSE_CONTEXT = ((0, (1, 2)), (1, (2, 4)), (2, (4, 8)), (3, (8, 12, 16)), (4, (2, 4, 8)),
                  (5, (16, 22)))
FRAME_CONTEXT = (((0, (2,)), (1, (3, 6)), (2, (6, 12)), (3, (12, 24)), (4, (24, 40)),
                  (5, (6, 12)), (6, (6, 12)), (7, ()), (8, ()), (9, ()), (10, ()))
                 + tuple((11 + k, (6, 16)) for k in range(7)))
DISTANCE_CONTEXT = (tuple((18 + k, ()) for k in range(7))
                    + ((25, (3, 6)), (26, (3, 6)), (27, (5,)), (28, (5,))))

STAGE0 = Settings(8, trees=120, depth=7, rate=0.12, feature_part=0.25, sample_part=0.5)
STAGE1 = Settings(6, trees=100, depth=7, rate=0.12, feature_part=0.25, sample_part=0.5)
STAGE2 = Settings(6, trees=300, depth=7, rate=0.09, feature_part=0.2, sample_part=0.4)
SAMPLES0, SAMPLES1, SAMPLES2 = 350, 160, 180  # of each variant; of each of its sides

# One-sided class (background, own multifidus, erector spinae, psoas; vertebra; other side) of each
# class, for the left side.
ONE_SIDED = np.array([0, 1, 5, 2, 5, 3, 5, 4])
SIDE_FROM_MM = -10.0    # one side reaches this far over the midline
NEAR_MM = 6.0           # smoothing that says what is near a structure
BORDER_MM = 2.0         # and near a border between classes, where samples are denser


def directions(context, step):
    """Features (map, row offset, column offset) of a context."""
    spec = []
    for index, radii in context:
        spec.append((index, 0, 0))
        for radius in radii:
            r = max(1, int(round(radius / step)))
            d = int(round(r * np.sqrt(0.5)))
            spec += [(index, -r, 0), (index, r, 0), (index, 0, -r), (index, 0, r),
                     (index, -d, -d), (index, -d, d), (index, d, -d), (index, d, d)]
    return spec


SPEC0 = directions(COARSE_CONTEXT, 1.0)
SPEC1 = directions(FRAME_CONTEXT, probe.STAGE1_MM)
SPEC2 = directions(FRAME_CONTEXT + DISTANCE_CONTEXT, probe.STAGE2_MM)


def generator(variant, stage):
    return np.random.default_rng([SEED, variant.case, variant.number, stage])


def classes_at(variant, x, y):
    """Classes of a variant at points (mm), and whether they lie on it."""
    column = np.round(x / variant.spacing).astype(int)
    row = np.round(y / variant.spacing).astype(int)
    rows, columns = variant.classes.shape
    inside = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
    return variant.classes[np.clip(row, 0, rows - 1), np.clip(column, 0, columns - 1)], inside


def coarse_samples(variant):
    """Stage 0: half of the pixels on structures, half around them."""
    rng = generator(variant, 0)
    rows, columns = variant.coarse.shape
    y, x = np.mgrid[0:rows, 0:columns] * probe.COARSE_MM
    classes = classes_at(variant, x, y)[0]
    near = gaussian_filter((classes > 0).astype(float), 2.0).ravel() + 0.05
    classes = classes.ravel()
    structure, other = np.flatnonzero(classes), np.flatnonzero(classes == 0)
    half = SAMPLES0 // 2
    places = np.concatenate([
        rng.choice(structure, min(len(structure), half), replace=False),
        rng.choice(other, min(len(other), half), replace=False, p=near[other] / near[other].sum())])
    features = probe.gather(probe.stage0_maps(variant.coarse), SPEC0, places)
    return features, classes[places]


def frame_classes(variant, pose, step):
    x, y = probe.frame_axes(step)
    z = pose[0] * (x[None] + 1j * y[:, None]) + pose[1]
    return classes_at(variant, z.real, z.imag)


def choose_places(classes, inside, step, count, rng):
    """Pixels of one side, denser on structures and along borders."""
    near = gaussian_filter((classes > 0).astype(np.float32), NEAR_MM / step)
    border = np.zeros(classes.shape, np.float32)
    border[:, 1:] = classes[:, 1:] != classes[:, :-1]
    border[1:] = np.maximum(border[1:], classes[1:] != classes[:-1])
    border = gaussian_filter(border, BORDER_MM / step) > 0.1
    x = probe.frame_axes(step)[0]
    weight = (0.08 + np.minimum(2 * near, 1)) * (1 + 2 * border) * inside * (x >= SIDE_FROM_MM)
    weight = weight.ravel()
    count = min(count, np.count_nonzero(weight))
    if count == 0:  # a lost frame may lie beside the slice
        return np.zeros(0, int)
    return rng.choice(weight.size, count, replace=False, p=weight / weight.sum())


def frame_samples(variant, pose, frame, context, distances, step, count, rng):
    """Stages 1 and 2: features and one-sided classes of both sides."""
    classes, inside = frame_classes(variant, pose, step)
    spec = SPEC1 if distances is None else SPEC2
    features, answers = [], []
    for mirror in (False, True):
        if mirror:
            classes, inside = probe.MIRRORED[classes[:, ::-1]], inside[:, ::-1]
        places = choose_places(classes, inside, step, count, rng)
        maps = probe.stage_maps(frame, context, distances, mirror, step)
        features.append(probe.gather(maps, spec, places))
        answers.append(ONE_SIDED[classes.ravel()[places]])
    return np.concatenate(features, 1), np.concatenate(answers)
