/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The built-in segmenters, one folder or file each, and how they are run on CT as well. */
#ifndef MYO_SEGMENT_SEGMENTERS_PRIVATE_H
#define MYO_SEGMENT_SEGMENTERS_PRIVATE_H

#include <myotome/segment.h>

extern const myo_segmenter myo_segment_region;

/* segment.c: as myo_segment_slice(), of an image that comes from that modality. */
bool segment_slice_of(const myo_segmenter *segmenter, const myo_image *image, myo_modality modality,
                      const double *values, myo_outlines *out, myo_error *err);

#endif
