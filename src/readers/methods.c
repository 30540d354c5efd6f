/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The paragraph on agreement that a paper needs: what was compared, how, and what came out. */
#include "base/text.h"

#include <math.h>
#include <myotome/readers.h>
#include <string.h>

static const char *const readings[] = {"single reading", "mean of all readings"};
static const char *const models[] = {"one-way random effects",
                                     "two-way random effects, absolute agreement",
                                     "two-way mixed effects, consistency"};

static const char references[] =
    "\n\nReferences\n\n"
    "1. Shrout PE, Fleiss JL. Psychol Bull 1979;86:420. doi:10.1037/0033-2909.86.2.420\n"
    "2. McGraw KO, Wong SP. Psychol Methods 1996;1:30. doi:10.1037/1082-989X.1.1.30\n"
    "3. Weir JP. J Strength Cond Res 2005;19:231. doi:10.1519/15184.1\n"
    "4. Bland JM, Altman DG. Stat Methods Med Res 1999;8:135. doi:10.1177/096228029900800204\n";

static void append_readers(const myo_readers *r, myo_text *text) {
    size_t count = myo_readers_get_count(r);
    myo_text_printf(text, "Agreement between %zu readers (", count);
    for (size_t i = 0; i < count; i++) {
        myo_text_printf(text, "%s%s", i > 0 ? ", " : "", myo_readers_get_name(r, i));
    }
    myo_text_append(text, ") was assessed");
}

static void append_form(myo_icc_form form, double accept, myo_text *text) {
    myo_text_printf(
        text,
        " by the intraclass correlation coefficient (%s, %s; %s after Shrout and "
        "Fleiss [1], %s after McGraw and Wong [2]) with 95 %% intervals, the standard "
        "error of measurement (SEM) and the minimal detectable change at 95 %% (MDC95, "
        "1.96 times the square root of 2 times the SEM) [3], and bias with 95 %% limits "
        "of agreement [4].",
        models[form % 3], readings[form / 3], myo_icc_name(form), myo_icc_mcgraw_wong_name(form));
    if (accept > 0.0) {
        myo_text_printf(text, " A coefficient of at least %g was accepted.", accept);
    }
}

static void append_numbers(const myo_readers *readers, const myo_readers_result *r,
                           myo_icc_form form, myo_text *text) {
    const char *name, *unit;
    int decimals;
    myo_measure_describe(r->measure, &name, &unit, &decimals);
    const myo_icc *icc = &r->agreement.icc[form];
    const char *space = *unit ? " " : "";
    if (isfinite(icc->estimate)) {
        myo_text_printf(text, "%s %.3f (%.3f to %.3f), SEM %.*f%s%s, MDC95 %.*f%s%s",
                        myo_icc_name(form), icc->estimate, icc->lower, icc->upper, decimals,
                        r->agreement.sem, space, unit, decimals, r->agreement.mdc95, space, unit);
    } else {
        myo_text_append(text, "no coefficient is defined");
    }
    if (myo_readers_get_count(readers) == 2 && r->pair_count > 0) {
        const myo_bland_altman *d = &r->pairs[0].differences;
        myo_text_printf(text, ", bias %.*f%s%s (limits %.*f to %.*f)", decimals, d->bias, space,
                        unit, decimals, d->lower, decimals, d->upper);
    }
    if (r->overlap.count > 0) {
        myo_text_printf(text, ", mean Dice coefficient %.3f", r->overlap.dice);
    }
}

/* "erector_spinae" as a person writes it. */
static void append_structure(const char *key, myo_text *text) {
    for (const char *c = key; *c; c++) {
        myo_text_append_bytes(text, *c == '_' ? " " : c, 1);
    }
}

static void append_result(const myo_readers *readers, const myo_readers_result *r,
                          myo_icc_form form, myo_text *text) {
    const char *name, *unit;
    int decimals;
    myo_measure_describe(r->measure, &name, &unit, &decimals);
    myo_text_append(text, "\n- ");
    append_structure(r->structure, text);
    if (*r->side) {
        myo_text_printf(text, ", %s", r->side);
    }
    if (*r->level) {
        myo_text_printf(text, " at %s", r->level);
    }
    myo_text_printf(text, ", %s (n = %zu): ", name, r->n);
    if (r->reason) {
        myo_text_append(text, r->reason);
    } else {
        append_numbers(readers, r, form, text);
    }
    myo_text_append(text, ".");
}

bool myo_readers_methods_text(const myo_readers *readers, myo_icc_form form, double accept,
                              char **out, myo_error *err) {
    myo_text text = {0};
    size_t count = myo_readers_get_result_count(readers);
    append_readers(readers, &text);
    append_form(form, accept, &text);
    if (count > 0 && !*myo_readers_get_result(readers, 0)->side) {
        myo_text_append(&text, " Both sides of a patient were averaged.");
    }
    if (myo_readers_get_unpaired_count(readers) > 0) {
        myo_text_append(&text, " Cases that a reader lacked were left out.");
    }
    myo_text_printf(&text, " Computed with Myotome %s.\n", myo_version());
    for (size_t i = 0; i < count; i++) {
        append_result(readers, myo_readers_get_result(readers, i), form, &text);
    }
    myo_text_append(&text, references);
    return myo_text_take(&text, out, err);
}
