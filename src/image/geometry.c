/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Slice geometry after DICOM PS3.3 C.7.6.2.1.1. */
#include <myotome/geometry.h>

#include <assert.h>
#include <math.h>

static const double DEGREES_PER_RADIAN = 57.295779513082320877;

static myo_vec3 scaled_sum(myo_vec3 base, myo_vec3 direction, double factor) {
    return (myo_vec3){base.x + direction.x * factor, base.y + direction.y * factor,
                      base.z + direction.z * factor};
}

double myo_vec3_dot(myo_vec3 a, myo_vec3 b) {
    return a.x * b.x + a.y * b.y + a.z * b.z;
}

myo_vec3 myo_geometry_normal(const myo_geometry *geometry) {
    myo_vec3 r = geometry->row_cosine, c = geometry->column_cosine;
    return (myo_vec3){r.y * c.z - r.z * c.y, r.z * c.x - r.x * c.z, r.x * c.y - r.y * c.x};
}

myo_vec3 myo_geometry_to_patient(const myo_geometry *geometry, double column, double row) {
    myo_vec3 along_row = scaled_sum(geometry->position_mm, geometry->row_cosine,
                                    geometry->column_spacing_mm * column);
    return scaled_sum(along_row, geometry->column_cosine, geometry->row_spacing_mm * row);
}

void myo_geometry_from_patient(const myo_geometry *geometry, myo_vec3 point, double *column,
                               double *row, double *distance_mm) {
    myo_vec3 offset = scaled_sum(point, geometry->position_mm, -1.0);
    if (column) {
        *column = myo_vec3_dot(offset, geometry->row_cosine) / geometry->column_spacing_mm;
    }
    if (row) {
        *row = myo_vec3_dot(offset, geometry->column_cosine) / geometry->row_spacing_mm;
    }
    if (distance_mm) {
        *distance_mm = myo_vec3_dot(offset, myo_geometry_normal(geometry));
    }
}

double myo_geometry_pixel_area_mm2(const myo_geometry *geometry) {
    return geometry->column_spacing_mm * geometry->row_spacing_mm;
}

double myo_geometry_tilt_deg(const myo_geometry *geometry) {
    double cosine = fabs(myo_geometry_normal(geometry).z);
    return acos(cosine > 1.0 ? 1.0 : cosine) * DEGREES_PER_RADIAN;
}

myo_plane myo_geometry_plane(const myo_geometry *geometry) {
    myo_vec3 normal = myo_geometry_normal(geometry);
    double x = fabs(normal.x), y = fabs(normal.y), z = fabs(normal.z);
    if (x + y + z == 0.0) {
        return MYO_PLANE_UNKNOWN;
    }
    if (z >= x && z >= y) {
        return MYO_PLANE_AXIAL;
    }
    return x >= y ? MYO_PLANE_SAGITTAL : MYO_PLANE_CORONAL;
}

const char *myo_plane_name(myo_plane plane) {
    static const char *const names[] = {"unknown", "axial", "sagittal", "coronal"};
    assert(plane >= MYO_PLANE_UNKNOWN && plane <= MYO_PLANE_CORONAL);
    return names[plane];
}
