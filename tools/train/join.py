# SPDX-License-Identifier: GPL-3.0-or-later
"""Joins the members of the ensemble to the file that the plugin holds.

usage: join.py WORK_FOLDER OUTPUT

Takes WORK_FOLDER/member<N>.safetensors, and quality.safetensors where it is there already; without
it every outline is expected to be perfect.
"""
import glob
import os
import sys

import numpy as np

import weights
from quality import FEATURES, LABELS

LOG_NO_MISS = -20.0


def main():
    folder, output = sys.argv[1:3]
    paths = sorted(glob.glob(os.path.join(folder, "member*.safetensors")))
    if not paths:
        raise SystemExit(f"{folder}: no members (member<N>.safetensors)")
    tensors = {f"member{n}.{name}": values
               for n, path in enumerate(paths) for name, values in weights.read(path).items()}
    quality = os.path.join(folder, "quality.safetensors")
    if os.path.exists(quality):
        tensors.update(weights.read(quality))
    else:
        perfect = np.zeros((len(LABELS), FEATURES), np.float32)
        perfect[:, 0] = LOG_NO_MISS
        tensors.update({"quality": perfect, "usual_area": np.ones(len(LABELS), np.float32)})
    weights.write(output, tensors, {"members": str(len(paths))})


if __name__ == "__main__":
    main()
