/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An axial CT slice of the pelvis: its noise, body, bones and muscle, and the ends of the ilium
 * that the outlines of the gluteal muscles hang on.
 */
#include "segment/ct/pelvis_slice_private.h"

#include "base/memory.h"
#include "base/sort.h"
#include "image/filter.h"
#include "image/morphology.h"
#include "segment/ct/refine_private.h"
#include "segment/ct/t2_like_private.h"

#include <math.h>
#include <myotome/structure.h>
#include <stdlib.h>
#include <string.h>

/* For an adult, mm. */
#define HALF_PELVIS_MM 118.0 /* from the midline to the lateral end of the bones */
#define SIZE_MIN 0.5
#define SIZE_MAX_FACTOR 1.3
#define ILIUM_LATERAL_MM 45.0 /* from the midline: bone that is surely ilium */
#define LENGTH_MIN_MM 20.0    /* of an ilium, from front to back */
#define JOINED_MM 45.0 /* where the ilium reaches so near to the midline it meets the sacrum, */
#define BACK_LATERAL_MM 32.0 /* and ends at least so far from it; */
#define BACK_LATERAL_MAX_MM 95.0
#define JOINT_SLOPE 1.3       /* of the direction in which the ilium ends there */
#define SACRUM_INSIDE_MM 20.0 /* from the posterior end of the ilium to where maximus begins */
#define CORTEX_GAP_MM 1.5     /* half of a gap that is closed */
#define SKIN_MM 4.0
#define SMOOTH_SIGMA_MM 0.9
/* Noisier slices are smoothed more. */
#define NOISE_USUAL_HU 14.0
#define NOISE_MAX 2.5
#define NOISE_LOW_HU (-50.0f)
#define NOISE_HIGH_HU 160.0f
#define LINE_MM 4.0        /* lines of fat between muscles are thinner than twice this */
#define SHOWN_REACH_MM 3.0 /* so near to a border lies what it follows, */
#define SHOWN_HU 25.0f     /* and is so much darker than muscle, or bone */

ct_point ct_pelvis_place(const ct_pelvis_slice *p, size_t i) {
    return (ct_point){p->sign * ((double)(i % p->columns) - p->middle) * p->column_mm,
                      (double)(i / p->columns) * p->row_mm};
}

size_t ct_pelvis_pixel_at(const ct_pelvis_slice *p, ct_point at) {
    long c = lround(p->middle + p->sign * at.x / p->column_mm), r = lround(at.y / p->row_mm);
    bool inside = c >= 0 && r >= 0 && c < (long)p->columns && r < (long)p->rows;
    return inside ? (size_t)r * p->columns + (size_t)c : p->count;
}

float ct_pelvis_hu_at(const ct_pelvis_slice *p, ct_point at) {
    myo_grid grid = {p->smooth, p->columns, p->rows};
    return myo_grid_sample(&grid, p->middle + p->sign * at.x / p->column_mm, at.y / p->row_mm);
}

double ct_pelvis_pixel_mm(const ct_pelvis_slice *p) {
    return sqrt(p->column_mm * p->row_mm);
}

void ct_pelvis_slice_clear(ct_pelvis_slice *p) {
    free(p->smooth);
    free(p->body);
    free(p->bone);
    free(p->muscle);
    free(p->closed);
    free(p->mask);
    free(p->region);
    free(p->piece);
    free(p->distance);
}

/* Attenuation of this patient's muscle: the median of what lies in its window. */
static float find_muscle_hu(const ct_pelvis_slice *p) {
    size_t found = 0;
    for (size_t i = 0; i < p->count; i++) {
        if (p->body[i] && p->smooth[i] > 0.0f && p->smooth[i] < 120.0f) {
            p->distance[found++] = p->smooth[i];
        }
    }
    myo_sort_floats(p->distance, found);
    return found > 0 ? p->distance[found / 2] : 50.0f;
}

bool ct_pelvis_resize(ct_pelvis_slice *p, uint8_t *mask, double grow, myo_error *err) {
    if (!myo_mask_signed_distance(mask, p->columns, p->rows, 1e6f, p->distance, err)) {
        return false;
    }
    for (size_t i = 0; i < p->count; i++) {
        mask[i] = (double)p->distance[i] * ct_pelvis_pixel_mm(p) <= grow;
    }
    return true;
}

