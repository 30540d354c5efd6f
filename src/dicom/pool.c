/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dicom/pool_private.h"

#include "base/memory.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE ((size_t)65536)
#define TABLE_SIZE_MIN ((size_t)256)
/* FNV-1a, 64 bits (G. Fowler, L.C. Noll, K.-P. Vo). */
#define HASH_BASIS UINT64_C(14695981039346656037)
#define HASH_PRIME UINT64_C(1099511628211)

typedef struct block block;
struct block {
    block *next;
    size_t size, used;
    max_align_t bytes[];
};

struct dicom_pool {
    block *blocks; /* the first one is being filled */
    size_t size;
    const char **table; /* texts by their hash, open addressing; a power of two */
    size_t table_size, text_count;
};

bool dicom_pool_create(dicom_pool **out, myo_error *err) {
    *out = myo_alloc_array(1, sizeof **out, err);
    return *out != NULL;
}

void dicom_pool_destroy(dicom_pool *pool) {
    if (!pool) {
        return;
    }
    for (block *next, *b = pool->blocks; b; b = next) {
        next = b->next;
        free(b);
    }
    free(pool->table);
    free(pool);
}

/* `bytes` from the first block, or from a new one. What is large gets a block of its own, behind
 * the one that is being filled. */
static void *take(dicom_pool *pool, size_t bytes, size_t alignment, myo_error *err) {
    block *first = pool->blocks;
    if (first) {
        size_t start = (first->used + alignment - 1) / alignment * alignment;
        if (start <= first->size && bytes <= first->size - start) {
            first->used = start + bytes;
            return (uint8_t *)first->bytes + start;
        }
    }
    size_t size = bytes > BLOCK_SIZE / 4 ? bytes : BLOCK_SIZE;
    if (size > SIZE_MAX - sizeof(block)) {
        myo_error_set(err, MYO_E_MEMORY, "out of memory");
        return NULL;
    }
    block *added = myo_alloc_array(1, sizeof *added + size, err);
    if (!added) {
        return NULL;
    }
    pool->size += sizeof *added + size;
    added->size = size;
    added->used = bytes;
    if (first && size != BLOCK_SIZE) {
        added->next = first->next;
        first->next = added;
    } else {
        added->next = first;
        pool->blocks = added;
    }
    return added->bytes;
}

void *dicom_pool_alloc(dicom_pool *pool, size_t count, size_t size, myo_error *err) {
    if (count > 0 && size > SIZE_MAX / 2 / count) {
        myo_error_set(err, MYO_E_MEMORY, "out of memory");
        return NULL;
    }
    return take(pool, count * size, _Alignof(max_align_t), err);
}

const char *dicom_pool_copy(dicom_pool *pool, const char *text, myo_error *err) {
    size_t size = strlen(text) + 1;
    char *copy = take(pool, size, 1, err);
    if (copy) {
        memcpy(copy, text, size);
    }
    return copy;
}

static uint64_t hash_of(const char *text) {
    uint64_t hash = HASH_BASIS;
    for (const char *c = text; *c; c++) {
        hash = (hash ^ (uint8_t)*c) * HASH_PRIME;
    }
    return hash;
}

/* Place of a text in the table, or the free place where it belongs. */
static const char **find_place(const char **table, size_t size, const char *text) {
    size_t at = (size_t)hash_of(text) & (size - 1);
    while (table[at] && strcmp(table[at], text) != 0) {
        at = (at + 1) & (size - 1);
    }
    return &table[at];
}

/* Keeps the table at most half full. */
static bool grow_table(dicom_pool *pool, myo_error *err) {
    if (2 * (pool->text_count + 1) <= pool->table_size) {
        return true;
    }
    size_t size = pool->table_size ? 2 * pool->table_size : TABLE_SIZE_MIN;
    const char **table = myo_alloc_array(size, sizeof *table, err);
    if (!table) {
        return false;
    }
    for (size_t i = 0; i < pool->table_size; i++) {
        if (pool->table[i]) {
            *find_place(table, size, pool->table[i]) = pool->table[i];
        }
    }
    free(pool->table);
    pool->table = table;
    pool->table_size = size;
    return true;
}

const char *dicom_pool_intern(dicom_pool *pool, const char *text, myo_error *err) {
    if (!grow_table(pool, err)) {
        return NULL;
    }
    const char **place = find_place(pool->table, pool->table_size, text);
    if (!*place) {
        *place = dicom_pool_copy(pool, text, err);
        pool->text_count += *place != NULL;
    }
    return *place;
}

size_t dicom_pool_get_size(const dicom_pool *pool) {
    return pool->size + pool->table_size * sizeof *pool->table;
}
