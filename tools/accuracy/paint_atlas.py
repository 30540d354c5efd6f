# SPDX-License-Identifier: GPL-3.0-or-later
"""Paints a CT over the labels of the reference atlas, which comes without an image, and writes it as
a DICOM series.

usage: paint_atlas.py LABELS.nii.gz OUT_FOLDER [--trabecular HU] [--size FACTOR] [--seed N]

Each tissue gets its usual attenuation, bones a cortical shell, muscles thin fat between them where
labels touch, the whole a skin's outline, blur and noise. Only geometry can be checked with it.
"""
import argparse
import os

import nibabel
import numpy as np
import pydicom
from pydicom.uid import ExplicitVRLittleEndian
from scipy import ndimage

MUSCLES = [32, 131, 133, 135, 136, 137, 138, 139, 140, 143, 231, 233, 235, 236, 237, 238, 239, 240,
           241]
DISCS = list(range(551, 560))
BONES = [2, 299, 600, 700] + list(range(401, 413)) + list(range(501, 506)) + list(range(681, 693))
AIR, FAT, MUSCLE, ORGAN, DISC, CORTEX, CANAL = -1000, -100, 58, 40, 85, 500, 30
SKIN_MM, BLUR, NOISE = 18.0, 0.6, 12.0


def read_labels(path):
    """slices x rows x columns: from foot to head, to the back, to the left; and their spacing."""
    image = nibabel.as_closest_canonical(nibabel.load(path))
    labels = np.asanyarray(image.dataobj).astype(np.int16).transpose(2, 1, 0)[:, ::-1, ::-1]
    return labels, np.abs(np.diag(image.affine)[:3])


def outline(labels, spacing):
    """Where the body is: around everything that is labelled, and some fat."""
    out = np.zeros(labels.shape, bool)
    reach = int(round(30 / spacing[0]))
    for k, layer in enumerate(labels > 0):
        grown = ndimage.binary_fill_holes(ndimage.binary_dilation(layer, iterations=reach))
        out[k] = ndimage.binary_erosion(grown, iterations=reach - int(round(SKIN_MM / spacing[0])))
    return out


def paint(labels, spacing, trabecular, rng):
    hu = np.where(outline(labels, spacing), FAT, AIR).astype(np.float32)
    bone = np.isin(labels, BONES)
    hu[labels > 0] = ORGAN
    hu[np.isin(labels, MUSCLES)] = MUSCLE
    for a in (0, 1, 2):  # a film of fat between two different muscles
        edge = np.diff(labels, axis=a) != 0
        both = np.isin(labels, MUSCLES)
        first = tuple(slice(None, -1) if i == a else slice(None) for i in range(3))
        second = tuple(slice(1, None) if i == a else slice(None) for i in range(3))
        hu[first][edge & both[first] & both[second]] = 0.5 * (MUSCLE + FAT)
    hu[np.isin(labels, DISCS)] = DISC
    hu[bone] = CORTEX
    hu[ndimage.binary_erosion(bone)] = trabecular
    spine = np.isin(labels, BONES[2:] + DISCS)
    for k, layer in enumerate(spine):
        closed = ndimage.binary_fill_holes(ndimage.binary_closing(layer, iterations=3))
        hu[k][closed & ~layer & (labels[k] == 0)] = CANAL
    return ndimage.gaussian_filter(hu, BLUR) + rng.normal(size=hu.shape) * NOISE


def write(hu, spacing, folder):
    os.makedirs(folder, exist_ok=True)
    meta = pydicom.dataset.FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = pydicom.uid.CTImageStorage
    stored = np.clip(np.round(hu) + 1024, 0, 4095).astype(np.uint16)
    for k, layer in enumerate(stored):
        d = pydicom.Dataset()
        d.file_meta = meta
        d.SOPClassUID, d.SOPInstanceUID = pydicom.uid.CTImageStorage, f"1.2.826.0.1.3680043.9.9.1.{k + 1}"
        meta.MediaStorageSOPInstanceUID = d.SOPInstanceUID
        d.StudyInstanceUID, d.SeriesInstanceUID = "1.2.826.0.1.3680043.9.9.2", "1.2.826.0.1.3680043.9.9.3"
        d.FrameOfReferenceUID = "1.2.826.0.1.3680043.9.9.4"
        d.Modality, d.PatientID, d.StudyDate = "CT", "atlas", "20260101"
        d.SeriesNumber, d.InstanceNumber, d.SeriesDescription = 1, k + 1, "painted atlas"
        d.ConvolutionKernel, d.ImageType = "STANDARD", ["ORIGINAL", "PRIMARY", "AXIAL"]
        d.PatientPosition, d.SliceThickness = "HFS", spacing[2]
        d.PixelSpacing = [spacing[1], spacing[0]]
        d.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
        d.ImagePositionPatient = [-0.5 * spacing[0] * layer.shape[1], -0.5 * spacing[1] * layer.shape[0],
                                  k * spacing[2]]
        d.Rows, d.Columns = layer.shape
        d.SamplesPerPixel, d.PhotometricInterpretation = 1, "MONOCHROME2"
        d.BitsAllocated, d.BitsStored, d.HighBit, d.PixelRepresentation = 16, 12, 11, 0
        d.RescaleIntercept, d.RescaleSlope = -1024, 1
        d.PixelData = layer.tobytes()
        d.is_little_endian, d.is_implicit_VR = True, False
        d.save_as(os.path.join(folder, f"{k + 1:04d}.dcm"), write_like_original=False)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("labels")
    parser.add_argument("out_folder")
    parser.add_argument("--trabecular", type=float, default=170)
    parser.add_argument("--size", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    labels, spacing = read_labels(options.labels)
    hu = paint(labels, spacing, options.trabecular, np.random.default_rng(options.seed))
    write(hu, [round(float(s) * options.size, 4) for s in spacing], options.out_folder)


if __name__ == "__main__":
    main()
