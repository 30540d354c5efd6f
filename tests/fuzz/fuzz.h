/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one function of a fuzz target: libFuzzer calls it, or driver.c does. */
#ifndef MYO_FUZZ_H
#define MYO_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
