/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The report for people: what a paper's methods and results section holds. */
#include "fit/fitted_private.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define NAME_WIDTH 30 /* of the first column */
#define LEVELS_SHOWN 8

static const char *p_cell(double p, char out[MYO_CSV_CELL_SIZE]) {
    static const char least[] = "<0.001";
    if (p < 0.001) {
        memcpy(out, least, sizeof least);
        return out;
    }
    return myo_csv_cell(p, 3, out);
}

static void heading(myo_text *text, const char *name) {
    myo_text_printf(text, "\n%s\n", name);
}

static void append_columns(const myo_fitted *f, myo_text *text) {
    for (size_t i = 0; i < f->cohort->column_count; i++) {
        const myo_cohort_column *column = &f->cohort->columns[i];
        myo_text_printf(text, "  %-*s  ", NAME_WIDTH, column->name);
        if (column->type == MYO_COHORT_NUMBER) {
            myo_text_append(text, "number");
        } else {
            myo_text_printf(text, "factor%s:", column->declared ? " (declared)" : "");
            for (size_t k = 0; k < column->level_count && k < LEVELS_SHOWN; k++) {
                myo_text_printf(text, "%s %s (%zu%s)", k > 0 ? "," : "", column->levels[k],
                                column->level_counts[k],
                                k == column->reference ? ", reference" : "");
            }
            myo_text_append(text, column->level_count > LEVELS_SHOWN ? ", ..." : "");
        }
        if (column->missing > 0) {
            myo_text_printf(text, "; %zu missing", column->missing);
        }
        myo_text_append(text, "\n");
    }
}

static void append_cohort(const myo_fitted *f, myo_text *text) {
    const myo_cohort *c = f->cohort;
    char ratio[MYO_CSV_CELL_SIZE], share[MYO_CSV_CELL_SIZE];
    const char *what;
    double each = fit_events_per_variable(f, &what);
    myo_text_printf(text, "Cohort %s\n", f->cohort_name);
    myo_text_printf(text, "  %zu patients, %zu left out with missing values\n",
                    c->rows + c->rows_dropped, c->rows_dropped);
    if (f->test_count > 0) {
        myo_text_printf(text, "  development part %zu patients, test part %zu (seed %llu)\n",
                        f->row_count, f->test_count, (unsigned long long)f->options.seed);
    }
    myo_text_printf(text, "  outcome %s = %s: %zu events in %zu patients (%s %%)\n", c->outcome,
                    c->event_value, f->events, f->row_count,
                    myo_csv_cell(100.0 * (double)f->events / (double)f->row_count, 1, share));
    myo_text_printf(text, "  %zu candidate coefficients, %s %s each (10 to 15 are advised)\n",
                    f->candidates.columns, myo_csv_cell(each, 1, ratio), what);
    heading(text, "Columns");
    append_columns(f, text);
}

static void append_lasso(const myo_fitted *f, myo_text *text) {
    char value[MYO_CSV_CELL_SIZE], error[MYO_CSV_CELL_SIZE], name[FIT_NAME_SIZE];
    const struct {
        const char *name;
        size_t at;
        bool chosen;
    } rows[] = {{"lambda.min", f->cv.minimum, !f->options.lambda_1se},
                {"lambda.1se", f->cv.one_se, f->options.lambda_1se}};
    myo_text_printf(text, "\nSelection by LASSO, %zu-fold cross-validation\n", f->folds);
    for (size_t i = 0; i < 2; i++) {
        size_t at = rows[i].at;
        myo_text_printf(text, "  %s %.6g: deviance %s (standard error %s), %zu coefficients%s\n",
                        rows[i].name, f->path.lambda[at], myo_csv_cell(f->cv.mean[at], 4, value),
                        myo_csv_cell(f->cv.error[at], 4, error), f->cv.nonzero[at],
                        rows[i].chosen ? "  <- taken" : "");
    }
    myo_text_printf(text, "  %-*s  %12s  %12s  %12s\n", NAME_WIDTH, "coefficient", "lambda.min",
                    "lambda.1se", "in bootstrap");
    for (size_t c = 0; c < f->candidates.columns; c++) {
        char minimum[MYO_CSV_CELL_SIZE], strict[MYO_CSV_CELL_SIZE], share[MYO_CSV_CELL_SIZE] = "-";
        fit_candidate_name(f, c, name);
        double a = f->path.coefficients[f->cv.minimum * f->path.columns + c];
        double b = f->path.coefficients[f->cv.one_se * f->path.columns + c];
        if (f->has_optimism && f->optimism.replicates > 0) {
            double times = (double)f->optimism.selected[f->candidates.term[c]];
            snprintf(share, sizeof share, "%s %%",
                     myo_csv_cell(100.0 * times / (double)f->optimism.replicates, 0, error));
        }
        myo_text_printf(text, "  %-*s  %12s  %12s  %12s\n", NAME_WIDTH, name,
                        fabs(a) > 0.0 ? myo_csv_cell(a, 5, minimum) : ".",
                        fabs(b) > 0.0 ? myo_csv_cell(b, 5, strict) : ".", share);
    }
}

