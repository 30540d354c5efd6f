/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MYO_SEGMENT_CT_GLUTEUS_PRIVATE_H
#define MYO_SEGMENT_CT_GLUTEUS_PRIVATE_H

#include <myotome/image.h>
#include <myotome/structure.h>

/*
 * Outlines gluteus maximus and medius of both sides into `labels` (zeroed), on a slice in HU in the
 * canonical frame. `middle_column` is that of the midline; `roof`: the slice lies at the acetabular
 * roof, else at the sacroiliac joint. visible[0] is of maximus, visible[1] of medius: the share of
 * the outline's border that the image shows, 0 where the muscle was not found.
 */
bool ct_outline_gluteus(const myo_image *hu, double middle_column, bool roof, uint16_t *labels,
                        double visible[2][MYO_SIDE_COUNT], myo_error *err);

#endif
