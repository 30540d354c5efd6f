/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Segmenters: methods that outline the structures on one slice.
 *
 * A segmenter sees the slice in the canonical frame: the column index grows to the patient's left
 * and the row index to the patient's back, whatever the stored orientation was. The host turns the
 * slice before and the labels after, so a method never deals with sides on the screen.
 */
#ifndef MYOTOME_SEGMENT_H
#define MYOTOME_SEGMENT_H

#include <myotome/dicom.h>
#include <myotome/image.h>
#include <myotome/method.h>
#include <myotome/structure.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Quality flags of a structure, and of the results computed from it; a set of bits. */
typedef enum myo_flag {
    MYO_FLAG_MISSING = 1 << 0,        /* not found on this slice */
    MYO_FLAG_CLIPPED = 1 << 1,        /* touches the border of the field of view */
    MYO_FLAG_LEAK = 1 << 2,           /* grew past its boundary where that is not visible */
    MYO_FLAG_AREA = 1 << 3,           /* area outside of the plausible range */
    MYO_FLAG_ASYMMETRY = 1 << 4,      /* sides differ more than is plausible */
    MYO_FLAG_LOW_CONFIDENCE = 1 << 5, /* the method is not sure of the outline */
    MYO_FLAG_LEVEL = 1 << 6,          /* the level of the slice is not confirmed */
    MYO_FLAG_NO_HEIGHT = 1 << 7,      /* no height: SMI left empty */
    MYO_FLAG_FAT = 1 << 8,            /* the fat separation is not reliable here */
    MYO_FLAG_METAL = 1 << 9           /* metal on the slice distorts attenuations and outlines */
} myo_flag;
#define MYO_FLAG_COUNT 10

/* Name of the flag with the given bit number: "missing", "clipped", "leak", "implausible_area",
 * "asymmetric", "low_confidence", "level_not_confirmed", "no_height", "fat_unreliable", "metal". */
MYO_API const char *myo_flag_name(unsigned bit);

/* One slice in the canonical frame. Grows only at its end; struct_size says what is there. */
typedef struct myo_slice {
    uint32_t struct_size;
    size_t columns, rows;
    double column_spacing_mm, row_spacing_mm;
    const float *intensity; /* rows x columns, as acquired */
    const float *corrected; /* the same after bias field correction, background included */
    double air_level;       /* value of air in `corrected` */
    double fat_level;       /* value of fat in `corrected` */
    myo_modality modality;  /* CT: the slice is one of CT, shown as T2-weighted MR would show it */
} myo_slice;

/* Result of a segmenter. Grows only at its end. */
typedef struct myo_segmentation {
    uint32_t struct_size;
    uint16_t *labels; /* rows x columns in the canonical frame, zeroed by the host */
    double confidence[MYO_STRUCTURE_COUNT][MYO_SIDE_COUNT]; /* 0 to 1; 0 when absent */
    uint32_t flags[MYO_STRUCTURE_COUNT][MYO_SIDE_COUNT];    /* bits of myo_flag */
} myo_segmentation;

typedef struct myo_segmenter {
    uint32_t abi_version; /* MYO_ABI_VERSION */
    uint32_t struct_size;
    myo_method_info info;
    const char *roi_convention; /* "fascia": fat between fascia and muscle is inside the outline */
    /*
     * Outlines one slice. `values` holds info.parameter_count numbers within their limits.
     * A structure that is not on the slice gets MYO_FLAG_MISSING; a slice on which nothing can be
     * found is an error (MYO_E_NOT_FOUND). Must be safe to call from several threads.
     */
    bool (*segment)(const myo_slice *slice, const double *values, myo_segmentation *result,
                    myo_error *err);
} myo_segmenter;

/* The built-in segmenters, preferred first; static storage. */
MYO_API const myo_segmenter *const *myo_segmenter_builtins(size_t *count);

