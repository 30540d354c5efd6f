/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tissue maps: what each pixel of an axial CT slice of the trunk probably is. A mapper (a plugin
 * brings it) proposes; finding the spine and outlining muscles decide with attenuations and
 * anatomy.
 */
#ifndef MYOTOME_TISSUE_H
#define MYOTOME_TISSUE_H

#include <myotome/segment.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Classes of a map, without sides. */
typedef enum myo_tissue {
    MYO_TISSUE_OTHER, /* fat, organs, air */
    MYO_TISSUE_PSOAS_MAJOR,
    MYO_TISSUE_QUADRATUS_LUMBORUM,
    MYO_TISSUE_BACK_MUSCLES, /* multifidus and erector spinae */
    MYO_TISSUE_ABDOMINAL_WALL,
    MYO_TISSUE_GLUTEUS_MAXIMUS,
    MYO_TISSUE_GLUTEUS_MEDIUS,
    MYO_TISSUE_GLUTEUS_MINIMUS,
    MYO_TISSUE_ILIACUS,
    MYO_TISSUE_VERTEBRA,
    MYO_TISSUE_DISC,
    MYO_TISSUE_SACRUM,
    MYO_TISSUE_PELVIS,
    MYO_TISSUE_RIB,
    MYO_TISSUE_KIDNEY,
    MYO_TISSUE_SPINAL_CANAL,
    MYO_TISSUE_COUNT
} myo_tissue;

/* A method that maps slices. */
struct myo_tissue_mapper {
    uint32_t abi_version; /* MYO_ABI_VERSION */
    uint32_t struct_size;
    myo_method_info info;
    size_t columns, rows; /* of a map, */
    double step_mm;       /* and its pixels */
    /*
     * Maps `count` slices of the canonical frame, whose `intensity` holds HU; their other levels
     * are not read. For each, origin_mm receives where the map's first pixel lies on the slice (mm;
     * the slice's pixel (0, 0) lies at 0), and probability rows x columns x MYO_TISSUE_COUNT
     * numbers, sum 1. With `twice` the mirror image has a say as well. Must be safe to call from
     * several threads. Errors: MYO_E_RANGE for a slice wider or higher than 1 m, MYO_E_MEMORY.
     */
    bool (*map)(const myo_slice *slices, size_t count, bool twice, double (*origin_mm)[2],
                float *probability, myo_error *err);
};

/* The map of one slice. Plain value; `probability` is owned. */
typedef struct myo_tissue_map {
    size_t columns, rows;
    double step_mm, origin_mm[2]; /* mm of the slice, whose pixel (0, 0) lies at 0 */
    float *probability;           /* rows x columns x MYO_TISSUE_COUNT */
} myo_tissue_map;

/* Maps a slice (HU) that is in the canonical frame. Errors: those of the mapper. On success the
 * caller releases *out with myo_tissue_map_clear(). */
MYO_API bool myo_tissue_map_slice(const myo_tissue_mapper *mapper, const myo_image *canonical,
                                  myo_tissue_map *out, myo_error *err);
MYO_API void myo_tissue_map_clear(myo_tissue_map *map);

/* Probability of a tissue at a place of the slice (mm; bilinear). Beyond the map, 1 for
 * MYO_TISSUE_OTHER and 0 for all else. */
MYO_API float myo_tissue_map_sample(const myo_tissue_map *map, double x_mm, double y_mm,
                                    myo_tissue tissue);

#ifdef __cplusplus
}
#endif
#endif
