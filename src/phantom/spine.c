/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The curve of the spine: where the discs lie, how they are tilted, and the body's coordinates. */
#include "phantom/anatomy_private.h"
#include "phantom/random_private.h"

#include <math.h>
#include <string.h>

#define PI 3.14159265358979323846
#define DEGREE (PI / 180.0)

/* Tilt of the discs in a supine adult, S1/2 to T12/L1 and on, degrees, back side up. */
static const double tilt_deg[LEVEL_NODES] = {42.0, 27.0, 12.0, 2.0, -5.0, -9.0, -11.0, -11.0, -9.0};
/* Below the sacral discs the curve turns forward again. */
#define COCCYX_TILT_DEG 20.0
#define COCCYX_BELOW_MM 70.0

/* The finer course of the sacrum: from the lowest node up, mm below S1/2, and tilt relative to that
 * of S1/2, degrees. */
#define SACRAL_NODES 4
static const double sacral_below_mm[SACRAL_NODES] = {75.0, 55.0, 35.0, 16.0};
static const double sacral_tilt_deg[SACRAL_NODES] = {-60.0, -30.0, -8.0, 0.0};
/* S1 bends no more than this, or surfaces of different levels would meet in the canal behind it. */
#define SACRAL_BEND_DEG 11.0

/* How much of the way that the sacrum recedes the skin follows. */
#define SKIN_RECESS 0.45
#define SKIN_RECESS_BELOW_MM 45.0 /* height on the curve, from the last mobile disc */

/* How far behind the curve the level surfaces stay tilted, mm. */
#define TILTED_DEPTH_MM 30.0

/* A scoliosis is one arch, (1 - cos) / 2 over this height from the last mobile disc. */
#define BEND_MM 220.0
/* How far beside the curve the level surfaces stay tilted with it, mm. */
#define BENT_WIDTH_MM 30.0

#define REFINE_KEY UINT64_C(0x726566696e65)

/* The search for the level of a point. */
#define LEVEL_ROUNDS_MAX 24
#define LEVEL_ACCURACY_MM 0.01

double phantom_interpolate(const double *knots, const double *values, size_t count, double at) {
    if (at <= knots[0]) {
        return values[0];
    }
    for (size_t i = 1; i < count; i++) {
        if (at < knots[i]) {
            double t = (at - knots[i - 1]) / (knots[i] - knots[i - 1]);
            return values[i - 1] + t * (values[i] - values[i - 1]);
        }
    }
    return values[count - 1];
}

double phantom_by_level(const double table[LEVEL_NODES], double level) {
    double at = level - LEVEL_FIRST;
    if (at <= 0.0) {
        return table[0];
    }
    if (at >= (double)(LEVEL_NODES - 1)) {
        return table[LEVEL_NODES - 1];
    }
    int node = (int)at;
    return table[node] + (at - (double)node) * (table[node + 1] - table[node]);
}

double phantom_superellipse(double x, double y, double half_width, double half_height) {
    double a = fabs(x) / half_width, b = fabs(y) / half_height;
    return pow(a * a * sqrt(a) + b * b * sqrt(b), 1.0 / 2.5);
}

double phantom_ellipse(double x, double y, double half_width, double half_height) {
    double a = x / half_width, b = y / half_height, r = sqrt(a * a + b * b);
    double gradient = sqrt(a * a / (half_width * half_width) + b * b / (half_height * half_height));
    return gradient > 0.0 ? (r - 1.0) * r / gradient : -fmin(half_width, half_height);
}

/* Value of one of the curve's tables at a height. */
static double from_table(const double *table, double height) {
    double at = (height - SPINE_BOTTOM_MM) / SPINE_STEP_MM;
    at = at < 0.0 ? 0.0 : at > (double)(SPINE_STEPS - 2) ? (double)(SPINE_STEPS - 2) : at;
    int i = (int)at;
    return table[i] + (at - (double)i) * (table[i + 1] - table[i]);
}

double phantom_curve_y(const phantom_anatomy *anatomy, double height) {
    return from_table(anatomy->curve_y, height) - from_table(anatomy->curve_y, 0.0);
}

/* Integrates the slope of the curve. Below the sacral discs it runs through `count` places, given
 * from the lowest up by mm below S1/2 and tilt in radians. */
static void integrate_curve(phantom_anatomy *anatomy, const double *below_mm,
                            const double *below_tilt, size_t count) {
    double heights[LEVEL_NODES + SACRAL_NODES], tilts[LEVEL_NODES + SACRAL_NODES];
    for (size_t i = 0; i < count; i++) {
        heights[i] = anatomy->disc_height[0] - below_mm[i];
        tilts[i] = below_tilt[i];
    }
    memcpy(heights + count, anatomy->disc_height, sizeof anatomy->disc_height);
    memcpy(tilts + count, anatomy->tilt, sizeof anatomy->tilt);
    double y = 0.0;
    for (int i = 0; i < SPINE_STEPS; i++) {
        double height = SPINE_BOTTOM_MM + SPINE_STEP_MM * (double)i;
        double tilt = phantom_interpolate(heights, tilts, LEVEL_NODES + count, height);
        anatomy->slope[i] = tan(tilt);
        y -= anatomy->slope[i] * SPINE_STEP_MM;
        anatomy->curve_y[i] = y;
    }
}

