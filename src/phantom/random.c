/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "phantom/random_private.h"

#include <math.h>

/* Constants of SplitMix64; the three lattice multipliers are large odd numbers of the same kind. */
#define GOLDEN_GAMMA UINT64_C(0x9e3779b97f4a7c15)
#define LATTICE_X UINT64_C(0x8cb92ba72f3d8dd7)
#define LATTICE_Y UINT64_C(0xd6e8feb86659fd93)
#define LATTICE_Z UINT64_C(0xa0761d6478bd642f)
#define PI 3.14159265358979323846

uint64_t phantom_hash(uint64_t key) {
    key = (key ^ (key >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    key = (key ^ (key >> 27)) * UINT64_C(0x94d049bb133111eb);
    return key ^ (key >> 31);
}

uint64_t phantom_random_next(phantom_random *random) {
    random->state += GOLDEN_GAMMA;
    return phantom_hash(random->state);
}

/* Uniform in (0, 1) from 64 bits. */
static double unit(uint64_t bits) {
    return ((double)(bits >> 11) + 0.5) * 0x1p-53;
}

double phantom_random_uniform(phantom_random *random, double lower, double upper) {
    return lower + (upper - lower) * unit(phantom_random_next(random));
}

static double lattice(uint64_t seed, int64_t x, int64_t y, int64_t z) {
    uint64_t key = seed + (uint64_t)x * LATTICE_X + (uint64_t)y * LATTICE_Y;
    return (double)(phantom_hash(key + (uint64_t)z * LATTICE_Z) >> 40) * 0x1p-24;
}

static double blend(double t) {
    return t * t * (3.0 - 2.0 * t);
}

/* floor(), which is a slow call on machines of the base instruction set. */
static int64_t whole(double x) {
    int64_t cut = (int64_t)x;
    return (double)cut > x ? cut - 1 : cut;
}

double phantom_noise(uint64_t seed, double x, double y, double z) {
    int64_t ix = whole(x), iy = whole(y), iz = whole(z);
    double tx = blend(x - (double)ix), ty = blend(y - (double)iy), tz = blend(z - (double)iz);
    double plane[2];
    for (int k = 0; k < 2; k++) {
        double a = lattice(seed, ix, iy, iz + k), b = lattice(seed, ix + 1, iy, iz + k);
        double c = lattice(seed, ix, iy + 1, iz + k), d = lattice(seed, ix + 1, iy + 1, iz + k);
        double front = a + (b - a) * tx, back = c + (d - c) * tx;
        plane[k] = front + (back - front) * ty;
    }
    return plane[0] + (plane[1] - plane[0]) * tz;
}

void phantom_normal_pair(uint64_t key, double out[2]) {
    double radius = sqrt(-2.0 * log(unit(phantom_hash(key))));
    double angle = 2.0 * PI * unit(phantom_hash(key + GOLDEN_GAMMA));
    out[0] = radius * cos(angle);
    out[1] = radius * sin(angle);
}
