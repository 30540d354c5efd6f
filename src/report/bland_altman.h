/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The plot of Bland and Altman: how much readers differ, over what they measured. */
#ifndef MYO_REPORT_BLAND_ALTMAN_H
#define MYO_REPORT_BLAND_ALTMAN_H

#include <myotome/agreement.h>

/* Borrowed pointers. */
typedef struct myo_report_bland_altman {
    const char *structure;      /* as a person reads it: "Multifidus, left" */
    const char *measure, *unit; /* "area of the outline", "mm²"; the unit may be "" */
    const char *const *readers; /* their names */
    size_t reader_count;
    const double *values; /* count x reader_count */
    size_t count;
    int decimals;                        /* of numbers in labels */
    const myo_bland_altman *differences; /* of two readers */
    const myo_agreement *agreement;      /* of more than two */
} myo_report_bland_altman;

/* Writes <stem>.svg, .png and .csv. Two readers: difference over mean, with bias, limits, their
 * intervals, and the line of proportional bias. More: the difference of each from the mean of all,
 * with the limits of agreement with the mean (Jones 2011). Errors: those of myo_plot_write(). */
bool myo_report_bland_altman_write(const char *stem, const myo_report_bland_altman *figure,
                                   myo_error *err);

#endif
