# SPDX-License-Identifier: GPL-3.0-or-later
"""The prior as a set of tensors, and its file (safetensors)."""
import numpy as np

import native
import probe

VERSION = "2"
CLASSES = {"stage0": 8, "stage1": 6, "stage2": 6}


class Prior:
    """Parts that are not fitted yet hold what is valid and says nothing, so that the segmenter
    opens a prior at every step of the fit."""

    def __init__(self):
        self.tensors = {}
        for stage, count in CLASSES.items():
            self.set_forest(stage, [(0, 0, 0)], {
                "feature": np.zeros((1, 1), np.int16), "threshold": np.zeros((1, 1), np.float32),
                "leaf": np.zeros((1, 2, count), np.int16), "prior": np.zeros(count, np.float32),
                "leaf_scale": np.ones(1, np.float32)})

    def put(self, name, values, kind=np.float32):
        self.tensors[name] = np.ascontiguousarray(values, kind)

    def set_forest(self, stage, spec, forest):
        for name, values in forest.items():
            self.put(f"{stage}.{name}", values, values.dtype)
        self.put(f"{stage}.spec", spec, np.int32)

    def set_template(self, points, classes, centroids, mask):
        self.put("template.points", points)
        self.put("template.classes", classes)
        self.put("template.centroids", centroids)
        self.put("template.muscle_mask", mask)

    def set_shape(self, frame, mean, normal, basis, limit):
        for name, values in (("frame", frame), ("mean", mean), ("normal", normal),
                             ("basis", basis), ("limit", limit)):
            self.put("shape." + name, values)
        self.tensors["shape.offset_counts"] = np.zeros(0, np.int32)
        self.set_step(0, (0,), np.zeros((len(mean) + 1, basis.shape[1])))

    def set_first(self, first):
        self.put("shape.first", first, np.int32)

    def set_step(self, step, offsets, weights):
        counts = list(self.tensors["shape.offset_counts"][:step]) + [len(offsets)]
        self.put("shape.offset_counts", counts, np.int32)
        self.put(f"shape.offsets{step}", offsets)
        self.put(f"shape.weights{step}", weights)

    def copy(self):
        other = Prior.__new__(Prior)
        other.tensors = dict(self.tensors)
        return other

    def open(self):
        return probe.Model(self.to_bytes())

    def to_bytes(self):
        return native.tensors_to_bytes(self.tensors, VERSION)
