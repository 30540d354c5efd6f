/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/names_private.h"

#include "report/label_map.h"

#include <stdio.h>
#include <string.h>

/* Of the key, in names of studies that share a folder: 48 bits keep any number of them apart. */
#define KEY_DIGITS_IN_NAME 12
#define LEVEL_SIZE 24

/* "L4/5" as it can stand in a file name: "L45". */
static void level_for_name(const char *level, char out[LEVEL_SIZE]) {
    size_t n = 0;
    for (const char *c = level; *c && n + 1 < LEVEL_SIZE; c++) {
        if (*c != '/' && *c != '-') {
            out[n++] = *c;
        }
    }
    out[n] = '\0';
}

void names_stem(const myo_study *shown, const char *level, const char *key,
                char stem[NAMES_STEM_SIZE]) {
    char subject[NAMES_SUBJECT_SIZE], short_level[LEVEL_SIZE];
    const char *date = shown->study_date;
    myo_report_subject(shown->patient_id, subject, sizeof subject);
    level_for_name(level, short_level);
    snprintf(stem, NAMES_STEM_SIZE, "sub-%s%s%s_desc-%s%s%.*s", subject, *date ? "_ses-" : "", date,
             short_level, key ? "x" : "", KEY_DIGITS_IN_NAME, key ? key : "");
}

bool names_are_shared(const myo_study *a, const myo_study *b) {
    char subject[NAMES_SUBJECT_SIZE], other[NAMES_SUBJECT_SIZE];
    if (strcmp(a->study_date, b->study_date) != 0) {
        return false;
    }
    myo_report_subject(a->patient_id, subject, sizeof subject);
    myo_report_subject(b->patient_id, other, sizeof other);
    return strcmp(subject, other) == 0;
}
