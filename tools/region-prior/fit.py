# SPDX-License-Identifier: GPL-3.0-or-later
"""Fits the prior of the segmenter "region".

usage: fit.py DATA_FOLDER WORK_FOLDER [--phantoms FOLDER] [--folds 0,1,...,all] [--processes N]

Writes WORK_FOLDER/fold<0-4>.safetensors (each fitted without every fifth case) and all.safetensors.

fit_prior() sees its training cases and nothing else, so a fold's prior cannot know the cases that
are tested with it. Phantoms join the training cases of every fold but their own; they are never
tested here. Within it, what a later stage learns from comes from models of the earlier
stages that have not seen the case: the training cases are divided into inner groups, and each
group's answers come from models fitted to the others.
"""
import argparse
import multiprocessing
import os
import time

import numpy as np

import probe
import shape
import stages
import trees
from augment import VARIANTS, Variant
from cases import OUTER_FOLDS, read_cases, read_phantoms
from prior import Prior

POSE_JITTER, POSE_JITTER_MM = 0.03, 2.0  # of augmented variants in stage 1
LOST_MM = 25.0                           # a pose this far off teaches stage 2 nothing

shared = {}  # cases, outlines and variants, made once before the processes divide


def prepare_case(case):
    """Everything that depends on one case alone."""
    outlines = {}
    for mirror in (False, True):
        classes = probe.MIRRORED[case.classes[:, ::-1]] if mirror else case.classes
        outlines[mirror] = (shape.dense_outlines(classes, case.spacing), classes)
    variants = [Variant(case, n) for n in range(VARIANTS)]
    for v in variants:
        v.samples0 = stages.coarse_samples(v)
    return outlines, variants


class Fit:
    """The state of one fit: a prior for each inner group (fitted without it), and the final one."""

    def __init__(self, name, cases):
        self.name, self.started = name, time.time()
        self.cases = cases
        self.groups = sorted({case.fold for case in cases})
        self.group = {case.index: case.fold for case in cases}
        self.variants = [v for case in cases for v in shared["variants"][case.index]]
        self.member = np.array([self.group[v.case] for v in self.variants])
        self.priors = {}  # by group; None is the final one

    def log(self, text):
        print(f"{self.name:>5} {time.time() - self.started:5.0f} s  {text}", flush=True)

    def fit_forests(self, stage, spec, settings, features, classes, owners):
        """One forest without each group, and one with all."""
        bins = trees.Bins(features)
        for g in self.groups + [None]:
            keep = None if g is None else owners != g
            seed = 0 if g is None else g + 1
            self.priors[g].set_forest(stage, spec, trees.fit(bins, classes, settings, keep, seed))

    def fit_mean(self):
        keys = [(case.index, mirror) for case in self.cases for mirror in (False, True)]
        outlines = [shared["outlines"][i][mirror] for i, mirror in keys]
        spacing = {case.index: case.spacing for case in self.cases}
        self.mean, landmarks = shape.build_mean([o for o, _ in outlines])
        self.landmarks = dict(zip(keys, landmarks))
        points, shares, mask = shape.build_template(
            self.mean, landmarks, [(c, spacing[i]) for (i, _), (_, c) in zip(keys, outlines)])
        centroids = [shape.centroid(self.mean[a:b])
                     for a, b in zip(shape.FIRST[:-1], shape.FIRST[1:])]
        prior = Prior()
        prior.set_first(shape.FIRST)
        prior.set_template(points, shares, centroids, mask)
        prior.set_shape(self.mean, *self.modes(None))
        self.priors = {g: prior.copy() for g in self.groups + [None]}
        self.targets = [v.place(self.landmarks[v.case, v.mirror]) for v in self.variants]
        self.log("mean shape and template")

    def training_landmarks(self, group):
        return [l for (i, _), l in self.landmarks.items() if self.group[i] != group]

    def modes(self, group):
        center, basis, limits = shape.build_modes(self.mean, self.training_landmarks(group))
        return center, shape.normals(center), basis, limits

    def fit_stage0(self):
        samples = [v.samples0 for v in self.variants]
        self.fit_forests("stage0", stages.SPEC0, stages.STAGE0,
                         np.concatenate([f for f, _ in samples], 1),
                         np.concatenate([c for _, c in samples]),
                         np.concatenate([np.full(len(c), m)
                                         for (_, c), m in zip(samples, self.member)]))
        self.answers0 = [None] * len(self.variants)
        for g, model, i, v in self.by_group():
            self.answers0[i] = model.stage0(v.coarse)
        self.log("stage 0")

    def by_group(self):
        """Each variant with the model that has not seen its group."""
        for g in self.groups:
            model = self.priors[g].open()
            for i in np.flatnonzero(self.member == g):
                yield g, model, i, self.variants[i]
            model.close()

    def fit_stage1(self):
        features, classes = [None] * len(self.variants), [None] * len(self.variants)
        for g, model, i, v in self.by_group():
            rng = stages.generator(v, 1)
            m, t = model.search(self.answers0[i])
            if v.augmented:
                m *= np.exp(POSE_JITTER * (rng.normal() + 1j * rng.normal()))
                t += POSE_JITTER_MM * (rng.normal() + 1j * rng.normal())
            frame, context = model.stage1_input(v.image, self.answers0[i], (m, t))
            features[i], classes[i] = stages.frame_samples(
                v, (m, t), frame, context, None, probe.STAGE1_MM, stages.SAMPLES1, rng)
        owners = np.repeat(self.member, [len(c) for c in classes])
        self.fit_forests("stage1", stages.SPEC1, stages.STAGE1, np.concatenate(features, 1),
                         np.concatenate(classes), owners)
        self.log("stage 1")
        self.answers1 = [None] * len(self.variants)
        for g, model, i, v in self.by_group():
            self.answers1[i] = model.choose(v.image, self.answers0[i])
        self.answers0 = None
        errors = np.array([abs(a[2][1] - shape.fit_pose(self.mean, t)[1])
                           for a, t in zip(self.answers1, self.targets)])
        self.log(f"poses: mean error {errors.mean():.1f} mm, 95 % below "
                 f"{np.percentile(errors, 95):.1f} mm, {np.sum(errors > 15)} of {len(errors)} "
                 f"above 15 mm")

    def fit_shape(self):
        samples, owners = [], []
        model = self.priors[None].open()
        for i, v in enumerate(self.variants):
            stage1, stage1_pose, pose = self.answers1[i]
            if shape.usable(pose, self.mean, self.targets[i]):
                pose = shape.jitter(pose, stages.generator(v, 2))
                target = shape.apply_pose(shape.invert_pose(pose), self.targets[i])
                samples.append((model.shape_input(stage1, stage1_pose, pose), target, v.case))
                owners.append(self.member[i])
        model.close()
        owners = np.array(owners)
        for g in self.groups + [None]:
            chosen = [s for s, o in zip(samples, owners) if o != g]
            error = shape.fit_cascade(self.priors[g], self.mean, self.training_landmarks(g), chosen)
        self.log(f"shape: landmarks within {error:.1f} mm (root mean square)")

    def fit_stage2(self):
        features, classes = [], []
        for g, model, i, v in self.by_group():
            stage1, stage1_pose, pose = self.answers1[i]
            if abs(pose[1] - shape.fit_pose(self.mean, self.targets[i])[1]) > LOST_MM:
                continue
            pose, landmarks = model.shape(stage1, stage1_pose, pose, len(self.mean))
            frame, context, distances = model.stage2_input(v.image, stage1, stage1_pose, pose,
                                                           landmarks)
            f, c = stages.frame_samples(v, pose, frame, context, distances, probe.STAGE2_MM,
                                        stages.SAMPLES2, stages.generator(v, 3))
            features.append(f)
            classes.append(c)
        forest = trees.fit(trees.Bins(np.concatenate(features, 1)), np.concatenate(classes),
                           stages.STAGE2)
        self.priors[None].set_forest("stage2", stages.SPEC2, forest)
        self.log("stage 2")


