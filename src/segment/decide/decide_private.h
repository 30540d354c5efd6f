/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The deciding step that all segmenters share: from class probabilities to outlines that are
 * anatomy. Classes are those of myo_proposal.
 */
#ifndef MYO_SEGMENT_DECIDE_PRIVATE_H
#define MYO_SEGMENT_DECIDE_PRIVATE_H

#include "image/planes.h"

#include <myotome/decide.h>

/* What grows as one: both back muscles of a side, each psoas, the vertebral reference. */
#define DECIDE_GROUPS 5
extern const size_t decide_group_classes[DECIDE_GROUPS][2]; /* 0 where there is no second one */

/* Where a group may be. */
enum { DECIDE_BEYOND, DECIDE_MAY_GROW, DECIDE_MAY_BEGIN };

typedef struct decide_input {
    const myo_planes *posterior; /* MYO_PROPOSAL_CLASSES planes whose sum is 1 */
    const uint8_t *reach;        /* DECIDE_GROUPS planes of the above, or NULL: anywhere */
    /* With it (muscle 0, fat 1) the septum is the cheapest path from the dorsal to the ventral end
     * of the compartment; without (NULL), where multifidus and erector spinae are as probable. */
    const float *brightness;
    double pixel_mm;       /* side of a pixel */
    double opening_pixels; /* whiskers thinner than twice this are cut; 0 for none */
} decide_input;

/* regions.c: the class of each pixel. */
bool decide_regions(const decide_input *input, uint8_t *labels, myo_error *err);

/* septum.c: splits the common compartment of one side; `medial` receives multifidus. */
bool decide_septum(const uint8_t *compartment, const float *multifidus, const float *erector,
                   const float *brightness, bool left, size_t columns, size_t rows, uint8_t *medial,
                   myo_error *err);

#endif