/* Noise of the slice: of the differences between neighbouring pixels of soft tissue the median,
 * which is 0.95 standard deviations of the noise when it is independent. */
static double find_noise_hu(const ct_pelvis_slice *p) {
    size_t found = 0;
    for (size_t i = 0; i + 1 < p->count; i++) {
        float a = p->smooth[i], b = p->smooth[i + 1];
        if (p->body[i] && a > NOISE_LOW_HU && a < NOISE_HIGH_HU && b > NOISE_LOW_HU &&
            b < NOISE_HIGH_HU) {
            p->distance[found++] = fabsf(a - b);
        }
    }
    myo_sort_floats(p->distance, found);
    return found > 0 ? (double)p->distance[found / 2] / 0.954 : 0.0;
}

/* Pelves differ in width, and not always as spines do: the size is that of the bones on the slice.
 */
static double find_size(const ct_pelvis_slice *p) {
    double widest[MYO_SIDE_COUNT] = {0.0, 0.0};
    for (size_t i = 0; i < p->count; i++) {
        double x = ct_pelvis_place(p, i).x;
        if (p->bone[i]) {
            widest[MYO_LEFT] = fmax(widest[MYO_LEFT], x);
            widest[MYO_RIGHT] = fmax(widest[MYO_RIGHT], -x);
        }
    }
    double half = 0.5 * (widest[MYO_LEFT] + widest[MYO_RIGHT]);
    return fmin(fmax(half / HALF_PELVIS_MM, SIZE_MIN), SIZE_MAX_FACTOR);
}

bool ct_pelvis_slice_create(ct_pelvis_slice *p, const myo_image *hu, double middle,
                            myo_error *err) {
    const myo_geometry *g = myo_image_get_geometry(hu);
    *p = (ct_pelvis_slice){.columns = g->columns,
                           .rows = g->rows,
                           .count = g->columns * g->rows,
                           .column_mm = g->column_spacing_mm,
                           .row_mm = g->row_spacing_mm,
                           .middle = middle,
                           .sign = 1.0};
    p->smooth = myo_alloc_array(p->count, sizeof(float), err);
    p->distance = myo_alloc_array(p->count, sizeof(float), err);
    p->body = myo_alloc_array(p->count, 1, err);
    p->bone = myo_alloc_array(p->count, 1, err);
    p->muscle = myo_alloc_array(p->count, 1, err);
    p->closed = myo_alloc_array(p->count, 1, err);
    p->mask = myo_alloc_array(p->count, 1, err);
    p->region = myo_alloc_array(p->count, 1, err);
    p->piece = myo_alloc_array(p->count, 1, err);
    if (!p->smooth || !p->distance || !p->body || !p->bone || !p->muscle || !p->closed ||
        !p->mask || !p->region || !p->piece || !ct_find_body(hu, p->body, err)) {
        return false;
    }
    memcpy(p->smooth, myo_image_get_const_pixels(hu), p->count * sizeof(float));
    myo_grid grid = {p->smooth, p->columns, p->rows};
    double sigma_mm =
        SMOOTH_SIGMA_MM * fmin(fmax(find_noise_hu(p) / NOISE_USUAL_HU, 1.0), NOISE_MAX);
    myo_filter_gaussian(&grid, sigma_mm / p->column_mm, sigma_mm / p->row_mm, &grid, p->distance);
    p->muscle_hu = find_muscle_hu(p);
    for (size_t i = 0; i < p->count; i++) {
        p->bone[i] = p->smooth[i] > CT_BONE_LOW_HU && p->body[i];
    }
    /* A thin cortex may have gaps, and marrow is bone. */
    if (!ct_pelvis_resize(p, p->bone, CORTEX_GAP_MM, err) ||
        !myo_mask_fill_holes(p->bone, p->columns, p->rows, err) ||
        !ct_pelvis_resize(p, p->bone, -CORTEX_GAP_MM, err) ||
        !myo_mask_signed_distance(p->body, p->columns, p->rows, 1e6f, p->distance, err)) {
        return false;
    }
    for (size_t i = 0; i < p->count; i++) {
        p->muscle[i] = ct_is_muscle(p->smooth[i]) && !p->bone[i] &&
                       (double)p->distance[i] * ct_pelvis_pixel_mm(p) < -SKIN_MM;
        p->closed[i] = p->muscle[i] || p->bone[i];
    }
    p->size = find_size(p);
    return ct_pelvis_resize(p, p->closed, LINE_MM, err) &&
           ct_pelvis_resize(p, p->closed, -LINE_MM, err);
}

