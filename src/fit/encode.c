/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From typed columns to a design matrix. Only what varies among the patients that the model is made
 * from gets a column: a level that none of them has cannot be estimated. */
#include "base/memory.h"
#include "fit/fitted_private.h"

#include <stdio.h>
#include <string.h>

/* True when the development part holds more than one value of a number. */
static bool number_varies(const myo_fitted *f, const myo_cohort_column *column) {
    for (size_t i = 1; i < f->row_count; i++) {
        double first = column->values[f->rows[0]], value = column->values[f->rows[i]];
        if (value < first || value > first) {
            return true;
        }
    }
    return false;
}

/* The levels that occur in the development part but the reference, which must occur, too. */
static bool plan_factor(const myo_fitted *f, fit_term *term, bool *reference) {
    size_t counts[MYO_COHORT_LEVELS_MAX] = {0};
    const myo_cohort_column *column = term->column;
    for (size_t i = 0; i < f->row_count; i++) {
        counts[column->level_of[f->rows[i]]]++;
    }
    *reference = counts[column->reference] > 0;
    term->count = 0;
    for (size_t k = 0; k < column->level_count; k++) {
        if (k != column->reference && counts[k] > 0) {
            term->levels[term->count++] = (unsigned char)k;
        }
    }
    return term->count > (*reference ? 0u : 1u);
}

bool fit_plan_terms(myo_fitted *f, myo_error *err) {
    const myo_cohort *cohort = f->cohort;
    f->terms = myo_alloc_array(cohort->column_count, sizeof *f->terms, err);
    if (!f->terms) {
        return false;
    }
    size_t columns = 0;
    for (size_t i = 0; i < cohort->column_count; i++) {
        fit_term *term = &f->terms[f->term_count];
        bool reference = true;
        *term = (fit_term){.column = &cohort->columns[i], .first = columns, .count = 1};
        bool varies = term->column->type == MYO_COHORT_FACTOR ? plan_factor(f, term, &reference)
                                                              : number_varies(f, term->column);
        if (varies && !reference) {
            return myo_error_set(err, MYO_E_RANGE,
                                 "no patient of the development part has the reference '%s' of "
                                 "'%s'; choose another reference or seed",
                                 term->column->levels[term->column->reference], term->column->name);
        }
        if (!varies) {
            myo_text_printf(&f->notes, "%s has one value only and was left out\n",
                            term->column->name);
            continue;
        }
        columns += term->count;
        f->term_count++;
    }
    return f->term_count > 0 ||
           myo_error_set(err, MYO_E_NOT_FOUND, "no predictor has more than one value");
}

/* True when the patient's levels all have a column, or are references. */
static bool is_known(const myo_fitted *f, size_t row) {
    for (size_t t = 0; t < f->term_count; t++) {
        const fit_term *term = &f->terms[t];
        if (term->column->type != MYO_COHORT_FACTOR ||
            term->column->level_of[row] == term->column->reference) {
            continue;
        }
        if (!memchr(term->levels, term->column->level_of[row], term->count)) {
            return false;
        }
    }
    return true;
}

static void encode_term(const fit_term *term, const size_t *rows, const size_t *kept,
                        myo_design *out) {
    for (size_t k = 0; k < term->count; k++) {
        double *column = out->values + (term->first + k) * out->rows;
        for (size_t i = 0; i < out->rows; i++) {
            size_t row = rows[kept[i]];
            column[i] = term->column->type == MYO_COHORT_NUMBER
                            ? term->column->values[row]
                            : (double)(term->column->level_of[row] == term->levels[k]);
        }
    }
}

bool fit_encode(const myo_fitted *f, const size_t *rows, size_t count, size_t *kept,
                size_t *kept_count, myo_design *out, myo_error *err) {
    const fit_term *last = &f->terms[f->term_count - 1];
    *kept_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (is_known(f, rows[i])) {
            kept[(*kept_count)++] = i;
        }
    }
    if (!myo_design_create(*kept_count, last->first + last->count, out, err)) {
        return false;
    }
    for (size_t t = 0; t < f->term_count; t++) {
        encode_term(&f->terms[t], rows, kept, out);
        for (size_t k = 0; k < f->terms[t].count; k++) {
            out->term[f->terms[t].first + k] = t;
        }
    }
    out->terms = f->term_count;
    return true;
}

void fit_column_name(const fit_term *term, size_t index, char name[FIT_NAME_SIZE]) {
    bool factor = term->column->type == MYO_COHORT_FACTOR;
    snprintf(name, FIT_NAME_SIZE, "%s%s%s", term->column->name, factor ? "=" : "",
             factor ? term->column->levels[term->levels[index]] : "");
}

void fit_candidate_name(const myo_fitted *f, size_t column, char name[FIT_NAME_SIZE]) {
    const fit_term *term = &f->terms[f->candidates.term[column]];
    fit_column_name(term, column - term->first, name);
}
