/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening the fitted prior of the disc finder. */
#include "level/discs/discs_private.h"

/* The prior is linked into the library: see CMakeLists.txt of this module. */
extern const unsigned char discs_prior_data[];
extern const unsigned char discs_prior_end[];

bool discs_model_parse(const void *data, size_t size, const char *origin, discs_model *model,
                       myo_error *err) {
    discs_model m = {0};
    bool done =
        myo_tensors_parse(data, size, origin, &m.tensors, err) &&
        myo_forest_open(m.tensors, "stage0", DISCS_CLASSES, DISCS_STAGE0_MAPS, &m.stage0, err) &&
        myo_forest_open(m.tensors, "stage1", DISCS_CLASSES, DISCS_STAGE1_MAPS, &m.stage1, err);
    m.version = done ? myo_tensors_get_metadata(m.tensors, "version") : NULL;
    if (done && !m.version) {
        done = myo_error_set(err, MYO_E_FORMAT, "%s: no version in the header", origin);
    }
    if (!done) {
        myo_tensors_destroy(m.tensors);
        return false;
    }
    *model = m;
    return true;
}

bool discs_model_open(discs_model *model, myo_error *err) {
    size_t size = (size_t)(discs_prior_end - discs_prior_data);
    return discs_model_parse(discs_prior_data, size, "disc prior", model, err);
}

void discs_model_close(discs_model *model) {
    myo_tensors_destroy(model->tensors);
    *model = (discs_model){0};
}
