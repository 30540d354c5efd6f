/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The networks against a plain computation of the same layers in double precision. */
#include "cmocka_all.h"

#include "stand_in.h"
#include "unet_private.h"

#include <stdlib.h>
#include <string.h>

#define COLUMNS 48
#define ROWS 32
#define BATCH 2
#define WEIGHTS_MAX 4096

/* Image by channel, row and column. */
typedef struct volume {
    size_t channels, rows, columns;
    double *values;
} volume;

static volume create(size_t channels, size_t rows, size_t columns) {
    volume v = {channels, rows, columns, calloc(channels * rows * columns, sizeof(double))};
    assert_non_null(v.values);
    return v;
}

static double *at(const volume *v, size_t channel, size_t row, size_t column) {
    return &v->values[(channel * v->rows + row) * v->columns + column];
}

/* Numbers that halves hold exactly: multiples of 1/64 between -1/2 and 1/2. */
static uint32_t state_of_numbers;
static int next_number(void) {
    state_of_numbers = state_of_numbers * 1664525u + 1013904223u;
    return (int)(state_of_numbers >> 24) % 65 - 32;
}

static uint16_t half_of(int sixtyfourths) {
    if (sixtyfourths == 0) {
        return 0;
    }
    int sign = sixtyfourths < 0 ? 0x8000 : 0;
    int size = abs(sixtyfourths), exponent = 15 - 6;
    while (size < 1024) {
        size *= 2;
        exponent--;
    }
    return (uint16_t)(sign | (exponent + 10) << 10 | (size - 1024));
}

typedef struct random_network {
    unet_network network;
    uint16_t halves[UNET_CONVOLUTIONS][WEIGHTS_MAX];
    double numbers[UNET_CONVOLUTIONS][WEIGHTS_MAX];
    float bias[UNET_CONVOLUTIONS][64];
    size_t inputs[UNET_CONVOLUTIONS], outputs[UNET_CONVOLUTIONS];
} random_network;

static random_network *create_network(void) {
    static const size_t channels[UNET_STAGES] = {8, 8, 16, 8};
    static const size_t inputs[] = {12, 8, 8, 8, 8, 16, 16, 8, 24, 16, 24, 8, 16, 8, 8};
    static const size_t outputs[] = {8, 8, 8, 8, 16, 16, 8, 8, 16, 16, 8, 8, 8, 8, 32};
    random_network *n = calloc(1, sizeof *n);
    assert_non_null(n);
    memcpy(n->network.channels, channels, sizeof channels);
    state_of_numbers = 7;
    for (size_t k = 0; k < UNET_CONVOLUTIONS; k++) {
        n->inputs[k] = inputs[k];
        n->outputs[k] = outputs[k];
        assert_true(inputs[k] * outputs[k] * 9 <= WEIGHTS_MAX);
        for (size_t i = 0; i < inputs[k] * outputs[k] * 9; i++) {
            int number = next_number() / 2;
            n->halves[k][i] = half_of(number);
            n->numbers[k][i] = number / 64.0;
        }
        for (size_t i = 0; i < outputs[k]; i++) {
            n->bias[k][i] = (float)next_number() / 64.0f;
        }
        n->network.weight[k] = n->halves[k];
        n->network.bias[k] = n->bias[k];
    }
    return n;
}

static volume convolve(const random_network *n, size_t k, volume in) {
    volume out = create(n->outputs[k], in.rows, in.columns);
    assert_int_equal(in.channels, n->inputs[k]);
    for (size_t i = 0; i < out.channels * out.rows * out.columns; i++) {
        size_t o = i / (out.rows * out.columns);
        long row = (long)(i / out.columns % out.rows), column = (long)(i % out.columns);
        double sum = (double)n->bias[k][o];
        for (size_t j = 0; j < in.channels * 9; j++) {
            long r = row + (long)(j % 9 / 3) - 1, c = column + (long)(j % 3) - 1;
            if (r >= 0 && c >= 0 && r < (long)in.rows && c < (long)in.columns) {
                sum += n->numbers[k][(o * in.channels + j / 9) * 9 + j % 9] *
                       *at(&in, j / 9, (size_t)r, (size_t)c);
            }
        }
        out.values[i] = k + 1 < UNET_CONVOLUTIONS ? fmax(sum, 0.0) : sum;
    }
    free(in.values);
    return out;
}

