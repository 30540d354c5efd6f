/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The result tables. Columns are listed once, in their order, beside the code that fills them. */
#include "report/tables.h"

#include "io/csv.h"

#include <math.h>

/* Digits behind the point of each kind of number: enough not to lose what can be measured (a pixel
 * is some 0.1 mm2), few enough to be read. */
enum {
    DECIMALS_AREA = 2,
    DECIMALS_INTENSITY = 2,
    DECIMALS_THRESHOLD = 2,
    DECIMALS_INDEX = 2,
    DECIMALS_PERCENT = 2,
    DECIMALS_DISTANCE = 2,
    DECIMALS_ANGLE = 2,
    DECIMALS_HU = 2,
    DECIMALS_HEIGHT = 3,
    DECIMALS_CONFIDENCE = 3,
    DECIMALS_FRACTION = 4,
    DECIMALS_PROBABILITY = 4
};

static const char *const measurement_columns[] = {
    "patient_id", "study_uid", "study_date", "modality", "series_uid", "sop_uid", "instance_number",
    "level", "level_source", "level_confidence", "slice_distance_mm", "slice_tilt_deg", "structure",
    "side", "method", "roi_convention", "fat_method", "fat_threshold", "csa_mm2", "fat_csa_mm2",
    "fcsa_mm2", "fat_fraction", "mean_intensity", "flags",
    /* Beyond the fixed columns: how sure the outline is, its size in pixels, and the intensity of
     * the muscle without its fat. */
    "confidence", "pixel_count", "lean_intensity"};

static const char *const vertebra_columns[] = {
    "patient_id",  "study_uid",     "series_uid",     "vertebra",       "confidence",
    "section",     "mean_hu",       "area_mm2",       "center_x_mm",    "center_y_mm",
    "center_z_mm", "half_depth_mm", "half_height_mm", "excluded_share", "in_spinal_ct_hu"};

static const char *const risk_columns[] = {
    "patient_id", "study_uid",        "model",   "probability", "lower",
    "upper",      "linear_predictor", "missing", "warnings",    "interval_contains"};

/* The muscles that have indices, in the order of the columns of features.csv. */
static const myo_structure indexed_muscles[] = {MYO_MULTIFIDUS,      MYO_ERECTOR_SPINAE,
                                                MYO_PSOAS_MAJOR,     MYO_QUADRATUS_LUMBORUM,
                                                MYO_GLUTEUS_MAXIMUS, MYO_GLUTEUS_MEDIUS};
#define INDEXED_COUNT (sizeof indexed_muscles / sizeof indexed_muscles[0])

uint32_t myo_report_default_structures(void) {
    return 1u << MYO_MULTIFIDUS | 1u << MYO_ERECTOR_SPINAE | 1u << MYO_PSOAS_MAJOR |
           1u << MYO_VERTEBRAL_REFERENCE;
}

const myo_structure *myo_report_indexed_muscles(size_t *count) {
    *count = INDEXED_COUNT;
    return indexed_muscles;
}

static void append_header(myo_text *text, const char *const *columns, size_t count) {
    for (size_t i = 0; i < count; i++) {
        myo_csv_append_field(text, i == 0, columns[i]);
    }
    myo_text_append(text, "\n");
}

static void append_text(myo_text *text, const char *field) {
    myo_csv_append_field(text, false, field);
}

static void append_number(myo_text *text, double value, int decimals) {
    myo_csv_append_number(text, false, value, decimals);
}

/* A number of what is absent is left empty: it is unknown, and not zero. */
static void append_known(myo_text *text, bool known, double value, int decimals) {
    append_number(text, known ? value : (double)NAN, decimals);
}

void myo_report_flags(myo_text *text, uint32_t flags) {
    bool first = true;
    for (unsigned bit = 0; bit < MYO_FLAG_COUNT; bit++) {
        if (flags & 1u << bit) {
            myo_text_append(text, first ? "" : ";");
            myo_text_append(text, myo_flag_name(bit));
            first = false;
        }
    }
}

