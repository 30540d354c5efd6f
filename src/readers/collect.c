/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From sorted rows to values that are compared, and a list of those that are not. */
#include "base/memory.h"
#include "readers/readers_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char NOBODY[] = "no value by any reader";

/* Rows of one case and structure (and side, if sides are apart), sorted by side and reader. */
typedef struct unit {
    const reading *const *rows;
    size_t count;
    const char *label; /* of the case */
} unit;

static bool same_case(const reading *a, const reading *b) {
    return strcmp(a->patient, b->patient) == 0 && strcmp(a->study, b->study) == 0;
}

static bool same_unit(const reading *a, const reading *b, bool per_side) {
    return strcmp(a->structure, b->structure) == 0 && strcmp(a->level, b->level) == 0 &&
           (!per_side || strcmp(a->side, b->side) == 0);
}

bool readers_add_unpaired(myo_readers *all, const myo_readers_unpaired *item, const char *reason,
                          myo_error *err) {
    unpaired_list *list = &all->unpaired;
    void *items = list->items;
    if (!myo_array_reserve(&items, &list->capacity, list->count + 1, sizeof *list->items, err)) {
        return false;
    }
    list->items = items;
    const char *kept =
        readers_keep(&all->texts, &all->text_count, &all->text_capacity, reason, err);
    list->items[list->count] = *item;
    list->items[list->count].reason = kept;
    list->count += kept != NULL;
    return kept != NULL;
}

static double value_of(const myo_readers *all, const reading *row, size_t measure) {
    return all->readers[row->reader].values[row->values + measure];
}

static void append_reason(myo_text *reason, const char *what, const char *name) {
    myo_text_printf(reason, "%s%s %s", reason->length > 0 ? "; " : "", what, name);
}

/* Mean over the sides of every reader; `reason` receives what is missing. A mean of other sides
 * than the other readers have would be silently wrong. */
static void gather(const myo_readers *all, const unit *u, size_t measure, double *values,
                   size_t *sides, myo_text *reason) {
    size_t all_sides = 0;
    memset(values, 0, all->count * sizeof *values);
    memset(sides, 0, all->count * sizeof *sides);
    for (size_t i = 0; i < u->count;) {
        size_t end = i, found = 0;
        for (; end < u->count && strcmp(u->rows[end]->side, u->rows[i]->side) == 0; end++) {
            double value = value_of(all, u->rows[end], measure);
            if (isfinite(value)) {
                values[u->rows[end]->reader] += value;
                sides[u->rows[end]->reader]++;
                found++;
            }
        }
        all_sides += found > 0;
        i = end;
    }
    for (size_t r = 0; r < all->count; r++) {
        if (sides[r] == 0 && all_sides > 0) {
            append_reason(reason, "no value by", all->readers[r].name);
        } else if (sides[r] < all_sides) {
            append_reason(reason, "not all sides by", all->readers[r].name);
        }
        values[r] = sides[r] > 0 ? values[r] / (double)sides[r] : (double)NAN;
    }
    if (all_sides == 0) {
        myo_text_append(reason, NOBODY);
    }
}

static bool add_observation(myo_readers *all, const unit *u, size_t measure, const double *values,
                            bool complete, const observation *overlap, myo_error *err) {
    void *items = all->observations;
    if (!myo_array_reserve(&items, &all->observation_capacity, all->observation_count + 1,
                           sizeof *all->observations, err)) {
        return false;
    }
    all->observations = items;
    double *copy = myo_alloc_array(all->count, sizeof *copy, err);
    if (!copy) {
        return false;
    }
    memcpy(copy, values, all->count * sizeof *copy);
    observation *o = &all->observations[all->observation_count];
    *o = (observation){.structure = u->rows[0]->structure,
                       .level = u->rows[0]->level,
                       .side = all->options->per_side ? u->rows[0]->side : "",
                       .measure = measure,
                       .label = u->label,
                       .complete = complete,
                       .values = copy,
                       .overlap = overlap->overlap,
                       .dice_squares = overlap->dice_squares,
                       .surface_weight = overlap->surface_weight,
                       .order = all->observation_count};
    all->observation_count++;
    return true;
}

