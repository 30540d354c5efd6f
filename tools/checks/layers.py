#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks that modules include only what their USES line names, and that USES goes downwards.

A module is a folder of src/ with a myo_add_module() call. Its files may include their own folder,
the folders that USES names, and the public headers. Headers named *_private.h never leave their
folder. The program and the plugins see the public headers only, and public headers only each
other.
"""
import re
import sys
from pathlib import Path

ROOT = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parents[2])

# What each module may name in USES. Modules beside each other do not know each other.
LOW = {"base", "image"}
ALLOWED = {
    "base": set(),
    "image": {"base"},
    "io": LOW,
    "dicom": LOW,
    "level": LOW,
    "ct": LOW,
    "segment": LOW,
    "fat": LOW,
    "measure": LOW,
    "stats": {"base"},
    "risk": LOW | {"io", "stats"},
    "store": LOW,
    "report": LOW | {"io", "dicom"},
    "tracing": LOW | {"io", "dicom"},
    "phantom": LOW | {"io", "dicom"},
    "plugin": LOW | {"segment", "fat"},
    "cohort": {"base", "io"},
    "assess": {"base", "stats"},
    "fit": {"base", "io", "assess", "cohort", "stats", "risk"},
    "validate": {"base", "io", "assess", "cohort", "stats", "risk", "report"},
}
# Of the folder of a module beside it, only these headers.
ONLY_HEADERS = {"dicom": {"dicom/seg_read.h", "dicom/writer.h"}}
# Composes everything below it.
COMPOSERS = {"pipeline", "readers"}
GENERATED = {"myotome_version.h"}
# Libraries that are included with their folder, and the only module that may see them.
OWNED_LIBRARIES = {"dcmtk": "dicom"}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
SOURCES = ("*.c", "*.h", "*.cc", "*.cpp")


def sources(folder):
    return sorted(path for pattern in SOURCES for path in folder.rglob(pattern))


def read_uses(text):
    call = re.search(r"myo_add_module\((.*?)\)", text, re.DOTALL)
    if not call:
        return None
    words = call.group(1).split()
    uses, current = set(), None
    for word in words[1:]:
        if word in ("SOURCES", "USES", "LIBRARIES"):
            current = word
        elif current == "USES":
            uses.add(word)
    return uses


def main():
    problems = []
    modules = {}
    for cmake in sorted((ROOT / "src").glob("*/CMakeLists.txt")):
        uses = read_uses(cmake.read_text())
        if uses is not None:
            modules[cmake.parent.name] = uses
    for name, uses in modules.items():
        allowed = set(ALLOWED) if name in COMPOSERS else ALLOWED.get(name)
        if allowed is None:
            problems.append(f"src/{name}: unknown module; add it to tools/checks/layers.py")
        else:
            for extra in sorted(uses - allowed):
                problems.append(f"src/{name}/CMakeLists.txt: {name} must not use {extra}")
    for name, uses in modules.items():
        for path in sources(ROOT / "src" / name):
            problems += check_module_file(path, name, uses)
    for folder in ("src/cli", "plugins", "include"):
        if (ROOT / folder).is_dir():
            for path in sources(ROOT / folder):
                problems += check_outer_file(path, folder)
    print("\n".join(problems), end="\n" if problems else "")
    return 1 if problems else 0


def includes(path):
    text = path.read_text(encoding="utf-8", errors="replace")
    for match in INCLUDE.finditer(text):
        line = text.count("\n", 0, match.start(2)) + 1
        yield f"{path.relative_to(ROOT)}:{line}", match.group(1), match.group(2)


def check_module_file(path, name, uses):
    problems = []
    for where, bracket, header in includes(path):
        folder = header.split("/")[0]
        if folder in OWNED_LIBRARIES:
            if OWNED_LIBRARIES[folder] != name:
                problems.append(f"{where}: {folder} belongs behind {OWNED_LIBRARIES[folder]} "
                                f"({header})")
            continue
        if bracket == "<" or header in GENERATED and name == "base":
            continue
        if folder != name and folder not in uses:
            problems.append(f"{where}: {name} does not name {folder} in USES ({header})")
        elif folder != name and header.endswith("_private.h"):
            problems.append(f"{where}: {header} must not leave its folder")
        elif (folder in ONLY_HEADERS and folder != name and name not in COMPOSERS
              and header not in ONLY_HEADERS[folder]):
            problems.append(f"{where}: of {folder} only {sorted(ONLY_HEADERS[folder])} may be "
                            f"included ({header})")
    return problems


def check_outer_file(path, folder):
    problems = []
    own = {"src/cli": "cli", "plugins": path.parent.name}.get(folder)
    for where, bracket, header in includes(path):
        if bracket == '"' and header.split("/")[0] != own and "/" in header:
            problems.append(f"{where}: only public headers may be included here ({header})")
        elif bracket == '"' and folder == "include":
            problems.append(f"{where}: public headers include <...> only ({header})")
        elif bracket == "<" and folder == "include" and "/" in header \
                and not header.startswith("myotome/"):
            problems.append(f"{where}: public headers show no other library ({header})")
    return problems


if __name__ == "__main__":
    sys.exit(main())
