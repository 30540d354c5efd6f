# SPDX-License-Identifier: GPL-3.0-or-later
"""Has nibabel write label maps in every order of axes and every type, and compares pixel by pixel.

Usage: check_label_maps.py DRAW, the program built from draw.c. Status 77: no nibabel.
"""
import itertools
import sys
import tempfile

try:
    import nibabel
    import numpy as np
except ImportError:
    print("nibabel or numpy is not installed: skipped")
    sys.exit(77)

from tracing_oracle import Grid, STRUCTURES, draw

# TotalSegmentator, abdominal_muscles: values that fit into 8 bits, right side first.
SMALL = {15: 5112, 16: 5111, 17: 5102, 18: 5101, 19: 5122, 20: 5121, 21: 5132, 22: 5131}


def reorder(data, affine, order, flips):
    """The same voxels with their axes in another order, some mirrored."""
    data = np.transpose(data, order)
    columns = affine[:3, :3][:, list(order)]
    origin = affine[:3, 3].copy()
    for axis, flip in enumerate(flips):
        if flip:
            origin = origin + columns[:, axis] * (data.shape[axis] - 1)
            columns[:, axis] *= -1
            data = np.flip(data, axis)
    return data, np.vstack([np.column_stack([columns, origin]), [0, 0, 0, 1]])


def random_labels(rng, grid, values):
    labels = rng.choice([0, 0, *values], (grid.columns, grid.rows, grid.planes))
    labels[0, 0, :] = values[0]
    return labels


def check(program, path, grid, labels, meaning):
    for plane in range(grid.planes):
        got, facts = draw(program, path, grid, plane)
        assert got is not None, facts
        expected = np.vectorize(lambda v: meaning.get(v, 0))(labels[:, :, plane]).T
        assert np.array_equal(got, expected), (path, plane, (got != expected).sum())
        assert float(facts["moved"]) < 1e-3, facts


def check_orientations(program, folder, rng):
    count = 0
    same = {v: v for v in STRUCTURES}
    for order in itertools.permutations(range(3)):
        for flips in itertools.product((False, True), repeat=3):
            grid = Grid(rng, int(rng.integers(5, 19)), int(rng.integers(5, 19)), 3)
            labels = random_labels(rng, grid, STRUCTURES)
            data, affine = reorder(labels, grid.affine(), order, flips)
            image = nibabel.Nifti1Image(data.astype(np.int16), affine)
            image.set_sform(affine, 1 if count % 3 else 0)
            image.set_qform(affine, 1 if count % 3 != 1 else 0)
            path = f"{folder}/order{count}.nii{'.gz' if count % 2 else ''}"
            nibabel.save(image, path)
            check(program, path, grid, labels, same)
            count += 1
    return count


def check_types(program, folder, rng):
    same = {v: v for v in STRUCTURES}
    cases = [("uint8", SMALL), ("int8", SMALL), ("int16", same), ("uint16", same),
             ("int32", same), ("uint32", same), ("int64", same), ("uint64", same),
             ("float32", same), ("float64", same)]
    for kind, meaning in cases:
        for maker in (nibabel.Nifti1Image, nibabel.Nifti2Image):
            grid = Grid(rng, 11, 9, 2)
            labels = random_labels(rng, grid, list(meaning))
            image = maker(labels.astype(kind), grid.affine(), dtype=kind)
            path = f"{folder}/{kind}{maker.__name__}.nii.gz"
            nibabel.save(image, path)
            check(program, path, grid, labels, meaning)
    return len(cases) * 2


def check_scaling(program, folder, rng):
    """Slope and intercept, as written on purpose, and as nibabel squeezes floats into integers."""
    same = {v: v for v in STRUCTURES}
    grid = Grid(rng, 11, 9, 2)
    labels = random_labels(rng, grid, STRUCTURES)
    for slope, intercept in ((1.0, 100.0), (0.5, 0.0), (-1.0, 9001.0)):
        header = nibabel.Nifti1Header()
        stored = np.round((labels - intercept) / slope).astype(np.int32)
        header.set_data_dtype(np.int32)
        image = nibabel.Nifti1Image(stored, grid.affine(), header)
        image.header.set_slope_inter(slope, intercept)
        path = f"{folder}/scaled.nii"
        with open(path, "wb") as file:  # nibabel.save would set the slope anew
            image.header["vox_offset"] = 352
            image.header["magic"] = b"n+1"
            file.write(image.header.binaryblock + bytes(4) + stored.tobytes(order="F"))
        check(program, path, grid, labels, same)
    image = nibabel.Nifti1Image(labels.astype(np.float32), grid.affine())
    image.set_data_dtype(np.int16)
    path = f"{folder}/squeezed.nii.gz"
    nibabel.save(image, path)
    check(program, path, grid, labels, same)
    return 4


