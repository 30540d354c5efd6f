# SPDX-License-Identifier: GPL-3.0-or-later
"""Synthetic axial CT slices: bent and resized slices of a label map, painted with attenuations drawn
anew for each (after B. Billot et al., Med Image Anal 86:102789, 2023, 10.1016/j.media.2023.102789).
"""
import numpy as np
import torch
from scipy import ndimage
from torch.nn import functional

import anatomy

STEP_MM, COLUMNS, ROWS = 2.25, 192, 144  # what the network sees
FINE = 2                                 # times as fine is painted
INPUTS = 3
FAT_HU, MUSCLE_HU, AIR_HU = (-118, -88), (15, 80), -1000

# Shape.
CHEST_CHANCE, HIPS_CHANCE = 0.12, 0.25   # of a slice from anywhere, and from below the promontory
SIZE_LOG, STRETCH_LOG = 0.24, 0.10       # of the whole, and of one direction against the other
TURN_SD, TILT_SD, SHIFT_MM = 0.07, 0.09, (14.0, 22.0)
BEND_SD_MM, BEND_NODES = (7.0, 5.0, 5.0), (6, 7)
MUSCLE_SIZE_LOG, MUSCLE_REACH_MM = 0.30, 32.0
WASTE_CHANCE, WASTE_MM = 0.3, 3.0        # muscle that is lost at its surface
# Muscles that are mostly fat: within their fascia, and most beside the spine.
INFILTRATED = tuple(anatomy.NAMES.index(n) for n in ("back_muscles", "gluteus_maximus",
                                                     "gluteus_medius"))
INFILTRATED_CHANCE, DEEP_MM, FASCIA_CHANCE, FASCIA_HU = (0.9, 0.4, 0.4), 14.0, 0.7, (-40, 40)
SKIN_MM = (4.0, 60.0)
CROP_CHANCE, ARM_CHANCE, TABLE_CHANCE = 0.15, 0.25, 0.7


ROW_MM = ((np.arange(ROWS) - 0.5 * (ROWS - 1)) * STEP_MM).astype(np.float32)


def smooth(rng, shape, nodes):
    """Smooth noise of about unit variance."""
    coarse = torch.from_numpy(rng.normal(size=(1, 1) + tuple(nodes)).astype(np.float32))
    return functional.interpolate(coarse, size=tuple(shape), mode="bicubic",
                                  align_corners=True)[0, 0].numpy()


def places(rng, atlas, shape):
    """Where each pixel of a sample comes from: slice, row, column of the atlas."""
    rows, columns = shape
    step = STEP_MM / FINE
    y, x = np.meshgrid((np.arange(rows) - 0.5 * (rows - 1)) * step,
                       (np.arange(columns) - 0.5 * (columns - 1)) * step, indexing="ij")
    y, x = y.astype(np.float32), x.astype(np.float32)
    low, high = atlas.heights
    part = rng.random()
    z0 = rng.uniform(low, high if part < CHEST_CHANCE else
                     atlas.hips if part < CHEST_CHANCE + HIPS_CHANCE else atlas.waist)
    size = np.exp(rng.uniform(-SIZE_LOG, SIZE_LOG))
    stretch = np.exp(rng.uniform(-STRETCH_LOG, STRETCH_LOG))
    turn = rng.normal() * TURN_SD
    x = x + rng.normal() * SHIFT_MM[0]
    y = y + rng.normal() * SHIFT_MM[1]
    x, y = (np.cos(turn) * x - np.sin(turn) * y) / (size * stretch), \
        (np.sin(turn) * x + np.cos(turn) * y) * stretch / size
    nodes = BEND_NODES
    strength = rng.uniform(0.2, 1.0)
    z = np.tan(rng.normal() * TILT_SD) * y + np.tan(0.5 * rng.normal() * TILT_SD) * x
    z = z + strength * BEND_SD_MM[0] * smooth(rng, shape, nodes)
    y = y + strength * BEND_SD_MM[1] * smooth(rng, shape, nodes)
    x = x + strength * BEND_SD_MM[2] * smooth(rng, shape, nodes)
    if rng.random() < 0.5:
        x = -x
    center = atlas.centers[int(round(z0))]
    return [z0 + z / atlas.spacing[0], (y + center[0]) / atlas.spacing[1],
            (x + center[1]) / atlas.spacing[2]]


