/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writes a RoiSet.zip of random outlines between pixels: as readers draw them (round with waves),
 * the same with holes and with a second part, and polygons that cross themselves, with points
 * anywhere or on halves of pixels.
 */
#include "io/imagej_roi.h"

#include <math.h>
#include <stdio.h>

#define REGIONS 240
#define SIDE 512
#define POINTS_MAX 200
#define PI 3.14159265358979323846

/* xorshift32 (G. Marsaglia 2003): the same regions on every machine. */
static uint32_t random_state = 2463534242u;

static double next_random(double from, double to) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return from + (to - from) * ((double)random_state / 4294967296.0);
}

static bool add_wave(myo_roi *roi, double x, double y, double size, myo_error *err) {
    size_t points = (size_t)next_random(12, POINTS_MAX);
    double depth = next_random(0, 0.4), turn = next_random(0, 2 * PI);
    bool done = myo_roi_begin_path(roi, err);
    for (size_t i = 0; done && i < points; i++) {
        double angle = 2 * PI * (double)i / (double)points;
        double radius = size * (1 + depth * sin(3 * angle + turn));
        done = myo_roi_add_point(roi, x + radius * cos(angle), y + 0.8 * radius * sin(angle), err);
    }
    return done;
}

static bool add_tangle(myo_roi *roi, bool halves, myo_error *err) {
    size_t points = (size_t)next_random(3, 30);
    bool done = myo_roi_begin_path(roi, err);
    for (size_t i = 0; done && i < points; i++) {
        double x = next_random(0, SIDE), y = next_random(0, SIDE);
        done = halves ? myo_roi_add_point(roi, 0.5 * floor(2 * x), 0.5 * floor(2 * y), err)
                      : myo_roi_add_point(roi, x, y, err);
    }
    return done;
}

static bool add_region(myo_roi_list *list, int number, myo_error *err) {
    static const myo_roi_type types[] = {MYO_ROI_FREEHAND, MYO_ROI_COMPOSITE, MYO_ROI_COMPOSITE,
                                         MYO_ROI_POLYGON, MYO_ROI_TRACED};
    static const char *const names[] = {"outline", "hole", "parts", "tangle", "halves"};
    int kind = number % 5;
    char name[64];
    snprintf(name, sizeof name, "%s_%d%s", names[kind], number, number % 2 ? "_\xC3\xA9" : "");
    myo_roi *roi;
    if (!myo_roi_list_add(list, name, types[kind], &roi, err)) {
        return false;
    }
    roi->position = number % 7;
    roi->stroke = 0xFF00FF00u;
    if (kind >= 3) {
        return add_tangle(roi, kind == 4, err);
    }
    double x = next_random(150, 350), y = next_random(150, 350), size = next_random(10, 90);
    return add_wave(roi, x, y, size, err) &&
           (kind != 1 || add_wave(roi, x + 1, y - 1, 0.3 * size, err)) &&
           (kind != 2 || add_wave(roi, 40, 60, 20, err));
}

int main(int argc, char **argv) {
    myo_roi_list list = {0};
    myo_error err = {0};
    bool done = argc == 2;
    for (int i = 0; done && i < REGIONS; i++) {
        done = add_region(&list, i, &err);
    }
    done = done && myo_roi_write_list_zip(argv[1], &list, &err);
    myo_roi_list_clear(&list);
    if (!done) {
        fprintf(stderr, "%s\n", argc == 2 ? err.message : "a file is needed");
    }
    return done ? 0 : 1;
}
