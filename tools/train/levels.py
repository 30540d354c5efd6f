# SPDX-License-Identifier: GPL-3.0-or-later
"""Psoas as it is at levels that few cases show: paints samples over, in pixels of 1 mm.

At L5/S1 psoas lies far forwards and to the side, the iliacus and the wing of the ilium or the ala of the
sacrum beside it, vessels and nerves where it was. At L1/2 it is a thin strip on the wall of the
vertebra, quadratus lumborum behind and a kidney beside it, and may be fat for the most part.
Psoas itself is that of the case, moved and resized; what surrounds it is painted.

Images are rows x columns intensities (fat = 1), shares classes x rows x columns; x grows to the
patient's left, y to the back.
"""
import numpy as np
import torch
from torch.nn import functional

import augment
import frame

POINTS = torch.from_numpy(frame.PSOAS.points)
PSOAS, VERTEBRA = augment.PSOAS, 7
PSOAS_MIN_MM2, VERTEBRA_MIN_MM2 = 120.0, 200.0   # less than this is not painted over

# How far psoas is moved, in mm, and resized.
LOWER_LATERAL_MM, LOWER_FORWARD_MM, LOWER_TURN = (0.0, 34.0), (5.0, 52.0), 0.5
LOWER_WIDE, LOWER_LONG = (0.75, 1.15), (0.8, 1.3)
UPPER_WIDE, UPPER_LONG, UPPER_BACK_MM = (0.3, 0.85), (0.5, 1.15), (-8.0, 12.0)
# How often each neighbour is there.
ILIUM_CHANCE, KIDNEY_CHANCE, QUADRATUS_CHANCE, CRURA_CHANCE, FATTY_CHANCE = 0.67, 0.7, 0.85, 0.4, 0.5


def centre(share):
    return complex((share * POINTS.real).sum() / share.sum(), (share * POINTS.imag).sum() / share.sum())


def half_width(share):
    """Half the width of an ellipse with the same spread."""
    away = POINTS.real - centre(share).real
    return 2 * float((away ** 2 * share).sum() / share.sum()) ** 0.5


def noise(rng, nodes):
    return augment.smooth_noise(rng, nodes, tuple(POINTS.shape))


def widen(share, pixels):
    size = 2 * pixels + 1
    wide = functional.max_pool2d(share[None, None], size, 1, pixels)
    return torch.maximum(functional.avg_pool2d(wide, 3, 1, 1)[0, 0], share)


def blend(image, value, amount):
    return image + amount * (value - image)


def ellipse(rng, at, a, b, turn, rough=0.0):
    """Inside of an ellipse with half axes a and b, mm, soft over a millimetre."""
    away = (POINTS - complex(at)) * complex(np.exp(-1j * turn))
    distance = torch.sqrt((away.real / a) ** 2 + (away.imag / b) ** 2)
    if rough > 0:
        distance = distance + rough * noise(rng, (6, 8))
    return torch.sigmoid((1 - distance) * min(a, b))


def muscle_texture(rng, grey):
    strands = 0.12 * noise(rng, (48, 64)).clamp(min=0.6) - 0.07
    return (grey + 0.05 * noise(rng, (30, 40)) + strands).clamp(0, 1.2)


def paint_fat(rng):
    return (rng.uniform(0.75, 1.1) + rng.uniform(0, 0.25) * noise(rng, (20, 26))
            + 0.1 * noise(rng, (6, 8))).clamp(0, 1.3)


def paint_kidney(rng, image, at, free, greys):
    grey, rim, middle = greys
    a, b, turn = rng.uniform(18, 34), rng.uniform(12, 24), rng.uniform(-np.pi, np.pi)
    value = grey + rim * (1 - ellipse(rng, at, 0.7 * a, 0.7 * b, turn))
    if rng.random() < 0.6:
        value = blend(value, middle, ellipse(rng, at, 0.35 * a, 0.35 * b, turn))
    return blend(image, value, ellipse(rng, at, a, b, turn, 0.12) * free)


