# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the model card and the recorded scores from what a fit measured.

usage: card.py WORK_FOLDER CARD RECORDED
"""
import hashlib
import os
import sys

import augment
import shape
import stages
import trees
from cases import OUTER_FOLDS
from prior import VERSION

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "accuracy"))
import scores  # noqa: E402

CARD = """# Model card: prior of the segmenter "region" (version {version})

Written by `tools/region-prior/fit`; do not edit by hand.

## What it is
Fitted parameters of a segmentation method without a neural network: the mean shape of seven
outlines (multifidus, erector spinae and psoas major of both sides, and the vertebral body or disc),
how they vary together, three ensembles of boosted decision trees, and the regressions that fit the
shape. `region-prior.safetensors` holds numbers only ({size} bytes, SHA-256
`{hash}`).
The method is described in `docs/methods.md`, section Segmenter region.

## What it is for
Outlining these structures on axial T2-weighted slices of the lumbar spine (L1/2 to L5/S1) for the
measurement of areas in research. The outlines follow the fascia: fat between fascia and muscle is
inside. Every outline has to be looked at before a result is used. It is not a medical device.

## What it was fitted to
{cases} axial lumbar T2 slices of as many patients with outlines drawn by hand, from a public
repository that states no licence. {complete} of them were used; in {incomplete} a structure was not drawn
(they are scored all the same). The images carry no pixel spacing: 0.40 mm is nominal, so the sizes
that the prior expects are nominal too. Age, sex, scanner and field strength are not known; nothing
says that the patients stand for any population. All levels from L1/2 to L5/S1 occur.

## How
`make fit-region` repeats the fit ({seconds} s on two cores for the prior and its five folds). Each
case gives {variants} variants: as it is, mirrored, and {augmented} augmented ones (size, rotation,
field of view, smooth warps, psoas shifted forwards and to the side, tone curve, grey instead of
black muscle, offset, brightness gradients, noise, blur). Everything is drawn from seed {seed}.
What the stages are shown comes from the program's own code, and what a later stage learns from
comes from models of the earlier stages that have not seen the case.

| part | size |
| --- | --- |
| stage 0, 1, 2 | {trees0}, {trees1}, {trees2} trees of depth {depth} |
| shape | {landmarks} landmarks, 4 similarities and {modes} modes, {steps} regression steps |

## Results
{folds}-fold cross-validation with the complete program (normalisation, stages, decision): each case
is segmented with a prior that was fitted without it from the first step on (mean shape, template
and modes included). The settings of the fit (augmentation, numbers of trees and steps) and the
parameters of the decision are not fitted; they were chosen while looking at results on some of
these cases, so the figures are slightly optimistic. They say nothing about other scanners.

| structure | n | Dice mean | median | 5th % | surface mm | area bias % | limits of agreement % |
| --- | --- | --- | --- | --- | --- | --- | --- |
{rows}

Mean Dice over structures: {mean}. Lowest single cases:

| case | structure | Dice |
| --- | --- | --- |
{worst}

Per side: {sides}.

## Known failures
* Backs that are mostly fat, and scoliosis: the pose may be off by the width of a vertebra.
* Thin psoas at L1/2, and psoas far in front of or beside the vertebra at L5/S1: cut short or
  missed. The cases show few of them.
* The border between multifidus and erector spinae: readers differ, and so does this.
* T1, fat-suppressed, and CT slices, implants, transitional vertebrae, children: never tried.
* Areas of single structures: a difference between two slices that is smaller than the limits of
  agreement above may be the method's.

## Rights
The images and outlines may not be redistributed, and nothing of them is in the project; only the
fitted parameters are. They carry the project's licence as far as they can be owned at all. Whoever
has the cases can repeat the fit.
"""

def main():
    work, card, recorded = sys.argv[1:4]
    rows, mean = scores.read_scores(os.path.join(work, "scores.txt"))
    cases = scores.read_cases(os.path.join(work, "results", "scores.csv"))
    with open(os.path.join(work, "fit.log"), encoding="utf-8") as file:
        log = file.read()
    with open(os.path.join(work, "all.safetensors"), "rb") as file:
        prior = file.read()
    left_out = [n for n in scores.find(r"not drawn: (.*)", log).split(", ") if n]
    count = int(scores.find(r"(\d+) cases", log))
    text = CARD.format(
        version=VERSION, hash=hashlib.sha256(prior).hexdigest(), size=len(prior),
        cases=count, complete=count - len(left_out), incomplete=len(left_out),
        phantoms=scores.find(r"(\d+) phantoms", log), seconds=scores.find(r"fitted in (\d+)", log), variants=augment.VARIANTS,
        augmented=augment.VARIANTS - 2, seed=trees.SEED, trees0=stages.STAGE0.trees,
        trees1=stages.STAGE1.trees, trees2=stages.STAGE2.trees, depth=stages.STAGE2.depth,
        landmarks=sum(shape.LANDMARKS), modes=shape.MODES, steps=len(shape.OFFSETS),
        folds=OUTER_FOLDS, mean=mean,
        rows=scores.table(rows), worst=scores.worst(cases), sides=scores.sides(cases))
    with open(card, "w", encoding="utf-8") as file:
        file.write(text)
    scores.record(recorded, "tools/region-prior/fit", rows, mean)


if __name__ == "__main__":
    main()
