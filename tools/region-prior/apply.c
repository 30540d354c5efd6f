/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Segments slices with a prior from a file instead of the one that is built in: the program of the
 * cross-validation.
 *
 *   region-apply PRIOR OUT_FOLDER ID FILE [ID FILE ...]
 *
 * Each FILE is a DICOM image; OUT_FOLDER/sub-<ID>_dseg.nii.gz receives its labels. A slice that
 * cannot be segmented is named on stderr and leaves no file.
 */
#include "base/file.h"
#include "io/nifti.h"
#include "read_slice.h"
#include "segment/region/region_private.h"
#include "segment/segmenters_private.h"

#include <stdio.h>
#include <stdlib.h>

#define PRIOR_SIZE_MAX ((size_t)64 << 20)
#define PATH_SIZE 4096

static region_model prior;

static bool segment(const myo_slice *slice, const double *values, myo_segmentation *result,
                    myo_error *err) {
    return region_segment_with_model(&prior, slice, values, result, err);
}

static bool apply(const myo_segmenter *segmenter, const char *folder, const char *id,
                  const char *path, myo_error *err) {
    char target[PATH_SIZE];
    myo_image *image = NULL;
    myo_outlines outlines = {0};
    snprintf(target, sizeof target, "%s/sub-%s_dseg.nii.gz", folder, id);
    bool done = read_slice(path, &image, err) &&
                myo_segment_slice(segmenter, image, NULL, &outlines, err) &&
                myo_nifti_write_labels(target, outlines.labels, err);
    myo_outlines_clear(&outlines);
    myo_image_destroy(image);
    return done;
}

int main(int argc, char **argv) {
    if (argc < 5 || argc % 2 == 0) {
        fprintf(stderr, "usage: region-apply PRIOR OUT_FOLDER ID FILE [ID FILE ...]\n");
        return 2;
    }
    myo_error err = {0};
    char *data = NULL;
    size_t size, failed = 0;
    if (!myo_file_read(argv[1], PRIOR_SIZE_MAX, &data, &size, &err) ||
        !region_model_parse(data, size, argv[1], &prior, &err) ||
        !myo_folder_create(argv[2], &err)) {
        fprintf(stderr, "region-apply: %s\n", err.message);
        free(data);
        return 2;
    }
    myo_segmenter segmenter = myo_segment_region; /* its parameters, with this prior */
    segmenter.segment = segment;
    for (int i = 3; i < argc; i += 2) {
        err = (myo_error){0};
        if (!apply(&segmenter, argv[2], argv[i], argv[i + 1], &err)) {
            fprintf(stderr, "region-apply: %s: %s\n", argv[i], err.message);
            failed++;
        }
    }
    region_model_close(&prior);
    free(data);
    return failed > 0 ? 1 : 0;
}
