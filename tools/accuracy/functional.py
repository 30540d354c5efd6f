# SPDX-License-Identifier: GPL-3.0-or-later
"""Agreement of functional areas with the reference, beside what is recorded.

usage: functional.py RESULTS DATA_FOLDER SCORER_FOLDER RECORDED [--record]

Prints the table of SCORER_FOLDER/score_fcsa.py and fails when the ICC(2,1) of FCSA of a muscle is
lower than recorded ("NAME ICC" lines) by more than the tolerance. With --record it writes the file.
"""
import os
import subprocess
import sys

TOLERANCE = 0.01


def measure(results, data, scorers):
    table = subprocess.run(["/usr/bin/python3", os.path.join(scorers, "score_fcsa.py"), results, data],
                           check=True, capture_output=True, text=True).stdout
    print(table, end="")
    return {words[0]: float(words[2]) for words in map(str.split, table.splitlines()[1:])}


def main():
    results, data, scorers, recorded = sys.argv[1:5]
    measured = measure(results, data, scorers)
    if sys.argv[5:] == ["--record"]:
        with open(recorded, "w", encoding="utf-8") as file:
            file.write("# ICC(2,1) of FCSA in the cross-validation, written by tools/train/fit\n"
                       + "".join(f"{name} {icc:.3f}\n" for name, icc in measured.items()))
        return 0
    failed = 0
    with open(recorded, encoding="utf-8") as file:
        for name, icc in (line.split() for line in file if not line.startswith("#")):
            if measured.get(name, 0.0) < float(icc) - TOLERANCE:
                print(f"accuracy: FCSA of {name} fell from {icc} to {measured.get(name)}")
                failed = 1
    return failed


if __name__ == "__main__":
    sys.exit(main())
