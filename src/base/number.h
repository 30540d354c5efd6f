/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers from text, independent of the locale of the process. */
#ifndef MYO_BASE_NUMBER_H
#define MYO_BASE_NUMBER_H

#include <myotome/error.h>

/* Reads a finite decimal number that fills the whole text but for blanks around it. Returns false
 * for anything else ("", "1,5", "0x10", "nan", "12 HU"). */
bool myo_number_parse(const char *text, double *out);

/* The same for an integer within int. */
bool myo_integer_parse(const char *text, int *out);

/* The least of 1, 2 and 5 times a power of ten that divides a range (above 0) into no more than
 * `wanted` steps (P. Heckbert, Graphics Gems, 61-63, 1990), and the decimals that its multiples
 * need. */
double myo_number_nice_step(double range, double wanted, int *decimals);

#endif
