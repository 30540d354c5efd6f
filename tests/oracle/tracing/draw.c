/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Draws a tracing on a slice: FILE OUT LABELS_FROM columns rows column_spacing row_spacing
 * thickness, position (3), row cosine (3), column cosine (3). Writes the labels as they lie in
 * memory (uint16, row by row) to OUT, and prints what is known of them, a line each. Status 3: the
 * message is on stdout.
 */
#include "base/file.h"
#include "base/number.h"

#include <myotome/tracing.h>
#include <stdio.h>

#define NUMBERS 14
#define FIRST_NUMBER 4

static void print_facts(const myo_tracing *tracing, const myo_tracing_drawn *drawn) {
    printf("naming: %s\n", myo_tracing_get_naming(tracing));
    printf("moved: %.6f\n", drawn->moved_mm);
    printf("notes: %s\n", drawn->notes);
    printf("frame of reference: %s\n", myo_tracing_get_frame_of_reference_uid(tracing));
    printf("sources: %zu\n", myo_tracing_get_source_count(tracing));
    size_t lean = 0;
    const myo_geometry *g = myo_labels_get_geometry(drawn->labels);
    for (size_t i = 0; drawn->lean && i < g->columns * g->rows; i++) {
        lean += drawn->lean[i];
    }
    printf("lean: %zu\n", lean);
}

static bool draw(const char *path, const char *out, const char *labels_from, const double *n,
                 myo_error *err) {
    const myo_geometry g = {.columns = (size_t)n[0],
                            .rows = (size_t)n[1],
                            .column_spacing_mm = n[2],
                            .row_spacing_mm = n[3],
                            .thickness_mm = n[4],
                            .position_mm = {n[5], n[6], n[7]},
                            .row_cosine = {n[8], n[9], n[10]},
                            .column_cosine = {n[11], n[12], n[13]}};
    const myo_tracing_options options = {.labels_from = labels_from};
    const myo_tracing_grid grid = {.geometry = &g};
    myo_tracing *tracing = NULL;
    myo_tracing_drawn drawn = {0};
    bool done = myo_tracing_open(path, &options, &tracing, err) &&
                myo_tracing_draw(tracing, &grid, &drawn, err) &&
                myo_file_write(out, myo_labels_get_const_pixels(drawn.labels),
                               g.columns * g.rows * sizeof(uint16_t), err);
    if (done) {
        print_facts(tracing, &drawn);
    }
    myo_tracing_drawn_clear(&drawn);
    myo_tracing_destroy(tracing);
    return done;
}

int main(int argc, char **argv) {
    double numbers[NUMBERS];
    myo_error err = {0};
    if (argc != NUMBERS + FIRST_NUMBER) {
        fprintf(stderr, "%d numbers are needed behind FILE OUT LABELS_FROM\n", NUMBERS);
        return 2;
    }
    for (int i = 0; i < NUMBERS; i++) {
        if (!myo_number_parse(argv[i + FIRST_NUMBER], &numbers[i])) {
            fprintf(stderr, "not a number: %s\n", argv[i + FIRST_NUMBER]);
            return 2;
        }
    }
    if (!draw(argv[1], argv[2], argv[3], numbers, &err)) {
        printf("%s\n", err.message);
        return 3;
    }
    return 0;
}
