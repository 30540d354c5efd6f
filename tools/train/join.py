# SPDX-License-Identifier: GPL-3.0-or-later
"""Joins the members of the ensemble to the files that the plugin holds.

usage: join.py WORK_FOLDER

Makes WORK_FOLDER/unet.safetensors of member<N>.safetensors, and of factors.safetensors (without it all are 1)
and quality.safetensors (without it every outline is expected to be perfect) where they are there already; and
unet-body.safetensors of body<N>.safetensors.
"""
import glob
import os
import sys

import numpy as np

import frame
import weights
from quality import FEATURES, LABELS

LOG_NO_MISS = -20.0


def join(folder, part):
    """The tensors of all members' <part><N>.safetensors, and how many these are."""
    paths = sorted(glob.glob(os.path.join(folder, part + "?.safetensors")))
    if not paths:
        raise SystemExit(f"{folder}: no members ({part}<N>.safetensors)")
    return {f"member{n}.{name}": values for n, path in enumerate(paths)
            for name, values in weights.read(path).items()}, {"members": str(len(paths))}


def fitted(folder):
    """What was fitted to the cross-validation, as far as it was."""
    perfect = np.zeros((len(LABELS), FEATURES), np.float32)
    perfect[:, 0] = LOG_NO_MISS
    result = {"class_factors": np.ones(frame.CLASSES, np.float32),
              "quality": perfect, "usual_area": np.ones(len(LABELS), np.float32)}
    for name in ("factors", "quality"):
        path = os.path.join(folder, name + ".safetensors")
        if os.path.exists(path):
            result.update(weights.read(path))
    return result


def main():
    folder = sys.argv[1]
    tensors, count = join(folder, "body")
    weights.write(os.path.join(folder, "unet-body.safetensors"), tensors, count)
    tensors, count = join(folder, "member")
    tensors.update(fitted(folder))
    weights.write(os.path.join(folder, "unet.safetensors"), tensors, count)


if __name__ == "__main__":
    main()
