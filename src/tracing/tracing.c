/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tracings: opening by content, drawing, and what is known of their source. */
#include "tracing/tracing_private.h"

#include "base/memory.h"
#include "dicom/seg_read.h"
#include "io/nifti_read.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Cosines of a slice may miss unit length by the rounding of decimal strings. */
#define COSINE_TOLERANCE 0.01

static bool recognise(const char *path, myo_tracing_format *format) {
    if (myo_nifti_is_file(path)) {
        *format = MYO_TRACING_NIFTI;
        return true;
    }
    if (myo_roi_is_file(path)) {
        *format = MYO_TRACING_ROI;
        return true;
    }
    if (myo_seg_is_file(path)) {
        *format = MYO_TRACING_SEG;
        return true;
    }
    return false;
}

bool myo_tracing_is_file(const char *path) {
    myo_tracing_format format;
    return recognise(path, &format);
}

static bool open_format(myo_tracing *tracing, const myo_tracing_options *options, myo_error *err) {
    switch (tracing->format) {
    case MYO_TRACING_ROI:
        return tracing_open_roi(tracing, options, err);
    case MYO_TRACING_NIFTI:
        return tracing_open_nifti(tracing, options, err);
    default:
        return tracing_open_seg(tracing, options, err);
    }
}

bool myo_tracing_open(const char *path, const myo_tracing_options *options, myo_tracing **out,
                      myo_error *err) {
    myo_tracing *tracing = myo_alloc_array(1, sizeof *tracing, err);
    if (!tracing) {
        return false;
    }
    tracing->naming = "";
    tracing->path = myo_string_copy(path, err);
    tracing->frame_of_reference_uid = myo_string_copy("", err);
    bool done = tracing->path && tracing->frame_of_reference_uid;
    if (done && !recognise(path, &tracing->format)) {
        done = myo_error_set(err, MYO_E_FORMAT,
                             "%s: not an outline file (ImageJ ROI or RoiSet.zip, NIfTI label map, "
                             "DICOM SEG)",
                             path);
    }
    done = done && open_format(tracing, options, err);
    if (done) {
        *out = tracing;
    } else {
        myo_tracing_destroy(tracing);
    }
    return done;
}

void myo_tracing_destroy(myo_tracing *tracing) {
    if (!tracing) {
        return;
    }
    for (size_t i = 0; i < tracing->group_count; i++) {
        free(tracing->groups[i].name);
    }
    for (size_t i = 0; i < tracing->volume_count; i++) {
        tracing_volume_clear(&tracing->volumes[i]);
    }
    for (size_t i = 0; i < tracing->source_count; i++) {
        free(tracing->sources[i]);
    }
    myo_roi_list_clear(&tracing->rois);
    free(tracing->roi_names);
    free(tracing->groups);
    free(tracing->masks);
    free(tracing->volumes);
    free(tracing->sources);
    free(tracing->frame_of_reference_uid);
    free(tracing->path);
    free(tracing);
}

bool tracing_add_group(myo_tracing *tracing, const tracing_meaning *meaning, const char *name,
                       size_t *out, myo_error *err) {
    bool is_spine = !meaning->lean && meaning->structure == MYO_VERTEBRAL_REFERENCE;
    for (size_t i = 0; !is_spine && i < tracing->group_count; i++) {
        const tracing_meaning *m = &tracing->groups[i].meaning;
        if (m->lean == meaning->lean &&
            (m->lean || (m->structure == meaning->structure && m->side == meaning->side))) {
            *out = i;
            return true;
        }
    }
    if (tracing->group_count == TRACING_GROUPS_MAX) {
        return myo_error_set(err, MYO_E_RANGE, "%s: more than %d parts of the spine", tracing->path,
                             TRACING_GROUPS_MAX);
    }
    void *groups = tracing->groups;
    if (!myo_array_reserve(&groups, &tracing->group_capacity, tracing->group_count + 1,
                           sizeof *tracing->groups, err)) {
        return false;
    }
    tracing->groups = groups;
    char *copy = myo_string_copy(name, err);
    if (!copy) {
        return false;
    }
    *out = tracing->group_count++;
    tracing->groups[*out] = (tracing_group){*meaning, copy};
    return true;
}

/* --- Drawing ---------------------------------------------------------------------------------- */

static bool check_grid(const myo_tracing *tracing, const myo_tracing_grid *grid, myo_error *err) {
    const myo_geometry *g = grid->geometry;
    myo_vec3 normal = myo_geometry_normal(g);
    if (!(g->column_spacing_mm > 0.0) || !(g->row_spacing_mm > 0.0) ||
        !(fabs(myo_vec3_dot(normal, normal) - 1.0) <= COSINE_TOLERANCE) || g->columns == 0 ||
        g->rows == 0 || g->columns > MYO_IMAGE_SIDE_MAX || g->rows > MYO_IMAGE_SIDE_MAX) {
        return myo_error_set(err, MYO_E_ARGUMENT,
                             "the slice has no pixel spacing or no valid orientation");
    }
    const char *own = tracing->frame_of_reference_uid, *other = grid->frame_of_reference_uid;
    if (own[0] && other && other[0] && strcmp(own, other) != 0) {
        return myo_error_set(err, MYO_E_ARGUMENT,
                             "drawn in another frame of reference than that of the slice, so that "
                             "positions cannot be compared");
    }
    return true;
}

