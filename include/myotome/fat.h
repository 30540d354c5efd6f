/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fat methods: how much of each muscle pixel is fat. */
#ifndef MYOTOME_FAT_H
#define MYOTOME_FAT_H

#include <myotome/dicom.h>
#include <myotome/method.h>
#include <myotome/structure.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Input of a fat method. Grows only at its end. */
typedef struct myo_fat_input {
    uint32_t struct_size;
    size_t columns, rows;
    double column_spacing_mm, row_spacing_mm;
    const float *intensity; /* rows x columns; MR: bias-corrected, CT: HU */
    const uint16_t *labels; /* rows x columns, label values of structure.h */
    /* From here on struct_size tells whether it is there. 1 where a person has drawn lean muscle
     * for the method "circle", rows x columns; NULL: nobody has. */
    const uint8_t *lean;
    /* Direction to the patient's back, in steps along a row and along a column; both 0: unknown. */
    double back_column, back_row;
} myo_fat_input;

/* Output of a fat method. Grows only at its end. */
typedef struct myo_fat_output {
    uint32_t struct_size;
    float *fat_fraction; /* rows x columns, zeroed by the host: 0 to 1 in muscle pixels, else 0 */
    /* Intensity at which a pixel counts as half fat, for each structure; NaN when there is none. */
    double threshold[MYO_STRUCTURE_COUNT];
    uint32_t flags[MYO_STRUCTURE_COUNT]; /* MYO_FLAG_FAT where the separation is not reliable */
} myo_fat_output;

typedef struct myo_fat_method {
    uint32_t abi_version; /* MYO_ABI_VERSION */
    uint32_t struct_size;
    myo_method_info info;
    /* Separates fat in all muscles that are labelled. `values` holds info.parameter_count numbers
     * within their limits. Must be safe to call from several threads. */
    bool (*separate)(const myo_fat_input *input, const double *values, myo_fat_output *output,
                     myo_error *err);
    /* What the method separates; 0, and a smaller struct_size, stand for MR. */
    myo_modality modality;
} myo_fat_method;

/* True when a method separates fat on images of `modality`. */
MYO_API bool myo_fat_suits(const myo_fat_method *method, myo_modality modality);

/* The built-in fat methods, the default first; static storage. */
MYO_API const myo_fat_method *const *myo_fat_builtins(size_t *count);

/* Fat fractions of a slice. */
typedef struct myo_fat_map {
    myo_image *fraction; /* owned */
    double threshold[MYO_STRUCTURE_COUNT];
    uint32_t flags[MYO_STRUCTURE_COUNT];
} myo_fat_map;

/*
 * Runs a fat method on a slice and its labels (same size). `values` may be NULL for the
 * defaults. A slice without any muscle gives a map of zeros. Errors: MYO_E_ARGUMENT for sizes that
 * differ, those of the method. On success the caller releases *out with myo_fat_map_clear().
 */
MYO_API bool myo_fat_separate(const myo_fat_method *method, const myo_image *intensity,
                              const myo_labels *labels, const double *values, myo_fat_map *out,
                              myo_error *err);

/* What a fat method is to work on; every pointer is borrowed. Grows only at its end. */
typedef struct myo_fat_request {
    uint32_t struct_size;
    const myo_fat_method *method;
    const myo_image *intensity;
    const myo_labels *labels; /* of the size of `intensity` */
    const double *values;     /* of the method's parameters; NULL: the defaults */
    const uint8_t *lean;      /* as in myo_fat_input; NULL: none */
} myo_fat_request;

/* myo_fat_separate() with all that can be given. Errors and ownership are the same. */
MYO_API bool myo_fat_separate_with(const myo_fat_request *request, myo_fat_map *out,
                                   myo_error *err);

/* Frees what the map owns and zeroes it. */
MYO_API void myo_fat_map_clear(myo_fat_map *map);

#ifdef __cplusplus
}
#endif
#endif
