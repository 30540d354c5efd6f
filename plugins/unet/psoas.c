/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A second look at psoas, where the first one leaves it in doubt.
 *
 * At L5/S1 psoas lies far forwards and to the side, at the border of the frame or beyond, and at
 * L1/2 it is a thin strip beside a kidney. There its probabilities are blurred. Networks that were
 * trained for these levels look at a field of the body's own size that lies on the vertebra, which
 * the first look finds at any level. On the sides that are in doubt their psoas takes the place of
 * the first one, where it is the sharper one.
 */
#include "unet_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define VERTEBRA_MIN_MM2 300.0 /* less than this says nothing about where it lies */
#define PAD_MAX 256.0          /* pixels that the frame grows by at most on each side */

/* Where the centre of the vertebra lies in the field; tools/train/frame.py has it too. */
static const double vertebra_at[2] = {0.0, 12.0};

static const size_t sides[UNET_SIDES] = {MYO_PROPOSAL_PSOAS_LEFT, MYO_PROPOSAL_PSOAS_RIGHT};

/* Agreement of the probabilities with the most probable classes (a soft Dice coefficient). */
static double sharpness(const unet_view *view, size_t class_index) {
    double inside = 0.0, total = 0.0;
    for (size_t i = 0; i < view->field.columns * view->field.rows; i++) {
        const float *p = view->probabilities + i * UNET_CLASSES;
        bool drawn = unet_most_probable(p) == class_index;
        total += (double)p[class_index] + (drawn ? 1.0 : 0.0);
        inside += drawn ? (double)p[class_index] : 0.0;
    }
    return inside > 0.0 ? 2.0 * inside / total : 0.0;
}

bool unet_doubt_psoas(const unet_view *view, const unet_sight *seen, double sharpness_min,
                      bool doubtful[UNET_SIDES]) {
    if (seen->mass_mm2[MYO_PROPOSAL_VERTEBRA - 1] < VERTEBRA_MIN_MM2) {
        return false;
    }
    for (size_t s = 0; s < UNET_SIDES; s++) {
        doubtful[s] = sharpness(view, sides[s]) < sharpness_min;
    }
    return doubtful[0] || doubtful[1];
}

/* The pose of the second look: as the first is turned, but of size 1, with the vertebra in its
 * place. */
static unet_pose pose_on_vertebra(const unet_pose *first, const unet_sight *seen) {
    const double *at = seen->centers + 2 * (MYO_PROPOSAL_VERTEBRA - 1);
    unet_pose to_vertebra = {.mx = 1.0 / hypot(first->mx, first->my), .tx = at[0], .ty = at[1]};
    unet_pose from_middle = {.mx = 1.0, .tx = -vertebra_at[0], .ty = -vertebra_at[1]};
    unet_pose on_vertebra = unet_pose_compose(first, &to_vertebra);
    return unet_pose_compose(&on_vertebra, &from_middle);
}

/* Pixels by which half of the frame is shorter than where `to_frame` takes the field. */
static void pad(const unet_view *view, const unet_pose *to_frame, size_t *columns, size_t *rows) {
    double x_max = 0.0, y_max = 0.0;
    for (int corner = 0; corner < 4; corner++) {
        double x = (corner % 2 - 0.5) * (double)(unet_psoas_field.columns - 1);
        double y = (corner / 2 - 0.5) * (double)(unet_psoas_field.rows - 1);
        x *= unet_psoas_field.step_mm, y *= unet_psoas_field.step_mm;
        x_max = fmax(x_max, fabs(to_frame->mx * x - to_frame->my * y + to_frame->tx));
        y_max = fmax(y_max, fabs(to_frame->my * x + to_frame->mx * y + to_frame->ty));
    }
    double step = view->field.step_mm;
    double across = ceil(x_max / step - 0.5 * (double)(view->field.columns - 1));
    double down = ceil(y_max / step - 0.5 * (double)(view->field.rows - 1));
    *columns = (size_t)fmin(fmax(across, 0.0), PAD_MAX);
    *rows = (size_t)fmin(fmax(down, 0.0), PAD_MAX);
}

