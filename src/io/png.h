/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PNG files, through libpng. */
#ifndef MYO_IO_PNG_H
#define MYO_IO_PNG_H

#include <myotome/error.h>

/* Writes 8-bit RGB pixels (rows x columns x 3, row-major). `software` is stored as the text
 * "Software"; there is no time stamp, so that the same pixels give the same bytes. */
bool myo_png_write_rgb(const char *path, const uint8_t *rgb, size_t columns, size_t rows,
                       const char *software, myo_error *err);

#endif
