/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Segments slices with weights from a file, with all members of the ensemble or with one: the
 * program of the cross-validation.
 *
 *   unet-apply WEIGHTS MEMBER OUT_FOLDER ID FILE [ID FILE ...]
 *
 * MEMBER counts from 1; 0 means all. Each FILE is a DICOM image; OUT_FOLDER/sub-<ID>_dseg.nii.gz
 * receives its labels, and OUT_FOLDER/signs.csv (appended to) what the quality of each outline is
 * estimated from. A slice that cannot be segmented is named on stderr and leaves no file.
 */
#include "base/file.h"
#include "io/nifti.h"
#include "unet_private.h"

#include <myotome/dicom.h>
#include <stdio.h>
#include <stdlib.h>

#define WEIGHTS_SIZE_MAX ((size_t)256 << 20)
#define ALIGNMENT 64
#define PATH_SIZE 4096

static bool set_error(myo_error *err, myo_code code, const char *text) {
    return myo_error_set(err, code, "%s", text);
}

static const myo_host host = {.abi_version = MYO_ABI_VERSION,
                              .struct_size = sizeof host,
                              .error_set = set_error,
                              .tensors_parse = myo_tensors_parse,
                              .tensors_destroy = myo_tensors_destroy,
                              .tensors_get = myo_tensors_get,
                              .tensors_get_metadata = myo_tensors_get_metadata,
                              .proposal_structure = myo_proposal_structure,
                              .decide = myo_decide};

static unet_model weights;
static unet_signs signs[UNET_STRUCTURES];

static bool segment(const myo_slice *slice, const double *values, myo_segmentation *result,
                    myo_error *err) {
    return unet_segment(&host, &weights, slice, values, result, signs, err);
}

static const myo_segmenter segmenter = {.abi_version = MYO_ABI_VERSION,
                                        .struct_size = sizeof segmenter,
                                        .info = {.name = "unet",
                                                 .parameters = unet_parameters,
                                                 .parameter_count = UNET_PARAMETERS},
                                        .segment = segment};

/* Reads the only image of a file. */
static bool read_slice(const char *path, myo_image **out, myo_error *err) {
    myo_catalogue *catalogue = NULL;
    if (!myo_catalogue_create(&path, 1, NULL, NULL, &catalogue, err)) {
        return false;
    }
    bool done = myo_catalogue_get_study_count(catalogue) > 0;
    if (done) {
        const myo_study *study = myo_catalogue_get_study(catalogue, 0);
        done = myo_dicom_read_slice(&study->series[0].instances[0], out, NULL, err);
    } else {
        myo_error_set(err, MYO_E_FORMAT, "%s: no DICOM image", path);
    }
    myo_catalogue_destroy(catalogue);
    return done;
}

static void write_signs(FILE *file, const char *id, const myo_outlines *outlines) {
    for (size_t k = 0; k < UNET_STRUCTURES; k++) {
        myo_structure structure;
        myo_side side;
        myo_proposal_structure(k + 1, &structure, &side);
        fprintf(file, "%s,%u,%.6f,%.6f,%.2f,%.6f\n", id,
                (unsigned)myo_structure_get(structure)->label[side], signs[k].agreement,
                signs[k].sharpness, signs[k].area_mm2, outlines->confidence[structure][side]);
    }
}

static bool apply(const char *folder, const char *id, const char *path, FILE *table,
                  myo_error *err) {
    char target[PATH_SIZE];
    myo_image *image = NULL;
    myo_outlines outlines = {0};
    snprintf(target, sizeof target, "%s/sub-%s_dseg.nii.gz", folder, id);
    bool done = read_slice(path, &image, err) &&
                myo_segment_slice(&segmenter, image, NULL, &outlines, err) &&
                myo_nifti_write_labels(target, outlines.labels, err);
    if (done) {
        write_signs(table, id, &outlines);
    }
    myo_outlines_clear(&outlines);
    myo_image_destroy(image);
    return done;
}

/* The whole file on aligned memory. */
static void *read_weights(const char *path, size_t *size, myo_error *err) {
    char *data = NULL;
    if (!myo_file_read(path, WEIGHTS_SIZE_MAX, &data, size, err)) {
        return NULL;
    }
    size_t bytes = (*size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    char *aligned = aligned_alloc(ALIGNMENT, bytes);
    for (size_t i = 0; aligned && i < *size; i++) {
        aligned[i] = data[i];
    }
    free(data);
    return aligned;
}

static bool choose_member(const char *text) {
    size_t member = (size_t)strtoul(text, NULL, 10);
    if (member > weights.member_count) {
        return false;
    }
    if (member > 0) {
        weights.members[0] = weights.members[member - 1];
        weights.member_count = 1;
    }
    return true;
}

int main(int argc, char **argv) {
    if (argc < 6 || argc % 2 == 1) {
        fprintf(stderr, "usage: unet-apply WEIGHTS MEMBER OUT_FOLDER ID FILE [ID FILE ...]\n");
        return 2;
    }
    char path[PATH_SIZE];
    myo_error err = {0};
    size_t size = 0, failed = 0;
    void *data = read_weights(argv[1], &size, &err);
    if (!data || !unet_model_parse(&host, data, size, argv[1], &weights, &err) ||
        !choose_member(argv[2]) || !myo_folder_create(argv[3], &err)) {
        fprintf(stderr, "unet-apply: %s\n", err.message[0] ? err.message : "no such member");
        free(data);
        return 2;
    }
    snprintf(path, sizeof path, "%s/signs.csv", argv[3]);
    FILE *table = fopen(path, "a");
    for (int i = 4; table && i < argc; i += 2) {
        err = (myo_error){0};
        if (!apply(argv[3], argv[i], argv[i + 1], table, &err)) {
            fprintf(stderr, "unet-apply: %s: %s\n", argv[i], err.message);
            failed++;
        }
    }
    failed += !table || fclose(table) != 0;
    unet_model_close(&host, &weights);
    free(data);
    return failed > 0 ? 1 : 0;
}
