# SPDX-License-Identifier: GPL-3.0-or-later
"""The reference cases as another matrix, field of view, position or size of the patient would show them.

usage: changed_cases.py DATA_FOLDER OUT_FOLDER KIND

KIND is one of KINDS. OUT_FOLDER/<id> receives image.dcm and truth.nii.gz, changed alike.
"""
import os
import sys

import nibabel
import numpy as np
import pydicom

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "region-prior"))
from cases import LABELS, read_cases  # noqa: E402

SHIFT_MM = (40.0, 20.0)     # to the left and to the back
MARGIN_MM = (25.0, 12.5)    # lost on the right, on the left and in front; behind


def shifted(plane, spacing):
    across, down = (round(mm / spacing) for mm in SHIFT_MM)
    out = np.zeros_like(plane)
    out[down:, across:] = plane[:-down, :-across]
    return out


def cropped(plane, spacing):
    wide, narrow = (round(mm / spacing) for mm in MARGIN_MM)
    return plane[wide:-narrow, wide:-wide]


# Of each kind: what it does to image and labels, and the factors of pixel spacing and intensities.
KINDS = {"larger": (lambda plane, _: plane, 1.3, 1),
         "smaller": (lambda plane, _: plane, 0.75, 1),
         "shifted": (shifted, 1.0, 1),
         "cropped": (cropped, 1.0, 1),
         "every-second-pixel": (lambda plane, _: plane[::2, ::2], 2.0, 1),
         "three-times-as-bright": (lambda plane, _: plane, 1.0, 3)}


def write(folder, source, pixels, labels, spacing):
    os.makedirs(folder)
    image = pydicom.dcmread(source)
    if image.file_meta.TransferSyntaxUID.is_compressed:
        image.decompress()
    image.ImageOrientationPatient, image.ImagePositionPatient = [1, 0, 0, 0, 1, 0], [0, 0, 0]
    image.PixelSpacing, (image.Rows, image.Columns) = [spacing, spacing], pixels.shape
    image.BitsAllocated, image.BitsStored, image.HighBit, image.PixelRepresentation = 16, 16, 15, 0
    image.PixelData = pixels.astype("<u2").tobytes()
    image.save_as(os.path.join(folder, "image.dcm"))
    affine = np.diag([-spacing, -spacing, 1.0, 1.0])
    nibabel.save(nibabel.Nifti1Image(labels.T[:, :, None].astype(np.int16), affine),
                 os.path.join(folder, "truth.nii.gz"))


def main():
    data, out, kind = sys.argv[1:4]
    change, scale, gain = KINDS[kind]
    values = np.array([0, *LABELS])
    for case in read_cases(data):
        pixels = np.ascontiguousarray(change(case.pixels, case.spacing)) * gain
        labels = np.ascontiguousarray(change(values[case.classes], case.spacing))
        write(os.path.join(out, case.name), os.path.join(data, case.name, "image.dcm"), pixels, labels,
              case.spacing * scale)


if __name__ == "__main__":
    main()