/* Lays background around the view, as much on opposite sides. */
static bool widen(unet_view *view, size_t columns, size_t rows) {
    const unet_field *old = &view->field;
    unet_field wide = {old->columns + 2 * columns, old->rows + 2 * rows, old->step_mm};
    size_t count = wide.columns * wide.rows;
    float *probabilities = calloc(count * UNET_CLASSES, sizeof(float));
    if (!probabilities) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        probabilities[i * UNET_CLASSES] = 1.0f;
    }
    for (size_t r = 0; r < old->rows; r++) {
        memcpy(probabilities + ((r + rows) * wide.columns + columns) * UNET_CLASSES,
               view->probabilities + r * old->columns * UNET_CLASSES,
               old->columns * UNET_CLASSES * sizeof(float));
    }
    free(view->probabilities);
    view->probabilities = probabilities;
    view->field = wide;
    return true;
}

/* Gives a class another probability; the others share what is left as they did. */
static void replace(float *p, size_t class_index, float value) {
    float others = 1.0f - p[class_index], left = 1.0f - value;
    for (size_t k = 0; k < UNET_CLASSES; k++) {
        p[k] = others > 0.0f ? p[k] * left / others : 0.0f;
    }
    p[MYO_PROPOSAL_BACKGROUND] += others > 0.0f ? 0.0f : left;
    p[class_index] = value;
}

/* Puts what `from` says of a class in the place of what `to` says; `to_field` takes the frame to
 * the field of `from`. */
static bool take_over(const unet_view *from, const unet_pose *to_field, size_t class_index,
                      unet_view *to) {
    size_t seen = from->field.columns * from->field.rows,
           count = to->field.columns * to->field.rows;
    unet_grid plane = {malloc(seen * sizeof(float)), from->field.columns, from->field.rows,
                       from->field.step_mm};
    float *values = malloc(count * sizeof(float));
    bool done = plane.pixels && values;
    for (size_t i = 0; done && i < seen; i++) {
        plane.pixels[i] = from->probabilities[i * UNET_CLASSES + class_index];
    }
    if (done) {
        unet_sample(&plane, &to->field, to_field, values);
    }
    for (size_t i = 0; done && i < count; i++) {
        replace(to->probabilities + i * UNET_CLASSES, class_index, values[i]);
    }
    unet_grid_clear(&plane);
    free(values);
    return done;
}

/* Puts the psoas of the chosen sides into the view, grown so that it is seen whole. */
static bool put(const unet_view *second, const bool chosen[UNET_SIDES], unet_view *view) {
    unet_pose to_frame = unet_pose_invert(&view->pose), to_field = unet_pose_invert(&second->pose);
    to_frame = unet_pose_compose(&to_frame, &second->pose);
    to_field = unet_pose_compose(&to_field, &view->pose);
    size_t columns, rows;
    pad(view, &to_frame, &columns, &rows);
    bool done = widen(view, columns, rows);
    for (size_t s = 0; done && s < UNET_SIDES; s++) {
        if (chosen[s]) {
            done = take_over(second, &to_field, sides[s], view);
            view->agreement[sides[s] - 1] = second->agreement[sides[s] - 1];
        }
    }
    return done;
}

bool unet_look_at_psoas(const myo_host *host, const unet_model *model, const unet_grid *fine,
                        const unet_sight *seen, const bool doubtful[UNET_SIDES], unet_view *view,
                        myo_error *err) {
    unet_view second = {.pose = pose_on_vertebra(&view->pose, seen)};
    if (!unet_outline(host, model, UNET_PSOAS, fine, &second, err)) {
        unet_view_clear(&second);
        return false;
    }
    bool sharper[UNET_SIDES];
    for (size_t s = 0; s < UNET_SIDES; s++) {
        sharper[s] = doubtful[s] && sharpness(&second, sides[s]) > sharpness(view, sides[s]);
    }
    bool done = !(sharper[0] || sharper[1]) || put(&second, sharper, view);
    unet_view_clear(&second);
    return done || host->error_set(err, MYO_E_MEMORY, "unet: out of memory");
}
