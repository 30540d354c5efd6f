/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Catalogue: the headers of many files, sorted out into studies, series and stacks.
 *
 * What is kept of an image is its myo_instance, its path and its UID; all other texts recur and are
 * kept once. Everything lies in one pool. The headers themselves go when the studies are built.
 */
#include "base/memory.h"
#include "dicom/search_private.h"
#include "dicom/source_private.h"
#include "dicom/stack_private.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct myo_catalogue {
    dicom_pool *pool;
    dicom_search search; /* afterwards: the files that were skipped */
    myo_study *studies;
    size_t study_count;
};

/* Images of one series together, a duplicate behind the file that is kept. */
static int by_identity(const void *left, const void *right) {
    const dicom_header *a = *(const dicom_header *const *)left;
    const dicom_header *b = *(const dicom_header *const *)right;
    int order = strcmp(a->patient_id, b->patient_id);
    order = order ? order : strcmp(a->study_uid, b->study_uid);
    order = order ? order : strcmp(a->series_uid, b->series_uid);
    order = order ? order : strcmp(a->sop_uid, b->sop_uid);
    order = order ? order : a->frame < b->frame ? -1 : a->frame > b->frame;
    return order ? order : strcmp(a->path, b->path);
}

static int by_series_number(const void *left, const void *right) {
    const myo_series *a = left, *b = right;
    if (a->number != b->number) {
        return a->number < b->number ? -1 : 1;
    }
    return strcmp(a->series_uid, b->series_uid);
}

static int by_patient(const void *left, const void *right) {
    const myo_study *a = left, *b = right;
    int order = strcmp(a->patient_id, b->patient_id);
    order = order ? order : strcmp(a->study_date, b->study_date);
    return order ? order : strcmp(a->study_uid, b->study_uid);
}

/* Reads one file: its headers, or why there are none. */
static bool read_file(myo_catalogue *catalogue, const dicom_file *file, dicom_archive *archive,
                      dicom_header_list *headers, myo_error *err) {
    myo_error reason = {0};
    dicom_source *source = NULL;
    bool opened = archive ? dicom_source_open_member(archive, file->member, &source, &reason)
                          : dicom_source_open_file(file->path, &source, &reason);
    bool done = opened && dicom_header_read(source, file->path, file->archive, catalogue->pool,
                                            headers, &reason);
    dicom_source_close(source);
    if (!done && reason.code == MYO_E_MEMORY) {
        return myo_error_set(err, reason.code, "%s: %s", file->path, reason.message);
    }
    return done || dicom_search_skip(&catalogue->search, file->path, reason.code, reason.message,
                                     NULL, err);
}

/* A zip file is opened once for all of its members, which follow each other. */
static bool read_headers(myo_catalogue *catalogue, myo_progress progress, void *user,
                         dicom_header_list *headers, myo_error *err) {
    const dicom_search *search = &catalogue->search;
    dicom_archive *archive = NULL;
    const char *opened = NULL;
    bool done = true;
    for (size_t i = 0; done && i < search->file_count; i++) {
        const dicom_file *file = &search->files[i];
        if (progress) {
            progress(user, file->path, i, search->file_count);
        }
        if (opened != file->archive) {
            dicom_archive_close(archive);
            archive = NULL;
            opened = file->archive;
            done = !opened || dicom_archive_open(opened, &archive, err);
        }
        done = done && read_file(catalogue, file, archive, headers, err);
    }
    dicom_archive_close(archive);
    if (progress && done) {
        progress(user, "", search->file_count, search->file_count);
    }
    return done;
}

static bool same_series(const dicom_header *a, const dicom_header *b) {
    return strcmp(a->series_uid, b->series_uid) == 0 && strcmp(a->study_uid, b->study_uid) == 0 &&
           strcmp(a->patient_id, b->patient_id) == 0;
}

static bool same_vector(myo_vec3 a, myo_vec3 b) {
    return a.x == b.x && a.y == b.y && a.z == b.z;
}

/* All that a header tells of an image is the same. */
static bool same_image(const dicom_header *a, const dicom_header *b) {
    const myo_geometry *p = &a->geometry, *q = &b->geometry;
    return a->instance_number == b->instance_number && a->modality == b->modality &&
           a->frame_count == b->frame_count && a->has_position == b->has_position &&
           a->has_spacing == b->has_spacing && a->echo_time_ms == b->echo_time_ms &&
           a->repetition_time_ms == b->repetition_time_ms && p->columns == q->columns &&
           p->rows == q->rows && p->column_spacing_mm == q->column_spacing_mm &&
           p->row_spacing_mm == q->row_spacing_mm && p->thickness_mm == q->thickness_mm &&
           same_vector(p->position_mm, q->position_mm) &&
           same_vector(p->row_cosine, q->row_cosine) &&
           same_vector(p->column_cosine, q->column_cosine);
}