static volume halve(const volume *in) {
    volume out = create(in->channels, in->rows / 2, in->columns / 2);
    for (size_t k = 0; k < in->channels; k++) {
        for (size_t r = 0; r < in->rows; r++) {
            for (size_t c = 0; c < in->columns; c++) {
                double *to = at(&out, k, r / 2, c / 2);
                bool first = r % 2 == 0 && c % 2 == 0;
                *to = first ? *at(in, k, r, c) : fmax(*to, *at(in, k, r, c));
            }
        }
    }
    return out;
}

static volume join(volume below, volume kept) {
    volume out = create(below.channels + kept.channels, kept.rows, kept.columns);
    for (size_t k = 0; k < out.channels; k++) {
        for (size_t r = 0; r < out.rows; r++) {
            for (size_t c = 0; c < out.columns; c++) {
                *at(&out, k, r, c) = k < below.channels ? *at(&below, k, r / 2, c / 2)
                                                        : *at(&kept, k - below.channels, r, c);
            }
        }
    }
    free(below.values);
    free(kept.values);
    return out;
}

/* Logits of pairs of pixels, as the network has them in the end. */
static volume plain_network(const random_network *n, const float *image) {
    volume v = create(4 * UNET_INPUTS, ROWS / 2, COLUMNS / 2);
    for (size_t r = 0; r < ROWS; r++) {
        for (size_t c = 0; c < COLUMNS; c++) {
            size_t place = r % 2 * 2 + c % 2;
            *at(&v, place, r / 2, c / 2) = 2.0 * sqrt((double)image[r * COLUMNS + c]) - 1.0;
            *at(&v, 4 + place, r / 2, c / 2) = ((double)c - (COLUMNS - 1) / 2.0) / (COLUMNS / 2.0);
            *at(&v, 8 + place, r / 2, c / 2) = ((double)r - (ROWS - 1) / 2.0) / (ROWS / 2.0);
        }
    }
    volume kept[UNET_STAGES];
    for (size_t s = 0; s < UNET_STAGES; s++) {
        v = convolve(n, 2 * s + 1, convolve(n, 2 * s, s == 0 ? v : halve(&kept[s - 1])));
        kept[s] = v;
    }
    for (size_t s = UNET_STAGES - 1; s-- > 0;) {
        size_t k = 2 * UNET_STAGES + 2 * (UNET_STAGES - 2 - s);
        v = convolve(n, k + 1, convolve(n, k, join(v, kept[s])));
    }
    return convolve(n, UNET_CONVOLUTIONS - 1, v);
}

static void does_what_the_layers_say(void **state) {
    (void)state;
    static float images[BATCH * ROWS * COLUMNS], out[BATCH * ROWS * COLUMNS * UNET_CLASSES];
    const unet_field field = {COLUMNS, ROWS, 1.0};
    const unet_task task = {&field, UNET_CLASSES, unet_tasks[UNET_OUTLINE].see};
    random_network *n = create_network();
    for (size_t i = 0; i < BATCH * ROWS * COLUMNS; i++) {
        images[i] = (float)(next_number() + 32) / 64.0f;
    }
    unet_engine *engine;
    assert_true(
        unet_engine_create(&stand_in_host, &task, n->network.channels, BATCH, &engine, NULL));
    assert_true(unet_engine_run(engine, &n->network, images, out, NULL));
    for (size_t b = 0; b < BATCH; b++) {
        volume logits = plain_network(n, images + b * ROWS * COLUMNS);
        for (size_t i = 0; i < ROWS * COLUMNS; i++) {
            size_t r = i / COLUMNS, c = i % COLUMNS, place = r % 2 * 2 + c % 2;
            double sum = 0.0;
            for (size_t k = 0; k < UNET_CLASSES; k++) {
                sum += exp(*at(&logits, 4 * k + place, r / 2, c / 2));
            }
            for (size_t k = 0; k < UNET_CLASSES; k++) {
                double expected = exp(*at(&logits, 4 * k + place, r / 2, c / 2)) / sum;
                assert_near(out[(b * ROWS * COLUMNS + i) * UNET_CLASSES + k], expected, 1e-4);
            }
        }
        free(logits.values);
    }
    unet_engine_destroy(engine);
    free(n);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(does_what_the_layers_say)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
