/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Areas and indices. docs/methods.md holds every formula with its source. */
#ifndef MYOTOME_MEASURE_H
#define MYOTOME_MEASURE_H

#include <myotome/fat.h>
#include <myotome/image.h>
#include <myotome/structure.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Limits of a believable height in m; outside it is an error. */
#define MYO_HEIGHT_MIN_M 0.5
#define MYO_HEIGHT_MAX_M 2.5

/* What is measured of one structure of one side. */
typedef struct myo_area {
    bool present; /* false: no pixel carries the label, all else is 0 */
    size_t pixel_count;
    double csa_mm2;        /* pixels x pixel area */
    double fat_csa_mm2;    /* sum of the fat fractions x pixel area */
    double fcsa_mm2;       /* csa_mm2 - fat_csa_mm2 */
    double fat_fraction;   /* fat_csa_mm2 / csa_mm2 */
    double mean_intensity; /* of the image as acquired, over the outline */
    double lean_intensity; /* the same without the fat: each pixel counts by its share of muscle; on
                              CT the mean muscle attenuation in HU; NaN where all is fat */
} myo_area;

/* All areas of a slice. */
typedef struct myo_slice_measures {
    myo_area area[MYO_STRUCTURE_COUNT][MYO_SIDE_COUNT];
} myo_slice_measures;

/*
 * Measures every structure of a label map. `intensity` and `fat_fraction` (may be NULL: no fat
 * is separated) have the size of `labels`; the pixel area is that of `labels`. Errors:
 * MYO_E_ARGUMENT for sizes that differ, MYO_E_MISSING without pixel spacing.
 */
MYO_API bool myo_measure_areas(const myo_labels *labels, const myo_image *intensity,
                               const myo_image *fat_fraction, myo_slice_measures *out,
                               myo_error *err);

/* What a predictor reads of one muscle. NaN where it cannot be computed. */
typedef struct myo_muscle_indices {
    double smi_mm2_m2;        /* mean FCSA of both sides / height^2 */
    double rcsa;              /* mean CSA of both sides / reference CSA */
    double rfcsa;             /* mean FCSA of both sides / reference CSA */
    double fat_fraction;      /* fat of both sides / CSA of both sides */
    double asymmetry_percent; /* 100 x |left - right| / greater CSA */
} myo_muscle_indices;

/*
 * Indices of `muscle` from the areas of both sides. `height_m` is NaN when unknown. A side that
 * is absent makes every index of that muscle NaN: a one-sided mean would be silently wrong.
 */
MYO_API void myo_measure_indices(const myo_slice_measures *measures, myo_structure muscle,
                                 double height_m, myo_muscle_indices *out);

/*
 * How far an SMI can be trusted: what its standard uncertainty is put together from. A part whose
 * numbers are NaN is not known, and is left out and not named.
 */
typedef enum myo_uncertainty_part {
    MYO_UNCERTAINTY_FAT = 1 << 0,     /* the spread of fat methods */
    MYO_UNCERTAINTY_OUTLINE = 1 << 1, /* a reader study, or the expected Dice of the outlines */
    MYO_UNCERTAINTY_HEIGHT = 1 << 2   /* the rounding of the height */
} myo_uncertainty_part;
#define MYO_UNCERTAINTY_PARTS 3
#define MYO_UNCERTAINTY_ALL 7u

/* Name of the part with the given bit number, as users write it: "fat", "outline", "height". */
MYO_API const char *myo_uncertainty_part_name(unsigned bit);

typedef struct myo_smi_evidence {
    double fcsa_mm2;            /* mean of both sides */
    double fat_methods_sd_mm2;  /* standard deviation of fcsa_mm2 over fat methods */
    double expected_dice;       /* of the outlines, mean of both sides; 0 to 1 */
    double reader_sem_mm2;      /* standard error of measurement of fcsa_mm2 in a reader study; it
                                   takes the place of expected_dice */
    double height_m;            /* NaN: no interval */
    double height_rounded_to_m; /* step that the height was rounded to: 0.01 */
} myo_smi_evidence;

typedef struct myo_smi_interval {
    double standard_mm2_m2; /* standard uncertainty; NaN when no part is known */
    double lower, upper;    /* 95 % interval of the SMI, mm2/m2 */
    uint32_t contains;      /* parts that went in */
} myo_smi_interval;

/* Step that a height was rounded to: the coarsest of 10, 5 and 1 mm that it is a multiple of. */
MYO_API double myo_height_step_m(double height_m);

/* Puts the parts that are asked for (bits of `parts`) together; docs/methods.md, section
 * Uncertainty. */
MYO_API void myo_measure_smi_interval(const myo_smi_evidence *evidence, uint32_t parts,
                                      myo_smi_interval *out);

/* The muscle of a whole slice. */
typedef struct myo_whole_muscle {
    myo_area area;     /* sums, and means weighted by area; not present unless psoas, erector spinae
                          and abdominal wall of both sides are */
    double smi_cm2_m2; /* FCSA / height^2, the skeletal muscle index; NaN when unknown */
} myo_whole_muscle;

/* Adds up the muscles of a slice at L3. `height_m` is NaN when unknown. */
MYO_API void myo_measure_whole_muscle(const myo_slice_measures *measures, double height_m,
                                      myo_whole_muscle *out);

/* The quality flags of the muscles that it adds up, together. */
MYO_API uint32_t
myo_measure_whole_muscle_flags(const uint32_t flags[MYO_STRUCTURE_COUNT][MYO_SIDE_COUNT]);

#ifdef __cplusplus
}
#endif
#endif
