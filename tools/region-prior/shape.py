# SPDX-License-Identifier: GPL-3.0-or-later
"""The joint shape: landmarks in correspondence, mean, template, modes, and the regressions.

Points are rows (x, y) in mm; poses are complex numbers (m, t) with image = m * frame + t."""
import numpy as np
from scipy.ndimage import gaussian_filter1d, map_coordinates

import probe

LANDMARKS = (24, 24, 32, 32, 24, 24, 32)  # of each structure
FIRST = np.concatenate([[0], np.cumsum(LANDMARKS)])
DENSE = 960               # points of a dense outline: a multiple of all of LANDMARKS
OUTLINE_SIGMA_MM = 2.0    # smoothing of outlines along their length
SLIDE = np.arange(-144, 145, 9)  # tried shifts of an outline's start, dense points
ALIGNMENTS = 6            # rounds of aligning and sliding
TEMPLATE_STEP_MM = 6.0
TEMPLATE_X, TEMPLATE_Y = (-96.0, 97.0), (-60.0, 97.0)
BACKGROUND_WEIGHT = 0.6   # of background in the template
MUSCLE_SHARE = 0.5        # of the cases with muscle, for a place to count as muscle
MODES = 30
SIMILARITY_LIMIT = 400.0
MODE_LIMIT_SD = 3.0
# Places along the normals that each regression step looks at (mm), and its ridge.
OFFSETS = ((-10, -5, 0, 5, 10), (-6, -3, 0, 3, 6), (-6, -3, 0, 3, 6), (-4, -2, 0, 2, 4))
RIDGES = (400.0, 1500.0, 1500.0, 1500.0)
INNER_GROUPS = 5          # for the errors that the next step learns from
POSE_ERROR_MM, POSE_ERROR_SCALE = 14.0, 0.2  # beyond: the pose has failed, nothing to learn
JITTER, JITTER_MM = 0.04, 2.8


def as_complex(points):
    return points[:, 0] + 1j * points[:, 1]


def as_points(z):
    return np.stack([z.real, z.imag], 1)


def fit_pose(a, b):
    """Least-squares similarity that takes points a to b."""
    a, b = as_complex(a), as_complex(b)
    m = np.vdot(a - a.mean(), b - b.mean()) / np.vdot(a - a.mean(), a - a.mean())
    return m, b.mean() - m * a.mean()


def apply_pose(pose, points):
    return as_points(pose[0] * as_complex(points) + pose[1])


def invert_pose(pose):
    return 1 / pose[0], -pose[1] / pose[0]


def resample_closed(points, count):
    """Points at equal distances along a closed polygon."""
    closed = np.concatenate([points, points[:1]])
    length = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(closed, axis=0).T))])
    at = np.arange(count) / count * length[-1]
    return np.stack([np.interp(at, length, closed[:, k]) for k in (0, 1)], 1), length[-1]


def dense_outlines(classes, spacing):
    """Smoothed outlines of all structures, DENSE points each, starting at the back."""
    outlines = []
    for k in range(1, probe.STRUCTURES + 1):
        corners = probe.outline(classes == k)
        points, length = resample_closed((corners - 0.5) * spacing, DENSE)
        points = gaussian_filter1d(points, OUTLINE_SIGMA_MM / length * DENSE, axis=0, mode="wrap")
        z = as_complex(points - points.mean(0))
        if np.sum((np.conj(z) * np.roll(z, -1)).imag) < 0:
            points, z = points[::-1], z[::-1]
        outlines.append(np.roll(points, -np.argmin(np.abs(np.angle(z / 1j))), axis=0))
    return outlines


def sample_outline(dense, structure, start):
    step = DENSE // LANDMARKS[structure]
    index = np.asarray(start)[..., None] + np.arange(LANDMARKS[structure]) * step
    return dense[index % DENSE]


def align_mean(aligned, landmarks):
    """Mean shape with the vertebral reference at 0, the multifidi level, and mean size."""
    mean = np.mean(aligned, 0)
    mean -= mean[FIRST[6]:].mean(0)
    across = as_complex((mean[:FIRST[1]].mean(0) - mean[FIRST[1]:FIRST[2]].mean(0))[None])[0]
    mean = apply_pose((np.conj(across) / abs(across), 0), mean)
    return mean / np.mean([abs(fit_pose(l, mean)[0]) for l in landmarks])


def build_mean(outlines):
    """Mean shape and landmarks of each set of outlines; starts slide until they correspond."""
    starts = np.zeros((len(outlines), probe.STRUCTURES), int)
    landmarks = [np.concatenate([sample_outline(o, j, 0) for j, o in enumerate(case)])
                 for case in outlines]
    mean = landmarks[0]
    for _ in range(ALIGNMENTS):
        mean = align_mean([apply_pose(fit_pose(l, mean), l) for l in landmarks], landmarks)
        for i, case in enumerate(outlines):
            pose = fit_pose(landmarks[i], mean)
            for j, dense in enumerate(case):
                part = slice(FIRST[j], FIRST[j + 1])
                tried = sample_outline(dense, j, starts[i, j] + SLIDE)
                z = pose[0] * (tried[..., 0] + 1j * tried[..., 1]) + pose[1]
                best = np.argmin(np.sum(np.abs(z - as_complex(mean[part])) ** 2, 1))
                starts[i, j] += SLIDE[best]
                landmarks[i][part] = tried[best]
    return mean, landmarks


