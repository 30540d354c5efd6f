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
