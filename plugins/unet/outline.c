/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the networks see in a field: the mean over the members of the ensemble, each of which looks
 * at the image in one view and at its mirror image in the other.
 */
#include "unet_private.h"

#include <stdlib.h>

const size_t unet_mirrored[UNET_CLASSES] = {0, 2, 1, 4, 3, 6, 5, 7};

size_t unet_most_probable(const float *p) {
    size_t best = 0;
    for (size_t k = 1; k < UNET_CLASSES; k++) {
        best = p[k] > p[best] ? k : best;
    }
    return best;
}

/* Every second member begins with the mirror image; what it has not seen comes second. */
static bool sees_mirror_image(size_t member, bool second) {
    return (member % 2 == 1) != second;
}

/* Adds to the view what a member answers; that of the mirror image is turned back. */
static void add_answer(const float *answer, bool mirror, float share, uint8_t *classes,
                       unet_view *view) {
    size_t columns = view->field.columns, count = columns * view->field.rows;
    for (size_t i = 0; i < count; i++) {
        size_t column = i % columns;
        const float *p = answer + (mirror ? i - column + columns - 1 - column : i) * UNET_CLASSES;
        float *sum = view->probabilities + i * UNET_CLASSES;
        for (size_t k = 0; k < UNET_CLASSES; k++) {
            sum[k] += share * p[mirror ? unet_mirrored[k] : k];
        }
        size_t best = unet_most_probable(p);
        classes[i] = (uint8_t)(mirror ? unet_mirrored[best] : best);
    }
}

static void mirror_image(const unet_field *field, const float *image, float *out) {
    for (size_t i = 0; i < field->columns * field->rows; i++) {
        size_t column = i % field->columns;
        out[i - column + field->columns - 1 - column] = image[i];
    }
}

/* `images` holds the image and its mirror image. */
static bool run_members(const myo_host *host, const unet_model *model, size_t which, bool second,
                        const float *images, float *answer, unet_view *view, myo_error *err) {
    size_t count = view->field.columns * view->field.rows;
    float share = 1.0f / (float)model->member_count;
    unet_engine *engine = NULL;
    bool done = unet_engine_create(host, &unet_tasks[which],
                                   model->members[0].networks[which].channels, 1, &engine, err);
    for (size_t m = 0; done && m < model->member_count; m++) {
        bool mirror = sees_mirror_image(m, second);
        done = unet_engine_run(engine, &model->members[m].networks[which],
                               images + (mirror ? count : 0), answer, err);
        if (done) {
            add_answer(answer, mirror, share, view->classes + m * count, view);
        }
    }
    unet_engine_destroy(engine);
    return done;
}

void unet_view_clear(unet_view *view) {
    free(view->probabilities);
    free(view->classes);
    view->probabilities = NULL;
    view->classes = NULL;
}

bool unet_outline(const myo_host *host, const unet_model *model, size_t which, bool second,
                  const unet_grid *fine, unet_view *view, myo_error *err) {
    const unet_field *field = unet_tasks[which].field;
    size_t count = field->columns * field->rows;
    unet_view_clear(view);
    view->field = *field;
    view->probabilities = calloc(count * UNET_CLASSES, sizeof(float));
    view->classes = malloc(model->member_count * count);
    float *images = malloc(2 * count * sizeof(float));
    float *answer = malloc(count * UNET_CLASSES * sizeof(float));
    bool done = view->probabilities && view->classes && images && answer;
    if (!done) {
        host->error_set(err, MYO_E_MEMORY, "unet: out of memory");
    } else {
        unet_sample(fine, field, &view->pose, images);
        mirror_image(field, images, images + count);
        done = run_members(host, model, which, second, images, answer, view, err);
    }
    free(images);
    free(answer);
    return done;
}
