/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Options of a phantom: defaults, ranges, and their names in truth.json. */
#include "phantom/study_private.h"

#include <stdio.h>
#include <string.h>

myo_phantom_options myo_phantom_defaults(void) {
    return (myo_phantom_options){.seed = MYO_PHANTOM_SEED,
                                 .matrix = MYO_PHANTOM_MATRIX,
                                 .pixel_mm = MYO_PHANTOM_PIXEL_MM,
                                 .fat_fraction = MYO_PHANTOM_FAT_FRACTION,
                                 .noise_percent = MYO_PHANTOM_NOISE_PERCENT,
                                 .bias = MYO_PHANTOM_BIAS,
                                 .coil_falloff = MYO_PHANTOM_COIL_FALLOFF,
                                 .height_m = MYO_PHANTOM_HEIGHT_M,
                                 .axial = true,
                                 .sagittal = true,
                                 .lumbar = MYO_PHANTOM_LUMBAR,
                                 .sagittal_fov_mm = MYO_PHANTOM_SAGITTAL_FOV_MM,
                                 .trabecular_hu = MYO_PHANTOM_TRABECULAR_HU,
                                 .ct_noise_hu = MYO_PHANTOM_CT_NOISE_HU,
                                 .ct_thickness_mm = MYO_PHANTOM_CT_THICKNESS_MM};
}

bool phantom_need_range(const char *name, double value, double minimum, double maximum,
                        myo_error *err) {
    return (value >= minimum && value <= maximum) ||
           myo_error_set(err, MYO_E_RANGE, "phantom: %s is %g, not between %g and %g", name, value,
                         minimum, maximum);
}

static bool check_anatomy(const myo_phantom_options *options, myo_error *err) {
    double lumbar = (double)options->lumbar;
    return phantom_need_range("number of lumbar vertebrae", lumbar, 4.0, PHANTOM_LUMBAR_MAX, err) &&
           phantom_need_range("transition", (double)options->transition, MYO_PHANTOM_TYPICAL,
                              MYO_PHANTOM_LUMBARISED, err) &&
           phantom_need_range("kind of discs", (double)options->discs, MYO_PHANTOM_DISCS_VARIED,
                              MYO_PHANTOM_DISCS_MIXED, err) &&
           phantom_need_range("scoliosis in mm", options->scoliosis_mm, -40.0, 40.0, err) &&
           phantom_need_range("number of the cemented lumbar vertebra", (double)options->cement,
                              0.0, lumbar, err) &&
           phantom_need_range("number of the fractured lumbar vertebra", (double)options->fracture,
                              0.0, lumbar, err);
}

static bool check_series(const myo_phantom_options *options, myo_error *err) {
    int lumbar = options->lumbar, from = options->axial_from ? options->axial_from : lumbar;
    return phantom_need_range("sagittal field of view in mm", options->sagittal_fov_mm, 120.0,
                              500.0, err) &&
           phantom_need_range("sagittal offset in mm", options->sagittal_offset_mm, -150.0, 150.0,
                              err) &&
           phantom_need_range("number of the vertebra above the lowest axial disc", (double)from,
                              1.0, (double)lumbar, err) &&
           phantom_need_range("number of axial stacks", (double)options->axial_stacks, 0.0,
                              (double)from, err);
}

static bool check_ct(const myo_phantom_options *options, myo_error *err) {
    return phantom_need_range("trabecular bone in HU", options->trabecular_hu, -50.0, 400.0, err) &&
           phantom_need_range("noise of the CT in HU", options->ct_noise_hu, 0.0, 100.0, err) &&
           phantom_need_range("thickness of CT slices in mm", options->ct_thickness_mm, 0.5, 10.0,
                              err);
}

bool phantom_check_options(const myo_phantom_options *options, myo_error *err) {
    return phantom_need_range("matrix", (double)options->matrix, 128.0, 1024.0, err) &&
           phantom_need_range("pixel size in mm", options->pixel_mm, 0.2, 2.0, err) &&
           phantom_need_range("fat fraction", options->fat_fraction, 0.0, 0.6, err) &&
           phantom_need_range("noise in percent", options->noise_percent, 0.0, 100.0, err) &&
           phantom_need_range("bias", options->bias, 1.0, 5.0, err) &&
           phantom_need_range("coil falloff", options->coil_falloff, 1.0, 20.0, err) &&
           (options->height_m == 0.0 ||
            phantom_need_range("height in m", options->height_m, 0.5, 2.5, err)) &&
           check_anatomy(options, err) && check_series(options, err) && check_ct(options, err);
}

void phantom_disc_name(int lumbar, int disc, char name[PHANTOM_NAME_SIZE]) {
    int above = lumbar - disc; /* number of the lumbar vertebra above the disc */
    if (disc == 0) {
        snprintf(name, PHANTOM_NAME_SIZE, "L%d/S1", lumbar);
    } else if (above > 0) {
        snprintf(name, PHANTOM_NAME_SIZE, "L%d/%d", above, above + 1);
    } else if (above == 0) {
        snprintf(name, PHANTOM_NAME_SIZE, "T12/L1");
    } else {
        snprintf(name, PHANTOM_NAME_SIZE, "T%d/%d", 12 + above, 13 + above);
    }
}

/* "L3", or "none". */
static void add_vertebra(myo_text *text, const char *name, int number) {
    if (number) {
        myo_text_printf(text, ", \"%s\": \"L%d\"", name, number);
    } else {
        myo_text_printf(text, ", \"%s\": \"none\"", name);
    }
}

void phantom_describe_variant(const myo_phantom_options *options, myo_text *text) {
    static const char *const transitions[] = {"none", "sacralised", "lumbarised"};
    static const char *const discs[] = {"varied", "bright", "dark", "mixed"};
    char lowest[PHANTOM_NAME_SIZE];
    phantom_disc_name(options->lumbar, phantom_lowest_axial(options), lowest);
    myo_text_printf(text, "\"coil_falloff\": %.4f, \"lumbar\": %d, \"transitional\": \"%s\"",
                    options->coil_falloff, options->lumbar, transitions[options->transition]);
    myo_text_printf(text, ", \"discs\": \"%s\", \"scoliosis_mm\": %.4f", discs[options->discs],
                    options->scoliosis_mm);
    add_vertebra(text, "cement", options->cement);
    add_vertebra(text, "fracture", options->fracture);
    myo_text_printf(text, ", \"sagittal_fov_mm\": %.4f, \"sagittal_offset_mm\": %.4f",
                    options->sagittal_fov_mm, options->sagittal_offset_mm);
    myo_text_printf(text, ", \"sagittal_contrast\": \"%s\", \"axial_protocol\": \"%s\"",
                    options->sagittal_water ? "water" : "t2",
                    options->axial_block ? "block" : "stacks");
    myo_text_printf(text, ", \"axial_from\": \"%s\", \"axial_stacks\": %d, \"frames\": \"%s\"",
                    lowest, phantom_axial_count(options),
                    options->own_frames ? "different" : "same");
    if (options->ct) {
        myo_text_printf(text, ", \"ct\": true, \"trabecular_hu\": %.4f, \"ct_noise_hu\": %.4f",
                        options->trabecular_hu, options->ct_noise_hu);
        myo_text_printf(text, ", \"ct_thickness_mm\": %.4f", options->ct_thickness_mm);
    }
}
