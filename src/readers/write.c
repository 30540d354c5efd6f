/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables and plots of a comparison. */
#include "base/file.h"
#include "base/memory.h"
#include "readers/readers_private.h"
#include "report/bland_altman.h"

#include <ctype.h>
#include <math.h>
#include <myotome/structure.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Far below what any reader can see, and enough to compute with. */
#define DECIMALS 6
#define P_DECIMALS 8
#define STEM_SIZE 256
#define TITLE_SIZE 256

static void append_count(myo_text *text, size_t count) {
    char number[32];
    snprintf(number, sizeof number, "%zu", count);
    myo_csv_append_field(text, false, number);
}

static void append_numbers(myo_text *text, const double *values, size_t count) {
    for (size_t i = 0; i < count; i++) {
        myo_csv_append_number(text, false, values[i], DECIMALS);
    }
}

/* structure, level, side, measure */
static void append_key(myo_text *text, const myo_readers_result *r) {
    myo_csv_append_field(text, true, r->structure);
    myo_csv_append_field(text, false, r->level);
    myo_csv_append_field(text, false, r->side);
    myo_csv_append_field(text, false, r->measure);
}

/* "icc_2_1" of ICC(2,1). */
static void column_of_form(myo_icc_form form, char out[STEM_SIZE]) {
    const char *name = myo_icc_name(form); /* "ICC(2,1)" */
    snprintf(out, STEM_SIZE, "icc_%c_%c", name[4], name[6]);
}

static void append_agreement_header(myo_text *text) {
    char form[STEM_SIZE];
    myo_text_append(text, "structure,level,side,measure,n,readers,mean");
    for (int f = 0; f < MYO_ICC_COUNT; f++) {
        column_of_form((myo_icc_form)f, form);
        myo_text_printf(text, ",%s,%s_lower,%s_upper,%s_f,%s_df1,%s_df2,%s_p", form, form, form,
                        form, form, form, form);
    }
    myo_text_append(text, ",sem,mdc95,sem_consistency,mdc95_consistency,cv_percent,limit_mean,"
                          "bias,lower,upper,dice,dice_sd,dice_min,outlines,surface_mean_mm,"
                          "surface_p95_mm,accepted,note\n");
}

static void append_agreement_row(const myo_readers *all, const myo_readers_result *r,
                                 myo_text *text) {
    const myo_agreement *a = &r->agreement;
    append_key(text, r);
    append_count(text, r->n);
    append_count(text, all->count);
    append_numbers(text, &a->mean, 1);
    for (int f = 0; f < MYO_ICC_COUNT; f++) {
        const myo_icc *icc = &a->icc[f];
        const double numbers[] = {icc->estimate, icc->lower, icc->upper,
                                  icc->f,        icc->df1,   icc->df2};
        append_numbers(text, numbers, sizeof numbers / sizeof numbers[0]);
        myo_csv_append_number(text, false, icc->p, P_DECIMALS);
    }
    bool two = all->count == 2 && r->pair_count == 1;
    const double unknown = NAN;
    const double errors[] = {
        a->sem,
        a->mdc95,
        a->sem_consistency,
        a->mdc95_consistency,
        a->cv_percent,
        a->limit_mean,
        two ? r->pairs[0].differences.bias : unknown,
        two ? r->pairs[0].differences.lower : unknown,
        two ? r->pairs[0].differences.upper : unknown,
        r->overlap.dice,
        r->overlap.dice_sd,
        r->overlap.dice_min,
    };
    append_numbers(text, errors, sizeof errors / sizeof errors[0]);
    append_count(text, r->overlap.count);
    append_numbers(text, &r->overlap.surface_mean_mm, 1);
    append_numbers(text, &r->overlap.surface_p95_mm, 1);
    bool judged = all->options->accept > 0.0;
    myo_csv_append_field(text, false, !judged ? "" : r->accepted ? "yes" : "no");
    myo_csv_append_field(text, false, r->reason ? r->reason : a->note);
    myo_text_append(text, "\n");
}

static void append_differences(const myo_readers *all, const myo_readers_result *r,
                               myo_text *text) {
    for (size_t i = 0; i < r->pair_count; i++) {
        const myo_readers_pair *pair = &r->pairs[i];
        const myo_bland_altman *d = &pair->differences;
        append_key(text, r);
        myo_csv_append_field(text, false, all->readers[pair->a].name);
        myo_csv_append_field(text, false, all->readers[pair->b].name);
        append_count(text, d->n);
        const double numbers[] = {d->bias,        d->bias_lower, d->bias_upper, d->sd,
                                  d->lower,       d->lower_low,  d->lower_high, d->upper,
                                  d->upper_low,   d->upper_high, d->intercept,  d->slope,
                                  d->slope_lower, d->slope_upper};
        append_numbers(text, numbers, sizeof numbers / sizeof numbers[0]);
        myo_csv_append_number(text, false, d->bias_p, P_DECIMALS);
        myo_csv_append_number(text, false, d->slope_p, P_DECIMALS);
        myo_text_append(text, "\n");
    }
}

static void append_values(const myo_readers *all, const myo_readers_result *r, myo_text *text) {
    for (size_t i = 0; i < r->n; i++) {
        append_key(text, r);
        myo_csv_append_field(text, false, r->cases[i]);
        append_numbers(text, r->values + i * all->count, all->count);
        myo_text_append(text, "\n");
    }
}