def centroid(polygon):
    """Area centroid."""
    x, y = polygon.T
    u, v = np.roll(x, -1), np.roll(y, -1)
    cross = x * v - u * y
    return np.array([((x + u) * cross).sum(), ((y + v) * cross).sum()]) / (3 * cross.sum())


def build_template(mean, landmarks, class_maps):
    """Share of each class at points of a grid around the mean shape, and where muscle is.
    class_maps: (classes, spacing) of each set of landmarks."""
    y, x = np.mgrid[TEMPLATE_Y[0]:TEMPLATE_Y[1]:TEMPLATE_STEP_MM,
                    TEMPLATE_X[0]:TEMPLATE_X[1]:TEMPLATE_STEP_MM]
    points = np.stack([x.ravel(), y.ravel()], 1)
    shares = np.zeros((len(points), probe.CLASSES))
    for l, (classes, spacing) in zip(landmarks, class_maps):
        at = apply_pose(fit_pose(mean, l), points) / spacing
        column, row = (np.clip(np.round(at[:, k]).astype(int), 0, classes.shape[1 - k] - 1)
                       for k in (0, 1))
        shares[np.arange(len(points)), classes[row, column]] += 1
    shares /= len(landmarks)
    muscle = shares[:, 1:7].sum(1).reshape(x.shape)
    frame_x, frame_y = probe.frame_axes(probe.STAGE1_MM)
    at = np.meshgrid((frame_y - TEMPLATE_Y[0]) / TEMPLATE_STEP_MM,
                     (frame_x - TEMPLATE_X[0]) / TEMPLATE_STEP_MM, indexing="ij")
    mask = map_coordinates(muscle, at, order=1, mode="nearest") > MUSCLE_SHARE
    shares[:, 0] *= BACKGROUND_WEIGHT
    return points, shares, mask


def build_modes(mean, landmarks):
    """Mean of the aligned landmarks; basis of the four similarities and the main modes; limits."""
    aligned = np.array([apply_pose(fit_pose(l, mean), l) for l in landmarks])
    center = aligned.mean(0)
    deviations = (aligned - center).reshape(len(aligned), -1)
    turned = np.stack([-center[:, 1], center[:, 0]], 1)
    ones = np.ones(len(center))
    similarity = np.stack([center.ravel(), turned.ravel(),
                           np.stack([ones, 0 * ones], 1).ravel(),
                           np.stack([0 * ones, ones], 1).ravel()], 1)
    similarity /= np.linalg.norm(similarity, axis=0)
    modes = np.linalg.svd(deviations, full_matrices=False)[2][:MODES].T
    modes -= similarity @ np.linalg.lstsq(similarity, modes, rcond=None)[0]
    modes = np.linalg.qr(modes)[0]
    spread = np.maximum((deviations @ modes).std(0), 1.0)
    limits = np.concatenate([np.full(4, SIMILARITY_LIMIT), MODE_LIMIT_SD * spread])
    return center, np.concatenate([similarity, modes], 1), limits


def normals(points):
    """Unit outward normals of the outlines."""
    out = np.zeros_like(points)
    for j in range(probe.STRUCTURES):
        part = points[FIRST[j]:FIRST[j + 1]]
        along = np.roll(part, -1, 0) - np.roll(part, 1, 0)
        out[FIRST[j]:FIRST[j + 1]] = (np.stack([along[:, 1], -along[:, 0]], 1)
                                      / np.linalg.norm(along, axis=1, keepdims=True))
    return out


def ridge(features, targets, penalty):
    square = features.T @ features + penalty * np.eye(features.shape[1])
    return np.linalg.solve(square, features.T @ targets)


def jitter(pose, rng):
    turn = np.exp(JITTER * (rng.normal() + 1j * rng.normal()))
    return pose[0] * turn, pose[1] + JITTER_MM * (rng.normal() + 1j * rng.normal())


def usable(pose, mean, target):
    """Whether a pose is near enough to the true one for the shape to be found."""
    m, t = fit_pose(mean, target)
    return (abs(pose[1] - t) < POSE_ERROR_MM
            and abs(np.log(abs(pose[0] / m))) < POSE_ERROR_SCALE)


def fit_cascade(prior, mean, landmarks, samples):
    """Puts modes and regressions into the prior. samples: (input, target in the frame, case)."""
    center, basis, limits = build_modes(mean, landmarks)
    prior.set_shape(mean, center, normals(center), basis, limits)
    inverse = np.linalg.pinv(basis)
    targets = np.array([inverse @ (target - center).ravel() for _, target, _ in samples])
    groups = np.array([case // INNER_GROUPS % INNER_GROUPS for _, _, case in samples])
    modes = np.zeros_like(targets)
    for step, (offsets, penalty) in enumerate(zip(OFFSETS, RIDGES)):
        count = len(offsets) * len(center) + 1
        prior.set_step(step, offsets, np.zeros((count, basis.shape[1])))
        model = prior.open()
        features = np.array([
            model.shape_features(step, sample, center + (basis @ b).reshape(-1, 2), count)
            for (sample, _, _), b in zip(samples, modes)], float)
        model.close()
        prior.set_step(step, offsets, ridge(features, targets - modes, penalty))
        # The next step learns from errors on cases that the regression has not seen.
        answers = np.zeros_like(modes)
        for g in np.unique(groups):
            out = groups == g
            weights = ridge(features[~out], (targets - modes)[~out], penalty)
            answers[out] = features[out] @ weights
        modes = np.clip(modes + answers, -limits, limits)
    return np.sqrt((((targets - modes) @ basis.T) ** 2).mean() * 2)
