/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * PNG files. libpng reports errors by longjmp(); the only function that can be jumped back into is
 * encode(), and everything that outlives the jump belongs to its caller.
 */
#include "io/png.h"

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>

#define COMPRESSION_LEVEL 3
#define BITS_PER_SAMPLE 8
#define SAMPLES_PER_PIXEL 3

/* Everything that must be released or reported after a jump. */
typedef struct encoder {
    png_structp png;
    png_infop info;
    myo_text bytes;
    const char *path;
    myo_error *err;
} encoder;

static PNG_NORETURN void on_error(png_structp png, png_const_charp message) {
    const encoder *e = png_get_error_ptr(png);
    myo_error_set(e->err, e->bytes.failed ? MYO_E_MEMORY : MYO_E_INTERNAL, "%s: PNG: %s", e->path,
                  message);
    png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp message) {
    (void)png;
    (void)message; /* warnings concern optional chunks only */
}

static void on_write(png_structp png, png_bytep data, png_size_t size) {
    encoder *e = png_get_io_ptr(png);
    myo_text_append_bytes(&e->bytes, (const char *)data, size);
    if (e->bytes.failed) {
        png_error(png, "out of memory");
    }
}

static void on_flush(png_structp png) {
    (void)png;
}

/* Holds no local variable that changes after setjmp(). */
static bool encode(encoder *e, const uint8_t *rgb, size_t columns, size_t rows, png_textp text) {
    if (setjmp(png_jmpbuf(e->png))) {
        return false;
    }
    png_set_write_fn(e->png, e, on_write, on_flush);
    /* A third of the usual time for some per cent more bytes: trying every filter on each row takes
     * as long as compressing does. */
    png_set_compression_level(e->png, COMPRESSION_LEVEL);
    png_set_filter(e->png, PNG_FILTER_TYPE_BASE, PNG_FILTER_UP);
    png_set_IHDR(e->png, e->info, (png_uint_32)columns, (png_uint_32)rows, BITS_PER_SAMPLE,
                 PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_set_text(e->png, e->info, text, 1);
    png_write_info(e->png, e->info);
    for (size_t row = 0; row < rows; row++) {
        png_write_row(e->png, rgb + row * columns * SAMPLES_PER_PIXEL);
    }
    png_write_end(e->png, e->info);
    return true;
}

bool myo_png_write_rgb(const char *path, const uint8_t *rgb, size_t columns, size_t rows,
                       const char *software, myo_error *err) {
    if (columns == 0 || rows == 0 || columns > PNG_USER_WIDTH_MAX || rows > PNG_USER_HEIGHT_MAX) {
        return myo_error_set(err, MYO_E_ARGUMENT, "%s: a picture of %zu x %zu cannot be a PNG file",
                             path, columns, rows);
    }
    encoder e = {.path = path, .err = err};
    char keyword[] = "Software";
    char *value = myo_string_copy(software, err);
    if (!value) {
        return false;
    }
    bool done = false;
    png_text text = {.compression = PNG_TEXT_COMPRESSION_NONE, .key = keyword, .text = value};
    e.png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &e, on_error, on_warning);
    e.info = e.png ? png_create_info_struct(e.png) : NULL;
    if (!e.info) {
        myo_error_set(err, MYO_E_MEMORY, "%s: out of memory", path);
    } else {
        done = encode(&e, rgb, columns, rows, &text) &&
               myo_file_write(path, e.bytes.data, e.bytes.length, err);
    }
    png_destroy_write_struct(&e.png, &e.info);
    myo_text_clear(&e.bytes);
    free(value);
    return done;
}
