# SPDX-License-Identifier: GPL-3.0-or-later
"""The networks as numbers in a file (safetensors): convolutions with their normalisation folded in."""
import json
import struct

import numpy as np
import torch

VERSION = "1"
ALIGNMENT = 64  # of the numbers in the file


def folded(block):
    """Weight (outputs x inputs x 3 x 3) and bias of a convolution and its batch normalisation, if it
    still has one."""
    weight, norm = block[0].weight.detach(), block[1]
    if isinstance(norm, torch.nn.Identity):
        return weight.numpy(), block[0].bias.detach().numpy()
    scale = norm.weight.detach() / torch.sqrt(norm.running_var + norm.eps)
    return (weight * scale[:, None, None, None]).numpy(), (
        norm.bias.detach() - norm.running_mean * scale).numpy()


def convolutions(network):
    """Weight and bias of each convolution, in the order in which a slice passes them."""
    for stage in list(network.down) + list(network.up):
        for block in stage:
            yield folded(block)
    yield network.last.weight.detach().numpy(), network.last.bias.detach().numpy()


def tensors_of(prefix, network):
    result = {}
    for n, (weight, bias) in enumerate(convolutions(network)):
        result[f"{prefix}.{n}.weight"] = weight.astype(np.float16)
        result[f"{prefix}.{n}.bias"] = bias.astype(np.float32)
    return result


def write(path, tensors, metadata):
    kinds = {"float16": "F16", "float32": "F32"}
    header, blob = {"__metadata__": {"version": VERSION, **metadata}}, b""
    for name in sorted(tensors, key=lambda n: (-tensors[n].itemsize, n)):
        data = np.ascontiguousarray(tensors[name]).tobytes()
        header[name] = {"dtype": kinds[str(tensors[name].dtype)], "shape": list(tensors[name].shape),
                        "data_offsets": [len(blob), len(blob) + len(data)]}
        blob += data
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-(8 + len(text)) % ALIGNMENT)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + blob)


def read(path):
    """The tensors of a file, by their names."""
    kinds = {"F16": np.float16, "F32": np.float32}
    with open(path, "rb") as file:
        data = file.read()
    length = struct.unpack_from("<Q", data)[0]
    header, numbers = json.loads(data[8:8 + length]), data[8 + length:]
    return {name: np.frombuffer(numbers[slice(*entry["data_offsets"])], kinds[entry["dtype"]])
            .reshape(entry["shape"]) for name, entry in header.items() if name != "__metadata__"}