/* The volume that was drawn on the image of the slice, or else the one that fits it best. */
static const tracing_volume *choose_volume(const myo_tracing *tracing,
                                           const myo_tracing_grid *grid) {
    const tracing_volume *best = NULL;
    double least = INFINITY;
    for (size_t i = 0; i < tracing->volume_count; i++) {
        const tracing_volume *volume = &tracing->volumes[i];
        for (size_t p = 0; grid->sop_uid && p < volume->plane_count; p++) {
            const char *uid = volume->planes[p].source_uid;
            if (uid && strcmp(uid, grid->sop_uid) == 0) {
                return volume;
            }
        }
        double misfit = tracing_volume_misfit(volume, grid->geometry);
        if (misfit < least) {
            least = misfit;
            best = volume;
        }
    }
    return best;
}

static bool cut_regions(const myo_tracing *tracing, const myo_tracing_grid *grid,
                        tracing_regions *regions, myo_tracing_drawn *out, myo_error *err) {
    const tracing_volume *volume = choose_volume(tracing, grid);
    const myo_geometry *g = grid->geometry;
    tracing_cut cut;
    bool done = tracing_volume_cut(volume, tracing->masks, tracing->groups, tracing->group_count, g,
                                   &cut, err);
    for (size_t i = 0; done && i < tracing->group_count; i++) {
        if (cut.masks[i]) {
            const tracing_group *group = &tracing->groups[i];
            uint8_t *mask = cut.masks[i];
            cut.masks[i] = NULL;
            done = tracing_regions_add(regions, &group->meaning, group->name, true, mask, err);
        }
    }
    if (done && regions->count == 0) {
        bool away = cut.outside_count == g->columns * g->rows;
        done = away ? myo_error_set(err, MYO_E_NOT_FOUND,
                                    "the slice lies outside of the outlined volume, its middle "
                                    "%.1f mm from the nearest plane",
                                    tracing_volume_distance(volume, g))
                    : myo_error_set(err, MYO_E_NOT_FOUND, "nothing is outlined on this slice");
    }
    if (done && cut.cut_count > 0 && tracing->format == MYO_TRACING_NIFTI) {
        tracing_note(out->notes, "the label map ends within the slice, which cuts regions off");
    }
    out->moved_mm = cut.moved_mm;
    tracing_cut_clear(&cut);
    return done;
}

bool myo_tracing_draw(const myo_tracing *tracing, const myo_tracing_grid *grid,
                      myo_tracing_drawn *out, myo_error *err) {
    myo_error reason = {0};
    tracing_regions regions = {0};
    *out = (myo_tracing_drawn){0};
    memcpy(out->notes, tracing->notes, sizeof out->notes);
    bool done = check_grid(tracing, grid, &reason) &&
                (tracing->format == MYO_TRACING_ROI
                     ? tracing_fill_rois(tracing, grid, &regions, out, &reason)
                     : cut_regions(tracing, grid, &regions, out, &reason)) &&
                tracing_compose(&regions, grid->geometry, out, &reason);
    tracing_regions_clear(&regions);
    if (!done) {
        myo_tracing_drawn_clear(out);
        myo_error_set(err, reason.code, "%s: %s", tracing->path, reason.message);
    }
    return done;
}

void myo_tracing_drawn_clear(myo_tracing_drawn *drawn) {
    myo_labels_destroy(drawn->labels);
    free(drawn->lean);
    *drawn = (myo_tracing_drawn){0};
}

/* --- What is known of the source -------------------------------------------------------------- */

bool myo_tracing_find_plane(const myo_tracing *tracing, myo_tracing_plane *out, myo_error *err) {
    *out = (myo_tracing_plane){.labelled_pixels = 0};
    for (size_t i = 0; i < tracing->volume_count; i++) {
        tracing_volume_find_plane(&tracing->volumes[i], tracing->masks, out);
    }
    return out->labelled_pixels > 0 ||
           myo_error_set(err, MYO_E_NOT_FOUND, "%s: no plane in patient coordinates",
                         tracing->path);
}

size_t myo_tracing_get_source_count(const myo_tracing *tracing) {
    return tracing->source_count;
}

const char *myo_tracing_get_source_uid(const myo_tracing *tracing, size_t index) {
    return tracing->sources[index];
}

const char *myo_tracing_get_frame_of_reference_uid(const myo_tracing *tracing) {
    return tracing->frame_of_reference_uid;
}

myo_tracing_format myo_tracing_get_format(const myo_tracing *tracing) {
    return tracing->format;
}

const char *myo_tracing_get_path(const myo_tracing *tracing) {
    return tracing->path;
}

const char *myo_tracing_get_naming(const myo_tracing *tracing) {
    return tracing->naming;
}
