# SPDX-License-Identifier: GPL-3.0-or-later
"""What other patients and other scanners would have shown.

change_contrast() works on pixels as they come from the scanner, before the bias field correction;
the rest is drawn anew for every sample that a network sees.
"""
import numpy as np
import torch
from scipy.ndimage import gaussian_filter
from torch.nn import functional

import frame

# Contrast variants of a case, before bias field correction.
CONTRASTS = 6
GAMMA_LOG = 0.35                       # greatest change of the tone curve, log
BIAS_SD = (0.35, 0.25)                 # of the log brightness at the border, down and across
NOISE_MAX = 0.06                       # of the 99th percentile
GREY_CHANCE, GREY_MAX = 0.5, 0.3       # muscle that is grey instead of black, of fat
OFFSET_CHANCE, OFFSET_MAX = 0.3, 0.15  # the whole image is lifted
GREY_TISSUE = 0.08                     # of the top: below lies air or cortical bone

# The frame of the outlines lies only roughly where it should.
SHIFT_SD_MM, TURN_SD, SIZE_SD = 3.0, 0.06, 0.09
# The locator sees patients of any size anywhere.
LOCATE_SHIFT_MM, LOCATE_TURN_SD, LOCATE_SIZE_LOG = 45.0, 0.12, 0.4
BEND_SD_MM, BEND_NODES = 2.2, (6, 8)   # smooth warp: displacement of its nodes (rows, columns)
BEND_CHANCE = 0.7
# Psoas lies farther to the side and forwards at the lower levels than most cases show.
PSOAS_CHANCE, PSOAS_SIZE_MM, PSOAS_LATERAL_MM, PSOAS_FORWARD_MM = 0.3, 25.0, 16.0, 20.0
PSOAS = ((5, 1.0), (6, -1.0))          # class, and the side of x that it lies on
CROP_CHANCE, CROP_MM = 0.15, (30.0, 20.0)  # loss of field of view beside, and before and behind
TONE_LOG, GAIN_LOG, SLOPE_SD = 0.2, 0.15, 0.12  # what the bias field correction leaves over
GRAIN_MAX, BLUR_CHANCE = 0.06, 0.3
FAT_CHANCE, FAT_MAX = 0.35, 0.8        # simulated infiltration of the muscles
SUPERSAMPLING = 2


def change_contrast(pixels, rng):
    """Tone curve, grey muscle, offset, brightness field, noise."""
    v = np.clip(pixels / np.percentile(pixels, 99), 0, 2)
    v = v ** np.exp(rng.uniform(-GAMMA_LOG, GAMMA_LOG))
    if rng.random() < GREY_CHANCE:
        tissue = np.clip(gaussian_filter(v, 1.0) / GREY_TISSUE, 0, 1)
        v = v + rng.uniform(0, GREY_MAX) * tissue * np.maximum(1 - v, 0)
    down = np.linspace(-1, 1, v.shape[0])[:, None]
    across = np.linspace(-1, 1, v.shape[1])[None]
    field = np.exp(rng.normal() * BIAS_SD[0] * down + rng.normal() * BIAS_SD[1] * across)
    offset = rng.uniform(0, OFFSET_MAX) if rng.random() < OFFSET_CHANCE else 0.0
    noise = rng.normal(size=v.shape) * rng.uniform(0, NOISE_MAX)
    return np.maximum((v + offset) * field + noise, 0).astype(np.float32)


def sample(image, points_mm, step_mm, mode="bilinear", padding="zeros"):
    """Values of rows x columns pixels at points (complex, mm from the centre)."""
    rows, columns = image.shape
    at = torch.stack([points_mm.real * (2 / (columns * step_mm)),
                      points_mm.imag * (2 / (rows * step_mm))], -1)
    return functional.grid_sample(image[None, None].float(), at[None].float(), mode=mode,
                                  padding_mode=padding, align_corners=False)[0, 0]


def smooth_noise(rng, nodes, size):
    values = torch.from_numpy(rng.normal(size=(1, 1) + nodes).astype(np.float32))
    return functional.interpolate(values, size=size, mode="bicubic", align_corners=True)[0, 0]


def bend(rng, size):
    """A smooth displacement (complex, mm)."""
    return BEND_SD_MM * torch.complex(smooth_noise(rng, BEND_NODES, size),
                                      smooth_noise(rng, BEND_NODES, size))


def move_psoas(rng, points, centers):
    """Where psoas appears shifted, the image is taken from where it is; frame mm."""
    lateral, forward = rng.uniform(0, PSOAS_LATERAL_MM), rng.uniform(0, PSOAS_FORWARD_MM)
    moved = points
    for k, side in PSOAS:
        shift = complex(side * lateral, -forward)
        away = points - complex(centers[k - 1] + shift)
        moved = moved - shift * torch.exp(-0.5 * (away.abs() / PSOAS_SIZE_MM) ** 2)
    return moved


def class_shares(classes, points, spacing):
    """How much of each pixel belongs to each class: classes x rows x columns, of points that lie
    SUPERSAMPLING times as close."""
    n = SUPERSAMPLING
    values = sample(classes, points, spacing, "nearest").to(torch.uint8)
    counts = (values[None] == torch.arange(frame.CLASSES, dtype=torch.uint8)[:, None, None])
    counts = counts.view(torch.uint8)
    counts = sum(counts[:, i::n, j::n] for i in range(n) for j in range(n))
    return counts.float() / n ** 2


