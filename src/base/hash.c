/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/hash.h"

#include <sha2.h>

void myo_hash_sha256(const void *data, size_t size, char hex[MYO_HASH_HEX_SIZE]) {
    SHA256Data((const uint8_t *)data, size, hex);
}