def resize_muscles(rng, atlas, at):
    """Around each muscle, the map is taken from closer to or farther from its middle."""
    layer = atlas.classes[int(np.clip(round(float(at[0].mean())), 0, len(atlas.classes) - 1))]
    middle = 0.5 * layer.shape[1]
    for k in anatomy.MUSCLES:
        factor = np.exp(rng.uniform(-MUSCLE_SIZE_LOG, MUSCLE_SIZE_LOG))
        rows, columns = np.nonzero(layer == k)
        for side in (columns < middle, columns >= middle):
            if side.sum() < 20:
                continue
            r, c = rows[side].mean(), columns[side].mean()
            dy, dx = at[1] - r, at[2] - c
            reach = MUSCLE_REACH_MM / atlas.spacing[1]
            weight = np.exp(-0.5 * (dy ** 2 + dx ** 2) / reach ** 2)
            at[1] = at[1] + weight * dy * (1 / factor - 1)
            at[2] = at[2] + weight * dx * (1 / factor - 1)


def sample_classes(atlas, at):
    index = [np.clip(np.rint(a), 0, n - 1).astype(np.int32)
             for a, n in zip(at, atlas.classes.shape)]
    inside = (at[1] > 0) & (at[1] < atlas.classes.shape[1] - 1) & (at[2] > 0) & (
        at[2] < atlas.classes.shape[2] - 1)
    return np.where(inside, atlas.classes[tuple(index)], 0).astype(np.uint8)


def box(mask, margin=0):
    """Slices of the rows and columns that hold a mask."""
    rows, columns = np.nonzero(mask.any(1))[0], np.nonzero(mask.any(0))[0]
    return (slice(max(rows[0] - margin, 0), rows[-1] + 1 + margin),
            slice(max(columns[0] - margin, 0), columns[-1] + 1 + margin))


def shell(mask, width_mm):
    """The part of a mask that lies within `width_mm` of its surface."""
    steps = max(int(round(width_mm / STEP_MM * FINE)), 1)
    result = np.zeros_like(mask)
    if mask.any():
        where = box(mask, 1)
        own = mask[where]
        result[where] = own & ~ndimage.binary_erosion(own, iterations=steps)
    return result


def waste(rng, classes, kept=()):
    """Muscle lost at the surface of some muscles: fat instead."""
    for k in anatomy.MUSCLES:
        if rng.random() < WASTE_CHANCE and k not in kept:
            classes[shell(classes == k, rng.uniform(0.5, WASTE_MM))] = 0


def body_mask(rng, classes):
    """What lies within the skin: around all that is labelled, and fat of some depth."""
    coarse = classes[::4, ::4] > 0
    step = 4 * STEP_MM / FINE
    reach = int(36 / step)
    closed = np.pad(coarse, reach)
    closed = ndimage.binary_closing(closed, iterations=reach)[reach:-reach, reach:-reach]
    closed = ndimage.binary_fill_holes(closed | coarse)
    far = ndimage.distance_transform_edt(~closed) * step
    far = functional.interpolate(torch.from_numpy(far)[None, None].float(), scale_factor=4,
                                 mode="bilinear")[0, 0].numpy()
    depth = np.exp(rng.uniform(*np.log(SKIN_MM)))
    return far < depth * np.exp(0.4 * smooth(rng, classes.shape, (3, 4))), far


def paint_fat_and_strangers(rng, hu, free, far):
    """Fat with fascia, and muscle and organs that the atlas does not know."""
    hu[free] = rng.uniform(*FAT_HU)
    if rng.random() < 0.8:
        inner = free & (far <= 0)
        texture = smooth(rng, hu.shape, (24, 32)) + 0.6 * smooth(rng, hu.shape, (60, 80))
        hu[inner & (texture > rng.uniform(0.4, 2.5))] = rng.uniform(20, 75)
    if rng.random() < 0.5:
        line = np.abs(smooth(rng, hu.shape, (14, 18))) < rng.uniform(0.01, 0.05)
        hu[free & line] += rng.uniform(30, 110)
    if rng.random() < 0.5:
        hu[free] += 18 * rng.random() * smooth(rng, hu.shape, (40, 50))[free]


