# SPDX-License-Identifier: GPL-3.0-or-later
"""What the trainings of all networks share: the loop, the loss, the running mean of the weights, the
rates."""
import copy
import time

import numpy as np
import torch
from torch.nn import functional

RATE, DECAY, WARM_STEPS = 3e-3, 1e-2, 100
AVERAGE = 0.997          # of the weights over the steps
LOG_STEPS = 200


def loss_of(logits, shares):
    """Cross-entropy and soft Dice (F. Milletari et al., 3DV 2016, 10.1109/3DV.2016.79), with soft
    targets at the borders."""
    log = functional.log_softmax(logits, 1)
    entropy = -(shares * log).sum(1).mean()
    p, q = log.exp()[:, 1:], shares[:, 1:]
    both = (p * q).sum((0, 2, 3))
    overlap = (2 * both + 1) / ((p * p).sum((0, 2, 3)) + (q * q).sum((0, 2, 3)) + 1)
    return entropy + 1 - overlap.mean()


def follow(average, network, step):
    """Moves the running mean of the weights."""
    keep = min(AVERAGE, (step + 1) / (step + 10))
    with torch.no_grad():
        for a, b in zip(average.state_dict().values(), network.state_dict().values()):
            if a.dtype.is_floating_point:
                a.lerp_(b, 1 - keep)
            else:
                a.copy_(b)


def train(network, draw, steps, log, keep=None, rate=RATE):
    """The running mean of a network's weights after `steps` batches; draw() gives inputs and shares,
    log() takes a line now and then, and keep() (if not None) the mean so far."""
    network = network.to(memory_format=torch.channels_last)
    average = copy.deepcopy(network).eval()
    optimizer = torch.optim.AdamW(network.parameters(), rate, weight_decay=DECAY)
    started, total, samples = time.time(), 0.0, 0
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = rate * min(step / WARM_STEPS, 1.0) * 0.5 * (
                1 + np.cos(np.pi * step / steps))
        inputs, shares = draw()
        loss = loss_of(network(inputs.contiguous(memory_format=torch.channels_last)), shares)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        follow(average, network, step)
        total, samples = total + loss.item(), samples + len(inputs)
        if (step + 1) % LOG_STEPS == 0:
            log(f"step {step + 1} of {steps}, loss {total / LOG_STEPS:.4f}, "
                f"{samples / (time.time() - started):.1f} samples a second")
            started, total, samples = time.time(), 0.0, 0
            if keep:
                keep(average)
    return average
