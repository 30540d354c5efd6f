/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Notes: what stands behind the numbers, or makes them weak. None is an error; each names the
 * count that it comes from. */
#include "validate/validation_private.h"

#include <math.h>
#include <string.h>

/* Expected counts below which the chi squared distribution is a rough guess, and the share of
 * groups that may have them: W. Cochran, Biometrics 10:417-451 (1954). */
#define EXPECTED_MIN 5.0
#define SPARSE_SHARE 0.2

static void note_size(myo_validation *v) {
    size_t events = v->cohort->events, others = v->cohort->rows - events;
    size_t fewer = events < others ? events : others;
    const char *what = events < others ? "events" : "patients without the event";
    if (fewer < VALIDATE_EVENTS_FEW) {
        myo_text_printf(&v->notes,
                        "only %zu %s: no measure here is known well; do not decide on it\n", fewer,
                        what);
    } else if (fewer < VALIDATE_EVENTS_ADVISED) {
        myo_text_printf(&v->notes,
                        "%zu %s: at least %d are advised for a validation (Vergouwe 2005)\n", fewer,
                        what, VALIDATE_EVENTS_ADVISED);
    }
    if (v->bootstrap_reduced) {
        myo_text_printf(&v->notes,
                        "large cohort: %zu bootstrap replicates in place of %d; --bootstrap asks "
                        "for more\n",
                        v->plan.bootstrap.replicates, MYO_VALIDATE_BOOTSTRAP);
    }
}

static void note_outside(myo_validation *v, const validate_model *m) {
    for (size_t i = 0; i < myo_model_get_predictor_count(m->model); i++) {
        myo_model_predictor predictor;
        if (m->outside[i] > 0) {
            myo_model_get_predictor(m->model, i, &predictor);
            myo_text_printf(&v->notes,
                            "%s: %s of %zu of %zu patients is outside of the development data (%g "
                            "to %g %s)\n",
                            myo_model_get_name(m->model), predictor.name, m->outside[i],
                            v->cohort->rows, predictor.minimum, predictor.maximum, predictor.unit);
        }
    }
}

/* Patients who were not measured as the model's: such a validation tests the other measurement,
 * too. */
static void note_differing(myo_validation *v, const validate_model *m) {
    static const char *const words[MYO_DIFFERENCES] = {"in another modality", "at another level",
                                                       "with another fat method",
                                                       "with another convention of outlines"};
    for (size_t i = 0; i < myo_model_get_predictor_count(m->model); i++) {
        myo_model_predictor predictor;
        myo_model_get_predictor(m->model, i, &predictor);
        for (size_t bit = 0; bit < MYO_DIFFERENCES; bit++) {
            if (m->differing[i][bit] > 0) {
                myo_text_printf(&v->notes,
                                "%s: %s of %zu of %zu patients was measured %s than the model's\n",
                                myo_model_get_name(m->model), predictor.name, m->differing[i][bit],
                                v->cohort->rows, words[bit]);
            }
        }
    }
}

static size_t count_sparse(const myo_hosmer_lemeshow *hl) {
    size_t sparse = 0;
    for (size_t k = 0; k < hl->group_count; k++) {
        double expected = hl->groups[k].expected;
        sparse += expected < EXPECTED_MIN || (double)hl->groups[k].count - expected < EXPECTED_MIN;
    }
    return sparse;
}

/* What is wrong with the measures of one group of patients; `where` is "MODEL" or "MODEL, PART". */
static void note_performance(myo_validation *v, const char *where, const assessment *p) {
    if (!p->measured) {
        myo_text_printf(&v->notes, "%s: %zu of %zu patients have the event: nothing is measured\n",
                        where, p->events, p->count);
        return;
    }
    const myo_hosmer_lemeshow *hl = &p->hosmer_lemeshow;
    size_t sparse = count_sparse(hl);
    if (p->constant) {
        myo_text_printf(&v->notes, "%s: predicts %.4g for every patient: it tells nobody apart\n",
                        where, p->roc.levels[0].score);
    } else if (p->auc.estimate >= 1.0 || p->auc.estimate <= 0.0) {
        myo_text_printf(&v->notes,
                        "%s: the prediction separates the outcomes completely: the calibration "
                        "line has no maximum; is the outcome among the predictors?\n",
                        where);
    } else if (p->auc.estimate < 0.5) {
        myo_text_printf(&v->notes,
                        "%s: patients with the event have the lower risks: is the "
                        "outcome coded the other way round?\n",
                        where);
    }
    if (!p->constant && hl->group_count < v->plan.groups) {
        myo_text_printf(
            &v->notes, "%s: equal predictions leave %zu groups of %zu for Hosmer-Lemeshow%s\n",
            where, hl->group_count, v->plan.groups, isnan(hl->p) ? ": too few for a test" : "");
    }
    if ((double)sparse > SPARSE_SHARE * (double)hl->group_count && !isnan(hl->p)) {
        myo_text_printf(&v->notes,
                        "%s: %zu of %zu groups of Hosmer-Lemeshow expect fewer than %g patients "
                        "with or without the event: its p is rough\n",
                        where, sparse, hl->group_count, EXPECTED_MIN);
    }
}

void validate_note(myo_validation *v) {
    myo_cohort_append_notes(v->cohort, &v->notes);
    note_size(v);
    if (v->threshold_youden) {
        myo_text_append(&v->notes, "the threshold was chosen on these patients, which flatters "
                                   "sensitivity and specificity\n");
    }
    for (size_t i = 0; i < v->model_count; i++) {
        const validate_model *m = &v->models[i];
        const char *name = myo_model_get_name(m->model), *source;
        myo_model_get_intercept(m->model, &source);
        if (source && strcmp(source, "reconstructed") == 0) {
            myo_text_printf(&v->notes, "%s: intercept reconstructed, not published\n", name);
        }
        note_outside(v, m);
        note_differing(v, m);
        note_performance(v, name, &m->all);
        for (size_t k = 0; k < v->part_count; k++) {
            myo_text where = {0};
            myo_text_printf(&where, "%s, %s", name, validate_part_name(v, k));
            note_performance(v, where.failed ? name : where.data, &m->parts[k]);
            myo_text_clear(&where);
        }
    }
}
