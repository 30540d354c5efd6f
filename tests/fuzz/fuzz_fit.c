/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a cohort with the columns y, a and b: an error, or a model that can be read, with a
 * report and JSON. */
#include "fuzz.h"

#include <assert.h>
#include <myotome/fit.h>
#include <stdlib.h>
#include <string.h>

/* Larger tables only take longer. */
#define SIZE_MAX_FUZZED 8192

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char *const predictors[] = {"a", "b"};
    if (size > SIZE_MAX_FUZZED) {
        return 0;
    }
    const myo_fit_options options = {.cohort_csv = fuzz_write_file(data, size),
                                     .outcome = "y",
                                     .predictors = predictors,
                                     .predictor_count = 2,
                                     /* Decided by the input, so that both ways are taken. */
                                     .select =
                                         size % 2 == 0 ? MYO_FIT_SELECT_NONE : MYO_FIT_SELECT_LASSO,
                                     .folds = 3,
                                     .split = size % 3 == 0 ? 0.7 : 0.0,
                                     .bootstrap = 2,
                                     .threads = 1};
    myo_fitted *fitted = NULL;
    myo_error err = {0};
    if (!myo_fit(&options, NULL, &fitted, &err)) {
        assert(err.code != MYO_OK && err.code != MYO_E_INTERNAL);
        assert(err.message[0] != '\0' && !strchr(err.message, '\n'));
        return 0;
    }
    char *report = NULL, *json = NULL;
    assert(myo_fitted_report(fitted, &report, &err) && strlen(report) > 0);
    assert(myo_fitted_json(fitted, &json, &err) && strlen(json) > 0);
    free(report);
    free(json);
    myo_fitted_destroy(fitted);
    return 0;
}
