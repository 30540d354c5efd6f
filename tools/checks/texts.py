#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks what every text file must hold: a licence line, sane lengths, nothing of one machine; and
that pictures, which may show patients, stay where phantoms are."""
import re
import sys
from pathlib import Path

ROOT = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parents[2])

FILE_LINES_MAX = 600
FUNCTION_LINES_MAX = 100
BYTES_MAX = 2_000_000
WEIGHTS_BYTES_MAX = 10_000_000  # of networks
SPDX = "SPDX-License-Identifier: GPL-3.0-or-later"
CODE = {".c", ".h", ".cc", ".cpp", ".in"}
SCRIPTS = {".py", ".sh", ".cmake", ".yml"}
FOLDERS = ("include", "src", "plugins", "tests", "tools", "bench", "cmake", "docs", "testdata",
           ".ci")
PICTURES = {".png", ".jpg", ".jpeg", ".dcm", ".nii", ".gz", ".zip", ".tif", ".tiff"}
PICTURE_FOLDERS = ("testdata", "tests")
# Folders of one machine. Written in parts, so that this file passes.
MACHINE = re.compile(r"(?<![\w.])/(?:wo" r"rk|ho" r"me|ro" r"ot|Us" r"ers)/")
# Opens at the first column with '{' at the line's end, closes with '}' at the first column.
FUNCTION = re.compile(r"^[A-Za-z_][^;{}#]*\)\s*\{\n(.*?)^\}", re.MULTILINE | re.DOTALL)


def needs_licence(path, text):
    return (path.suffix in CODE | SCRIPTS or path.name in ("CMakeLists.txt", "Makefile")
            or text.startswith("#!"))


def check(path):
    name = path.relative_to(ROOT).as_posix()
    limit = WEIGHTS_BYTES_MAX if path.suffix == ".safetensors" else BYTES_MAX
    if path.stat().st_size > limit:
        return [f"{name}: more than {limit} bytes do not belong into the repository"]
    if path.suffix.lower() in PICTURES and name.split("/")[0] not in PICTURE_FOLDERS:
        return [f"{name}: pictures, other than of phantoms in testdata and tests, do not belong "
                "into the repository"]
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return []
    problems = []
    lines = text.split("\n")
    if needs_licence(path, text) and not any(SPDX in line for line in lines[:2]):
        problems.append(f"{name}:1: the licence line is missing ({SPDX})")
    if path.suffix in CODE and len(lines) - 1 > FILE_LINES_MAX:
        problems.append(f"{name}: {len(lines) - 1} lines; more than {FILE_LINES_MAX} is a file "
                        "with two subjects")
    if path.suffix in CODE:
        for match in FUNCTION.finditer(text):
            length = match.group(1).count("\n")
            if length > FUNCTION_LINES_MAX:
                line = text.count("\n", 0, match.start()) + 1
                problems.append(f"{name}:{line}: function of {length} lines (at most "
                                f"{FUNCTION_LINES_MAX})")
    for number, line in enumerate(lines, 1):
        if MACHINE.search(line):
            problems.append(f"{name}:{number}: path of one machine")
        if path.suffix in CODE | SCRIPTS and line.rstrip() != line:
            problems.append(f"{name}:{number}: blanks at the end of the line")
    return problems


def main():
    paths = [path for path in ROOT.iterdir() if path.is_file() and path.name != "LICENSE"]
    for folder in FOLDERS:
        paths += (ROOT / folder).rglob("*")
    problems = []
    for path in sorted(paths):
        if path.is_file() and not path.is_symlink() and "__pycache__" not in path.parts:
            problems += check(path)
    print("\n".join(problems), end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
