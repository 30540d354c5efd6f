/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pixel containers: one slice of intensities (float) or of labels (uint16), flat and row-major
 * (index = row * columns + column), with the geometry attached. Pixels only: no files here.
 */
#ifndef MYOTOME_IMAGE_H
#define MYOTOME_IMAGE_H

#include <myotome/error.h>
#include <myotome/geometry.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Largest number of columns or rows that is accepted anywhere. */
#define MYO_IMAGE_SIDE_MAX 8192

typedef struct myo_image myo_image;
typedef struct myo_labels myo_labels;

/* Creates an image of geometry->columns x geometry->rows zeros. The caller owns *out.
 * Fails with MYO_E_RANGE when a side is 0 or above MYO_IMAGE_SIDE_MAX. */
MYO_API bool myo_image_create(const myo_geometry *geometry, myo_image **out, myo_error *err);

/* Creates a copy. The caller owns *out. */
MYO_API bool myo_image_create_copy(const myo_image *image, myo_image **out, myo_error *err);

/* Frees an image; NULL is allowed. */
MYO_API void myo_image_destroy(myo_image *image);

/* Borrowed views, valid as long as the image. */
MYO_API const myo_geometry *myo_image_get_geometry(const myo_image *image);
MYO_API float *myo_image_get_pixels(myo_image *image);
MYO_API const float *myo_image_get_const_pixels(const myo_image *image);

/* The same for labels. */
MYO_API bool myo_labels_create(const myo_geometry *geometry, myo_labels **out, myo_error *err);
MYO_API bool myo_labels_create_copy(const myo_labels *labels, myo_labels **out, myo_error *err);
MYO_API void myo_labels_destroy(myo_labels *labels);
MYO_API const myo_geometry *myo_labels_get_geometry(const myo_labels *labels);
MYO_API uint16_t *myo_labels_get_pixels(myo_labels *labels);
MYO_API const uint16_t *myo_labels_get_const_pixels(const myo_labels *labels);

#ifdef __cplusplus
}
#endif
#endif
