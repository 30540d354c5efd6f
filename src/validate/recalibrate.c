/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A new model file with the equation fitted to the level, or level and steepness, of the cohort. */
#include "base/file.h"
#include "validate/validation_private.h"

#include <stdlib.h>
#include <string.h>

bool myo_validation_recalibrate(const myo_validation *v, myo_recalibrate what, const char *path,
                                myo_error *err) {
    const validate_model *m = &v->models[0];
    const myo_calibration *c = &m->all.calibration;
    bool slope = what == MYO_RECALIBRATE_SLOPE;
    const myo_interval *intercept = slope ? &c->intercept : &c->in_the_large;
    myo_recalibration how = {.intercept = intercept->estimate,
                             .slope = slope ? c->slope.estimate : 1.0,
                             .slope_held = !slope,
                             .patients = m->all.count,
                             .events = m->all.events};
    for (size_t i = 0; i < v->cohort->rows; i++) {
        double p = myo_logistic(how.intercept + how.slope * m->linear[i]);
        how.information += p * (1.0 - p);
    }
    char *text = NULL;
    if (!myo_model_recalibrate(m->model, &how, &text, err)) {
        return false;
    }
    bool done = myo_file_write(path, text, strlen(text), err);
    free(text);
    return done;
}