/* Places the discs along the curve and integrates its slope. */
static void init_curve(phantom_anatomy *anatomy, phantom_random *random) {
    double lordosis = phantom_random_uniform(random, 0.85, 1.15);
    for (int i = 0; i < LEVEL_NODES; i++) {
        anatomy->tilt[i] = tilt_deg[i] * lordosis * DEGREE;
    }
    phantom_tilt_findings(anatomy);
    anatomy->disc_height[1] = 0.0;
    for (int i = 1; i < LEVEL_NODES - 1; i++) {
        double middle = 0.5 * (anatomy->tilt[i] + anatomy->tilt[i + 1]);
        anatomy->disc_height[i + 1] =
            anatomy->disc_height[i] + anatomy->body_scale * anatomy->pitch_mm[i] * cos(middle);
    }
    double sacral = 0.5 * (anatomy->tilt[0] + anatomy->tilt[1]);
    anatomy->disc_height[0] = -anatomy->body_scale * anatomy->pitch_mm[0] * cos(sacral);
    static const double coccyx_below[] = {COCCYX_BELOW_MM},
                        coccyx_tilt[] = {COCCYX_TILT_DEG * DEGREE};
    integrate_curve(anatomy, coccyx_below, coccyx_tilt, 1);
    /* The origin of the patient coordinates lies at L3, where a scanner puts its centre. */
    anatomy->origin_y = from_table(anatomy->curve_y, anatomy->disc_height[3]);
}

void phantom_anatomy_init(phantom_anatomy *anatomy, const myo_phantom_options *options) {
    *anatomy = (phantom_anatomy){.seed = phantom_hash(options->seed + UINT64_C(0x6d796f746f6d65))};
    phantom_init_sizes(anatomy, options);
    phantom_random random = {anatomy->seed};
    anatomy->body_scale = phantom_random_uniform(&random, 0.94, 1.06);
    init_curve(anatomy, &random);
    anatomy->sway_mm = phantom_random_uniform(&random, -4.0, 4.0);
    double roll = phantom_random_uniform(&random, -3.0, 3.0) * DEGREE;
    anatomy->roll_cos = cos(roll);
    anatomy->roll_sin = sin(roll);
    anatomy->origin_x = phantom_random_uniform(&random, -5.0, 5.0);
    for (int s = 0; s < MYO_STRUCTURE_COUNT; s++) {
        double both = phantom_random_uniform(&random, 0.93, 1.07);
        for (int side = 0; side < MYO_SIDE_COUNT; side++) {
            anatomy->muscle_scale[s][side] = both * phantom_random_uniform(&random, 0.96, 1.04);
        }
    }
    anatomy->back_fat_mm = phantom_random_uniform(&random, 9.0, 22.0);
    anatomy->trunk_half_width_mm = phantom_random_uniform(&random, 150.0, 180.0);
    anatomy->trunk_front_mm = phantom_random_uniform(&random, 105.0, 140.0);
    for (int i = 0; i < LEVEL_NODES; i++) {
        /* Discs degenerate mostly at the lower levels. */
        anatomy->nucleus[i] = phantom_random_uniform(&random, i < 3 ? 0.25 : 0.5, 1.0);
    }
    phantom_init_nuclei(anatomy, options);
}

/* Sideways course of the curve: the slight one of every spine, and that of a scoliosis. */
static double curve_x(const phantom_anatomy *anatomy, double height) {
    double arch = fmin(fmax(height, 0.0), BEND_MM) * 2.0 * PI / BEND_MM;
    return anatomy->origin_x + anatomy->sway_mm * sin(height / 60.0) +
           0.5 * anatomy->bend_mm * (1.0 - cos(arch));
}

/* Slope of the scoliosis, to which discs and bodies are at right angles. */
static double bend_slope(const phantom_anatomy *anatomy, double height) {
    double arch = fmin(fmax(height, 0.0), BEND_MM) * 2.0 * PI / BEND_MM;
    return anatomy->bend_mm * PI / BEND_MM * sin(arch);
}

myo_vec3 phantom_disc_centre(const phantom_anatomy *anatomy, int disc) {
    double height = anatomy->disc_height[disc + 1];
    double u = curve_x(anatomy, height);
    double y = from_table(anatomy->curve_y, height) - anatomy->origin_y;
    return (myo_vec3){u, y, height - anatomy->disc_height[3]};
}

double phantom_disc_tilt(const phantom_anatomy *anatomy, int disc) {
    return anatomy->tilt[disc + 1];
}