bool ct_pelvis_find_bones(ct_pelvis_slice *p, bool *found, myo_error *err) {
    double front = INFINITY, back = -INFINITY, sacrum = -INFINITY;
    size_t start = p->count;
    *found = false;
    for (size_t i = 0; i < p->count; i++) {
        p->mask[i] = p->bone[i] && ct_pelvis_place(p, i).x > ILIUM_LATERAL_MM * p->size;
    }
    if (!myo_mask_keep_largest(p->mask, p->columns, p->rows, err)) {
        return false;
    }
    for (size_t i = 0; i < p->count; i++) {
        ct_point at = ct_pelvis_place(p, i);
        if (p->mask[i] && at.y < front) {
            front = at.y;
            p->front = at;
            start = i;
        }
    }
    memcpy(p->mask, p->bone, p->count);
    if (start == p->count || !myo_mask_keep_connected(p->mask, p->columns, p->rows, start, err)) {
        return start == p->count;
    }
    /* At the joint the sacrum is one with the ilium and goes on behind it: the ilium ends where it
     * is met from behind and outside. */
    bool joined = false;
    for (size_t i = 0; i < p->count; i++) {
        joined = joined || (p->mask[i] && fabs(ct_pelvis_place(p, i).x) < JOINED_MM * p->size);
    }
    for (size_t i = 0; i < p->count; i++) {
        ct_point at = ct_pelvis_place(p, i);
        double behind = joined ? at.y + JOINT_SLOPE * at.x : at.y;
        bool ilium = p->mask[i] && at.x > (joined ? BACK_LATERAL_MM * p->size : 0.0) &&
                     at.x < BACK_LATERAL_MAX_MM * p->size;
        if (ilium && behind > back) {
            back = behind;
            p->back = at;
        }
    }
    if (!isfinite(back) || p->back.y - front < LENGTH_MIN_MM * p->size) {
        return true;
    }
    *found = true;
    /* The sacrum: the lateral edge of the bone near the midline, as far as it lies apart. */
    double edge = fmax(p->back.x - SACRUM_INSIDE_MM * p->size, 10.0 * p->size);
    p->sacrum = (ct_point){edge, p->back.y};
    for (size_t i = 0; i < p->count; i++) {
        ct_point at = ct_pelvis_place(p, i);
        if (p->bone[i] && at.x >= 0.0 && at.x <= edge && at.y > p->back.y - 25.0 * p->size) {
            double value = at.x + 0.3 * at.y;
            if (value > sacrum) {
                sacrum = value;
                p->sacrum = at;
            }
        }
    }
    return true;
}

/* True when the image shows why an outline ends at pixel (c, r) of its border: bone or what is
 * darker than muscle lies near, outside of it. */
static bool is_shown(const ct_pelvis_slice *p, size_t c, size_t r) {
    long reach_c = lround(fmax(SHOWN_REACH_MM * p->size / p->column_mm, 1.0));
    long reach_r = lround(fmax(SHOWN_REACH_MM * p->size / p->row_mm, 1.0));
    for (long y = (long)r - reach_r; y <= (long)r + reach_r; y++) {
        for (long x = (long)c - reach_c; x <= (long)c + reach_c; x++) {
            if (x < 0 || y < 0 || x >= (long)p->columns || y >= (long)p->rows) {
                continue;
            }
            size_t i = (size_t)y * p->columns + (size_t)x;
            if (!p->mask[i] && (p->bone[i] || p->smooth[i] < p->muscle_hu - SHOWN_HU)) {
                return true;
            }
        }
    }
    return false;
}

double ct_pelvis_visible_share(const ct_pelvis_slice *p) {
    size_t border = 0, shown = 0;
    for (size_t r = 1; r + 1 < p->rows; r++) {
        for (size_t c = 1; c + 1 < p->columns; c++) {
            const uint8_t *at = p->mask + r * p->columns + c;
            if (*at && !(at[-1] && at[1] && *(at - p->columns) && at[p->columns])) {
                border++;
                shown += is_shown(p, c, r);
            }
        }
    }
    return border > 0 ? (double)shown / (double)border : 0.0;
}