def add_fat(rng, image, shares):
    """Brightens part of the muscles: patches and streaks of fat between bundles."""
    size = tuple(image.shape)
    texture = (smooth_noise(rng, (18, 24), size) + 0.7 * smooth_noise(rng, (48, 64), size)
               + 0.7 * smooth_noise(rng, (5, 6), size))
    level = rng.uniform(-0.2, 1.2)
    amount = torch.sigmoid(4 * (texture - level)) * rng.uniform(0.2, FAT_MAX)
    muscle = shares[1:5].sum(0) + (shares[5:7].sum(0) if rng.random() < 0.3 else 0.0)
    return image + amount * muscle * (0.9 - image).clamp(min=0)


def change_tone(rng, image):
    """Rest of bias, tone curve, blur and noise after the normalisation."""
    rows, columns = image.shape
    field = (SLOPE_SD * rng.normal() * torch.linspace(-1, 1, rows)[:, None]
             + SLOPE_SD * rng.normal() * torch.linspace(-1, 1, columns)[None]
             + rng.uniform(-GAIN_LOG, GAIN_LOG))
    image = image.clamp(min=0) ** float(np.exp(rng.uniform(-TONE_LOG, TONE_LOG))) * field.exp()
    if rng.random() < BLUR_CHANCE:
        blurred = functional.avg_pool2d(image[None, None], 3, 1, 1)[0, 0]
        image = image + rng.uniform(0, 1) * (blurred - image)
    if rng.random() < 0.5:
        noise = torch.from_numpy(rng.normal(size=image.shape).astype(np.float32))
        image = image + rng.uniform(0, GRAIN_MAX) * noise
    return image.clamp(0, 1.5)


def crop(rng, image, shares, points, shape_mm):
    """A field of view that ends early: nothing is seen or drawn beyond."""
    half = [0.5 * s for s in shape_mm]
    beside, before = CROP_MM
    x0, x1 = -half[0] + rng.uniform(0, beside), half[0] - rng.uniform(0, beside)
    y0, y1 = -half[1] + rng.uniform(0, before), half[1] - rng.uniform(0, before)
    seen = ((points.real > x0) & (points.real < x1) & (points.imag > y0) & (points.imag < y1))
    seen = seen.float()
    shares = shares * seen
    shares[0] += 1 - seen
    return image * seen, shares


def to_input(images, grid):
    """Batch x 3 x rows x columns from batch x rows x columns intensities."""
    points = torch.from_numpy(grid.points)
    x = points.real / (0.5 * grid.columns * grid.step)
    y = points.imag / (0.5 * grid.rows * grid.step)
    where = torch.stack([x, y]).expand(len(images), -1, -1, -1)
    return torch.cat([2 * images[:, None].clamp(min=0).sqrt() - 1, where], 1)


def draw(rng, case, grid, pose, coarse=False, paint=None):
    """One sample: intensities and class shares of a grid in a jittered pose; paint() may change both
    before fat, tone and noise."""
    m, t = pose
    mirrored = rng.random() < 0.5
    points = torch.from_numpy(grid.points)
    if rng.random() < BEND_CHANCE:
        points = points + bend(rng, tuple(points.shape))
    if mirrored:
        points = -points.conj()
    if rng.random() < PSOAS_CHANCE:
        points = move_psoas(rng, points, (case.centers - t) / m)
    points = complex(m) * points + complex(t)
    close = functional.interpolate(torch.stack([points.real, points.imag])[None],
                                   scale_factor=SUPERSAMPLING, mode="bilinear",
                                   align_corners=False)[0]
    shares = class_shares(torch.from_numpy(case.classes), torch.complex(close[0], close[1]),
                          case.spacing)
    if mirrored:
        shares = shares[list(frame.MIRRORED)]
    variant = rng.integers(len(case.fine)) if rng.random() < 0.7 else 0
    padding = "zeros"
    if coarse and rng.random() < 0.6:
        padding = "border" if rng.random() < 0.5 else "reflection"
    step = frame.IMAGE_MM * (frame.COARSE_FACTOR if coarse else 1)
    stored = torch.from_numpy((case.coarse if coarse else case.fine)[variant])
    image = sample(stored, points, step, padding=padding)
    if paint:
        image, shares = paint(rng, image, shares)
    if rng.random() < FAT_CHANCE:
        image = add_fat(rng, image, shares)
    if rng.random() < (0.5 if coarse else CROP_CHANCE):
        image, shares = crop(rng, image, shares, points,
                             [n * case.spacing for n in case.classes.shape[::-1]])
    return change_tone(rng, image), shares


def jitter(rng, pose, size_sd=SIZE_SD):
    m, t = pose
    m = m * np.exp(size_sd * rng.normal() + 1j * TURN_SD * rng.normal())
    return m, t + SHIFT_SD_MM * (rng.normal() + 1j * rng.normal())


def jitter_locate(rng):
    m = np.exp(rng.uniform(-LOCATE_SIZE_LOG, LOCATE_SIZE_LOG) + 1j * LOCATE_TURN_SD * rng.normal())
    return m, rng.uniform(-LOCATE_SHIFT_MM, LOCATE_SHIFT_MM) + 1j * rng.uniform(
        -LOCATE_SHIFT_MM, LOCATE_SHIFT_MM)
