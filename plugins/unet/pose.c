/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Similarities, and sampling images through them. */
#include "unet_private.h"

#include <math.h>

unet_pose unet_pose_fit(const double *a, const double *b, const double *weights, size_t count) {
    double sum = 0.0, ax = 0.0, ay = 0.0, bx = 0.0, by = 0.0;
    for (size_t i = 0; i < count; i++) {
        sum += weights[i];
        ax += weights[i] * a[2 * i];
        ay += weights[i] * a[2 * i + 1];
        bx += weights[i] * b[2 * i];
        by += weights[i] * b[2 * i + 1];
    }
    ax /= sum, ay /= sum, bx /= sum, by /= sum;
    double dot = 0.0, cross = 0.0, norm = 0.0;
    for (size_t i = 0; i < count; i++) {
        double px = a[2 * i] - ax, py = a[2 * i + 1] - ay;
        double qx = b[2 * i] - bx, qy = b[2 * i + 1] - by;
        dot += weights[i] * (px * qx + py * qy);
        cross += weights[i] * (px * qy - py * qx);
        norm += weights[i] * (px * px + py * py);
    }
    unet_pose pose = {.mx = dot / norm, .my = cross / norm};
    pose.tx = bx - (pose.mx * ax - pose.my * ay);
    pose.ty = by - (pose.my * ax + pose.mx * ay);
    return pose;
}

unet_pose unet_pose_compose(const unet_pose *outer, const unet_pose *inner) {
    return (unet_pose){.mx = outer->mx * inner->mx - outer->my * inner->my,
                       .my = outer->mx * inner->my + outer->my * inner->mx,
                       .tx = outer->mx * inner->tx - outer->my * inner->ty + outer->tx,
                       .ty = outer->my * inner->tx + outer->mx * inner->ty + outer->ty};
}

unet_pose unet_pose_invert(const unet_pose *pose) {
    double norm = pose->mx * pose->mx + pose->my * pose->my;
    double mx = pose->mx / norm, my = -pose->my / norm;
    return (unet_pose){.mx = mx,
                       .my = my,
                       .tx = my * pose->ty - mx * pose->tx,
                       .ty = -my * pose->tx - mx * pose->ty};
}

/* The pixel's value; 0 outside of the image. */
static float pixel(const unet_grid *image, long column, long row) {
    bool inside =
        column >= 0 && row >= 0 && column < (long)image->columns && row < (long)image->rows;
    return inside ? image->pixels[(size_t)row * image->columns + (size_t)column] : 0.0f;
}

static float bilinear(const unet_grid *image, double column, double row) {
    double c = floor(column), r = floor(row);
    float u = (float)(column - c), v = (float)(row - r);
    long ci = (long)c, ri = (long)r;
    return (1.0f - v) * ((1.0f - u) * pixel(image, ci, ri) + u * pixel(image, ci + 1, ri)) +
           v * ((1.0f - u) * pixel(image, ci, ri + 1) + u * pixel(image, ci + 1, ri + 1));
}

unet_place unet_place_of(const unet_field *from, size_t column, size_t row, const unet_pose *pose,
                         const unet_field *to) {
    double x = ((double)column - 0.5 * (double)(from->columns - 1)) * from->step_mm;
    double y = ((double)row - 0.5 * (double)(from->rows - 1)) * from->step_mm;
    double there_x = pose->mx * x - pose->my * y + pose->tx;
    double there_y = pose->my * x + pose->mx * y + pose->ty;
    return (unet_place){there_x / to->step_mm + 0.5 * (double)(to->columns - 1),
                        there_y / to->step_mm + 0.5 * (double)(to->rows - 1)};
}

void unet_sample(const unet_grid *image, const unet_field *field, const unet_pose *pose,
                 float *out) {
    const unet_field pixels = {image->columns, image->rows, image->step_mm};
    for (size_t r = 0; r < field->rows; r++) {
        for (size_t c = 0; c < field->columns; c++) {
            unet_place at = unet_place_of(field, c, r, pose, &pixels);
            bool near = at.column > -1.0 && at.row > -1.0 && at.column < (double)image->columns &&
                        at.row < (double)image->rows;
            out[r * field->columns + c] = near ? bilinear(image, at.column, at.row) : 0.0f;
        }
    }
}
