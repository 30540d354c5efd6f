/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drawn outlines on a slice, in the place of the automatic ones, and how far they differ. */
#include "pipeline/traced_private.h"

#include "base/memory.h"
#include "pipeline/stream_private.h"
#include "report/changes.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Two files that outline the same muscle contradict each other. */
static bool take_side(const traced_origin *origin, int structure, int side, measured_slice *slice,
                      myo_error *err) {
    const traced_origin **owner = &slice->traced_in[structure][side];
    if (*owner) {
        return myo_error_set(err, MYO_E_AMBIGUOUS,
                             "%s: outlines %s, and so does %s; give one of them", origin->source,
                             myo_structure_get((myo_structure)structure)->name, (*owner)->source);
    }
    *owner = origin;
    slice->traced[structure] |= 1u << side;
    slice->traced_methods[structure][side] = origin->method;
    slice->traced_conventions[structure][side] = origin->convention;
    return true;
}

static bool is_drawn(const myo_tracing_drawn *drawn, uint16_t label) {
    myo_structure structure;
    myo_side side;
    return myo_structure_from_label(label, &structure, &side) &&
           drawn->sides[structure] >> side & 1u;
}

/* Takes the automatic outlines of what was drawn away, then puts the drawn ones over all else. */
static void replace(const myo_tracing_drawn *drawn, myo_outlines *outlines) {
    const myo_geometry *g = myo_labels_get_geometry(outlines->labels);
    uint16_t *to = myo_labels_get_pixels(outlines->labels);
    const uint16_t *from = myo_labels_get_const_pixels(drawn->labels);
    for (size_t i = 0; i < g->columns * g->rows; i++) {
        to[i] = is_drawn(drawn, to[i]) ? 0 : to[i];
        to[i] = is_drawn(drawn, from[i]) ? from[i] : to[i];
    }
}

/* Bits of the sides of structures on which two label maps differ. */
static void find_differences(const myo_labels *one, const myo_labels *other,
                             uint32_t sides[MYO_STRUCTURE_COUNT]) {
    const myo_geometry *g = myo_labels_get_geometry(one);
    const uint16_t *a = myo_labels_get_const_pixels(one);
    const uint16_t *b = myo_labels_get_const_pixels(other);
    memset(sides, 0, MYO_STRUCTURE_COUNT * sizeof *sides);
    for (size_t i = 0; i < g->columns * g->rows; i++) {
        myo_structure structure;
        myo_side side;
        if (a[i] != b[i] && myo_structure_from_label(a[i], &structure, &side)) {
            sides[structure] |= 1u << side;
        }
        if (a[i] != b[i] && myo_structure_from_label(b[i], &structure, &side)) {
            sides[structure] |= 1u << side;
        }
    }
}

/* Who drew a side of a corrected file: somebody before, if it is as it was, or this reader. */
static const traced_origin *find_origin(const traced_source *source, const uint32_t *changed, int s,
                                        int side) {
    size_t i;
    json_t *entry;
    json_array_foreach(source->file->inherited, i, entry) {
        const char *key = json_string_value(json_object_get(entry, "structure"));
        const char *side_key = json_string_value(json_object_get(entry, "side"));
        if (!(changed[s] >> side & 1u) && key && side_key &&
            strcmp(key, myo_structure_get((myo_structure)s)->key) == 0 &&
            strcmp(side_key, myo_side_key((myo_structure)s, (myo_side)side)) == 0) {
            return &source->inherited[i];
        }
    }
    return &source->own;
}

/* Sides that were changed since the file was written, by the outlines as they were then. */
static bool find_changed(const traced_source *source, const myo_tracing_grid *grid,
                         const myo_tracing_drawn *drawn, uint32_t changed[MYO_STRUCTURE_COUNT],
                         myo_error *err) {
    myo_tracing_drawn before;
    memset(changed, 0, MYO_STRUCTURE_COUNT * sizeof *changed);
    if (!source->base) {
        return true;
    }
    if (!myo_tracing_draw(source->base, grid, &before, err)) {
        return false;
    }
    find_differences(before.labels, drawn->labels, changed);
    myo_tracing_drawn_clear(&before);
    return true;
}

/* Takes over what was drawn. A file of a result folder holds all outlines of its slice: those that
 * are as a method draws them stay automatic, and one that is gone was taken out. */
static bool take_drawn(traced_source *source, const myo_tracing_grid *grid,
                       myo_tracing_drawn *drawn, measured_slice *slice, myo_error *err) {
    uint32_t changed[MYO_STRUCTURE_COUNT];
    bool done = find_changed(source, grid, drawn, changed, err);
    if (*source->file->pixels_sha256) {
        find_differences(slice->outlines.labels, drawn->labels, drawn->sides);
    }
    bool any = false;
    for (int s = 0; s < MYO_STRUCTURE_COUNT; s++) {
        any |= drawn->sides[s] != 0;
    }
    if (done && any && !slice->automatic) {
        done = myo_labels_create_copy(slice->outlines.labels, &slice->automatic, err);
    }
    for (int s = 0; done && s < MYO_STRUCTURE_COUNT; s++) {
        for (int side = 0; done && side < MYO_SIDE_COUNT; side++) {
            if (drawn->sides[s] >> side & 1u) {
                done = take_side(find_origin(source, changed, s, side), s, side, slice, err);
            }
        }
    }
    if (done) {
        replace(drawn, &slice->outlines);
    }
    return done;
}

