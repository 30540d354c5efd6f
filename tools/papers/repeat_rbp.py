#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the second source study could have come out: it is simulated many times.

Each time a cohort (simulate_rbp.py) is split 3:1, a model is made with LASSO and logistic regression,
and the area under the curve is taken on the model's own patients, corrected for optimism, on the
patients that were set aside, and on 5,000 new ones. Printed are means and ranges.
usage: repeat_rbp.py [--repeats N] [--bootstrap N] [--myotome PROGRAM]
"""
import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent


def simulate(path, seed, patients):
    with open(path, "w", encoding="utf-8") as file:
        subprocess.run([sys.executable, HERE / "simulate_rbp.py", "--seed", str(seed),
                        "--patients", str(patients)], stdout=file, check=True)


def run(program, *arguments):
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    return json.loads(done.stdout) if done.returncode == 0 else None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=100)
    parser.add_argument("--bootstrap", type=int, default=50)
    parser.add_argument("--myotome", default="myotome")
    options = parser.parse_args()
    rows, none = [], 0
    with tempfile.TemporaryDirectory() as folder:
        cohort, others, model = (f"{folder}/{n}" for n in ("c.csv", "o.csv", "m.json"))
        simulate(others, 0, 5000)
        with open(others, encoding="utf-8") as file:
            candidates = ",".join(file.readline().strip().split(",")[2:])
        for seed in range(1, options.repeats + 1):
            simulate(cohort, seed, 428)
            fit = run(options.myotome, "fit", cohort, "--outcome", "residual_back_pain",
                      "--predictors", candidates, "--factors", "fracture_burden", "--select",
                      "lasso", "--split", "0.75", "--seed", str(seed), "--bootstrap",
                      str(options.bootstrap), "--json", "-o", model)
            if fit is None:
                none += 1
                continue
            new = run(options.myotome, "validate", others, "--outcome", "residual_back_pain",
                      "--model", model, "--bootstrap", "100", "--json")
            rows.append((fit["auc"]["estimate"], fit["optimism"]["corrected"]["auc"],
                         fit["test"]["auc"]["estimate"], new["auc"]["estimate"],
                         len(fit["terms"])))
    print(f"{len(rows)} models; {none} times no predictor was selected")
    titles = ("own patients", "corrected for optimism", "set aside", "5,000 new patients",
              "predictors")
    for title, values in zip(titles, zip(*rows)):
        ordered = sorted(values)
        cut = round(0.025 * (len(ordered) - 1))
        print(f"{title:24} mean {statistics.mean(values):.3f}, 95 % of them "
              f"{ordered[cut]:.3f} to {ordered[-1 - cut]:.3f}")
    fall = [a - c for a, _, c, _, _ in rows]
    print(f"fall from own patients to those set aside: mean {statistics.mean(fall):.3f}; "
          f"0.188 (0.883 to 0.695) or more in {sum(f >= 0.188 for f in fall)} of {len(fall)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
