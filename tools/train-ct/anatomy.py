# SPDX-License-Identifier: GPL-3.0-or-later
"""What the network for CT tells apart, and the maps that its samples are drawn from: the label map of
an atlas, and bodies of phantoms."""
import os

import nibabel
import numpy as np
from scipy import ndimage

# Classes, in the order of the network's answers, with the labels of the atlas that make them.
CLASSES = {
    "background": (),
    "psoas_major": (131, 231),
    "quadratus_lumborum": (133, 233),
    "back_muscles": (137, 237),
    "abdominal_wall": (32, 135, 136, 235, 236),
    "gluteus_maximus": (143, 241),
    "gluteus_medius": (140, 240),
    "gluteus_minimus": (139, 239),
    "iliacus": (138, 238),
    "vertebra": tuple(range(401, 413)) + tuple(range(501, 506)),
    "disc": tuple(range(551, 560)),
    "sacrum": (600, 700),
    "pelvis": (2, 299),
    "rib": tuple(range(681, 693)),
    "kidney": (51, 52),
    "spinal_canal": (),  # what the vertebrae enclose
}
NAMES = tuple(CLASSES)
MUSCLES = tuple(NAMES.index(n) for n in NAMES[1:9])
SPINE = tuple(NAMES.index(n) for n in ("vertebra", "disc", "sacrum"))
BONES = tuple(NAMES.index(n) for n in ("vertebra", "sacrum", "pelvis", "rib"))
DISC, KIDNEY, CANAL = (NAMES.index(n) for n in ("disc", "kidney", "spinal_canal"))
# Other organs of the atlas keep a number of their own behind the classes.
BOWEL, VESSEL, ORGAN = len(NAMES), len(NAMES) + 1, len(NAMES) + 2
BOWEL_LABELS = (9, 13)
VESSEL_LABELS = tuple(range(7, 9)) + tuple(range(11, 13)) + tuple(range(16, 30)) + tuple(
    range(71, 87)) + tuple(range(117, 130)) + (227,)

# By the atlas' header its vertebrae would be 19 mm apart and 37 mm wide: an adult's are 36 mm apart
# and 45 mm wide.
SLICE_FACTOR, PLANE_FACTOR = 2.0, 1.2
FIRST_LUMBAR_LABEL, SACRUM_LABEL = 501, 600
# Of the maps of phantoms (`fit` asks for them so).
PHANTOM_PIXELS, PHANTOM_STEP_MM, PHANTOM_SLICE_MM = 240, 1.8, 3.0


# The canal of a slice: what a closing of the spine by so much encloses, around the middle that the
# slices around it agree on.
CLOSE_MM, CANAL_RADIUS_MM, AGREE_SLICES = 10.0, 11.0, 9


def enclosed(spine, step_mm):
    reach = int(round(CLOSE_MM / step_mm))
    closed = ndimage.binary_closing(np.pad(spine, reach + 1), iterations=reach)
    return ndimage.binary_fill_holes(closed)[reach + 1:-reach - 1, reach + 1:-reach - 1] & ~spine


def find_canal(classes, step_mm):
    """A mask of the spinal canal: slices x rows x columns."""
    hollow = np.stack([enclosed(layer, step_mm) for layer in np.isin(classes, SPINE)])
    places = np.full((len(classes), 2), np.nan)
    for k, layer in enumerate(hollow):
        parts, count = ndimage.label(ndimage.binary_opening(layer, iterations=2))
        if count:
            sizes = ndimage.sum(layer, parts, range(1, count + 1))
            places[k] = ndimage.center_of_mass(parts == 1 + np.argmax(sizes))
    known = np.nonzero(~np.isnan(places[:, 0]))[0]
    places = np.stack([np.interp(np.arange(len(classes)), known, places[known, i])
                       for i in (0, 1)], 1)
    places = ndimage.median_filter(places, (AGREE_SLICES, 1), mode="nearest")
    rows, columns = np.indices(classes.shape[1:])
    near = [np.hypot(rows - r, columns - c) * step_mm <= CANAL_RADIUS_MM for r, c in places]
    return hollow & np.stack(near) & ((classes == 0) | (classes > len(NAMES)))


class Body:
    """A map that samples are drawn from: slices x rows x columns of classes, from foot to head, to the
    back, to the left; spacing in mm, in the same order; the lowest and highest slices with spine; the
    highest one with sacrum, and with lumbar vertebrae."""

    def __init__(self, classes, spacing, hips, waist):
        self.classes, self.spacing, self.hips, self.waist = classes, spacing, hips, waist
        seen = np.nonzero(np.isin(classes, SPINE).any((1, 2)))[0]
        self.heights = seen.min(), seen.max()
        self.centers = self._centers()

    def _centers(self):
        """Middle of all that is labelled on each slice (row, column), mm."""
        result = []
        for layer in self.classes:
            rows, columns = np.nonzero(layer)
            result.append((0.5 * (rows.min() + rows.max()) * self.spacing[1],
                           0.5 * (columns.min() + columns.max()) * self.spacing[2])
                          if len(rows) else (0.0, 0.0))
        return np.array(result)


def atlas(path):
    """The body of the label map."""
    image = nibabel.as_closest_canonical(nibabel.load(path))
    labels = np.asanyarray(image.dataobj).astype(np.int16).transpose(2, 1, 0)[:, ::-1, ::-1]
    table = np.full(labels.max() + 1, ORGAN, np.uint8)
    table[0] = 0
    for kind, values in ((BOWEL, BOWEL_LABELS), (VESSEL, VESSEL_LABELS)):
        table[[v for v in values if v < len(table)]] = kind
    for k, name in enumerate(NAMES):
        table[[v for v in CLASSES[name] if v < len(table)]] = k
    classes = table[labels]
    step = np.abs(np.diag(image.affine)[:3])
    classes[find_canal(classes, step[1])] = CANAL
    return Body(classes,
                np.array([step[2] * SLICE_FACTOR, step[1] * PLANE_FACTOR, step[0] * PLANE_FACTOR]),
                np.nonzero((labels == SACRUM_LABEL).any((1, 2)))[0].max(),
                np.nonzero((labels == FIRST_LUMBAR_LABEL).any((1, 2)))[0].max())


def phantom(path):
    """The body of a phantom, as unet-ct-bodies writes it."""
    classes = np.fromfile(path, np.uint8).reshape(-1, PHANTOM_PIXELS, PHANTOM_PIXELS)
    hips = np.nonzero((classes == NAMES.index("sacrum")).any((1, 2)))[0].max()
    return Body(classes, np.array([PHANTOM_SLICE_MM, PHANTOM_STEP_MM, PHANTOM_STEP_MM]), hips,
                len(classes) - 1)


def phantoms(folder):
    return [phantom(os.path.join(folder, name)) for name in sorted(os.listdir(folder))]
