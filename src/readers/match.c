/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which rows of different readers belong to the same case.
 *
 * Where every reader has one study of a patient, these studies belong together, whatever their UIDs
 * are: two sessions of one patient are compared so. Where a reader has several, they are told apart
 * by study_uid if readers share some, else by study_date, and if neither helps the patient is not
 * compared.
 */
#include "base/memory.h"
#include "readers/readers_private.h"

#include <myotome/structure.h>
#include <stdlib.h>
#include <string.h>

static int rank_of_structure(const char *structure) {
    myo_structure known;
    return myo_structure_from_key(structure, &known) ? (int)known : MYO_STRUCTURE_COUNT;
}

int readers_compare_structures(const char *a, const char *b) {
    int difference = rank_of_structure(a) - rank_of_structure(b);
    return difference ? difference : strcmp(a, b);
}

static int rank_of_side(const char *side) {
    return strcmp(side, "left") == 0 ? 0 : strcmp(side, "right") == 0 ? 1 : 2;
}

int readers_compare_sides(const char *a, const char *b) {
    int difference = rank_of_side(a) - rank_of_side(b);
    return difference ? difference : strcmp(a, b);
}

static int compare_sizes(size_t a, size_t b) {
    return (a > b) - (a < b);
}

/* By patient, reader and study: so that the studies of each are counted. */
static int by_study(const void *x, const void *y) {
    const reading *a = *(const reading *const *)x, *b = *(const reading *const *)y;
    int order = strcmp(a->patient, b->patient);
    order = order ? order : compare_sizes(a->reader, b->reader);
    order = order ? order : strcmp(a->study_date, b->study_date);
    order = order ? order : strcmp(a->study_uid, b->study_uid);
    return order ? order : compare_sizes(a->values, b->values);
}

/* By case, then by what was measured, then by reader. */
static int by_case(const void *x, const void *y) {
    const reading *a = *(const reading *const *)x, *b = *(const reading *const *)y;
    int order = strcmp(a->patient, b->patient);
    order = order ? order : strcmp(a->study, b->study);
    order = order ? order : readers_compare_structures(a->structure, b->structure);
    order = order ? order : strcmp(a->level, b->level);
    order = order ? order : readers_compare_sides(a->side, b->side);
    order = order ? order : compare_sizes(a->reader, b->reader);
    return order ? order : compare_sizes(a->values, b->values);
}

static bool same_study(const reading *a, const reading *b) {
    return strcmp(a->study_date, b->study_date) == 0 && strcmp(a->study_uid, b->study_uid) == 0;
}

/* True for the first row of a study of a reader. */
static bool begins_study(const reading *const *rows, size_t i) {
    return i == 0 || rows[i]->reader != rows[i - 1]->reader || !same_study(rows[i], rows[i - 1]);
}

