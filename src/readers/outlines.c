/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Readers who left outlines and no table: ROI sets, label maps, DICOM SEG. Their areas are measured
 * here. A file belongs to the patient that it is named after: sub-<id>_..., else the name without
 * its ending.
 */
#include "base/file.h"
#include "base/memory.h"
#include "readers/readers_private.h"
#include "report/label_map.h"

#include <math.h>
#include <myotome/structure.h>
#include <myotome/tracing.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ID_SIZE 256
/* ROI sets do not say how large their image is; regions beyond this are refused. */
#define ROI_CANVAS 2048
static const char AREA[] = "csa_mm2";

/* Text after "sub-", up to "_", or the file name without what formats and this program add. */
static void patient_of_path(const char *path, char out[ID_SIZE]) {
    static const char *const endings[] = {".gz",  ".nii",  ".zip",    ".roi",
                                          ".dcm", "_dseg", "_RoiSet", "_seg"};
    const char *name = myo_path_name(path);
    if (strncmp(name, "sub-", 4) == 0) {
        snprintf(out, ID_SIZE, "%.*s", (int)strcspn(name + 4, "_."), name + 4);
        return;
    }
    snprintf(out, ID_SIZE, "%s", name);
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        size_t length = strlen(out), part = strlen(endings[i]);
        if (length > part && strcmp(out + length - part, endings[i]) == 0) {
            out[length - part] = '\0';
        }
    }
}

/* A row of another reader of the same patient: by the ID itself, or by what of it stands in file
 * names. */
static const reading *find_patient(const myo_readers *all, size_t except, const char *id) {
    const reading *similar = NULL;
    char subject[ID_SIZE];
    for (size_t i = 0; i < all->count; i++) {
        const reader *r = &all->readers[i];
        for (size_t k = 0; i != except && r->csv && k < r->count; k++) {
            const reading *row = &r->readings[k];
            if (strcmp(row->patient, id) == 0) {
                return row;
            }
            myo_report_subject(row->patient, subject, sizeof subject);
            if (!similar && strcmp(subject, id) == 0) {
                similar = row;
            }
        }
    }
    return similar;
}

/* The slice of the same patient that another reader's map was drawn on. */
static bool find_slice(myo_readers *all, const char *patient, myo_geometry *out) {
    for (size_t i = 0; i < all->count; i++) {
        reader *r = &all->readers[i];
        for (size_t k = 0; r->csv && k < r->count; k++) {
            size_t map = r->readings[k].map;
            if (map != READERS_NO_MAP && strcmp(r->readings[k].patient, patient) == 0 &&
                readers_load_map(all, r, map, NULL)) {
                *out = *myo_labels_get_geometry(r->labels);
                return true;
            }
        }
    }
    return false;
}

static bool draw_on(const myo_tracing *tracing, const myo_geometry *geometry,
                    myo_tracing_drawn *out, myo_error *err) {
    const myo_tracing_grid grid = {.geometry = geometry};
    return myo_tracing_draw(tracing, &grid, out, err);
}

/* Draws the outlines on the slice that others measured, or else on their own; *geometry receives
 * which. */
static bool draw(myo_readers *all, const myo_tracing *tracing, const char *patient,
                 myo_geometry *geometry, myo_tracing_drawn *out, myo_error *err) {
    double spacing_mm = all->options->pixel_spacing_mm;
    bool known = find_slice(all, patient, geometry);
    if (myo_tracing_get_format(tracing) != MYO_TRACING_ROI) {
        return (known && draw_on(tracing, geometry, out, NULL)) ||
               (myo_tracing_find_grid(tracing, geometry, err) &&
                draw_on(tracing, geometry, out, err));
    }
    int positions[2];
    if (myo_tracing_get_positions(tracing, positions, 2) > 1) {
        return myo_error_set(err, MYO_E_AMBIGUOUS,
                             "%s: regions on several slices (%d, %d ...); keep those of one slice",
                             myo_tracing_get_path(tracing), positions[0], positions[1]);
    }
    if (!known && !(spacing_mm > 0.0)) {
        return myo_error_set(err, MYO_E_MISSING,
                             "%s: ROI sets hold no pixel size, and no result folder has a slice of "
                             "patient %s; give --pixel-spacing",
                             myo_tracing_get_path(tracing), patient);
    }
    if (!known) {
        *geometry = (myo_geometry){.columns = ROI_CANVAS,
                                   .rows = ROI_CANVAS,
                                   .column_spacing_mm = spacing_mm,
                                   .row_spacing_mm = spacing_mm,
                                   .row_cosine = {1.0, 0.0, 0.0},
                                   .column_cosine = {0.0, 1.0, 0.0}};
    }
    return draw_on(tracing, geometry, out, err);
}

