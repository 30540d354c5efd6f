/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/location_record_private.h"

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

json_t *record_slice(const myo_level_choice *c) {
    return json_pack("{s:s, s:i, s:s, s:i, s:s, s:s, s:f, s:b, s:o, s:f, s:s}", "series_uid",
                     c->series->series_uid, "series_number", c->series->number, "sop_uid",
                     c->instance->sop_uid, "instance_number", c->instance->instance_number, "level",
                     c->level, "level_source", c->source, "level_confidence", c->confidence,
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
