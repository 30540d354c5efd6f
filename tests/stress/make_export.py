#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes an export of many small studies: make_export.py FOLDER STUDIES

Every study is one axial slice of the phantom in testdata, with a patient ID and UIDs of its own of
the same length, so that the files stay valid. Some studies are broken (cut off within the pixels),
and some share patient and date with another.
"""
import hashlib
import re
import sys
from pathlib import Path

PHANTOM = Path(__file__).resolve().parents[2] / "testdata/phantom/dicom/axial_t2"
BROKEN_EVERY = 10  # the second of so many studies is cut off
SHARED_EVERY = 7  # the last of so many studies is of the patient before it
FOLDER_STUDIES = 100  # in a folder


def renamed(data, study, patient):
    """The file with another patient ID and other UIDs."""
    def uid(match):
        digits = len(match.group(0)) - len(b"2.25.")
        number = int(hashlib.sha256(match.group(0) + b"%d" % study).hexdigest(), 16)
        return b"2.25.1" + (b"%0*d" % (digits - 1, number))[-(digits - 1):]
    data = re.sub(rb"2\.25\.\d{20,}", uid, data)
    old = re.search(rb"PHANTOM\d{4}", data).group(0)
    return data.replace(old, b"X%0*d" % (len(old) - 1, patient))


def main():
    folder, count = Path(sys.argv[1]), int(sys.argv[2])
    slices = [path.read_bytes() for path in sorted(PHANTOM.glob("*.dcm"))]
    for study in range(count):
        patient = study - 1 if study % SHARED_EVERY == SHARED_EVERY - 1 else study
        data = renamed(slices[study % len(slices)], study, patient)
        if study % BROKEN_EVERY == 1:
            data = data[:len(data) * 2 // 3]
        path = folder / f"{study // FOLDER_STUDIES:03d}" / f"{study:05d}.dcm"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


if __name__ == "__main__":
    main()
