/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hashes against published values. */
#include "cmocka_all.h"

#include "base/hash.h"

#include <stdio.h>
#include <string.h>

static void hashes_as_fips_180(void **state) {
    (void)state;
    char hex[MYO_HASH_HEX_SIZE];
    myo_hash_sha256("abc", 3, hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void check_hmac(const void *key, size_t key_size, const char *data, const char *expected) {
    uint8_t hash[MYO_HASH_SIZE];
    char hex[2 * MYO_HASH_SIZE + 1];
    myo_hash_hmac(key, key_size, data, strlen(data), hash);
    for (size_t i = 0; i < sizeof hash; i++) {
        snprintf(hex + 2 * i, 3, "%02x", hash[i]);
    }
    assert_string_equal(hex, expected);
}

/* Cases 1, 2 and 6 of RFC 4231: a short key, a shorter one, and one that is longer than a block. */
static void authenticates_as_rfc_4231(void **state) {
    (void)state;
    uint8_t key[131];
    memset(key, 0x0b, sizeof key);
    check_hmac(key, 20, "Hi There",
               "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    check_hmac("Jefe", 4, "what do ya want for nothing?",
               "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    memset(key, 0xaa, sizeof key);
    check_hmac(key, sizeof key, "Test Using Larger Than Block-Size Key - Hash Key First",
               "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hashes_as_fips_180),
        cmocka_unit_test(authenticates_as_rfc_4231),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
