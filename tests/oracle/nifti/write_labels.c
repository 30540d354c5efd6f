/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writes a label map with the geometry of the command line:
 * PATH columns rows column_spacing row_spacing thickness, position (3), row cosine (3),
 * column cosine (3). Pixel (column, row) has the label 7 x (row x columns + column) modulo 65536.
 */
#include "base/number.h"
#include "io/nifti.h"

#include <stdio.h>

#define NUMBERS 14
#define LABEL_STEP 7

static bool write_labels(const char *path, const double *n) {
    myo_geometry g = {.columns = (size_t)n[0],
                      .rows = (size_t)n[1],
                      .column_spacing_mm = n[2],
                      .row_spacing_mm = n[3],
                      .thickness_mm = n[4],
                      .position_mm = {n[5], n[6], n[7]},
                      .row_cosine = {n[8], n[9], n[10]},
                      .column_cosine = {n[11], n[12], n[13]}};
    myo_labels *labels = NULL;
    myo_error err = {0};
    bool done = myo_labels_create(&g, &labels, &err);
    for (size_t i = 0; done && i < g.columns * g.rows; i++) {
        myo_labels_get_pixels(labels)[i] = (uint16_t)(LABEL_STEP * i);
    }
    done = done && myo_nifti_write_labels(path, labels, &err);
    myo_labels_destroy(labels);
    if (!done) {
        fprintf(stderr, "%s\n", err.message);
    }
    return done;
}

int main(int argc, char **argv) {
    double numbers[NUMBERS];
    if (argc != NUMBERS + 2) {
        fprintf(stderr, "%d numbers are needed behind the path\n", NUMBERS);
        return 2;
    }
    for (int i = 0; i < NUMBERS; i++) {
        if (!myo_number_parse(argv[i + 2], &numbers[i])) {
            fprintf(stderr, "not a number: %s\n", argv[i + 2]);
            return 2;
        }
    }
    return write_labels(argv[1], numbers) ? 0 : 1;
}
