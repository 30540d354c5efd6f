/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * NIfTI label maps as tracings: what their values mean, and which way their planes lie.
 *
 * Names come, in this order, from the user's table, the scheme that the user names, a label table
 * in the file, a table beside it (BIDS, ITK-SNAP), and else from the scheme that the values fit.
 */
#include "tracing/names_private.h"

#include "base/memory.h"
#include "io/nifti_read.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VALUE_COUNT 65536

/* Voxel sides that differ by less than this part are equal: then the planes are those that are
 * nearest to the patient's transverse plane. */
#define SIDE_TOLERANCE 0.02

/* Where the meaning of values comes from. */
typedef struct naming {
    tracing_names user, table;
    const tracing_scheme *scheme;
    bool by_value; /* the user's table names values */
    const char *name;
} naming;

/* --- Values ----------------------------------------------------------------------------------- */

static uint16_t *list_values(const myo_label_volume *volume, size_t *count, myo_error *err) {
    uint8_t *seen = myo_alloc_array(VALUE_COUNT, sizeof *seen, err);
    uint16_t *values = myo_alloc_array(VALUE_COUNT, sizeof *values, err);
    *count = 0;
    if (seen && values) {
        size_t voxels = volume->size[0] * volume->size[1] * volume->size[2];
        for (size_t i = 0; i < voxels; i++) {
            seen[volume->values[i]] = 1;
        }
        for (size_t i = 1; i < VALUE_COUNT; i++) {
            if (seen[i]) {
                values[(*count)++] = (uint16_t)i;
            }
        }
    } else {
        free(values);
        values = NULL;
    }
    free(seen);
    return values;
}

static bool find_naming(const char *path, const myo_tracing_options *options,
                        const myo_label_volume *volume, const uint16_t *values, size_t count,
                        naming *out, myo_error *err) {
    const char *from = options && options->labels_from ? options->labels_from : "auto";
    bool automatic = strcmp(from, "auto") == 0;
    if (options && options->names_csv) {
        if (!tracing_names_read(options->names_csv, &out->user, err)) {
            return false;
        }
        for (size_t i = 0; i < out->user.count; i++) {
            out->by_value = out->by_value || out->user.rows[i].value >= 0;
        }
        out->name = "names file";
    }
    if (!automatic) {
        out->name = out->name ? out->name : from;
        return tracing_scheme_get(from, &out->scheme, err);
    }
    const char *beside = NULL;
    if (volume->label_table && !tracing_names_read_xml(volume->label_table, &out->table, err)) {
        return false;
    }
    if (out->table.count > 0) {
        beside = "label table in the file";
    } else if (!tracing_names_find_beside(path, &out->table, &beside, err)) {
        return false;
    }
    if (!beside && !out->by_value) {
        if (!tracing_scheme_recognise(values, count, &out->scheme, err)) {
            return myo_error_prefix(err, "%s: ", path);
        }
        beside = tracing_scheme_get_name(out->scheme);
    }
    out->name = out->name ? out->name : beside;
    return true;
}

/* --- Groups ----------------------------------------------------------------------------------- */

typedef struct left_out {
    tracing_left_out unknown, merged;
    size_t unlisted;
} left_out;

/* A row of the user's table, by value or by the name that another table gives it. */
static const tracing_name_row *find_row(const naming *n, unsigned value) {
    const tracing_name_row *row = tracing_names_find_value(&n->user, value);
    const tracing_name_row *named = tracing_names_find_value(&n->table, value);
    if (!row && named) {
        row = tracing_names_find(&n->user, named->name);
    }
    return row ? row : named;
}

static bool find_meaning(const naming *n, unsigned value, tracing_meaning *meaning,
                         char name[TRACING_NAME_SIZE], left_out *out) {
    const tracing_name_row *row = find_row(n, value);
    snprintf(name, TRACING_NAME_SIZE, "%u", value);
    if (row) {
        if (row->value < 0 || row->name[0]) {
            snprintf(name, TRACING_NAME_SIZE, "%s", row->name);
        }
        *meaning = row->meaning;
        if (row->kind == TRACING_NAME_MERGED) {
            tracing_leave_out(&out->merged, name);
        } else if (row->kind != TRACING_NAME_KNOWN) {
            tracing_leave_out(&out->unknown, name);
        }
        return row->kind == TRACING_NAME_KNOWN && meaning->used;
    }
    if (!n->scheme) {
        out->unlisted++;
        return false;
    }
    if (!tracing_scheme_find(n->scheme, value, meaning)) {
        tracing_leave_out(&out->merged, name);
    }
    return meaning->used;
}

