/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Label values of the regions on a slice: one part of the spine is chosen as the reference, sides
 * are given to regions without one, and all are painted. A pixel of two regions counts for the
 * first of their structures in the order of structure.h; how many there are is noted.
 */
#include "tracing/tracing_private.h"

#include "base/memory.h"
#include "image/morphology.h"

#include <stdlib.h>

bool tracing_regions_add(tracing_regions *regions, const tracing_meaning *meaning, const char *name,
                         bool may_be_pair, uint8_t *mask, myo_error *err) {
    void *items = regions->items;
    if (!myo_array_reserve(&items, &regions->capacity, regions->count + 1, sizeof *regions->items,
                           err)) {
        free(mask);
        return false;
    }
    regions->items = items;
    regions->items[regions->count++] = (tracing_region){*meaning, name, may_be_pair, mask};
    return true;
}

void tracing_regions_clear(tracing_regions *regions) {
    for (size_t i = 0; i < regions->count; i++) {
        free(regions->items[i].mask);
    }
    free(regions->items);
    *regions = (tracing_regions){0};
}

static size_t count_pixels(const uint8_t *mask, size_t pixels) {
    size_t count = 0;
    for (size_t i = 0; i < pixels; i++) {
        count += mask[i] != 0;
    }
    return count;
}

/* Of several parts of the spine on a slice, the one that it cuts most is the reference; what is
 * named as the reference goes before all. */
static bool choose_reference(tracing_regions *regions, const myo_geometry *g, char *notes,
                             myo_error *err) {
    size_t pixels = g->columns * g->rows, most = 0;
    tracing_region *best = NULL;
    for (size_t i = 0; i < regions->count; i++) {
        tracing_region *region = &regions->items[i];
        const tracing_meaning *m = &region->meaning;
        if (!m->used || m->lean || m->structure != MYO_VERTEBRAL_REFERENCE) {
            continue;
        }
        /* The tip of a process of the vertebra above may lie on the slice, too. */
        if (m->part == TRACING_PART_VERTEBRA &&
            !myo_mask_keep_largest(region->mask, g->columns, g->rows, err)) {
            return false;
        }
        size_t count = count_pixels(region->mask, pixels);
        bool is_named = m->part == TRACING_PART_REFERENCE;
        bool best_is_named = best && best->meaning.part == TRACING_PART_REFERENCE;
        if (is_named != best_is_named ? is_named : count > most) {
            best = region;
            most = count;
        }
    }
    for (size_t i = 0; i < regions->count; i++) {
        tracing_meaning *m = &regions->items[i].meaning;
        if (m->structure == MYO_VERTEBRAL_REFERENCE && !m->lean && &regions->items[i] != best) {
            m->used = false;
        }
    }
    if (best && best->meaning.part == TRACING_PART_VERTEBRA) {
        tracing_note(notes, "the vertebral reference is a whole vertebra, perhaps with its arch");
    }
    return true;
}

static bool paint_lean(const tracing_regions *regions, size_t pixels, myo_tracing_drawn *out,
                       myo_error *err) {
    for (size_t i = 0; i < regions->count; i++) {
        const tracing_region *region = &regions->items[i];
        if (!region->meaning.used || !region->meaning.lean) {
            continue;
        }
        if (!out->lean && !(out->lean = myo_alloc_array(pixels, sizeof *out->lean, err))) {
            return false;
        }
        for (size_t k = 0; k < pixels; k++) {
            out->lean[k] |= region->mask[k] != 0;
        }
    }
    return true;
}

/* Returns the pixels that another structure or side had already. */
static size_t paint_region(const tracing_region *region, uint16_t *labels, size_t pixels) {
    uint16_t label = myo_structure_get(region->meaning.structure)->label[region->meaning.side];
    size_t taken = 0;
    for (size_t k = 0; k < pixels; k++) {
        if (region->mask[k] && labels[k] == 0) {
            labels[k] = label;
        } else if (region->mask[k] && labels[k] != label) {
            taken++;
        }
    }
    return taken;
}

static void paint(const tracing_regions *regions, size_t pixels, myo_tracing_drawn *out) {
    uint16_t *labels = myo_labels_get_pixels(out->labels);
    size_t shared = 0;
    for (int s = 0; s < MYO_STRUCTURE_COUNT; s++) {
        for (size_t i = 0; i < regions->count; i++) {
            const tracing_meaning *m = &regions->items[i].meaning;
            if (m->used && !m->lean && m->structure == (myo_structure)s &&
                m->side != TRACING_NO_SIDE) {
                shared += paint_region(&regions->items[i], labels, pixels);
            }
        }
    }
    for (size_t k = 0; k < pixels; k++) {
        myo_structure structure;
        myo_side side;
        if (labels[k] && myo_structure_from_label(labels[k], &structure, &side)) {
            out->sides[structure] |= (uint32_t)1 << side;
        }
    }
    if (shared > 0) {
        tracing_note(out->notes, "%zu pixel%s of two regions count for one of them", shared,
                     shared > 1 ? "s" : "");
    }
}

bool tracing_compose(tracing_regions *regions, const myo_geometry *g, myo_tracing_drawn *out,
                     myo_error *err) {
    size_t pixels = g->columns * g->rows;
    if (!choose_reference(regions, g, out->notes, err) ||
        !tracing_resolve_sides(regions, g, out->notes, err) ||
        !myo_labels_create(g, &out->labels, err) || !paint_lean(regions, pixels, out, err)) {
        return false;
    }
    paint(regions, pixels, out);
    bool any = out->lean != NULL;
    for (int s = 0; s < MYO_STRUCTURE_COUNT; s++) {
        any = any || out->sides[s] != 0;
    }
    return any || myo_error_set(err, MYO_E_NOT_FOUND, "nothing can be drawn on this slice%s%s%s",
                                out->notes[0] ? " (" : "", out->notes, out->notes[0] ? ")" : "");
}
