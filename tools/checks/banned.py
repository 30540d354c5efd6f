#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refuses calls that are unsafe, or that a library must not make, and names the replacement."""
import re
import sys
from pathlib import Path

ROOT = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parents[2])

EVERYWHERE = {
    r"strcpy|stpcpy": "snprintf, or memcpy with a known size",
    r"strcat|strncat": "myo_text_append or snprintf",
    r"strncpy": "snprintf, which always ends the text",
    r"v?sprintf": "snprintf",
    r"gets": "fgets",
    r"strtok": "strchr or strcspn",
    r"ato[fil]|atoll": "myo_number_parse or myo_integer_parse, which report errors",
    r"[fs]?scanf|v[fs]?scanf": "myo_number_parse or myo_integer_parse",
    r"setlocale": "nothing: numbers are read and written in the C locale",
    r"alloca": "malloc",
    r"tmpnam|tempnam|mktemp": "mkstemp",
    r"system|popen": "nothing: no other program is started",
    r"asctime|ctime|gmtime|localtime": "gmtime_r or localtime_r, and strftime",
    r"rand|srand|random|drand48": "a generator with an explicit seed",
    r"signal": "nothing: only main.c of the program sets signals",
}
LIBRARY = {
    r"printf|puts|putchar|perror": "myo_log or myo_error_set: the library never prints",
    r"exit|_exit|quick_exit|abort": "an error: the library never ends the process",
    r"getenv": "an option that the caller sets",
}
# Where a ban does not hold, with the reason.
EXCEPTIONS = {
    ("src/cli/main.c", "signal"): "the program decides what a closed pipe means",
    ("src/pipeline/record.c", "getenv"): "SOURCE_DATE_EPOCH, the convention for equal bytes",
    ("src/pipeline/jobs.c", "_exit"): "ends a worker process, and not the caller",
}
FOLDERS = ("include", "src", "plugins", "tests", "bench")


def strip(text):
    """Blanks comments and literals, so that only code is searched; line breaks stay."""
    pattern = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)
    return pattern.sub(lambda m: re.sub(r"[^\n]", " ", m.group(0)), text)


def search(path, code, bans):
    problems = []
    name = path.relative_to(ROOT).as_posix()
    for names, instead in bans.items():
        for match in re.finditer(rf"(?<![\w.>:])(?:std::)?({names})\s*\(", code):
            if (name, match.group(1)) not in EXCEPTIONS:
                line = code.count("\n", 0, match.start(1)) + 1
                problems.append(f"{name}:{line}: {match.group(1)}() is banned; use {instead}")
    return problems


def main():
    problems = []
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix not in (".c", ".h", ".cc", ".cpp"):
                continue
            code = strip(path.read_text(encoding="utf-8", errors="replace"))
            problems += search(path, code, EVERYWHERE)
            name = path.relative_to(ROOT).as_posix()
            if name.startswith("src/") and not name.startswith("src/cli/"):
                problems += search(path, code, LIBRARY)
    print("\n".join(problems), end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
