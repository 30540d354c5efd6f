#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares what the catalogue says of images with what pydicom reads from the same files.

usage: headers.py READ_HEADERS STUDY [FOLDER...]

Images of STUDY (the phantom) are written by pydicom in every encoding of a dataset, with private
sequences and texts in other character sets, and as an enhanced image; then each image is compared.
With FOLDERs, the files in these are compared instead. READ_HEADERS is the program of
read_headers.c. Status 77: pydicom is not installed.
"""
import copy
import os
import subprocess
import sys
import tempfile
import warnings

try:
    import pydicom
    from pydicom.dataset import Dataset
    from pydicom.sequence import Sequence
    from pydicom.uid import (DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian,
                             ExplicitVRLittleEndian, ImplicitVRLittleEndian)
except ImportError:
    sys.exit(77)

ENHANCED_MR = "1.2.840.10008.5.1.4.1.1.4.1"
FRAMES = 4


def item(**values):
    """A sequence with one item."""
    entry = Dataset()
    for name, value in values.items():
        setattr(entry, name, value)
    return Sequence([entry])


def save(dataset, path, syntax, undefined):
    dataset.is_little_endian = syntax != ExplicitVRBigEndian
    dataset.is_implicit_VR = syntax == ImplicitVRLittleEndian
    dataset.file_meta.TransferSyntaxUID = syntax
    for element in dataset:
        if element.VR == "SQ":
            element.is_undefined_length = undefined
            for entry in element.value:
                entry.is_undefined_length_sequence_item = undefined
    dataset.save_as(path, write_like_original=False)


def disturb(dataset, k):
    """Adds what readers trip over, none of which is looked at."""
    private = dataset.private_block(0x0009, "NOISE", create=True)
    private.add_new(0x01, "OB", bytes(range(256)) * 200)
    private.add_new(0x02, "SQ", item(PatientID="other", StudyInstanceUID="9.9"))
    dataset.ReferencedImageSequence = item(ReferencedSOPInstanceUID="9.9.9")
    dataset.SpecificCharacterSet, dataset.SeriesDescription = (
        ("ISO_IR 100", "Wirbels\u00e4ule"), ("ISO_IR 192", "\u810a\u690e T2"),
        (["ISO 2022 IR 6", "ISO 2022 IR 87"], "\u8170\u690e"))[k % 3]
    dataset.PatientID = f"P{k}"
    dataset.StudyInstanceUID += f".{k}"


def write_variants(study, folder):
    """Number of images that it has written."""
    names = sorted(os.path.join(root, name) for root, _, files in os.walk(study) for name in files)
    variants = [(syntax, undefined) for undefined in (False, True) for syntax in
                (ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian,
                 DeflatedExplicitVRLittleEndian)]
    for k, (syntax, undefined) in enumerate(variants):
        for name in names[::7]:
            dataset = pydicom.dcmread(name)
            disturb(dataset, k)
            if syntax == ExplicitVRBigEndian:
                dataset.PixelData = b"".join(dataset.PixelData[i:i + 2][::-1]
                                             for i in range(0, len(dataset.PixelData), 2))
            save(dataset, os.path.join(folder, f"{k}-{dataset.SOPInstanceUID}"), syntax, undefined)
        enhanced = combine([pydicom.dcmread(name) for name in names[:FRAMES]], k)
        save(enhanced, os.path.join(folder, f"{k}-enhanced"), syntax, undefined)
    return len(variants) * (len(names[::7]) + FRAMES)


def combine(images, k):
    """An enhanced image of the pixels and planes of some others."""
    enhanced = copy.deepcopy(images[0])
    for name in ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing",
                 "SliceThickness", "EchoTime", "RepetitionTime"):
        delattr(enhanced, name)
    first = images[0]
    enhanced.SOPClassUID = enhanced.file_meta.MediaStorageSOPClassUID = ENHANCED_MR
    enhanced.SOPInstanceUID = f"1.2.3.{k}"
    enhanced.StudyInstanceUID = f"1.2.4.{k}"
    enhanced.NumberOfFrames = len(images)
    enhanced.PixelData = b"".join(image.PixelData for image in images)
    shared = Dataset()
    shared.PixelMeasuresSequence = item(PixelSpacing=first.PixelSpacing,
                                        SliceThickness=first.SliceThickness)
    shared.MRTimingAndRelatedParametersSequence = item(RepetitionTime=first.RepetitionTime)
    enhanced.SharedFunctionalGroupsSequence = Sequence([shared])
    frames = []
    for image in images:
        frame = Dataset()
        frame.PlanePositionSequence = item(ImagePositionPatient=image.ImagePositionPatient)
        frame.PlaneOrientationSequence = item(
            ImageOrientationPatient=image.ImageOrientationPatient)
        frame.MREchoSequence = item(EffectiveEchoTime=float(image.EchoTime))
        frames.append(frame)
    enhanced.PerFrameFunctionalGroupsSequence = Sequence(frames)
    return enhanced


class Frame:
    """Attributes of one frame, as pydicom gives them."""

    def __init__(self, dataset, frame):
        self.dataset = dataset
        self.groups = []
        for name, index in (("PerFrameFunctionalGroupsSequence", frame),
                            ("SharedFunctionalGroupsSequence", 0)):
            if name in dataset:
                self.groups.append(dataset[name].value[index])

    def get(self, name, group=None):
        for groups in self.groups:
            if group and group in groups and name in groups[group].value[0]:
                return groups[group].value[0].get(name)
        return self.dataset.get(name)

    def number(self, name, group=None):
        value = self.get(name, group)
        value = value[0] if isinstance(value, pydicom.multival.MultiValue) else value
        return float(value) if value not in (None, "") else 0.0


def expected(path, frame):
    dataset = pydicom.dcmread(path, force=True, stop_before_pixels=True)
    f = Frame(dataset, frame)
    frames = int(dataset.get("NumberOfFrames") or 1)
    values = {
        "sop": dataset.SOPInstanceUID, "study": dataset.StudyInstanceUID,
        "series": dataset.SeriesInstanceUID, "reference": dataset.get("FrameOfReferenceUID") or "",
        "patient": dataset.get("PatientID") or "", "rows": dataset.Rows,
        "columns": dataset.Columns, "frames": frames, "number": dataset.get("SeriesNumber") or 0,
        "description": (dataset.get("SeriesDescription") or "").strip(),
        "instance": frame + 1 if frames > 1 else dataset.get("InstanceNumber") or 0,
    }
    numbers = {"height": [f.number("PatientSize")],
               "thickness": [f.number("SliceThickness", "PixelMeasuresSequence")]}
    if dataset.get("Modality") == "MR" and frame == 0:
        echo = f.number("EffectiveEchoTime", "MREchoSequence")
        numbers["echo"] = [echo or f.number("EchoTime")]
        numbers["repetition"] = [f.number("RepetitionTime", "MRTimingAndRelatedParametersSequence")]
    position = f.get("ImagePositionPatient", "PlanePositionSequence")
    cosines = f.get("ImageOrientationPatient", "PlaneOrientationSequence")
    spacing = f.get("PixelSpacing", "PixelMeasuresSequence")
    if position and cosines:
        numbers["position"] = [float(x) for x in position]
        numbers["row_cosine"] = [float(x) for x in cosines[:3]]
        numbers["column_cosine"] = [float(x) for x in cosines[3:]]
    if spacing:
        numbers["spacing"] = [float(x) for x in spacing]
    return {name: str(value) for name, value in values.items()}, numbers


def differs(name, text, numbers):
    found = [float(x) for x in text.split(",")] if text else []
    # Cosines are made orthonormal, so that rounding in the file is undone.
    tolerance = 2e-3 if name.endswith("cosine") else 1e-6
    return len(found) != len(numbers) or any(
        abs(a - b) > tolerance * max(1.0, abs(b)) for a, b in zip(found, numbers))


def compare(program, folder):
    """Number of images compared and of differences."""
    images = differences = 0
    lines = subprocess.run([program, folder], capture_output=True, check=True).stdout.decode()
    for line in lines.splitlines():
        found = dict(part.split("=", 1) for part in line.split("\t"))
        texts, numbers = expected(found["path"], int(found["frame"]))
        wrong = [(name, found.get(name), value) for name, value in texts.items()
                 if found.get(name) != value]
        wrong += [(name, found.get(name), value) for name, value in numbers.items()
                  if differs(name, found.get(name), value)]
        wrong += [(name, found[name], None) for name in ("position", "spacing")
                  if name in found and name not in numbers]
        for name, ours, theirs in wrong:
            print(f"{found['path']}, frame {found['frame']}: {name} is {ours}, not {theirs}")
        images += 1
        differences += len(wrong)
    return images, differences


def main():
    warnings.simplefilter("ignore")
    program, study, folders = sys.argv[1], sys.argv[2], sys.argv[3:]
    with tempfile.TemporaryDirectory() as scratch:
        written = 0 if folders else write_variants(study, scratch)
        results = [compare(program, folder) for folder in folders or [scratch]]
    images, differences = (sum(part) for part in zip(*results))
    print(f"{images} images, {differences} differences")
    return 0 if differences == 0 and images >= max(written, 1) else 1


if __name__ == "__main__":
    sys.exit(main())
