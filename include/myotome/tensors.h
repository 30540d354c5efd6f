/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tensors in the safetensors format (https://huggingface.co/docs/safetensors): an eight byte
 * length, a JSON header, and the numbers, little-endian. Parameters of methods are stored so. */
#ifndef MYOTOME_TENSORS_H
#define MYOTOME_TENSORS_H

#include <myotome/error.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MYO_TENSOR_RANK_MAX 4

typedef enum myo_tensor_type {
    MYO_TENSOR_F32,
    MYO_TENSOR_I16,
    MYO_TENSOR_I32,
    MYO_TENSOR_F16 /* IEEE 754 half precision, as uint16_t */
} myo_tensor_type;

typedef struct myo_tensors myo_tensors;

/* Checks a file in memory: header, types, shapes, offsets. `data` is borrowed and must be aligned
 * to four bytes. Errors name `origin` and the tensor. The caller owns *out. */
MYO_API bool myo_tensors_parse(const void *data, size_t size, const char *origin, myo_tensors **out,
                               myo_error *err);
MYO_API void myo_tensors_destroy(myo_tensors *tensors);

/* Numbers of a tensor with the given type and rank; `shape` receives `rank` sizes. A size that is
 * not 0 on entry must match. Borrowed from the data. MYO_E_FORMAT when it is missing or differs. */
MYO_API const void *myo_tensors_get(const myo_tensors *tensors, const char *name,
                                    myo_tensor_type type, size_t rank, size_t *shape,
                                    myo_error *err);

/* Text of the header's metadata, or NULL. Borrowed. */
MYO_API const char *myo_tensors_get_metadata(const myo_tensors *tensors, const char *key);

#ifdef __cplusplus
}
#endif
#endif
