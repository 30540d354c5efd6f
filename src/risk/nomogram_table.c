/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A nomogram as numbers. */
#include <myotome/nomogram.h>

#include "base/file.h"
#include "io/csv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define POINTS_DECIMALS 4
#define PROBABILITY_DECIMALS 6
#define WHOLE 1e-6

static void append_points(myo_text *text, const char *unit, double points) {
    myo_csv_append_field(text, false, unit);
    myo_csv_append_number(text, false, points, POINTS_DECIMALS);
}

static void append_axis(const myo_nomogram *n, const myo_nomogram_axis *axis, myo_text *text) {
    size_t steps = axis->unit ? (size_t)floor((axis->to - axis->from) / axis->step + WHOLE) + 1
                              : axis->level_count;
    for (size_t i = 0; i < steps; i++) {
        double value = axis->from + (double)i * axis->step;
        myo_csv_append_field(text, true, "predictor");
        myo_csv_append_field(text, false, axis->name);
        if (axis->unit) {
            myo_csv_append_number(text, false, value, axis->decimals);
            append_points(text, axis->unit, myo_nomogram_points(n, axis, value));
        } else {
            myo_csv_append_field(text, false, axis->levels[i].name);
            append_points(text, "", axis->levels[i].points);
        }
        myo_text_append(text, ",,,,\n");
    }
}

/* A total, and what it means. */
static void append_total(const myo_nomogram *n, double total, myo_text *text) {
    double lower, upper;
    myo_nomogram_interval(n, total, &lower, &upper);
    append_points(text, "", total);
    myo_csv_append_number(text, false, n->linear_predictor_0 + total / n->points_per_unit,
                          PROBABILITY_DECIMALS);
    myo_csv_append_number(text, false, myo_nomogram_probability(n, total), PROBABILITY_DECIMALS);
    myo_csv_append_number(text, false, lower, PROBABILITY_DECIMALS);
    myo_csv_append_number(text, false, upper, PROBABILITY_DECIMALS);
    myo_text_append(text, "\n");
}

static void append_totals(const myo_nomogram *n, myo_text *text) {
    int decimals;
    double step = myo_nomogram_total_step(n, &decimals);
    for (size_t i = 0; i < myo_nomogram_total_count(n, step); i++) {
        double total = fmin((double)i * step, n->total_max);
        myo_text_append(text, "total,");
        myo_csv_append_number(text, false, total, decimals);
        append_total(n, total, text);
    }
}

static void append_probabilities(const myo_nomogram *n, myo_text *text) {
    double probabilities[MYO_NOMOGRAM_PROBABILITIES_MAX];
    size_t count = myo_nomogram_probabilities(n, probabilities);
    for (size_t i = 0; i < count; i++) {
        double total = myo_nomogram_total(n, probabilities[i]);
        myo_text_append(text, "probability,");
        myo_csv_append_number(text, false, probabilities[i], PROBABILITY_DECIMALS);
        append_total(n, total, text);
    }
}

bool myo_nomogram_table(const myo_nomogram *nomogram, char **out, myo_error *err) {
    myo_text text = {0};
    myo_text_append(&text,
                    "scale,name,value,unit,points,linear_predictor,probability,lower,upper\n");
    for (size_t i = 0; i < nomogram->axis_count; i++) {
        append_axis(nomogram, &nomogram->axes[i], &text);
    }
    append_totals(nomogram, &text);
    append_probabilities(nomogram, &text);
    return myo_text_take(&text, out, err);
}

bool myo_nomogram_write_table(const myo_nomogram *nomogram, const char *path, myo_error *err) {
    char *text = NULL;
    bool done =
        myo_nomogram_table(nomogram, &text, err) && myo_file_write(path, text, strlen(text), err);
    free(text);
    return done;
}
