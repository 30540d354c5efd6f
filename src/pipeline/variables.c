/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/variables_private.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* One index of a muscle by the ending of its column. */
static bool index_by_ending(const myo_muscle_indices *indices, const char *ending, double *value) {
    const struct {
        const char *ending;
        double value;
    } known[] = {
        {"_smi_mm2_m2", indices->smi_mm2_m2},
        {"_rcsa", indices->rcsa},
        {"_rfcsa", indices->rfcsa},
        {"_fat_fraction", indices->fat_fraction},
        {"_asymmetry_percent", indices->asymmetry_percent},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(known[i].ending, ending) == 0) {
            *value = known[i].value;
            return true;
        }
    }
    return false;
}

static double measured_value(const myo_report_features *features, const char *name) {
    double value = NAN;
    if (strcmp(name, "height_m") == 0) {
        return features->height_m;
    }
    if (strcmp(name, "spinal_ct_hu") == 0) {
        return features->spinal_ct_hu;
    }
    const myo_whole_muscle *whole = &features->whole_muscle;
    if (strcmp(name, "skeletal_muscle_smi_cm2_m2") == 0) {
        return whole->area.present ? whole->smi_cm2_m2 : (double)NAN;
    }
    if (strcmp(name, "skeletal_muscle_attenuation_hu") == 0) {
        return whole->area.present ? whole->area.lean_intensity : (double)NAN;
    }
    if (strcmp(name, "vertebral_reference_csa_mm2") == 0) {
        return features->vertebral_reference_csa_mm2;
    }
    for (int s = 0; s < MYO_STRUCTURE_COUNT; s++) {
        const char *key = myo_structure_get((myo_structure)s)->key;
        size_t length = strlen(key);
        if (strncmp(name, key, length) == 0 &&
            index_by_ending(&features->indices[s], name + length, &value)) {
            return value;
        }
    }
    return NAN;
}

const char *variables_lookup(void *user, const char *name) {
    variables *v = user;
    double value = measured_value(v->features, name);
    if (isfinite(value)) {
        snprintf(v->text, sizeof v->text, "%.17g", value);
        return v->text;
    }
    return run_clinical_value(v->r, v->patient_id, name);
}

bool variables_measured(void *user, const char *name, myo_measured *out) {
    const variables *v = user;
    /* A value of the clinical table was measured by somebody else. */
    if (!isfinite(measured_value(v->features, name))) {
        return false;
    }
    for (int s = 0; s < MYO_STRUCTURE_COUNT; s++) {
        const char *key = myo_structure_get((myo_structure)s)->key;
        if (strncmp(name, key, strlen(key)) == 0 && name[strlen(key)] == '_') {
            *out = v->features->measured[s];
            if (strcmp(name + strlen(key), "_smi_mm2_m2") == 0) {
                out->standard_uncertainty = v->features->smi_interval[s].standard_mm2_m2;
            }
            return true;
        }
    }
    return false;
}
