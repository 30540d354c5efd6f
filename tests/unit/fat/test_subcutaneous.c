/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fat method "subcutaneous": where it looks for fat, whichever way the slice is stored. */
#include "fat_fixture.h"

#define SIDE 100

/* From the front to the back: belly fat of 900 (not to be looked at), muscle of 60 with a stripe of
 * `stripe`, fascia of 20 over 3 mm, subcutaneous fat of 400 over 15 mm, air of 5. */
static slice create_layers(float stripe) {
    slice s = create_slice(SIDE, 1.0);
    fill_box(&s, 0, 0, SIDE, 30, 0, 900.0f);
    fill_box(&s, 0, 30, SIDE, SIDE, 0, 5.0f);
    fill_box(&s, 10, 30, 50, 60, 5102, 60.0f);
    fill_box(&s, 50, 30, 90, 60, 5111, 60.0f);
    fill_box(&s, 20, 40, 40, 46, 5102, stripe);
    fill_box(&s, 0, 60, SIDE, 63, 0, 20.0f);
    fill_box(&s, 0, 63, SIDE, 78, 0, 400.0f);
    return s;
}

static void halves_the_fat_behind_the_muscles(void **state) {
    (void)state;
    slice s = create_layers(210.0f);
    myo_fat_map map;
    assert_true(myo_fat_separate(find_method("subcutaneous"), s.image, s.labels, NULL, &map, NULL));
    assert_near(map.threshold[MYO_MULTIFIDUS], 200.0, 1e-3);
    assert_near(mean_fraction(&s, &map, 5102), 20.0 * 6.0 / 1200.0, 1e-6);
    assert_int_equal(map.flags[MYO_MULTIFIDUS], 0);
    myo_fat_map_clear(&map);
    const double share[] = {0.6};
    assert_true(
        myo_fat_separate(find_method("subcutaneous"), s.image, s.labels, share, &map, NULL));
    assert_near(map.threshold[MYO_ERECTOR_SPINAE], 240.0, 1e-3);
    assert_near(mean_fraction(&s, &map, 5102), 0.0, 0.0);
    myo_fat_map_clear(&map);
    destroy_slice(&s);
}

/* The same slice with the back at the front, left and right of the stored image. */
static void finds_the_back_in_any_orientation(void **state) {
    (void)state;
    static const double rows[][3] = {{1, 0, 0}, {0, 1, 0}, {0, -1, 0}};
    static const double columns[][3] = {{0, -1, 0}, {1, 0, 0}, {1, 0, 0}};
    slice s = create_layers(210.0f);
    for (size_t k = 0; k < 3; k++) {
        myo_geometry g = *myo_image_get_geometry(s.image);
        g.row_cosine = (myo_vec3){rows[k][0], rows[k][1], rows[k][2]};
        g.column_cosine = (myo_vec3){columns[k][0], columns[k][1], columns[k][2]};
        myo_image *image;
        myo_labels *labels;
        assert_true(myo_image_create(&g, &image, NULL));
        assert_true(myo_labels_create(&g, &labels, NULL));
        for (size_t y = 0; y < SIDE; y++) {
            for (size_t x = 0; x < SIDE; x++) {
                size_t to = k == 0   ? (SIDE - 1 - y) * SIDE + x
                            : k == 1 ? x * SIDE + y
                                     : x * SIDE + (SIDE - 1 - y);
                myo_image_get_pixels(image)[to] = s.pixels[y * SIDE + x];
                myo_labels_get_pixels(labels)[to] = s.label[y * SIDE + x];
            }
        }
        myo_fat_map map;
        assert_true(myo_fat_separate(find_method("subcutaneous"), image, labels, NULL, &map, NULL));
        assert_near(map.threshold[MYO_MULTIFIDUS], 200.0, 1e-3);
        myo_fat_map_clear(&map);
        myo_image_destroy(image);
        myo_labels_destroy(labels);
    }
    destroy_slice(&s);
}

/* Without a direction, without fat behind, and with muscle that is nearly as bright as the limit.
 */
static void flags_what_it_cannot_tell(void **state) {
    (void)state;
    const myo_fat_method *method = find_method("subcutaneous");
    slice s = create_layers(300.0f);
    myo_fat_map map;
    for (size_t i = 0; i < SIDE * SIDE; i++) {
        s.pixels[i] += s.label[i] ? 110.0f : 0.0f;
    }
    assert_true(myo_fat_separate(method, s.image, s.labels, NULL, &map, NULL));
    assert_near(map.threshold[MYO_MULTIFIDUS], 200.0, 1e-3);
    assert_int_equal(map.flags[MYO_MULTIFIDUS], MYO_FLAG_FAT);
    myo_fat_map_clear(&map);
    fill_box(&s, 40, 30, 60, SIDE, 5101, 60.0f); /* down to the border of the image */
    fill_box(&s, 0, 60, SIDE, SIDE, 5101, 60.0f);
    assert_true(myo_fat_separate(method, s.image, s.labels, NULL, &map, NULL));
    assert_int_equal(map.flags[MYO_MULTIFIDUS], MYO_FLAG_FAT);
    assert_true(isnan(map.threshold[MYO_MULTIFIDUS]));
    myo_fat_map_clear(&map);
    destroy_slice(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(halves_the_fat_behind_the_muscles),
        cmocka_unit_test(finds_the_back_in_any_orientation),
        cmocka_unit_test(flags_what_it_cannot_tell),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
