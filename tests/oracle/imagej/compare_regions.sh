#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Compares, pixel by pixel, what ImageJ and our reader see in regions that either has made:
#   1. regions of every kind from ImageJ, as a zip file and as single files;
#   2. the same, read and written again by us, in ImageJ;
#   3. our outlines between pixels, in ImageJ;
#   4. our outlines and label maps, opened and saved again by ImageJ.
# Usage: compare_regions.sh PROGRAMS REGIONS_JAVA FOLDER, where PROGRAMS is the folder of the
# oracle_imagej_* programs. Status 77: no Java or no ImageJ.
set -eu
programs=$1 source=$2 folder=$3
ij=/usr/share/java/ij.jar
count=12 seed=20240229

if ! command -v javac >/dev/null || [ ! -f "$ij" ]; then
    echo "ImageJ ($ij) or a Java compiler is not installed: skipped"
    exit 77
fi
rm -rf "$folder"
mkdir -p "$folder/made" "$folder/class"
javac -encoding UTF-8 -cp "$ij" -d "$folder/class" "$source"
imagej() {
    java -Djava.awt.headless=true -Dfile.encoding=UTF-8 -cp "$ij:$folder/class" Regions "$@"
}
read_regions() {
    "$programs/oracle_imagej_read" "$@"
}
# same A B: two tables are equal and not empty.
same() {
    diff "$1" "$2"
    [ -s "$1" ]
}

imagej make "$folder/made" $count $seed > "$folder/imagej.csv"
read_regions -w "$folder/written.zip" "$folder/made/all.zip" > "$folder/ours.csv"
same "$folder/imagej.csv" "$folder/ours.csv"
grep '_0,' "$folder/imagej.csv" | sort > "$folder/imagej-single.csv"
read_regions "$folder"/made/*.roi | sort > "$folder/ours-single.csv"
same "$folder/imagej-single.csv" "$folder/ours-single.csv"

imagej count "$folder/written.zip" "$folder/written-again.zip" > "$folder/imagej-written.csv"
grep -v ',0,0$' "$folder/imagej.csv" > "$folder/areas.csv"
same "$folder/areas.csv" "$folder/imagej-written.csv"

"$programs/oracle_imagej_outlines" "$folder/outlines.zip"
"$programs/oracle_imagej_write" "$folder" > "$folder/labels.csv"
total=$(wc -l < "$folder/areas.csv")
for zip in outlines 0 1; do
    imagej count "$folder/$zip.zip" "$folder/again.zip" > "$folder/$zip-imagej.csv"
    read_regions "$folder/$zip.zip" > "$folder/$zip.csv"
    same "$folder/$zip.csv" "$folder/$zip-imagej.csv"
    read_regions "$folder/again.zip" > "$folder/again.csv"
    same "$folder/$zip.csv" "$folder/again.csv"
    total=$((total + $(wc -l < "$folder/$zip.csv")))
done
echo "$total regions have the same pixels in ImageJ and here"
