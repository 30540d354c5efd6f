/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The panel beside the slice: what was measured, how sure it is, and on whom. */
#include "io/csv.h"
#include "report/overlay_private.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define ROW 26.0

/* Right ends of the columns of numbers. */
static const double column_ends[] = {346.0, 440.0, 510.0, OVERLAY_RIGHT_EDGE};

static void draw_heads(cairo_t *cairo, double y, const char *const heads[4]) {
    for (int i = 0; i < 4; i++) {
        overlay_draw_text(cairo, column_ends[i], y, OVERLAY_RIGHT, 0.0, OVERLAY_SIZE_SMALL, false,
                          overlay_faint, heads[i]);
    }
}

/* A number in a column, or a dash where it is unknown. */
static void draw_number(cairo_t *cairo, double end, double y, double value, int decimals,
                        overlay_color color) {
    myo_text text = {0};
    myo_csv_append_number(&text, true, value, decimals);
    const char *shown = text.length && !text.failed ? text.data : OVERLAY_UNKNOWN;
    overlay_draw_text(cairo, end, y, OVERLAY_RIGHT, 0.0, OVERLAY_SIZE_BODY, false, color, shown);
    myo_text_clear(&text);
}

static double draw_identity(cairo_t *cairo, const myo_report_slice *slice, double y) {
    const myo_level_choice *level = slice->level;
    myo_text patient = {0}, date = {0}, image = {0};
    bool has_id = slice->patient_id && slice->patient_id[0];
    myo_text_append(&patient, has_id ? slice->patient_id : OVERLAY_UNKNOWN);
    overlay_append_date(&date, slice->study_date ? slice->study_date : "");
    myo_text_printf(&image, "%s series %d, image %d, tilt ",
                    myo_modality_name(level->series->modality), level->series->number,
                    level->instance->instance_number);
    myo_csv_append_number(&image, true, level->tilt_deg, 1);
    myo_text_append(&image, OVERLAY_DEGREES);
    if (isfinite(level->distance_mm)) {
        myo_text_append(&image, ", ");
        myo_csv_append_number(&image, true, fabs(level->distance_mm), 1);
        myo_text_printf(&image, " mm off %s", overlay_centre_in_words(level));
    }
    overlay_draw_rule(cairo, y);
    overlay_draw_fact(cairo, y + 26.0, "Patient ID", &patient);
    overlay_draw_fact(cairo, y + 48.0, "Study date", &date);
    overlay_draw_fact(cairo, y + 70.0, "Slice", &image);
    return y + 88.0;
}

static void draw_swatch(cairo_t *cairo, double y, const uint8_t rgb[3]) {
    cairo_set_source_rgb(cairo, rgb[0] / 255.0, rgb[1] / 255.0, rgb[2] / 255.0);
    cairo_rectangle(cairo, OVERLAY_MARGIN, y - 11.5, 12.0, 12.0);
    cairo_fill(cairo);
}

/* A structure's name as it begins a line. */
static void draw_name(cairo_t *cairo, double y, const myo_structure_info *info) {
    char name[64];
    snprintf(name, sizeof name, "%s", info->name);
    if (name[0] >= 'a' && name[0] <= 'z') {
        name[0] = (char)(name[0] - 'a' + 'A');
    }
    draw_swatch(cairo, y, info->rgb);
    overlay_draw_text(cairo, OVERLAY_MARGIN + 22.0, y, OVERLAY_LEFT, 186.0, OVERLAY_SIZE_BODY,
                      false, overlay_text, name);
}

static void draw_measures(cairo_t *cairo, const myo_report_slice *slice, myo_structure structure,
                          myo_side side, double y) {
    const myo_structure_info *info = myo_structure_get(structure);
    const myo_area *area = &slice->measures->area[structure][side];
    bool flagged = slice->flags[structure][side] & ~(uint32_t)(MYO_FLAG_LEVEL | MYO_FLAG_NO_HEIGHT);
    overlay_color color = flagged ? overlay_warning : overlay_text;
    double none = (double)NAN;
    bool muscle = area->present && info->muscle;
    if (info->paired) {
        overlay_draw_text(cairo, 256.0, y, OVERLAY_LEFT, 0.0, OVERLAY_SIZE_BODY, true, color,
                          side == MYO_LEFT ? "L" : "R");
    }
    double confidence = 100.0 * slice->confidence[structure][side];
    draw_number(cairo, column_ends[0], y, area->present ? area->csa_mm2 : none, 0, color);
    draw_number(cairo, column_ends[1], y, muscle ? area->fcsa_mm2 : none, 0, color);
    draw_number(cairo, column_ends[2], y, muscle ? 100.0 * area->fat_fraction : none, 1, color);
    draw_number(cairo, column_ends[3], y, area->present ? confidence : none, 0, color);
}

