/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The second view of the slice, and how both become one.
 *
 * In the first view all patients are of the same size and lie in the same place, which is most of
 * what there is to know, as long as the slice shows the patient as most do. The second has the
 * body's own size and lies on the vertebra, which is found at any level, and its networks have
 * seen psoas where it lies at L5/S1 and at L1/2. Both see the same image, err differently, and
 * their mean errs less than either.
 */
#include "unet_private.h"

#include <math.h>

#define VERTEBRA_MIN_MM2 300.0 /* less than this of it does not say where it lies */

/* Bodies smaller or larger than this, in sizes of the mean patient, appear as large as this. */
#define BODY_SIZE_MIN 0.85
#define BODY_SIZE_MAX 1.25

/* Where the centre of the vertebra lies in the field; tools/train/frame.py has it too. */
static const double vertebra_at[2] = {0.0, -9.0};

unet_pose unet_body_pose(const unet_model *model, const unet_pose *first, const unet_sight *seen) {
    const size_t vertebra = MYO_PROPOSAL_VERTEBRA - 1;
    bool found = seen->mass_mm2[vertebra] >= VERTEBRA_MIN_MM2;
    const double *at = (found ? seen->centers : model->members[0].centers) + 2 * vertebra;
    double size = hypot(first->mx, first->my);
    unet_pose to_vertebra = {
        .mx = 1.0 / fmin(fmax(size, BODY_SIZE_MIN), BODY_SIZE_MAX), .tx = at[0], .ty = at[1]};
    unet_pose from_middle = {.mx = 1.0, .tx = -vertebra_at[0], .ty = -vertebra_at[1]};
    unet_pose on_vertebra = unet_pose_compose(first, &to_vertebra);
    return unet_pose_compose(&on_vertebra, &from_middle);
}

/* The pose that takes points of one view to those of another. */
static unet_pose pose_between(const unet_view *from, const unet_view *to) {
    unet_pose back = unet_pose_invert(&to->pose);
    return unet_pose_compose(&back, &from->pose);
}

/* Where a pixel of one view lies among those of another. */
static unet_place place_of(const unet_view *from, size_t index, const unet_pose *between,
                           const unet_view *to) {
    size_t columns = from->field.columns;
    return unet_place_of(&from->field, index % columns, index / columns, between, &to->field);
}

/* Interpolated probabilities; false beyond the view. */
static bool probabilities_at(const unet_view *view, unet_place at, float out[UNET_CLASSES]) {
    size_t columns = view->field.columns, rows = view->field.rows;
    if (!(at.column >= 0.0 && at.row >= 0.0 && at.column <= (double)(columns - 1) &&
          at.row <= (double)(rows - 1))) {
        return false;
    }
    size_t c = (size_t)fmin(at.column, (double)(columns - 2));
    size_t r = (size_t)fmin(at.row, (double)(rows - 2));
    float u = (float)(at.column - (double)c), v = (float)(at.row - (double)r);
    const float *above = view->probabilities + (r * columns + c) * UNET_CLASSES;
    const float *below = above + columns * UNET_CLASSES;
    for (size_t k = 0; k < UNET_CLASSES; k++) {
        out[k] = (1.0f - v) * ((1.0f - u) * above[k] + u * above[UNET_CLASSES + k]) +
                 v * ((1.0f - u) * below[k] + u * below[UNET_CLASSES + k]);
    }
    return true;
}

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

/* Gives a class another probability; the others share what is left as they did. */
static void replace(float *p, size_t class_index, float value) {
    float others = 1.0f - p[class_index], left = 1.0f - value;
    for (size_t k = 0; k < UNET_CLASSES; k++) {
        p[k] = others > 0.0f ? p[k] * left / others : 0.0f;
    }
    p[MYO_PROPOSAL_BACKGROUND] += others > 0.0f ? 0.0f : left;
    p[class_index] = value;
}

void unet_join_views(const unet_view *first, double psoas_sharpness_min, unet_view *second) {
    static const size_t psoas[] = {MYO_PROPOSAL_PSOAS_LEFT, MYO_PROPOSAL_PSOAS_RIGHT};
    bool alone[2];
    for (size_t s = 0; s < 2; s++) {
        double sharp = sharpness(first, psoas[s]);
        alone[s] = sharp < psoas_sharpness_min && sharp < sharpness(second, psoas[s]);
    }
    unet_pose between = pose_between(second, first);
    for (size_t i = 0; i < second->field.columns * second->field.rows; i++) {
        float *p = second->probabilities + i * UNET_CLASSES, other[UNET_CLASSES];
        float own[2] = {p[psoas[0]], p[psoas[1]]};
        if (!probabilities_at(first, place_of(second, i, &between, first), other)) {
            continue;
        }
        for (size_t k = 0; k < UNET_CLASSES; k++) {
            p[k] = 0.5f * (p[k] + other[k]);
        }
        for (size_t s = 0; s < 2; s++) {
            if (alone[s]) {
                replace(p, psoas[s], own[s]);
            }
        }
    }
}

void unet_weigh_classes(const float factors[UNET_CLASSES], unet_view *view) {
    for (size_t i = 0; i < view->field.columns * view->field.rows; i++) {
        float *p = view->probabilities + i * UNET_CLASSES, total = 0.0f;
        for (size_t k = 0; k < UNET_CLASSES; k++) {
            p[k] *= factors[k];
            total += p[k];
        }
        for (size_t k = 0; k < UNET_CLASSES; k++) {
            p[k] /= total;
        }
    }
}

void unet_compare_views(const unet_view *first, const unet_view *second, size_t members,
                        double agreement[UNET_STRUCTURES]) {
    size_t count = second->field.columns * second->field.rows;
    size_t columns = first->field.columns, rows = first->field.rows;
    unet_pose between = pose_between(second, first);
    double both[UNET_MEMBERS_MAX][UNET_CLASSES] = {0}, either[UNET_MEMBERS_MAX][UNET_CLASSES] = {0};
    for (size_t i = 0; i < count; i++) {
        unet_place at = place_of(second, i, &between, first);
        double column = round(at.column), row = round(at.row);
        bool inside = column >= 0.0 && row >= 0.0 && column < (double)columns && row < (double)rows;
        size_t there = inside ? (size_t)row * columns + (size_t)column : 0;
        for (size_t m = 0; m < members; m++) {
            size_t a = inside ? first->classes[m * columns * rows + there] : 0;
            size_t b = second->classes[m * count + i];
            either[m][a] += 1.0;
            either[m][b] += 1.0;
            both[m][a] += a == b ? 1.0 : 0.0;
        }
    }
    for (size_t k = 0; k < UNET_STRUCTURES; k++) {
        agreement[k] = 0.0;
        for (size_t m = 0; m < members; m++) {
            double dice = either[m][k + 1] > 0.0 ? 2.0 * both[m][k + 1] / either[m][k + 1] : 0.0;
            agreement[k] += dice / (double)members;
        }
    }
}
