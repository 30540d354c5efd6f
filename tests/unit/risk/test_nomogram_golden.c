/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scales of points against rms::nomogram() of R: tests/oracle/r/nomogram.R. The golden numbers lie
 * in the tree; with a file as argument, that one is compared. */
#include "cmocka_all.h"

#include "base/file.h"
#include "base/number.h"
#include "base/text.h"

#include <myotome/nomogram.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GOLDEN_SIZE_MAX ((size_t)1 << 20)
#define TOLERANCE 1e-6
#define COMPARED_MIN 140

static const char *golden_path = GOLDEN;
static char *golden;

/* One line "COHORT KEY VALUE". */
typedef struct entry {
    char cohort[32], key[64];
    double value;
} entry;

/* Takes the next word of a line and the character behind it. */
static void take_word(const char **at, char *out, size_t size) {
    size_t length = strcspn(*at, " \n");
    assert_true(length > 0 && length < size);
    memcpy(out, *at, length);
    out[length] = '\0';
    *at += length + 1;
}

/* Takes the next line; false at the end. */
static bool next(const char **at, entry *e) {
    char number[64];
    if (!**at) {
        return false;
    }
    take_word(at, e->cohort, sizeof e->cohort);
    take_word(at, e->key, sizeof e->key);
    take_word(at, number, sizeof number);
    assert_true(myo_number_parse(number, &e->value));
    return true;
}

static double value_of(const char *cohort, const char *kind, const char *name) {
    char key[64];
    entry e;
    snprintf(key, sizeof key, "%s:%s", kind, name);
    for (const char *at = golden; next(&at, &e);) {
        if (strcmp(e.cohort, cohort) == 0 && strcmp(e.key, key) == 0) {
            return e.value;
        }
    }
    fail_msg("%s %s is not in %s", cohort, key, golden_path);
    return NAN;
}

static void append_number(myo_text *text, const char *cohort, const char *name) {
    myo_text_printf(
        text,
        "{\"name\":\"%s\",\"label\":\"%s\",\"type\":\"number\",\"unit\":\"1\","
        "\"coefficient\":%.17g,\"standard_error\":0.1,\"development\":{\"mean\":50,\"sd\":1,"
        "\"minimum\":%.17g,\"maximum\":%.17g,\"range_source\":\"observed\"}}",
        name, name, value_of(cohort, "coefficient", name), value_of(cohort, "from", name),
        value_of(cohort, "to", name));
}

static void append_level(myo_text *text, const char *cohort, const char *name, const char *level) {
    char term[64];
    snprintf(term, sizeof term, "%s=%s", name, level);
    myo_text_printf(text, "{\"value\":\"%s\",\"coefficient\":%.17g,\"standard_error\":0.1}", level,
                    value_of(cohort, "coefficient", term));
}

/* The model that R fitted, as a model file. `predictors` as in the script, "name" or
 * "name=reference,level,...". */
static myo_model *make_model(const char *cohort, const char *const *predictors) {
    myo_text text = {0};
    myo_text_printf(&text,
                    "{\"format\":\"myotome-risk-model\",\"version\":1,\"name\":\"%s\","
                    "\"title\":\"t\",\"outcome\":\"o\",\"status\":\"complete\",\"link\":\"logit\","
                    "\"intercept\":{\"value\":%.17g,\"source\":\"fitted\","
                    "\"standard_error\":null},\"source\":{\"citation\":\"R\"},"
                    "\"known_problems\":[],\"predictors\":[",
                    cohort, value_of(cohort, "coefficient", "Intercept"));
    for (size_t i = 0; predictors[i]; i++) {
        char copy[64];
        snprintf(copy, sizeof copy, "%s", predictors[i]);
        myo_text_append(&text, i > 0 ? "," : "");
        char *levels = strchr(copy, '=');
        if (!levels) {
            append_number(&text, cohort, copy);
            continue;
        }
        *levels++ = '\0';
        char *rest = NULL, *reference = strtok_r(levels, ",", &rest);
        myo_text_printf(&text,
                        "{\"name\":\"%s\",\"label\":\"l\",\"type\":\"category\","
                        "\"reference\":\"%s\",\"levels\":[",
                        copy, reference);
        const char *separator = "", *level;
        while ((level = strtok_r(NULL, ",", &rest)) != NULL) {
            myo_text_append(&text, separator);
            append_level(&text, cohort, copy, level);
            separator = ",";
        }
        myo_text_append(&text, "]}");
    }
    myo_text_append(&text, "]}");
    myo_model *model = NULL;
    myo_error err = {0};
    if (!myo_model_parse(text.data, text.length, cohort, &model, &err)) {
        fail_msg("%s", err.message);
    }
    myo_text_clear(&text);
    return model;
}

static double points_of(const myo_nomogram *n, const char *key) {
    const char *value = strchr(key, ':') + 1;
    for (size_t i = 0; i < n->axis_count; i++) {
        const myo_nomogram_axis *axis = &n->axes[i];
        size_t length = strlen(axis->name);
        if (strncmp(key, axis->name, length) != 0 || key[length] != ':') {
            continue;
        }
        for (size_t k = 0; k < axis->level_count; k++) {
            if (strcmp(axis->levels[k].name, value) == 0) {
                return axis->levels[k].points;
            }
        }
        double number = (double)NAN;
        assert_true(axis->unit && myo_number_parse(value, &number));
        return myo_nomogram_points(n, axis, number);
    }
    fail_msg("no axis for %s", key);
    return NAN;
}

static void scales_are_those_of_rms(void **state) {
    (void)state;
    static const struct {
        const char *cohort, *predictors[6];
    } cohorts[] = {
        {"full", {"age", "hu", "smi", "approach=PVP,PKP,stent", "sex=female,male"}},
        {"category", {"age", "approach=PVP,PKP,stent"}},
        {"one", {"hu"}},
    };
    size_t compared = 0;
    for (size_t c = 0; c < sizeof cohorts / sizeof cohorts[0]; c++) {
        myo_model *model = make_model(cohorts[c].cohort, cohorts[c].predictors);
        myo_nomogram *n = NULL;
        entry e;
        assert_true(myo_nomogram_create(model, &n, NULL));
        for (const char *at = golden; next(&at, &e);) {
            bool points = strncmp(e.key, "points:", 7) == 0,
                 total = strncmp(e.key, "total:", 6) == 0;
            if (strcmp(e.cohort, cohorts[c].cohort) != 0 || !(points || total)) {
                continue;
            }
            double probability = 0.0;
            assert_true(points || myo_number_parse(e.key + 6, &probability));
            double ours = points ? points_of(n, e.key + 7) : myo_nomogram_total(n, probability);
            if (!(fabs(ours - e.value) <= TOLERANCE)) {
                fail_msg("%s %s: %.12g, but R has %.12g", e.cohort, e.key, ours, e.value);
            }
            compared++;
        }
        myo_nomogram_destroy(n);
        myo_model_destroy(model);
    }
    assert_true(compared >= COMPARED_MIN);
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(scales_are_those_of_rms)};
    size_t size;
    golden_path = argc > 1 ? argv[1] : GOLDEN;
    if (!myo_file_read(golden_path, GOLDEN_SIZE_MAX, &golden, &size, NULL)) {
        fprintf(stderr, "%s cannot be read\n", golden_path);
        return 1;
    }
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    free(golden);
    return failed;
}
