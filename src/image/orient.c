/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "image/orient.h"

#include <math.h>

/* How stored pixels become canonical ones: first transposed, then mirrored. */
typedef struct turn {
    bool transpose, mirror_columns, mirror_rows;
} turn;

/* Axial slices: columns to the left (+x), rows to the back (+y). Sagittal ones: columns to the back
 * (+y), rows to the feet (-z). */
static bool find_turn(const myo_geometry *stored, turn *out, myo_error *err) {
    const myo_vec3 *along_row = &stored->row_cosine, *along_column = &stored->column_cosine;
    myo_plane plane = myo_geometry_plane(stored);
    if (plane == MYO_PLANE_AXIAL) {
        bool transpose = fabs(along_row->x) < fabs(along_column->x);
        *out = (turn){.transpose = transpose,
                      .mirror_columns = (transpose ? along_column : along_row)->x < 0.0,
                      .mirror_rows = (transpose ? along_row : along_column)->y < 0.0};
        return true;
    }
    if (plane == MYO_PLANE_SAGITTAL) {
        bool transpose = fabs(along_row->y) < fabs(along_column->y);
        *out =
            (turn){.transpose = transpose,
                   .mirror_columns =
                       (transpose ? along_column : along_row)
                           ->y<0.0, .mirror_rows = (transpose ? along_row : along_column)->z> 0.0};
        return true;
    }
    return myo_error_set(err, MYO_E_ARGUMENT, "the slice is neither axial nor sagittal but %s",
                         myo_plane_name(plane));
}

/* Size of the canonical frame. */
static void canonical_size(const myo_geometry *stored, const turn *t, size_t *columns,
                           size_t *rows) {
    *columns = t->transpose ? stored->rows : stored->columns;
    *rows = t->transpose ? stored->columns : stored->rows;
}

/* Index of the stored pixel that lies at a canonical position. */
static size_t stored_index(const myo_geometry *stored, const turn *t, size_t column, size_t row) {
    size_t columns, rows;
    canonical_size(stored, t, &columns, &rows);
    size_t c = t->mirror_columns ? columns - 1 - column : column;
    size_t r = t->mirror_rows ? rows - 1 - row : row;
    return t->transpose ? c * stored->columns + r : r * stored->columns + c;
}

static myo_vec3 negated_if(bool negate, myo_vec3 v) {
    return negate ? (myo_vec3){-v.x, -v.y, -v.z} : v;
}

static myo_geometry canonical_geometry(const myo_geometry *stored, const turn *t) {
    myo_geometry g = *stored;
    canonical_size(stored, t, &g.columns, &g.rows);
    g.column_spacing_mm = t->transpose ? stored->row_spacing_mm : stored->column_spacing_mm;
    g.row_spacing_mm = t->transpose ? stored->column_spacing_mm : stored->row_spacing_mm;
    g.row_cosine =
        negated_if(t->mirror_columns, t->transpose ? stored->column_cosine : stored->row_cosine);
    g.column_cosine =
        negated_if(t->mirror_rows, t->transpose ? stored->row_cosine : stored->column_cosine);
    size_t first = stored_index(stored, t, 0, 0);
    g.position_mm = myo_geometry_to_patient(stored, (double)(first % stored->columns),
                                            (double)(first / stored->columns));
    return g;
}

bool myo_orient_to_canonical(const myo_image *image, myo_image **out, myo_error *err) {
    const myo_geometry *stored = myo_image_get_geometry(image);
    turn t = {0};
    if (!find_turn(stored, &t, err)) {
        return false;
    }
    myo_geometry geometry = canonical_geometry(stored, &t);
    if (!myo_image_create(&geometry, out, err)) {
        return false;
    }
    const float *from = myo_image_get_const_pixels(image);
    float *to = myo_image_get_pixels(*out);
    for (size_t r = 0; r < geometry.rows; r++) {
        for (size_t c = 0; c < geometry.columns; c++) {
            to[r * geometry.columns + c] = from[stored_index(stored, &t, c, r)];
        }
    }
    return true;
}

bool myo_orient_labels_back(const uint16_t *canonical, const myo_geometry *stored, myo_labels **out,
                            myo_error *err) {
    turn t = {0};
    if (!find_turn(stored, &t, err) || !myo_labels_create(stored, out, err)) {
        return false;
    }
    size_t columns, rows;
    canonical_size(stored, &t, &columns, &rows);
    uint16_t *to = myo_labels_get_pixels(*out);
    for (size_t r = 0; r < rows; r++) {
        for (size_t c = 0; c < columns; c++) {
            to[stored_index(stored, &t, c, r)] = canonical[r * columns + c];
        }
    }
    return true;
}

bool myo_orient_image_back(const myo_image *canonical, const myo_geometry *stored, myo_image **out,
                           myo_error *err) {
    turn t = {0};
    if (!find_turn(stored, &t, err) || !myo_image_create(stored, out, err)) {
        return false;
    }
    size_t columns, rows;
    canonical_size(stored, &t, &columns, &rows);
    const float *from = myo_image_get_const_pixels(canonical);
    float *to = myo_image_get_pixels(*out);
    for (size_t r = 0; r < rows; r++) {
        for (size_t c = 0; c < columns; c++) {
            to[stored_index(stored, &t, c, r)] = from[r * columns + c];
        }
    }
    return true;
}
