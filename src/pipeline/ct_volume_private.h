/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MYO_PIPELINE_CT_VOLUME_PRIVATE_H
#define MYO_PIPELINE_CT_VOLUME_PRIVATE_H

#include <myotome/ct.h>
#include <myotome/dicom.h>

/* Reads a stack of a CT series. Slices that cannot be read are counted in *unreadable, the reason
 * of the last in `reason`. `sha256` receives the hash of the slices' hashes. The caller owns *out.
 */
bool ct_volume_read(const myo_series *series, const myo_stack *stack, myo_ct **out,
                    char sha256[MYO_SHA256_HEX_SIZE], size_t *unreadable, myo_error *reason,
                    myo_error *err);

#endif