static bool collect_unit(myo_readers *all, const unit *u, double *values, size_t *sides,
                         myo_error *err) {
    observation overlap = {0};
    myo_text reason = {0};
    bool done = readers_overlay(all, u->rows, u->count, &overlap, err);
    for (size_t m = 0; done && m < all->measure_count; m++) {
        myo_readers_unpaired item = {.patient = u->rows[0]->patient,
                                     .study = u->rows[0]->study,
                                     .structure = u->rows[0]->structure,
                                     .level = u->rows[0]->level,
                                     .side = all->options->per_side ? u->rows[0]->side : "",
                                     .measure = all->measures[m]};
        reason.length = 0;
        gather(all, u, m, values, sides, &reason);
        if (reason.failed) {
            done = myo_error_set(err, MYO_E_MEMORY, "out of memory");
        } else if (reason.length > 0) {
            done = readers_add_unpaired(all, &item, reason.data, err);
            if (done && strcmp(reason.data, NOBODY) != 0) {
                done = add_observation(all, u, m, values, false, &overlap, err);
            }
        } else {
            done = add_observation(all, u, m, values, true, &overlap, err);
        }
    }
    myo_text_clear(&reason);
    return done;
}

/* True when the last item of the list is this patient, as a whole and for this reason. */
static bool is_listed(const myo_readers *all, const char *patient, const char *reason) {
    const unpaired_list *list = &all->unpaired;
    const myo_readers_unpaired *last = list->count > 0 ? &list->items[list->count - 1] : NULL;
    return last && !last->structure && strcmp(last->patient, patient) == 0 &&
           strcmp(last->reason, reason) == 0;
}

/* Lists a case that a reader lacks as a whole; *whole is false then. */
static bool check_case(myo_readers *all, const reading *const *rows, size_t count, size_t *seen,
                       bool *whole, myo_error *err) {
    myo_text reason = {0};
    memset(seen, 0, all->count * sizeof *seen);
    for (size_t i = 0; i < count; i++) {
        seen[rows[i]->reader]++;
    }
    if (rows[0]->unmatched) {
        myo_text_append(&reason, "several studies of the patient, and neither study_uid nor "
                                 "study_date says which belong together");
    }
    for (size_t r = 0; !rows[0]->unmatched && r < all->count; r++) {
        if (seen[r] == 0) {
            append_reason(&reason, "not in", all->readers[r].name);
        }
    }
    *whole = reason.length == 0;
    if (rows[0]->unmatched && !reason.failed && is_listed(all, rows[0]->patient, reason.data)) {
        myo_text_clear(&reason);
        return true; /* one line a patient is enough */
    }
    myo_readers_unpaired item = {.patient = rows[0]->patient,
                                 .study = rows[0]->unmatched ? "" : rows[0]->study};
    bool done = reason.failed ? myo_error_set(err, MYO_E_MEMORY, "out of memory")
                              : *whole || readers_add_unpaired(all, &item, reason.data, err);
    myo_text_clear(&reason);
    return done;
}

static bool label_case(myo_readers *all, const reading *row, const char **out, myo_error *err) {
    myo_text label = {0};
    myo_text_printf(&label, "%s%s%s", row->patient, *row->study ? ", " : "", row->study);
    *out = label.failed
               ? NULL
               : readers_keep(&all->texts, &all->text_count, &all->text_capacity, label.data, err);
    myo_text_clear(&label);
    return *out || myo_error_set(err, MYO_E_MEMORY, "out of memory");
}

static bool collect_case(myo_readers *all, const reading *const *rows, size_t count, double *values,
                         size_t *sides, myo_error *err) {
    bool whole = false;
    unit u = {0};
    if (!check_case(all, rows, count, sides, &whole, err) ||
        (whole && !label_case(all, rows[0], &u.label, err))) {
        return false;
    }
    for (size_t i = 0; whole && i < count; i += u.count) {
        u.rows = rows + i;
        for (u.count = 1; i + u.count < count &&
                          same_unit(rows[i], rows[i + u.count], all->options->per_side);) {
            u.count++;
        }
        if (!collect_unit(all, &u, values, sides, err)) {
            return false;
        }
    }
    return true;
}

bool readers_collect(myo_readers *all, myo_error *err) {
    double *values = myo_alloc_array(all->count, sizeof *values, err);
    size_t *sides = myo_alloc_array(all->count, sizeof *sides, err);
    bool done = values && sides;
    for (size_t first = 0, i = 1; done && i <= all->sorted_count; i++) {
        if (i == all->sorted_count || !same_case(all->sorted[i], all->sorted[first])) {
            done = collect_case(all, all->sorted + first, i - first, values, sides, err);
            first = i;
            if (all->options->progress) {
                all->options->progress(all->options->progress_user, "rows", i, all->sorted_count);
            }
        }
    }
    free(values);
    free(sides);
    return done;
}
