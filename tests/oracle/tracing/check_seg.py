# SPDX-License-Identifier: GPL-3.0-or-later
"""Has pydicom write Segmentations of every kind on tilted planes, and compares pixel by pixel.

Usage: check_seg.py DRAW, the program built from draw.c. Status 77: no pydicom.
"""
import sys
import tempfile

try:
    import numpy as np
    import pydicom
    from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
    from pydicom.sequence import Sequence
    from pydicom.uid import (DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian,
                             ExplicitVRLittleEndian, ImplicitVRLittleEndian, RLELossless,
                             generate_uid)
except ImportError:
    print("pydicom or numpy is not installed: skipped")
    sys.exit(77)

from tracing_oracle import Grid, draw

SEG_CLASS = "1.2.840.10008.5.1.4.1.1.66.4"
LABEL_MAP_CLASS = "1.2.840.10008.5.1.4.1.1.66.7"
MR_CLASS = "1.2.840.10008.5.1.4.1.1.4"
LEFT, RIGHT = ("7771000", "SCT", "Left"), ("24028007", "SCT", "Right")
MUSCLE = ("91727004", "SCT", "Muscle")
# Label, type, laterality, value that is expected (0: not measured).
SEGMENTS = [
    ("Segment 1", ("5709001", "SCT", "Multifidus"), LEFT, 5101),
    ("Segment 2", ("5709001", "SCT", "Multifidus"), RIGHT, 5102),
    ("Left psoas major", MUSCLE, None, 5121),
    ("PSOAS_R", MUSCLE, RIGHT, 5122),
    ("left erector spinae", ("44947003", "SCT", "Erector spinae"), None, 5111),
    ("liver", ("10200004", "SCT", "Liver"), None, 0),
    ("autochthon_right", ("44947003", "SCT", "Erector spinae"), RIGHT, 0),
    ("QL left", ("T-13620", "SRT", "Quadratus lumborum"), ("G-A101", "SRT", "Left"), 5131),
    ("Scheibe", ("360499006", "SCT", "Intervertebral disc"), None, 9001),
]


def code(triple):
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = triple
    return item


def describe_segments(segments):
    items = []
    for number, (label, kind, side, _) in enumerate(segments, 1):
        item = Dataset()
        item.SegmentNumber, item.SegmentLabel = number, label
        item.SegmentAlgorithmType = "MANUAL"
        item.SegmentedPropertyCategoryCodeSequence = Sequence([code(("91723000", "SCT", "x"))])
        item.SegmentedPropertyTypeCodeSequence = Sequence([code(kind)])
        if side:
            item.SegmentedPropertyTypeCodeSequence[0] \
                .SegmentedPropertyTypeModifierCodeSequence = Sequence([code(side)])
        items.append(item)
    return Sequence(items)


def decimals(values):
    return [pydicom.valuerep.DSfloat(float(v), auto_format=True) for v in values]


def plane_groups(grid, plane, shared, segment, source):
    """Functional groups of a frame; what all frames share is left out if `shared`."""
    frame = Dataset()
    if plane is not None:
        position = Dataset()
        position.ImagePositionPatient = decimals(grid.origin(plane))
        frame.PlanePositionSequence = Sequence([position])
    if not shared:
        orientation, measures = Dataset(), Dataset()
        orientation.ImageOrientationPatient = decimals([*grid.across, *grid.down])
        measures.PixelSpacing = decimals([grid.spacing[1], grid.spacing[0]])
        measures.SliceThickness = decimals([grid.thickness])[0]
        measures.SpacingBetweenSlices = measures.SliceThickness
        frame.PlaneOrientationSequence = Sequence([orientation])
        frame.PixelMeasuresSequence = Sequence([measures])
    if segment:
        identification = Dataset()
        identification.ReferencedSegmentNumber = segment
        frame.SegmentIdentificationSequence = Sequence([identification])
    if source:
        image, derivation = Dataset(), Dataset()
        image.ReferencedSOPClassUID, image.ReferencedSOPInstanceUID = MR_CLASS, source
        derivation.SourceImageSequence = Sequence([image])
        frame.DerivationImageSequence = Sequence([derivation])
    return frame