def check_headers(program, folder, rng):
    """Big endian, a template's sform beside a scanner's qform, and what cannot be used."""
    same = {v: v for v in STRUCTURES}
    grid = Grid(rng, 11, 9, 2)
    labels = random_labels(rng, grid, STRUCTURES)
    image = nibabel.Nifti1Image(labels.astype(">i2"), grid.affine(),
                                nibabel.Nifti1Header(endianness=">"))
    nibabel.save(image, f"{folder}/big.nii")
    check(program, f"{folder}/big.nii", grid, labels, same)

    image = nibabel.Nifti1Image(labels.astype(np.int16), grid.affine())
    image.set_qform(grid.affine(), 1)
    image.set_sform(np.diag([2.0, 2.0, 2.0, 1.0]), 4)
    nibabel.save(image, f"{folder}/template.nii")
    check(program, f"{folder}/template.nii", grid, labels, same)

    # A table as TotalSegmentator writes it says more than values that fit nothing.
    named = np.select([labels == 5101, labels == 5112, labels == 5121], [1, 2, 3], 0)
    image = nibabel.Nifti1Image(named.astype(np.uint8), grid.affine())
    names = {1: "multifidus_left", 2: "erector_spinae_right", 3: "autochthon_left"}
    table = "".join(f'<Label Key="{value}" Red="1.0" Green="0.0" Blue="0.0" Alpha="1">'
                    f"<![CDATA[{name}]]></Label>\n" for value, name in names.items())
    text = (f'<?xml version="1.0" encoding="UTF-8"?> <CaretExtension> <VolumeInformation Index="0">'
            f"<LabelTable>{table}</LabelTable></VolumeInformation></CaretExtension>")
    image.header.extensions.append(nibabel.nifti1.Nifti1Extension(0, text.encode()))
    nibabel.save(image, f"{folder}/named.nii.gz")
    check(program, f"{folder}/named.nii.gz", grid, named, {1: 5101, 2: 5112})
    facts = draw(program, f"{folder}/named.nii.gz", grid, 0)[1]
    assert facts["naming"] == "label table in the file", facts
    assert facts["notes"].startswith('left out: "autochthon_left"'), facts

    image = nibabel.Nifti1Image(labels.astype(np.int16), grid.affine())
    image.set_qform(None, 0)
    image.set_sform(None, 0)
    nibabel.save(image, f"{folder}/nowhere.nii")
    assert "neither sform nor qform" in draw(program, f"{folder}/nowhere.nii", grid, 0)[1]["error"]

    pair = nibabel.Nifti1Pair(labels.astype(np.int16), grid.affine())
    nibabel.save(pair, f"{folder}/pair.img")
    assert "a pair of .hdr and .img" in draw(program, f"{folder}/pair.hdr", grid, 0)[1]["error"]

    several = nibabel.Nifti1Image(np.stack([labels, labels], 3).astype(np.int16), grid.affine())
    nibabel.save(several, f"{folder}/several.nii.gz")
    assert "holds 2 volumes" in draw(program, f"{folder}/several.nii.gz", grid, 0)[1]["error"]

    soft = nibabel.Nifti1Image((labels / 9001.0).astype(np.float32), grid.affine())
    nibabel.save(soft, f"{folder}/soft.nii.gz")
    assert "is no label" in draw(program, f"{folder}/soft.nii.gz", grid, 0)[1]["error"]
    return 7


def main():
    rng = np.random.default_rng(20240229)
    with tempfile.TemporaryDirectory() as folder:
        counts = [check_orientations(sys.argv[1], folder, rng),
                  check_types(sys.argv[1], folder, rng), check_scaling(sys.argv[1], folder, rng),
                  check_headers(sys.argv[1], folder, rng)]
    print("{} orders of axes, {} types, {} scalings, {} headers: all pixels as written by nibabel {}"
          .format(*counts, nibabel.__version__))


if __name__ == "__main__":
    main()
