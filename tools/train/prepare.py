# SPDX-License-Identifier: GPL-3.0-or-later
"""The cases as the training needs them: images of the networks' input, and where structures lie."""
import ctypes as c
import os

import numpy as np

import frame
from augment import CONTRASTS, change_contrast



class Grid(c.Structure):
    """unet_grid of plugins/unet."""
    _fields_ = [("pixels", c.POINTER(c.c_float)), ("columns", c.c_size_t), ("rows", c.c_size_t),
                ("step_mm", c.c_double)]


def network_input(pixels, spacing):
    """The slice at 0.8 and at 3.2 mm, after the library's own way from pixels to the networks."""
    library = c.CDLL(os.environ["MYO_PROBE"])
    library.probe_input.restype = c.c_char_p
    pixels = np.ascontiguousarray(pixels, np.float32)
    fine, coarse = Grid(), Grid()
    message = library.probe_input(pixels.ctypes.data_as(c.c_void_p), c.c_size_t(pixels.shape[1]),
                                  c.c_size_t(pixels.shape[0]), c.c_double(spacing),
                                  c.byref(fine), c.byref(coarse))
    if message:
        raise SystemExit(message.decode())
    images = [np.ctypeslib.as_array(g.pixels, (g.rows, g.columns)).copy() for g in (fine, coarse)]
    library.probe_clear(c.byref(fine))
    library.probe_clear(c.byref(coarse))
    return images


class Prepared:
    """A case with its contrast variants; the first is the image as it is."""

    def __init__(self, case, variants=CONTRASTS):
        self.name, self.index, self.fold = case.name, case.index, case.fold
        self.classes, self.spacing = case.classes, case.spacing
        self.drawn = [bool((case.classes == k).any()) for k in range(1, frame.CLASSES)]
        self.fine, self.coarse = [], []
        for n in range(variants):
            pixels = case.pixels
            if n > 0:
                pixels = change_contrast(pixels, np.random.default_rng([case.index, n]))
            fine, coarse = network_input(pixels, case.spacing)
            self.fine.append(fine.astype(np.float16))
            self.coarse.append(coarse.astype(np.float16))
        self.centers = self.find_centers()

    def find_centers(self):
        """Centres of the structures, complex, mm from the image's centre; NaN where not drawn."""
        rows, columns = self.classes.shape
        centers = np.full(frame.CLASSES - 1, np.nan, complex)
        for k in range(1, frame.CLASSES):
            y, x = np.nonzero(self.classes == k)
            if len(x):
                centers[k - 1] = (x.mean() - 0.5 * (columns - 1)
                                  + 1j * (y.mean() - 0.5 * (rows - 1))) * self.spacing
        return centers

    def pose(self, mean):
        there = ~np.isnan(self.centers)
        return frame.fit_pose(mean[there], self.centers[there], np.ones(there.sum()))