/* The muscles of both sides together. */
static void draw_whole_area(cairo_t *cairo, const myo_area *area, double y) {
    double none = (double)NAN;
    overlay_draw_text(cairo, OVERLAY_MARGIN + 22.0, y, OVERLAY_LEFT, 186.0, OVERLAY_SIZE_BODY,
                      false, overlay_text, "Whole muscle");
    draw_number(cairo, column_ends[0], y, area->present ? area->csa_mm2 : none, 0, overlay_text);
    draw_number(cairo, column_ends[1], y, area->present ? area->fcsa_mm2 : none, 0, overlay_text);
    draw_number(cairo, column_ends[2], y, area->present ? 100.0 * area->fat_fraction : none, 1,
                overlay_text);
}

/* The skeletal muscle index and the attenuation of the whole muscle, in one line. */
static void draw_whole_index(cairo_t *cairo, const myo_whole_muscle *whole, double y) {
    myo_text text = {0};
    myo_text_append(&text, "SMI ");
    if (isfinite(whole->smi_cm2_m2)) {
        myo_csv_append_number(&text, true, whole->smi_cm2_m2, 1);
    } else {
        myo_text_append(&text, OVERLAY_UNKNOWN);
    }
    myo_text_append(&text, " cm\xC2\xB2/m\xC2\xB2, ");
    if (whole->area.present && isfinite(whole->area.lean_intensity)) {
        myo_csv_append_number(&text, true, whole->area.lean_intensity, 0);
    } else {
        myo_text_append(&text, OVERLAY_UNKNOWN);
    }
    myo_text_append(&text, " HU");
    overlay_draw_text(cairo, OVERLAY_MARGIN + 22.0, y, OVERLAY_LEFT, 186.0, OVERLAY_SIZE_BODY,
                      false, overlay_text, "Whole muscle");
    overlay_draw_text(cairo, OVERLAY_RIGHT_EDGE, y, OVERLAY_RIGHT, 0.0, OVERLAY_SIZE_BODY, false,
                      overlay_text, text.failed || !text.length ? "" : text.data);
    myo_text_clear(&text);
}

/* Areas of each structure, the patient's right first as in the picture. */
static double draw_areas(cairo_t *cairo, const myo_report_slice *slice, double y) {
    static const char *const heads[4] = {"CSA mm\xC2\xB2", "FCSA mm\xC2\xB2", "fat %", "conf. %"};
    overlay_draw_rule(cairo, y);
    draw_heads(cairo, y + 26.0, heads);
    y += 26.0;
    for (int s = 0; s < MYO_STRUCTURE_COUNT; s++) {
        const myo_structure_info *info = myo_structure_get((myo_structure)s);
        if (!myo_report_is_listed(slice, (myo_structure)s)) {
            continue;
        }
        y += ROW + 4.0;
        draw_name(cairo, y, info);
        if (info->paired) {
            draw_measures(cairo, slice, (myo_structure)s, MYO_RIGHT, y);
            y += ROW;
        }
        draw_measures(cairo, slice, (myo_structure)s, MYO_LEFT, y);
    }
    if (slice->whole_muscle) {
        y += ROW + 4.0;
        draw_whole_area(cairo, &slice->whole_muscle->area, y);
    }
    return y + 20.0;
}

/* Where the height came from, for the sources that tables.h lists. */
static const char *height_source_in_words(const char *source) {
    static const char *const words[][2] = {
        {"csv", "from the table of heights"}, {"option", "as given"}, {"dicom", "from DICOM"}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(words[i][0], source) == 0) {
            return words[i][1];
        }
    }
    return source;
}