def new_dataset(kind, syntax, columns, rows):
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = LABEL_MAP_CLASS if kind == "LABELMAP" else SEG_CLASS
    meta.MediaStorageSOPInstanceUID = generate_uid()
    meta.TransferSyntaxUID = syntax
    ds = FileDataset(None, {}, file_meta=meta, preamble=bytes(128))
    ds.is_little_endian = syntax != ExplicitVRBigEndian
    ds.is_implicit_VR = syntax == ImplicitVRLittleEndian
    ds.SOPClassUID, ds.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    ds.Modality, ds.PatientID, ds.SpecificCharacterSet = "SEG", "P1", "ISO_IR 192"
    ds.StudyInstanceUID, ds.SeriesInstanceUID = generate_uid(), generate_uid()
    ds.FrameOfReferenceUID = "1.2.3.4.5"
    ds.SegmentationType = kind
    ds.Rows, ds.Columns, ds.SamplesPerPixel = rows, columns, 1
    ds.PhotometricInterpretation, ds.PixelRepresentation = "MONOCHROME2", 0
    return ds


def write(path, kind, syntax, grids, masks, segments=SEGMENTS, bits=8, shared=True, sparse=False,
          interleaved=False):
    """masks[grid][segment] are planes x rows x columns; returns the number of frames."""
    grid = grids[0]
    ds = new_dataset(kind, syntax, grid.columns, grid.rows)
    ds.SegmentSequence = describe_segments(segments)
    frames, pixels = [], []
    for g, of_segment in zip(grids, masks):
        if kind == "LABELMAP":
            numbers = np.zeros((g.planes, g.rows, g.columns), np.uint16)
            for number, mask in enumerate(of_segment, 1):
                numbers[mask > 0] = number
            order = [(p, 0, numbers[p]) for p in range(g.planes)]
        elif interleaved:
            order = [(p, s, of_segment[s - 1][p]) for p in range(g.planes)
                     for s in range(1, len(of_segment) + 1)]
        else:
            order = [(p, s, of_segment[s - 1][p]) for s in range(1, len(of_segment) + 1)
                     for p in reversed(range(g.planes))]
        for plane, segment, frame in order:
            if sparse and not frame.any():
                continue
            frames.append(plane_groups(g, plane, shared, segment, f"1.2.9.{plane + 1}"))
            pixels.append(frame)
    if shared:
        ds.SharedFunctionalGroupsSequence = Sequence([plane_groups(grid, None, False, 0, None)])
    ds.PerFrameFunctionalGroupsSequence = Sequence(frames)
    ds.NumberOfFrames = len(frames)
    stack = np.stack(pixels)
    if kind == "BINARY":
        ds.BitsAllocated = ds.BitsStored = 1
        ds.HighBit = 0
        packed = np.packbits((stack > 0).ravel(), bitorder="little").tobytes()
        ds.PixelData = packed + bytes(len(packed) % 2)
    else:
        ds.BitsAllocated = ds.BitsStored = bits
        ds.HighBit = bits - 1
        if kind == "FRACTIONAL":
            ds.SegmentationFractionalType, ds.MaximumFractionalValue = "PROBABILITY", 200
        data = stack.astype(np.uint8 if bits == 8 else np.uint16)
        if syntax == RLELossless:
            from pydicom.encaps import encapsulate
            from pydicom.pixel_data_handlers.rle_handler import rle_encode_frame
            ds.PixelData = encapsulate([rle_encode_frame(frame) for frame in data])
            ds["PixelData"].is_undefined_length = True
        else:
            raw = data.tobytes()
            ds.PixelData = raw + bytes(len(raw) % 2)
    ds["PixelData"].VR = "OB" if bits == 8 and syntax != ImplicitVRLittleEndian else "OW"
    ds.save_as(path, write_like_original=False)
    return len(frames)


def random_masks(rng, grid, count):
    """Segments that do not overlap: each pixel belongs to one of them or to none."""
    owner = rng.integers(0, count + 2, (grid.planes, grid.rows, grid.columns))
    return [(owner == number).astype(np.uint8) for number in range(1, count + 1)]


def expected_labels(masks, plane, segments=SEGMENTS):
    labels = np.zeros(masks[0].shape[1:], np.uint16)
    for mask, (_, _, _, value) in zip(masks, segments):
        labels[mask[plane] > 0] = value
    return labels


def compare(program, path, grid, masks, segments=SEGMENTS):
    facts = {}
    for plane in range(grid.planes):
        got, facts = draw(program, path, grid, plane)
        assert got is not None, facts
        expected = expected_labels(masks, plane, segments)
        assert np.array_equal(got, expected), (path, plane, (got != expected).sum())
        assert float(facts["moved"]) < 1e-3, facts
        assert facts["frame of reference"] == "1.2.3.4.5"
    assert facts["naming"] == "SEG codes"
    return facts


