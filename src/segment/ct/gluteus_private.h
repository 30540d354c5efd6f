/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MYO_SEGMENT_CT_GLUTEUS_PRIVATE_H
#define MYO_SEGMENT_CT_GLUTEUS_PRIVATE_H

#include <myotome/image.h>
#include <myotome/structure.h>

/*
 * Outlines gluteus maximus and medius of both sides into `labels` (zeroed), on a slice in HU in the
 * canonical frame. `middle_column` is that of the midline, `size` that of the body; `roof`: the
 * slice lies at the acetabular roof, else at the sacroiliac joint. found[0] is of maximus, found[1]
 * of medius.
 */
bool ct_outline_gluteus(const myo_image *hu, double middle_column, double size, bool roof,
                        uint16_t *labels, bool found[2][MYO_SIDE_COUNT], myo_error *err);

#endif
