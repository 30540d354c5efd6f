/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The files of outlines of one study: opening them, and which slice they were drawn on. */
#include "pipeline/traced_private.h"

#include "base/file.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define TRACING_SIZE_MAX ((size_t)2 << 30)
/* A plane that was drawn on belongs to the slice that it is parallel to within this, and no further
 * from than half of the distance of slices. */
#define PARALLEL_COSINE 0.999
#define POSITIONS_MAX 2

/* When a file was changed last. */
static void describe_time(const char *path, char text[TRACED_TIME_SIZE]) {
    struct stat status;
    *text = '\0';
    if (stat(path, &status) == 0) {
        record_time(status.st_mtim.tv_sec, text);
    }
}

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

static bool describe_own(const run *r, traced_source *source, myo_error *err) {
    const char *reader = r->options->reader;
    traced_origin *own = &source->own;
    snprintf(own->method, sizeof own->method, "traced (%s%s%s)", describe_format(source->tracing),
             reader ? "; reader " : "", reader ? reader : "");
    describe_time(source->file->path, own->drawn);
    const char *convention = r->options->traced_convention;
    own->source = myo_string_copy(source->file->path, err);
    own->convention =
        own->source ? myo_string_copy(convention ? convention : "not stated", err) : NULL;
    return own->convention && myo_hash_file(source->file->path, TRACING_SIZE_MAX, own->sha256, err);
}

static const char *text_of(const json_t *object, const char *name) {
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "";
}

/* What an earlier run said of outlines that were drawn then. */
static bool take_inherited(traced_source *source, myo_error *err) {
    size_t i;
    json_t *entry;
    source->inherited =
        myo_alloc_array(json_array_size(source->file->inherited), sizeof *source->inherited, err);
    bool done = source->inherited != NULL;
    json_array_foreach(source->file->inherited, i, entry) {
        if (done) {
            traced_origin *origin = &source->inherited[i];
            snprintf(origin->method, sizeof origin->method, "%s", text_of(entry, "method"));
            snprintf(origin->sha256, sizeof origin->sha256, "%s", text_of(entry, "sha256"));
            snprintf(origin->drawn, sizeof origin->drawn, "%s", text_of(entry, "drawn"));
            origin->source = myo_string_copy(text_of(entry, "source"), err);
            origin->convention = myo_string_copy(text_of(entry, "roi_convention"), err);
            done = origin->source && origin->convention;
        }
    }
    return done;
}

static bool open_source(const run *r, const tracing_file *file, traced_source *source,
                        myo_error *err) {
    const myo_tracing_options options = {.labels_from = r->options->labels_from,
                                         .names_csv = r->options->names_csv};
    *source = (traced_source){.file = file};
    return file->problem ? myo_error_set(err, MYO_E_AMBIGUOUS, "%s", file->problem)
                         : myo_tracing_open(file->path, &options, &source->tracing, err) &&
                               (!file->base_path ||
                                myo_tracing_open(file->base_path, NULL, &source->base, err)) &&
                               describe_own(r, source, err) && take_inherited(source, err);
}

/* A file of a result folder belongs to the study with those pixels, which are not known before they
 * are read: it is opened when they are met. */
bool traced_open(const run *r, const myo_study *source, traced_set *out, myo_error *err) {
    const tracings *t = &r->tracings;
    bool only = myo_catalogue_get_study_count(r->catalogue) == 1;
    *out = (traced_set){.sources = myo_alloc_array(t->count, sizeof *out->sources, err)};
    bool done = out->sources != NULL;
    for (size_t i = 0; done && i < t->count; i++) {
        const tracing_file *file = &t->files[i];
        if (*file->pixels_sha256) {
            out->sources[out->count++] = (traced_source){.file = file};
        } else if (tracings_belong(file, source, only)) {
            done = open_source(r, file, &out->sources[out->count++], err);
        }
    }
    return done;
}

bool traced_open_for(const run *r, traced_source *source, const char *pixels_sha256, bool *fits,
                     myo_error *err) {
    const char *own = source->file->pixels_sha256;
    *fits = !*own || strcmp(own, pixels_sha256) == 0;
    return !*fits || source->tracing || open_source(r, source->file, source, err);
}

void traced_close(traced_set *set) {
    for (size_t i = 0; i < set->count; i++) {
        traced_source *s = &set->sources[i];
        for (size_t k = 0; s->inherited && k < json_array_size(s->file->inherited); k++) {
            free(s->inherited[k].source);
            free(s->inherited[k].convention);
        }
        free(s->inherited);
        free(s->own.source);
        free(s->own.convention);
        myo_tracing_destroy(s->tracing);
        myo_tracing_destroy(s->base);
    }
    free(set->sources);
    *set = (traced_set){0};
}

/* --- Which slice was drawn on ------------------------------------------------------------------
 */

