/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MYO_PIPELINE_LOCATE_PICTURE_PRIVATE_H
#define MYO_PIPELINE_LOCATE_PICTURE_PRIVATE_H

#include "pipeline/locate_private.h"

/* Draws a location as `path`. Nothing is drawn, and no error set, without a sagittal slice that can
 * be read, or, for a location on CT, without its `scan`. */
bool locate_picture_write(const myo_study *study, const myo_location *location, const ct_scan *scan,
                          const char *path, myo_error *err);

#endif