def check_kinds(program, folder, rng):
    cases = [(kind, syntax, bits)
             for syntax in (ExplicitVRLittleEndian, ImplicitVRLittleEndian,
                            DeflatedExplicitVRLittleEndian)
             for kind, bits in (("BINARY", 8), ("FRACTIONAL", 8), ("LABELMAP", 8),
                                ("LABELMAP", 16))]
    cases += [("FRACTIONAL", RLELossless, 8), ("LABELMAP", RLELossless, 8)]
    for number, (kind, syntax, bits) in enumerate(cases):
        # Odd sizes: frames of BINARY then begin within a byte.
        grid = Grid(rng, 2 * int(rng.integers(5, 12)) + 1, 2 * int(rng.integers(5, 12)) + 1, 3)
        masks = random_masks(rng, grid, len(SEGMENTS))
        written = masks
        if kind == "FRACTIONAL":  # of 200: 100 and more belong to the segment
            written = [np.where(m > 0, rng.integers(100, 201, m.shape), rng.integers(0, 100, m.shape))
                       for m in masks]
        path = f"{folder}/{number}.dcm"
        write(path, kind, syntax, [grid], [written], bits=bits, shared=number % 2 == 0,
              interleaved=number % 3 == 0)
        facts = compare(program, path, grid, masks)
        assert '"autochthon_right"' in facts["notes"] and '"liver"' in facts["notes"], facts
        assert facts["sources"] == "3", facts
    return len(cases)


def check_stacks(program, folder, rng):
    """Stacks of several tilts in one object, frames without pixels left out."""
    grids = [Grid(rng, 16, 12, 3) for _ in range(3)]
    for number, grid in enumerate(grids):
        grid.position = np.array([-5.0, -4.0, 60.0 * number])
    masks = [random_masks(rng, grid, 3) for grid in grids]
    masks[1][2][1] = 0
    path = f"{folder}/stacks.dcm"
    frames = write(path, "BINARY", ExplicitVRLittleEndian, grids, masks, SEGMENTS[:3], shared=False,
                   sparse=True)
    assert frames == 26
    for grid, of_grid in zip(grids, masks):
        compare(program, path, grid, of_grid, SEGMENTS[:3])
    return len(grids)


def check_overlap(program, folder, rng):
    """A pixel of two segments counts for the first structure, and there is a note."""
    grid = Grid(rng, 12, 10, 1)
    masks = [np.zeros((1, 10, 12), np.uint8) for _ in range(2)]
    masks[0][0, 2:6, 2:6] = 1
    masks[1][0, 4:8, 2:6] = 1
    path = f"{folder}/overlap.dcm"
    segments = [SEGMENTS[4], SEGMENTS[0]]
    write(path, "BINARY", ExplicitVRLittleEndian, [grid], [masks], segments)
    got, facts = draw(program, path, grid, 0)
    assert (got == 5101).sum() == 16 and (got == 5111).sum() == 8, facts
    assert "8 pixels of two regions count for one" in facts["notes"], facts
    return 1


def check_broken(program, folder, rng):
    grid = Grid(rng, 16, 12, 2)
    masks = random_masks(rng, grid, 2)
    path = f"{folder}/broken.dcm"

    def fails(change, message):
        write(path, "BINARY", ExplicitVRLittleEndian, [grid], [masks], SEGMENTS[:2])
        ds = pydicom.dcmread(path)
        change(ds)
        ds.save_as(path)
        got, facts = draw(program, path, grid, 0)
        assert got is None and message in facts["error"], facts

    def cut(ds):
        ds.PixelData = ds.PixelData[:len(ds.PixelData) // 2]

    fails(cut, "pixel data is truncated")
    fails(lambda ds: ds.__setattr__("NumberOfFrames", 5), "5 frames, but 4 of them are described")
    fails(lambda ds: ds.__delattr__("SegmentSequence"), "no segments")
    fails(lambda ds: ds.__setattr__("SegmentationType", "NEW"), "neither BINARY, FRACTIONAL nor")
    fails(lambda ds: ds.__setattr__("BitsAllocated", 8), "a BINARY segmentation with 8 bits")
    fails(lambda ds: ds.PerFrameFunctionalGroupsSequence[1].__delattr__("PlanePositionSequence"),
          "frame 2 has no valid position")
    fails(lambda ds: ds.PerFrameFunctionalGroupsSequence[2].__delattr__(
        "SegmentIdentificationSequence"), "frame 3 does not say its segment")
    return 7


def main():
    rng = np.random.default_rng(20240301)
    with tempfile.TemporaryDirectory() as folder:
        counts = [check(sys.argv[1], folder, rng)
                  for check in (check_kinds, check_stacks, check_overlap, check_broken)]
    print("{} kinds, {} stacks in one object, {} with overlap, {} broken: all pixels as written by "
          "pydicom {}".format(*counts, pydicom.__version__))


if __name__ == "__main__":
    main()
