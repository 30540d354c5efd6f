/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list of built-in fat methods, and running one on a slice. */
#include "base/memory.h"
#include "fat/methods_private.h"

#include <math.h>
#include <stdlib.h>

static const myo_fat_method *const builtins[] = {
    &myo_fat_gmm3,   &myo_fat_gmm2,         &myo_fat_kmeans3, &myo_fat_kmeans2, &myo_fat_otsu,
    &myo_fat_circle, &myo_fat_subcutaneous, &myo_fat_fixed,   &myo_fat_hu};

const myo_fat_method *const *myo_fat_builtins(size_t *count) {
    *count = sizeof builtins / sizeof builtins[0];
    return builtins;
}

bool myo_fat_suits(const myo_fat_method *method, myo_modality modality) {
    bool says = method->struct_size >= sizeof *method && method->modality != MYO_MODALITY_OTHER;
    return (says ? method->modality : MYO_MODALITY_MR) == modality;
}

static double *default_values(const myo_method_info *info, myo_error *err) {
    double *values = myo_alloc_array(info->parameter_count, sizeof *values, err);
    for (size_t i = 0; values && i < info->parameter_count; i++) {
        values[i] = info->parameters[i].default_value;
    }
    return values;
}

static myo_fat_input describe_input(const myo_fat_request *request) {
    const myo_geometry *geometry = myo_image_get_geometry(request->intensity);
    return (myo_fat_input){.struct_size = sizeof(myo_fat_input),
                           .columns = geometry->columns,
                           .rows = geometry->rows,
                           .column_spacing_mm = geometry->column_spacing_mm,
                           .row_spacing_mm = geometry->row_spacing_mm,
                           .intensity = myo_image_get_const_pixels(request->intensity),
                           .labels = myo_labels_get_const_pixels(request->labels),
                           .lean = request->lean,
                           /* The y axis of the patient points to the back. */
                           .back_column = geometry->row_cosine.y,
                           .back_row = geometry->column_cosine.y};
}

bool myo_fat_separate_with(const myo_fat_request *request, myo_fat_map *out, myo_error *err) {
    const myo_fat_method *method = request->method;
    const myo_geometry *geometry = myo_image_get_geometry(request->intensity);
    const myo_geometry *labels_geometry = myo_labels_get_geometry(request->labels);
    if (geometry->columns != labels_geometry->columns || geometry->rows != labels_geometry->rows) {
        return myo_error_set(err, MYO_E_ARGUMENT,
                             "fat separation: image and labels differ in size");
    }
    myo_fat_map map = {0};
    double *defaults = request->values ? NULL : default_values(&method->info, err);
    bool done = (request->values || defaults) && myo_image_create(geometry, &map.fraction, err);
    if (done) {
        myo_fat_input input = describe_input(request);
        myo_fat_output output = {.struct_size = sizeof output,
                                 .fat_fraction = myo_image_get_pixels(map.fraction)};
        for (int s = 0; s < MYO_STRUCTURE_COUNT; s++) {
            output.threshold[s] = NAN;
        }
        done = method->separate(&input, request->values ? request->values : defaults, &output, err);
        for (int s = 0; s < MYO_STRUCTURE_COUNT; s++) {
            map.threshold[s] = output.threshold[s];
            map.flags[s] = output.flags[s];
        }
    }
    free(defaults);
    if (!done) {
        myo_fat_map_clear(&map);
        return false;
    }
    *out = map;
    return true;
}

bool myo_fat_separate(const myo_fat_method *method, const myo_image *intensity,
                      const myo_labels *labels, const double *values, myo_fat_map *out,
                      myo_error *err) {
    myo_fat_request request = {.struct_size = sizeof request,
                               .method = method,
                               .intensity = intensity,
                               .labels = labels,
                               .values = values};
    return myo_fat_separate_with(&request, out, err);
}

void myo_fat_map_clear(myo_fat_map *map) {
    myo_image_destroy(map->fraction);
    *map = (myo_fat_map){0};
}
