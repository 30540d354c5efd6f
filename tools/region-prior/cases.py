# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading the cases: DATA/<id>/image.dcm and DATA/<id>/truth.nii.gz; and the phantoms."""
import json
import os

import nibabel
import numpy as np
import pydicom

# Label values of the classes 1 to 7: multifidus, erector spinae, psoas major (left, right), and the
# vertebral body or disc.
LABELS = (5101, 5102, 5111, 5112, 5121, 5122, 9001)
OUTER_FOLDS = 5
PHANTOM_LEVEL = "L4/5"


class Case:
    """One slice: columns grow to the patient's left, rows to the back."""

    def __init__(self, index, name, pixels, classes, spacing):
        self.index, self.name = index, name
        self.pixels, self.classes, self.spacing = pixels, classes, spacing
        self.fold = index % OUTER_FOLDS
        # A case in which a structure was not drawn cannot teach the joint shape.
        self.complete = all((classes == k).any() for k in range(1, len(LABELS) + 1))


def to_canonical(array, row_cosine, column_cosine):
    """Turns rows x columns so that columns grow along +x and rows along +y of the patient."""
    if abs(row_cosine[0]) < abs(row_cosine[1]):
        array, row_cosine, column_cosine = array.T, column_cosine, row_cosine
    array = array[:, ::-1] if row_cosine[0] < 0 else array
    return np.ascontiguousarray(array[::-1] if column_cosine[1] < 0 else array)


def read_truth(path):
    """Labels in the same orientation (NIfTI's axes point to the right, front and head)."""
    image = nibabel.as_closest_canonical(nibabel.load(path))
    values = np.asanyarray(image.dataobj).squeeze().astype(int)
    return values.T[::-1, ::-1]


def read_case(index, name, image_path, truth_path):
    image = pydicom.dcmread(image_path)
    cosines = [float(v) for v in image.ImageOrientationPatient]
    rows_mm, columns_mm = (float(v) for v in image.PixelSpacing)
    if abs(rows_mm - columns_mm) > 1e-6:
        raise SystemExit(f"{name}: pixels are not square")
    pixels = to_canonical(image.pixel_array.astype(np.float32), cosines[:3], cosines[3:])
    values = read_truth(truth_path)
    if values.shape != pixels.shape:
        raise SystemExit(f"{name}: image and truth differ in size")
    classes = np.zeros(values.shape, np.uint8)
    for k, label in enumerate(LABELS, 1):
        classes[values == label] = k
    return Case(index, name, pixels, classes, rows_mm)


def read_cases(folder):
    names = sorted(n for n in os.listdir(folder)
                   if os.path.exists(os.path.join(folder, n, "truth.nii.gz")))
    if not names:
        raise SystemExit(f"{folder}: no cases (<id>/image.dcm and <id>/truth.nii.gz)")
    return [read_case(i, n, os.path.join(folder, n, "image.dcm"),
                      os.path.join(folder, n, "truth.nii.gz")) for i, n in enumerate(names)]


def read_phantoms(folder, first_index):
    """The middle slice at PHANTOM_LEVEL of each study that `myotome phantom` wrote there."""
    cases = []
    for name in sorted(os.listdir(folder)):
        study = os.path.join(folder, name)
        with open(os.path.join(study, "truth", "truth.json"), encoding="utf-8") as file:
            slices = json.load(file)["axial"]
        chosen = next(s for s in slices
                      if s["level"] == PHANTOM_LEVEL and abs(s["offset_mm"]) < 1e-6)
        image = os.path.join(study, "dicom", "axial_t2", f"{chosen['instance_number']:04d}.dcm")
        cases.append(read_case(first_index + len(cases), "phantom" + name, image,
                               os.path.join(study, "truth", chosen["labels"])))
    return cases
