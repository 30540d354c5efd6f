/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SHA-256 (FIPS 180-4), by libmd. */
#ifndef MYO_BASE_HASH_H
#define MYO_BASE_HASH_H

#include <myotome/error.h>

#define MYO_HASH_HEX_SIZE 65

#define MYO_HASH_SIZE 32

/* Writes the hash of `size` bytes as 64 lower-case hexadecimal digits and a NUL. */
void myo_hash_sha256(const void *data, size_t size, char hex[MYO_HASH_HEX_SIZE]);

/* The hash of a file of at most `limit` bytes. */
bool myo_hash_file(const char *path, size_t limit, char hex[MYO_HASH_HEX_SIZE], myo_error *err);

/* HMAC-SHA-256 (RFC 2104): a hash that only the owner of the key can compute. An empty key makes it
 * one that everybody can. */
void myo_hash_hmac(const void *key, size_t key_size, const void *data, size_t size,
                   uint8_t out[MYO_HASH_SIZE]);

#endif
