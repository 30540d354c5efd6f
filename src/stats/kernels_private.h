/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inner loops. Sums have a fixed number of parts, so that compilers may use vector registers and
 * the result is nonetheless the same everywhere. */
#ifndef MYO_STATS_KERNELS_PRIVATE_H
#define MYO_STATS_KERNELS_PRIVATE_H

#include <math.h>
#include <stddef.h>

/* Standard deviation that rounding may leave of a constant column, relative to its values. */
#define STATS_CONSTANT_SPREAD 1e-12

/* Two numbers in a vector register, of which every processor of the base instruction sets has one;
 * without it compilers differ by a factor of three in what they make of a sum. */
typedef double stats_pair __attribute__((vector_size(16), aligned(8), may_alias));
#define STATS_STRIDE ((size_t)8) /* numbers of four pairs */

static inline stats_pair stats_load(const double *from) {
    return *(const stats_pair *)(const void *)from;
}

/* Sum of a[i] * b[i]. */
static inline double stats_dot(const double *restrict a, const double *restrict b, size_t count) {
    /* Four sums under way at the same time hide the latency of an addition. */
    stats_pair sum0 = {0.0}, sum1 = {0.0}, sum2 = {0.0}, sum3 = {0.0};
    size_t whole = count - count % STATS_STRIDE;
    for (size_t i = 0; i < whole; i += STATS_STRIDE) {
        sum0 += stats_load(a + i) * stats_load(b + i);
        sum1 += stats_load(a + i + 2) * stats_load(b + i + 2);
        sum2 += stats_load(a + i + 4) * stats_load(b + i + 4);
        sum3 += stats_load(a + i + 6) * stats_load(b + i + 6);
    }
    stats_pair both = (sum0 + sum1) + (sum2 + sum3);
    double total = both[0] + both[1];
    for (size_t i = whole; i < count; i++) {
        total += a[i] * b[i];
    }
    return total;
}

/* to[i] += factor * from[i]. */
static inline void stats_add_scaled(double factor, const double *restrict from, double *restrict to,
                                    size_t count) {
    for (size_t i = 0; i < count; i++) {
        to[i] += factor * from[i];
    }
}

/* Probability of the event and of its absence, both without cancellation. */
static inline void stats_logistic(double linear_predictor, double *event, double *none) {
    double e = exp(-fabs(linear_predictor)), larger = 1.0 / (1.0 + e), smaller = e * larger;
    *event = linear_predictor >= 0.0 ? larger : smaller;
    *none = linear_predictor >= 0.0 ? smaller : larger;
}

/* A product of probabilities whose logarithm is taken now and then instead of at each factor.
 * Initialise with {1.0, 0.0}. */
typedef struct stats_log_product {
    double product, sum;
} stats_log_product;

#define STATS_PRODUCT_MIN 1e-150 /* its square is still a normal number */

static inline void stats_log_multiply(stats_log_product *log_product, double factor) {
    if (factor < STATS_PRODUCT_MIN) {
        log_product->sum += log(factor);
        return;
    }
    log_product->product *= factor;
    if (log_product->product < STATS_PRODUCT_MIN) {
        log_product->sum += log(log_product->product);
        log_product->product = 1.0;
    }
}

static inline double stats_log_value(const stats_log_product *log_product) {
    return log_product->sum + log(log_product->product);
}

#endif
