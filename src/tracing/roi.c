/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ImageJ ROI sets as tracings. Each region is filled as ImageJ fills it; regions of one name are
 * united. A region counts on the slice of the stack that it was drawn on, or on every slice when it
 * is bound to none.
 */
#include "tracing/names_private.h"

#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Regions without side on one slice: of all structures together some ten are drawn. */
#define WITHOUT_SIDE_MAX 64
#define LISTED_POSITIONS 6
#define LIST_SIZE 120

/* --- Opening ---------------------------------------------------------------------------------- */

bool tracing_open_roi(myo_tracing *tracing, const myo_tracing_options *options, myo_error *err) {
    tracing_names user = {0};
    const char *table = options ? options->names_csv : NULL;
    bool done = (!table || tracing_names_read(table, &user, err)) &&
                myo_roi_read(tracing->path, &tracing->rois, err) &&
                (tracing->roi_names =
                     myo_alloc_array(tracing->rois.count, sizeof *tracing->roi_names, err)) != NULL;
    tracing_left_out unknown = {.count = 0};
    size_t known = 0;
    for (size_t i = 0; done && i < tracing->rois.count; i++) {
        const char *name = tracing->rois.rois[i].name;
        const tracing_name_row *row = tracing_names_find(&user, name);
        tracing_roi_name *out = &tracing->roi_names[i];
        out->kind = row ? row->kind : tracing_name_parse(name, &out->meaning);
        out->meaning = row ? row->meaning : out->meaning;
        if (out->meaning.used) {
            known++;
        } else {
            tracing_leave_out(&unknown, name);
        }
    }
    if (done && known == 0) {
        char notes[MYO_TRACING_NOTES_SIZE] = "";
        tracing_note_left_out(notes, &unknown, "name them as structures, or in a names file");
        done = myo_error_set(err, MYO_E_NOT_FOUND,
                             "%s: no region has the name of a structure that is measured; %s",
                             tracing->path, notes);
    }
    tracing->naming = table ? "names file" : "ROI names";
    tracing_names_clear(&user);
    return done;
}

/* --- Drawing ---------------------------------------------------------------------------------- */

/* What of a set is not drawn. */
typedef struct left_out {
    tracing_left_out unknown, merged, without_area, outside;
    size_t without_name;
} left_out;

static bool is_empty(const uint8_t *mask, size_t pixels) {
    return memchr(mask, 1, pixels) == NULL;
}

/* The region of the same name that is there already; those without side stay apart. */
static tracing_region *find_same(tracing_regions *regions, const tracing_meaning *m) {
    for (size_t i = 0; i < regions->count; i++) {
        const tracing_meaning *other = &regions->items[i].meaning;
        if (other->lean == m->lean &&
            (m->lean || (m->side != TRACING_NO_SIDE && other->structure == m->structure &&
                         other->side == m->side && other->part == m->part))) {
            return &regions->items[i];
        }
    }
    return NULL;
}

static size_t count_without_side(const tracing_regions *regions) {
    size_t count = 0;
    for (size_t i = 0; i < regions->count; i++) {
        const tracing_meaning *m = &regions->items[i].meaning;
        count += !m->lean && m->side == TRACING_NO_SIDE;
    }
    return count;
}

static bool add_region(const myo_roi *roi, const tracing_meaning *meaning, const myo_geometry *g,
                       tracing_regions *regions, left_out *out, myo_error *err) {
    size_t pixels = g->columns * g->rows;
    uint8_t *mask = myo_alloc_array(pixels, sizeof *mask, err);
    if (!mask || !myo_roi_fill(roi, g->columns, g->rows, mask, err)) {
        free(mask);
        return false;
    }
    tracing_region *same = find_same(regions, meaning);
    if (is_empty(mask, pixels)) {
        tracing_leave_out(&out->outside, roi->name);
        free(mask);
        return true;
    }
    if (same) {
        for (size_t i = 0; i < pixels; i++) {
            same->mask[i] |= mask[i];
        }
        free(mask);
        return true;
    }
    if (count_without_side(regions) == WITHOUT_SIDE_MAX) {
        free(mask);
        return myo_error_set(err, MYO_E_RANGE, "more than %d regions without a side",
                             WITHOUT_SIDE_MAX);
    }
    return tracing_regions_add(regions, meaning, roi->name, false, mask, err);
}

