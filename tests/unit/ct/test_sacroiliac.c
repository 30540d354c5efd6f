/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lower end of a sacroiliac joint between blocks of bone: the sacrum's wing from 20 to 30 mm
 * beside the midline, the ilium from 33 mm on, 15 mm farther out below the joint's end. */
#include "cmocka_all.h"
#include "ct/spine_private.h"

#include <math.h>
#include <stdlib.h>

#define COLUMNS 100
#define ROWS 40
#define LAYERS 50
#define STEP_MM 2.0
#define LOW_Z (-100.0) /* of the lowest layer; the highest is that of L5/S1 */
#define END_Z (-60.0)

typedef struct pelvis {
    double bridge_mm; /* from the midline, bone reaches so far; the wing begins at 20 */
    double face_mm;   /* so long the joint is */
    double end_z;
} pelvis;

static bool is_bone(const pelvis *p, double x, double y, double z) {
    double ilium = z >= p->end_z - 0.5 ? 33.0 : 48.0;
    bool face = fabs(y) <= 0.5 * p->face_mm;
    x = fabs(x);
    return (x <= p->bridge_mm && fabs(y) < 5.0) ||
           (face && ((x >= 20.0 && x <= 30.0) || (x >= ilium && x <= ilium + 35.0)));
}

static double z_of(size_t layer) {
    return LOW_Z + STEP_MM * (double)layer;
}

static myo_ct create(const pelvis *p, uint8_t *classes) {
    myo_ct ct = {.columns = COLUMNS,
                 .rows = ROWS,
                 .slices = LAYERS + 1,
                 .origin_mm = {-0.5 * STEP_MM * COLUMNS, -0.5 * STEP_MM * ROWS, LOW_Z},
                 .column_mm = STEP_MM,
                 .row_mm = STEP_MM,
                 .slice_mm = STEP_MM};
    ct.step_mm[0].x = ct.step_mm[1].y = ct.step_mm[2].z = STEP_MM;
    ct.inverse[0].x = ct.inverse[1].y = ct.inverse[2].z = 1.0 / STEP_MM;
    size_t layer = COLUMNS * ROWS;
    ct.hu = malloc(layer * ct.slices * sizeof *ct.hu);
    assert_non_null(ct.hu);
    for (size_t i = 0; i < layer * ct.slices; i++) {
        double x = ct.origin_mm.x + STEP_MM * (double)(i % COLUMNS);
        double y = ct.origin_mm.y + STEP_MM * (double)(i % layer / COLUMNS);
        ct.hu[i] = is_bone(p, x, y, z_of(i / layer)) ? 400 : 40;
        classes[i] = fabs(x) < 31.5 ? MYO_TISSUE_SACRUM : MYO_TISSUE_PELVIS;
    }
    return ct;
}

/* The height found on the left, which must be that on the right; NAN for none. */
static double find_end(const pelvis *p, bool mapped) {
    uint8_t *classes = malloc((size_t)COLUMNS * ROWS * (LAYERS + 1));
    double(*origins)[2] = calloc(LAYERS + 1, sizeof *origins);
    assert_true(classes && origins);
    myo_ct ct = create(p, classes);
    ct_tissues map = {.columns = COLUMNS,
                      .rows = ROWS,
                      .layers = LAYERS + 1,
                      .stride = 1,
                      .step_mm = STEP_MM,
                      .origin_mm = origins,
                      .classes = classes};
    double z[MYO_SIDE_COUNT] = {0.0};
    bool found[MYO_SIDE_COUNT];
    for (int side = 0; side < MYO_SIDE_COUNT; side++) {
        assert_true(ct_sacroiliac_find_end(&ct, mapped ? &map : NULL, 1.0,
                                           (myo_vec3){0.0, 0.0, 0.0}, (myo_side)side, &z[side],
                                           &found[side], NULL));
    }
    assert_int_equal(found[MYO_LEFT], found[MYO_RIGHT]);
    assert_near(z[MYO_LEFT], z[MYO_RIGHT], 1e-9);
    free(ct.hu);
    free(classes);
    free(origins);
    return found[MYO_LEFT] ? z[MYO_LEFT] : (double)NAN;
}

static void follows_bone_from_the_midline(void **state) {
    (void)state;
    pelvis whole = {.bridge_mm = 20.0, .face_mm = 40.0, .end_z = END_Z};
    assert_near(find_end(&whole, false), END_Z, STEP_MM);
    assert_near(find_end(&whole, true), END_Z, STEP_MM);
}

/* Too thin to be seen, the bone beside the midline is no way to the ilium; the map shows it. */
static void follows_the_map_over_thin_bone(void **state) {
    (void)state;
    pelvis thin = {.bridge_mm = 6.0, .face_mm = 40.0, .end_z = END_Z};
    assert_true(isnan(find_end(&thin, false)));
    assert_near(find_end(&thin, true), END_Z, STEP_MM);
}

/* Where hardly anything of the ilium lies beside what the map calls sacrum, they do not face. */
static void a_touch_is_no_joint(void **state) {
    (void)state;
    pelvis touching = {.bridge_mm = 6.0, .face_mm = 8.0, .end_z = END_Z};
    assert_true(isnan(find_end(&touching, true)));
}

static void an_end_out_of_view_is_none(void **state) {
    (void)state;
    pelvis cut = {.bridge_mm = 20.0, .face_mm = 40.0, .end_z = LOW_Z};
    assert_true(isnan(find_end(&cut, false)));
    assert_true(isnan(find_end(&cut, true)));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(follows_bone_from_the_midline),
                                       cmocka_unit_test(follows_the_map_over_thin_bone),
                                       cmocka_unit_test(a_touch_is_no_joint),
                                       cmocka_unit_test(an_end_out_of_view_is_none)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
