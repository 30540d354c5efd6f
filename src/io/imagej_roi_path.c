/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Regions, their outlines, and curves as chains of short lines.
 *
 * A curve is halved (de Casteljau) until its control points lie within 0.01 pixels of its chord,
 * ten times at most. ImageJ fills composites with the same tolerance, so that the same pixels come
 * out. The corner of a rounded rectangle is one cubic curve that leaves a quarter of a circle by
 * less than 0.03 % of its radius, as in java.awt.geom.RoundRectangle2D.
 */
#include "io/imagej_roi_private.h"

#include "base/memory.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FLATNESS_PX 0.01
#define HALVINGS_MAX 10
/* Distance of the control points of a quarter of a circle from its ends, in radii:
 * 4/3 (sqrt(2) - 1). */
#define CIRCLE_CONTROL 0.55228474983079339840

#define CUBIC_PAIRS 4 /* points of a cubic curve with its start */

void roi_clear(myo_roi *roi) {
    for (size_t i = 0; i < roi->path_count; i++) {
        free(roi->paths[i].xy);
    }
    free(roi->paths);
    free(roi->name);
    *roi = (myo_roi){0};
}

void myo_roi_list_clear(myo_roi_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        roi_clear(&list->rois[i]);
    }
    free(list->rois);
    *list = (myo_roi_list){0};
}

bool myo_roi_list_add(myo_roi_list *list, const char *name, myo_roi_type type, myo_roi **out,
                      myo_error *err) {
    static const char *const kinds[] = {"polygon", "freehand",  "traced", "rectangle",
                                        "oval",    "composite", "other"};
    void *items = list->rois;
    if (list->count >= MYO_ROI_COUNT_MAX) {
        return myo_error_set(err, MYO_E_RANGE, "more than %d regions", MYO_ROI_COUNT_MAX);
    }
    if (!myo_array_reserve(&items, &list->capacity, list->count + 1, sizeof *list->rois, err)) {
        return false;
    }
    list->rois = items;
    char *copy = myo_string_copy(name, err);
    if (!copy) {
        return false;
    }
    list->rois[list->count] = (myo_roi){.name = copy, .type = type, .kind = kinds[type]};
    *out = &list->rois[list->count++];
    return true;
}

bool myo_roi_begin_path(myo_roi *roi, myo_error *err) {
    void *items = roi->paths;
    if (roi->path_count >= MYO_ROI_PATHS_MAX) {
        return myo_error_set(err, MYO_E_RANGE, "it has more than %d outlines", MYO_ROI_PATHS_MAX);
    }
    if (!myo_array_reserve(&items, &roi->path_capacity, roi->path_count + 1, sizeof *roi->paths,
                           err)) {
        return false;
    }
    roi->paths = items;
    roi->paths[roi->path_count++] = (myo_roi_path){0};
    return true;
}

bool myo_roi_add_point(myo_roi *roi, double x, double y, myo_error *err) {
    if (roi->path_count == 0 && !myo_roi_begin_path(roi, err)) {
        return false;
    }
    myo_roi_path *path = &roi->paths[roi->path_count - 1];
    void *items = path->xy;
    if (roi->point_count >= MYO_ROI_POINTS_MAX) {
        return myo_error_set(err, MYO_E_RANGE, "its outline has more than %d points",
                             MYO_ROI_POINTS_MAX);
    }
    if (!myo_array_reserve(&items, &path->capacity, path->point_count + 1, 2 * sizeof *path->xy,
                           err)) {
        return false;
    }
    path->xy = items;
    path->xy[2 * path->point_count] = x;
    path->xy[2 * path->point_count + 1] = y;
    path->point_count++;
    roi->point_count++;
    return true;
}

