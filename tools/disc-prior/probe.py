# SPDX-License-Identifier: GPL-3.0-or-later
"""The disc finder's own steps for Python: a thin layer over disc-probe.so (see probe.c)."""
import ctypes as c

import numpy as np

from native import Grid, Stack, address, as_grid, check, flat, gather, library, take

STEP_MM = 2.0
OTHER, BODY, DISC, LUMBOSACRAL, SACRUM = range(5)
CLASSES = 5
STAGE0_MAPS = 9



class Vec3(c.Structure):
    _fields_ = [("x", c.c_double), ("y", c.c_double), ("z", c.c_double)]


class Disc(c.Structure):
    _fields_ = [("name", c.c_char_p), ("centre", Vec3), ("confidence", c.c_double),
                ("interpolated", c.c_bool)]


class Spine(c.Structure):
    _fields_ = [("discs", Disc * 24), ("count", c.c_size_t), ("count_confidence", c.c_double),
                ("other_shift", c.c_int), ("other_confidence", c.c_double), ("signs", c.c_uint),
                ("rib_free", c.c_int * 2)]


for name in ("view", "maps", "classify", "find"):
    getattr(library, "probe_" + name).restype = c.c_bool


def view(pixels, spacing):
    """The view of a slice whose columns grow to the back and rows to the feet."""
    pixels, out = flat(pixels, np.float32), Grid()
    check(library.probe_view(address(pixels), c.c_size_t(pixels.shape[1]),
                             c.c_size_t(pixels.shape[0]), c.c_double(spacing), c.byref(out)))
    return take(out)


def maps(view_pixels, model=None):
    """Maps of stage 0, or of stage 1 with what a model's stage 0 says."""
    out = Stack()
    check(library.probe_maps(model.handle if model else None, c.byref(as_grid(view_pixels)),
                             c.byref(out)))
    return take(out)


class Model:
    """An opened prior (bytes of its file)."""

    def __init__(self, data):
        self.data = c.create_string_buffer(data, len(data))
        handle = library.probe_open(self.data, c.c_size_t(len(data)))
        check(handle)
        self.handle = c.c_void_p(handle)

    def close(self):
        library.probe_close(self.handle)

    def classify(self, view_pixels, both=True):
        """Class probabilities, classes x rows x columns."""
        out = Stack()
        check(library.probe_classify(self.handle, c.byref(as_grid(view_pixels)), c.c_bool(both),
                                     c.byref(out)))
        return take(out)

    def find(self, slices, offsets, position, spacing):
        """The discs of a series: a Spine."""
        pixels, offsets = flat(np.stack(slices), np.float32), flat(offsets, np.float64)
        position, out = flat(position, np.float64), Spine()
        count, rows, columns = pixels.shape
        check(library.probe_find(self.handle, address(pixels), c.c_size_t(count),
                                 c.c_size_t(columns), c.c_size_t(rows), c.c_double(spacing),
                                 address(offsets), address(position), c.byref(out)))
        return out
