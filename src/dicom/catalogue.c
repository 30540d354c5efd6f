/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Catalogue: the headers of many files, sorted out into studies, series and stacks. */
#include "base/file.h"
#include "base/memory.h"
#include "dicom/stack_private.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct myo_catalogue {
    myo_path_list files;
    dicom_header *headers;
    size_t header_count, header_capacity;
    myo_skipped *skipped;
    size_t skipped_count, skipped_capacity;
    /* The views point into the arrays above and into each other. */
    myo_instance *instances;
    myo_stack *stacks;
    myo_series *series;
    myo_study *studies;
    size_t study_count;
};

#define DIRECTORY_FILE_NAME "DICOMDIR"

static int by_path(const void *left, const void *right) {
    const char *const *a = left, *const *b = right;
    return strcmp(*a, *b);
}

static int by_skipped_path(const void *left, const void *right) {
    const myo_skipped *a = left, *b = right;
    return strcmp(a->path, b->path);
}

/* Images of one series together, a duplicate behind the file that is kept. */
static int by_identity(const void *left, const void *right) {
    const dicom_header *a = *(const dicom_header *const *)left;
    const dicom_header *b = *(const dicom_header *const *)right;
    int order = strcmp(a->patient_id, b->patient_id);
    order = order ? order : strcmp(a->study_uid, b->study_uid);
    order = order ? order : strcmp(a->series_uid, b->series_uid);
    order = order ? order : strcmp(a->sop_uid, b->sop_uid);
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

static bool add_skipped(myo_catalogue *catalogue, const char *path, myo_code code,
                        const char *reason, myo_error *err) {
    void *items = catalogue->skipped;
    if (!myo_array_reserve(&items, &catalogue->skipped_capacity, catalogue->skipped_count + 1,
                           sizeof *catalogue->skipped, err)) {
        return false;
    }
    catalogue->skipped = items;
    char *copy = myo_string_copy(reason, err);
    if (!copy) {
        return false;
    }
    catalogue->skipped[catalogue->skipped_count++] =
        (myo_skipped){.path = path, .code = code, .reason = copy};
    return true;
}

/* A DICOMDIR stands for the files beside it. */
static bool add_input(myo_path_list *files, const char *input, myo_error *err) {
    const char *name = myo_path_name(input);
    if (strcmp(name, DIRECTORY_FILE_NAME) != 0) {
        return myo_path_list_walk(files, input, err);
    }
    char *folder = myo_string_copy(name == input ? "." : input, err);
    if (!folder) {
        return false;
    }
    if (name != input) {
        folder[name - input] = '\0';
    }
    /* The DICOMDIR itself must exist; its folder then does. */
    bool done = myo_path_list_walk(files, input, err) && myo_path_list_walk(files, folder, err);
    free(folder);
    return done;
}

/* Lists the files of all inputs, sorted, each once. */
static bool list_files(myo_catalogue *catalogue, const char *const *inputs, size_t input_count,
                       myo_error *err) {
    myo_path_list *files = &catalogue->files;
    for (size_t i = 0; i < input_count; i++) {
        if (!add_input(files, inputs[i], err)) {
            return false;
        }
    }
    if (files->count == 0) {
        return true;
    }
    qsort(files->paths, files->count, sizeof *files->paths, by_path);
    size_t kept = 1;
    for (size_t i = 1; i < files->count; i++) {
        if (strcmp(files->paths[i], files->paths[kept - 1]) == 0) {
            free(files->paths[i]);
        } else {
            files->paths[kept++] = files->paths[i];
        }
    }
    files->count = kept;
    return true;
}

static bool read_headers(myo_catalogue *catalogue, myo_progress progress, void *user,
                         myo_error *err) {
    for (size_t i = 0; i < catalogue->files.count; i++) {
        const char *path = catalogue->files.paths[i];
        if (progress) {
            progress(user, path, i, catalogue->files.count);
        }
        void *items = catalogue->headers;
        if (!myo_array_reserve(&items, &catalogue->header_capacity, catalogue->header_count + 1,
                               sizeof *catalogue->headers, err)) {
            return false;
        }
        catalogue->headers = items;
        myo_error reason = {0};
        if (dicom_header_read(path, &catalogue->headers[catalogue->header_count], &reason)) {
            catalogue->header_count++;
        } else if (!add_skipped(catalogue, path, reason.code, reason.message, err)) {
            return false;
        }
    }
    if (progress) {
        progress(user, "", catalogue->files.count, catalogue->files.count);
    }
    return true;
}

/* Removes copies of an image from the sorted `order`; returns how many are left in *count. */
static bool drop_duplicates(myo_catalogue *catalogue, const dicom_header **order, size_t *count,
                            myo_error *err) {
    size_t kept = 0;
    for (size_t i = 0; i < *count; i++) {
        const dicom_header *last = kept ? order[kept - 1] : NULL;
        if (last && strcmp(last->sop_uid, order[i]->sop_uid) == 0 &&
            strcmp(last->series_uid, order[i]->series_uid) == 0 &&
            strcmp(last->study_uid, order[i]->study_uid) == 0 &&
            strcmp(last->patient_id, order[i]->patient_id) == 0) {
            myo_error reason = {0};
            myo_error_set(&reason, MYO_E_AMBIGUOUS, "same SOPInstanceUID as %s, which is used",
                          last->path);
            if (!add_skipped(catalogue, order[i]->path, reason.code, reason.message, err)) {
                return false;
            }
        } else {
            order[kept++] = order[i];
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
    /* A header that was read has all of its texts.
     * NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker) */
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

/* Fills the series of one study from its sorted headers; the arrays begin at the study's part. */
static bool fill_study(const dicom_header *const *headers, size_t count, myo_instance *instances,
                       myo_stack *stacks, myo_series *series, myo_study *study, myo_error *err) {
    study->study_uid = headers[0]->study_uid;
    study->patient_id = headers[0]->patient_id;
    study->study_date = headers[0]->study_date;
    study->patient_size_m = find_patient_size(headers, count);
    study->series = series;
    for (size_t first = 0, end; first < count; first = end) {
        end = first + 1;
        while (end < count && strcmp(headers[end]->series_uid, headers[first]->series_uid) == 0) {
            end++;
        }
        myo_series *current = &series[study->series_count++];
        describe_series(headers + first, end - first, current);
        current->instances = instances + first;
        current->stacks = stacks + first;
        if (!dicom_arrange_stacks(headers + first, end - first, instances + first, stacks + first,
                                  &current->stack_count, err)) {
            return false;
        }
        current->plane = largest_plane(current);
    }
    qsort(series, study->series_count, sizeof *series, by_series_number);
    return true;
}

static bool build_views(myo_catalogue *catalogue, myo_error *err) {
    size_t count = catalogue->header_count;
    const dicom_header **order = myo_alloc_array(count, sizeof *order, err);
    catalogue->instances = myo_alloc_array(count, sizeof *catalogue->instances, err);
    catalogue->stacks = myo_alloc_array(count, sizeof *catalogue->stacks, err);
    catalogue->series = myo_alloc_array(count, sizeof *catalogue->series, err);
    catalogue->studies = myo_alloc_array(count, sizeof *catalogue->studies, err);
    bool done = order && catalogue->instances && catalogue->stacks && catalogue->series &&
                catalogue->studies;
    if (done) {
        for (size_t i = 0; i < count; i++) {
            order[i] = &catalogue->headers[i];
        }
        qsort(order, count, sizeof *order, by_identity);
        done = drop_duplicates(catalogue, order, &count, err);
    }
    for (size_t first = 0, end; done && first < count; first = end) {
        end = first + 1;
        while (end < count && same_study(order[first], order[end])) {
            end++;
        }
        done = fill_study(order + first, end - first, catalogue->instances + first,
                          catalogue->stacks + first, catalogue->series + first,
                          &catalogue->studies[catalogue->study_count++], err);
    }
    free(order);
    return done;
}

bool myo_catalogue_create(const char *const *inputs, size_t input_count, myo_progress progress,
                          void *user, myo_catalogue **out, myo_error *err) {
    myo_catalogue *catalogue = myo_alloc_array(1, sizeof *catalogue, err);
    if (!catalogue) {
        return false;
    }
    if (!list_files(catalogue, inputs, input_count, err) ||
        !read_headers(catalogue, progress, user, err) || !build_views(catalogue, err)) {
        myo_catalogue_destroy(catalogue);
        return false;
    }
    if (catalogue->study_count > 0) {
        qsort(catalogue->studies, catalogue->study_count, sizeof *catalogue->studies, by_patient);
    }
    if (catalogue->skipped_count > 0) {
        qsort(catalogue->skipped, catalogue->skipped_count, sizeof *catalogue->skipped,
              by_skipped_path);
    }
    *out = catalogue;
    return true;
}

void myo_catalogue_destroy(myo_catalogue *catalogue) {
    if (!catalogue) {
        return;
    }
    for (size_t i = 0; i < catalogue->skipped_count; i++) {
        /* The catalogue owns the reasons; they are const only for its readers. */
        free((void *)(uintptr_t)catalogue->skipped[i].reason);
    }
    free(catalogue->skipped);
    free(catalogue->studies);
    free(catalogue->series);
    free(catalogue->stacks);
    free(catalogue->instances);
    free(catalogue->headers);
    myo_path_list_clear(&catalogue->files);
    free(catalogue);
}

size_t myo_catalogue_get_study_count(const myo_catalogue *catalogue) {
    return catalogue->study_count;
}

const myo_study *myo_catalogue_get_study(const myo_catalogue *catalogue, size_t index) {
    assert(index < catalogue->study_count);
    return &catalogue->studies[index];
}

size_t myo_catalogue_get_skipped_count(const myo_catalogue *catalogue) {
    return catalogue->skipped_count;
}

const myo_skipped *myo_catalogue_get_skipped(const myo_catalogue *catalogue, size_t index) {
    assert(index < catalogue->skipped_count);
    return &catalogue->skipped[index];
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
