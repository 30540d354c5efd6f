/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is known of the uncertainty of an SMI: how far fat methods disagree on the slice, how well
 * the outline is expected to agree with a reader's, or a reader study, and how the height was
 * rounded.
 */
#include "pipeline/uncertainty_private.h"

#include "base/number.h"
#include "base/sort.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Turns the median absolute deviation of normal values into their standard deviation. */
#define MAD_TO_SD 1.482602218505602
#define METHODS_MIN 3

/* "fat,outline": the bits of the parts that are named. */
static bool parse_parts(const char *text, uint32_t *parts, myo_error *err) {
    *parts = 0;
    if (strcmp(text, "none") == 0) {
        return true;
    }
    for (const char *at = text; *at;) {
        size_t length = strcspn(at, ",");
        bool known = false;
        for (unsigned bit = 0; bit < MYO_UNCERTAINTY_PARTS; bit++) {
            const char *name = myo_uncertainty_part_name(bit);
            if (strlen(name) == length && strncmp(at, name, length) == 0) {
                *parts |= 1u << bit;
                known = true;
            }
        }
        if (!known) {
            return myo_error_set(err, MYO_E_ARGUMENT,
                                 "--uncertainty %s: give fat, outline, height, with commas between "
                                 "them, or none",
                                 text);
        }
        at += length;
        at += *at == ',';
    }
    return true;
}

/* The standard errors of measurement of FCSA in the table that `myotome agree` writes. */
static bool read_reader_study(run *r, const char *path, myo_error *err) {
    myo_csv *csv = NULL;
    size_t structure, measure, sem;
    bool done = myo_csv_read(path, &csv, err) &&
                myo_csv_need_column(csv, "structure", &structure, err) &&
                myo_csv_need_column(csv, "measure", &measure, err) &&
                myo_csv_need_column(csv, "sem", &sem, err);
    size_t found = 0;
    for (size_t i = 0; done && i < myo_csv_get_row_count(csv); i++) {
        myo_structure s;
        double value;
        if (strcmp(myo_csv_get(csv, i, measure), "fcsa_mm2") == 0 &&
            myo_structure_from_key(myo_csv_get(csv, i, structure), &s) &&
            myo_number_parse(myo_csv_get(csv, i, sem), &value) && value >= 0.0) {
            r->reader_sem_mm2[s] = value;
            found++;
        }
    }
    myo_csv_destroy(csv);
    return done && (found > 0 || myo_error_set(err, MYO_E_NOT_FOUND,
                                               "%s: no row has the measure fcsa_mm2; make it with "
                                               "'myotome agree A B --measure fcsa_mm2 -o DIR'",
                                               path));
}

bool uncertainty_open(run *r, myo_error *err) {
    const char *parts = r->options->uncertainty;
    for (int s = 0; s < MYO_STRUCTURE_COUNT; s++) {
        r->reader_sem_mm2[s] = (double)NAN;
    }
    r->uncertainty = MYO_UNCERTAINTY_ALL;
    return (!parts || parse_parts(parts, &r->uncertainty, err)) &&
           (!r->options->reader_sem_csv || read_reader_study(r, r->options->reader_sem_csv, err));
}

/* Mean FCSA of both sides; NaN unless both are there. */
static double mean_fcsa(const myo_slice_measures *measures, int s) {
    const myo_area *sides = measures->area[s];
    return sides[MYO_LEFT].present && sides[MYO_RIGHT].present
               ? 0.5 * (sides[MYO_LEFT].fcsa_mm2 + sides[MYO_RIGHT].fcsa_mm2)
               : (double)NAN;
}

static double median(double *values, size_t count) {
    myo_sort_doubles(values, count);
    return count % 2 ? values[count / 2] : 0.5 * (values[count / 2 - 1] + values[count / 2]);
}

/* Standard deviation by the median absolute deviation: a method that fails on an image does not
 * decide. */
static double robust_sd(double *values, size_t count) {
    if (count < METHODS_MIN) {
        return (double)NAN;
    }
    double middle = median(values, count);
    for (size_t i = 0; i < count; i++) {
        values[i] = fabs(values[i] - middle);
    }
    return MAD_TO_SD * median(values, count);
}

bool uncertainty_measure_spread(const run *r, measured_slice *slice, myo_error *err) {
    double values[MYO_STRUCTURE_COUNT][RUN_FAT_METHODS_MAX];
    size_t count = 0;
    const myo_fat_method *method;
    for (size_t i = 0; count < RUN_FAT_METHODS_MAX &&
                       (method = myo_registry_get_fat_method(r->registry, i)) != NULL;
         i++) {
        myo_fat_map fat = {0};
        myo_slice_measures measures;
        myo_error reason = {0};
        /* A threshold that a person has to give says nothing with its default. */
        if (!myo_fat_suits(method, slice->choice.series->modality) ||
            strcmp(method->info.name, "fixed") == 0) {
            continue;
        }
        if (slice_separate(slice, slice->outlines.labels, method, NULL, &fat, &measures, &reason)) {
            for (int s = 0; s < MYO_STRUCTURE_COUNT; s++) {
                values[s][count] = mean_fcsa(&measures, s);
            }
            count++;
        } else if (reason.code == MYO_E_MEMORY) {
            return myo_error_set(err, MYO_E_MEMORY, "out of memory");
        }
        myo_fat_map_clear(&fat);
    }
    for (int s = 0; s < MYO_STRUCTURE_COUNT; s++) {
        bool there = count > 0 && isfinite(values[s][0]);
        slice->fcsa_spread_mm2[s] = there ? robust_sd(values[s], count) : (double)NAN;
    }
    return true;
}

void uncertainty_find_interval(const run *r, const measured_slice *slice, myo_structure muscle,
                               double height_m, myo_smi_interval *out) {
    const double *confidence = slice->outlines.confidence[muscle];
    const myo_smi_evidence evidence = {.fcsa_mm2 = mean_fcsa(&slice->measures, (int)muscle),
                                       .fat_methods_sd_mm2 = slice->fcsa_spread_mm2[muscle],
                                       .expected_dice = 0.5 * (confidence[0] + confidence[1]),
                                       .reader_sem_mm2 = r->reader_sem_mm2[muscle],
                                       .height_m = height_m,
                                       .height_rounded_to_m = myo_height_step_m(height_m)};
    myo_measure_smi_interval(&evidence, r->uncertainty, out);
}
