/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers in ascending order, for medians and quantiles. There must be no NaN among them. */
#ifndef MYO_BASE_SORT_H
#define MYO_BASE_SORT_H

#include <stddef.h>

void myo_sort_doubles(double *values, size_t count);
void myo_sort_floats(float *values, size_t count);

#endif
