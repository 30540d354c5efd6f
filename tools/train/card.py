# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the model card and the recorded scores from what a training measured.

usage: card.py WORK_FOLDER CARD RECORDED
"""
import hashlib
import os
import re
import sys

import augment
import calibrate
import fit
import fit_body
import fit_loop
import frame
import weights

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "accuracy"))
import scores  # noqa: E402

CARD = """# Model card: weights of the segmenter "unet" (version {version})

Written by `tools/train/fit`; do not edit by hand.

## What it is
An ensemble of {folds} members, each of which is three small U-Nets: a locator ({locate} channels,
{locate_columns} x {locate_rows} pixels of {locate_mm:g} mm, {locate_weights} weights) that finds where the
patient lies in the image, a network ({outline} channels, {columns} x {rows} pixels of {mm:g} mm,
{outline_weights} weights) that says what each pixel of the patient's frame is: multifidus, erector spinae
and psoas major of both sides, the vertebral body or disc, or none of these; and one of the same form
that says it of a second view ({body_columns} x {body_rows} pixels of {body_mm:g} mm), which has the body's
own size and lies on the vertebra.
`unet.safetensors` ({size} bytes, SHA-256
`{hash}`)
holds the first two and the coefficients of the quality estimate, `unet-body.safetensors` ({body_size} bytes,
`{body_hash}`)
the third: numbers only, in half precision. How a slice passes them is described in
`docs/methods.md`, section Segmenter unet.

## What it is for
Outlining these structures on axial T2-weighted slices of the lumbar spine (L1/2 to L5/S1) for the
measurement of areas in research. The outlines follow the fascia: fat between fascia and muscle is
inside. Every outline has to be looked at before a result is used. It is not a medical device.

## What it was trained on
{cases} axial lumbar T2 slices of as many patients with outlines drawn by hand, from a public
repository that states no licence. {complete} of them were used; in {incomplete} a structure was not drawn
(they are scored all the same). Each member has seen four fifths of them. The images carry no pixel
spacing: 0.40 mm is nominal. Age, sex, scanner and field strength are not known; nothing says that
the patients stand for any population. All levels from L1/2 to L5/S1 occur, L5/S1 rarely. {phantoms}
phantoms of the project joined the training ({phantom_share:.0f} % of the samples); they are not tested here.

## How
`make fit-unet` repeats the training ({seconds} s on two cores). {steps} steps of {batch} samples for
the outlines, {locate_steps} of {locate_batch} for the locators; AdamW with a rate of {rate:g} that falls as
a cosine; cross-entropy and soft Dice; running mean of the weights. Every sample is drawn anew: size,
rotation, place, smooth bends, mirror image with the sides exchanged, psoas moved forwards and to the
side, cropped field of view, brightness fields, tone curve, grey muscle, noise, blur, fat in the
muscles; {contrasts} contrast variants of each case go through the program's own bias field
correction.

For the second view half of the samples are painted over to be of other levels: psoas moved far forwards and
to the side, iliacus and ilium, ala of the sacrum and vessels beside it; or thin on the wall of the
vertebra, quadratus lumborum and a kidney beside it, often with fat in it. Its networks are trained for as
many steps on a field around psoas ({near_columns} x {near_rows} pixels), and for {later_steps} more (a rate of
{later_rate:g}) on the whole one.

The mean of both views is weighted by class: multifidus {factors[0]}, erector spinae {factors[1]}, psoas {factors[2]},
vertebral reference {factors[3]}, with which no mean error of area in the cross-validation is to exceed
{area_error:g} % (`tools/train/calibrate.py`). All cases had a part in these.

Everything is drawn from seeds {seed} and {body_seed}.

## Results
{folds}-fold cross-validation with the complete program (normalisation, locator, network, deciding
step): each case is outlined by the one member that has not seen it, which sees the image in the
first view and its mirror image in the second. What users get is the mean of all members. Settings were
chosen on single folds of the same cases, so the figures are slightly optimistic. They say nothing about
other scanners.

| structure | n | Dice mean | median | 5th % | surface mm | area bias % | limits of agreement % |
| --- | --- | --- | --- | --- | --- | --- | --- |
{table}

