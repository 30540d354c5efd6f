/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The volume: slices as they come, averaged to voxels that suit the search for bones, with the
 * affine map between voxels and the patient.
 */
#include "ct/volume_private.h"

#include "base/memory.h"
#include "image/orient.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Voxels need not be smaller than this to show cortical bone and the canal. */
#define VOXEL_MM 1.4
/* As long as a person and as fine as any scanner makes it. */
#define VOXELS_MAX ((size_t)400 * 1000 * 1000)
#define SLICES_MAX 20000
/* Slices nearer than this lie at one place. */
#define HEIGHT_MIN_MM 1.0
#define SAME_PLANE_COSINE_MIN 0.9998
#define HU_MIN (-1024.0f)
#define HU_MAX 3071.0f

static myo_vec3 cross(myo_vec3 a, myo_vec3 b) {
    return (myo_vec3){a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}

static double length_of(myo_vec3 v) {
    return sqrt(myo_vec3_dot(v, v));
}

myo_vec3 ct_unit(myo_vec3 v) {
    double length = length_of(v);
    return length > 0.0 ? ct_along((myo_vec3){0}, 1.0 / length, v) : (myo_vec3){0.0, 0.0, -1.0};
}

void ct_find_frame(myo_vec3 down, myo_vec3 *left, myo_vec3 *front) {
    *left = ct_unit(ct_along((myo_vec3){1.0, 0.0, 0.0}, -down.x, down));
    *front = cross(down, *left);
    if (front->y > 0.0) {
        *front = ct_along((myo_vec3){0}, -1.0, *front);
    }
}

/* The geometry that slices have in the canonical frame. */
static bool canonical_geometry(const myo_geometry *stored, myo_geometry *out, myo_error *err) {
    myo_image *empty = NULL, *turned = NULL;
    bool done =
        myo_image_create(stored, &empty, err) && myo_orient_to_canonical(empty, &turned, err);
    if (done) {
        *out = *myo_image_get_geometry(turned);
    }
    myo_image_destroy(empty);
    myo_image_destroy(turned);
    return done;
}

static bool check(const myo_geometry *first, const myo_geometry *last, size_t count,
                  myo_error *err) {
    if (!(myo_geometry_pixel_area_mm2(first) > 0.0)) {
        return myo_error_set(err, MYO_E_MISSING, "pixel spacing is missing or zero");
    }
    if (myo_geometry_plane(first) != MYO_PLANE_AXIAL ||
        myo_vec3_dot(myo_geometry_normal(first), myo_geometry_normal(last)) <
            SAME_PLANE_COSINE_MIN) {
        return myo_error_set(err, MYO_E_ARGUMENT, "the slices are not axial and parallel");
    }
    return count > 1 && count <= SLICES_MAX
               ? true
               : myo_error_set(err, MYO_E_RANGE, "a volume of %zu slices", count);
}

static void set_steps(myo_ct *ct) {
    const myo_geometry *a = &ct->first, *b = &ct->last;
    double gaps = (double)(ct->count - 1), bin = (double)ct->bin, layers = (double)ct->slice_bin;
    myo_vec3 between = {(b->position_mm.x - a->position_mm.x) / gaps,
                        (b->position_mm.y - a->position_mm.y) / gaps,
                        (b->position_mm.z - a->position_mm.z) / gaps};
    double step[2] = {a->column_spacing_mm * bin, a->row_spacing_mm * bin};
    ct->step_mm[0] = ct_along((myo_vec3){0}, step[0], a->row_cosine);
    ct->step_mm[1] = ct_along((myo_vec3){0}, step[1], a->column_cosine);
    ct->step_mm[2] = ct_along((myo_vec3){0}, layers, between);
    /* The centre of the pixels and slices that make the first voxel. */
    ct->origin_mm = myo_geometry_to_patient(a, 0.5 * (bin - 1.0), 0.5 * (bin - 1.0));
    ct->origin_mm = ct_along(ct->origin_mm, 0.5 * (layers - 1.0), between);
    myo_vec3 c0 = cross(ct->step_mm[1], ct->step_mm[2]), c1 = cross(ct->step_mm[2], ct->step_mm[0]),
             c2 = cross(ct->step_mm[0], ct->step_mm[1]);
    double volume = myo_vec3_dot(ct->step_mm[0], c0);
    ct->inverse[0] = ct_along((myo_vec3){0}, 1.0 / volume, c0);
    ct->inverse[1] = ct_along((myo_vec3){0}, 1.0 / volume, c1);
    ct->inverse[2] = ct_along((myo_vec3){0}, 1.0 / volume, c2);
    ct->column_mm = step[0];
    ct->row_mm = step[1];
    ct->slice_mm = length_of(ct->step_mm[2]);
}

static size_t bin_of(double spacing_mm) {
    return spacing_mm > 0.0 ? (size_t)fmax(1.0, floor(VOXEL_MM / spacing_mm + 1e-6)) : 1;
}

bool myo_ct_create(const myo_geometry *first, const myo_geometry *last, size_t count, myo_ct **out,
                   myo_error *err) {
    if (!check(first, last, count, err)) {
        return false;
    }
    myo_ct *ct = myo_alloc_array(1, sizeof *ct, err);
    if (!ct || !canonical_geometry(first, &ct->first, err) ||
        !canonical_geometry(last, &ct->last, err)) {
        free(ct);
        return false;
    }
    myo_vec3 normal = myo_geometry_normal(&ct->first);
    double height =
        myo_vec3_dot(normal, ct->last.position_mm) - myo_vec3_dot(normal, ct->first.position_mm);
    ct->count = count;
    ct->bin = bin_of(fmax(ct->first.column_spacing_mm, ct->first.row_spacing_mm));
    ct->slice_bin = bin_of(fabs(height) / (double)(count - 1));
    ct->columns = ct->first.columns / ct->bin;
    ct->rows = ct->first.rows / ct->bin;
    ct->slices = (count + ct->slice_bin - 1) / ct->slice_bin;
    size_t layer = ct->columns * ct->rows;
    if (fabs(height) < HEIGHT_MIN_MM || layer == 0 || ct->slices > VOXELS_MAX / layer) {
        myo_error_set(err, MYO_E_RANGE,
                      "%zu slices of %zu x %zu pixels, %.1f mm high, are no volume", count,
                      ct->first.columns, ct->first.rows, fabs(height));
        free(ct);
        return false;
    }
    set_steps(ct);
    ct->hu = myo_alloc_array(layer * ct->slices, sizeof *ct->hu, err);
    ct->filled = myo_alloc_array(ct->slices, sizeof *ct->filled, err);
    if (!ct->hu || !ct->filled) {
        myo_ct_destroy(ct);
        return false;
    }
    *out = ct;
    return true;
}

void myo_ct_destroy(myo_ct *ct) {
    if (ct) {
        free(ct->hu);
        free(ct->filled);
        free(ct);
    }
}

/* Mean of the pixels that make a voxel. */
static int bin_mean(const myo_ct *ct, const float *pixels, size_t column, size_t row) {
    float sum = 0.0f;
    for (size_t j = 0; j < ct->bin; j++) {
        const float *line = pixels + (row * ct->bin + j) * ct->first.columns + column * ct->bin;
        for (size_t i = 0; i < ct->bin; i++) {
            sum += fminf(fmaxf(line[i], HU_MIN), HU_MAX);
        }
    }
    return (int)lroundf(sum / (float)(ct->bin * ct->bin));
}

bool myo_ct_add_slice(myo_ct *ct, const myo_image *slice, myo_error *err) {
    myo_image *turned = NULL;
    if (!myo_orient_to_canonical(slice, &turned, err)) {
        return false;
    }
    const myo_geometry *g = myo_image_get_geometry(turned);
    double distance;
    myo_geometry_from_patient(&ct->first, g->position_mm, NULL, NULL, &distance);
    double total;
    myo_geometry_from_patient(&ct->first, ct->last.position_mm, NULL, NULL, &total);
    double place = distance / total * (double)(ct->count - 1);
    if (g->columns != ct->first.columns || g->rows != ct->first.rows || !(place > -0.5) ||
        !(place < (double)ct->count - 0.5)) {
        myo_image_destroy(turned);
        return myo_error_set(err, MYO_E_ARGUMENT,
                             "a slice of another size or place than the volume");
    }
    size_t layer = (size_t)lround(fmax(place, 0.0)) / ct->slice_bin;
    const float *pixels = myo_image_get_const_pixels(turned);
    for (size_t i = 0; i < ct->rows * ct->columns; i++) {
        int16_t *hu = &ct->hu[layer * ct->rows * ct->columns + i];
        int step = bin_mean(ct, pixels, i % ct->columns, i / ct->columns) - *hu;
        /* The running mean of the slices that make a layer, most often of one. */
        bool only = ct->filled[layer] == 0;
        *hu = (int16_t)(*hu + (only ? step : lround((double)step / (ct->filled[layer] + 1.0))));
    }
    ct->filled[layer]++;
    myo_image_destroy(turned);
    return true;
}

/* Fills layer `at` from the filled ones below and above. */
static void fill_layer(myo_ct *ct, size_t at, long below, long above) {
    size_t size = ct->rows * ct->columns;
    const int16_t *a = ct->hu + (size_t)(below < 0 ? above : below) * size;
    const int16_t *b = ct->hu + (size_t)(above < 0 ? below : above) * size;
    double share = below < 0 || above < 0
                       ? 0.0
                       : ((double)at - (double)below) / ((double)above - (double)below);
    for (size_t i = 0; i < size; i++) {
        ct->hu[at * size + i] = (int16_t)lround((1.0 - share) * a[i] + share * b[i]);
    }
}

bool myo_ct_finish(myo_ct *ct, myo_error *err) {
    size_t found = 0;
    for (size_t s = 0; s < ct->slices; s++) {
        found += ct->filled[s] > 0;
    }
    if (found == 0) {
        return myo_error_set(err, MYO_E_NOT_FOUND, "no slice of the volume could be read");
    }
    long below = -1;
    for (size_t s = 0; s < ct->slices; s++) {
        if (ct->filled[s] > 0) {
            below = (long)s;
            continue;
        }
        long above = -1;
        for (size_t t = s + 1; t < ct->slices && above < 0; t++) {
            above = ct->filled[t] > 0 ? (long)t : -1;
        }
        fill_layer(ct, s, below, above);
    }
    return true;
}

void ct_to_voxel(const myo_ct *ct, myo_vec3 p, double voxel[3]) {
    myo_vec3 d = {p.x - ct->origin_mm.x, p.y - ct->origin_mm.y, p.z - ct->origin_mm.z};
    for (int i = 0; i < 3; i++) {
        voxel[i] = myo_vec3_dot(ct->inverse[i], d);
    }
}

myo_vec3 ct_to_patient(const myo_ct *ct, double column, double row, double slice) {
    myo_vec3 p = ct_along(ct->origin_mm, column, ct->step_mm[0]);
    p = ct_along(p, row, ct->step_mm[1]);
    return ct_along(p, slice, ct->step_mm[2]);
}

/* First of the two voxels around a place on an axis, and the share of the second. False outside. */
static bool bracket(double at, size_t count, size_t *first, float *share) {
    if (!(at > -0.5 && at < (double)count - 0.5)) {
        return false;
    }
    double inside = fmin(fmax(at, 0.0), (double)(count - 1));
    *first = (size_t)inside;
    *share = (float)(inside - (double)*first);
    if (*first + 1 >= count) {
        *first = count > 1 ? count - 2 : 0;
        *share = count > 1 ? 1.0f : 0.0f;
    }
    return true;
}

float myo_ct_sample(const myo_ct *ct, myo_vec3 point_mm) {
    double voxel[3];
    size_t c, r, s;
    float u, v, w;
    ct_to_voxel(ct, point_mm, voxel);
    if (!bracket(voxel[0], ct->columns, &c, &u) || !bracket(voxel[1], ct->rows, &r, &v) ||
        !bracket(voxel[2], ct->slices, &s, &w)) {
        return (float)CT_OUTSIDE_HU;
    }
    size_t right = ct->columns > 1, down = ct->rows > 1 ? ct->columns : 0;
    float result = 0.0f;
    for (size_t k = 0; k < 2; k++) {
        const int16_t *at = ct_layer(ct, ct->slices > 1 ? s + k : s) + r * ct->columns + c;
        float top = (1.0f - u) * at[0] + u * at[right];
        float bottom = (1.0f - u) * at[down] + u * at[down + right];
        result += (k ? w : 1.0f - w) * ((1.0f - v) * top + v * bottom);
    }
    return result;
}

/* The box that the corners of the volume span. */
static void find_box(const myo_ct *ct, myo_vec3 *low, myo_vec3 *high) {
    *low = (myo_vec3){INFINITY, INFINITY, INFINITY};
    *high = (myo_vec3){-INFINITY, -INFINITY, -INFINITY};
    for (int corner = 0; corner < 8; corner++) {
        myo_vec3 p = ct_to_patient(ct, corner & 1 ? (double)(ct->columns - 1) : 0.0,
                                   corner & 2 ? (double)(ct->rows - 1) : 0.0,
                                   corner & 4 ? (double)(ct->slices - 1) : 0.0);
        *low = (myo_vec3){fmin(low->x, p.x), fmin(low->y, p.y), fmin(low->z, p.z)};
        *high = (myo_vec3){fmax(high->x, p.x), fmax(high->y, p.y), fmax(high->z, p.z)};
    }
}

bool myo_ct_reformat_sagittal(const myo_ct *ct, double x_mm, double step_mm, myo_image **out,
                              myo_error *err) {
    myo_vec3 low, high;
    find_box(ct, &low, &high);
    myo_geometry geometry = {.columns = (size_t)((high.y - low.y) / step_mm) + 1,
                             .rows = (size_t)((high.z - low.z) / step_mm) + 1,
                             .column_spacing_mm = step_mm,
                             .row_spacing_mm = step_mm,
                             .position_mm = {x_mm, low.y, high.z},
                             .row_cosine = {0.0, 1.0, 0.0},
                             .column_cosine = {0.0, 0.0, -1.0}};
    if (!myo_image_create(&geometry, out, err)) {
        return false;
    }
    float *pixels = myo_image_get_pixels(*out);
    for (size_t i = 0; i < geometry.columns * geometry.rows; i++) {
        double column = (double)(i % geometry.columns), row = (double)(i / geometry.columns);
        pixels[i] = myo_ct_sample(ct, myo_geometry_to_patient(&geometry, column, row));
    }
    return true;
}
