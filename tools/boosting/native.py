# SPDX-License-Identifier: GPL-3.0-or-later
"""What the fits of the priors share: the library of a finder's own steps (MYO_PROBE names its file)
and the passing of arrays to it."""
import ctypes as c
import json
import os
import struct

import numpy as np

class Grid(c.Structure):
    _fields_ = [("pixels", c.POINTER(c.c_float)), ("columns", c.c_size_t), ("rows", c.c_size_t)]


class Stack(c.Structure):
    _fields_ = [("pixels", c.POINTER(c.c_float)), ("planes", c.c_size_t),
                ("columns", c.c_size_t), ("rows", c.c_size_t)]


class BoostSettings(c.Structure):
    _fields_ = [("sample_count", c.c_size_t), ("feature_count", c.c_size_t),
                ("class_count", c.c_size_t), ("tree_count", c.c_size_t), ("depth", c.c_size_t),
                ("rate", c.c_float), ("feature_part", c.c_float), ("sample_part", c.c_float),
                ("leaf_min", c.c_float), ("ridge", c.c_float), ("seed", c.c_uint64)]


library = c.CDLL(os.environ["MYO_PROBE"])
library.boost_train.restype = c.c_bool
library.probe_message.restype = c.c_char_p
library.probe_open.restype = c.c_void_p


def check(done):
    if not done:
        raise RuntimeError(library.probe_message().decode())


def address(array):
    return array.ctypes.data_as(c.c_void_p)


def as_grid(array):
    return Grid(array.ctypes.data_as(c.POINTER(c.c_float)), array.shape[1], array.shape[0])


def as_stack(array):
    """A view of planes x rows x columns; None gives a stack without pixels."""
    if array is None:
        return Stack()
    planes, rows, columns = array.shape
    return Stack(array.ctypes.data_as(c.POINTER(c.c_float)), planes, columns, rows)


def take(filled):
    """Copies what a function filled in, and releases it."""
    shape = (filled.rows, filled.columns)
    if isinstance(filled, Stack):
        shape = (filled.planes,) + shape
    array = np.ctypeslib.as_array(filled.pixels, shape).copy()
    library.probe_free(filled.pixels)
    return array


def flat(array, kind):
    return np.ascontiguousarray(array, kind)


def gather(maps, spec, places):
    """Feature values, features x places."""
    spec, places = flat(spec, np.int32), flat(places, np.int32)
    out = np.empty((len(spec), len(places)), np.float32)
    library.probe_gather(c.byref(as_stack(maps)), address(spec), c.c_size_t(len(spec)),
                         address(places), c.c_size_t(len(places)), address(out))
    return out


TENSOR_TYPES = {"float32": "F32", "int16": "I16", "int32": "I32"}


def tensors_to_bytes(tensors, version):
    """The file of a prior (safetensors)."""
    header, blob = {"__metadata__": {"version": version}}, b""
    # Wider types first, so that every tensor is aligned without gaps.
    for name in sorted(tensors, key=lambda n: (-tensors[n].itemsize, n)):
        data = tensors[name].tobytes()
        header[name] = {"dtype": TENSOR_TYPES[str(tensors[name].dtype)],
                        "shape": list(tensors[name].shape),
                        "data_offsets": [len(blob), len(blob) + len(data)]}
        blob += data
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + blob
