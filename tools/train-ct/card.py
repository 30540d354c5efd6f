# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the model card of the tissue mapper from what its training measured.

usage: card.py WORK_FOLDER CARD
"""
import hashlib
import json
import os
import sys

import anatomy
import fit
import fit_loop
import synthetic
import weights

CARD = """# Model card: weights of the tissue mapper "unet-ct" (version {version})

Written by `tools/train-ct/fit`; do not edit by hand.

## What it is
One small U-Net ({channels} channels, {columns} x {rows} pixels of {mm:g} mm, {weights} weights) that says what
each pixel of an axial CT slice of the trunk probably is: {classes}; or none of these. Sides are
told apart afterwards. `unet-ct.safetensors` holds numbers only, in half precision ({size} bytes,
SHA-256 `{hash}`).
How a slice passes it is described in `docs/methods.md`, section CT.

## What it is for
A proposal, for research: where the spine is and which disc is which, and where muscles lie whose
outlines the attenuations then decide. Every outline has to be looked at before a result is used. It
is not a medical device.

## What it was trained on
No image of a patient. Most samples are slices of one label map of one adult's CT, from the ninth
thoracic vertebra to the acetabular roof, which may be used for evaluation and comes without its
image; the rights to redistribute the map are not clear, and it is no part of the project. The others
({share:.0%} at first, {later_share:.0%} later) are slices of {phantoms} phantoms of the project, whose bodies differ in size,
fat and shape and reach below the hips; those that the project's tests measure have other seeds. A
sample is bent, resized ({plane_low:.2f} to {plane_high:.2f} times in the plane), turned and tilted, its muscles made larger, smaller
or thinner, and painted with attenuations drawn anew: muscle {muscle}, with fat in it or not ({infiltrated:.0%} of the later
samples have back muscles, and often gluteal ones, that are mostly fat within their fascia), bones from thin to dense, organs with and without contrast medium, bowel with gas, muscle and organs that
the map does not know, fat of {skin} mm around, arms, table, cropped field of view, blur, noise and
streaks (after B. Billot et al., 2023, 10.1016/j.media.2023.102789). One real anatomy is all that it has
seen: no scoliosis beyond smooth bends, no missing or fused vertebrae, no metal, no postoperative
muscle, nobody lying on the side, no child. Below the acetabular roof it has seen phantoms only.

## How
`make fit-unet-ct` repeats the training (about 90 minutes on two idle cores): {steps} steps of {batch}
samples, and {later_steps} more, at a lower rate, after the normalisation has become a part of the weights. AdamW
with rates of {rate:g} and {later_rate:g} that fall as a cosine; cross-entropy and soft Dice; running mean of the
weights. Everything is drawn from seed {seed}.

## Results
On {slices} synthetic slices of the map drawn from another seed, and as many of four phantoms that it has not
seen; network alone, at its own pixels:

| class | map: slices | Dice mean | 5th % | phantoms: slices | Dice mean | 5th % |
| --- | --- | --- | --- | --- | --- | --- |
{table}
The slices of the map are of the same anatomy: they show that painting and bending are learnt, not how
other people fare. What the complete program does with images painted by other rules, with other bodies and
with a real CT stands in `docs/validation.md`, section CT.
"""


def cells(scores, name):
    """A class in a table: slices, mean, 5th percentile."""
    s = scores.get(name)
    return f"{s['slices']} | {s['mean']:.3f} | {s['low']:.3f}" if s else "0 | |"


def main():
    work, card = sys.argv[1:3]
    path = os.path.join(work, "unet-ct.safetensors")
    with open(path, "rb") as file:
        data = file.read()
    with open(os.path.join(work, "scores.json"), encoding="utf-8") as file:
        scores = json.load(file)
    plane = [anatomy.PLANE_FACTOR * 2.718281828 ** (sign * synthetic.SIZE_LOG) for sign in (-1, 1)]
    table = "".join(f"| {name.replace('_', ' ')} | {cells(scores['atlas'], name)} | "
                    f"{cells(scores['phantoms'], name)} |\n" for name in anatomy.NAMES[1:])
    text = CARD.format(
        version=weights.VERSION, channels="-".join(str(c) for c in fit.CHANNELS),
        columns=synthetic.COLUMNS, rows=synthetic.ROWS, mm=synthetic.STEP_MM,
        weights=fit.count_weights(), classes=", ".join(n.replace("_", " ") for n in anatomy.NAMES[1:]),
        size=len(data), hash=hashlib.sha256(data).hexdigest(), plane_low=plane[0],
        plane_high=plane[1], muscle="{:g} to {:g} HU".format(*synthetic.MUSCLE_HU),
        skin="{:g} to {:g}".format(*synthetic.SKIN_MM), steps=fit.STEPS, batch=fit.BATCH,
        rate=fit_loop.RATE, seed=fit.SEED, slices=scores["slices"], table=table,
        phantoms=len(os.listdir(os.path.join(work, "phantoms"))), share=fit.PHANTOM_SHARE,
        later_share=fit.LATER_PHANTOM_SHARE, later_steps=fit.LATER_STEPS, later_rate=fit.LATER_RATE,
        infiltrated=fit.LATER_INFILTRATED_SHARE)
    with open(card, "w", encoding="utf-8") as file:
        file.write(text)


if __name__ == "__main__":
    main()