def fit_prior(name, cases):
    """The prior that these cases teach."""
    fit = Fit(name, cases)
    fit.fit_mean()
    fit.fit_stage0()
    fit.fit_stage1()
    fit.fit_shape()
    fit.fit_stage2()
    return fit.priors[None]


def run_fold(task):
    name, folder = task
    cases = [case for case in shared["cases"]
             if case.complete and (name == "all" or case.fold != int(name[-1]))]
    data = fit_prior(name, cases).to_bytes()
    with open(os.path.join(folder, name + ".safetensors"), "wb") as file:
        file.write(data)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("data_folder")
    parser.add_argument("work_folder")
    names = [f"fold{f}" for f in range(OUTER_FOLDS)] + ["all"]
    parser.add_argument("--phantoms")
    parser.add_argument("--folds", default=",".join(names))
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    os.makedirs(options.work_folder, exist_ok=True)
    started = time.time()
    shared["cases"] = read_cases(options.data_folder)
    complete = [case for case in shared["cases"] if case.complete]
    print(f"{len(shared['cases'])} cases; left out of the fit, as a structure is not drawn: "
          + ", ".join(c.name for c in shared["cases"] if not c.complete), flush=True)
    if options.phantoms:
        phantoms = read_phantoms(options.phantoms, len(shared["cases"]))
        shared["cases"] += phantoms
        complete += phantoms
        print(f"{len(phantoms)} phantoms", flush=True)
    with multiprocessing.Pool(options.processes) as pool:
        prepared = pool.map(prepare_case, complete, chunksize=4)
    shared["outlines"] = {c.index: p[0] for c, p in zip(complete, prepared)}
    shared["variants"] = {c.index: p[1] for c, p in zip(complete, prepared)}
    print(f"variants made after {time.time() - started:.0f} s", flush=True)
    tasks = [(name, options.work_folder) for name in options.folds.split(",")]
    with multiprocessing.Pool(options.processes, maxtasksperchild=1) as pool:
        pool.map(run_fold, tasks, chunksize=1)
    print(f"fitted in {time.time() - started:.0f} s", flush=True)


if __name__ == "__main__":
    main()
