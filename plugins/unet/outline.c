/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Class probabilities of the frame: the mean over the members of the ensemble, each of which looks
 * at the image and at its mirror image. How far single passes differ from their mean says how sure
 * they are.
 */
#include "unet_private.h"

#include <stdlib.h>
#include <string.h>

#define PASSES 2 /* the image and its mirror image, as one batch */

const size_t unet_mirrored[UNET_CLASSES] = {0, 2, 1, 4, 3, 6, 5, 7};

typedef struct passes {
    size_t columns, rows, count, drawn; /* passes so far */
    float *images, *answers;            /* of one member, as a batch */
    float *mean;                        /* sum over passes until the end */
    uint8_t *classes;                   /* passes x pixels: the most probable class */
} passes;

size_t unet_most_probable(const float *p) {
    size_t best = 0;
    for (size_t k = 1; k < UNET_CLASSES; k++) {
        best = p[k] > p[best] ? k : best;
    }
    return best;
}

/* Adds the answers for the image and for its mirror image, turned back. */
static void add_answers(passes *p) {
    uint8_t *straight = p->classes + p->drawn * p->count, *turned = straight + p->count;
    for (size_t i = 0; i < p->count; i++) {
        size_t row = i / p->columns, column = i % p->columns;
        const float *a = p->answers + i * UNET_CLASSES;
        const float *b =
            p->answers + (p->count + row * p->columns + p->columns - 1 - column) * UNET_CLASSES;
        float *sum = p->mean + i * UNET_CLASSES;
        for (size_t k = 0; k < UNET_CLASSES; k++) {
            sum[k] += a[k] + b[unet_mirrored[k]];
        }
        straight[i] = (uint8_t)unet_most_probable(a);
        turned[i] = (uint8_t)unet_mirrored[unet_most_probable(b)];
    }
    p->drawn += PASSES;
}

/* Mean Dice coefficient of the passes with their mean; 0 for what the mean does not draw. */
static void agree(const passes *p, double agreement[UNET_STRUCTURES]) {
    memset(agreement, 0, UNET_STRUCTURES * sizeof *agreement);
    for (size_t pass = 0; pass < p->drawn; pass++) {
        const uint8_t *classes = p->classes + pass * p->count;
        double both[UNET_CLASSES] = {0}, either[UNET_CLASSES] = {0};
        for (size_t i = 0; i < p->count; i++) {
            size_t mean = unet_most_probable(p->mean + i * UNET_CLASSES);
            either[mean] += 1.0;
            either[classes[i]] += 1.0;
            both[mean] += mean == classes[i] ? 1.0 : 0.0;
        }
        for (size_t k = 0; k < UNET_STRUCTURES; k++) {
            double dice = either[k + 1] > 0.0 ? 2.0 * both[k + 1] / either[k + 1] : 0.0;
            agreement[k] += dice / (double)p->drawn;
        }
    }
}

static bool run_members(const myo_host *host, const unet_model *model, size_t which, passes *p,
                        myo_error *err) {
    unet_engine *engine = NULL;
    bool done = unet_engine_create(
        host, &unet_tasks[which], model->members[0].networks[which].channels, PASSES, &engine, err);
    for (size_t m = 0; done && m < model->member_count; m++) {
        done =
            unet_engine_run(engine, &model->members[m].networks[which], p->images, p->answers, err);
        if (done) {
            add_answers(p);
        }
    }
    unet_engine_destroy(engine);
    return done;
}

void unet_view_clear(unet_view *view) {
    free(view->probabilities);
    view->probabilities = NULL;
}

bool unet_outline(const myo_host *host, const unet_model *model, size_t which,
                  const unet_grid *fine, unet_view *view, myo_error *err) {
    const unet_field *field = unet_tasks[which].field;
    passes p = {
        .columns = field->columns, .rows = field->rows, .count = field->columns * field->rows};
    unet_view_clear(view);
    view->field = *field;
    view->probabilities = p.mean = calloc(p.count * UNET_CLASSES, sizeof(float));
    p.images = malloc(PASSES * p.count * sizeof(float));
    p.answers = malloc(PASSES * p.count * UNET_CLASSES * sizeof(float));
    p.classes = malloc(model->member_count * PASSES * p.count);
    bool done = p.images && p.answers && p.classes && p.mean;
    if (!done) {
        host->error_set(err, MYO_E_MEMORY, "unet: out of memory");
    } else {
        unet_sample(fine, field, &view->pose, p.images);
        for (size_t i = 0; i < p.count; i++) {
            size_t row = i / p.columns, column = i % p.columns;
            p.images[p.count + i] = p.images[row * p.columns + p.columns - 1 - column];
        }
        done = run_members(host, model, which, &p, err);
    }
    for (size_t i = 0; done && i < p.count * UNET_CLASSES; i++) {
        p.mean[i] /= (float)p.drawn;
    }
    if (done) {
        agree(&p, view->agreement);
    }
    free(p.images);
    free(p.answers);
    free(p.classes);
    return done;
}
