/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of tracings share: slices, discs on them, and label maps in a temporary folder. */
#ifndef MYO_TESTS_TRACING_FIXTURE_H
#define MYO_TESTS_TRACING_FIXTURE_H

#include "cmocka_all.h"

#include "base/file.h"
#include "io/nifti.h"

#include <math.h>
#include <myotome/tracing.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIXTURE_PATH_SIZE 256
#define FIXTURE_DEGREE (3.14159265358979323846 / 180.0)

static char fixture_folder[] = "/tmp/myotome-tracing-XXXXXX";

static inline int fixture_create_folder(void **state) {
    (void)state;
    return mkdtemp(fixture_folder) ? 0 : -1;
}

static inline int fixture_remove_folder(void **state) {
    (void)state;
    myo_path_list list = {0};
    if (myo_path_list_walk(&list, fixture_folder, NULL)) {
        for (size_t i = 0; i < list.count; i++) {
            unlink(list.paths[i]);
        }
    }
    myo_path_list_clear(&list);
    return rmdir(fixture_folder);
}

static inline const char *fixture_path(const char *name) {
    static char path[FIXTURE_PATH_SIZE];
    snprintf(path, sizeof path, "%s/%s", fixture_folder, name);
    return path;
}

/* An axial slice as a scanner stores it: columns to the patient's left, rows to the back. */
static inline myo_geometry fixture_axial(size_t columns, size_t rows, double spacing_mm) {
    return (myo_geometry){.columns = columns,
                          .rows = rows,
                          .column_spacing_mm = spacing_mm,
                          .row_spacing_mm = spacing_mm,
                          .thickness_mm = 4.0,
                          .position_mm = {-(double)(columns - 1) * spacing_mm / 2.0, -40.0, 25.0},
                          .row_cosine = {1.0, 0.0, 0.0},
                          .column_cosine = {0.0, 1.0, 0.0}};
}

static inline myo_labels *fixture_labels(const myo_geometry *g) {
    myo_labels *labels = NULL;
    assert_true(myo_labels_create(g, &labels, NULL));
    return labels;
}

/* Labels the pixels whose centre lies in a disc about a patient point (x, y). */
static inline void fixture_disc(myo_labels *labels, double x_mm, double y_mm, double radius_mm,
                                uint16_t label) {
    const myo_geometry *g = myo_labels_get_geometry(labels);
    for (size_t i = 0; i < g->columns * g->rows; i++) {
        myo_vec3 p = myo_geometry_to_patient(g, (double)(i % g->columns), (double)(i / g->columns));
        if (hypot(p.x - x_mm, p.y - y_mm) < radius_mm) {
            myo_labels_get_pixels(labels)[i] = label;
        }
    }
}

static inline size_t fixture_count(const myo_labels *labels, uint16_t label) {
    const myo_geometry *g = myo_labels_get_geometry(labels);
    size_t count = 0;
    for (size_t i = 0; i < g->columns * g->rows; i++) {
        count += myo_labels_get_const_pixels(labels)[i] == label;
    }
    return count;
}

static inline void fixture_write_text(const char *name, const char *text) {
    assert_true(myo_file_write(fixture_path(name), text, strlen(text), NULL));
}

/* Writes a label map and takes the labels away. */
static inline void fixture_write_map(const char *name, myo_labels *labels) {
    assert_true(myo_nifti_write_labels(fixture_path(name), labels, NULL));
    myo_labels_destroy(labels);
}

/* Opens a file of the folder; fails the test when it cannot be opened. */
static inline myo_tracing *fixture_open(const char *name, const myo_tracing_options *options) {
    myo_tracing *tracing = NULL;
    myo_error err = {0};
    if (!myo_tracing_open(fixture_path(name), options, &tracing, &err)) {
        fail_msg("%s", err.message);
    }
    return tracing;
}

static inline myo_tracing_drawn fixture_draw(const myo_tracing *tracing, const myo_geometry *g) {
    myo_tracing_drawn drawn;
    myo_error err = {0};
    const myo_tracing_grid grid = {.geometry = g};
    if (!myo_tracing_draw(tracing, &grid, &drawn, &err)) {
        fail_msg("%s", err.message);
    }
    return drawn;
}

#endif
