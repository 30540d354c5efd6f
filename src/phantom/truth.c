/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The truth of a study: truth/axial_<n>_dseg.nii.gz with the labels of each axial slice, and
 * truth/truth.json. An area is the number of pixels with the label times the area of a pixel; a
 * fat fraction is the mean over these pixels.
 */
#include "base/file.h"
#include "io/nifti.h"
#include "phantom/study_private.h"

#include <stdio.h>
#include <stdlib.h>

/* Discs above L1/2 that are named: T12/L1 and T11/12. */
#define DISCS_ABOVE 2

/* Adds one structure and side, when it is on the slice; returns true when it was added. */
static bool add_structure(myo_text *truth, bool first, myo_structure structure, myo_side side,
                          const myo_labels *labels, const myo_image *fat) {
    const myo_structure_info *info = myo_structure_get(structure);
    const myo_geometry *geometry = myo_labels_get_geometry(labels);
    const uint16_t *label = myo_labels_get_const_pixels(labels);
    const float *fraction = myo_image_get_const_pixels(fat);
    size_t pixels = 0;
    double fat_pixels = 0.0;
    for (size_t i = 0; i < geometry->columns * geometry->rows; i++) {
        if (label[i] == info->label[side]) {
            pixels++;
            fat_pixels += (double)fraction[i];
        }
    }
    if (pixels == 0 || (!info->paired && side != MYO_LEFT)) {
        return false;
    }
    double pixel_mm2 = myo_geometry_pixel_area_mm2(geometry);
    myo_text_printf(truth, "%s\n    {\"structure\": \"%s\", \"side\": \"%s\", \"pixels\": %zu",
                    first ? "" : ",", info->key, myo_side_key(structure, side), pixels);
    myo_text_printf(truth, ", \"csa_mm2\": %.3f", (double)pixels * pixel_mm2);
    if (info->muscle) {
        myo_text_printf(truth, ", \"fat_csa_mm2\": %.3f, \"fat_fraction\": %.5f",
                        fat_pixels * pixel_mm2, fat_pixels / (double)pixels);
    }
    myo_text_append(truth, "}");
    return true;
}

/* Adds what the label map of a CT slice shows beside the structures. */
static void add_wall(myo_text *truth, const myo_labels *labels) {
    const myo_geometry *geometry = myo_labels_get_geometry(labels);
    const uint16_t *label = myo_labels_get_const_pixels(labels);
    const uint16_t *wall = myo_structure_get(MYO_ABDOMINAL_WALL)->label;
    size_t pixels = 0;
    for (size_t i = 0; i < geometry->columns * geometry->rows; i++) {
        pixels += label[i] == wall[MYO_LEFT] || label[i] == wall[MYO_RIGHT];
    }
    if (pixels > 0) {
        myo_text_printf(truth,
                        ",\n   \"abdominal_wall\": {\"labels\": [%d, %d], "
                        "\"pixels\": %zu, ",
                        wall[MYO_LEFT], wall[MYO_RIGHT], pixels);
        myo_text_printf(truth, "\"csa_mm2\": %.3f}",
                        (double)pixels * myo_geometry_pixel_area_mm2(geometry));
    }
}

static bool add_slice(const phantom_study *study, myo_text *truth, const char *stem, int disc,
                      double offset_mm, int instance_number, const char *sop_uid,
                      const myo_labels *labels, const myo_image *fat, myo_error *err) {
    char name[64], level[PHANTOM_NAME_SIZE], *path;
    phantom_disc_name(study->options->lumbar, disc, level);
    myo_text folder = {0};
    myo_text_printf(&folder, "%s/truth%s", study->directory, study->folder);
    snprintf(name, sizeof name, "%s_%02d_dseg.nii.gz", stem, instance_number);
    bool ok = !folder.failed && myo_path_join(folder.data, name, &path, err);
    myo_text_clear(&folder);
    if (!ok) {
        return myo_error_set(err, MYO_E_MEMORY, "out of memory");
    }
    ok = myo_nifti_write_labels(path, labels, err);
    free(path);
    myo_text_printf(truth, "%s\n  {\"labels\": \"%s\", \"instance_number\": %d,",
                    truth->length ? "," : "", name, instance_number);
    myo_text_printf(truth, "\n   \"sop_uid\": \"%s\", \"level\": \"%s\", \"offset_mm\": %.3f,",
                    sop_uid, level, offset_mm);
    myo_text_append(truth, "\n   \"structures\": [");
    bool first = true;
    for (int s = 0; s < MYO_STRUCTURE_COUNT; s++) {
        for (int side = 0; side < MYO_SIDE_COUNT; side++) {
            bool added = add_structure(truth, first, (myo_structure)s, (myo_side)side, labels, fat);
            first = first && !added;
        }
    }
    myo_text_append(truth, "]");
    add_wall(truth, labels);
    myo_text_append(truth, "}");
    return ok;
}

