/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ct/tissues_private.h"

#include "base/memory.h"
#include "base/parallel.h"
#include "base/processors.h"

#include <math.h>
#include <stdlib.h>

#define SPACING_MM 3.0 /* layers that lie closer tell the same */
#define BATCH 8        /* layers that are mapped in one go */

/* The most probable tissue of each pixel. */
static void keep_most_probable(const float *probability, size_t pixels, uint8_t *out) {
    for (size_t i = 0; i < pixels; i++) {
        const float *p = probability + i * MYO_TISSUE_COUNT;
        size_t best = 0;
        for (size_t k = 1; k < MYO_TISSUE_COUNT; k++) {
            best = p[k] > p[best] ? k : best;
        }
        out[i] = (uint8_t)best;
    }
}

/* A volume on its way to its map, and what one thread needs to work on it. */
typedef struct mapping {
    const myo_ct *ct;
    const myo_tissue_mapper *mapper;
    ct_tissues *out;
    struct room {
        float *hu, *probability; /* of BATCH layers */
    } rooms[MYO_PARALLEL_MAX];
} mapping;

/* Maps a batch of layers of `out`. */
static bool map_batch(void *user, size_t worker, size_t batch, myo_error *err) {
    const mapping *m = user;
    const myo_ct *ct = m->ct;
    const struct room *room = &m->rooms[worker];
    ct_tissues *out = m->out;
    myo_slice slices[BATCH] = {0};
    size_t voxels = ct->columns * ct->rows, pixels = out->columns * out->rows;
    size_t first = batch * BATCH;
    size_t count = out->layers - first < BATCH ? out->layers - first : BATCH;
    for (size_t k = 0; k < count; k++) {
        const int16_t *layer = ct_layer(ct, (first + k) * out->stride);
        for (size_t i = 0; i < voxels; i++) {
            room->hu[k * voxels + i] = layer[i];
        }
        slices[k] = (myo_slice){.struct_size = sizeof slices[k],
                                .columns = ct->columns,
                                .rows = ct->rows,
                                .column_spacing_mm = ct->column_mm,
                                .row_spacing_mm = ct->row_mm,
                                .intensity = room->hu + k * voxels};
    }
    if (!m->mapper->map(slices, count, false, out->origin_mm + first, room->probability, err)) {
        return false;
    }
    for (size_t k = 0; k < count; k++) {
        keep_most_probable(room->probability + k * pixels * MYO_TISSUE_COUNT, pixels,
                           out->classes + (first + k) * pixels);
    }
    return true;
}

static bool map_layers(mapping *m, size_t threads, myo_error *err) {
    size_t voxels = m->ct->columns * m->ct->rows, pixels = m->out->columns * m->out->rows;
    size_t batches = (m->out->layers + BATCH - 1) / BATCH;
    myo_parallel plan = {.threads = threads > 0 ? threads : myo_processor_count()};
    size_t workers = myo_parallel_workers(&plan, batches);
    bool done = true;
    for (size_t i = 0; done && i < workers; i++) {
        struct room *room = &m->rooms[i];
        room->hu = myo_alloc_array(BATCH * voxels, sizeof *room->hu, err);
        room->probability =
            myo_alloc_array(BATCH * pixels * MYO_TISSUE_COUNT, sizeof *room->probability, err);
        done = room->hu && room->probability;
    }
    done = done && myo_parallel_run(&plan, batches, map_batch, m, err);
    for (size_t i = 0; i < workers; i++) {
        free(m->rooms[i].hu);
        free(m->rooms[i].probability);
    }
    return done;
}

bool ct_tissues_map(const myo_ct *ct, const myo_tissue_mapper *mapper, size_t threads,
                    ct_tissues *out, myo_error *err) {
    size_t pixels = mapper->columns * mapper->rows;
    *out = (ct_tissues){.columns = mapper->columns,
                        .rows = mapper->rows,
                        .step_mm = mapper->step_mm,
                        .stride = (size_t)fmax(round(SPACING_MM / ct->slice_mm), 1.0)};
    out->layers = (ct->slices + out->stride - 1) / out->stride;
    out->classes = myo_alloc_array(out->layers * pixels, sizeof *out->classes, err);
    out->origin_mm = myo_alloc_array(out->layers, sizeof *out->origin_mm, err);
    mapping m = {.ct = ct, .mapper = mapper, .out = out};
    bool done = out->classes && out->origin_mm && map_layers(&m, threads, err);
    if (!done) {
        ct_tissues_clear(out);
    }
    return done;
}

void ct_tissues_clear(ct_tissues *tissues) {
    free(tissues->classes);
    free(tissues->origin_mm);
    *tissues = (ct_tissues){0};
}

myo_tissue ct_tissues_at_voxel(const myo_ct *ct, const ct_tissues *t, double column, double row,
                               double slice) {
    long layer = lround(slice / (double)t->stride);
    layer = layer < 0 ? 0 : layer >= (long)t->layers ? (long)t->layers - 1 : layer;
    const double *origin = t->origin_mm[layer];
    long c = lround((column * ct->column_mm - origin[0]) / t->step_mm);
    long r = lround((row * ct->row_mm - origin[1]) / t->step_mm);
    if (c < 0 || r < 0 || c >= (long)t->columns || r >= (long)t->rows) {
        return MYO_TISSUE_OTHER;
    }
    return (myo_tissue)t->classes[((size_t)layer * t->rows + (size_t)r) * t->columns + (size_t)c];
}

myo_tissue ct_tissues_at(const myo_ct *ct, const ct_tissues *tissues, myo_vec3 point_mm) {
    double voxel[3];
    ct_to_voxel(ct, point_mm, voxel);
    return ct_tissues_at_voxel(ct, tissues, voxel[0], voxel[1], voxel[2]);
}
