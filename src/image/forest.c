/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Boosted trees: opening and evaluation. */
#include "image/forest.h"

#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_SIZE 64
#define DEPTH_MAX 12
#define OFFSET_MAX 256 /* of a feature, in pixels */

/* Feature maps with a border that repeats their outermost pixels, as wide as the largest offset, so
 * that a feature is one addition of an index. */
typedef struct padded {
    float *pixels;
    size_t border, stride, plane_size;
} padded;

typedef struct node {
    int32_t offset; /* of the feature from the pixel's place in the first map */
    float threshold;
} node;

static size_t widest_offset(const myo_forest *f) {
    size_t widest = 0;
    for (size_t i = 0; i < f->feature_count; i++) {
        for (int axis = 1; axis < 3; axis++) {
            size_t offset = (size_t)abs(f->spec[3 * i + (size_t)axis]);
            widest = offset > widest ? offset : widest;
        }
    }
    return widest;
}

static bool pad_maps(const myo_planes *maps, size_t border, padded *out, myo_error *err) {
    size_t stride = maps->columns + 2 * border, lines = maps->rows + 2 * border;
    *out = (padded){.border = border, .stride = stride, .plane_size = stride * lines};
    out->pixels = myo_alloc_array(maps->planes * out->plane_size, sizeof(float), err);
    for (size_t p = 0; out->pixels && p < maps->planes; p++) {
        for (size_t y = 0; y < lines; y++) {
            size_t row = y < border ? 0 : y - border;
            row = row < maps->rows ? row : maps->rows - 1;
            const float *from = maps->pixels + (p * maps->rows + row) * maps->columns;
            float *to = out->pixels + p * out->plane_size + y * stride;
            for (size_t x = 0; x < border; x++) {
                to[x] = from[0];
                to[border + maps->columns + x] = from[maps->columns - 1];
            }
            memcpy(to + border, from, maps->columns * sizeof(float));
        }
    }
    return out->pixels != NULL;
}

static void place_nodes(const myo_forest *f, size_t tree, const padded *maps, node *nodes) {
    size_t count = ((size_t)1 << f->depth) - 1;
    for (size_t i = 0; i < count; i++) {
        const int32_t *s = f->spec + 3 * (size_t)f->feature[tree * count + i];
        nodes[i].offset =
            (int32_t)(s[0] * (long)maps->plane_size + s[1] * (long)maps->stride + s[2]);
        nodes[i].threshold = f->threshold[tree * count + i];
    }
}

static void add_tree(const myo_forest *f, size_t tree, const node *nodes, const padded *maps,
                     const uint32_t *places, size_t count, float *scores) {
    size_t leaf_count = (size_t)1 << f->depth, classes = f->class_count;
    const int16_t *leaves = f->leaf + tree * leaf_count * classes;
    for (size_t i = 0; i < count; i++) {
        const float *at = maps->pixels + places[i];
        size_t n = 0;
        for (size_t d = 0; d < f->depth; d++) {
            n = 2 * n + 1 + (at[nodes[n].offset] > nodes[n].threshold ? 1 : 0);
        }
        const int16_t *leaf = leaves + (n + 1 - leaf_count) * classes;
        for (size_t k = 0; k < classes; k++) {
            scores[i * classes + k] += (float)leaf[k] * f->leaf_scale;
        }
    }
}

static void softmax(float *scores, size_t classes) {
    float highest = scores[0], sum = 0.0f;
    for (size_t k = 1; k < classes; k++) {
        highest = scores[k] > highest ? scores[k] : highest;
    }
    for (size_t k = 0; k < classes; k++) {
        scores[k] = expf(scores[k] - highest);
        sum += scores[k];
    }
    for (size_t k = 0; k < classes; k++) {
        scores[k] /= sum;
    }
}

