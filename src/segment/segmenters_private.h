/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The built-in segmenters, one folder or file each. */
#ifndef MYO_SEGMENT_SEGMENTERS_PRIVATE_H
#define MYO_SEGMENT_SEGMENTERS_PRIVATE_H

#include <myotome/segment.h>

extern const myo_segmenter myo_segment_region;

#endif