void phantom_anatomy_refine(phantom_anatomy *anatomy) {
    phantom_random random = {phantom_hash(anatomy->seed ^ REFINE_KEY)};
    anatomy->fine = true;
    anatomy->conus_level = phantom_random_uniform(&random, 3.8, 4.7);
    anatomy->marrow_signal = phantom_random_uniform(&random, 0.8, 1.3);
    anatomy->csf_signal = phantom_random_uniform(&random, 0.8, 1.2);
    anatomy->tilt[0] = fmin(anatomy->tilt[0], anatomy->tilt[1] + SACRAL_BEND_DEG * DEGREE);
    double tilts[SACRAL_NODES];
    for (int i = 0; i < SACRAL_NODES; i++) {
        tilts[i] = anatomy->tilt[0] + sacral_tilt_deg[i] * DEGREE;
    }
    integrate_curve(anatomy, sacral_below_mm, tilts, SACRAL_NODES);
    anatomy->origin_y = from_table(anatomy->curve_y, anatomy->disc_height[3]);
}

double phantom_lumbar_level(const phantom_anatomy *anatomy, double level) {
    return level + (double)(anatomy->lumbar - 5);
}

/* Level, nearest disc, and the way along the curve from that disc. Beyond the tables the spine goes
 * on with the spacing and the tilt of its last piece. */
static void find_level(const phantom_anatomy *anatomy, double height, phantom_local *p) {
    const double *heights = anatomy->disc_height;
    int piece = 0;
    while (piece < LEVEL_NODES - 2 && height > heights[piece + 1]) {
        piece++;
    }
    double pitch = heights[piece + 1] - heights[piece];
    double at = (double)piece + (height - heights[piece]) / pitch, nearest = floor(at + 0.5);
    p->level = LEVEL_FIRST + at;
    p->disc = (int)fmin(fmax(nearest, 0.0), (double)(LEVEL_NODES - 1));
    p->along = (at - nearest) * pitch / cos(anatomy->tilt[p->disc]);
}

/* The number, or the nearer of -limit and limit. */
static double within(double number, double limit) {
    return number < -limit ? -limit : number > limit ? limit : number;
}

phantom_local phantom_to_local(const phantom_anatomy *anatomy, myo_vec3 point) {
    phantom_local p = {.x = point.x, .y = point.y, .z = point.z};
    double y = point.y + anatomy->origin_y, z = point.z + anatomy->disc_height[3];
    double height = z, depth = 0.0, slope = 0.0;
    bool bent = anatomy->bend_mm != 0.0;
    /* The height on the curve depends on the depth and the depth on the height; repeating this
     * settles both, because the slope changes slowly. */
    for (int round = 0; round < LEVEL_ROUNDS_MAX; round++) {
        slope = from_table(anatomy->slope, height);
        depth = y - from_table(anatomy->curve_y, height);
        double tilted = within(depth, TILTED_DEPTH_MM);
        double last = height;
        height = z - slope * tilted;
        if (bent) {
            double beside = point.x - curve_x(anatomy, last);
            height += bend_slope(anatomy, last) * within(beside, BENT_WIDTH_MM);
        }
        if (fabs(height - last) < LEVEL_ACCURACY_MM) {
            break;
        }
    }
    depth = y - from_table(anatomy->curve_y, height);
    double tilted = within(depth, TILTED_DEPTH_MM);
    double v = tilted * sqrt(1.0 + slope * slope) + (depth - tilted);
    double u = point.x - curve_x(anatomy, height);
    p.u = (anatomy->roll_cos * u + anatomy->roll_sin * v) / anatomy->body_scale;
    p.v = (anatomy->roll_cos * v - anatomy->roll_sin * u) / anatomy->body_scale;
    p.a = fabs(p.u);
    p.side = p.u >= 0.0 ? MYO_LEFT : MYO_RIGHT;
    if (anatomy->fine && height < SKIN_RECESS_BELOW_MM) {
        double receded = from_table(anatomy->curve_y, height) -
                         from_table(anatomy->curve_y, SKIN_RECESS_BELOW_MM);
        p.recess = (1.0 - SKIN_RECESS) * fmax(0.0, receded) / anatomy->body_scale;
    }
    find_level(anatomy, height, &p);
    return p;
}

void phantom_sample_at(const phantom_anatomy *anatomy, myo_vec3 point, phantom_sample *out) {
    phantom_local p = phantom_to_local(anatomy, point);
    *out = (phantom_sample){.tissue = TISSUE_FAT, .shade = 1.0, .level = p.level};
    if (anatomy->trunk) {
        phantom_trunk_sample_at(anatomy, &p, out);
        return;
    }
    double depth_mm;
    if (phantom_surface_at(anatomy, &p, &depth_mm, out) || phantom_bone_at(anatomy, &p, out) ||
        phantom_canal_at(anatomy, &p, out) || phantom_muscle_at(anatomy, &p, out) ||
        phantom_vessel_at(anatomy, &p, out)) {
        return;
    }
    phantom_organ_at(anatomy, &p, depth_mm, out);
}