static void append_flags(myo_text *text, uint32_t flags) {
    append_text(text, "");
    myo_report_flags(text, flags);
}

void myo_report_measurements_header(myo_text *text) {
    append_header(text, measurement_columns,
                  sizeof measurement_columns / sizeof measurement_columns[0]);
}

/* The columns that are the same for every structure of a slice. */
static void append_slice_columns(myo_text *text, const myo_report_slice *slice) {
    const myo_level_choice *level = slice->level;
    myo_csv_append_field(text, true, slice->patient_id);
    append_text(text, slice->study_uid);
    append_text(text, slice->study_date);
    append_text(text, myo_modality_name(level->series->modality));
    append_text(text, level->series->series_uid);
    append_text(text, level->instance->sop_uid);
    append_number(text, level->instance->instance_number, 0);
    append_text(text, level->level);
    append_text(text, level->source);
    append_number(text, level->confidence, DECIMALS_CONFIDENCE);
    append_number(text, level->distance_mm, DECIMALS_DISTANCE);
    append_number(text, level->tilt_deg, DECIMALS_ANGLE);
}

/* What a row of measurements.csv says beyond its slice. */
typedef struct measured {
    const char *structure, *side;
    const char *traced_method, *traced_convention; /* of what was drawn; NULL else */
    const myo_area *area;
    bool muscle; /* it has areas of fat and muscle */
    double threshold, confidence;
    uint32_t flags;
} measured;

static void append_measurement_row(myo_text *text, const myo_report_slice *slice,
                                   const measured *m) {
    const myo_area *area = m->area;
    bool muscle = area->present && m->muscle;
    append_slice_columns(text, slice);
    append_text(text, m->structure);
    append_text(text, m->side);
    append_text(text, m->traced_method ? m->traced_method : slice->method);
    append_text(text, m->traced_method ? m->traced_convention : slice->roi_convention);
    append_text(text, slice->fat_method);
    append_known(text, muscle, m->threshold, DECIMALS_THRESHOLD);
    append_known(text, area->present, area->csa_mm2, DECIMALS_AREA);
    append_known(text, muscle, area->fat_csa_mm2, DECIMALS_AREA);
    append_known(text, muscle, area->fcsa_mm2, DECIMALS_AREA);
    append_known(text, muscle, area->fat_fraction, DECIMALS_FRACTION);
    append_known(text, area->present, area->mean_intensity, DECIMALS_INTENSITY);
    append_flags(text, m->flags);
    append_known(text, area->present, m->confidence, DECIMALS_CONFIDENCE);
    append_known(text, area->present, (double)area->pixel_count, 0);
    append_known(text, muscle, area->lean_intensity, DECIMALS_INTENSITY);
    myo_text_append(text, "\n");
}

bool myo_report_is_listed(const myo_report_slice *slice, myo_structure structure) {
    uint32_t asked = slice->asked ? slice->asked : myo_report_default_structures();
    const myo_area *sides = slice->measures->area[structure];
    return asked >> structure & 1u || sides[MYO_LEFT].present || sides[MYO_RIGHT].present;
}

static void append_structure_row(myo_text *text, const myo_report_slice *slice,
                                 myo_structure structure, myo_side side) {
    const myo_structure_info *info = myo_structure_get(structure);
    bool traced = slice->traced && slice->traced[structure] >> side & 1u;
    const measured m = {.structure = info->key,
                        .side = myo_side_key(structure, side),
                        .traced_method = traced ? slice->traced_methods[structure][side] : NULL,
                        .traced_convention =
                            traced ? slice->traced_conventions[structure][side] : NULL,
                        .area = &slice->measures->area[structure][side],
                        .muscle = info->muscle,
                        .threshold = slice->fat_threshold[structure],
                        .confidence = slice->confidence[structure][side],
                        .flags = slice->flags[structure][side]};
    append_measurement_row(text, slice, &m);
}

