/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How far down the lumbar spine an axial slice lies, from what it shows: on their way to the pelvis
 * the psoas muscles leave the vertebrae, to the sides and to the front, where the wings of the
 * sacrum and the iliac bones take their place. The index is
 *
 *     (psoas in front of the vertebra + half of the distance between both psoas) / size - 1
 *
 * from centroid to centroid, `size` being the square root of the vertebra's or disc's area.
 */
#include <myotome/level.h>
#include <myotome/structure.h>

#include <math.h>
#include <string.h>

typedef struct centroid {
    double count, column, row;
} centroid;

static void add_pixels(const myo_labels *labels, uint16_t label, centroid *c) {
    const myo_geometry *g = myo_labels_get_geometry(labels);
    const uint16_t *pixels = myo_labels_get_const_pixels(labels);
    for (size_t i = 0; i < g->columns * g->rows; i++) {
        if (pixels[i] == label) {
            c->count += 1.0;
            c->column += (double)(i % g->columns);
            c->row += (double)(i / g->columns);
        }
    }
}

static bool find_centroid(const myo_labels *labels, myo_structure structure, myo_side side,
                          myo_vec3 *out, double *area_mm2) {
    const myo_geometry *g = myo_labels_get_geometry(labels);
    centroid c = {0};
    add_pixels(labels, myo_structure_get(structure)->label[side], &c);
    if (c.count == 0.0) {
        return false;
    }
    *out = myo_geometry_to_patient(g, c.column / c.count, c.row / c.count);
    *area_mm2 = c.count * myo_geometry_pixel_area_mm2(g);
    return true;
}

/* Part of (a - b) along the direction of the plane that is nearest to a patient axis. */
static double along_plane(const myo_geometry *g, myo_vec3 axis, myo_vec3 a, myo_vec3 b) {
    myo_vec3 n = myo_geometry_normal(g);
    double out = myo_vec3_dot(axis, n);
    myo_vec3 in = {axis.x - out * n.x, axis.y - out * n.y, axis.z - out * n.z};
    double length = sqrt(myo_vec3_dot(in, in));
    myo_vec3 d = {a.x - b.x, a.y - b.y, a.z - b.z};
    return length > 0.0 ? myo_vec3_dot(d, in) / length : 0.0;
}

bool myo_level_caudal_index(const myo_labels *labels, double *index) {
    const myo_geometry *g = myo_labels_get_geometry(labels);
    myo_vec3 left, right, vertebra;
    double area, size;
    if (!find_centroid(labels, MYO_PSOAS_MAJOR, MYO_LEFT, &left, &area) ||
        !find_centroid(labels, MYO_PSOAS_MAJOR, MYO_RIGHT, &right, &area) ||
        !find_centroid(labels, MYO_VERTEBRAL_REFERENCE, MYO_LEFT, &vertebra, &area)) {
        return false;
    }
    size = sqrt(area);
    const myo_vec3 to_left = {1.0, 0.0, 0.0}, to_front = {0.0, -1.0, 0.0};
    myo_vec3 middle = {(left.x + right.x) / 2.0, (left.y + right.y) / 2.0,
                       (left.z + right.z) / 2.0};
    double front = along_plane(g, to_front, middle, vertebra);
    double apart = along_plane(g, to_left, left, right);
    *index = (front + 0.5 * apart) / size - 1.0;
    return true;
}
