# SPDX-License-Identifier: GPL-3.0-or-later
"""The way from a case to class probabilities in its own pixels, as the plugin goes it."""
import numpy as np
import torch
from torch.nn import functional

import augment
import frame

LOCATE_PASSES = 2
MASS_FULL = 0.5   # of the mean mass of a structure: from there on its centre counts fully


def probabilities(networks, image, grid, mirror):
    """Mean over networks and, with `mirror`, over the image and its mirror image."""
    images = image[None]
    if mirror:
        images = torch.cat([images, images.flip(2)])
    inputs = augment.to_input(images, grid)
    with torch.no_grad():
        shares = sum(functional.softmax(n(inputs), 1) for n in networks) / len(networks)
    result = shares[0]
    if mirror:
        result = 0.5 * (result + shares[1][list(frame.MIRRORED)].flip(2))
    return result


def locate(networks, coarse, mean, mass):
    """The pose that the locators' probabilities suggest; `mass` is the mean one of each structure,
    mm2 of the frame."""
    grid, pose = frame.LOCATE, (1.0 + 0j, 0j)
    for _ in range(LOCATE_PASSES):
        points = torch.from_numpy(grid.points) * complex(pose[0]) + complex(pose[1])
        image = augment.sample(torch.from_numpy(coarse), points,
                               frame.IMAGE_MM * frame.COARSE_FACTOR)
        shares = probabilities(networks, image, grid, False).numpy()
        centers, found = frame.centroids(shares, grid.points)
        weights = np.minimum(found * grid.step ** 2 / (MASS_FULL * mass), 1.0)
        m, t = frame.fit_pose(mean, centers, weights + 1e-6)
        pose = pose[0] * m, pose[0] * t + pose[1]
    return pose


def outline(networks, fine, pose, mirror, grid=frame.OUTLINE):
    """Class probabilities on a grid."""
    points = torch.from_numpy(grid.points) * complex(pose[0]) + complex(pose[1])
    image = augment.sample(torch.from_numpy(fine), points, frame.IMAGE_MM)
    return probabilities(networks, image, grid, mirror)


def to_image(shares, pose, rows, columns, spacing, grid=frame.OUTLINE):
    """Brings probabilities of a grid into the pixels of the image; background beyond."""
    y, x = np.mgrid[0:rows, 0:columns]
    points = ((x - 0.5 * (columns - 1)) + 1j * (y - 0.5 * (rows - 1))) * spacing
    points = torch.from_numpy(((points - pose[1]) / pose[0]).astype(np.complex64))
    out = torch.stack([augment.sample(s, points, grid.step) for s in shares[1:]])
    return torch.cat([1 - out.sum(0, keepdim=True), out])


def dice(labels, truth):
    """Of each class but the background; NaN where it was not drawn."""
    result = []
    for k in range(1, frame.CLASSES):
        a, b = labels == k, truth == k
        result.append(2 * (a & b).sum() / (a.sum() + b.sum()) if b.any() else np.nan)
    return result


def score(shares, case, pose, grid=frame.OUTLINE):
    """Dice coefficients of the most probable classes, in the case's own pixels."""
    full = to_image(shares, pose, *case.classes.shape, case.spacing, grid)
    return dice(full.argmax(0).numpy(), case.classes)


def structure_means(rows):
    """Mean Dice of multifidus, erector spinae, psoas major and the vertebral reference."""
    rows = np.array(rows)
    return [np.nanmean(rows[:, s]) for s in (slice(0, 2), slice(2, 4), slice(4, 6), slice(6, 7))]
