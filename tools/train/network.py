# SPDX-License-Identifier: GPL-3.0-or-later
"""The two networks: small U-Nets that work on pairs of pixels and answer for single ones.

A U-Net (O. Ronneberger et al., MICCAI 2015, 10.1007/978-3-319-24574-4_28) spends most of its time
at full resolution, where it has least to say. Here 2 x 2 pixels become the channels of one
(space to depth), and the last layer gives the logits of all four (sub-pixel convolution; W. Shi et
al., CVPR 2016, 10.1109/CVPR.2016.207).
"""
import torch
from torch import nn

import frame


def convolution(inputs, outputs):
    """3 x 3, batch normalisation, ReLU; the normalisation becomes part of the weights on export."""
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, padding=1, bias=False),
                         nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))


class Network(nn.Module):
    """Logits (batch x classes x rows x columns) of an image with its coordinates (batch x inputs x rows x
    columns); rows and columns are multiples of 2 ** len(channels)."""

    def __init__(self, channels, inputs=frame.INPUTS, classes=frame.CLASSES):
        super().__init__()
        self.channels = tuple(channels)
        self.split = nn.PixelUnshuffle(2)
        self.down, self.up = nn.ModuleList(), nn.ModuleList()
        before = 4 * inputs
        for c in channels:
            self.down.append(nn.Sequential(convolution(before, c), convolution(c, c)))
            before = c
        for c in channels[-2::-1]:
            self.up.append(nn.Sequential(convolution(before + c, c), convolution(c, c)))
            before = c
        self.last = nn.Conv2d(before, 4 * classes, 3, padding=1)
        self.join = nn.PixelShuffle(2)

    def forward(self, x):
        x = self.split(x)
        skips = []
        for i, stage in enumerate(self.down):
            x = stage(x if i == 0 else nn.functional.max_pool2d(x, 2))
            skips.append(x)
        skips.pop()
        for stage in self.up:
            x = nn.functional.interpolate(x, scale_factor=2, mode="nearest")
            x = stage(torch.cat([x, skips.pop()], 1))
        return self.join(self.last(x))


def folded_network(tensors, prefix, inputs=frame.INPUTS, classes=frame.CLASSES):
    """A network with weights as weights.py stores them, the normalisation folded in."""
    names = [f"{prefix}.{n}" for n in range(sum(k.startswith(prefix) for k in tensors) // 2)]
    stages = (len(names) + 1) // 4
    network = Network([len(tensors[f"{prefix}.{2 * s}.bias"]) for s in range(stages)], inputs, classes)
    blocks = [block for stage in list(network.down) + list(network.up) for block in stage]
    convolutions = [block[0] for block in blocks] + [network.last]
    for name, convolution in zip(names, convolutions):
        convolution.weight.data = torch.from_numpy(tensors[name + ".weight"].astype("float32"))
        convolution.bias = nn.Parameter(torch.from_numpy(tensors[name + ".bias"].copy()))
    for block in blocks:
        block[1] = nn.Identity()
    return network.eval().to(memory_format=torch.channels_last)