static bool make_groups(myo_tracing *tracing, const naming *n, const uint16_t *values, size_t count,
                        myo_error *err) {
    left_out out = {.unlisted = 0};
    tracing->masks = myo_alloc_array(VALUE_COUNT, sizeof *tracing->masks, err);
    tracing->mask_count = VALUE_COUNT;
    if (!tracing->masks) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        tracing_meaning meaning;
        char name[TRACING_NAME_SIZE];
        size_t group;
        if (find_meaning(n, values[i], &meaning, name, &out)) {
            if (!tracing_add_group(tracing, &meaning, name, &group, err)) {
                return false;
            }
            tracing->masks[values[i]] = (uint64_t)1 << group;
        }
    }
    tracing_note_left_out(tracing->notes, &out.merged,
                          "all back muscles in one, which cannot be told apart");
    tracing_note_left_out(tracing->notes, &out.unknown, "no structure that is measured");
    if (out.unlisted > 0) {
        tracing_note(tracing->notes,
                     "left out: %zu label value%s that the names file does not list", out.unlisted,
                     out.unlisted > 1 ? "s" : "");
    }
    return tracing->group_count > 0 ||
           myo_error_set(err, MYO_E_NOT_FOUND,
                         "%s: no label is a structure that is measured (names by: %s)%s%s",
                         tracing->path, n->name, tracing->notes[0] ? "; " : "", tracing->notes);
}

/* --- Planes ----------------------------------------------------------------------------------- */

/* The index across the planes: the one of size 1, else that of the longest side of a voxel. */
static int find_slice_axis(const myo_label_volume *volume) {
    int best = 0, flat = -1, flat_count = 0;
    for (int i = 0; i < 3; i++) {
        myo_vec3 step = volume->step_mm[i], other = volume->step_mm[best];
        double length = sqrt(myo_vec3_dot(step, step));
        double longest = sqrt(myo_vec3_dot(other, other));
        bool equal = fabs(length - longest) <= SIDE_TOLERANCE * longest;
        if (equal ? fabs(step.z) > fabs(other.z) : length > longest) {
            best = i;
        }
        if (volume->size[i] == 1) {
            flat = i;
            flat_count++;
        }
    }
    return flat_count == 1 ? flat : best;
}

/* Takes the values over from `from`. */
static bool make_volume(myo_tracing *tracing, myo_label_volume *from, myo_error *err) {
    const size_t strides[3] = {1, from->size[0], from->size[0] * from->size[1]};
    int w = find_slice_axis(from), u = w == 0 ? 1 : 0, v = w == 2 ? 1 : 2;
    tracing->volumes = myo_alloc_array(1, sizeof *tracing->volumes, err);
    if (!tracing->volumes) {
        return false;
    }
    tracing->volume_count = 1;
    tracing_volume *volume = tracing->volumes;
    *volume = (tracing_volume){
        .columns = from->size[u],
        .rows = from->size[v],
        .plane_count = from->size[w],
        .column_stride = strides[u],
        .row_stride = strides[v],
        .column_step_mm = from->step_mm[u],
        .row_step_mm = from->step_mm[v],
        .planes = myo_alloc_array(from->size[w], sizeof *volume->planes, err),
        .codes = from->values,
    };
    from->values = NULL;
    if (!volume->planes) {
        return false;
    }
    myo_vec3 step = from->step_mm[w], first = from->origin_mm;
    for (size_t k = 0; k < volume->plane_count; k++) {
        double i = (double)k;
        volume->planes[k].origin_mm =
            (myo_vec3){first.x + step.x * i, first.y + step.y * i, first.z + step.z * i};
        volume->planes[k].first = k * strides[w];
    }
    tracing_volume_arrange(volume, 1.0); /* for the normal */
    tracing_volume_arrange(volume, fabs(myo_vec3_dot(volume->normal, step)));
    return true;
}

bool tracing_open_nifti(myo_tracing *tracing, const myo_tracing_options *options, myo_error *err) {
    myo_label_volume volume = {0};
    naming n = {.scheme = NULL};
    uint16_t *values = NULL;
    size_t count = 0;
    bool done = myo_nifti_read_labels(tracing->path, &volume, err) &&
                (values = list_values(&volume, &count, err)) != NULL &&
                (count > 0 ||
                 myo_error_set(err, MYO_E_NOT_FOUND, "%s: nothing is labelled", tracing->path)) &&
                find_naming(tracing->path, options, &volume, values, count, &n, err) &&
                make_groups(tracing, &n, values, count, err) && make_volume(tracing, &volume, err);
    tracing->naming = n.name && done ? n.name : "";
    if (done && n.scheme && n.name && strcmp(n.name, "names file") != 0) {
        tracing->naming = tracing_scheme_get_name(n.scheme); /* options do not live as long */
    }
    tracing_names_clear(&n.user);
    tracing_names_clear(&n.table);
    free(values);
    myo_label_volume_clear(&volume);
    return done;
}
