# SPDX-License-Identifier: GPL-3.0-or-later
"""The segmenter's own steps for Python: a thin layer over region-probe.so (see probe.h)."""
import ctypes as c

import numpy as np

from native import (Grid, Stack, address, as_grid, as_stack, check, flat, gather, library,
                    take)

CLASSES = 8
STRUCTURES = 7
IMAGE_MM, COARSE_MM, STAGE1_MM, STAGE2_MM = 0.8, 3.2, 2.0, 1.0
FRAME_X0, FRAME_X1, FRAME_Y0, FRAME_Y1 = -96.0, 96.0, -66.0, 102.0
# Class of the mirror image of each class.
MIRRORED = np.array([0, 2, 1, 4, 3, 6, 5, 7])


class Pose(c.Structure):
    _fields_ = [("mx", c.c_double), ("my", c.c_double), ("tx", c.c_double), ("ty", c.c_double)]


for name in ("normalise", "outline", "stage0_maps", "stage0", "search", "stage1_input",
             "stage_maps", "stage", "choose", "shape_input", "shape", "stage2_input"):
    getattr(library, "probe_" + name).restype = c.c_bool


def as_pose(m, t):
    return Pose(m.real, m.imag, t.real, t.imag)


def from_pose(pose):
    """A pose as complex numbers: image mm = m * frame mm + t."""
    return complex(pose.mx, pose.my), complex(pose.tx, pose.ty)


def frame_axes(step):
    """Coordinates of a frame's columns and rows in frame mm."""
    return (np.arange(FRAME_X0, FRAME_X1 + 1e-6, step), np.arange(FRAME_Y0, FRAME_Y1 + 1e-6, step))


def normalise(pixels, spacing):
    """The slice at 0.8 and at 3.2 mm as the stages see it."""
    pixels = flat(pixels, np.float32)
    image, coarse = Grid(), Grid()
    check(library.probe_normalise(address(pixels), c.c_size_t(pixels.shape[1]),
                                  c.c_size_t(pixels.shape[0]), c.c_double(spacing),
                                  c.byref(image), c.byref(coarse)))
    return take(image), take(coarse)


def outline(mask):
    """Largest outer boundary of a mask along pixel corners, points x 2 (column, row)."""
    mask = flat(mask, np.uint16)
    xy, count = c.POINTER(c.c_int)(), c.c_size_t()
    check(library.probe_outline(address(mask), c.c_size_t(mask.shape[1]),
                                c.c_size_t(mask.shape[0]), c.byref(xy), c.byref(count)))
    points = np.ctypeslib.as_array(xy, (count.value, 2)).copy()
    library.probe_free(xy)
    return points


def stage0_maps(coarse):
    maps = Stack()
    check(library.probe_stage0_maps(c.byref(as_grid(coarse)), c.byref(maps)))
    return take(maps)


def stage_maps(frame, context, extra, mirror, step):
    maps = Stack()
    check(library.probe_stage_maps(c.byref(as_grid(frame)), c.byref(as_stack(context)),
                                   c.byref(as_stack(extra)), c.c_bool(mirror), c.c_double(step),
                                   c.byref(maps)))
    return take(maps)


class Model:
    """An opened prior (bytes of its file)."""

    def __init__(self, data):
        self.data = c.create_string_buffer(data, len(data))
        self.handle = library.probe_open(self.data, c.c_size_t(len(data)))
        check(self.handle)
        self.handle = c.c_void_p(self.handle)

    def close(self):
        library.probe_close(self.handle)

    def stage0(self, coarse):
        out = Stack()
        check(library.probe_stage0(self.handle, c.byref(as_grid(coarse)), c.byref(out)))
        return take(out)

    def search(self, stage0):
        pose = Pose()
        check(library.probe_search(self.handle, c.byref(as_stack(stage0)), c.byref(pose)))
        return from_pose(pose)

    def stage1_input(self, image, stage0, pose):
        frame, context = Grid(), Stack()
        check(library.probe_stage1_input(self.handle, c.byref(as_grid(image)),
                                         c.byref(as_stack(stage0)), c.byref(as_pose(*pose)),
                                         c.byref(frame), c.byref(context)))
        return take(frame), take(context)

    def choose(self, image, stage0):
        """Stage 1's answer, the pose of its frame, and the final pose."""
        stage1, stage1_pose, pose = Stack(), Pose(), Pose()
        check(library.probe_choose(self.handle, c.byref(as_grid(image)),
                                   c.byref(as_stack(stage0)), c.byref(stage1),
                                   c.byref(stage1_pose), c.byref(pose)))
        return take(stage1), from_pose(stage1_pose), from_pose(pose)

    def shape_input(self, stage1, stage1_pose, pose):
        out = Stack()
        check(library.probe_shape_input(c.byref(as_stack(stage1)),
                                        c.byref(as_pose(*stage1_pose)), c.byref(as_pose(*pose)),
                                        c.byref(out)))
        return take(out)

    def shape_features(self, step, inputs, landmarks, count):
        landmarks, out = flat(landmarks, np.float64), np.empty(count, np.float32)
        library.probe_shape_features(self.handle, c.c_size_t(step), c.byref(as_stack(inputs)),
                                     address(landmarks), address(out))
        return out

    def shape(self, stage1, stage1_pose, pose, landmark_count):
        """The frame of the fitted shape, and the landmarks in it."""
        moved, landmarks = as_pose(*pose), np.empty((landmark_count, 2))
        check(library.probe_shape(self.handle, c.byref(as_stack(stage1)),
                                  c.byref(as_pose(*stage1_pose)), c.byref(moved),
                                  address(landmarks)))
        return from_pose(moved), landmarks

    def stage2_input(self, image, stage1, stage1_pose, pose, landmarks):
        frame, context, distances = Grid(), Stack(), Stack()
        landmarks = flat(landmarks, np.float64)
        check(library.probe_stage2_input(self.handle, c.byref(as_grid(image)),
                                         c.byref(as_stack(stage1)),
                                         c.byref(as_pose(*stage1_pose)), c.byref(as_pose(*pose)),
                                         address(landmarks), c.byref(frame), c.byref(context),
                                         c.byref(distances)))
        return take(frame), take(context), take(distances)
