# SPDX-License-Identifier: GPL-3.0-or-later
"""Paints a CT over the labels of the reference atlas, which comes without an image, and writes it as
a DICOM series.

usage: paint_atlas.py LABELS.nii.gz OUT_FOLDER [--trabecular HU] [--size FACTOR] [--seed N]
       paint_atlas.py LABELS.nii.gz OUT_FOLDER --variants N

Each tissue gets its usual attenuation, bones a cortical shell, muscles thin fat between them where
labels touch, the whole a skin's outline, blur and noise. Only geometry can be checked with it.

With --variants other bodies are made of the atlas and painted otherwise, one below OUT_FOLDER/<n> for
each: of an adult's height (the atlas' header makes its vertebrae half as high), resized, smoothly
bent, lean or with fat in the muscles, with dense or thin bones, of slices from 2.6 to 6.7 mm. Their
labels are OUT_FOLDER/<n>.npz.
"""
import argparse
import dataclasses
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
AIR, FAT, CANAL, BLUR = -1000, -100, 30, 0.6

# Other bodies.
HEIGHT_FACTOR = 2.0
WIDTHS, SIZES, THICK_CHANCE = (0.88, 1.15), (0.88, 1.12), 0.25
BEND_MM, BEND_SIGMA_MM, BEND_NODE_MM = (4.0, 5.0, 5.0), 30.0, 12.0


@dataclasses.dataclass
class Paint:
    """Attenuations, and what else an image looks like."""
    muscle: float = 58
    organ: float = 40
    disc: float = 85
    cortex: float = 500
    trabecular: float = 170
    infiltration: float = 0.0  # share of the muscles that is mostly fat
    noise: float = 12.0
    skin_mm: float = 18.0

    @staticmethod
    def draw(rng):
        return Paint(muscle=rng.uniform(35, 65), organ=rng.uniform(30, 55), disc=rng.uniform(70, 100),
                     cortex=rng.uniform(300, 600), trabecular=rng.uniform(80, 220),
                     infiltration=rng.uniform(0, 0.25), noise=rng.uniform(6, 25),
                     skin_mm=rng.uniform(6, 26))


def read_labels(path):
    """slices x rows x columns: from foot to head, to the back, to the left; and their spacing."""
    image = nibabel.as_closest_canonical(nibabel.load(path))
    labels = np.asanyarray(image.dataobj).astype(np.int16).transpose(2, 1, 0)[:, ::-1, ::-1]
    return labels, np.abs(np.diag(image.affine)[:3])


def smooth_field(shape, spacing, rng):
    """Smooth noise of unit variance; spacing of slices, rows, columns."""
    coarse = rng.normal(size=[max(3, int(n * mm / BEND_NODE_MM)) for n, mm in zip(shape, spacing)])
    field = ndimage.gaussian_filter(coarse, BEND_SIGMA_MM / BEND_NODE_MM)
    return ndimage.zoom(field / field.std(), [n / c for n, c in zip(shape, coarse.shape)], order=1)


def other_body(labels, spacing, rng):
    """The labels of another body, and their spacing."""
    spacing = np.array(spacing[::-1]) * [HEIGHT_FACTOR, 1, 1]
    places = np.indices(labels.shape, dtype=np.float32)
    for axis in (1, 2):
        middle = (labels.shape[axis] - 1) / 2
        places[axis] = (places[axis] - middle) / rng.uniform(*WIDTHS) + middle
    for axis, mm in enumerate(BEND_MM):
        places[axis] += (smooth_field(labels.shape, spacing, rng) * mm * rng.uniform(0.5, 1)
                         / spacing[axis]).astype(np.float32)
    bent = ndimage.map_coordinates(labels, places, order=0, mode="nearest")
    return bent.astype(np.int16), spacing[::-1] * rng.uniform(*SIZES)


def outline(labels, spacing, skin_mm):
    """Where the body is: around everything that is labelled, and some fat."""
    out = np.zeros(labels.shape, bool)
    reach = int(round(30 / spacing[0]))
    for k, layer in enumerate(labels > 0):
        grown = ndimage.binary_fill_holes(ndimage.binary_dilation(layer, iterations=reach))
        out[k] = ndimage.binary_erosion(grown, iterations=reach - int(round(skin_mm / spacing[0])))
    return out


def paint(labels, spacing, look, rng):
    hu = np.where(outline(labels, spacing, look.skin_mm), FAT, AIR).astype(np.float32)
    bone = np.isin(labels, BONES)
    hu[labels > 0] = look.organ
    hu[np.isin(labels, MUSCLES)] = look.muscle
    for a in (0, 1, 2):  # a film of fat between two different muscles
        edge = np.diff(labels, axis=a) != 0
        both = np.isin(labels, MUSCLES)
        first = tuple(slice(None, -1) if i == a else slice(None) for i in range(3))
        second = tuple(slice(1, None) if i == a else slice(None) for i in range(3))
        hu[first][edge & both[first] & both[second]] = 0.5 * (look.muscle + FAT)
    hu[np.isin(labels, DISCS)] = look.disc
    hu[bone] = look.cortex
    hu[ndimage.binary_erosion(bone)] = look.trabecular
    spine = np.isin(labels, BONES[2:] + DISCS)
    for k, layer in enumerate(spine):
        closed = ndimage.binary_fill_holes(ndimage.binary_closing(layer, iterations=3))
        hu[k][closed & ~layer & (labels[k] == 0)] = CANAL
    hu = ndimage.gaussian_filter(hu, BLUR) + rng.normal(size=hu.shape) * look.noise
    if look.infiltration > 0:
        texture = ndimage.gaussian_filter(rng.normal(size=labels.shape), 1.2)
        fat = texture > np.quantile(texture[::4, ::4, ::4], 1 - look.infiltration)
        fat &= np.isin(labels, MUSCLES)
        hu[fat] = 0.3 * hu[fat] + 0.7 * FAT
    return hu


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


def write_variant(labels, spacing, seed, folder):
    rng = np.random.default_rng(seed)
    bent, spacing = other_body(labels, spacing, rng)
    hu = paint(bent, spacing, Paint.draw(rng), rng)
    slices = 2 if rng.random() < THICK_CHANCE else 1  # that make one
    count = len(hu) // slices
    hu = hu[:count * slices].reshape(count, slices, *hu.shape[1:]).mean(1)
    spacing = np.round(spacing * [1, 1, slices], 4)
    write(hu, [float(s) for s in spacing], os.path.join(folder, f"{seed:02d}"))
    np.savez_compressed(os.path.join(folder, f"{seed:02d}.npz"),
                        labels=bent[slices // 2::slices][:count], spacing=spacing)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("labels")
    parser.add_argument("out_folder")
    parser.add_argument("--trabecular", type=float, default=Paint.trabecular)
    parser.add_argument("--size", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--variants", type=int)
    options = parser.parse_args()
    labels, spacing = read_labels(options.labels)
    for seed in range(options.variants or 0):
        write_variant(labels, spacing, seed, options.out_folder)
    if not options.variants:
        hu = paint(labels, spacing, Paint(trabecular=options.trabecular),
                   np.random.default_rng(options.seed))
        write(hu, [round(float(s) * options.size, 4) for s in spacing], options.out_folder)


if __name__ == "__main__":
    main()
