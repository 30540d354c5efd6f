# SPDX-License-Identifier: GPL-3.0-or-later
"""What the trainings of all networks share: the loss, the running mean of the weights, the rates."""
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
