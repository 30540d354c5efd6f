#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shared library exports exactly what the public headers declare with MYO_API."""
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def declared():
    names = set()
    for header in (ROOT / "include" / "myotome").glob("*.h"):
        text = re.sub(r"/\*.*?\*/", "", header.read_text(), flags=re.DOTALL)
        for match in re.finditer(r"^MYO_API\s[^;]*?\b(myo_\w+)\s*\(", text, re.MULTILINE):
            names.add(match.group(1))
    return names


def exported(library):
    lines = subprocess.run(["nm", "-D", "--defined-only", library], check=True,
                           capture_output=True, text=True).stdout.splitlines()
    # Symbols of sanitizers and of the linker do not come from this project.
    foreign = re.compile(r"^(_init|_fini|__(asan|ubsan|odr_asan|tsan|sancov|gcov)\w*)")
    return {line.split()[-1] for line in lines if not foreign.match(line.split()[-1])}


def main():
    want, have = declared(), exported(sys.argv[1])
    for name in sorted(have - want):
        print(f"{sys.argv[1]}: exports {name}, which no public header declares")
    for name in sorted(want - have):
        print(f"{sys.argv[1]}: does not export {name}, which a public header declares")
    return 1 if want != have else 0


if __name__ == "__main__":
    sys.exit(main())
