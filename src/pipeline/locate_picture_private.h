/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MYO_PIPELINE_LOCATE_PICTURE_PRIVATE_H
#define MYO_PIPELINE_LOCATE_PICTURE_PRIVATE_H

#include <myotome/ct.h>
#include <myotome/locate.h>

/* Draws a location as `path`. Nothing is drawn, and no error set, without a sagittal slice that can
 * be read, or, for a location on CT, without its volume `ct`. */
bool locate_picture_write(const myo_study *study, const myo_location *location, const myo_ct *ct,
                          const char *path, myo_error *err);

#endif
