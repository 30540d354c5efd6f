/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Overlap of the outlines of one structure of one case, where readers left label maps. */
#include "readers/readers_private.h"

#include <math.h>
#include <myotome/overlap.h>
#include <myotome/structure.h>
#include <string.h>

/* Label value of a row; false for a structure that label maps do not know. */
static bool find_label(const reading *row, uint16_t *label) {
    myo_structure structure;
    if (!myo_structure_from_key(row->structure, &structure)) {
        return false;
    }
    const myo_structure_info *info = myo_structure_get(structure);
    myo_side side = strcmp(row->side, "right") == 0 ? MYO_RIGHT : MYO_LEFT;
    if (info->paired && side == MYO_LEFT && strcmp(row->side, "left") != 0) {
        return false;
    }
    *label = info->label[info->paired ? side : MYO_LEFT];
    return true;
}

static void add(const myo_overlap *o, observation *out) {
    out->overlap.count++;
    out->overlap.dice += o->dice;
    out->dice_squares += o->dice * o->dice;
    out->overlap.dice_min = fmin(out->overlap.dice_min, o->dice);
    if (isfinite(o->surface_mean_mm)) {
        out->overlap.surface_mean_mm += o->surface_mean_mm;
        out->overlap.surface_p95_mm += o->surface_p95_mm;
        out->surface_weight += 1.0;
    }
}

/* Rows of the same side by different readers. */
static bool overlay_pair(myo_readers *all, const reading *a, const reading *b, observation *out,
                         myo_error *err) {
    reader *first = &all->readers[a->reader], *second = &all->readers[b->reader];
    uint16_t label;
    myo_overlap overlap;
    if (a->map == READERS_NO_MAP || b->map == READERS_NO_MAP || !find_label(a, &label)) {
        return true;
    }
    if (!readers_load_map(all, first, a->map, err) || !readers_load_map(all, second, b->map, err)) {
        return false;
    }
    if (!myo_overlap_same_grid(myo_labels_get_geometry(first->labels),
                               myo_labels_get_geometry(second->labels))) {
        all->other_grids++;
        return true;
    }
    if (!myo_overlap_compute(first->labels, second->labels, label, &overlap, err)) {
        return false;
    }
    if (isfinite(overlap.dice)) {
        add(&overlap, out);
    }
    return true;
}

bool readers_overlay(myo_readers *all, const reading *const *rows, size_t count, observation *out,
                     myo_error *err) {
    out->overlap = (myo_readers_overlap){.dice_min = NAN};
    for (size_t i = 0; i < count; i++) {
        for (size_t k = i + 1; k < count && strcmp(rows[k]->side, rows[i]->side) == 0; k++) {
            if (!overlay_pair(all, rows[i], rows[k], out, err)) {
                return false;
            }
        }
    }
    return true;
}
