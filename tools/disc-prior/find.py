# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the discs of every case with the prior that has not seen it, for the scorer of levels.

usage: find.py DATA_FOLDER ANNOTATIONS PRIORS_FOLDER RESULT_JSON
"""
import json
import os
import sys

import probe
from cases import FOLDS, read_cases


def main():
    data, annotations, priors, result = sys.argv[1:]
    found = []
    for i, case in enumerate(read_cases(data, annotations)):
        with open(os.path.join(priors, f"fold{i % FOLDS}.safetensors"), "rb") as file:
            model = probe.Model(file.read())
        spine = model.find(case.slices, case.offsets, case.first, case.spacing)
        model.close()
        discs = {d.name.decode(): {"center_lps_mm": [d.centre.x, d.centre.y, d.centre.z],
                                   "confidence": d.confidence}
                 for d in spine.discs[:spine.count]}
        found.append({"patient_id": case.name, "discs": discs})
        least = min((d["confidence"] for d in discs.values()), default=0)
        print(f"{case.name}: {len(discs)} discs, count {spine.count_confidence:.2f}, other "
              f"{spine.other_shift:+d} {spine.other_confidence:.2f}, signs {spine.signs}, least "
              f"{least:.2f}")
    with open(result, "w", encoding="utf-8") as file:
        json.dump(found, file, indent=1)


if __name__ == "__main__":
    main()