static int by_text(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* True when the studies of each reader are told apart by what `get` returns, and readers share some
 * of them. */
static bool tells_apart(const reading *const *rows, size_t count,
                        const char *(*get)(const reading *), const char **scratch) {
    size_t studies = 0, distinct = 0;
    for (size_t i = 0; i < count; i++) {
        if (!begins_study(rows, i)) {
            continue;
        }
        const char *text = get(rows[i]);
        if (!*text) {
            return false;
        }
        scratch[studies++] = text;
    }
    /* Within one reader each must be there once. */
    for (size_t i = 0, first = 0, n = 0; i <= count; i++) {
        if (i == count || (i > 0 && rows[i]->reader != rows[i - 1]->reader)) {
            const char **of_reader = scratch + first;
            qsort(of_reader, n, sizeof *of_reader, by_text);
            for (size_t k = 1; k < n; k++) {
                if (strcmp(of_reader[k - 1], of_reader[k]) == 0) {
                    return false;
                }
            }
            first += n;
            n = 0;
        }
        n += i < count && begins_study(rows, i);
    }
    qsort(scratch, studies, sizeof *scratch, by_text);
    for (size_t i = 0; i < studies; i++) {
        distinct += i == 0 || strcmp(scratch[i - 1], scratch[i]) != 0;
    }
    return distinct < studies;
}

static const char *get_uid(const reading *row) {
    return row->study_uid;
}

static const char *get_date(const reading *row) {
    return row->study_date;
}

/* Decides for the rows of one patient. `rows` are sorted by reader and study. */
static void match_patient(reading **rows, size_t count, const char **scratch) {
    const reading *const *view = (const reading *const *)rows;
    size_t studies = 0, readers = 0;
    for (size_t i = 0; i < count; i++) {
        studies += begins_study(view, i);
        readers += i == 0 || rows[i]->reader != rows[i - 1]->reader;
    }
    bool one_each = studies == readers;
    bool by_uid = !one_each && tells_apart(view, count, get_uid, scratch);
    bool by_date = !one_each && !by_uid && tells_apart(view, count, get_date, scratch);
    /* Of a single reader they need not be matched with anything, but told apart all the same. */
    for (size_t i = 0; i < count; i++) {
        rows[i]->study = by_uid                ? rows[i]->study_uid
                         : by_date             ? rows[i]->study_date
                         : one_each            ? ""
                         : *rows[i]->study_uid ? rows[i]->study_uid
                                               : rows[i]->study_date;
        rows[i]->unmatched = !one_each && !by_uid && !by_date && readers > 1;
    }
}

/* One row a reader for each case, level, structure and side. */
static bool refuse_duplicates(const myo_readers *all, myo_error *err) {
    for (size_t i = 1; i < all->sorted_count; i++) {
        const reading *a = all->sorted[i - 1], *b = all->sorted[i];
        if (a->reader == b->reader && strcmp(a->patient, b->patient) == 0 &&
            strcmp(a->study, b->study) == 0 && strcmp(a->level, b->level) == 0 &&
            strcmp(a->structure, b->structure) == 0 && strcmp(a->side, b->side) == 0) {
            const reader *r = &all->readers[a->reader];
            if (!r->csv) {
                return myo_error_set(err, MYO_E_AMBIGUOUS,
                                     "%s and %s both hold %s, %s, of patient %s; keep one of them",
                                     r->maps[a->map].path, r->maps[b->map].path, a->structure,
                                     a->side, a->patient);
            }
            return myo_error_set(
                err, MYO_E_AMBIGUOUS,
                "%s: lines %zu and %zu both hold %s, side '%s', of patient %s; keep one, "
                "or tell them apart by a column study_uid, study_date, or level "
                "that all readers have",
                myo_csv_get_origin(r->csv), a->line, b->line, a->structure, a->side, a->patient);
        }
    }
    return true;
}

/* A level is part of a case only where all readers name it. */
static void drop_levels(myo_readers *all) {
    bool keep = true;
    for (size_t i = 0; keep && i < all->count; i++) {
        const reader *r = &all->readers[i];
        for (size_t k = 0; keep && k < r->count; k++) {
            keep = *r->readings[k].level != '\0';
        }
    }
    for (size_t i = 0; !keep && i < all->count; i++) {
        for (size_t k = 0; k < all->readers[i].count; k++) {
            all->readers[i].readings[k].level = "";
        }
    }
}

bool readers_match(myo_readers *all, myo_error *err) {
    size_t total = 0;
    for (size_t i = 0; i < all->count; i++) {
        total += all->readers[i].count;
    }
    reading **rows = myo_alloc_array(total, sizeof *rows, err);
    const char **scratch = myo_alloc_array(total, sizeof *scratch, err);
    all->sorted = myo_alloc_array(total, sizeof *all->sorted, err);
    bool done = rows && scratch && all->sorted;
    if (!done) {
        goto end;
    }
    drop_levels(all);
    for (size_t i = 0; i < all->count; i++) {
        for (size_t k = 0; k < all->readers[i].count; k++) {
            rows[all->sorted_count++] = &all->readers[i].readings[k];
        }
    }
    qsort(rows, total, sizeof *rows, by_study);
    for (size_t first = 0, i = 1; i <= total; i++) {
        if (i == total || strcmp(rows[i]->patient, rows[first]->patient) != 0) {
            match_patient(rows + first, i - first, scratch);
            first = i;
        }
    }
    memcpy(all->sorted, rows, total * sizeof *rows);
    qsort(all->sorted, total, sizeof *all->sorted, by_case);
    done = refuse_duplicates(all, err);
end:
    free(rows);
    free(scratch);
    return done;
}
