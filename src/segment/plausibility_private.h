/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Flags that hold for the outlines of every method. */
#ifndef MYO_SEGMENT_PLAUSIBILITY_PRIVATE_H
#define MYO_SEGMENT_PLAUSIBILITY_PRIVATE_H

#include <myotome/segment.h>

/* Adds MYO_FLAG_MISSING, _CLIPPED, _AREA and _ASYMMETRY to `flags` for the structures that a
 * lumbar slice should show, from a label map with known spacing. */
void segment_add_plausibility(const myo_labels *labels,
                              uint32_t flags[MYO_STRUCTURE_COUNT][MYO_SIDE_COUNT]);

#endif
