/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Areas against numbers worked out by hand. */
#include "cmocka_all.h"

#include <myotome/measure.h>

#define COLUMNS 10
#define ROWS 6

typedef struct slice {
    myo_image *image, *fat;
    myo_labels *labels;
} slice;

/* Pixels of 0.5 x 0.8 mm: an area that forgets one of the spacings differs. */
static slice create_slice(double column_spacing_mm, double row_spacing_mm) {
    myo_geometry geometry = {.columns = COLUMNS,
                             .rows = ROWS,
                             .column_spacing_mm = column_spacing_mm,
                             .row_spacing_mm = row_spacing_mm};
    slice s;
    assert_true(myo_image_create(&geometry, &s.image, NULL));
    assert_true(myo_image_create(&geometry, &s.fat, NULL));
    assert_true(myo_labels_create(&geometry, &s.labels, NULL));
    return s;
}

static void destroy_slice(slice *s) {
    myo_image_destroy(s->image);
    myo_image_destroy(s->fat);
    myo_labels_destroy(s->labels);
}

static void counts_pixels_and_sums_fat(void **state) {
    (void)state;
    slice s = create_slice(0.5, 0.8);
    /* Left psoas: 12 pixels of intensity 100 + i, the first four a quarter fat. Reference: 5. */
    for (size_t i = 0; i < 12; i++) {
        myo_labels_get_pixels(s.labels)[i] = 5121;
        myo_image_get_pixels(s.image)[i] = 100.0f + (float)i;
        myo_image_get_pixels(s.fat)[i] = i < 4 ? 0.25f : 0.0f;
    }
    for (size_t i = 20; i < 25; i++) {
        myo_labels_get_pixels(s.labels)[i] = 9001;
        myo_image_get_pixels(s.fat)[i] = 1.0f; /* marrow is no muscle: must not count as fat */
    }
    myo_labels_get_pixels(s.labels)[30] = 77; /* no structure of ours */
    myo_slice_measures measures;
    assert_true(myo_measure_areas(s.labels, s.image, s.fat, &measures, NULL));
    const myo_area *psoas = &measures.area[MYO_PSOAS_MAJOR][MYO_LEFT];
    assert_true(psoas->present);
    assert_int_equal(psoas->pixel_count, 12);
    assert_near(psoas->csa_mm2, 4.8, 1e-12);
    assert_near(psoas->fat_csa_mm2, 0.4, 1e-12);
    assert_near(psoas->fcsa_mm2, 4.4, 1e-12);
    assert_near(psoas->fat_fraction, 1.0 / 12.0, 1e-12);
    assert_near(psoas->mean_intensity, 105.5, 1e-9);
    /* (0.75 (100 + ... + 103) + 104 + ... + 111) / 11 */
    assert_near(psoas->lean_intensity, (0.75 * 406.0 + 860.0) / 11.0, 1e-9);
    assert_false(measures.area[MYO_PSOAS_MAJOR][MYO_RIGHT].present);
    const myo_area *reference = &measures.area[MYO_VERTEBRAL_REFERENCE][MYO_LEFT];
    assert_near(reference->csa_mm2, 2.0, 1e-12);
    assert_near(reference->fat_csa_mm2, 0.0, 0.0);
    destroy_slice(&s);
}

static void refuses_a_slice_without_spacing(void **state) {
    (void)state;
    slice s = create_slice(0.0, 0.8);
    myo_slice_measures measures;
    myo_error err = {0};
    assert_false(myo_measure_areas(s.labels, s.image, s.fat, &measures, &err));
    assert_int_equal(err.code, MYO_E_MISSING);
    destroy_slice(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_pixels_and_sums_fat),
        cmocka_unit_test(refuses_a_slice_without_spacing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