static void name_instance(const myo_instance *instance, char *name, size_t size) {
    if (instance->frame_count > 1) {
        snprintf(name, size, "%s:%zu", instance->sop_uid, instance->frame + 1);
    } else {
        snprintf(name, size, "%s", instance->sop_uid);
    }
}

static bool can_be_measured(const myo_series *series) {
    return !myo_level_why_not_axial_t2(series) || !myo_level_why_not_ct(series);
}

/* How far slices of a series lie apart: what half a slice's reach is taken from. */
static double find_step_mm(const myo_series *series, size_t i) {
    double step_mm = series->instances[i].geometry.thickness_mm;
    for (size_t k = i > 0 ? i - 1 : 0; k <= i + 1 && k < series->instance_count; k++) {
        double apart = fabs(series->instances[k].location_mm - series->instances[i].location_mm);
        step_mm = k != i && apart > step_mm ? apart : step_mm;
    }
    return step_mm;
}

static void find_by_plane(const myo_tracing_plane *plane, const myo_study *study, char *name,
                          size_t size) {
    double best = INFINITY;
    for (size_t s = 0; s < study->series_count; s++) {
        const myo_series *series = &study->series[s];
        for (size_t i = 0; can_be_measured(series) && i < series->instance_count; i++) {
            const myo_instance *instance = &series->instances[i];
            myo_vec3 normal = myo_geometry_normal(&instance->geometry);
            double distance;
            myo_geometry_from_patient(&instance->geometry, plane->point_mm, NULL, NULL, &distance);
            if (instance->has_position && instance->has_spacing &&
                fabs(myo_vec3_dot(normal, plane->normal)) >= PARALLEL_COSINE &&
                fabs(distance) < best && 2.0 * fabs(distance) <= find_step_mm(series, i)) {
                best = fabs(distance);
                name_instance(instance, name, size);
            }
        }
    }
}

static void find_by_uid(const char *uid, const myo_study *study, char *name, size_t size) {
    for (size_t s = 0; s < study->series_count; s++) {
        const myo_series *series = &study->series[s];
        for (size_t i = 0; can_be_measured(series) && i < series->instance_count; i++) {
            if (series->instances[i].frame_count <= 1 &&
                strcmp(series->instances[i].sop_uid, uid) == 0) {
                name_instance(&series->instances[i], name, size);
            }
        }
    }
}

int traced_rank(const myo_series *series, const myo_instance *instance) {
    int rank = 1;
    for (size_t i = 0; i < series->instance_count; i++) {
        const myo_instance *other = &series->instances[i];
        rank +=
            other->instance_number < instance->instance_number ||
            (other->instance_number == instance->instance_number && other->frame < instance->frame);
    }
    return rank;
}

/* Programs sort a series by instance numbers when they open it as a stack. */
static void find_by_position(int position, const run *r, const myo_study *study, char *name,
                             size_t size) {
    const myo_series *series = NULL;
    if (!myo_level_choose_series(study, r->options->series, &series, NULL) &&
        !myo_level_choose_ct_series(study, r->options->series, &series, NULL)) {
        return;
    }
    for (size_t i = 0; i < series->instance_count; i++) {
        if (traced_rank(series, &series->instances[i]) == position) {
            name_instance(&series->instances[i], name, size);
        }
    }
}

void traced_find_slice(const traced_set *set, const run *r, const myo_study *study, char *name,
                       size_t size) {
    *name = '\0';
    for (size_t i = 0; i < set->count && !*name; i++) {
        const myo_tracing *tracing = set->sources[i].tracing;
        myo_tracing_plane plane;
        int positions[POSITIONS_MAX];
        if (*set->sources[i].file->sop_uid) {
            find_by_uid(set->sources[i].file->sop_uid, study, name, size);
        }
        if (!tracing) {
            continue;
        }
        if (myo_tracing_get_format(tracing) == MYO_TRACING_ROI) {
            /* The first place is also that of a picture that is no stack. */
            if (myo_tracing_get_positions(tracing, positions, POSITIONS_MAX) == 1 &&
                positions[0] > 1) {
                find_by_position(positions[0], r, study, name, size);
            }
        } else if (myo_tracing_find_plane(tracing, &plane, NULL) && plane.plane_count == 1) {
            if (myo_tracing_get_source_count(tracing) == 1) {
                find_by_uid(myo_tracing_get_source_uid(tracing, 0), study, name, size);
            }
            if (!*name) {
                find_by_plane(&plane, study, name, size);
            }
        }
    }
}

bool traced_check_used(const traced_set *set, myo_error *err) {
    for (size_t i = 0; i < set->count; i++) {
        const traced_source *s = &set->sources[i];
        if (s->tracing && !s->used) {
            return myo_error_set(err, MYO_E_NOT_FOUND,
                                 "%s: nothing in it lies on a slice that is "
                                 "measured: %s",
                                 s->file->path,
                                 s->reason.code != MYO_OK ? s->reason.message
                                                          : "name the slice with --slice");
        }
    }
    return true;
}
