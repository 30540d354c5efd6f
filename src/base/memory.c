/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

#define ARRAY_FIRST_CAPACITY 16

void *myo_alloc_array(size_t count, size_t size, myo_error *err) {
    void *memory = calloc(count ? count : 1, size ? size : 1);
    if (!memory) {
        myo_error_set(err, MYO_E_MEMORY, "out of memory (%zu x %zu bytes)", count, size);
    }
    return memory;
}

bool myo_array_reserve(void **items, size_t *capacity, size_t needed, size_t size, myo_error *err) {
    if (needed <= *capacity) {
        return true;
    }
    size_t wanted = *capacity ? *capacity : ARRAY_FIRST_CAPACITY;
    while (wanted < needed && wanted <= SIZE_MAX / 2) {
        wanted *= 2;
    }
    if (wanted < needed || wanted > SIZE_MAX / size) {
        return myo_error_set(err, MYO_E_MEMORY, "out of memory (%zu x %zu bytes)", needed, size);
    }
    void *grown = realloc(*items, wanted * size);
    if (!grown) {
        return myo_error_set(err, MYO_E_MEMORY, "out of memory (%zu x %zu bytes)", wanted, size);
    }
    *items = grown;
    *capacity = wanted;
    return true;
}

char *myo_string_copy(const char *text, myo_error *err) {
    size_t length = text ? strlen(text) : 0;
    char *copy = myo_alloc_array(length + 1, 1, err);
    if (copy && length) {
        memcpy(copy, text, length);
    }
    return copy;
}
