/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <myotome/image.h>

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

struct myo_image {
    myo_geometry geometry;
    float pixels[];
};

struct myo_labels {
    myo_geometry geometry;
    uint16_t pixels[];
};

static size_t pixel_count(const myo_geometry *geometry) {
    return geometry->columns * geometry->rows;
}

static bool check_size(const myo_geometry *geometry, myo_error *err) {
    if (geometry->columns == 0 || geometry->rows == 0 || geometry->columns > MYO_IMAGE_SIDE_MAX ||
        geometry->rows > MYO_IMAGE_SIDE_MAX) {
        return myo_error_set(err, MYO_E_RANGE, "image size %zu x %zu is not within 1 to %d",
                             geometry->columns, geometry->rows, MYO_IMAGE_SIDE_MAX);
    }
    return true;
}

bool myo_image_create(const myo_geometry *geometry, myo_image **out, myo_error *err) {
    if (!check_size(geometry, err)) {
        return false;
    }
    myo_image *image =
        myo_alloc_array(sizeof *image + pixel_count(geometry) * sizeof image->pixels[0], 1, err);
    if (!image) {
        return false;
    }
    image->geometry = *geometry;
    *out = image;
    return true;
}

bool myo_image_create_copy(const myo_image *image, myo_image **out, myo_error *err) {
    if (!myo_image_create(&image->geometry, out, err)) {
        return false;
    }
    memcpy((*out)->pixels, image->pixels, pixel_count(&image->geometry) * sizeof image->pixels[0]);
    return true;
}

void myo_image_destroy(myo_image *image) {
    free(image);
}

const myo_geometry *myo_image_get_geometry(const myo_image *image) {
    return &image->geometry;
}

float *myo_image_get_pixels(myo_image *image) {
    return image->pixels;
}

const float *myo_image_get_const_pixels(const myo_image *image) {
    return image->pixels;
}

bool myo_labels_create(const myo_geometry *geometry, myo_labels **out, myo_error *err) {
    if (!check_size(geometry, err)) {
        return false;
    }
    myo_labels *labels =
        myo_alloc_array(sizeof *labels + pixel_count(geometry) * sizeof labels->pixels[0], 1, err);
    if (!labels) {
        return false;
    }
    labels->geometry = *geometry;
    *out = labels;
    return true;
}

bool myo_labels_create_copy(const myo_labels *labels, myo_labels **out, myo_error *err) {
    if (!myo_labels_create(&labels->geometry, out, err)) {
        return false;
    }
    memcpy((*out)->pixels, labels->pixels,
           pixel_count(&labels->geometry) * sizeof labels->pixels[0]);
    return true;
}

void myo_labels_destroy(myo_labels *labels) {
    free(labels);
}

const myo_geometry *myo_labels_get_geometry(const myo_labels *labels) {
    return &labels->geometry;
}

uint16_t *myo_labels_get_pixels(myo_labels *labels) {
    return labels->pixels;
}

const uint16_t *myo_labels_get_const_pixels(const myo_labels *labels) {
    return labels->pixels;
}
