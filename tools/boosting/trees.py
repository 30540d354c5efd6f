# SPDX-License-Identifier: GPL-3.0-or-later
"""Fitting a forest of boosted trees to samples (boost.c), as tensors of the prior."""
import ctypes

import numpy as np

import native

BINS = 64
BIN_SAMPLES = 20000    # samples that the bins' edges are taken from
LEAF_SCORE_MAX = 0.6   # as in boost.c
LEAF_SCALE = LEAF_SCORE_MAX / 32767
THRESHOLD_MAX = 3e38   # a node that sends everything to the left
RARE_CLASS = 1e-4      # least prior probability
LEAF_MIN, RIDGE = 20.0, 2.0
SEED = 20240611


class Settings:
    def __init__(self, classes, trees, depth, rate, feature_part, sample_part):
        self.classes, self.trees, self.depth = classes, trees, depth
        self.rate, self.feature_part, self.sample_part = rate, feature_part, sample_part


class Bins:
    """Features cut into bins of equal counts; made once for forests that share samples."""

    def __init__(self, features):
        rng = np.random.default_rng(SEED)
        count = features.shape[1]
        some = np.sort(rng.choice(count, min(count, BIN_SAMPLES), replace=False))
        self.edges = np.empty((len(features), BINS - 1), np.float32)
        self.bins = np.empty(features.shape, np.uint8)
        for f, values in enumerate(features):
            edges = np.quantile(values[some], np.arange(1, BINS) / BINS)
            self.edges[f] = edges
            self.bins[f] = np.searchsorted(self.edges[f], values, side="left")


def fit(bins, classes, settings, keep=None, seed=0):
    """Fits a forest to the samples (those with keep, if given)."""
    binned = bins.bins if keep is None else np.ascontiguousarray(bins.bins[:, keep])
    classes = np.ascontiguousarray(classes if keep is None else classes[keep], np.uint8)
    shares = np.bincount(classes, minlength=settings.classes) / len(classes)
    prior = np.log(np.maximum(shares, RARE_CLASS)).astype(np.float32)
    nodes = 2 ** settings.depth - 1
    feature = np.zeros((settings.trees, nodes), np.int16)
    cut = np.zeros((settings.trees, nodes), np.uint8)
    leaf = np.zeros((settings.trees, nodes + 1, 8), np.float32)
    c_settings = native.BoostSettings(
        len(classes), len(binned), settings.classes, settings.trees, settings.depth,
        settings.rate, settings.feature_part, settings.sample_part, LEAF_MIN, RIDGE, SEED + seed)
    done = native.library.boost_train(ctypes.byref(c_settings), native.address(binned),
                                     native.address(classes), native.address(prior),
                                     native.address(feature), native.address(cut),
                                     native.address(leaf))
    if not done:
        raise MemoryError("fitting a forest")
    edges = np.concatenate([bins.edges, np.full((len(bins.edges), 1), THRESHOLD_MAX)], 1)
    return {"feature": feature, "threshold": edges[feature, cut].astype(np.float32),
            "leaf": np.round(leaf[..., :settings.classes] / LEAF_SCALE).astype(np.int16),
            "leaf_scale": np.array([LEAF_SCALE], np.float32), "prior": prior}