/* Removes copies of an image from the sorted `order`; *count says how many are left. */
static bool drop_duplicates(myo_catalogue *catalogue, const dicom_header **order, size_t *count,
                            myo_error *err) {
    size_t kept = 0;
    for (size_t i = 0; i < *count; i++) {
        const dicom_header *last = kept ? order[kept - 1] : NULL;
        if (!last || last->frame != order[i]->frame ||
            strcmp(last->sop_uid, order[i]->sop_uid) != 0 || !same_series(last, order[i])) {
            order[kept++] = order[i];
            continue;
        }
        bool same = same_image(last, order[i]);
        myo_error reason = {0};
        myo_error_set(&reason, MYO_E_AMBIGUOUS,
                      same ? "duplicate of %s"
                           : "same SOPInstanceUID as %s, which is used, but another image",
                      last->path);
        const char *kind = same ? "duplicate of another file"
                                : "same SOPInstanceUID as another file, but another image";
        if (!dicom_search_skip(&catalogue->search, order[i]->path, reason.code, reason.message,
                               kind, err)) {
            return false;
        }
    }
    *count = kept;
    return true;
}

/* Flags count when at least half of the images carry them. Images of different weighting in one
 * series (two echoes) make it neither the one nor the other. */
static void describe_series(const dicom_header *const *headers, size_t count, myo_series *series) {
    const dicom_header *first = headers[0];
    size_t localizers = 0, derived = 0;
    series->weighting = first->weighting;
    for (size_t i = 0; i < count; i++) {
        localizers += headers[i]->localizer;
        derived += headers[i]->derived;
        if (headers[i]->weighting != first->weighting) {
            series->weighting = MYO_WEIGHTING_OTHER;
        }
    }
    series->series_uid = first->series_uid;
    series->frame_of_reference_uid = first->frame_of_reference_uid;
    series->number = first->series_number;
    series->description = first->description;
    series->modality = first->modality;
    series->kernel = first->kernel;
    series->contrast_agent = first->contrast_agent;
    series->echo_time_ms = first->echo_time_ms;
    series->repetition_time_ms = first->repetition_time_ms;
    series->localizer = 2 * localizers >= count;
    series->derived = 2 * derived >= count;
    series->instance_count = count;
}

/* The plane that most images of the largest stack lie in. */
static myo_plane largest_plane(const myo_series *series) {
    const myo_stack *largest = &series->stacks[0];
    for (size_t i = 1; i < series->stack_count; i++) {
        if (series->stacks[i].count > largest->count) {
            largest = &series->stacks[i];
        }
    }
    const myo_instance *instance = &series->instances[largest->first];
    return instance->has_position ? myo_geometry_plane(&instance->geometry) : MYO_PLANE_UNKNOWN;
}

static bool same_study(const dicom_header *a, const dicom_header *b) {
    return strcmp(a->study_uid, b->study_uid) == 0 && strcmp(a->patient_id, b->patient_id) == 0;
}

/* First PatientSize that a study's images give. */
static double find_patient_size(const dicom_header *const *headers, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (headers[i]->patient_size_m > 0.0) {
            return headers[i]->patient_size_m;
        }
    }
    return 0.0;
}

/* Fills one series; `scratch` has room for a stack for each image. */
static bool fill_series(dicom_pool *pool, const dicom_header *const *headers, size_t count,
                        myo_stack *scratch, myo_series *series, myo_error *err) {
    myo_instance *instances = dicom_pool_alloc(pool, count, sizeof *instances, err);
    if (!instances ||
        !dicom_arrange_stacks(headers, count, instances, scratch, &series->stack_count, err)) {
        return false;
    }
    myo_stack *stacks = dicom_pool_alloc(pool, series->stack_count, sizeof *stacks, err);
    if (!stacks) {
        return false;
    }
    memcpy(stacks, scratch, series->stack_count * sizeof *stacks);
    describe_series(headers, count, series);
    series->instances = instances;
    series->stacks = stacks;
    series->plane = largest_plane(series);
    return true;
}

/* Number of headers at the beginning that belong together. */
static size_t run_length(const dicom_header *const *headers, size_t count,
                         bool (*same)(const dicom_header *, const dicom_header *)) {
    size_t length = 1;
    while (length < count && same(headers[0], headers[length])) {
        length++;
    }
    return length;
}

static size_t count_runs(const dicom_header *const *headers, size_t count,
                         bool (*same)(const dicom_header *, const dicom_header *)) {
    size_t runs = 0;
    for (size_t first = 0; first < count;
         first += run_length(headers + first, count - first, same)) {
        runs++;
    }
    return runs;
}

