# SPDX-License-Identifier: GPL-3.0-or-later
"""Joins the members of the ensemble to the files that the plugin holds.

usage: join.py WORK_FOLDER

Makes WORK_FOLDER/unet.safetensors of member<N>.safetensors, and of quality.safetensors where it is there
already (without it every outline is expected to be perfect); and unet-body.safetensors of
body<N>.safetensors. The shifts of shifts.safetensors, where it is there already, become part of the
networks' last biases.
"""
import glob
import os
import sys

import numpy as np

import frame
import weights
from quality import FEATURES, LABELS

LOG_NO_MISS = -20.0


def join(folder, part, network):
    """The tensors of all members' <part><N>.safetensors, with the shifts of the logits of that network, and
    how many these are."""
    paths = sorted(glob.glob(os.path.join(folder, part + "?.safetensors")))
    if not paths:
        raise SystemExit(f"{folder}: no members ({part}<N>.safetensors)")
    shifts = os.path.join(folder, "shifts.safetensors")
    shifts = weights.read(shifts)["shifts"] if os.path.exists(shifts) else np.zeros(frame.CLASSES)
    return {f"member{n}.{name}": values for n, path in enumerate(paths)
            for name, values in weights.shifted(weights.read(path), network, shifts).items()}, {
                "members": str(len(paths))}


def main():
    folder = sys.argv[1]
    tensors, count = join(folder, "body", "body")
    weights.write(os.path.join(folder, "unet-body.safetensors"), tensors, count)
    tensors, count = join(folder, "member", "outline")
    quality = os.path.join(folder, "quality.safetensors")
    if os.path.exists(quality):
        tensors.update(weights.read(quality))
    else:
        perfect = np.zeros((len(LABELS), FEATURES), np.float32)
        perfect[:, 0] = LOG_NO_MISS
        tensors.update({"quality": perfect, "usual_area": np.ones(len(LABELS), np.float32)})
    weights.write(os.path.join(folder, "unet.safetensors"), tensors, count)


if __name__ == "__main__":
    main()
