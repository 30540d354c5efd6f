# SPDX-License-Identifier: GPL-3.0-or-later
"""Joins the members of the ensemble to the file that the plugin holds.

usage: join.py WORK_FOLDER OUTPUT

Takes WORK_FOLDER/member<N>.safetensors, and quality.safetensors where it is there already; without
it every outline is expected to be perfect.
"""
import glob
import json
import os
import struct
import sys

import numpy as np

import weights
from quality import FEATURES, LABELS

LOG_NO_MISS = -20.0
KINDS = {"F16": np.float16, "F32": np.float32}


def read(path):
    with open(path, "rb") as file:
        data = file.read()
    length = struct.unpack_from("<Q", data)[0]
    header, numbers = json.loads(data[8:8 + length]), data[8 + length:]
    return {name: np.frombuffer(numbers[slice(*entry["data_offsets"])], KINDS[entry["dtype"]])
            .reshape(entry["shape"]) for name, entry in header.items() if name != "__metadata__"}


def main():
    folder, output = sys.argv[1:3]
    paths = sorted(glob.glob(os.path.join(folder, "member*.safetensors")))
    if not paths:
        raise SystemExit(f"{folder}: no members (member<N>.safetensors)")
    tensors = {f"member{n}.{name}": values
               for n, path in enumerate(paths) for name, values in read(path).items()}
    quality = os.path.join(folder, "quality.safetensors")
    if os.path.exists(quality):
        tensors.update(read(quality))
    else:
        perfect = np.zeros((len(LABELS), FEATURES), np.float32)
        perfect[:, 0] = LOG_NO_MISS
        tensors.update({"quality": perfect, "usual_area": np.ones(len(LABELS), np.float32)})
    weights.write(output, tensors, {"members": str(len(paths))})


if __name__ == "__main__":
    main()
