/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/draws.h"

#include <math.h>

#define GOLDEN_GAMMA UINT64_C(0x9e3779b97f4a7c15)

static uint64_t mix(uint64_t key) {
    key = (key ^ (key >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    key = (key ^ (key >> 27)) * UINT64_C(0x94d049bb133111eb);
    return key ^ (key >> 31);
}

myo_draws myo_draws_open(uint64_t seed, uint64_t number) {
    return (myo_draws){mix(mix(seed + GOLDEN_GAMMA) + number * GOLDEN_GAMMA)};
}

uint64_t myo_draws_next(myo_draws *draws) {
    draws->state += GOLDEN_GAMMA;
    return mix(draws->state);
}

size_t myo_draws_below(myo_draws *draws, size_t bound) {
    /* The upper half of 32 random bits times the bound (D. Lemire, ACM Trans. Model. Comput. Simul.
     * 29(1):3, 2019); products whose lower half is too small would favour some numbers. */
    if (bound <= UINT32_MAX) {
        uint32_t least = (uint32_t)((UINT64_C(1) << 32) % bound);
        uint64_t product;
        do {
            product = (myo_draws_next(draws) >> 32) * bound;
        } while ((uint32_t)product < least);
        return (size_t)(product >> 32);
    }
    /* Numbers beyond the last whole multiple of the bound would do so likewise. */
    uint64_t limit = UINT64_MAX - UINT64_MAX % bound, number;
    do {
        number = myo_draws_next(draws);
    } while (number >= limit);
    return (size_t)(number % bound);
}

void myo_draws_shuffle(myo_draws *draws, size_t *items, size_t count) {
    for (size_t i = count; i > 1; i--) {
        size_t other = myo_draws_below(draws, i), item = items[i - 1];
        items[i - 1] = items[other];
        items[other] = item;
    }
}

/* Rows of one class in a random order; returns their number. */
static size_t shuffle_class(myo_draws *draws, const unsigned char *event, size_t count,
                            unsigned char class, size_t *order) {
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        if (event[i] == class) {
            order[found++] = i;
        }
    }
    myo_draws_shuffle(draws, order, found);
    return found;
}

void myo_draws_folds(uint64_t seed, const unsigned char *event, size_t count, size_t folds,
                     size_t *order, size_t *fold) {
    myo_draws draws = myo_draws_open(seed, 0);
    size_t dealt = 0;
    for (int class = 1; class >= 0; class --) {
        size_t found = shuffle_class(&draws, event, count, (unsigned char)class, order);
        for (size_t i = 0; i < found; i++) {
            fold[order[i]] = dealt++ % folds;
        }
    }
}

void myo_draws_split(uint64_t seed, const unsigned char *event, size_t count, double share,
                     size_t *order, unsigned char *part) {
    myo_draws draws = myo_draws_open(seed, 0);
    for (int class = 1; class >= 0; class --) {
        size_t found = shuffle_class(&draws, event, count, (unsigned char)class, order);
        size_t taken = (size_t)floor(share * (double)found + 0.5);
        for (size_t i = 0; i < found; i++) {
            part[order[i]] = i < taken;
        }
    }
}
