/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures as they were written, read back. */
#ifndef MYO_TESTS_REPORT_PICTURE_FIXTURE_H
#define MYO_TESTS_REPORT_PICTURE_FIXTURE_H

#include "cmocka_all.h"

#include <png.h>
#include <stdlib.h>
#include <unistd.h>

typedef struct picture {
    uint8_t *rgb;
    size_t width, height;
} picture;

/* Reads a PNG and removes the file. */
static inline picture picture_read(const char *path) {
    png_image image = {.version = PNG_IMAGE_VERSION};
    assert_true(png_image_begin_read_from_file(&image, path));
    image.format = PNG_FORMAT_RGB;
    picture p = {malloc(PNG_IMAGE_SIZE(image)), image.width, image.height};
    assert_non_null(p.rgb);
    assert_true(png_image_finish_read(&image, NULL, p.rgb, 0, NULL));
    unlink(path);
    return p;
}

static inline const uint8_t *picture_at(const picture *p, double x, double y) {
    assert_true(x >= 0.0 && x < (double)p->width && y >= 0.0 && y < (double)p->height);
    return p->rgb + 3 * ((size_t)y * p->width + (size_t)x);
}

#endif