def paint_bone(rng, image, at, a, b, turn, free, grey, cortex):
    image = blend(image, cortex, ellipse(rng, at, a + 2.5, b + 2.5, turn, 0.1) * free)
    return blend(image, grey + 0.1 * noise(rng, (30, 40)), ellipse(rng, at, a, b, turn, 0.1) * free)


class Scene:
    """A sample from which psoas was cut out, to be put elsewhere."""

    def __init__(self, rng, image, shares):
        self.rng, self.source, self.shares = rng, image, shares.clone()
        self.vertebra, self.wall = centre(shares[VERTEBRA]), half_width(shares[VERTEBRA])
        psoas = shares[[k for k, _ in PSOAS]].sum(0)
        self.grey = float((image * psoas).sum() / psoas.sum())
        self.free = 1 - widen(shares[1:5].sum(0) + shares[VERTEBRA], 1).clamp(0, 1)
        self.cut, self.put = {k: shares[k] for k, _ in PSOAS}, []
        self.image = blend(image, paint_fat(rng), widen(psoas, 2).clamp(0, 1))
        for k, _ in PSOAS:
            self.shares[k] = 0

    def place(self, k, to, wide, long, turn, rim):
        """Where psoas will lie; put() draws it, over everything else."""
        away = (POINTS - complex(to)) * complex(np.exp(-1j * turn))
        points = torch.complex(away.real / wide, away.imag / long) + complex(centre(self.cut[k]))
        share = augment.sample(self.cut[k], points, 1.0) * self.free
        self.put.append((k, augment.sample(self.source, points, 1.0, padding="border"), share,
                         widen(share, rim) * self.free))

    def result(self):
        for k, image, share, wide in self.put:
            self.image = blend(self.image, image, wide)
            self.shares = self.shares * (1 - share)
            self.shares[k] += share
        self.shares[0] += (1 - self.shares.sum(0)).clamp(min=0)
        return self.image, self.shares


def can_paint(shares):
    return (shares[VERTEBRA].sum() > VERTEBRA_MIN_MM2
            and all(shares[k].sum() > PSOAS_MIN_MM2 for k, _ in PSOAS))


def paint_ala(rng, scene, side, grey, cortex):
    at = scene.vertebra + complex(side * rng.uniform(45, 62), rng.uniform(0, 22))
    scene.image = paint_bone(rng, scene.image, at, rng.uniform(16, 30), rng.uniform(9, 18),
                             side * rng.uniform(-0.6, 0.9), scene.free, grey, cortex)


def paint_iliacus(rng, scene, side, to, muscle, grey, cortex):
    """The muscle beside psoas, and the wing of the ilium beyond it."""
    at = to + complex(side * rng.uniform(12, 30), rng.uniform(-12, 24))
    a, b, turn = rng.uniform(16, 34), rng.uniform(6, 14), side * rng.uniform(0.6, 1.8)
    wing = at + complex(side * (b + rng.uniform(4, 9)), 6)
    scene.image = paint_bone(rng, scene.image, wing, a + 6, 6, turn, scene.free, grey, cortex)
    scene.image = blend(scene.image, muscle_texture(rng, muscle),
                        ellipse(rng, at, a, b, turn, 0.12) * scene.free)


def paint_vessels(rng, scene, to):
    for _ in range(int(rng.integers(1, 6))):
        at = (scene.vertebra + (to - scene.vertebra) * rng.uniform(0.2, 0.75)
              + complex(7 * rng.normal(), 7 * rng.normal()))
        radius = rng.uniform(1.5, 8.5)
        inside = ellipse(rng, at, radius, radius * rng.uniform(0.7, 1.2), rng.uniform(0, 3))
        scene.image = blend(scene.image, rng.uniform(0, 0.5), inside * scene.free)


