# SPDX-License-Identifier: GPL-3.0-or-later
"""What the model cards say of a cross-validation: the printed score table and scores.csv."""
import csv
import re

import numpy as np

CLASS_NAMES = {"5101": "multifidus left", "5102": "multifidus right",
               "5111": "erector spinae left", "5112": "erector spinae right",
               "5121": "psoas major left", "5122": "psoas major right",
               "9001": "vertebral reference"}
WORST = 5


def read_scores(path):
    """Rows of the score table, and the mean Dice over structures."""
    rows, mean = [], None
    with open(path, encoding="utf-8") as file:
        for line in file:
            words = line.split()
            if words and words[0] == "cases":
                mean = words[-1]
            elif len(words) == 9 and words[1].isdigit():
                rows.append(words)
    return rows, mean


def read_cases(path):
    """Case, label and Dice coefficient of every structure."""
    with open(path, newline="", encoding="utf-8") as file:
        return [(r["case"], r["label"], float(r["dice"])) for r in csv.DictReader(file)]


def table(rows):
    return "\n".join("| " + " | ".join(r[:7]) + f" | {r[7]} to {r[8]} |" for r in rows)


def worst(cases):
    return "\n".join(f"| {c} | {CLASS_NAMES[l]} | {d:.2f} |"
                     for c, l, d in sorted(cases, key=lambda r: r[2])[:WORST])


def sides(cases):
    return ", ".join(f"{CLASS_NAMES[l]} {np.mean([d for _, k, d in cases if k == l]):.3f}"
                     for l in sorted({label for _, label, _ in cases}))


def find(pattern, text):
    return re.search(pattern, text).group(1)


def record(path, tool, rows, mean):
    """The recorded scores that `make accuracy` compares with."""
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"# Dice of the cross-validation, written by {tool}\n"
                   + "".join(f"{r[0]} {r[2]}\n" for r in rows) + f"mean {mean}\n")
