/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stand_in.h"

static bool set_error(myo_error *err, myo_code code, const char *text) {
    return myo_error_set(err, code, "%s", text);
}

const myo_host stand_in_host = {.abi_version = MYO_ABI_VERSION,
                                .struct_size = sizeof stand_in_host,
                                .error_set = set_error,
                                .tensors_parse = myo_tensors_parse,
                                .tensors_destroy = myo_tensors_destroy,
                                .tensors_get = myo_tensors_get,
                                .tensors_get_metadata = myo_tensors_get_metadata,
                                .proposal_structure = myo_proposal_structure,
                                .decide = myo_decide};

unet_model stand_in_weights;
unet_signs stand_in_signs[UNET_STRUCTURES];

static bool segment(const myo_slice *slice, const double *values, myo_segmentation *result,
                    myo_error *err) {
    return unet_segment(&stand_in_host, &stand_in_weights, slice, values, result, stand_in_signs,
                        err);
}

const myo_segmenter stand_in_segmenter = {
    .abi_version = MYO_ABI_VERSION,
    .struct_size = sizeof stand_in_segmenter,
    .info = {.name = "unet", .parameters = unet_parameters, .parameter_count = UNET_PARAMETERS},
    .segment = segment};
