/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Class probabilities of a sagittal series: slice by slice, then smoothed across the slices. */
#include "level/discs/discs_private.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Slices nearer to each other than this show the same, and only one of them is looked at. */
#define SLICE_DISTANCE_MIN_MM 2.5
/* Half of what is looked at across the slices: a scoliotic spine leaves the middle by less. */
#define HALF_WIDTH_MM 45.0
#define SMOOTHING_SIGMA_MM 4.0
#define SAME_MM 0.5 /* slices whose places in their planes differ by less lie behind each other */

typedef struct member {
    const myo_image *image;
    double offset_mm;
} member;

static int compare_members(const void *a, const void *b) {
    double x = ((const member *)a)->offset_mm, y = ((const member *)b)->offset_mm;
    return (x > y) - (x < y);
}

/* True when two slices lie behind each other: the same pixels in parallel planes. */
static bool is_behind(const myo_geometry *a, const myo_geometry *b) {
    double column, row;
    myo_geometry_from_patient(a, b->position_mm, &column, &row, NULL);
    return a->columns == b->columns && a->rows == b->rows &&
           fabs(a->column_spacing_mm - b->column_spacing_mm) < 1e-3 &&
           fabs(a->row_spacing_mm - b->row_spacing_mm) < 1e-3 &&
           fabs(column * a->column_spacing_mm) < SAME_MM &&
           fabs(row * a->row_spacing_mm) < SAME_MM &&
           myo_vec3_dot(myo_geometry_normal(a), myo_geometry_normal(b)) > 0.999;
}

/* The slices to look at, in order along the normal of the first: returns how many. */
static size_t choose_members(const myo_image *const *images, size_t count, member *members) {
    const myo_geometry *reference = myo_image_get_geometry(images[count / 2]);
    myo_vec3 normal = myo_geometry_normal(reference);
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        const myo_geometry *g = myo_image_get_geometry(images[i]);
        if (myo_geometry_plane(g) == MYO_PLANE_SAGITTAL && is_behind(reference, g)) {
            members[n++] = (member){images[i], myo_vec3_dot(normal, g->position_mm)};
        }
    }
    qsort(members, n, sizeof *members, compare_members);
    double middle = n > 0 ? (members[0].offset_mm + members[n - 1].offset_mm) / 2.0 : 0.0;
    size_t kept = 0;
    for (size_t i = 0; i < n && kept < DISCS_SLICES_MAX; i++) {
        bool apart = kept == 0 ||
                     members[i].offset_mm - members[kept - 1].offset_mm >= SLICE_DISTANCE_MIN_MM;
        if (apart && fabs(members[i].offset_mm - middle) <= HALF_WIDTH_MM) {
            members[kept++] = members[i];
        }
    }
    return kept;
}

static bool smooth_across(discs_volume *v, myo_error *err) {
    size_t size = v->slices[0].planes * v->slices[0].columns * v->slices[0].rows;
    myo_planes smooth[DISCS_SLICES_MAX] = {{0}};
    bool done = true;
    for (size_t k = 0; done && k < v->count; k++) {
        const myo_planes *p = &v->slices[k];
        done = myo_planes_allocate(&smooth[k], p->planes, p->columns, p->rows, err);
        double sum = 0.0;
        for (size_t j = 0; done && j < v->count; j++) {
            double d = (v->offset_mm[j] - v->offset_mm[k]) / SMOOTHING_SIGMA_MM;
            double weight = exp(-0.5 * d * d);
            sum += weight;
            for (size_t i = 0; i < size; i++) {
                smooth[k].pixels[i] += (float)weight * v->slices[j].pixels[i];
            }
        }
        for (size_t i = 0; done && i < size; i++) {
            smooth[k].pixels[i] /= (float)sum;
        }
    }
    for (size_t k = 0; k < v->count; k++) {
        myo_planes_clear(done ? &v->slices[k] : &smooth[k]);
        v->slices[k] = done ? smooth[k] : v->slices[k];
    }
    return done;
}

static bool classify_members(const discs_model *model, const member *members, size_t count,
                             discs_volume *v, myo_error *err) {
    bool done = true;
    for (size_t i = 0; done && i < count; i++) {
        discs_view view = {0};
        done = discs_view_create(members[i].image, &view, err) &&
               discs_classify(model, &view.pixels, true, &v->slices[i], err);
        if (done) {
            v->geometry = i == 0 ? view.geometry : v->geometry;
            myo_vec3 normal = myo_geometry_normal(&v->geometry);
            v->offset_mm[i] = myo_vec3_dot(normal, view.geometry.position_mm);
            v->count++;
        }
        discs_view_clear(&view);
    }
    return done;
}

bool discs_volume_create(const discs_model *model, const myo_image *const *images, size_t count,
                         discs_volume *out, myo_error *err) {
    member *members = myo_alloc_array(count, sizeof *members, err);
    if (!members) {
        return false;
    }
    size_t chosen = count > 0 ? choose_members(images, count, members) : 0;
    discs_volume volume = {0};
    bool done = chosen > 0 ? true : myo_error_set(err, MYO_E_ARGUMENT, "no sagittal slice");
    done = done && classify_members(model, members, chosen, &volume, err) &&
           smooth_across(&volume, err);
    free(members);
    if (!done) {
        discs_volume_clear(&volume);
        return false;
    }
    *out = volume;
    return true;
}

void discs_volume_clear(discs_volume *volume) {
    for (size_t k = 0; k < volume->count; k++) {
        myo_planes_clear(&volume->slices[k]);
    }
    *volume = (discs_volume){0};
}
