/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PNG files decoded by libpng must hold the pixels that were written. */
#include "cmocka_all.h"

#include "base/file.h"
#include "io/png.h"

#include <png.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COLUMNS 7
#define ROWS 5

/* Every sample differs from its neighbours, so that swapped channels or rows show. */
static void fill(uint8_t *rgb) {
    for (size_t i = 0; i < COLUMNS * ROWS * 3; i++) {
        rgb[i] = (uint8_t)(i * 37 % 251);
    }
}

static void decodes_to_the_same_pixels(void **state) {
    (void)state;
    const char *path = "test_png.png";
    uint8_t rgb[COLUMNS * ROWS * 3], decoded[COLUMNS * ROWS * 3];
    fill(rgb);
    myo_error err = {0};
    assert_true(myo_png_write_rgb(path, rgb, COLUMNS, ROWS, "Myotome test", &err));

    png_image image = {.version = PNG_IMAGE_VERSION};
    assert_true(png_image_begin_read_from_file(&image, path));
    assert_int_equal(image.width, COLUMNS);
    assert_int_equal(image.height, ROWS);
    assert_int_equal(image.format, PNG_FORMAT_RGB);
    assert_true(png_image_finish_read(&image, NULL, decoded, 0, NULL));
    assert_memory_equal(decoded, rgb, sizeof rgb);
    unlink(path);
}

static void names_the_software_and_no_time(void **state) {
    (void)state;
    const char *path = "test_png_text.png";
    uint8_t rgb[COLUMNS * ROWS * 3];
    fill(rgb);
    char *first = NULL, *second = NULL;
    size_t first_size = 0, second_size = 0;
    assert_true(myo_png_write_rgb(path, rgb, COLUMNS, ROWS, "Myotome test", NULL));
    assert_true(myo_file_read(path, 1 << 20, &first, &first_size, NULL));
    assert_true(myo_png_write_rgb(path, rgb, COLUMNS, ROWS, "Myotome test", NULL));
    assert_true(myo_file_read(path, 1 << 20, &second, &second_size, NULL));
    assert_int_equal(first_size, second_size);
    assert_memory_equal(first, second, first_size);

    /* Signature (8 bytes), IHDR (25), then the text: length, "tEXt", keyword, NUL, value. */
    static const char text[] = "tEXtSoftware\0Myotome test";
    assert_memory_equal(first + 8 + 25 + 4, text, sizeof text - 1);
    for (size_t i = 0; i + 4 <= first_size; i++) {
        assert_int_not_equal(memcmp(first + i, "tIME", 4), 0);
    }
    free(first);
    free(second);
    unlink(path);
}

static void refuses_an_empty_picture_and_a_missing_folder(void **state) {
    (void)state;
    uint8_t rgb[COLUMNS * ROWS * 3];
    fill(rgb);
    myo_error err = {0};
    assert_false(myo_png_write_rgb("x.png", rgb, 0, ROWS, "t", &err));
    assert_int_equal(err.code, MYO_E_ARGUMENT);
    err = (myo_error){0};
    assert_false(myo_png_write_rgb("/nonexistent/x.png", rgb, COLUMNS, ROWS, "t", &err));
    assert_int_equal(err.code, MYO_E_IO);
    assert_non_null(strstr(err.message, "/nonexistent/x.png"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decodes_to_the_same_pixels),
        cmocka_unit_test(names_the_software_and_no_time),
        cmocka_unit_test(refuses_an_empty_picture_and_a_missing_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
