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

PSOAS, VERTEBRA = augment.PSOAS, 7
PSOAS_MIN_MM2, VERTEBRA_MIN_MM2 = 120.0, 200.0   # less than this is not painted over

# How far psoas is moved, in mm, and resized.
LOWER_LATERAL_MM, LOWER_FORWARD_MM, LOWER_TURN = (0.0, 34.0), (5.0, 52.0), 0.5
LOWER_WIDE, LOWER_LONG = (0.75, 1.15), (0.8, 1.3)
UPPER_WIDE, UPPER_LONG, UPPER_BACK_MM = (0.3, 0.85), (0.5, 1.15), (-8.0, 12.0)
# How often each neighbour is there.
ILIUM_CHANCE, KIDNEY_CHANCE, QUADRATUS_CHANCE, CRURA_CHANCE, FATTY_CHANCE = 0.67, 0.7, 0.85, 0.4, 0.5


class Brush:
    """What paints images of one size (rows x columns) at random."""

    def __init__(self, rng, shape):
        self.rng, self.points = rng, torch.from_numpy(frame.Grid(1.0, shape[1], shape[0]).points)
        self.random, self.integers = rng.random, rng.integers
        self.uniform, self.normal = rng.uniform, rng.normal

    def noise(self, nodes):
        return augment.smooth_noise(self.rng, nodes, tuple(self.points.shape))

    def ellipse(self, at, a, b, turn, rough=0.0):
        """Inside of an ellipse with half axes a and b, mm, soft over a millimetre."""
        away = (self.points - complex(at)) * complex(np.exp(-1j * turn))
        distance = torch.sqrt((away.real / a) ** 2 + (away.imag / b) ** 2)
        if rough > 0:
            distance = distance + rough * self.noise((6, 8))
        return torch.sigmoid((1 - distance) * min(a, b))

    def centre(self, share):
        return complex((share * self.points.real).sum() / share.sum(),
                       (share * self.points.imag).sum() / share.sum())

    def half_width(self, share):
        """Half the width of an ellipse with the same spread."""
        away = self.points.real - self.centre(share).real
        return 2 * float((away ** 2 * share).sum() / share.sum()) ** 0.5


def widen(share, pixels):
    size = 2 * pixels + 1
    wide = functional.max_pool2d(share[None, None], size, 1, pixels)
    return torch.maximum(functional.avg_pool2d(wide, 3, 1, 1)[0, 0], share)


def blend(image, value, amount):
    return image + amount * (value - image)


def muscle_texture(brush, grey):
    strands = 0.12 * brush.noise((48, 64)).clamp(min=0.6) - 0.07
    return (grey + 0.05 * brush.noise((30, 40)) + strands).clamp(0, 1.2)


def paint_fat(brush):
    return (brush.uniform(0.75, 1.1) + brush.uniform(0, 0.25) * brush.noise((20, 26))
            + 0.1 * brush.noise((6, 8))).clamp(0, 1.3)


def paint_kidney(brush, image, at, free, greys):
    grey, rim, middle = greys
    a, b, turn = brush.uniform(18, 34), brush.uniform(12, 24), brush.uniform(-np.pi, np.pi)
    value = grey + rim * (1 - brush.ellipse(at, 0.7 * a, 0.7 * b, turn))
    if brush.random() < 0.6:
        value = blend(value, middle, brush.ellipse(at, 0.35 * a, 0.35 * b, turn))
    return blend(image, value, brush.ellipse(at, a, b, turn, 0.12) * free)


def paint_bone(brush, image, at, a, b, turn, free, grey, cortex):
    image = blend(image, cortex, brush.ellipse(at, a + 2.5, b + 2.5, turn, 0.1) * free)
    return blend(image, grey + 0.1 * brush.noise((30, 40)), brush.ellipse(at, a, b, turn, 0.1) * free)


class Scene:
    """A sample from which psoas was cut out, to be put elsewhere."""

    def __init__(self, brush, image, shares):
        self.brush, self.source, self.shares = brush, image, shares.clone()
        self.vertebra, self.wall = brush.centre(shares[VERTEBRA]), brush.half_width(shares[VERTEBRA])
        psoas = shares[[k for k, _ in PSOAS]].sum(0)
        self.grey = float((image * psoas).sum() / psoas.sum())
        self.free = 1 - widen(shares[1:5].sum(0) + shares[VERTEBRA], 1).clamp(0, 1)
        self.cut, self.put = {k: shares[k] for k, _ in PSOAS}, []
        self.image = blend(image, paint_fat(brush), widen(psoas, 2).clamp(0, 1))
        for k, _ in PSOAS:
            self.shares[k] = 0

    def place(self, k, to, wide, long, turn, rim):
        """Where psoas will lie; put() draws it, over everything else."""
        away = (self.brush.points - complex(to)) * complex(np.exp(-1j * turn))
        points = torch.complex(away.real / wide, away.imag / long) + complex(self.brush.centre(self.cut[k]))
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


def paint_ala(brush, scene, side, grey, cortex):
    at = scene.vertebra + complex(side * brush.uniform(45, 62), brush.uniform(0, 22))
    scene.image = paint_bone(brush, scene.image, at, brush.uniform(16, 30), brush.uniform(9, 18),
                             side * brush.uniform(-0.6, 0.9), scene.free, grey, cortex)


