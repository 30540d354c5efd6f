/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/hash.h"

#include "base/file.h"

#include <sha2.h>
#include <stdlib.h>
#include <string.h>

/* Padding bytes of RFC 2104. */
static const uint8_t INNER_PAD = 0x36, OUTER_PAD = 0x5c;

void myo_hash_sha256(const void *data, size_t size, char hex[MYO_HASH_HEX_SIZE]) {
    SHA256Data((const uint8_t *)data, size, hex);
}

void myo_hash_hmac(const void *key, size_t key_size, const void *data, size_t size,
                   uint8_t out[MYO_HASH_SIZE]) {
    SHA2_CTX context;
    uint8_t block[SHA256_BLOCK_LENGTH] = {0}, padded[SHA256_BLOCK_LENGTH];
    if (key_size > sizeof block) {
        SHA256Init(&context);
        SHA256Update(&context, key, key_size);
        SHA256Final(block, &context);
    } else if (key_size > 0) {
        memcpy(block, key, key_size);
    }
    for (size_t i = 0; i < sizeof block; i++) {
        padded[i] = block[i] ^ INNER_PAD;
    }
    SHA256Init(&context);
    SHA256Update(&context, padded, sizeof padded);
    SHA256Update(&context, data, size);
    SHA256Final(out, &context);
    for (size_t i = 0; i < sizeof block; i++) {
        padded[i] = block[i] ^ OUTER_PAD;
    }
    SHA256Init(&context);
    SHA256Update(&context, padded, sizeof padded);
    SHA256Update(&context, out, MYO_HASH_SIZE);
    SHA256Final(out, &context);
}

bool myo_hash_file(const char *path, size_t limit, char hex[MYO_HASH_HEX_SIZE], myo_error *err) {
    char *data = NULL;
    size_t size;
    if (!myo_file_read(path, limit, &data, &size, err)) {
        return false;
    }
    myo_hash_sha256(data, size, hex);
    free(data);
    return true;
}
