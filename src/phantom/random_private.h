/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random numbers and noise fields that depend on the seed alone, never on the library or order. */
#ifndef MYO_PHANTOM_RANDOM_PRIVATE_H
#define MYO_PHANTOM_RANDOM_PRIVATE_H

#include <myotome/geometry.h>

/* A stream of numbers: SplitMix64 (G. Steele, D. Lea, C. Flood, OOPSLA 2014). */
typedef struct phantom_random {
    uint64_t state;
} phantom_random;

uint64_t phantom_random_next(phantom_random *random);
/* Uniform between two limits. */
double phantom_random_uniform(phantom_random *random, double lower, double upper);

/* Mixes a key into 64 well-spread bits (the finaliser of SplitMix64). */
uint64_t phantom_hash(uint64_t key);

/* Smooth noise in 0 to 1: values at the points of an integer lattice, cubic blending between. */
double phantom_noise(uint64_t seed, double x, double y, double z);

/* Two independent normal numbers of mean 0 and standard deviation 1 for a key. */
void phantom_normal_pair(uint64_t key, double out[2]);

#endif
