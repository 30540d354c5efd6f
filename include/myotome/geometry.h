/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where a slice lies in the patient: DICOM's patient coordinates (LPS: +x left, +y posterior,
 * +z head), millimetres. Source: DICOM PS3.3 C.7.6.2 (Image Plane Module).
 */
#ifndef MYOTOME_GEOMETRY_H
#define MYOTOME_GEOMETRY_H

#include <myotome/api.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct myo_vec3 {
    double x, y, z;
} myo_vec3;

/* Plain value. Pixel (column i, row j) has its centre at
 * position_mm + row_cosine * column_spacing_mm * i + column_cosine * row_spacing_mm * j. */
typedef struct myo_geometry {
    size_t columns, rows;
    double column_spacing_mm; /* between the centres of neighbouring columns: PixelSpacing[1] */
    double row_spacing_mm;    /* between the centres of neighbouring rows: PixelSpacing[0] */
    double thickness_mm;      /* SliceThickness, 0 when unknown */
    myo_vec3 position_mm;     /* centre of the first pixel: ImagePositionPatient */
    myo_vec3 row_cosine;      /* unit vector along which the column index grows */
    myo_vec3 column_cosine;   /* unit vector along which the row index grows */
} myo_geometry;

/* Dot product. */
MYO_API double myo_vec3_dot(myo_vec3 a, myo_vec3 b);

/* Unit normal of the plane: row_cosine x column_cosine. */
MYO_API myo_vec3 myo_geometry_normal(const myo_geometry *geometry);

/* Patient coordinates of the point at (column, row); fractions are allowed. */
MYO_API myo_vec3 myo_geometry_to_patient(const myo_geometry *geometry, double column, double row);

/* Projects a patient point onto the plane: fractional column and row, and the signed distance in
 * mm from the plane along its normal. Each output may be NULL. */
MYO_API void myo_geometry_from_patient(const myo_geometry *geometry, myo_vec3 point, double *column,
                                       double *row, double *distance_mm);

/* Area of one pixel in mm2. */
MYO_API double myo_geometry_pixel_area_mm2(const myo_geometry *geometry);

/* Angle in degrees between the plane and the patient's transverse plane (0 to 90). */
MYO_API double myo_geometry_tilt_deg(const myo_geometry *geometry);

typedef enum myo_plane {
    MYO_PLANE_UNKNOWN = 0,
    MYO_PLANE_AXIAL,
    MYO_PLANE_SAGITTAL,
    MYO_PLANE_CORONAL
} myo_plane;

/* Orientation class by the largest component of the normal. */
MYO_API myo_plane myo_geometry_plane(const myo_geometry *geometry);

/* "axial", "sagittal", "coronal" or "unknown". */
MYO_API const char *myo_plane_name(myo_plane plane);

#ifdef __cplusplus
}
#endif
#endif
