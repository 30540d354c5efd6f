/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A slice of the pelvis on CT: gluteus maximus and medius, with their flags. A tissue map says
 * where they are; where there is none, or it knows nothing of them, bones and lines of fat do
 * (gluteus.c).
 */
#include "image/orient.h"
#include "segment/ct/divide_private.h"
#include "segment/ct/gluteus_private.h"
#include "segment/ct/proposal_private.h"
#include "segment/ct/refine_private.h"

#include "base/memory.h"

#include <math.h>
#include <myotome/segment.h>
#include <stdlib.h>
#include <string.h>

/* Plausible area of one side: a third to twice of what is reported (Homma; maximus about 3500 mm2
 * at the upper symphysis, medius 1714, 1147 to 3167 mm2). */
static const struct {
    myo_structure structure;
    double lowest_mm2, highest_mm2;
} limits[2] = {{MYO_GLUTEUS_MAXIMUS, 1200.0, 8000.0}, {MYO_GLUTEUS_MEDIUS, 600.0, 6000.0}};

/* Sides of healthy people hardly differ by more. */
#define ASYMMETRY_LIMIT 0.4
/* At most so sure is an outline whose area is doubtful; one that is less sure than the limit is
 * flagged. */
#define CONFIDENCE_DOUBTFUL 0.4
#define VISIBLE_MIN 0.6
/* A map that expects less of its outline gives way to one that shows in the image so far. */
#define MAP_SURE 0.8
#define VISIBLE_SURE 0.85
/* Less than this of a muscle on the map is no muscle. */
#define MAPPED_MIN_MM2 150.0

static size_t count_label(const uint16_t *labels, size_t count, uint16_t value) {
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        found += labels[i] == value;
    }
    return found;
}

static double area_mm2(const myo_labels *labels, uint16_t value) {
    const myo_geometry *g = myo_labels_get_geometry(labels);
    return (double)count_label(myo_labels_get_const_pixels(labels), g->columns * g->rows, value) *
           myo_geometry_pixel_area_mm2(g);
}

/* `sure` is how sure each outline is before its area is looked at; below `least` it is flagged. */
static void judge(double size, double sure[2][MYO_SIDE_COUNT], double least, myo_outlines *out) {
    for (int k = 0; k < 2; k++) {
        myo_structure s = limits[k].structure;
        double area[MYO_SIDE_COUNT];
        for (int side = 0; side < MYO_SIDE_COUNT; side++) {
            area[side] = area_mm2(out->labels, myo_structure_get(s)->label[side]);
            double adult = area[side] / (size * size);
            bool plausible = adult >= limits[k].lowest_mm2 && adult <= limits[k].highest_mm2;
            out->flags[s][side] |= !(area[side] > 0.0) ? MYO_FLAG_MISSING
                                   : !plausible        ? MYO_FLAG_AREA
                                                       : 0;
            out->confidence[s][side] =
                plausible ? sure[k][side] : fmin(sure[k][side], CONFIDENCE_DOUBTFUL);
        }
        double greater = fmax(area[MYO_LEFT], area[MYO_RIGHT]);
        if (area[MYO_LEFT] > 0.0 && area[MYO_RIGHT] > 0.0 &&
            fabs(area[MYO_LEFT] - area[MYO_RIGHT]) > ASYMMETRY_LIMIT * greater) {
            for (int side = 0; side < MYO_SIDE_COUNT; side++) {
                out->flags[s][side] |= MYO_FLAG_ASYMMETRY;
                out->confidence[s][side] = fmin(out->confidence[s][side], CONFIDENCE_DOUBTFUL);
            }
        }
        for (int side = 0; side < MYO_SIDE_COUNT; side++) {
            if (area[side] > 0.0 && out->confidence[s][side] < least) {
                out->flags[s][side] |= MYO_FLAG_LOW_CONFIDENCE;
            }
        }
    }
}

/* Outlines by a tissue map: refined where it sees the muscles. `any`: it sees one of them. */
static bool outline_by_map(const myo_tissue_mapper *mapper, const myo_image *hu, double column,
                           uint16_t *labels, double sure[2][MYO_SIDE_COUNT], bool *any,
                           myo_error *err) {
    const myo_geometry *g = myo_image_get_geometry(hu);
    size_t smallest = (size_t)(MAPPED_MIN_MM2 / myo_geometry_pixel_area_mm2(g));
    double confidence[MYO_STRUCTURE_COUNT][MYO_SIDE_COUNT] = {{0.0}};
    myo_tissue_map map;
    if (!myo_tissue_map_slice(mapper, hu, &map, err)) {
        return false;
    }
    bool done = ct_propose(&map, hu, column, labels, err) && ct_divide(hu, labels, err) &&
                ct_refine(hu, NULL, labels, err);
    *any = false;
    for (int k = 0; done && k < 2 * MYO_SIDE_COUNT; k++) {
        uint16_t value = myo_structure_get(limits[k / 2].structure)->label[k % 2];
        *any |= count_label(labels, g->columns * g->rows, value) >= smallest;
    }
    for (size_t i = 0; done && i < g->columns * g->rows; i++) {
        myo_structure structure;
        myo_side side;
        bool gluteal = *any && myo_structure_from_label(labels[i], &structure, &side) &&
                       (structure == limits[0].structure || structure == limits[1].structure);
        labels[i] = gluteal ? labels[i] : 0;
    }
    if (done) {
        ct_expect_dice(&map, g, column, labels, confidence);
        for (int k = 0; k < 2; k++) {
            memcpy(sure[k], confidence[limits[k].structure], sizeof sure[k]);
        }
        ct_end_medius_at_ilium(&map, hu, column, labels);
    }
    myo_tissue_map_clear(&map);
    return done;
}

