/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <myotome/tensors.h>

#include "base/memory.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define HEADER_SIZE_MAX ((size_t)16 << 20)
#define LENGTH_SIZE 8

struct myo_tensors {
    json_t *header;
    const char *numbers; /* behind the header */
    size_t numbers_size;
    char *origin;
};

static const struct {
    const char *name;
    size_t size;
} types[] = {[MYO_TENSOR_F32] = {"F32", 4},
             [MYO_TENSOR_I16] = {"I16", 2},
             [MYO_TENSOR_I32] = {"I32", 4},
             [MYO_TENSOR_F16] = {"F16", 2}};

/* The length is little-endian whatever the machine. */
static size_t read_length(const unsigned char *bytes) {
    uint64_t length = 0;
    for (int i = LENGTH_SIZE - 1; i >= 0; i--) {
        length = length << 8 | bytes[i];
    }
    return length > SIZE_MAX ? SIZE_MAX : (size_t)length;
}

bool myo_tensors_parse(const void *data, size_t size, const char *origin, myo_tensors **out,
                       myo_error *err) {
    if (size < LENGTH_SIZE) {
        return myo_error_set(err, MYO_E_FORMAT, "%s: too short for a tensor file", origin);
    }
    size_t length = read_length(data);
    if (length > HEADER_SIZE_MAX || length > size - LENGTH_SIZE || length % LENGTH_SIZE != 0) {
        return myo_error_set(err, MYO_E_FORMAT, "%s: header length %zu is not usable", origin,
                             length);
    }
    myo_tensors *tensors = myo_alloc_array(1, sizeof *tensors, err);
    if (!tensors) {
        return false;
    }
    json_error_t problem;
    tensors->header =
        json_loadb((const char *)data + LENGTH_SIZE, length, JSON_REJECT_DUPLICATES, &problem);
    tensors->origin = myo_string_copy(origin, err);
    tensors->numbers = (const char *)data + LENGTH_SIZE + length;
    tensors->numbers_size = size - LENGTH_SIZE - length;
    if (!tensors->origin || !json_is_object(tensors->header)) {
        myo_error_set(err, MYO_E_FORMAT, "%s: header: %s", origin, problem.text);
        myo_tensors_destroy(tensors);
        return false;
    }
    *out = tensors;
    return true;
}

void myo_tensors_destroy(myo_tensors *tensors) {
    if (tensors) {
        json_decref(tensors->header);
        free(tensors->origin);
        free(tensors);
    }
}

/* Reads and checks the shape; returns the number of elements, 0 when it does not fit. */
static size_t read_shape(const json_t *entry, size_t rank, size_t *shape) {
    const json_t *sizes = json_object_get(entry, "shape");
    if (!json_is_array(sizes) || json_array_size(sizes) != rank || rank > MYO_TENSOR_RANK_MAX) {
        return 0;
    }
    size_t count = 1;
    for (size_t i = 0; i < rank; i++) {
        json_int_t value = json_integer_value(json_array_get(sizes, i));
        if (value <= 0 || value > INT32_MAX || count > SIZE_MAX / (size_t)value ||
            (shape[i] != 0 && shape[i] != (size_t)value)) {
            return 0;
        }
        shape[i] = (size_t)value;
        count *= (size_t)value;
    }
    return count;
}

const void *myo_tensors_get(const myo_tensors *tensors, const char *name, myo_tensor_type type,
                            size_t rank, size_t *shape, myo_error *err) {
    const json_t *entry = json_object_get(tensors->header, name);
    const char *type_name = json_string_value(json_object_get(entry, "dtype"));
    size_t count = entry ? read_shape(entry, rank, shape) : 0;
    if (!type_name || strcmp(type_name, types[type].name) != 0 || count == 0) {
        myo_error_set(err, MYO_E_FORMAT, "%s: tensor '%s' is missing or has another type or shape",
                      tensors->origin, name);
        return NULL;
    }
    const json_t *offsets = json_object_get(entry, "data_offsets");
    json_int_t begin = json_integer_value(json_array_get(offsets, 0));
    json_int_t end = json_integer_value(json_array_get(offsets, 1));
    if (json_array_size(offsets) != 2 || begin < 0 || end < begin ||
        (size_t)end > tensors->numbers_size || (size_t)(end - begin) / types[type].size != count ||
        (size_t)(end - begin) % types[type].size != 0 || (size_t)begin % types[type].size != 0) {
        myo_error_set(err, MYO_E_FORMAT, "%s: tensor '%s' lies outside of the file",
                      tensors->origin, name);
        return NULL;
    }
    return tensors->numbers + begin;
}

const char *myo_tensors_get_metadata(const myo_tensors *tensors, const char *key) {
    return json_string_value(
        json_object_get(json_object_get(tensors->header, "__metadata__"), key));
}
