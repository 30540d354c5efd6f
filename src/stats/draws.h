/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Random draws that depend on a seed and on the number of a stream alone: each bootstrap replicate
 * has a stream of its own, so that results are the same for every number of threads. The generator
 * is SplitMix64 (G. Steele, D. Lea, C. Flood, OOPSLA 2014).
 */
#ifndef MYO_STATS_DRAWS_H
#define MYO_STATS_DRAWS_H

#include <stddef.h>
#include <stdint.h>

typedef struct myo_draws {
    uint64_t state;
} myo_draws;

/* The stream `number` of a seed. */
myo_draws myo_draws_open(uint64_t seed, uint64_t number);
uint64_t myo_draws_next(myo_draws *draws);
/* One of 0 to bound - 1, each with the same probability. */
size_t myo_draws_below(myo_draws *draws, size_t bound);
/* Puts numbers into a random order. */
void myo_draws_shuffle(myo_draws *draws, size_t *items, size_t count);

/* Folds 0 to folds - 1 for cross-validation, as equal in size as can be, and as equal in the number
 * of events: patients with the event are dealt out first, then those without. */
void myo_draws_folds(uint64_t seed, const unsigned char *event, size_t count, size_t folds,
                     size_t *order, size_t *fold);

/*
 * Part of each row: 1 for a share of the patients with the event and of those without, 0 for the
 * rest; the counts of both are rounded to the nearest. `order` has room for `count` numbers.
 */
void myo_draws_split(uint64_t seed, const unsigned char *event, size_t count, double share,
                     size_t *order, unsigned char *part);

#endif
