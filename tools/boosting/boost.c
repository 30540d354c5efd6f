/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Trainer of boosted trees: J. Friedman, Ann. Statist. 29:1189-1232, 2001 (gradient boosting with
 * row sampling), one tree a round for all classes together, its leaves being vectors. Trees are
 * complete; splits are searched over histograms of binned features (P. Li, Q. Wu & C. Burges, NIPS
 * 2007) and maximise the summed squared gradients of the sides, |G|^2 / (n + ridge).
 *
 * Each round takes the gradients of the cross-entropy of softmax scores, grows a tree on a share of
 * the samples, and gives each leaf one Newton step with the diagonal curvature.
 */
#include "boosting/boost.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LEAF_SCORE_MAX 0.6f /* no single leaf may say more */
#define GAIN_MIN 1e-6

/* Scores or gradients of all classes; unused classes stay 0. */
typedef float vector __attribute__((vector_size(BOOST_CLASSES_MAX * sizeof(float))));

typedef struct split {
    size_t feature, bin;
    double gain;
} split;

typedef struct trainer {
    const boost_settings *s;
    const uint8_t *binned, *classes;
    size_t node_count, leaf_count;
    vector *scores, *gradients; /* of each sample */
    vector *ordered;            /* gradients of the node's samples, in their order */
    uint32_t *samples, *moved;  /* of this round, grouped by node; scratch */
    size_t *first, *last;       /* range of each node, leaves included */
    size_t *features;           /* the first ones are this round's */
    uint64_t state;             /* of the random numbers */
} trainer;

/* Uniform in [0, 1): a linear congruential generator with D. Knuth's MMIX constants. */
static double next_random(trainer *t) {
    t->state = t->state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (double)(t->state >> 11) * (1.0 / 9007199254740992.0);
}

static float squared(vector v) {
    v *= v;
    float sum = 0.0f;
    for (size_t k = 0; k < BOOST_CLASSES_MAX; k++) {
        sum += v[k];
    }
    return sum;
}

/* Aligned, as the compiler may move whole vectors. */
static vector *allocate_vectors(size_t count) {
    vector *v = aligned_alloc(sizeof(vector), (count ? count : 1) * sizeof(vector));
    if (v) {
        memset(v, 0, count * sizeof(vector));
    }
    return v;
}

static void trainer_clear(trainer *t) {
    free(t->scores);
    free(t->gradients);
    free(t->ordered);
    free(t->samples);
    free(t->moved);
    free(t->first);
    free(t->last);
    free(t->features);
}

static bool trainer_prepare(trainer *t, const float *prior) {
    const boost_settings *s = t->s;
    t->node_count = ((size_t)1 << s->depth) - 1;
    t->leaf_count = (size_t)1 << s->depth;
    t->state = s->seed * 7919 + 12345;
    t->scores = allocate_vectors(s->sample_count);
    t->gradients = allocate_vectors(s->sample_count);
    t->ordered = allocate_vectors(s->sample_count);
    t->samples = myo_alloc_array(s->sample_count, sizeof(uint32_t), NULL);
    t->moved = myo_alloc_array(s->sample_count, sizeof(uint32_t), NULL);
    t->first = myo_alloc_array(t->node_count + t->leaf_count, sizeof(size_t), NULL);
    t->last = myo_alloc_array(t->node_count + t->leaf_count, sizeof(size_t), NULL);
    t->features = myo_alloc_array(s->feature_count, sizeof(size_t), NULL);
    if (!t->scores || !t->gradients || !t->ordered || !t->samples || !t->moved || !t->first ||
        !t->last || !t->features) {
        return false;
    }
    for (size_t i = 0; i < s->sample_count; i++) {
        for (size_t k = 0; k < s->class_count; k++) {
            t->scores[i][k] = prior[k];
        }
    }
    return true;
}

/* Negative gradient of the cross-entropy: what was seen minus what is believed. */
static void compute_gradients(trainer *t) {
    size_t classes = t->s->class_count;
    for (size_t i = 0; i < t->s->sample_count; i++) {
        float highest = t->scores[i][0], sum = 0.0f, p[BOOST_CLASSES_MAX] = {0};
        for (size_t k = 1; k < classes; k++) {
            highest = fmaxf(highest, t->scores[i][k]);
        }
        for (size_t k = 0; k < classes; k++) {
            p[k] = expf(t->scores[i][k] - highest);
            sum += p[k];
        }
        for (size_t k = 0; k < classes; k++) {
            t->gradients[i][k] = (t->classes[i] == k ? 1.0f : 0.0f) - p[k] / sum;
        }
    }
}

/* Draws this round's samples and features; returns the number of features. */
static size_t draw(trainer *t) {
    const boost_settings *s = t->s;
    size_t n = 0;
    for (size_t i = 0; i < s->sample_count; i++) {
        if (next_random(t) < (double)s->sample_part) {
            t->samples[n++] = (uint32_t)i;
        }
    }
    t->first[0] = 0;
    t->last[0] = n;
    size_t drawn = (size_t)(s->feature_part * (float)s->feature_count);
    drawn = drawn > 0 ? drawn : 1;
    for (size_t f = 0; f < s->feature_count; f++) {
        t->features[f] = f;
    }
    for (size_t f = 0; f < drawn; f++) {
        size_t other = f + (size_t)(next_random(t) * (double)(s->feature_count - f));
        size_t swap = t->features[f];
        t->features[f] = t->features[other];
        t->features[other] = swap;
    }
    return drawn;
}

