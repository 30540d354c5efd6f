#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares the pixels that oracle_dicom_read gives with those of other decoders, file by file.

usage: robustness.py ORACLE_DICOM_READ FOLDER

Uncompressed and run-length encoded files are read with pydicom, the others are first decompressed
by GDCM (gdcmconv), or by DCMTK (dcmdjpeg, dcmdjpls) where GDCM cannot. Prints one line for each
file: "equal", "refused" with the reason, or what is wrong. Fails when a pixel differs, when an
image is read that no other decoder reads, and when the program crashes, hangs or prints anything
on standard error, as a sanitizer does.
"""
import hashlib
import os
import subprocess
import sys
import tempfile
import warnings

import numpy
import pydicom

TIMEOUT_S = 60
RLE = "1.2.840.10008.1.2.5"
DECOMPRESSORS = (["gdcmconv", "--raw"], ["dcmdjpeg"], ["dcmdjpls"])


def read_ours(program, path):
    """The lines that the program prints, as lists; or a text that says what went wrong."""
    try:
        run = subprocess.run([program, path], capture_output=True, timeout=TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired:
        return "timeout"
    if run.returncode != 0 or run.stderr:
        return "exit status %d: %s" % (run.returncode, run.stderr[:2000].decode(errors="replace"))
    return [line.split("\t") for line in run.stdout.decode(errors="replace").splitlines()]


def stored_values(dataset):
    """Stored values (PS3.5 8.1.1) of all frames, as 16 bits each, one row of bytes a frame."""
    frames = int(dataset.get("NumberOfFrames") or 1)
    words = numpy.atleast_3d(dataset.pixel_array).reshape(frames, -1).astype(numpy.int64)
    stored = dataset.BitsStored
    words = (words >> (dataset.HighBit + 1 - stored)) & ((1 << stored) - 1)
    if dataset.PixelRepresentation == 1:
        words = numpy.where(words >> (stored - 1), words - (1 << stored), words)
    return (words & 0xFFFF).astype("<u2")


def read_with_pydicom(path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dataset = pydicom.dcmread(path, force=True)
        if not hasattr(dataset.file_meta, "TransferSyntaxUID"):
            implicit, little = dataset.is_implicit_VR, dataset.is_little_endian
            dataset.file_meta.TransferSyntaxUID = (
                pydicom.uid.ImplicitVRLittleEndian if implicit
                else pydicom.uid.ExplicitVRLittleEndian if little
                else pydicom.uid.ExplicitVRBigEndian)
        return dataset, stored_values(dataset)


def read_theirs(path):
    """Stored values by the first decoder that manages, and its name; None when none does."""
    reasons = []
    dataset = pydicom.dcmread(path, force=True, stop_before_pixels=True)
    syntax = dataset.file_meta.get("TransferSyntaxUID")
    if syntax is None or not syntax.is_compressed or syntax == RLE or syntax.is_deflated:
        try:
            return read_with_pydicom(path)[1], "pydicom"
        except Exception as problem:  # whatever it is, the next decoder has its turn
            reasons.append(str(problem))
    with tempfile.TemporaryDirectory() as folder:
        raw = os.path.join(folder, "raw.dcm")
        for command in DECOMPRESSORS:
            run = subprocess.run(command + [path, raw], capture_output=True, timeout=TIMEOUT_S,
                                 check=False)
            if run.returncode == 0:
                try:
                    return read_with_pydicom(raw)[1], command[0]
                except Exception as problem:
                    reasons.append("%s: %s" % (command[0], problem))
            else:
                reasons.append("%s failed" % command[0])
    return None, "; ".join(reasons)


def check_file(program, path):
    """Outcome ("equal", "refused" or "WRONG") and a text."""
    ours = read_ours(program, path)
    if isinstance(ours, str):
        return "WRONG", ours
    if not ours:
        return "WRONG", "the file is neither read nor refused"
    reasons = sorted({fields[-1].replace(path + ": ", "") for fields in ours
                      if fields[0] == "refused"})
    read = [fields for fields in ours if fields[0] == "pixels"]
    if reasons and not all(reasons):
        return "WRONG", "refused without a reason"
    if not read:
        return "refused", "; ".join(reasons)
    theirs, decoders = {}, set()
    for _, image, frame, rows, columns, digest in read:
        if image not in theirs:  # not always the path: a DICOMDIR names other files
            theirs[image], decoder = read_theirs(image)
            decoders.add(decoder)
        if theirs[image] is None:
            return "WRONG", "no other decoder reads it (%s)" % decoder
        values = theirs[image][int(frame)]
        if values.size != int(rows) * int(columns):
            return "WRONG", "frame %s: %s has %d pixels" % (frame, decoder, values.size)
        if hashlib.sha256(values.tobytes()).hexdigest() != digest:
            return "WRONG", "frame %s differs from %s" % (frame, decoder)
    text = "%d images, %s" % (len(read), ", ".join(sorted(decoders)))
    return "equal", text + ("; refused besides: " + "; ".join(reasons) if reasons else "")


def main():
    program, folder = sys.argv[1:]
    counts = {"equal": 0, "refused": 0, "WRONG": 0}
    for parent, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(parent, name)
            outcome, text = check_file(program, path)
            counts[outcome] += 1
            print("%s\t%s\t%s" % (outcome, os.path.relpath(path, folder), text), flush=True)
    print("files: %(equal)d equal, %(refused)d refused with a reason, %(WRONG)d wrong" % counts)
    return 1 if counts["WRONG"] or not counts["equal"] else 0


if __name__ == "__main__":
    sys.exit(main())
