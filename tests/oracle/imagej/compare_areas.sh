#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Compares the pixels that ImageJ finds in our RoiSet.zip with those that were labelled.
# Usage: compare_areas.sh WRITER RoiAreas.java FOLDER. Status 77: no Java or no ImageJ.
set -eu
writer=$1 source=$2 folder=$3
ij=/usr/share/java/ij.jar

if ! command -v javac >/dev/null || [ ! -f "$ij" ]; then
    echo "ImageJ ($ij) or a Java compiler is not installed: skipped"
    exit 77
fi
rm -rf "$folder"
mkdir -p "$folder"
"$writer" "$folder" > "$folder/ours.csv"
java -Djava.awt.headless=true -cp "$ij" "$source" "$folder"/*.zip > "$folder/imagej.csv"
diff "$folder/ours.csv" "$folder/imagej.csv"
echo "$(wc -l < "$folder/ours.csv") regions have the same pixels in ImageJ"
