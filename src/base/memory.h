/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Allocation with overflow checks. Memory is released with free(). */
#ifndef MYO_BASE_MEMORY_H
#define MYO_BASE_MEMORY_H

#include <myotome/error.h>

/* Allocates count x size zeroed bytes (at least one). Returns NULL and sets `err` when the product
 * overflows or memory runs out. */
void *myo_alloc_array(size_t count, size_t size, myo_error *err);

/* Makes room for `needed` elements in a growing array: *items of *capacity elements is doubled
 * until it suffices. On failure nothing changes. */
bool myo_array_reserve(void **items, size_t *capacity, size_t needed, size_t size, myo_error *err);

/* Copy of a string, NULL counting as "". */
char *myo_string_copy(const char *text, myo_error *err);

#endif