bool phantom_truth_add(phantom_study *study, int disc, double offset_mm, int instance_number,
                       const char *sop_uid, const myo_labels *labels, const myo_image *fat,
                       myo_error *err) {
    return add_slice(study, &study->truth, "axial", disc, offset_mm, instance_number, sop_uid,
                     labels, fat, err);
}

bool phantom_truth_add_ct(phantom_study *study, int disc, double offset_mm, int instance_number,
                          const char *sop_uid, const myo_labels *labels, const myo_image *fat,
                          myo_error *err) {
    return add_slice(study, &study->ct_truth, "ct", disc, offset_mm, instance_number, sop_uid,
                     labels, fat, err);
}

/* Landmarks of the pelvis on the CT. */
static void add_landmarks(const phantom_landmarks *marks, myo_text *text) {
    static const char *const sides[MYO_SIDE_COUNT] = {"left", "right"};
    myo_text_append(text, " \"pelvis\": {\"femoral_heads_lps_mm\": {");
    for (int side = 0; side < MYO_SIDE_COUNT; side++) {
        myo_vec3 p = marks->head_mm[side];
        myo_text_printf(text, "%s\"%s\": [%.3f, %.3f, %.3f]", side ? ", " : "", sides[side], p.x,
                        p.y, p.z);
    }
    myo_text_printf(text, "},\n  \"femoral_head_radius_mm\": %.3f,", marks->head_radius_mm);
    myo_text_printf(text, " \"acetabular_roof_z_mm\": %.3f,", marks->roof_mm);
    myo_text_printf(text, "\n  \"sacroiliac_joint_end_z_mm\": {\"left\": %.3f, \"right\": %.3f}}",
                    marks->joint_end_mm[MYO_LEFT], marks->joint_end_mm[MYO_RIGHT]);
}

bool phantom_truth_write(phantom_study *study, myo_error *err) {
    const myo_phantom_options *options = study->options;
    myo_text text = {0};
    myo_text_printf(&text, "{\"patient_id\": \"%s\",\n", study->patient_id);
    myo_text_printf(&text, " \"study_uid\": \"%s\",\n", study->study_uid);
    myo_text_printf(&text, " \"frame_of_reference_uid\": \"%s\",\n", study->frame_uid);
    if (options->own_frames) {
        myo_text_printf(&text, " \"sagittal_frame_of_reference_uid\": \"%s\",\n",
                        study->sagittal_frame_uid);
    }
    myo_text_printf(&text,
                    " \"options\": {\"seed\": %llu, \"matrix\": %zu, \"pixel_mm\": %.4f, "
                    "\"fat_fraction\": %.4f, \"noise_percent\": %.4f, \"bias\": %.4f, "
                    "\"height_m\": %.4f, ",
                    (unsigned long long)options->seed, options->matrix, options->pixel_mm,
                    options->fat_fraction, options->noise_percent, options->bias,
                    options->height_m);
    phantom_describe_variant(options, &text);
    myo_text_printf(&text, "},\n \"lumbar_vertebrae\": %d,\n", options->lumbar);
    myo_text_append(&text, " \"discs_lps_mm\": {");
    for (int disc = 0; disc < options->lumbar + DISCS_ABOVE; disc++) {
        char name[PHANTOM_NAME_SIZE];
        myo_vec3 centre = phantom_disc_centre(study->anatomy, disc);
        phantom_disc_name(options->lumbar, disc, name);
        myo_text_printf(&text, "%s\"%s\": [%.3f, %.3f, %.3f]", disc ? ", " : "", name, centre.x,
                        centre.y, centre.z);
    }
    phantom_anatomy fine = *study->anatomy; /* sagittal images show the sacrum */
    phantom_anatomy_refine(&fine);
    myo_vec3 sacral = phantom_disc_centre(&fine, -1);
    myo_text_printf(&text, "},\n \"sacral_disc_lps_mm\": {\"S1/2\": [%.3f, %.3f, %.3f]", sacral.x,
                    sacral.y, sacral.z);
    if (options->ct) {
        myo_text_append(&text, "},\n");
        add_landmarks(&study->landmarks, &text);
        myo_text_printf(&text, ",\n \"trabecular_hu\": %.3f,\n \"ct\": [%s]",
                        options->trabecular_hu, study->ct_truth.data ? study->ct_truth.data : "");
    } else {
        myo_text_append(&text, "}");
    }
    myo_text_printf(&text, ",\n \"axial\": [%s]}\n", study->truth.data ? study->truth.data : "");
    myo_text path = {0};
    myo_text_printf(&path, "%s/truth%s/truth.json", study->directory, study->folder);
    bool ok = !text.failed && !path.failed && !study->truth.failed && !study->ct_truth.failed;
    if (ok) {
        ok = myo_file_write(path.data, text.data, text.length, err);
    } else {
        myo_error_set(err, MYO_E_MEMORY, "out of memory");
    }
    myo_text_clear(&path);
    myo_text_clear(&text);
    return ok;
}