static double draw_indices(cairo_t *cairo, const myo_report_slice *slice,
                           const myo_report_features *features, double y) {
    static const char *const heads[4] = {"SMI mm\xC2\xB2/m\xC2\xB2", "rCSA", "rFCSA", "asym. %"};
    overlay_draw_rule(cairo, y);
    draw_heads(cairo, y + 26.0, heads);
    myo_text height = {0};
    if (isfinite(features->height_m)) {
        myo_text_append(&height, "Height ");
        myo_csv_append_number(&height, true, features->height_m, 2);
        myo_text_printf(&height, " m, %s", height_source_in_words(features->height_source));
    } else {
        myo_text_append(&height, "Height unknown");
    }
    overlay_draw_and_clear(cairo, OVERLAY_MARGIN, y + 26.0, 220.0, OVERLAY_SIZE_SMALL,
                           overlay_faint, &height);
    y += 28.0;
    size_t count;
    const myo_structure *muscles = myo_report_indexed_muscles(&count);
    for (size_t i = 0; i < count; i++) {
        const myo_muscle_indices *indices = &features->indices[muscles[i]];
        if (!myo_report_is_listed(slice, muscles[i])) {
            continue;
        }
        y += ROW;
        draw_name(cairo, y, myo_structure_get(muscles[i]));
        draw_number(cairo, column_ends[0], y, indices->smi_mm2_m2, 1, overlay_text);
        draw_number(cairo, column_ends[1], y, indices->rcsa, 2, overlay_text);
        draw_number(cairo, column_ends[2], y, indices->rfcsa, 2, overlay_text);
        draw_number(cairo, column_ends[3], y, indices->asymmetry_percent, 1, overlay_text);
    }
    if (slice->whole_muscle) {
        y += ROW;
        draw_whole_index(cairo, &features->whole_muscle, y);
    }
    return y + 20.0;
}

/* The methods of outlines that were drawn, each once. */
static void append_traced(const myo_report_slice *slice, myo_text *text) {
    const char *named[MYO_STRUCTURE_COUNT * MYO_SIDE_COUNT];
    size_t count = 0;
    for (int s = 0; slice->traced && s < MYO_STRUCTURE_COUNT; s++) {
        for (int side = 0; side < MYO_SIDE_COUNT; side++) {
            bool known = !(slice->traced[s] >> side & 1u);
            const char *method = slice->traced_methods[s][side];
            for (size_t i = 0; !known && i < count; i++) {
                known = strcmp(named[i], method) == 0;
            }
            if (!known) {
                myo_text_printf(text, "%s%s",
                                count == 0 ? "Solid lines without a confidence: " : ", ", method);
                named[count++] = method;
            }
        }
    }
    if (count > 0) {
        myo_text_append(text, ". Dashed: the automatic outline.");
    }
}

static double draw_traced(cairo_t *cairo, const myo_report_slice *slice, double y) {
    myo_text text = {0};
    append_traced(slice, &text);
    if (text.data && !text.failed) {
        y = overlay_draw_paragraph(cairo, OVERLAY_MARGIN, y + 26.0, OVERLAY_CONTENT,
                                   OVERLAY_SIZE_SMALL, 3, overlay_faint, text.data);
    }
    myo_text_clear(&text);
    return y;
}

static void draw_footer(cairo_t *cairo, const myo_report_slice *slice) {
    myo_text text = {0};
    myo_text_printf(&text, "Outlines: %s, along the %s. Fat: %s. Myotome %s.", slice->method,
                    slice->roi_convention, slice->fat_method, myo_version());
    overlay_draw_footer(cairo, &text);
}

void overlay_draw_panel(cairo_t *cairo, const myo_report_slice *slice,
                        const myo_report_features *features) {
    overlay_draw_panel_background(cairo);
    double y = overlay_draw_level(cairo, slice->level);
    y = draw_identity(cairo, slice, y + 4.0);
    y = draw_areas(cairo, slice, y);
    if (features) {
        y = draw_indices(cairo, slice, features, y);
    }
    overlay_draw_rule(cairo, y);
    y = draw_traced(cairo, slice, y);
    overlay_draw_flags(cairo, slice, features, y, OVERLAY_FOOTER_TOP);
    draw_footer(cairo, slice);
}
