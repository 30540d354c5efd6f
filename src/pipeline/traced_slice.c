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

static const char *describe_format(const myo_tracing *tracing) {
    switch (myo_tracing_get_format(tracing)) {
    case MYO_TRACING_ROI:
        return "ImageJ ROI";
    case MYO_TRACING_NIFTI:
        return "NIfTI label map";
    case MYO_TRACING_SEG:
        break;
    }
    return "DICOM SEG";
}

static void describe_method(const run *r, const traced_source *source, measured_slice *slice) {
    const char *reader = r->options->reader;
    snprintf(slice->traced_method, sizeof slice->traced_method, "traced (%s%s%s)",
             describe_format(source->tracing), reader ? "; reader " : "", reader ? reader : "");
}

/* Two files that outline the same muscle contradict each other. */
static bool take_sides(const traced_source *source, const myo_tracing_drawn *drawn,
                       measured_slice *slice, myo_error *err) {
    for (int s = 0; s < MYO_STRUCTURE_COUNT; s++) {
        for (int side = 0; side < MYO_SIDE_COUNT; side++) {
            const traced_source **owner = &slice->traced_in[s][side];
            if (!(drawn->sides[s] >> side & 1u)) {
                continue;
            }
            if (*owner) {
                return myo_error_set(err, MYO_E_AMBIGUOUS,
                                     "%s: outlines %s, and so does %s; give one of them",
                                     source->file->path, myo_structure_get((myo_structure)s)->name,
                                     (*owner)->file->path);
            }
            *owner = source;
            slice->traced[s] |= 1u << side;
        }
    }
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

/* A corrected file of a result folder holds all outlines of its slice: those that were left as they
 * are stay automatic, and one that is gone was taken out. */
static void keep_corrections(const myo_labels *automatic, myo_tracing_drawn *drawn) {
    const myo_geometry *g = myo_labels_get_geometry(automatic);
    const uint16_t *before = myo_labels_get_const_pixels(automatic);
    const uint16_t *after = myo_labels_get_const_pixels(drawn->labels);
    memset(drawn->sides, 0, sizeof drawn->sides);
    for (size_t i = 0; i < g->columns * g->rows; i++) {
        myo_structure structure;
        myo_side side;
        if (before[i] != after[i] && myo_structure_from_label(before[i], &structure, &side)) {
            drawn->sides[structure] |= 1u << side;
        }
        if (before[i] != after[i] && myo_structure_from_label(after[i], &structure, &side)) {
            drawn->sides[structure] |= 1u << side;
        }
    }
}

static bool draw_source(const run *r, traced_source *source, measured_slice *slice,
                        myo_error *err) {
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
    if (*source->file->pixels_sha256) {
        keep_corrections(slice->automatic ? slice->automatic : slice->outlines.labels, &drawn);
    }
    bool done = true;
    if (!slice->automatic) {
        done = myo_labels_create_copy(slice->outlines.labels, &slice->automatic, err);
    }
    done = done && take_sides(source, &drawn, slice, err);
    if (done) {
        replace(&drawn, &slice->outlines);
        describe_method(r, source, slice);
        slice->traced_convention =
            r->options->traced_convention ? r->options->traced_convention : "not stated";
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
            (fits && !draw_source(r, &set->sources[i], slice, err))) {
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
            const traced_source *source = slice->traced_in[s][side];
            if (!source) {
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
                .method = slice->traced_method,
                .automatic_method = slice->method,
                .fat_method = slice->fat_method,
                .source = hide ? "given" : source->file->path,
                .source_sha256 = source->sha256,
                .drawn = hide ? "" : source->drawn,
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
            const traced_source *source = slice->traced_in[s][side];
            if (source) {
                bool hide = r->identity.hide;
                json_array_append_new(
                    list, json_pack("{s:s, s:s, s:s, s:o, s:s, s:s}", "structure",
                                    myo_structure_get((myo_structure)s)->key, "side",
                                    myo_side_key((myo_structure)s, (myo_side)side), "method",
                                    slice->traced_method, "source",
                                    json_any_text(hide ? "given" : source->file->path), "sha256",
                                    source->sha256, "drawn", hide ? "" : source->drawn));
            }
        }
    }
    if (json_array_size(list) > 0) {
        json_object_set(record, "traced", list);
    }
    json_decref(list);
}