def paint_muscles(rng, hu, classes):
    base, fat = rng.uniform(*MUSCLE_HU), rng.uniform(*FAT_HU)
    lean = rng.random() < 0.4
    texture = smooth(rng, hu.shape, (70, 90)) + 0.8 * smooth(rng, hu.shape, (24, 32))
    for k in anatomy.MUSCLES:
        own = classes == k
        hu[own] = base + rng.uniform(-8, 8)
        if not lean and rng.random() < 0.6:
            amount = 1 / (1 + np.exp(-4 * (texture[own] - rng.uniform(0.3, 2.2))))
            hu[own] += amount * rng.uniform(0.3, 1.0) * (fat - hu[own])
    return fat


def infiltrate(rng, hu, classes, fat):
    """Replaces much of some muscles by fat, which stays within the fascia and belongs to the muscle."""
    to_spine = ndimage.distance_transform_edt(~np.isin(classes[::4, ::4], anatomy.SPINE))
    to_spine = np.kron(to_spine, np.ones((4, 4))) * (4 * STEP_MM / FINE)
    patches = smooth(rng, hu.shape, (18, 24)) + 0.5 * smooth(rng, hu.shape, (60, 80))
    patches += rng.uniform(0, 2) * np.exp(-(to_spine / DEEP_MM) ** 2)
    for k, chance in zip(INFILTRATED, INFILTRATED_CHANCE):
        own = classes == k
        if rng.random() < chance and own.any():
            amount = 1 / (1 + np.exp(-6 * (patches[own] - rng.uniform(-1.0, 0.7))))
            hu[own] += amount * rng.uniform(0.7, 1.0) * (fat - hu[own])
            if rng.random() < FASCIA_CHANCE:
                hu[shell(own, STEP_MM / FINE)] = rng.uniform(*FASCIA_HU)


def paint_films(rng, hu, classes, fat):
    """Films of fat where different structures meet, of changing thickness."""
    soft = (classes > 0) & ~np.isin(classes, anatomy.BONES)
    amount = rng.uniform(0, 1) * np.clip(0.7 + 0.6 * smooth(rng, hu.shape, (10, 13)), 0, 1)
    for axis in (0, 1):
        edge = np.zeros(classes.shape, bool)
        a, b = [slice(None)] * 2, [slice(None)] * 2
        a[axis], b[axis] = slice(None, -1), slice(1, None)
        edge[tuple(a)] = classes[tuple(a)] != classes[tuple(b)]
        edge &= soft
        hu[edge] += amount[edge] * (fat - hu[edge])


def paint_bones(rng, hu, classes):
    hu[classes == anatomy.DISC] = rng.uniform(55, 115)
    cortex, marrow = rng.uniform(260, 900), rng.uniform(-30, 320)
    thickness = rng.uniform(1.0, 2.6)
    for k in anatomy.BONES:
        own = classes == k
        hu[own] = max(marrow + rng.uniform(-40, 40), -60)
        hu[shell(own, thickness)] = cortex
    spine = np.isin(classes, anatomy.SPINE)
    hu[classes == anatomy.CANAL] = rng.uniform(0, 60)
    if rng.random() < 0.3:
        hu[spine] += rng.uniform(0, 60) * smooth(rng, hu.shape, (60, 80))[spine]


def paint_organs(rng, hu, classes):
    contrast = rng.random() < 0.5
    for kind in (anatomy.KIDNEY, anatomy.ORGAN, anatomy.VESSEL, anatomy.BOWEL):
        own = classes == kind
        if not own.any():
            continue
        value = rng.uniform(20, 65)
        if contrast:
            value += rng.uniform(0, 200 if kind != anatomy.ORGAN else 90)
        hu[own] = value
        if kind == anatomy.BOWEL:
            content = smooth(rng, hu.shape, (20, 26))
            hu[own & (content > rng.uniform(0.2, 2))] = rng.choice([-950, -300, 20, 250])
        if rng.random() < 0.5:
            hu[own] += 12 * smooth(rng, hu.shape, (60, 80))[own]


