/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Slice geometry against positions worked out by hand. */
#include "cmocka_all.h"

#include <math.h>
#include <myotome/geometry.h>

/* Tilted by 20 degrees about the x axis, different spacings. */
static myo_geometry tilted(void) {
    double c = cos(20.0 * 3.14159265358979323846 / 180.0);
    double s = sin(20.0 * 3.14159265358979323846 / 180.0);
    return (myo_geometry){.columns = 100,
                          .rows = 80,
                          .column_spacing_mm = 0.5,
                          .row_spacing_mm = 2.0,
                          .position_mm = {-10.0, 20.0, 30.0},
                          .row_cosine = {1.0, 0.0, 0.0},
                          .column_cosine = {0.0, c, s}};
}

static void goes_to_the_patient_and_back(void **state) {
    (void)state;
    myo_geometry g = tilted();
    myo_vec3 p = myo_geometry_to_patient(&g, 4.0, 10.0);
    assert_near(p.x, -8.0, 1e-12);
    assert_near(p.y, 20.0 + 20.0 * 0.9396926207859084, 1e-12);
    assert_near(p.z, 30.0 + 20.0 * 0.3420201433256687, 1e-12);
    /* 3 mm along the normal (0, -sin, cos). */
    p.y -= 3.0 * 0.3420201433256687;
    p.z += 3.0 * 0.9396926207859084;
    double column, row, distance_mm;
    myo_geometry_from_patient(&g, p, &column, &row, &distance_mm);
    assert_near(column, 4.0, 1e-9);
    assert_near(row, 10.0, 1e-9);
    assert_near(distance_mm, 3.0, 1e-9);
}

static void names_plane_tilt_and_area(void **state) {
    (void)state;
    myo_geometry g = tilted();
    assert_int_equal(myo_geometry_plane(&g), MYO_PLANE_AXIAL);
    assert_near(myo_geometry_tilt_deg(&g), 20.0, 1e-9);
    assert_near(myo_geometry_pixel_area_mm2(&g), 1.0, 1e-12);
    g.row_cosine = (myo_vec3){0.0, 1.0, 0.0};
    g.column_cosine = (myo_vec3){0.0, 0.0, -1.0};
    assert_int_equal(myo_geometry_plane(&g), MYO_PLANE_SAGITTAL);
    g.row_cosine = (myo_vec3){1.0, 0.0, 0.0};
    assert_int_equal(myo_geometry_plane(&g), MYO_PLANE_CORONAL);
    g.row_cosine = (myo_vec3){0.0, 0.0, 0.0};
    assert_int_equal(myo_geometry_plane(&g), MYO_PLANE_UNKNOWN);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(goes_to_the_patient_and_back),
        cmocka_unit_test(names_plane_tilt_and_area),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