/* Takes one outline from `other` in place of that in `labels`. */
static void replace_outline(const uint16_t *other, uint16_t value, size_t count, uint16_t *labels) {
    for (size_t i = 0; i < count; i++) {
        labels[i] = labels[i] == value ? 0 : labels[i];
        labels[i] = labels[i] == 0 && other[i] == value ? value : labels[i];
    }
}

/* Outlines by bones and lines of fat, in place of those of which the map is not sure, if they show
 * in the image. */
static bool mend_by_bones(const myo_image *hu, double column, bool roof, uint16_t *labels,
                          double sure[2][MYO_SIDE_COUNT], myo_error *err) {
    const myo_geometry *g = myo_image_get_geometry(hu);
    double least = 1.0, visible[2][MYO_SIDE_COUNT] = {{0.0}};
    for (int k = 0; k < 2 * MYO_SIDE_COUNT; k++) {
        least = fmin(least, sure[k / 2][k % 2]);
    }
    if (least >= MAP_SURE) {
        return true;
    }
    uint16_t *other = myo_alloc_array(g->columns * g->rows, sizeof *other, err);
    bool done = other && ct_outline_gluteus(hu, column, roof, other, visible, err);
    for (int k = 0; done && k < 2 * MYO_SIDE_COUNT; k++) {
        uint16_t value = myo_structure_get(limits[k / 2].structure)->label[k % 2];
        if (sure[k / 2][k % 2] < MAP_SURE && visible[k / 2][k % 2] >= VISIBLE_SURE) {
            replace_outline(other, value, g->columns * g->rows, labels);
            sure[k / 2][k % 2] = visible[k / 2][k % 2];
        }
    }
    free(other);
    return done;
}

/* Outlines of the slice in the canonical frame; `least` is how sure one must be. */
static bool outline(const myo_tissue_mapper *mapper, const myo_image *hu, myo_vec3 midline_mm,
                    myo_gluteal_level level, uint16_t *labels, double sure[2][MYO_SIDE_COUNT],
                    double *least, myo_error *err) {
    double column;
    bool mapped = false, roof = level == MYO_ACETABULAR_ROOF;
    myo_geometry_from_patient(myo_image_get_geometry(hu), midline_mm, &column, NULL, NULL);
    if (mapper && !outline_by_map(mapper, hu, column, labels, sure, &mapped, err)) {
        return false;
    }
    *least = mapped ? CT_CONFIDENCE_MIN : VISIBLE_MIN;
    return mapped ? mend_by_bones(hu, column, roof, labels, sure, err)
                  : ct_outline_gluteus(hu, column, roof, labels, sure, err);
}

bool myo_segment_ct_gluteus(const myo_tissue_mapper *mapper, const myo_image *hu,
                            myo_vec3 midline_mm, double size, myo_gluteal_level level,
                            myo_outlines *out, myo_error *err) {
    const myo_geometry *stored = myo_image_get_geometry(hu);
    if (!(myo_geometry_pixel_area_mm2(stored) > 0.0)) {
        return myo_error_set(err, MYO_E_MISSING,
                             "pixel spacing is missing or zero: no areas can be measured");
    }
    myo_image *canonical = NULL;
    uint16_t *labels = NULL;
    myo_outlines result = {0};
    double sure[2][MYO_SIDE_COUNT] = {{0.0}}, least = 0.0;
    bool done = myo_orient_to_canonical(hu, &canonical, err);
    if (done) {
        const myo_geometry *g = myo_image_get_geometry(canonical);
        labels = myo_alloc_array(g->columns * g->rows, sizeof *labels, err);
        done = labels && outline(mapper, canonical, midline_mm, level, labels, sure, &least, err) &&
               ct_flag_artefacts(canonical, labels, result.flags, err) &&
               myo_orient_labels_back(labels, stored, &result.labels, err) &&
               myo_orient_image_back(canonical, stored, &result.corrected, err);
    }
    bool any = sure[0][MYO_LEFT] > 0.0 || sure[0][MYO_RIGHT] > 0.0 || sure[1][MYO_LEFT] > 0.0 ||
               sure[1][MYO_RIGHT] > 0.0;
    if (done && !any) {
        done = myo_error_set(err, MYO_E_NOT_FOUND, "no gluteal muscle was found on the slice");
    }
    if (done) {
        judge(size, sure, least, &result);
        *out = result;
    } else {
        myo_outlines_clear(&result);
    }
    myo_image_destroy(canonical);
    free(labels);
    return done;
}