def paint_surroundings(rng, hu, body, far):
    """Skin, arms beside the body, and what it lies on."""
    shape = hu.shape
    y, x = np.mgrid[:shape[0], :shape[1]].astype(np.float32)
    step = STEP_MM / FINE
    if rng.random() < ARM_CHANCE:
        columns = np.nonzero(body.any(0))[0]
        for side in (-1, 1):
            if rng.random() < 0.7 and len(columns):
                radius = rng.uniform(25, 45) / step
                c = (columns.min() if side < 0 else columns.max()) + side * radius * rng.uniform(
                    0.9, 1.6)
                r = rng.uniform(0.3, 0.8) * shape[0]
                d = np.hypot((x - c), (y - r) * rng.uniform(0.8, 1.2))
                for part, value in ((1.0, -100), (0.75, 50), (0.28, 700)):
                    hu[~body & (d < part * radius)] = value
    if rng.random() < TABLE_CHANCE and body.any():
        bottom = np.nonzero(body.any(1))[0].max()
        curve = bottom + rng.uniform(2, 25) / step - rng.uniform(0, 0.3) * (
            x - 0.5 * shape[1]) ** 2 / shape[1]
        hu[~body & (np.abs(y - curve) < rng.uniform(0.5, 4))] = rng.uniform(-600, 300)


def add_noise(rng, hu):
    if rng.random() < 0.7:
        hu = ndimage.gaussian_filter(hu, rng.uniform(0.3, 1.6))
    sd = np.exp(rng.uniform(np.log(3), np.log(45)))
    noise = ndimage.gaussian_filter(rng.normal(size=hu.shape).astype(np.float32),
                                    rng.uniform(0.4, 1.2))
    hu = hu + sd / max(noise.std(), 1e-6) * noise
    if rng.random() < 0.4:
        streak = ndimage.gaussian_filter(rng.normal(size=hu.shape).astype(np.float32),
                                         (rng.uniform(0.5, 1.2), rng.uniform(6, 20)))
        hu = hu + rng.uniform(2, 25) / max(streak.std(), 1e-6) * streak
    return hu


def draw(rng, atlas, infiltrated_share=0.0):
    """One sample: rows x columns HU, and classes x rows x columns shares; infiltrated_share is how many
    samples have muscles that are mostly fat."""
    infiltrated = infiltrated_share > 0 and rng.random() < infiltrated_share
    shape = ROWS * FINE, COLUMNS * FINE
    at = places(rng, atlas, shape)
    resize_muscles(rng, atlas, at)
    classes = sample_classes(atlas, at)
    waste(rng, classes, INFILTRATED if infiltrated else ())
    body, far = body_mask(rng, classes)
    hu = np.full(shape, AIR_HU, np.float32)
    paint_fat_and_strangers(rng, hu, body & (classes == 0), far)
    paint_organs(rng, hu, classes)
    fat = paint_muscles(rng, hu, classes)
    if infiltrated:
        infiltrate(rng, hu, classes, fat)
    paint_films(rng, hu, classes, fat)
    paint_bones(rng, hu, classes)
    skin = body & ~ndimage.binary_erosion(body, iterations=2)
    hu[skin & (classes == 0)] = rng.uniform(-60, 60)
    paint_surroundings(rng, hu, body, far)
    hu = add_noise(rng, hu)
    classes[classes >= len(anatomy.NAMES)] = 0
    if rng.random() < CROP_CHANCE:
        y, x = np.mgrid[:shape[0], :shape[1]]
        r = rng.uniform(70, 170) / (STEP_MM / FINE)
        gone = np.hypot(y - shape[0] * rng.uniform(0.4, 0.7), x - shape[1] * rng.uniform(0.45, 0.55)) > r
        hu[gone], classes[gone] = -1024, 0
    parts = [(slice(i, None, FINE), slice(j, None, FINE)) for i in range(FINE) for j in range(FINE)]
    image = sum(hu[p] for p in parts) / len(parts)
    wanted = np.arange(len(anatomy.NAMES), dtype=np.uint8)[:, None, None]
    shares = sum((classes[p][None] == wanted).astype(np.float32) for p in parts) / len(parts)
    return image.astype(np.float32), shares


def to_input(hu, row_mm):
    """3 x rows x columns: soft tissue, bone, and how far to the back the row lies (of 100 mm)."""
    soft = np.clip((hu + 150) / 300, 0, 1) * 2 - 1
    bone = np.clip((hu - 150) / 700, 0, 1) * 2 - 1
    back = np.broadcast_to((row_mm / 100)[:, None], hu.shape)
    return np.stack([soft, bone, back]).astype(np.float32)
