/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/location_record_private.h"

#include "pipeline/stream_private.h"

#include <math.h>

#define SIGNS_TEXT_SIZE 512

static json_t *number_or_null(double value) {
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *record_discs(const myo_spine *spine) {
    json_t *discs = json_object();
    for (size_t i = 0; i < spine->count; i++) {
        const myo_disc *d = &spine->discs[i];
        json_object_set_new(discs, d->name,
                            json_pack("{s:[f, f, f], s:f, s:b}", "center_lps_mm", d->centre_mm.x,
                                      d->centre_mm.y, d->centre_mm.z, "confidence", d->confidence,
                                      "interpolated", (int)d->interpolated));
    }
    return discs;
}

/* On each side the vertebrae without ribs; null where the lowest rib is not in view. */
static json_t *record_ribs(const myo_spine *spine) {
    json_t *record = json_object();
    static const char *const sides[] = {"left", "right"};
    for (int i = 0; i < 2; i++) {
        json_object_set_new(record, sides[i],
                            spine->rib_free[i] > 0 ? json_integer(spine->rib_free[i])
                                                   : json_null());
    }
    return record;
}

/* How the image is, as far as a reader of the results asks. 0 in the header is unknown. */
static json_t *record_image(const myo_series *series, const myo_geometry *g) {
    const struct {
        const char *name;
        double value;
    } numbers[] = {{"column_spacing_mm", g->column_spacing_mm},
                   {"row_spacing_mm", g->row_spacing_mm},
                   {"thickness_mm", g->thickness_mm},
                   {"echo_time_ms", series->echo_time_ms},
                   {"repetition_time_ms", series->repetition_time_ms}};
    json_t *record = json_pack("{s:s}", "modality", myo_modality_name(series->modality));
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        json_object_set_new(record, numbers[i].name,
                            numbers[i].value > 0.0 ? json_real(numbers[i].value) : json_null());
    }
    return record;
}

json_t *record_slice(const myo_level_choice *c) {
    return json_pack("{s:s, s:i, s:s, s:i, s:o, s:s, s:s, s:f, s:b, s:o, s:f, s:s}", "series_uid",
                     c->series->series_uid, "series_number", c->series->number, "sop_uid",
                     c->instance->sop_uid, "instance_number", c->instance->instance_number, "image",
                     record_image(c->series, &c->instance->geometry), "level", c->level,
                     "level_source", c->source, "level_confidence", c->confidence,
                     "level_confirmed", (int)c->confirmed, "distance_mm",
                     number_or_null(c->distance_mm), "tilt_deg", c->tilt_deg, "note", c->note);
}

json_t *record_spine(const myo_location *l) {
    char signs[SIGNS_TEXT_SIZE];
    myo_spine_describe_signs(&l->spine, signs, sizeof signs);
    json_t *record = json_pack("{s:s, s:o}", "note", l->note, "discs", record_discs(&l->spine));
    const myo_series *seen_on = l->volume ? l->volume : l->sagittal;
    if (seen_on) {
        json_object_update_new(
            record,
            json_pack("{s:s, s:i, s:s, s:i, s:f, s:s, s:o}", "series_uid", seen_on->series_uid,
                      "series_number", seen_on->number, "pixels_sha256", l->sagittal_sha256,
                      "slices_unreadable", (int)l->sagittal_unreadable, "count_confidence",
                      l->spine.count_confidence, "signs", signs, "slice_if_one_off",
                      l->has_other ? record_slice(&l->other) : json_null()));
    }
    if (l->volume) {
        json_object_set_new(record, "vertebrae_without_ribs", record_ribs(&l->spine));
    }
    return record;
}

static json_t *record_heads(const myo_ct_pelvis *p) {
    const myo_vec3 *left = &p->head_mm[MYO_LEFT], *right = &p->head_mm[MYO_RIGHT];
    return p->has_heads
               ? json_pack("{s:[f, f, f], s:[f, f, f], s:f, s:f, s:f}", "left_center_lps_mm",
                           left->x, left->y, left->z, "right_center_lps_mm", right->x, right->y,
                           right->z, "radius_mm", p->head_radius_mm, "left_share_seen",
                           p->head_share[MYO_LEFT], "right_share_seen", p->head_share[MYO_RIGHT])
               : json_null();
}

static json_t *record_joints(const myo_ct_pelvis *p) {
    return p->has_joints ? json_pack("{s:f, s:f}", "left_end_z_mm", p->joint_end_mm[MYO_LEFT],
                                     "right_end_z_mm", p->joint_end_mm[MYO_RIGHT])
                         : json_null();
}

json_t *record_ct(const myo_series *series, const myo_tissue_mapper *mapper,
                  const myo_ct_anatomy *anatomy) {
    json_t *method =
        mapper ? json_pack("{s:s, s:s}", "name", mapper->info.name, "version", mapper->info.version)
               : json_null();
    return json_pack("{s:i, s:o, s:o, s:o, s:f, s:o, s:o}", "series_number", series->number,
                     "kernel", json_any_text(series->kernel), "contrast_agent",
                     json_any_text(series->contrast_agent), "tissue_mapper", method, "size",
                     anatomy->size, "femoral_heads", record_heads(&anatomy->pelvis),
                     "sacroiliac_joints", record_joints(&anatomy->pelvis));
}