static void append_whole_muscle_row(myo_text *text, const myo_report_slice *slice) {
    const measured m = {.structure = "skeletal_muscle",
                        .side = "none",
                        .area = &slice->whole_muscle->area,
                        .muscle = true,
                        .threshold = slice->fat_threshold[MYO_ABDOMINAL_WALL],
                        .confidence = (double)NAN,
                        .flags = slice->whole_muscle_flags};
    append_measurement_row(text, slice, &m);
}

void myo_report_measurements_rows(myo_text *text, const myo_report_slice *slice) {
    for (int s = 0; s < MYO_STRUCTURE_COUNT; s++) {
        myo_structure structure = (myo_structure)s;
        if (!myo_report_is_listed(slice, structure)) {
            continue;
        }
        append_structure_row(text, slice, structure, MYO_LEFT);
        if (myo_structure_get(structure)->paired) {
            append_structure_row(text, slice, structure, MYO_RIGHT);
        }
    }
    if (slice->whole_muscle) {
        append_whole_muscle_row(text, slice);
    }
}

/* A 95 % interval and what it contains. */
static void append_interval(myo_text *text, const myo_smi_interval *interval) {
    append_number(text, interval->lower, DECIMALS_INDEX);
    append_number(text, interval->upper, DECIMALS_INDEX);
    append_text(text, "");
    const char *separator = "";
    for (unsigned bit = 0; bit < MYO_UNCERTAINTY_PARTS; bit++) {
        if (interval->contains >> bit & 1u) {
            myo_text_printf(text, "%s%s", separator, myo_uncertainty_part_name(bit));
            separator = ";";
        }
    }
}

void myo_report_features_header(myo_text *text) {
    static const char *const before[] = {"study_uid", "height_m", "height_source", "level"};
    static const char *const each[] = {"rcsa", "rfcsa", "fat_fraction", "asymmetry_percent"};
    myo_csv_append_field(text, true, "patient_id");
    for (size_t i = 0; i < sizeof before / sizeof before[0]; i++) {
        append_text(text, before[i]);
    }
    for (size_t m = 0; m < INDEXED_COUNT; m++) {
        myo_text_printf(text, ",%s_smi_mm2_m2", myo_structure_get(indexed_muscles[m])->key);
    }
    for (size_t m = 0; m < INDEXED_COUNT; m++) {
        for (size_t i = 0; i < sizeof each / sizeof each[0]; i++) {
            myo_text_printf(text, ",%s_%s", myo_structure_get(indexed_muscles[m])->key, each[i]);
        }
    }
    append_text(text, "vertebral_reference_csa_mm2");
    append_text(text, "spinal_ct_hu");
    append_text(text, "skeletal_muscle_smi_cm2_m2");
    append_text(text, "skeletal_muscle_attenuation_hu");
    for (size_t m = 0; m < INDEXED_COUNT; m++) {
        const char *key = myo_structure_get(indexed_muscles[m])->key;
        myo_text_printf(text, ",%s_smi_mm2_m2_lower,%s_smi_mm2_m2_upper,%s_smi_mm2_m2_contains",
                        key, key, key);
    }
    append_text(text, "flags");
    /* Of the slice at the level, as a risk model must know them. */
    append_text(text, "modality");
    append_text(text, "fat_method");
    append_text(text, "roi_convention");
    myo_text_append(text, "\n");
}

