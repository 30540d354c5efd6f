/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fit/fitted_private.h"

#include <string.h>

static bool ends_with(const char *name, const char *ending) {
    size_t length = strlen(name), size = strlen(ending);
    return length > size && strcmp(name + length - size, ending) == 0;
}

const char *fit_unit(const myo_fit_options *options, const char *name) {
    /* Endings of the columns of features.csv, and usual ones; longer ones first. */
    static const char *const known[][2] = {
        {"_mm2_m2", "mm2/m2"}, {"_cm2_m2", "cm2/m2"}, {"_kg_m2", "kg/m2"}, {"_mm2", "mm2"},
        {"_cm2", "cm2"},       {"_mm", "mm"},         {"_cm", "cm"},       {"_m", "m"},
        {"_hu", "HU"},         {"_percent", "%"},     {"_fraction", "1"},  {"_rcsa", "1"},
        {"_rfcsa", "1"},       {"_years", "years"},   {"_kg", "kg"},       {"_ml", "ml"},
        {"_deg", "degrees"},   {"_min", "minutes"},   {"_days", "days"},
    };
    for (size_t i = 0; i < options->unit_count; i++) {
        const char *equals = strchr(options->units[i], '=');
        size_t length = strlen(name);
        if (equals && (size_t)(equals - options->units[i]) == length &&
            strncmp(options->units[i], name, length) == 0 && equals[1]) {
            return equals + 1;
        }
    }
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (ends_with(name, known[i][0])) {
            return known[i][1];
        }
    }
    return "unit of the cohort";
}
