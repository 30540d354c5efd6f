/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where the patient lies: the locators look at the whole image, and the centres of what they see
 * are laid over those of the mean patient (weighted Procrustes fit). The second look is at the
 * image as the first pose turns it.
 */
#include "unet_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PASSES 2
#define MASS_FULL 0.5 /* share of a structure's mean area from which on its centre counts fully */
#define WEIGHT_MIN 1e-6

/* Centre and area of each class but the background. */
void unet_see(const unet_field *field, const float *probabilities, unet_sight *out) {
    memset(out, 0, sizeof *out);
    for (size_t i = 0; i < field->columns * field->rows; i++) {
        double x = (double)(i % field->columns) - 0.5 * (double)(field->columns - 1);
        double y = (double)(i / field->columns) - 0.5 * (double)(field->rows - 1);
        for (size_t k = 0; k < UNET_STRUCTURES; k++) {
            double p = (double)probabilities[i * UNET_CLASSES + k + 1];
            out->centers[2 * k] += p * x;
            out->centers[2 * k + 1] += p * y;
            out->mass_mm2[k] += p;
        }
    }
    for (size_t k = 0; k < UNET_STRUCTURES; k++) {
        double scale = field->step_mm / fmax(out->mass_mm2[k], 1e-9);
        out->centers[2 * k] *= scale;
        out->centers[2 * k + 1] *= scale;
        out->mass_mm2[k] *= field->step_mm * field->step_mm;
    }
}

/* The mean patient: the mean of the members'. */
static void mean_patient(const unet_model *model, unet_sight *out) {
    memset(out, 0, sizeof *out);
    double share = 1.0 / (double)model->member_count;
    for (size_t m = 0; m < model->member_count; m++) {
        for (size_t k = 0; k < UNET_STRUCTURES; k++) {
            out->centers[2 * k] += share * model->members[m].centers[2 * k];
            out->centers[2 * k + 1] += share * model->members[m].centers[2 * k + 1];
            out->mass_mm2[k] += share * model->members[m].mass_mm2[k];
        }
    }
}

void unet_improve_pose(const unet_model *model, const unet_sight *seen, unet_pose *pose,
                       double *found) {
    double weights[UNET_STRUCTURES], sum = 0.0;
    unet_sight mean;
    mean_patient(model, &mean);
    for (size_t k = 0; k < UNET_STRUCTURES; k++) {
        double share = seen->mass_mm2[k] / mean.mass_mm2[k];
        weights[k] = fmin(share / MASS_FULL, 1.0) + WEIGHT_MIN;
        sum += fmin(share, 1.0) / UNET_STRUCTURES;
    }
    unet_pose moved = unet_pose_fit(mean.centers, seen->centers, weights, UNET_STRUCTURES);
    *pose = unet_pose_compose(pose, &moved);
    if (found) {
        *found = sum;
    }
}

/* The mean of all members' probabilities. */
static bool look(unet_engine *engine, const unet_model *model, const float *image, float *one,
                 float *mean, myo_error *err) {
    size_t count = unet_locate_field.columns * unet_locate_field.rows * UNET_CLASSES;
    memset(mean, 0, count * sizeof(float));
    for (size_t m = 0; m < model->member_count; m++) {
        if (!unet_engine_run(engine, &model->members[m].networks[UNET_LOCATE], image, one, err)) {
            return false;
        }
        for (size_t i = 0; i < count; i++) {
            mean[i] += one[i] / (float)model->member_count;
        }
    }
    return true;
}

bool unet_locate(const myo_host *host, const unet_model *model, const unet_grid *coarse,
                 unet_pose *pose, myo_error *err) {
    const unet_field *field = &unet_locate_field;
    size_t count = field->columns * field->rows;
    float *image = malloc(count * (1 + 2 * UNET_CLASSES) * sizeof(float));
    if (!image) {
        return host->error_set(err, MYO_E_MEMORY, "unet: out of memory");
    }
    float *one = image + count, *mean = one + count * UNET_CLASSES;
    unet_engine *engine = NULL;
    bool done =
        unet_engine_create(host, &unet_tasks[UNET_LOCATE],
                           model->members[0].networks[UNET_LOCATE].channels, 1, &engine, err);
    unet_sight seen;
    *pose = (unet_pose){.mx = 1.0};
    for (int pass = 0; done && pass < PASSES; pass++) {
        unet_sample(coarse, field, pose, image);
        done = look(engine, model, image, one, mean, err);
        if (done) {
            unet_see(field, mean, &seen);
            unet_improve_pose(model, &seen, pose, NULL);
        }
    }
    unet_engine_destroy(engine);
    free(image);
    return done;
}