/* What segmenting a slice gives, in the orientation of the input image. */
typedef struct myo_outlines {
    myo_labels *labels;   /* owned */
    myo_image *corrected; /* owned: bias-corrected intensities, the input of fat separation */
    double confidence[MYO_STRUCTURE_COUNT][MYO_SIDE_COUNT];
    uint32_t flags[MYO_STRUCTURE_COUNT][MYO_SIDE_COUNT];
} myo_outlines;

/*
 * Runs a segmenter on an axial slice: turns it into the canonical frame, corrects the bias field,
 * segments, turns back, and adds the plausibility flags that hold for every method. `values` may
 * be NULL for the defaults. Errors: MYO_E_MISSING without spacing, MYO_E_ARGUMENT for a plane that
 * is not axial, those of the method. On success the caller releases *out with
 * myo_outlines_clear().
 */
MYO_API bool myo_segment_slice(const myo_segmenter *segmenter, const myo_image *image,
                               const double *values, myo_outlines *out, myo_error *err);

/* Version of the methods for CT below; it changes whenever their results can. Static storage. */
MYO_API const char *myo_segment_ct_version(void);

typedef struct myo_tissue_mapper myo_tissue_mapper; /* tissue.h */

/*
 * Outlines the muscles of the lower back on an axial CT slice (HU): `segmenter`, made for
 * T2-weighted MR, proposes on the slice in that contrast, `mapper` (may be NULL: then neither
 * quadratus lumborum nor the abdominal wall is found) says which muscle is where, and the
 * attenuations decide (docs/methods.md, section CT). `canal_mm` (may be NULL) is the middle of the
 * spinal canal on the slice, `size` that of the body (1 is an adult's): the vertebral body or disc
 * is looked for in front of it. out->corrected holds HU. Errors and ownership as for
 * myo_segment_slice().
 */
MYO_API bool myo_segment_ct_lumbar(const myo_segmenter *segmenter, const double *values,
                                   const myo_tissue_mapper *mapper, const myo_image *hu,
                                   const myo_vec3 *canal_mm, double size, myo_outlines *out,
                                   myo_error *err);

/* Where gluteal muscles are measured (docs/methods.md, section CT). */
typedef enum myo_gluteal_level {
    MYO_ACETABULAR_ROOF, /* just above the femoral heads: maximus is largest */
    MYO_SACROILIAC_JOINT /* lower end of the joint: medius is largest */
} myo_gluteal_level;

/*
 * Outlines gluteus maximus and medius on an axial CT slice (HU) of the pelvis: where `mapper` says
 * that they are, or without one (NULL) by the bones. `midline_mm` is a point of the midline, `size`
 * that of the body; 1 is an adult's. Errors: MYO_E_NOT_FOUND when there is none on the slice;
 * otherwise, and in ownership, as myo_segment_slice().
 */
MYO_API bool myo_segment_ct_gluteus(const myo_tissue_mapper *mapper, const myo_image *hu,
                                    myo_vec3 midline_mm, double size, myo_gluteal_level level,
                                    myo_outlines *out, myo_error *err);

/*
 * The outlines of nothing: labels of zeros, every flag MYO_FLAG_MISSING where a lumbar slice should
 * show the structure, and the intensities that fat is separated on, as the functions above give
 * them (`is_hu`: the image holds HU, which stay as they are). For outlines that are drawn by hand
 * where no method finds any. Errors and ownership as for myo_segment_slice().
 */
MYO_API bool myo_segment_nothing(const myo_image *image, bool is_hu, myo_outlines *out,
                                 myo_error *err);

/*
 * Flags that hold for outlines of any origin (MYO_FLAG_MISSING, _CLIPPED, _AREA, _ASYMMETRY), added
 * for the structures that a lumbar slice should show. `labels` must have known spacing.
 */
MYO_API void myo_segment_check(const myo_labels *labels,
                               uint32_t flags[MYO_STRUCTURE_COUNT][MYO_SIDE_COUNT]);

/* Frees what the outlines own and zeroes them. */
MYO_API void myo_outlines_clear(myo_outlines *outlines);

#ifdef __cplusplus
}
#endif
#endif