/* Square of the distance of a point from the line between two others, ends included. */
static double distance_squared(const double *point, const double *from, const double *to) {
    double dx = to[0] - from[0], dy = to[1] - from[1];
    double px = point[0] - from[0], py = point[1] - from[1];
    double length2 = dx * dx + dy * dy;
    double along = length2 > 0.0 ? (px * dx + py * dy) / length2 : 0.0;
    along = fmin(1.0, fmax(0.0, along));
    px -= along * dx;
    py -= along * dy;
    return px * px + py * py;
}

static bool is_flat(const double *curve, int pairs) {
    double greatest = 0.0;
    for (int i = 1; i < pairs - 1; i++) {
        greatest = fmax(greatest,
                        distance_squared(curve + (ptrdiff_t)2 * i, curve, curve + 2 * (pairs - 1)));
    }
    return greatest < FLATNESS_PX * FLATNESS_PX;
}

/* Cuts a curve at its middle into two of the same degree. */
static void halve(const double *curve, int pairs, double *first, double *second) {
    double work[2 * CUBIC_PAIRS];
    memcpy(work, curve, (size_t)pairs * 2 * sizeof *work);
    for (int level = 0; level < pairs; level++) {
        int left = pairs - 1 - level;
        for (int k = 0; k < 2; k++) {
            first[2 * level + k] = work[k];
            second[2 * left + k] = work[2 * left + k];
        }
        for (int i = 0; i < 2 * left; i++) {
            work[i] = 0.5 * (work[i] + work[i + 2]);
        }
    }
}

bool roi_add_curve(myo_roi *roi, const double *xy, int pairs, myo_error *err) {
    /* The curves still to be drawn, the next one on top, each with how often it was halved. */
    double waiting[HALVINGS_MAX + 1][2 * CUBIC_PAIRS];
    int halvings[HALVINGS_MAX + 1] = {0}, count = 1, points = pairs + 1;
    const myo_roi_path *path = &roi->paths[roi->path_count - 1];
    assert(path->xy && path->point_count > 0);
    memcpy(waiting[0], path->xy + 2 * (path->point_count - 1), 2 * sizeof(double));
    memcpy(waiting[0] + 2, xy, (size_t)pairs * 2 * sizeof(double));
    while (count > 0) {
        double curve[2 * CUBIC_PAIRS];
        int depth = halvings[--count];
        memcpy(curve, waiting[count], sizeof curve);
        if (depth < HALVINGS_MAX && !is_flat(curve, points)) {
            halve(curve, points, waiting[count + 1], waiting[count]);
            halvings[count] = halvings[count + 1] = depth + 1;
            count += 2;
        } else if (!myo_roi_add_point(roi, curve[2 * pairs], curve[2 * pairs + 1], err)) {
            return false;
        }
    }
    return true;
}

bool roi_add_rounded_rectangle(myo_roi *roi, myo_error *err) {
    /* The corners clockwise from the upper left: the corner itself, and the direction in which the
     * outline leaves it. */
    double left = roi->left, top = roi->top, width = roi->width, height = roi->height;
    const double corner[4][2] = {
        {left, top}, {left + width, top}, {left + width, top + height}, {left, top + height}};
    static const double leaves[4][2] = {{1, 0}, {0, 1}, {-1, 0}, {0, -1}};
    double radius[2] = {0.5 * fmin(roi->corner_diameter, width),
                        0.5 * fmin(roi->corner_diameter, height)};
    bool done = myo_roi_begin_path(roi, err);
    for (int c = 0; done && c < 4; c++) {
        const double *out = leaves[c], *in = leaves[(c + 3) % 4];
        double start[2], curve[6];
        for (int k = 0; k < 2; k++) {
            start[k] = corner[c][k] - in[k] * radius[k];
            curve[4 + k] = corner[c][k] + out[k] * radius[k];
            curve[k] = start[k] + in[k] * radius[k] * CIRCLE_CONTROL;
            curve[2 + k] = curve[4 + k] - out[k] * radius[k] * CIRCLE_CONTROL;
        }
        done = myo_roi_add_point(roi, start[0], start[1], err) && roi_add_curve(roi, curve, 3, err);
    }
    return done;
}