def paint_iliacus(brush, scene, side, to, muscle, grey, cortex):
    """The muscle beside psoas, and the wing of the ilium beyond it."""
    at = to + complex(side * brush.uniform(12, 30), brush.uniform(-12, 24))
    a, b, turn = brush.uniform(16, 34), brush.uniform(6, 14), side * brush.uniform(0.6, 1.8)
    wing = at + complex(side * (b + brush.uniform(4, 9)), 6)
    scene.image = paint_bone(brush, scene.image, wing, a + 6, 6, turn, scene.free, grey, cortex)
    scene.image = blend(scene.image, muscle_texture(brush, muscle),
                        brush.ellipse(at, a, b, turn, 0.12) * scene.free)


def paint_vessels(brush, scene, to):
    for _ in range(int(brush.integers(1, 6))):
        at = (scene.vertebra + (to - scene.vertebra) * brush.uniform(0.2, 0.75)
              + complex(7 * brush.normal(), 7 * brush.normal()))
        radius = brush.uniform(1.5, 8.5)
        inside = brush.ellipse(at, radius, radius * brush.uniform(0.7, 1.2), brush.uniform(0, 3))
        scene.image = blend(scene.image, brush.uniform(0, 0.5), inside * scene.free)


def as_lower(brush, image, shares):
    """As at L5/S1."""
    if not can_paint(shares):
        return image, shares
    scene = Scene(brush, image, shares)
    lateral, forward = brush.uniform(*LOWER_LATERAL_MM), brush.uniform(*LOWER_FORWARD_MM)
    grey, cortex, muscle = brush.uniform(0.3, 0.75), brush.uniform(0, 0.1), brush.uniform(0.8, 1.5)
    beside = [brush.random() < ILIUM_CHANCE, brush.random() < ILIUM_CHANCE]
    if not any(beside):
        beside[int(brush.integers(2))] = True
    for k, side in PSOAS:
        to = brush.centre(shares[k]) + complex(side * (lateral + 3 * brush.normal()),
                                               -forward + 3 * brush.normal())
        if beside[0]:
            paint_ala(brush, scene, side, grey, cortex)
        if beside[1]:
            paint_iliacus(brush, scene, side, to, muscle * scene.grey, grey, cortex)
        paint_vessels(brush, scene, to)
        scene.place(k, to, brush.uniform(*LOWER_WIDE), brush.uniform(*LOWER_LONG),
                    side * brush.uniform(-LOWER_TURN, LOWER_TURN), int(brush.integers(0, 4)))
    return scene.result()


def paint_upper_neighbours(brush, scene, side, greys, quadratus, chances):
    kidney, behind, crus = chances
    if kidney:
        at = scene.vertebra + complex(side * (scene.wall + brush.uniform(28, 52)), brush.uniform(-14, 16))
        scene.image = paint_kidney(brush, scene.image, at, scene.free, greys)
    if behind:
        muscle, a, b, beside, back, turn = quadratus
        at = scene.vertebra + complex(side * (scene.wall + beside + 2 * brush.normal()),
                                      back + 2 * brush.normal())
        inside = brush.ellipse(at, a * brush.uniform(0.85, 1.15), b * brush.uniform(0.85, 1.15),
                               side * turn, 0.15)
        scene.image = blend(scene.image, muscle_texture(brush, muscle * scene.grey), inside * scene.free)
    if crus:
        at = scene.vertebra + scene.wall * complex(side * brush.uniform(0.3, 0.95),
                                                   -brush.uniform(0.75, 1.1))
        inside = brush.ellipse(at, brush.uniform(6, 14), brush.uniform(2, 4.5), side * brush.uniform(0, 1.2))
        scene.image = blend(scene.image, scene.grey * brush.uniform(0.7, 1.4), inside * scene.free)


def add_strands(brush, image, share):
    """Fat in psoas: strands along it, or nearly all of it."""
    texture = brush.noise((18, 24)) + 0.7 * brush.noise((48, 64)) + 0.7 * brush.noise((5, 6))
    amount = torch.sigmoid(4 * (texture - brush.uniform(-1.5, 1.0))) * brush.uniform(0.4, 1.0)
    return image + amount * share * (brush.uniform(0.7, 1.1) - image).clamp(min=0)


def as_upper(brush, image, shares):
    """As at L1/2."""
    if not can_paint(shares):
        return image, shares
    scene = Scene(brush, image, shares)
    wide, long, back = brush.uniform(*UPPER_WIDE), brush.uniform(*UPPER_LONG), brush.uniform(*UPPER_BACK_MM)
    greys = brush.uniform(0.15, 0.75), brush.uniform(-0.15, 0.2), brush.uniform(0.5, 1.0)
    quadratus = (brush.uniform(0.8, 1.6), brush.uniform(9, 20), brush.uniform(4, 10), brush.uniform(3, 26),
                 brush.uniform(18, 34), brush.uniform(-0.3, 1.6))
    chances = [brush.random() < c for c in (KIDNEY_CHANCE, QUADRATUS_CHANCE, CRURA_CHANCE)]
    for k, side in PSOAS:
        paint_upper_neighbours(brush, scene, side, greys, quadratus, chances)
        beside = scene.wall + wide * brush.half_width(shares[k]) * brush.uniform(0.8, 1.3)
        scene.place(k, scene.vertebra + complex(side * beside, back + 2 * brush.normal()), wide, long,
                    side * brush.uniform(-0.25, 0.35), int(brush.integers(0, 3)))
    image, shares = scene.result()
    if brush.random() < FATTY_CHANCE:
        image = add_strands(brush, image, shares[[k for k, _ in PSOAS]].sum(0))
    return image, shares


def paint(rng, image, shares, lower, upper):
    """Paints these shares of the samples over, as at lower and as at upper levels."""
    chance = rng.random()
    if chance < lower:
        return as_lower(Brush(rng, image.shape), image, shares)
    if chance < lower + upper:
        return as_upper(Brush(rng, image.shape), image, shares)
    return image, shares