def as_lower(rng, image, shares):
    """As at L5/S1."""
    if not can_paint(shares):
        return image, shares
    scene = Scene(rng, image, shares)
    lateral, forward = rng.uniform(*LOWER_LATERAL_MM), rng.uniform(*LOWER_FORWARD_MM)
    grey, cortex, muscle = rng.uniform(0.3, 0.75), rng.uniform(0, 0.1), rng.uniform(0.8, 1.5)
    beside = [rng.random() < ILIUM_CHANCE, rng.random() < ILIUM_CHANCE]
    if not any(beside):
        beside[int(rng.integers(2))] = True
    for k, side in PSOAS:
        to = centre(shares[k]) + complex(side * (lateral + 3 * rng.normal()),
                                         -forward + 3 * rng.normal())
        if beside[0]:
            paint_ala(rng, scene, side, grey, cortex)
        if beside[1]:
            paint_iliacus(rng, scene, side, to, muscle * scene.grey, grey, cortex)
        paint_vessels(rng, scene, to)
        scene.place(k, to, rng.uniform(*LOWER_WIDE), rng.uniform(*LOWER_LONG),
                    side * rng.uniform(-LOWER_TURN, LOWER_TURN), int(rng.integers(0, 4)))
    return scene.result()


def paint_upper_neighbours(rng, scene, side, greys, quadratus, chances):
    kidney, behind, crus = chances
    if kidney:
        at = scene.vertebra + complex(side * (scene.wall + rng.uniform(28, 52)), rng.uniform(-14, 16))
        scene.image = paint_kidney(rng, scene.image, at, scene.free, greys)
    if behind:
        muscle, a, b, beside, back, turn = quadratus
        at = scene.vertebra + complex(side * (scene.wall + beside + 2 * rng.normal()),
                                      back + 2 * rng.normal())
        inside = ellipse(rng, at, a * rng.uniform(0.85, 1.15), b * rng.uniform(0.85, 1.15),
                         side * turn, 0.15)
        scene.image = blend(scene.image, muscle_texture(rng, muscle * scene.grey), inside * scene.free)
    if crus:
        at = scene.vertebra + scene.wall * complex(side * rng.uniform(0.3, 0.95),
                                                   -rng.uniform(0.75, 1.1))
        inside = ellipse(rng, at, rng.uniform(6, 14), rng.uniform(2, 4.5), side * rng.uniform(0, 1.2))
        scene.image = blend(scene.image, scene.grey * rng.uniform(0.7, 1.4), inside * scene.free)


def add_strands(rng, image, share):
    """Fat in psoas: strands along it, or nearly all of it."""
    texture = noise(rng, (18, 24)) + 0.7 * noise(rng, (48, 64)) + 0.7 * noise(rng, (5, 6))
    amount = torch.sigmoid(4 * (texture - rng.uniform(-1.5, 1.0))) * rng.uniform(0.4, 1.0)
    return image + amount * share * (rng.uniform(0.7, 1.1) - image).clamp(min=0)


def as_upper(rng, image, shares):
    """As at L1/2."""
    if not can_paint(shares):
        return image, shares
    scene = Scene(rng, image, shares)
    wide, long, back = rng.uniform(*UPPER_WIDE), rng.uniform(*UPPER_LONG), rng.uniform(*UPPER_BACK_MM)
    greys = rng.uniform(0.15, 0.75), rng.uniform(-0.15, 0.2), rng.uniform(0.5, 1.0)
    quadratus = (rng.uniform(0.8, 1.6), rng.uniform(9, 20), rng.uniform(4, 10), rng.uniform(3, 26),
                 rng.uniform(18, 34), rng.uniform(-0.3, 1.6))
    chances = [rng.random() < c for c in (KIDNEY_CHANCE, QUADRATUS_CHANCE, CRURA_CHANCE)]
    for k, side in PSOAS:
        paint_upper_neighbours(rng, scene, side, greys, quadratus, chances)
        beside = scene.wall + wide * half_width(shares[k]) * rng.uniform(0.8, 1.3)
        scene.place(k, scene.vertebra + complex(side * beside, back + 2 * rng.normal()), wide, long,
                    side * rng.uniform(-0.25, 0.35), int(rng.integers(0, 3)))
    image, shares = scene.result()
    if rng.random() < FATTY_CHANCE:
        image = add_strands(rng, image, shares[[k for k, _ in PSOAS]].sum(0))
    return image, shares
