/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text in UTF-8 (RFC 3629). */
#ifndef MYO_BASE_UTF8_H
#define MYO_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of the character at `text`, of which `size` may be read (at least 1); 0 when it is none.
 * NUL is none. */
size_t myo_utf8_length(const char *text, size_t size);

bool myo_utf8_is_valid(const char *text);

/* The most bytes of a text, at most `size`, that end with a whole character. */
size_t myo_utf8_whole(const char *text, size_t size);

/* Puts a '?' in the place of each byte that belongs to no character. */
void myo_utf8_repair(char *text);

#endif
