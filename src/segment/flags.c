/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of the quality flags. */
#include <myotome/segment.h>

#include <assert.h>

const char *myo_flag_name(unsigned bit) {
    static const char *const names[MYO_FLAG_COUNT] = {"missing",
                                                      "clipped",
                                                      "leak",
                                                      "implausible_area",
                                                      "asymmetric",
                                                      "low_confidence",
                                                      "level_not_confirmed",
                                                      "no_height",
                                                      "fat_unreliable",
                                                      "metal"};
    assert(bit < MYO_FLAG_COUNT);
    return names[bit];
}