static void append_coefficient(const myo_fitted *f, const char *name,
                               const myo_logistic_coefficient *c, bool intercept, myo_text *text) {
    char estimate[MYO_CSV_CELL_SIZE], error[MYO_CSV_CELL_SIZE], z[MYO_CSV_CELL_SIZE],
        p[MYO_CSV_CELL_SIZE], ratio[MYO_CSV_CELL_SIZE];
    char lower[MYO_CSV_CELL_SIZE], upper[MYO_CSV_CELL_SIZE];
    myo_text_printf(text, "  %-*s  %10s  %9s  %7s  %7s", NAME_WIDTH, name,
                    myo_csv_cell_any_size(c->estimate, 5, estimate),
                    myo_csv_cell_any_size(c->standard_error, 5, error), myo_csv_cell(c->z, 2, z),
                    p_cell(f->profile_first && !intercept ? c->profile_p : c->p, p));
    if (!intercept) {
        myo_text_printf(
            text, "  %s (%s to %s)", myo_csv_cell_any_size(exp(c->estimate), 3, ratio),
            myo_csv_cell_any_size(exp(f->profile_first ? c->profile_lower : c->lower), 3, lower),
            myo_csv_cell_any_size(exp(f->profile_first ? c->profile_upper : c->upper), 3, upper));
    }
    myo_text_append(text, "\n");
}

static void append_model(const myo_fitted *f, myo_text *text) {
    char name[FIT_NAME_SIZE], chi2[MYO_CSV_CELL_SIZE], p[MYO_CSV_CELL_SIZE];
    size_t at = 0;
    myo_text_printf(text, "\nLogistic regression by %s\n",
                    f->fit.firth ? "Firth's penalised likelihood" : "maximum likelihood");
    myo_text_printf(
        text, "  %-*s  %10s  %9s  %7s  %7s  %s\n", NAME_WIDTH, "term", "estimate", "SE", "z", "p",
        f->profile_first ? "odds ratio (95 %, profile likelihood)" : "odds ratio (95 %, Wald)");
    append_coefficient(f, "(intercept)", &f->fit.coefficients[at++], true, text);
    for (size_t t = 0; t < f->model_term_count; t++) {
        for (size_t k = 0; k < f->model_terms[t]->count; k++) {
            fit_column_name(f->model_terms[t], k, name);
            append_coefficient(f, name, &f->fit.coefficients[at++], false, text);
        }
    }
    myo_text_printf(text, "\n  %-*s  %3s  %9s  %7s  %7s\n", NAME_WIDTH, "likelihood ratio test",
                    "df", "chi2", "p", "VIF");
    for (size_t t = 0; t < f->model_term_count; t++) {
        const myo_logistic_term *term = &f->fit.terms[t];
        char vif[MYO_CSV_CELL_SIZE];
        myo_text_printf(text, "  %-*s  %3zu  %9s  %7s  %7s\n", NAME_WIDTH,
                        f->model_terms[t]->column->name, term->df,
                        myo_csv_cell(term->ratio_chi2, 3, chi2), p_cell(term->ratio_p, p),
                        myo_csv_cell(f->vif[t], 2, vif));
    }
    myo_text_printf(text, "  %-*s  %3zu  %9s  %7s\n", NAME_WIDTH, "whole model",
                    f->fit.coefficient_count - 1, myo_csv_cell(f->fit.ratio_chi2, 3, chi2),
                    p_cell(f->fit.ratio_p, p));
}

static void line_interval(myo_text *text, const char *name, const myo_interval *i) {
    char estimate[MYO_CSV_CELL_SIZE], lower[MYO_CSV_CELL_SIZE], upper[MYO_CSV_CELL_SIZE];
    myo_text_printf(text, "  %-*s  %s (%s to %s)\n", NAME_WIDTH, name,
                    myo_csv_cell(i->estimate, 3, estimate), myo_csv_cell(i->lower, 3, lower),
                    myo_csv_cell(i->upper, 3, upper));
}

