/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/missing.h"

#include <strings.h>

bool myo_text_is_missing(const char *text) {
    /* What R, SPSS, Excel and pandas write, and what people type. "None" and "unknown" are not
     * here: they can be levels of a factor. */
    static const char *const marks[] = {"",     "NA",      "N/A", "#N/A", "NaN",
                                        "null", "missing", ".",   "?"};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        if (strcasecmp(text, marks[i]) == 0) {
            return true;
        }
    }
    return false;
}