/* Adds the areas of all that is drawn. */
static bool add_areas(myo_readers *all, size_t index, const reading *row,
                      const myo_tracing_drawn *drawn, double *values, myo_error *err) {
    const myo_geometry *g = myo_labels_get_geometry(drawn->labels);
    const uint16_t *labels = myo_labels_get_const_pixels(drawn->labels);
    size_t counts[MYO_STRUCTURE_COUNT][MYO_SIDE_COUNT] = {{0}};
    for (size_t i = 0; i < g->columns * g->rows; i++) {
        myo_structure structure;
        myo_side side;
        if (myo_structure_from_label(labels[i], &structure, &side)) {
            counts[structure][side]++;
        }
    }
    for (int s = 0; s < MYO_STRUCTURE_COUNT; s++) {
        for (int side = 0; side < MYO_SIDE_COUNT; side++) {
            reading area = *row;
            area.structure = myo_structure_get((myo_structure)s)->key;
            area.side = myo_side_key((myo_structure)s, (myo_side)side);
            for (size_t m = 0; m < all->measure_count; m++) {
                bool is_area = strcmp(all->measures[m], AREA) == 0;
                values[m] = is_area ? (double)counts[s][side] * myo_geometry_pixel_area_mm2(g)
                                    : (double)NAN;
            }
            if (counts[s][side] > 0 && !readers_add_reading(all, index, &area, values, err)) {
                return false;
            }
        }
    }
    return true;
}

static bool add_file(myo_readers *all, size_t index, const char *path, double *values,
                     myo_error *err) {
    reader *r = &all->readers[index];
    char id[ID_SIZE];
    patient_of_path(path, id);
    const reading *known = find_patient(all, index, id);
    void *items = r->maps;
    if (!myo_array_reserve(&items, &r->map_capacity, r->map_count + 1, sizeof *r->maps, err)) {
        return false;
    }
    r->maps = items;
    reader_map *map = &r->maps[r->map_count++];
    *map = (reader_map){.path = myo_string_copy(path, err),
                        .patient = myo_string_copy(known ? known->patient : id, err),
                        .study_uid = myo_string_copy("", err),
                        .level = myo_string_copy("", err)};
    if (!map->path || !map->patient || !map->study_uid || !map->level) {
        return false;
    }
    const reading row = {.patient = map->patient,
                         .study_uid = "",
                         .study_date = "",
                         .level = "",
                         .study = "",
                         .map = r->map_count - 1};
    const myo_tracing_options options = {.labels_from = all->options->labels_from,
                                         .names_csv = all->options->names_csv};
    myo_tracing *tracing = NULL;
    myo_tracing_drawn drawn = {0};
    bool done = myo_tracing_open(path, &options, &tracing, err) &&
                draw(all, tracing, map->patient, &map->geometry, &drawn, err) &&
                add_areas(all, index, &row, &drawn, values, err);
    if (done && drawn.notes[0] && !readers_note(all, "%s: %s", path, drawn.notes)) {
        done = myo_error_set(err, MYO_E_MEMORY, "out of memory");
    }
    myo_tracing_drawn_clear(&drawn);
    myo_tracing_destroy(tracing);
    return done;
}

bool readers_read_outlines(myo_readers *all, size_t index, myo_error *err) {
    reader *r = &all->readers[index];
    myo_path_list list = {0};
    double *values = myo_alloc_array(all->measure_count, sizeof *values, err);
    bool done = values && myo_path_list_walk(&list, r->path, err);
    for (size_t i = 0; done && i < list.count; i++) {
        if (myo_tracing_is_file(list.paths[i])) {
            done = add_file(all, index, list.paths[i], values, err);
        }
        if (all->options->progress) {
            all->options->progress(all->options->progress_user, "files", i + 1, list.count);
        }
    }
    if (done && r->count == 0) {
        done =
            myo_error_set(err, MYO_E_FORMAT,
                          "%s: neither a result folder (measurements.csv), nor a .csv table, nor "
                          "outlines (ImageJ ROI sets, NIfTI label maps, DICOM SEG)",
                          r->path);
    }
    myo_path_list_clear(&list);
    free(values);
    return done;
}