/* Best bin of one feature for the samples of a node, if better than `best`. */
static void try_feature(const trainer *t, size_t feature, size_t first, size_t last, vector total,
                        split *best) {
    vector sums[BOOST_BINS] = {0}, left = {0};
    float counts[BOOST_BINS] = {0}, left_count = 0.0f;
    const boost_settings *s = t->s;
    const uint8_t *bins = t->binned + feature * s->sample_count;
    for (size_t i = first; i < last; i++) {
        sums[bins[t->samples[i]]] += t->ordered[i];
        counts[bins[t->samples[i]]] += 1.0f;
    }
    float count = (float)(last - first);
    double before = (double)(squared(total) / (count + s->ridge));
    for (size_t b = 0; b + 1 < BOOST_BINS; b++) {
        left += sums[b];
        left_count += counts[b];
        float right_count = count - left_count;
        if (left_count < s->leaf_min || right_count < s->leaf_min) {
            continue;
        }
        double gain = (double)(squared(left) / (left_count + s->ridge)) +
                      (double)(squared(total - left) / (right_count + s->ridge)) - before;
        if (gain > best->gain) {
            *best = (split){feature, b, gain};
        }
    }
}

/* Moves the samples of a node so that those of its left side come first. */
static void divide(trainer *t, size_t node, const split *chosen) {
    const uint8_t *bins = t->binned + chosen->feature * t->s->sample_count;
    size_t left = t->first[node], right = 0;
    for (size_t i = t->first[node]; i < t->last[node]; i++) {
        uint32_t sample = t->samples[i];
        if (bins[sample] > chosen->bin) {
            t->moved[right++] = sample;
        } else {
            t->samples[left++] = sample;
        }
    }
    memcpy(t->samples + left, t->moved, right * sizeof(uint32_t));
    t->first[2 * node + 1] = t->first[node];
    t->last[2 * node + 1] = left;
    t->first[2 * node + 2] = left;
    t->last[2 * node + 2] = t->last[node];
}

/* A node that cannot be split sends everything to the left. */
static void grow(trainer *t, size_t drawn, int16_t *feature, uint8_t *bin) {
    for (size_t node = 0; node < t->node_count; node++) {
        size_t first = t->first[node], last = t->last[node];
        split best = {t->features[0], BOOST_BINS - 1, GAIN_MIN};
        if ((float)(last - first) >= 2.0f * t->s->leaf_min) {
            vector total = {0};
            for (size_t i = first; i < last; i++) {
                t->ordered[i] = t->gradients[t->samples[i]];
                total += t->ordered[i];
            }
            for (size_t f = 0; f < drawn; f++) {
                try_feature(t, t->features[f], first, last, total, &best);
            }
        }
        feature[node] = (int16_t)best.feature;
        bin[node] = (uint8_t)best.bin;
        divide(t, node, &best);
    }
}

/* One Newton step for each leaf and class. */
static void fill_leaves(const trainer *t, float *leaf) {
    const boost_settings *s = t->s;
    for (size_t n = 0; n < t->leaf_count; n++) {
        double gradient[BOOST_CLASSES_MAX] = {0}, curvature[BOOST_CLASSES_MAX] = {0};
        for (size_t i = t->first[t->node_count + n]; i < t->last[t->node_count + n]; i++) {
            uint32_t sample = t->samples[i];
            for (size_t k = 0; k < s->class_count; k++) {
                double g = (double)t->gradients[sample][k];
                double p = (t->classes[sample] == k ? 1.0 : 0.0) - g;
                gradient[k] += g;
                curvature[k] += p * (1.0 - p);
            }
        }
        for (size_t k = 0; k < s->class_count; k++) {
            float step = s->rate * (float)(gradient[k] / (curvature[k] + (double)s->ridge));
            leaf[n * BOOST_CLASSES_MAX + k] = fminf(fmaxf(step, -LEAF_SCORE_MAX), LEAF_SCORE_MAX);
        }
    }
}

/* Adds the new tree's answer to the scores of all samples, drawn or not. */
static void add_scores(trainer *t, const int16_t *feature, const uint8_t *bin, const float *leaf) {
    const boost_settings *s = t->s;
    for (size_t i = 0; i < s->sample_count; i++) {
        size_t node = 0;
        for (size_t d = 0; d < s->depth; d++) {
            size_t f = (size_t)feature[node];
            node = 2 * node + 1 + (t->binned[f * s->sample_count + i] > bin[node] ? 1 : 0);
        }
        const float *answer = leaf + (node - t->node_count) * BOOST_CLASSES_MAX;
        for (size_t k = 0; k < s->class_count; k++) {
            t->scores[i][k] += answer[k];
        }
    }
}

bool boost_train(const boost_settings *settings, const uint8_t *binned, const uint8_t *classes,
                 const float *prior, int16_t *feature, uint8_t *bin, float *leaf) {
    trainer t = {.s = settings, .binned = binned, .classes = classes};
    bool done = trainer_prepare(&t, prior);
    for (size_t tree = 0; done && tree < settings->tree_count; tree++) {
        compute_gradients(&t);
        size_t drawn = draw(&t);
        grow(&t, drawn, feature, bin);
        fill_leaves(&t, leaf);
        add_scores(&t, feature, bin, leaf);
        feature += t.node_count;
        bin += t.node_count;
        leaf += t.leaf_count * BOOST_CLASSES_MAX;
    }
    trainer_clear(&t);
    return done;
}