void myo_report_features_row(myo_text *text, const myo_report_features *features) {
    myo_csv_append_field(text, true, features->patient_id);
    append_text(text, features->study_uid);
    append_number(text, features->height_m, DECIMALS_HEIGHT);
    append_text(text, features->height_source);
    append_text(text, features->level);
    for (size_t m = 0; m < INDEXED_COUNT; m++) {
        append_number(text, features->indices[indexed_muscles[m]].smi_mm2_m2, DECIMALS_INDEX);
    }
    for (size_t m = 0; m < INDEXED_COUNT; m++) {
        const myo_muscle_indices *indices = &features->indices[indexed_muscles[m]];
        append_number(text, indices->rcsa, DECIMALS_FRACTION);
        append_number(text, indices->rfcsa, DECIMALS_FRACTION);
        append_number(text, indices->fat_fraction, DECIMALS_FRACTION);
        append_number(text, indices->asymmetry_percent, DECIMALS_PERCENT);
    }
    append_number(text, features->vertebral_reference_csa_mm2, DECIMALS_AREA);
    append_number(text, features->spinal_ct_hu, DECIMALS_HU);
    const myo_whole_muscle *whole = &features->whole_muscle;
    append_known(text, whole->area.present, whole->smi_cm2_m2, DECIMALS_INDEX);
    append_known(text, whole->area.present, whole->area.lean_intensity, DECIMALS_HU);
    for (size_t m = 0; m < INDEXED_COUNT; m++) {
        append_interval(text, &features->smi_interval[indexed_muscles[m]]);
    }
    append_flags(text, features->flags);
    const myo_measured *how = &features->measured[MYO_MULTIFIDUS];
    append_text(text, how->modality);
    append_text(text, how->fat_method);
    append_text(text, how->roi_convention);
    myo_text_append(text, "\n");
}

void myo_report_vertebrae_header(myo_text *text) {
    append_header(text, vertebra_columns, sizeof vertebra_columns / sizeof vertebra_columns[0]);
}

static void append_vertebra(myo_text *text, const myo_report_vertebra *v, const char *section,
                            double mean_hu) {
    myo_csv_append_field(text, true, v->patient_id);
    append_text(text, v->study_uid);
    append_text(text, v->series_uid);
    append_text(text, v->trabecular->vertebra);
    append_number(text, v->trabecular->confidence, DECIMALS_CONFIDENCE);
    append_text(text, section);
    append_number(text, mean_hu, DECIMALS_HU);
}

void myo_report_vertebrae_rows(myo_text *text, const myo_report_vertebra *v) {
    static const char *const names[MYO_TRABECULAR_SECTIONS] = {"upper", "middle", "lower"};
    for (int s = 0; s < MYO_TRABECULAR_SECTIONS; s++) {
        const myo_trabecular_section *section = &v->trabecular->sections[s];
        append_vertebra(text, v, names[s], section->mean_hu);
        append_number(text, section->area_mm2, DECIMALS_AREA);
        append_number(text, section->centre_mm.x, DECIMALS_DISTANCE);
        append_number(text, section->centre_mm.y, DECIMALS_DISTANCE);
        append_number(text, section->centre_mm.z, DECIMALS_DISTANCE);
        append_number(text, section->half_depth_mm, DECIMALS_DISTANCE);
        append_number(text, section->half_height_mm, DECIMALS_DISTANCE);
        myo_text_append(text, ",,\n");
    }
    append_vertebra(text, v, "mean", v->trabecular->mean_hu);
    myo_text_append(text, ",,,,,,");
    append_number(text, v->trabecular->excluded_share, DECIMALS_FRACTION);
    append_text(text, v->counted ? "yes" : "no");
    myo_text_append(text, "\n");
}

void myo_report_risk_header(myo_text *text) {
    append_header(text, risk_columns, sizeof risk_columns / sizeof risk_columns[0]);
}

void myo_report_risk_row(myo_text *text, const myo_report_risk *risk) {
    const myo_prediction *prediction = risk->prediction;
    myo_csv_append_field(text, true, risk->patient_id);
    append_text(text, risk->study_uid);
    append_text(text, risk->model);
    append_number(text, prediction->probability, DECIMALS_PROBABILITY);
    append_number(text, prediction->lower, DECIMALS_PROBABILITY);
    append_number(text, prediction->upper, DECIMALS_PROBABILITY);
    append_number(text, prediction->linear_predictor, DECIMALS_PROBABILITY);
    append_text(text, prediction->missing);
    append_text(text, prediction->warnings);
    append_text(text, isfinite(prediction->probability) ? prediction->contains : "");
    myo_text_append(text, "\n");
}
