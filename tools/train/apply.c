/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Segments slices with weights from a file, with all members of the ensemble or with one: the
 * program of the cross-validation.
 *
 *   unet-apply WEIGHTS_FOLDER[:MEMBER] OUT_FOLDER ID FILE [ID FILE ...]
 *
 * WEIGHTS_FOLDER holds unet.safetensors and unet-body.safetensors.
 * MEMBER counts from 0; without it all are used. Each FILE is a DICOM image;
 * OUT_FOLDER/sub-<ID>_dseg.nii.gz receives its labels, and OUT_FOLDER/signs.csv (appended to) what
 * the quality of each outline is estimated from. A slice that cannot be segmented is named on
 * stderr and leaves no file.
 */
#include "base/file.h"
#include "io/nifti.h"
#include "read_slice.h"
#include "stand_in.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_SIZE 4096

static void write_signs(FILE *file, const char *id, const myo_outlines *outlines) {
    for (size_t k = 0; k < UNET_STRUCTURES; k++) {
        myo_structure structure;
        myo_side side;
        myo_proposal_structure(k + 1, &structure, &side);
        fprintf(file, "%s,%u,%.6f,%.6f,%.2f,%.6f\n", id,
                (unsigned)myo_structure_get(structure)->label[side], stand_in_signs[k].agreement,
                stand_in_signs[k].sharpness, stand_in_signs[k].area_mm2,
                outlines->confidence[structure][side]);
    }
}

static bool apply(const char *folder, const char *id, const char *path, FILE *table,
                  myo_error *err) {
    char target[PATH_SIZE];
    myo_image *image = NULL;
    myo_outlines outlines = {0};
    snprintf(target, sizeof target, "%s/sub-%s_dseg.nii.gz", folder, id);
    bool done = read_slice(path, &image, err) &&
                myo_segment_slice(&stand_in_segmenter, image, NULL, &outlines, err) &&
                myo_nifti_write_labels(target, outlines.labels, err);
    if (done) {
        write_signs(table, id, &outlines);
    }
    myo_outlines_clear(&outlines);
    myo_image_destroy(image);
    return done;
}

/* Leaves the member of that number alone. */
static bool choose_member(const char *number, myo_error *err) {
    size_t member = number ? (size_t)strtoul(number, NULL, 10) : 0;
    if (member >= stand_in_weights.member_count) {
        return myo_error_set(err, MYO_E_RANGE, "no member %s in the weights", number);
    }
    if (number) {
        stand_in_weights.members[0] = stand_in_weights.members[member];
        stand_in_weights.member_count = 1;
    }
    return true;
}

/* Applies the weights to pairs of ID and file; returns how many failed. */
static size_t apply_all(const char *folder, char **pairs, size_t count) {
    char path[PATH_SIZE];
    size_t failed = 0;
    snprintf(path, sizeof path, "%s/signs.csv", folder);
    FILE *table = fopen(path, "a");
    for (size_t i = 0; table && i < count; i++) {
        myo_error err = {0};
        if (!apply(folder, pairs[2 * i], pairs[2 * i + 1], table, &err)) {
            fprintf(stderr, "unet-apply: %s: %s\n", pairs[2 * i], err.message);
            failed++;
        }
    }
    return failed + (!table || fclose(table) != 0);
}

int main(int argc, char **argv) {
    if (argc < 5 || argc % 2 == 0) {
        fprintf(stderr,
                "usage: unet-apply WEIGHTS_FOLDER[:MEMBER] OUT_FOLDER ID FILE [ID FILE ...]\n");
        return 2;
    }
    char *member = strrchr(argv[1], ':');
    if (member) {
        *member++ = '\0';
    }
    myo_error err = {0};
    if (!stand_in_open(argv[1], &err) || !choose_member(member, &err) ||
        !myo_folder_create(argv[2], &err)) {
        fprintf(stderr, "unet-apply: %s\n", err.message);
        stand_in_close();
        return 2;
    }
    size_t failed = apply_all(argv[2], argv + 3, (size_t)(argc - 3) / 2);
    stand_in_close();
    return failed > 0 ? 1 : 0;
}