static void append_performance(const assessment *p, const char *title, bool external,
                               myo_text *text) {
    char value[MYO_CSV_CELL_SIZE], other[MYO_CSV_CELL_SIZE];
    if (!p->measured) {
        return;
    }
    const myo_calibration *c = &p->calibration;
    const myo_hosmer_lemeshow *hl = &p->hosmer_lemeshow;
    myo_text_printf(text, "\n%s: %zu patients, %zu events\n", title, p->count, p->events);
    line_interval(text, "area under the curve (DeLong)", &p->auc);
    myo_text_printf(text, "  %-*s  %s\n", NAME_WIDTH, "Brier score",
                    myo_csv_cell(c->brier, 4, value));
    myo_text_printf(text, "  %-*s  %s\n", NAME_WIDTH, "R2 (Nagelkerke)",
                    myo_csv_cell(c->r2, 3, value));
    if (external) {
        line_interval(text, "calibration in the large", &c->in_the_large);
        line_interval(text, "calibration slope", &c->slope);
    }
    myo_text_printf(text, "  %-*s  chi2 %s, df %g, p %s\n", NAME_WIDTH, "Hosmer-Lemeshow",
                    myo_csv_cell(hl->chi2, 3, value), external ? hl->df_external : hl->df,
                    p_cell(external ? hl->p_external : hl->p, other));
    myo_text_printf(text, "  %-*s  %s\n", NAME_WIDTH,
                    external ? "threshold (of the development)" : "threshold (Youden)",
                    myo_csv_cell(p->confusion.threshold, 4, value));
    line_interval(text, "  sensitivity", &p->confusion.sensitivity);
    line_interval(text, "  specificity", &p->confusion.specificity);
}

static void append_measure(myo_text *text, const char *name, double apparent, double optimism,
                           double corrected) {
    char a[MYO_CSV_CELL_SIZE], b[MYO_CSV_CELL_SIZE], c[MYO_CSV_CELL_SIZE];
    myo_text_printf(text, "  %-*s  %9s  %9s  %9s\n", NAME_WIDTH, name, myo_csv_cell(apparent, 4, a),
                    myo_csv_cell(optimism, 4, b), myo_csv_cell(corrected, 4, c));
}

static void append_optimism(const myo_fitted *f, myo_text *text) {
    const myo_optimism *o = &f->optimism;
    if (!f->has_optimism || o->replicates == 0) {
        return;
    }
    myo_text_printf(text, "\nOptimism, %zu bootstrap replicates%s\n", o->replicates,
                    f->options.select == MYO_FIT_SELECT_LASSO ? " (with the selection)" : "");
    myo_text_printf(text, "  %-*s  %9s  %9s  %9s\n", NAME_WIDTH, "", "apparent", "optimism",
                    "corrected");
    append_measure(text, "area under the curve", o->apparent.auc, o->optimism.auc,
                   o->corrected.auc);
    append_measure(text, "Brier score", o->apparent.brier, o->optimism.brier, o->corrected.brier);
    append_measure(text, "calibration slope", o->apparent.slope, o->optimism.slope,
                   o->corrected.slope);
    append_measure(text, "calibration intercept", o->apparent.intercept, o->optimism.intercept,
                   o->corrected.intercept);
}

static void append_notes(const myo_text *notes, myo_text *text) {
    const char *line;
    size_t at = 0, length;
    while (myo_text_next_line(notes, &at, &line, &length)) {
        myo_text_append(text, "  - ");
        myo_text_append_bytes(text, line, length);
        myo_text_append(text, "\n");
    }
}

bool myo_fitted_report(const myo_fitted *f, char **text, myo_error *err) {
    myo_text report = {0};
    append_cohort(f, &report);
    if (f->options.select == MYO_FIT_SELECT_LASSO) {
        append_lasso(f, &report);
    }
    append_model(f, &report);
    append_performance(&f->development, "Performance on its own patients", false, &report);
    append_optimism(f, &report);
    append_performance(&f->test, "Performance on the test part", true, &report);
    if (f->notes.length + f->hints.length > 0) {
        heading(&report, "Notes");
    }
    append_notes(&f->notes, &report);
    append_notes(&f->hints, &report);
    return myo_text_take(&report, text, err);
}
