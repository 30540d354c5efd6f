/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MYO_SEGMENT_CT_DIVIDE_PRIVATE_H
#define MYO_SEGMENT_CT_DIVIDE_PRIVATE_H

#include <myotome/segment.h>

/* Moves the borders between proposed muscles of a slice (HU, canonical frame) that touch each other
 * into the fat between them. What is labelled stays so. Errors: MYO_E_MEMORY. */
bool ct_divide(const myo_image *hu, uint16_t *labels, myo_error *err);

#endif
