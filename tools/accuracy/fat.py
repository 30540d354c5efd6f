# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables of the errors of the fat methods on phantoms, from the rows that fat-accuracy prints.

usage: fat.py [--record DOCUMENT] ROWS...

Prints the tables. With --record they replace what stands between the marks in DOCUMENT. Fails when
the default method, the first one, misses its targets.
"""
import collections
import csv
import sys

MEAN_MAX = 3.0  # mean absolute error of the default from 0 to 60 % fat, points
LEAN_MAX = 2.0  # fat that the default finds where there is none, at most, %
BACK = ("multifidus", "erector_spinae")
BEGIN, END = "<!-- fat methods: begin -->\n", "<!-- fat methods: end -->\n"

Row = collections.namedtuple("Row", "asked condition method muscle true measured flagged")


def read(paths):
    rows = []
    for path in paths:
        with open(path, encoding="utf-8", newline="") as file:
            for seed, asked, noise, bias, method, muscle, true, measured, _, flagged in csv.reader(file):
                del seed
                rows.append(Row(int(asked), (float(noise), float(bias)), method, muscle,
                                100.0 * float(true), 100.0 * float(measured), flagged == "1"))
    return rows


def mean(values):
    values = list(values)
    return sum(values) / len(values)


def error(row):
    return row.measured - row.true


def table(head, lines):
    out = ["| " + " | ".join(head) + " |", "| --- |" + " --: |" * (len(head) - 1)]
    return "\n".join(out + ["| " + " | ".join(line) + " |" for line in lines]) + "\n"


def by_fraction(rows, methods, asked):
    lines = []
    for method in methods:
        own = [r for r in rows if r.method == method]
        back = [r for r in own if r.muscle in BACK]
        psoas = [r for r in own if r.muscle not in BACK]
        lines.append([f"`{method}`"]
                     + [f"{mean(error(r) for r in back if r.asked == a):+.1f}" for a in asked]
                     + [f"{mean(abs(error(r)) for r in back):.1f}",
                        f"{max(abs(error(r)) for r in back):.1f}",
                        f"{mean(abs(error(r)) for r in psoas):.1f}"])
    return table(["method"] + [f"{a} %" for a in asked] + ["mean abs.", "greatest", "psoas"], lines)


def by_condition(rows, methods):
    conditions = sorted({r.condition for r in rows})
    lines = []
    for method in methods:
        own = [r for r in rows if r.method == method]
        line = [f"`{method}`"]
        for condition in conditions:
            here = [r for r in own if r.condition == condition]
            line.append(f"{mean(abs(error(r)) for r in here):.1f} / "
                        f"{max(r.measured for r in here if r.asked == 0):.1f}")
        lines.append(line)
    return table(["method"] + [f"noise {n:g} %, bias {b:g}" for n, b in conditions], lines)


def check(rows, default):
    own = [r for r in rows if r.method == default]
    absolute, lean = mean(abs(error(r)) for r in own), max(r.measured for r in own if r.asked == 0)
    print(f"fat: {default}: mean absolute error {absolute:.2f} points (at most {MEAN_MAX:g}), "
          f"lean muscle at most {lean:.2f} % (at most {LEAN_MAX:g}), {len(own)} muscles, "
          f"{sum(r.flagged for r in own)} flagged", file=sys.stderr)
    return absolute <= MEAN_MAX and lean <= LEAN_MAX


def main():
    arguments, document = sys.argv[1:], None
    if arguments[:1] == ["--record"]:
        document, arguments = arguments[1], arguments[2:]
    rows = read(arguments)
    methods = list(dict.fromkeys(r.method for r in rows))
    text = (by_fraction(rows, methods, sorted({r.asked for r in rows}))
            + "\n" + by_condition(rows, methods))
    print(text, end="")
    if document:
        with open(document, encoding="utf-8") as file:
            before, rest = file.read().split(BEGIN)
        after = rest.split(END)[1]
        with open(document, "w", encoding="utf-8") as file:
            file.write(before + BEGIN + text + END + after)
    return 0 if check(rows, methods[0]) else 1


if __name__ == "__main__":
    sys.exit(main())
