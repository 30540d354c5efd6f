/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Missing values in tables. */
#ifndef MYO_BASE_MISSING_H
#define MYO_BASE_MISSING_H

#include <stdbool.h>

/* True for what stands for a missing value, whatever its case: nothing, NA, N/A, #N/A, NaN, null,
 * missing, "." or "?". */
bool myo_text_is_missing(const char *text);

#endif
