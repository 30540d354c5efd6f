/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a cohort with the columns y, a and b, on which a model of a number and a category is
 * tested: an error, or a report and JSON. */
#include "fuzz.h"

#include <assert.h>
#include <myotome/validate.h>
#include <stdlib.h>
#include <string.h>

/* Larger tables only take longer. */
#define SIZE_MAX_FUZZED 8192

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char *const models[] = {MODEL_FILE}, *const thresholds[] = {"youden", "0.3"};
    static const char *const groups[] = {"b"};
    if (size > SIZE_MAX_FUZZED) {
        return 0;
    }
    const myo_validate_options options = {.cohort_csv = fuzz_write_file(data, size),
                                          .outcome = "y",
                                          .models = models,
                                          .model_count = 1,
                                          /* Decided by the input, so that both ways are taken. */
                                          .threshold = thresholds[size % 2],
                                          .subgroups = groups,
                                          .subgroup_count = size % 3 == 0,
                                          .split = size % 5 == 0 ? "b" : NULL,
                                          .groups = 5,
                                          .bootstrap = 3,
                                          .threads = 1};
    myo_validation *validation = NULL;
    myo_error err = {0};
    if (!myo_validate(&options, &validation, &err)) {
        assert(err.code != MYO_OK && err.code != MYO_E_INTERNAL);
        /* The model is good. */
        assert(strncmp(err.message, MODEL_FILE, strlen(MODEL_FILE)) != 0);
        assert(err.message[0] != '\0' && !strchr(err.message, '\n'));
        return 0;
    }
    char *report = NULL, *json = NULL;
    assert(myo_validation_report(validation, &report, &err) && strlen(report) > 0);
    assert(myo_validation_json(validation, &json, &err) && strlen(json) > 0);
    free(report);
    free(json);
    myo_validation_destroy(validation);
    return 0;
}