static bool add_named(const myo_tracing *tracing, size_t index, const myo_geometry *g,
                      tracing_regions *regions, left_out *out, myo_error *err) {
    const myo_roi *roi = &tracing->rois.rois[index];
    const tracing_roi_name *name = &tracing->roi_names[index];
    if (name->kind == TRACING_NAME_AUTOMATIC) {
        out->without_name++;
    } else if (name->kind == TRACING_NAME_MERGED) {
        tracing_leave_out(&out->merged, roi->name);
    } else if (name->kind == TRACING_NAME_UNKNOWN) {
        tracing_leave_out(&out->unknown, roi->name);
    } else if (name->meaning.used && roi->type == MYO_ROI_OTHER) {
        tracing_leave_out(&out->without_area, roi->name);
    } else if (name->meaning.used) {
        return add_region(roi, &name->meaning, g, regions, out, err);
    }
    return true;
}

/* "3, 5, 7, ..." */
static void list_positions(const myo_tracing *tracing, char list[LIST_SIZE]) {
    int positions[LISTED_POSITIONS];
    size_t count = myo_tracing_get_positions(tracing, positions, LISTED_POSITIONS), length = 0;
    list[0] = '\0';
    for (size_t i = 0; i < count && i < LISTED_POSITIONS; i++) {
        snprintf(list + length, LIST_SIZE - length, "%s%d", i ? ", " : "", positions[i]);
        length = strlen(list);
    }
    if (count > LISTED_POSITIONS) {
        snprintf(list + length, LIST_SIZE - length, ", ...");
    }
}

static void add_notes(const left_out *out, char *notes) {
    tracing_note_left_out(notes, &out->merged,
                          "all back muscles in one, which cannot be told apart");
    tracing_note_left_out(notes, &out->unknown, "no structure that is measured");
    tracing_note_left_out(notes, &out->without_area, "no area: not a closed outline");
    tracing_note_left_out(notes, &out->outside, "no pixel of the slice");
    if (out->without_name > 0) {
        tracing_note(notes, "left out: %zu region%s without a name", out->without_name,
                     out->without_name > 1 ? "s" : "");
    }
}

/* With no position of the slice, regions of several slices would lie upon each other. */
static void note_positions(const myo_tracing *tracing, const myo_tracing_grid *grid, char *notes) {
    int positions[2] = {0, 0};
    size_t count = myo_tracing_get_positions(tracing, positions, 2);
    size_t bound = count - (count > 0 && positions[0] == 0);
    if (grid->position == 0 && bound > 1) {
        char list[LIST_SIZE];
        list_positions(tracing, list);
        tracing_note(notes, "regions of several slices of the stack (%s) are drawn together", list);
    }
}

bool tracing_fill_rois(const myo_tracing *tracing, const myo_tracing_grid *grid,
                       tracing_regions *regions, myo_tracing_drawn *drawn, myo_error *err) {
    left_out out = {.without_name = 0};
    size_t here = 0;
    for (size_t i = 0; i < tracing->rois.count; i++) {
        int position = tracing->rois.rois[i].position;
        if (grid->position != 0 && position != 0 && position != grid->position) {
            continue;
        }
        here++;
        if (!add_named(tracing, i, grid->geometry, regions, &out, err)) {
            return false;
        }
    }
    if (here == 0) {
        char list[LIST_SIZE];
        list_positions(tracing, list);
        return myo_error_set(err, MYO_E_NOT_FOUND,
                             "no region was drawn on slice %d of the stack (they lie on %s)",
                             grid->position, list);
    }
    note_positions(tracing, grid, drawn->notes);
    add_notes(&out, drawn->notes);
    return true;
}

/* --- Positions -------------------------------------------------------------------------------- */

static int compare_integers(const void *a, const void *b) {
    int first = *(const int *)a, second = *(const int *)b;
    return (first > second) - (first < second);
}

size_t myo_tracing_get_positions(const myo_tracing *tracing, int *positions, size_t capacity) {
    size_t count = tracing->rois.count, found = 0;
    int *all = count ? myo_alloc_array(count, sizeof *all, NULL) : NULL;
    for (size_t i = 0; all && i < count; i++) {
        all[i] = tracing->rois.rois[i].position;
    }
    if (all) {
        qsort(all, count, sizeof *all, compare_integers);
    }
    for (size_t i = 0; all && i < count; i++) {
        if (i > 0 && all[i] == all[i - 1]) {
            continue;
        }
        if (found < capacity) {
            positions[found] = all[i];
        }
        found++;
    }
    free(all);
    return found;
}
