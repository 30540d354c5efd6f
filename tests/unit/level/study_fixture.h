/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Studies made in memory: the choice of series and slices needs no files. */
#ifndef MYO_TESTS_STUDY_FIXTURE_H
#define MYO_TESTS_STUDY_FIXTURE_H

#include "cmocka_all.h"

#include <math.h>
#include <myotome/level.h>
#include <stdio.h>
#include <string.h>

#define FIXTURE_SERIES_MAX 4
#define FIXTURE_SLICES_MAX 64
#define FIXTURE_STACKS_MAX 8
#define FIXTURE_SLICE_DISTANCE_MM 4.0
#define FIXTURE_SIDE 101
#define RADIANS_PER_DEGREE 0.017453292519943295

typedef struct series_fixture {
    myo_series series;
    myo_instance instances[FIXTURE_SLICES_MAX];
    myo_stack stacks[FIXTURE_STACKS_MAX];
    char uids[FIXTURE_SLICES_MAX][32];
    char uid[32];
} series_fixture;

typedef struct study_fixture {
    myo_study study;
    myo_series series[FIXTURE_SERIES_MAX];
    series_fixture parts[FIXTURE_SERIES_MAX];
} study_fixture;

/* An axial T2 series without any slice yet. */
static inline series_fixture *add_series(study_fixture *f, int number) {
    assert_true(f->study.series_count < FIXTURE_SERIES_MAX);
    series_fixture *part = &f->parts[f->study.series_count++];
    *part = (series_fixture){0};
    snprintf(part->uid, sizeof part->uid, "1.2.%d", number);
    part->series = (myo_series){.series_uid = part->uid,
                                .frame_of_reference_uid = "",
                                .number = number,
                                .description = "",
                                .kernel = "",
                                .contrast_agent = "",
                                .modality = MYO_MODALITY_MR,
                                .plane = MYO_PLANE_AXIAL,
                                .weighting = MYO_WEIGHTING_T2,
                                .echo_time_ms = 100.0,
                                .repetition_time_ms = 4000.0,
                                .instances = part->instances,
                                .stacks = part->stacks};
    return part;
}

/* Adds a stack above the others: `count` slices whose middle has its centre at `height_mm`, tilted
 * about the patient's left-right axis. Instance numbers go up with the slices. */
static inline void add_stack(series_fixture *part, size_t count, double height_mm,
                             double tilt_deg) {
    myo_series *series = &part->series;
    const double cosine = cos(tilt_deg * RADIANS_PER_DEGREE);
    const double sine = sin(tilt_deg * RADIANS_PER_DEGREE);
    assert_true(series->stack_count < FIXTURE_STACKS_MAX);
    assert_true(series->instance_count + count <= FIXTURE_SLICES_MAX);
    part->stacks[series->stack_count++] =
        (myo_stack){.first = series->instance_count, .count = count, .tilt_deg = fabs(tilt_deg)};
    for (size_t i = 0; i < count; i++) {
        size_t index = series->instance_count++;
        double along = ((double)i - (double)((count - 1) / 2)) * FIXTURE_SLICE_DISTANCE_MM;
        myo_instance *instance = &part->instances[index];
        /* Both lie in the fixture: a copy shows the compiler that they do not overlap. */
        char uid[sizeof part->uid];
        memcpy(uid, part->uid, sizeof uid);
        snprintf(part->uids[index], sizeof part->uids[index], "%s.%zu", uid, index + 1);
        /* The image's centre is at (0, 0, height) + normal * along; its first pixel half a side
         * (50 mm) before that in both directions. */
        *instance =
            (myo_instance){.path = "",
                           .sop_uid = part->uids[index],
                           .instance_number = (int)index + 1,
                           .has_position = true,
                           .has_spacing = true,
                           .geometry = {.columns = FIXTURE_SIDE,
                                        .rows = FIXTURE_SIDE,
                                        .column_spacing_mm = 1.0,
                                        .row_spacing_mm = 1.0,
                                        .position_mm = {-50.0, -50.0 * cosine - sine * along,
                                                        height_mm - 50.0 * sine + cosine * along},
                                        .row_cosine = {1.0, 0.0, 0.0},
                                        .column_cosine = {0.0, cosine, sine}},
                           .location_mm = height_mm * cosine + along};
    }
}

/* `count` stacks of three slices each, 35 mm apart and without tilt: one for each disc. */
static inline void add_disc_stacks(series_fixture *part, size_t count) {
    for (size_t i = 0; i < count; i++) {
        add_stack(part, 3, 35.0 * (double)i, 0.0);
    }
}

/* Call it when all series are complete. */
static inline const myo_study *finish_study(study_fixture *f) {
    for (size_t i = 0; i < f->study.series_count; i++) {
        f->series[i] = f->parts[i].series;
    }
    f->study.study_uid = "1.2";
    f->study.patient_id = "P1";
    f->study.study_date = "";
    f->study.series = f->series;
    return &f->study;
}

#endif
