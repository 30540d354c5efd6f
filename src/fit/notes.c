/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Notes: what stands behind the numbers, or makes them weak. They are printed, and they become
 * known problems of the model. */
#include "fit/fitted_private.h"

static void note_size(myo_fitted *f) {
    const char *what;
    double ratio = fit_events_per_variable(f, &what);
    if (ratio < FIT_EVENTS_PER_VARIABLE) {
        myo_text_printf(&f->notes,
                        "%.1f %s for each candidate coefficient (%zu), where 10 to 15 are advised: "
                        "coefficients and performance are likely to be exaggerated\n",
                        ratio, what, f->candidates.columns);
    } else if (ratio < FIT_EVENTS_PER_VARIABLE_GOOD) {
        myo_text_printf(&f->notes,
                        "%.1f %s for each candidate coefficient (%zu): just within the 10 to 15 "
                        "that are advised\n",
                        ratio, what, f->candidates.columns);
    }
}

/* Levels with few patients: their coefficients are hardly known. */
static void note_levels(myo_fitted *f) {
    size_t at = 0;
    for (size_t t = 0; t < f->model_term_count; t++) {
        const fit_term *term = f->model_terms[t];
        for (size_t k = 0; k < term->count; k++, at++) {
            if (term->column->type != MYO_COHORT_FACTOR) {
                continue;
            }
            const double *column = f->design.values + at * f->design.rows;
            size_t patients = 0, events = 0;
            for (size_t i = 0; i < f->design.rows; i++) {
                patients += column[i] > 0.5;
                events += column[i] > 0.5 && f->dev_event[i];
            }
            if (events < FIT_EVENTS_MIN || patients - events < FIT_EVENTS_MIN) {
                char name[FIT_NAME_SIZE];
                fit_column_name(term, k, name);
                bool few_events = events < FIT_EVENTS_MIN;
                myo_text_printf(&f->notes, "%s: only %zu of %zu patients %s the event\n", name,
                                few_events ? events : patients - events, patients,
                                few_events ? "have" : "are without");
            }
        }
    }
}

static void note_separation(myo_fitted *f) {
    if (f->fit.separated) {
        char name[FIT_NAME_SIZE];
        size_t at = 0, named = 0;
        myo_text_append(&f->notes, "the events are separated from the others by");
        for (size_t t = 0; t < f->model_term_count; t++) {
            for (size_t k = 0; k < f->model_terms[t]->count; k++, at++) {
                if (f->fit.separating[at]) {
                    fit_column_name(f->model_terms[t], k, name);
                    myo_text_printf(&f->notes, "%s %s", named++ > 0 ? "," : "", name);
                }
            }
        }
        myo_text_append(&f->notes, ": maximum likelihood has no estimates, Firth's penalised "
                                   "likelihood was used\n");
    } else if (f->fit.firth && f->options.firth != MYO_FIT_FIRTH_ALWAYS) {
        myo_text_append(&f->notes, "maximum likelihood did not converge: Firth's penalised "
                                   "likelihood was used\n");
    }
}

static void note_collinearity(myo_fitted *f) {
    for (size_t t = 0; t < f->model_term_count; t++) {
        if (f->vif[t] >= FIT_VIF_HIGH) {
            myo_text_printf(&f->notes,
                            "%s: variance inflation %.1f; it says nearly the same as the others, "
                            "and its coefficient is hardly known\n",
                            f->model_terms[t]->column->name, f->vif[t]);
        }
    }
}

static void note_bootstrap(myo_fitted *f) {
    const myo_optimism *o = &f->optimism;
    if (!f->has_optimism) {
        myo_text_append(&f->notes, "no bootstrap was done: the performance is that on the model's "
                                   "own patients and too good\n");
        return;
    }
    if (f->bootstrap_reduced) {
        myo_text_printf(&f->hints,
                        "much work: %zu bootstrap replicates in place of %d; --bootstrap asks for "
                        "more\n",
                        o->replicates + o->failed,
                        f->options.select == MYO_FIT_SELECT_LASSO ? MYO_FIT_BOOTSTRAP_LASSO
                                                                  : MYO_FIT_BOOTSTRAP);
    }
    if (o->failed > 0) {
        myo_text_printf(&f->notes,
                        "%zu bootstrap replicates could not be fitted and were left out\n",
                        o->failed);
    }
    if (o->separated > 0) {
        myo_text_printf(&f->notes,
                        "%zu of %zu bootstrap replicates were separated and fitted with Firth's "
                        "penalty\n",
                        o->separated, o->replicates);
    }
    if (o->empty > 0) {
        myo_text_printf(&f->notes, "%zu of %zu bootstrap replicates selected no predictor\n",
                        o->empty, o->replicates);
    }
}

static void note_test(myo_fitted *f) {
    if (f->test_unknown > 0) {
        myo_text_printf(&f->notes,
                        "%zu patients of the test part have a level that the development part has "
                        "not, and were left out\n",
                        f->test_unknown);
    }
    if (f->test_count > 0 && !f->test.measured) {
        myo_text_append(&f->notes,
                        "the test part has one class only: nothing was measured on it\n");
    }
}

void fit_note_model(myo_fitted *f) {
    fit_note_measured(f);
    note_size(f);
    note_levels(f);
    note_separation(f);
    note_collinearity(f);
    if (!f->profile) {
        myo_text_append(&f->hints, "intervals by profile likelihood take long here and were not "
                                   "computed; --interval profile asks for them\n");
    }
    if (f->intervals_left_out) {
        myo_text_append(&f->hints,
                        "large cohort: no intervals of partial areas and decision curve; "
                        "validate has them\n");
    }
    note_test(f);
    note_bootstrap(f);
}
