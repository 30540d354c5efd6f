# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the model card of the disc finder's prior and the scores that `make accuracy` compares with.

usage: card.py WORK_FOLDER CARD RECORDED
"""
import hashlib
import os
import re
import sys

import samples
from cases import FOLDS
from fit import VERSION
from trees import SEED

CARD = """# Model card: prior of the disc finder (version {version})

Written by `tools/disc-prior/fit`; do not edit by hand.

## What it is
Fitted parameters of a method without a neural network: two ensembles of boosted decision trees
({trees0} and {trees1} trees of depth {depth}) that say what each pixel of a sagittal slice shows.
`disc-prior.safetensors` holds numbers only ({size} bytes, SHA-256
`{hash}`).
The method is described in `docs/methods.md`, section Level.

## What it is for
Finding the intervertebral discs on sagittal T2-weighted series of the lumbar spine, with or without
fat suppression, and counting them up from the sacrum, to choose the axial slice at a level. The
picture of `myotome level` has to be looked at before a result is used. It is not a medical device.

## What it was fitted to
{cases} sagittal series of as many persons (12 T2, 8 water images of fat-suppressed T2), resampled
to 1 mm pixels and 4 mm slices, from third-party research sets that may not be redistributed, with
the centres of their discs. The centres of L5/S1 and of sacral discs that the truth leaves out were
marked by eye (`tools/disc-prior/annotations.json`). {phantoms} phantoms
(`tools/disc-prior/phantoms.txt`) show what the cases do not: dark discs, cement, fractures, four and
six lumbar vertebrae, images that end within the sacrum. Age, sex and scanner are not known; nothing
says that the persons stand for any population. Nearly all of them have healthy discs.

## How
`make fit-discs` repeats the fit. Each slice near the discs gives {variants} variants besides itself
(a phantom's {phantom_variants}): turned, scaled, cropped, shaded, with other contrast and noise, and
with darkened discs or bodies. Everything is drawn from seed {seed}. What the second stage learns
from comes from a first stage that has not seen the case. Only the trees are fitted; the constants
of the chain (`src/level/discs/chain.c`) were set by hand while looking at results on some of these
cases.

## Results
{folds}-fold cross-validation with the complete program: each case is searched with a prior that has
not seen it. A disc is right when it has its right name and its centre lies within 8 mm of the true
one in the sagittal plane.

| disc | cases | right | median distance | 95th percentile | missed |
| --- | --- | --- | --- | --- | --- |
{rows}

Confidence of the count, least over the cases: {least}. Signs of doubt were raised in {doubted} of
{cases} cases, in all of which the count is right unless the table says otherwise.

## Known limits
* Counting from the sacrum cannot tell four or six lumbar vertebrae from five; signs of it are looked
  for and lower the confidence. Nothing of it was tested on patients with a transitional vertebra.
* Fused vertebrae, implants, tumours, and children: never tried. T1-weighted series are not used.

## Rights
The images may not be redistributed, and nothing of them is in the project; only the fitted
parameters and the marks are. They carry the project's licence as far as they can be owned at all.
Whoever has the cases can repeat the fit.
"""

SCORE = re.compile(r"(\S+) +n +(\d+) +right +([\d.]+) % +median +([\d.]+|inf) mm +p95 +([\d.]+|inf) mm"
                   r" +missed ?(.*)")
FOUND = re.compile(r"(\S+): \d+ discs, count ([\d.]+), .* signs (\d+),")


def read(folder, name, pattern):
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        return [match.groups() for match in map(pattern.match, file) if match]


def main():
    work, card, recorded = sys.argv[1:]
    scores, found = read(work, "scores.txt", SCORE), read(work, "found.txt", FOUND)
    with open(os.path.join(work, "all.safetensors"), "rb") as file:
        prior = file.read()
    text = CARD.format(
        version=VERSION, hash=hashlib.sha256(prior).hexdigest(), size=len(prior),
        trees0=samples.STAGE0.trees, trees1=samples.STAGE1.trees, depth=samples.STAGE1.depth,
        cases=len(found), phantoms=len(os.listdir(os.path.join(work, "phantoms"))),
        variants=samples.VARIANTS, phantom_variants=samples.PHANTOM_VARIANTS, seed=SEED,
        folds=FOLDS, least=min(f[1] for f in found),
        doubted=sum(f[2] != "0" for f in found),
        rows="\n".join(f"| {d} | {n} | {right} % | {median} mm | {p95} mm | {missed or '–'} |"
                       for d, n, right, median, p95, missed in scores))
    with open(card, "w", encoding="utf-8") as file:
        file.write(text)
    with open(recorded, "w", encoding="utf-8") as file:
        file.write("# Discs of the cross-validation, written by tools/disc-prior/fit:\n"
                   "# disc, share with the right name and place (%), median distance (mm)\n"
                   + "".join(f"{s[0]} {s[2]} {s[3]}\n" for s in scores))


if __name__ == "__main__":
    main()
