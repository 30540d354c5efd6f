/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PNG files, through libpng. */
#ifndef MYO_IO_PNG_H
#define MYO_IO_PNG_H

#include <myotome/error.h>

/* Writes 8-bit RGB pixels (rows x columns x 3, row-major). `software` (ASCII or Latin-1) is stored
 * as the text "Software"; there is no time stamp, so that the same pixels give the same bytes. The
 * file is either complete or not there. Errors: MYO_E_ARGUMENT for a size of 0 or beyond PNG's
 * limits, MYO_E_MEMORY, MYO_E_IO. */
bool myo_png_write_rgb(const char *path, const uint8_t *rgb, size_t columns, size_t rows,
                       const char *software, myo_error *err);

#endif