static bool write_table(const char *folder, const char *name, myo_text *text, myo_error *err) {
    char *path = NULL;
    bool done = text->failed ? myo_error_set(err, MYO_E_MEMORY, "%s: out of memory", name)
                             : myo_path_join(folder, name, &path, err) &&
                                   myo_file_write(path, text->data, text->length, err);
    free(path);
    myo_text_clear(text);
    return done;
}

static bool write_tables(const myo_readers *all, const char *folder, myo_error *err) {
    myo_text agreement = {0}, differences = {0}, values = {0};
    append_agreement_header(&agreement);
    myo_text_append(&differences,
                    "structure,level,side,measure,reader_a,reader_b,n,bias,bias_lower,bias_upper,"
                    "sd,lower,lower_low,lower_high,upper,upper_low,upper_high,intercept,slope,"
                    "slope_lower,slope_upper,bias_p,slope_p\n");
    myo_text_append(&values, "structure,level,side,measure,case");
    for (size_t i = 0; i < all->count; i++) {
        myo_csv_append_field(&values, false, all->readers[i].name);
    }
    myo_text_append(&values, "\n");
    for (size_t i = 0; i < all->result_count; i++) {
        append_agreement_row(all, &all->results[i].shown, &agreement);
        append_differences(all, &all->results[i].shown, &differences);
        append_values(all, &all->results[i].shown, &values);
    }
    bool done = write_table(folder, "agreement.csv", &agreement, err) &&
                write_table(folder, "differences.csv", &differences, err) &&
                write_table(folder, "pairs.csv", &values, err);
    myo_text_clear(&agreement);
    myo_text_clear(&differences);
    myo_text_clear(&values);
    return done;
}

/* Appends "_" and what of a text can stand in any file name. */
static void append_to_stem(char stem[STEM_SIZE], const char *text) {
    size_t length = strlen(stem);
    if (*text && length + 1 < STEM_SIZE) {
        stem[length++] = '_';
    }
    for (; *text && length + 1 < STEM_SIZE; text++) {
        if (isalnum((unsigned char)*text) || *text == '_' || *text == '-') {
            stem[length++] = *text;
        }
    }
    stem[length] = '\0';
}

/* Name of a plot; results that give the same one get a number. */
static void find_stem(const myo_readers *all, size_t index, char stem[STEM_SIZE]) {
    const myo_readers_result *r = &all->results[index].shown;
    snprintf(stem, STEM_SIZE, "bland-altman");
    append_to_stem(stem, r->structure);
    append_to_stem(stem, r->level);
    append_to_stem(stem, r->side);
    append_to_stem(stem, r->measure);
    const char *all_known[] = {r->structure, r->level, r->side, r->measure};
    bool plain = strlen(stem) + 1 < STEM_SIZE;
    for (size_t i = 0; plain && i < sizeof all_known / sizeof all_known[0]; i++) {
        for (const char *c = all_known[i]; plain && *c; c++) {
            /* A level's slash is the only character that goes without making names alike. */
            plain = isalnum((unsigned char)*c) || *c == '_' || *c == '-' || (*c == '/' && i == 1);
        }
    }
    if (!plain) {
        stem[STEM_SIZE - 32] = '\0';
        size_t length = strlen(stem);
        snprintf(stem + length, STEM_SIZE - length, "_%zu", index + 1);
    }
}

/* "Multifidus, left, L4/5" */
static void find_title(const myo_readers_result *r, char title[TITLE_SIZE]) {
    myo_structure structure;
    bool known = myo_structure_from_key(r->structure, &structure);
    snprintf(title, TITLE_SIZE, "%s%s%s%s%s",
             known ? myo_structure_get(structure)->name : r->structure, *r->side ? ", " : "",
             r->side, *r->level ? ", " : "", r->level);
    title[0] = (char)toupper((unsigned char)title[0]);
}

static bool write_plot(const myo_readers *all, size_t index, const char *folder,
                       const char *const *names, myo_error *err) {
    const myo_readers_result *r = &all->results[index].shown;
    char stem[STEM_SIZE], title[TITLE_SIZE];
    char *path = NULL;
    if (r->pair_count == 0) {
        return true;
    }
    find_stem(all, index, stem);
    find_title(r, title);
    myo_report_bland_altman figure = {.structure = title,
                                      .readers = names,
                                      .reader_count = all->count,
                                      .values = r->values,
                                      .count = r->n,
                                      .differences = &r->pairs[0].differences,
                                      .agreement = &r->agreement};
    myo_measure_describe(r->measure, &figure.measure, &figure.unit, &figure.decimals);
    bool done = myo_path_join(folder, stem, &path, err) &&
                myo_report_bland_altman_write(path, &figure, err);
    free(path);
    return done;
}

bool readers_write(const myo_readers *all, const char *folder, myo_error *err) {
    const char **names = myo_alloc_array(all->count, sizeof *names, err);
    bool done = names && myo_folder_create(folder, err) && write_tables(all, folder, err);
    for (size_t i = 0; done && i < all->count; i++) {
        names[i] = all->readers[i].name;
    }
    for (size_t i = 0; done && i < all->result_count; i++) {
        done = write_plot(all, i, folder, names, err);
        if (all->options->progress) {
            all->options->progress(all->options->progress_user, "plots", i + 1, all->result_count);
        }
    }
    free(names);
    return done;
}
