/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Area bias of label maps that are brought onto another grid: a cylinder, whose cut is a disc or an
 * ellipse of known area, on grids of other spacings, shifts, turns and tilts. It prints the
 * table of docs/methods.md.
 */
#include "tracing_fixture.h"

#define RADIUS_MM 18.0
#define PI 3.14159265358979323846
#define SHIFTS 12
#define PLANES 61
#define FIELD_MM 64.0

/* A cylinder along z about the origin in a map of cubic or flat voxels: a voxel is labelled when
 * its centre is inside, as every program does it. Returns its area in a plane of the map, which
 * misses that of a disc by chance, by up to a percent. */
static double write_cylinder(const char *name, double spacing_mm, double step_mm) {
    double area = 0.0;
    myo_labels *planes[PLANES];
    size_t side = (size_t)(FIELD_MM / spacing_mm);
    for (int k = 0; k < PLANES; k++) {
        myo_geometry g = fixture_axial(side, side, spacing_mm);
        g.thickness_mm = step_mm;
        g.position_mm =
            (myo_vec3){-(double)(side - 1) * spacing_mm / 2.0,
                       -(double)(side - 1) * spacing_mm / 2.0, (k - PLANES / 2) * step_mm};
        planes[k] = fixture_labels(&g);
        fixture_disc(planes[k], 0.0, 0.0, RADIUS_MM, 5101);
        area = (double)fixture_count(planes[k], 5101) * spacing_mm * spacing_mm;
    }
    assert_true(myo_nifti_write_label_stack(fixture_path(name), (const myo_labels *const *)planes,
                                            PLANES, NULL));
    for (int k = 0; k < PLANES; k++) {
        myo_labels_destroy(planes[k]);
    }
    return area;
}

/* A slice about the origin, tilted about the x axis and turned in its plane, and shifted in it. */
static myo_geometry make_slice(double spacing_mm, double tilt_deg, double turn_deg, int shift) {
    double tilt = tilt_deg * FIXTURE_DEGREE, turn = turn_deg * FIXTURE_DEGREE;
    size_t side = (size_t)(FIELD_MM / spacing_mm);
    myo_geometry g = fixture_axial(side, side, spacing_mm);
    myo_vec3 down = {0.0, cos(tilt), sin(tilt)};
    g.row_cosine = (myo_vec3){cos(turn), down.y * sin(turn), down.z * sin(turn)};
    g.column_cosine = (myo_vec3){-sin(turn), down.y * cos(turn), down.z * cos(turn)};
    g.position_mm = (myo_vec3){0.0, 0.0, 0.0};
    /* Shifts by parts of a pixel that do not repeat (multiples of the golden ratio). */
    double middle = (double)(side - 1) / 2.0;
    g.position_mm = myo_geometry_to_patient(&g, fmod(shift * 0.6180339887, 1.0) - middle,
                                            fmod(shift * 0.7548776662, 1.0) - middle);
    return g;
}

typedef struct bias {
    double mean_percent, worst_percent;
} bias;

static bias measure(const myo_tracing *tracing, double area_mm2, double spacing_mm, double tilt_deg,
                    double turn_deg) {
    double exact = area_mm2 / cos(tilt_deg * FIXTURE_DEGREE);
    bias b = {0.0, 0.0};
    for (int shift = 0; shift < SHIFTS; shift++) {
        myo_geometry g = make_slice(spacing_mm, tilt_deg, turn_deg, shift);
        myo_tracing_drawn drawn = fixture_draw(tracing, &g);
        double area = (double)fixture_count(drawn.labels, 5101) * spacing_mm * spacing_mm;
        double percent = 100.0 * (area / exact - 1.0);
        b.mean_percent += percent / SHIFTS;
        b.worst_percent = fmax(b.worst_percent, fabs(percent));
        myo_tracing_drawn_clear(&drawn);
    }
    return b;
}

/* A rim of one pixel more or less would be 2 to 20 % of the area. Single errors come from the
 * pixels on the rim, which are few when they are large, and from the steps between thick planes. */
#define MEAN_MAX_PERCENT 0.25

/* Spacing of the map within its planes and between them; of the slice; how it lies. */
static const struct {
    double map_mm, step_mm, slice_mm, tilt_deg, turn_deg, worst_max_percent;
} cases[] = {
    {0.8, 0.8, 0.8, 0.0, 0.0, 0.2},    {0.8, 0.8, 0.4, 0.0, 0.0, 0.2},
    {0.8, 0.8, 1.6, 0.0, 0.0, 0.8},    {0.8, 0.8, 0.55, 0.0, 30.0, 0.4},
    {0.8, 0.8, 0.55, 20.0, 0.0, 0.6},  {0.8, 0.8, 0.55, 20.0, 30.0, 0.4},
    {1.5, 1.5, 0.55, 0.0, 0.0, 0.6},   {1.5, 1.5, 0.55, 15.0, 10.0, 0.4},
    {0.35, 0.35, 0.7, 0.0, 0.0, 0.4},  {0.35, 0.35, 2.0, 10.0, 20.0, 2.0},
    {0.55, 2.0, 0.55, 10.0, 0.0, 1.5},
};

static void keeps_areas_on_other_grids(void **state) {
    (void)state;
    print_message(
        "| map, mm | between planes, mm | slice, mm | tilt, deg | turn, deg | mean bias, %% "
        "| greatest error, %% |\n");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double area = write_cylinder("cylinder.nii.gz", cases[i].map_mm, cases[i].step_mm);
        assert_true(fabs(area / (PI * RADIUS_MM * RADIUS_MM) - 1.0) < 0.02);
        myo_tracing *tracing = fixture_open("cylinder.nii.gz", NULL);
        bias b = measure(tracing, area, cases[i].slice_mm, cases[i].tilt_deg, cases[i].turn_deg);
        print_message("| %.2f | %.2f | %.2f | %.0f | %.0f | %+.2f | %.2f |\n", cases[i].map_mm,
                      cases[i].step_mm, cases[i].slice_mm, cases[i].tilt_deg, cases[i].turn_deg,
                      b.mean_percent, b.worst_percent);
        assert_true(fabs(b.mean_percent) <= MEAN_MAX_PERCENT);
        assert_true(b.worst_percent <= cases[i].worst_max_percent);
        myo_tracing_destroy(tracing);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_areas_on_other_grids),
    };
    return cmocka_run_group_tests(tests, fixture_create_folder, fixture_remove_folder);
}