static bool fill_study(dicom_pool *pool, const dicom_header *const *headers, size_t count,
                       myo_stack *scratch, myo_study *study, myo_error *err) {
    size_t series_count = count_runs(headers, count, same_series);
    myo_series *series = dicom_pool_alloc(pool, series_count, sizeof *series, err);
    if (!series) {
        return false;
    }
    *study = (myo_study){.study_uid = headers[0]->study_uid,
                         .patient_id = headers[0]->patient_id,
                         .study_date = headers[0]->study_date,
                         .patient_size_m = find_patient_size(headers, count),
                         .series = series,
                         .series_count = series_count};
    for (size_t i = 0, first = 0, length; i < series_count; i++, first += length) {
        length = run_length(headers + first, count - first, same_series);
        if (!fill_series(pool, headers + first, length, scratch, &series[i], err)) {
            return false;
        }
    }
    qsort(series, series_count, sizeof *series, by_series_number);
    return true;
}

static bool fill_studies(myo_catalogue *catalogue, const dicom_header *const *headers, size_t count,
                         myo_error *err) {
    catalogue->study_count = count_runs(headers, count, same_study);
    catalogue->studies =
        dicom_pool_alloc(catalogue->pool, catalogue->study_count, sizeof *catalogue->studies, err);
    myo_stack *scratch = myo_alloc_array(count, sizeof *scratch, err);
    bool done = catalogue->studies && scratch;
    for (size_t i = 0, first = 0, length; done && i < catalogue->study_count;
         i++, first += length) {
        length = run_length(headers + first, count - first, same_study);
        done = fill_study(catalogue->pool, headers + first, length, scratch, &catalogue->studies[i],
                          err);
    }
    free(scratch);
    return done;
}

static bool build_studies(myo_catalogue *catalogue, const dicom_header_list *headers,
                          myo_error *err) {
    size_t count = headers->count;
    const dicom_header **order = myo_alloc_array(count, sizeof *order, err);
    if (!order) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        order[i] = &headers->headers[i];
    }
    qsort(order, count, sizeof *order, by_identity);
    bool done = drop_duplicates(catalogue, order, &count, err) &&
                fill_studies(catalogue, order, count, err);
    free(order);
    if (done && catalogue->study_count > 0) {
        qsort(catalogue->studies, catalogue->study_count, sizeof *catalogue->studies, by_patient);
    }
    return done;
}

bool myo_catalogue_create(const char *const *inputs, size_t input_count, myo_progress progress,
                          void *user, myo_catalogue **out, myo_error *err) {
    dicom_header_list headers = {0};
    myo_catalogue *catalogue = myo_alloc_array(1, sizeof *catalogue, err);
    bool done = catalogue && dicom_pool_create(&catalogue->pool, err);
    if (done) {
        catalogue->search.pool = catalogue->pool;
        done = dicom_search_run(&catalogue->search, inputs, input_count, err) &&
               read_headers(catalogue, progress, user, &headers, err) &&
               build_studies(catalogue, &headers, err);
    }
    free(headers.headers);
    if (!done) {
        myo_catalogue_destroy(catalogue);
        return false;
    }
    dicom_search_finish(&catalogue->search);
    *out = catalogue;
    return true;
}

void myo_catalogue_destroy(myo_catalogue *catalogue) {
    if (catalogue) {
        dicom_search_clear(&catalogue->search);
        dicom_pool_destroy(catalogue->pool);
        free(catalogue);
    }
}

size_t myo_catalogue_get_study_count(const myo_catalogue *catalogue) {
    return catalogue->study_count;
}

const myo_study *myo_catalogue_get_study(const myo_catalogue *catalogue, size_t index) {
    assert(index < catalogue->study_count);
    return &catalogue->studies[index];
}

size_t myo_catalogue_get_skipped_count(const myo_catalogue *catalogue) {
    return catalogue->search.skipped_count;
}

const myo_skipped *myo_catalogue_get_skipped(const myo_catalogue *catalogue, size_t index) {
    assert(index < catalogue->search.skipped_count);
    return &catalogue->search.skipped[index];
}

const char *myo_modality_name(myo_modality modality) {
    switch (modality) {
    case MYO_MODALITY_MR:
        return "MR";
    case MYO_MODALITY_CT:
        return "CT";
    case MYO_MODALITY_OTHER:
        break;
    }
    return "other";
}

const char *myo_weighting_name(myo_weighting weighting) {
    switch (weighting) {
    case MYO_WEIGHTING_T1:
        return "T1";
    case MYO_WEIGHTING_T2:
        return "T2";
    case MYO_WEIGHTING_PD:
        return "PD";
    case MYO_WEIGHTING_FAT_SUPPRESSED:
        return "fat-suppressed";
    case MYO_WEIGHTING_OTHER:
        return "other";
    case MYO_WEIGHTING_UNKNOWN:
        break;
    }
    return "unknown";
}
