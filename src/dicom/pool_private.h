/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Memory of a catalogue: many small things that live and die together, and texts that recur. */
#ifndef MYO_DICOM_POOL_PRIVATE_H
#define MYO_DICOM_POOL_PRIVATE_H

#include <myotome/error.h>

typedef struct dicom_pool dicom_pool;

bool dicom_pool_create(dicom_pool **out, myo_error *err);
void dicom_pool_destroy(dicom_pool *pool);

/* Zeroed and aligned memory that lives as long as the pool; NULL when memory runs out. */
void *dicom_pool_alloc(dicom_pool *pool, size_t count, size_t size, myo_error *err);

/* A copy of `text`. */
const char *dicom_pool_copy(dicom_pool *pool, const char *text, myo_error *err);

/* The same copy for every equal text. */
const char *dicom_pool_intern(dicom_pool *pool, const char *text, myo_error *err);

/* Bytes that the pool holds. */
size_t dicom_pool_get_size(const dicom_pool *pool);

#endif
