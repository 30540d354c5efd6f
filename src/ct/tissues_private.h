/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tissue map of a volume: the most probable tissue at each place. */
#ifndef MYO_CT_TISSUES_PRIVATE_H
#define MYO_CT_TISSUES_PRIVATE_H

#include "ct/volume_private.h"

#include <myotome/tissue.h>

/* Every `stride`-th layer of the volume from the first on; the map of each lies where the mapper
 * saw the body. */
typedef struct ct_tissues {
    size_t columns, rows, layers, stride;
    double step_mm;
    double (*origin_mm)[2]; /* of each layer's first pixel, from its first voxel */
    uint8_t *classes;       /* layers x rows x columns of myo_tissue */
} ct_tissues;

/* Maps a volume with so many threads (0: as many as processors). Errors: those of the mapper,
 * MYO_E_MEMORY. The caller clears *out. */
bool ct_tissues_map(const myo_ct *ct, const myo_tissue_mapper *mapper, size_t threads,
                    ct_tissues *out, myo_error *err);
void ct_tissues_clear(ct_tissues *tissues);

/* The tissue at a voxel's place (fractions), or at a point of the patient: that of the nearest
 * pixel on the nearest layer. */
myo_tissue ct_tissues_at_voxel(const myo_ct *ct, const ct_tissues *tissues, double column,
                               double row, double slice);
myo_tissue ct_tissues_at(const myo_ct *ct, const ct_tissues *tissues, myo_vec3 point_mm);

#endif
