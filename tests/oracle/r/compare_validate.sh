#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs R on the cohorts of the golden numbers and compares our measures with what it prints.
# Usage: compare_validate.sh validate.R TEST_PROGRAM SCRATCH_FILE. Status 77: no R or no packages.
set -eu
if ! command -v Rscript >/dev/null; then
    echo "R is not installed: skipped"
    exit 77
fi
Rscript "$1" >"$3"
"$2" "$3"