Mean Dice over structures: {mean}. Lowest single cases:

| case | structure | Dice |
| --- | --- | --- |
{worst}

Per side: {sides}.

Functional areas (one threshold for both outlines, mean of both sides):

```
{functional}
```

Expected Dice coefficient, with coefficients that were fitted without the tested fold:

```
{quality}
```

## Known failures
* The border between multifidus and erector spinae: the reference is not consistent there, and no
  network can be better than what it learns from. `docs/validation.md` has the evidence.
* Psoas at L5/S1, where it lies beside the iliac vessels, and at L1/2, where it is thin: may be cut short or
  missed, or another muscle taken for it. The cases show few.
* T1, fat-suppressed, and CT slices, implants, transitional vertebrae, children: never tried.

## Rights
The images and outlines may not be redistributed, and nothing of them is in the project; only the
weights are. They carry the project's licence as far as they can be owned at all. Whoever has the
cases can repeat the training.
"""


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read().rstrip()


def describe(path):
    """Bytes and SHA-256 of a file."""
    with open(path, "rb") as file:
        data = file.read()
    return len(data), hashlib.sha256(data).hexdigest()


def count_weights(channels):
    return sum(p.numel() for p in fit.Network(channels).parameters())


def main():
    work, card, recorded = sys.argv[1:4]
    rows, mean = scores.read_scores(os.path.join(work, "scores.txt"))
    cases = scores.read_cases(os.path.join(work, "results", "scores.csv"))
    log = read(os.path.join(work, "fit.log"))
    size, digest = describe(os.path.join(work, "unet.safetensors"))
    body_size, body_digest = describe(os.path.join(work, "unet-body.safetensors"))
    count = int(scores.find(r"(\d+) cases; left", log))
    left_out = [n for n in scores.find(r"not drawn: (.*)", log).split(", ") if n]
    text = CARD.format(
        version=weights.VERSION, folds=fit.OUTER_FOLDS, hash=digest,
        size=size, body_size=body_size, body_hash=body_digest, locate="-".join(map(str, fit.LOCATE_CHANNELS)),
        outline="-".join(map(str, fit.OUTLINE_CHANNELS)),
        locate_columns=frame.LOCATE_COLUMNS, locate_rows=frame.LOCATE_ROWS,
        locate_mm=frame.LOCATE_MM, columns=frame.OUTLINE_COLUMNS,
        rows=frame.OUTLINE_ROWS, mm=frame.OUTLINE_MM, locate_weights=count_weights(fit.LOCATE_CHANNELS),
        outline_weights=count_weights(fit.OUTLINE_CHANNELS), cases=count,
        complete=count - len(left_out), incomplete=len(left_out),
        phantoms=scores.find(r"(\d+) phantoms", log), phantom_share=100 * fit.PHANTOM_CHANCE,
        seconds=sum(int(s) for s in re.findall(r"trained in (\d+)", log)),
        steps=fit.OUTLINE_STEPS, batch=fit.OUTLINE_BATCH,
        locate_steps=fit.LOCATE_STEPS, locate_batch=fit.LOCATE_BATCH, rate=fit_loop.RATE,
        contrasts=augment.CONTRASTS, seed=fit.SEED, body_columns=frame.BODY_COLUMNS,
        body_rows=frame.BODY_ROWS, body_mm=frame.BODY_MM,
        later_steps=fit.LATER_STEPS, later_rate=fit.LATER_RATE,
        near_columns=frame.NEAR_COLUMNS,
        near_rows=frame.NEAR_ROWS, body_seed=fit_body.Body.SEED, table=scores.table(rows),
        factors=re.findall(r"factor (\S+)", read(os.path.join(work, "factors.txt"))),
        area_error=calibrate.AREA_ERROR_MAX, mean=mean, worst=scores.worst(cases), sides=scores.sides(cases),
        functional=read(os.path.join(work, "functional.txt")),
        quality=read(os.path.join(work, "quality.txt")))
    with open(card, "w", encoding="utf-8") as file:
        file.write(text)
    scores.record(recorded, "tools/train/fit", rows, mean)


if __name__ == "__main__":
    main()