static bool draw_source(traced_source *source, measured_slice *slice, myo_error *err) {
    const myo_series *series = slice->choice.series;
    const myo_instance *instance = slice->choice.instance;
    int positions[2];
    size_t places = myo_tracing_get_positions(source->tracing, positions, 2);
    const myo_tracing_grid grid = {.geometry = myo_image_get_geometry(slice->image),
                                   .sop_uid = instance->sop_uid,
                                   .frame_of_reference_uid = series->frame_of_reference_uid,
                                   .position = places > 1 ? traced_rank(series, instance) : 0};
    myo_tracing_drawn drawn;
    source->reason = (myo_error){0};
    if (!myo_tracing_draw(source->tracing, &grid, &drawn, &source->reason)) {
        return source->reason.code == MYO_E_NOT_FOUND || source->reason.code == MYO_E_ARGUMENT ||
               myo_error_set(err, source->reason.code, "%s", source->reason.message);
    }
    bool done = take_drawn(source, &grid, &drawn, slice, err);
    if (done) {
        source->used = true;
        if (*drawn.notes) {
            myo_log(MYO_LOG_WARNING, "%s: %s", source->file->path, drawn.notes);
        }
        if (drawn.lean) {
            free(slice->lean);
            slice->lean = drawn.lean;
            drawn.lean = NULL;
        }
    }
    myo_tracing_drawn_clear(&drawn);
    return done;
}

/* What was drawn is as sure as its reader, who has no number here; what a method said about its own
 * outline does not hold for another one. */
static void renew_flags(measured_slice *slice) {
    uint32_t found[MYO_STRUCTURE_COUNT][MYO_SIDE_COUNT] = {{0}};
    myo_segment_check(slice->outlines.labels, found);
    for (int s = 0; s < MYO_STRUCTURE_COUNT; s++) {
        for (int side = 0; side < MYO_SIDE_COUNT; side++) {
            if (slice->traced[s] >> side & 1u) {
                slice->outlines.flags[s][side] = found[s][side];
                slice->outlines.confidence[s][side] = (double)NAN;
            }
        }
    }
}

bool traced_apply(const run *r, traced_set *set, measured_slice *slice, myo_error *err) {
    for (size_t i = 0; i < set->count; i++) {
        bool fits;
        if (!traced_open_for(r, &set->sources[i], slice->sha256, &fits, err) ||
            (fits && !draw_source(&set->sources[i], slice, err))) {
            return false;
        }
    }
    if (slice->automatic) {
        renew_flags(slice);
    }
    return true;
}

/* --- What changed ------------------------------------------------------------------------------
 */

static double dice(const myo_labels *a, const myo_labels *b, uint16_t label) {
    const myo_geometry *g = myo_labels_get_geometry(a);
    const uint16_t *one = myo_labels_get_const_pixels(a), *other = myo_labels_get_const_pixels(b);
    size_t both = 0, sum = 0;
    for (size_t i = 0; i < g->columns * g->rows; i++) {
        both += one[i] == label && other[i] == label;
        sum += (size_t)(one[i] == label) + (size_t)(other[i] == label);
    }
    return sum > 0 ? 2.0 * (double)both / (double)sum : (double)NAN;
}

void traced_report(const run *r, const myo_study *shown, const measured_slice *slice,
                   myo_text *rows) {
    for (int s = 0; slice->automatic && s < MYO_STRUCTURE_COUNT; s++) {
        for (int side = 0; side < MYO_SIDE_COUNT; side++) {
            const traced_origin *origin = slice->traced_in[s][side];
            if (!origin) {
                continue;
            }
            uint16_t label = myo_structure_get((myo_structure)s)->label[side];
            bool hide = r->identity.hide;
            const myo_report_change change = {
                .patient_id = shown->patient_id,
                .study_uid = shown->study_uid,
                .sop_uid = slice->choice.instance->sop_uid,
                .level = slice->choice.level,
                .structure = (myo_structure)s,
                .side = (myo_side)side,
                .method = origin->method,
                .automatic_method = slice->method,
                .fat_method = slice->fat_method,
                .source = hide ? "given" : origin->source,
                .source_sha256 = origin->sha256,
                .drawn = hide ? "" : origin->drawn,
                .dice = dice(slice->automatic, slice->outlines.labels, label),
                .automatic = &slice->automatic_measures.area[s][side],
                .traced = &slice->measures.area[s][side]};
            myo_report_changes_row(rows, &change);
        }
    }
}

void traced_record(const run *r, const measured_slice *slice, json_t *record) {
    json_t *list = json_array();
    for (int s = 0; slice->automatic && s < MYO_STRUCTURE_COUNT; s++) {
        for (int side = 0; side < MYO_SIDE_COUNT; side++) {
            const traced_origin *origin = slice->traced_in[s][side];
            if (origin) {
                bool hide = r->identity.hide;
                json_array_append_new(
                    list, json_pack("{s:s, s:s, s:s, s:s, s:o, s:s, s:s}", "structure",
                                    myo_structure_get((myo_structure)s)->key, "side",
                                    myo_side_key((myo_structure)s, (myo_side)side), "method",
                                    origin->method, "roi_convention", origin->convention, "source",
                                    json_any_text(hide ? "given" : origin->source), "sha256",
                                    origin->sha256, "drawn", hide ? "" : origin->drawn));
            }
        }
    }
    if (json_array_size(list) > 0) {
        json_object_set(record, "traced", list);
    }
    json_decref(list);
}
