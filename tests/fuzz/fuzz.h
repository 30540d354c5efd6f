/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What fuzz targets share. */
#ifndef MYO_FUZZ_H
#define MYO_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* The one function of a fuzz target: libFuzzer calls it, or driver.c does. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Writes the input to a file, since readers take paths, as their users do. It is one file that is
 * written over and over; its path is borrowed. */
const char *fuzz_write_file(const uint8_t *data, size_t size);

#endif