bool myo_forest_apply(const myo_forest *forest, const myo_planes *maps, const uint8_t *want,
                      size_t want_count, float *out, myo_error *err) {
    padded p = {0};
    size_t node_count = ((size_t)1 << forest->depth) - 1;
    uint32_t *places = myo_alloc_array(want_count, sizeof *places, err);
    node *nodes = myo_alloc_array(node_count, sizeof *nodes, err);
    bool done = places && nodes && pad_maps(maps, widest_offset(forest), &p, err);
    if (done) {
        size_t n = 0;
        for (size_t i = 0; i < maps->columns * maps->rows && n < want_count; i++) {
            if (want[i]) {
                size_t y = i / maps->columns + p.border, x = i % maps->columns + p.border;
                places[n] = (uint32_t)(y * p.stride + x);
                memcpy(out + n * forest->class_count, forest->prior,
                       forest->class_count * sizeof(float));
                n++;
            }
        }
        for (size_t t = 0; t < forest->tree_count; t++) {
            place_nodes(forest, t, &p, nodes);
            add_tree(forest, t, nodes, &p, places, n, out);
        }
        for (size_t i = 0; i < n; i++) {
            softmax(out + i * forest->class_count, forest->class_count);
        }
    }
    free(p.pixels);
    free(places);
    free(nodes);
    return done;
}

static const void *get(const myo_tensors *tensors, const char *prefix, const char *name,
                       myo_tensor_type type, size_t rank, size_t *shape, myo_error *err) {
    char full[NAME_SIZE];
    snprintf(full, sizeof full, "%s.%s", prefix, name);
    return myo_tensors_get(tensors, full, type, rank, shape, err);
}

/* Every feature names a map that exists, at an offset that is not absurd; every node a feature. */
static bool check_forest(const myo_forest *f, const char *prefix, myo_error *err) {
    for (size_t i = 0; i < f->feature_count; i++) {
        const int32_t *s = f->spec + 3 * i;
        if (s[0] < 0 || (size_t)s[0] >= f->map_count || abs(s[1]) > OFFSET_MAX ||
            abs(s[2]) > OFFSET_MAX) {
            return myo_error_set(err, MYO_E_FORMAT, "%s: feature %zu is not usable", prefix, i);
        }
    }
    for (size_t i = 0; i < f->tree_count * (((size_t)1 << f->depth) - 1); i++) {
        if (f->feature[i] < 0 || (size_t)f->feature[i] >= f->feature_count) {
            return myo_error_set(err, MYO_E_FORMAT, "%s: node %zu is not usable", prefix, i);
        }
    }
    return true;
}

bool myo_forest_open(const myo_tensors *tensors, const char *prefix, size_t class_count,
                     size_t map_count, myo_forest *out, myo_error *err) {
    myo_forest forest = {0}, *f = &forest;
    size_t nodes[2] = {0, 0};
    f->feature = get(tensors, prefix, "feature", MYO_TENSOR_I16, 2, nodes, err);
    f->threshold =
        f->feature ? get(tensors, prefix, "threshold", MYO_TENSOR_F32, 2, nodes, err) : NULL;
    size_t leaves[3] = {nodes[0], nodes[1] + 1, class_count};
    f->leaf = f->threshold ? get(tensors, prefix, "leaf", MYO_TENSOR_I16, 3, leaves, err) : NULL;
    size_t priors[1] = {class_count}, spec[2] = {0, 3}, scale[1] = {1};
    f->prior = f->leaf ? get(tensors, prefix, "prior", MYO_TENSOR_F32, 1, priors, err) : NULL;
    f->spec = f->prior ? get(tensors, prefix, "spec", MYO_TENSOR_I32, 2, spec, err) : NULL;
    const float *leaf_scale =
        f->spec ? get(tensors, prefix, "leaf_scale", MYO_TENSOR_F32, 1, scale, err) : NULL;
    if (!leaf_scale) {
        return false;
    }
    while (f->depth < DEPTH_MAX && ((size_t)1 << f->depth) < leaves[1]) {
        f->depth++;
    }
    if (((size_t)1 << f->depth) != leaves[1]) {
        return myo_error_set(err, MYO_E_FORMAT, "%s: the trees are not complete", prefix);
    }
    f->tree_count = nodes[0];
    f->class_count = class_count;
    f->feature_count = spec[0];
    f->map_count = map_count;
    f->leaf_scale = *leaf_scale;
    if (!check_forest(f, prefix, err)) {
        return false;
    }
    *out = forest;
    return true;
}
