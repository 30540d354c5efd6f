/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The panel beside the slice: what was measured, how sure it is, and on whom. */
#include "io/csv.h"
#include "report/overlay_private.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define MARGIN 36.0
#define RIGHT (OVERLAY_PANEL_WIDTH - MARGIN)
#define CONTENT (RIGHT - MARGIN)
#define ROW 26.0
#define SIZE_TITLE 40.0
#define SIZE_BODY 16.0
#define SIZE_SMALL 13.5
#define UNKNOWN "\xE2\x80\x93" /* an en dash */
#define DEGREES "\xC2\xB0"
#define FOOTER_TOP (OVERLAY_UNITS_HIGH - 82.0)

/* Right ends of the columns of numbers. */
static const double column_ends[] = {346.0, 440.0, 510.0, RIGHT};

static void draw_rule(cairo_t *cairo, double y) {
    overlay_set_color(cairo, overlay_line);
    cairo_set_line_width(cairo, 1.0);
    cairo_move_to(cairo, MARGIN, y);
    cairo_line_to(cairo, RIGHT, y);
    cairo_stroke(cairo);
}

static void draw_heads(cairo_t *cairo, double y, const char *const heads[4]) {
    for (int i = 0; i < 4; i++) {
        overlay_draw_text(cairo, column_ends[i], y, OVERLAY_RIGHT, 0.0, SIZE_SMALL, false,
                          overlay_faint, heads[i]);
    }
}

/* A number in a column, or a dash where it is unknown. */
static void draw_number(cairo_t *cairo, double end, double y, double value, int decimals,
                        overlay_color color) {
    myo_text text = {0};
    myo_csv_append_number(&text, true, value, decimals);
    const char *shown = text.length && !text.failed ? text.data : UNKNOWN;
    overlay_draw_text(cairo, end, y, OVERLAY_RIGHT, 0.0, SIZE_BODY, false, color, shown);
    myo_text_clear(&text);
}

/* A text that is put together, or nothing when memory ran out; empties it afterwards. */
static void draw_and_clear(cairo_t *cairo, double x, double y, double width, double size,
                           overlay_color color, myo_text *text) {
    if (!text->failed && text->data) {
        overlay_draw_text(cairo, x, y, OVERLAY_LEFT, width, size, false, color, text->data);
    }
    myo_text_clear(text);
}

/* How the level was found, for the sources that level.h lists. */
static const char *source_in_words(const char *source) {
    static const char *const words[][2] = {
        {"sagittal-discs", "discs counted on the sagittal series"},
        {"axial-anatomy", "stacks counted by where the psoas lies"},
        {"stack-order", "from the order of the stacks"},
        {"single-slice", "the series has this one slice"},
        {"slice-option", "slice chosen by the user"}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(words[i][0], source) == 0) {
            return words[i][1];
        }
    }
    return source;
}

/* From this confidence on a level counts as seen by somebody, below it as following a convention.
 */
#define LEVEL_SEEN_MIN 0.8

static void draw_level_state(cairo_t *cairo, const myo_level_choice *level) {
    const char *state = "level not confirmed";
    overlay_color color = overlay_warning;
    if (level->confirmed) {
        bool seen = level->confidence >= LEVEL_SEEN_MIN;
        state = seen ? "level confirmed" : "level assumed";
        color = seen ? overlay_good : overlay_text;
    }
    overlay_draw_text(cairo, RIGHT, 66.0, OVERLAY_RIGHT, 320.0, SIZE_BODY, true, color, state);
}

/* Level, how it was found and how sure it is. Returns where the next part begins. */
static double draw_level(cairo_t *cairo, const myo_level_choice *level) {
    overlay_draw_text(cairo, MARGIN, 66.0, OVERLAY_LEFT, 200.0, SIZE_TITLE, true, overlay_text,
                      level->level);
    draw_level_state(cairo, level);
    myo_text text = {0};
    myo_text_printf(&text, "%s, confidence ", source_in_words(level->source));
    myo_csv_append_number(&text, true, 100.0 * level->confidence, 0);
    myo_text_append(&text, " %");
    draw_and_clear(cairo, MARGIN, 98.0, CONTENT, SIZE_BODY, overlay_text, &text);
    return overlay_draw_paragraph(cairo, MARGIN, 121.0, CONTENT, SIZE_SMALL, 3, overlay_faint,
                                  level->note);
}

/* A name and what it is; empties the value. */
static void draw_fact(cairo_t *cairo, double y, const char *name, myo_text *value) {
    const double indent = 90.0;
    overlay_draw_text(cairo, MARGIN, y, OVERLAY_LEFT, 0.0, SIZE_SMALL, false, overlay_faint, name);
    draw_and_clear(cairo, MARGIN + indent, y, CONTENT - indent, SIZE_SMALL, overlay_text, value);
}

/* A DICOM date (YYYYMMDD) as YYYY-MM-DD; anything else as it is. */
static void append_date(myo_text *text, const char *date) {
    if (strlen(date) == 8 && strspn(date, "0123456789") == 8) {
        myo_text_printf(text, "%.4s-%.2s-%.2s", date, date + 4, date + 6);
    } else {
        myo_text_append(text, date[0] ? date : UNKNOWN);
    }
}

static double draw_identity(cairo_t *cairo, const myo_report_slice *slice, double y) {
    const myo_level_choice *level = slice->level;
    myo_text patient = {0}, date = {0}, image = {0};
    bool has_id = slice->patient_id && slice->patient_id[0];
    myo_text_append(&patient, has_id ? slice->patient_id : UNKNOWN);
    append_date(&date, slice->study_date ? slice->study_date : "");
    myo_text_printf(&image, "%s series %d, image %d, tilt ",
                    myo_modality_name(level->series->modality), level->series->number,
                    level->instance->instance_number);
    myo_csv_append_number(&image, true, level->tilt_deg, 1);
    myo_text_append(&image, DEGREES);
    if (isfinite(level->distance_mm)) {
        myo_text_append(&image, ", ");
        myo_csv_append_number(&image, true, fabs(level->distance_mm), 1);
        myo_text_append(&image, " mm off the disc centre");
    }
    draw_rule(cairo, y);
    draw_fact(cairo, y + 26.0, "Patient ID", &patient);
    draw_fact(cairo, y + 48.0, "Study date", &date);
    draw_fact(cairo, y + 70.0, "Slice", &image);
    return y + 88.0;
}

static void draw_swatch(cairo_t *cairo, double y, const uint8_t rgb[3]) {
    cairo_set_source_rgb(cairo, rgb[0] / 255.0, rgb[1] / 255.0, rgb[2] / 255.0);
    cairo_rectangle(cairo, MARGIN, y - 11.5, 12.0, 12.0);
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
    overlay_draw_text(cairo, MARGIN + 22.0, y, OVERLAY_LEFT, 186.0, SIZE_BODY, false, overlay_text,
                      name);
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
        overlay_draw_text(cairo, 256.0, y, OVERLAY_LEFT, 0.0, SIZE_BODY, true, color,
                          side == MYO_LEFT ? "L" : "R");
    }
    double confidence = 100.0 * slice->confidence[structure][side];
    draw_number(cairo, column_ends[0], y, area->present ? area->csa_mm2 : none, 0, color);
    draw_number(cairo, column_ends[1], y, muscle ? area->fcsa_mm2 : none, 0, color);
    draw_number(cairo, column_ends[2], y, muscle ? 100.0 * area->fat_fraction : none, 1, color);
    draw_number(cairo, column_ends[3], y, area->present ? confidence : none, 0, color);
}

/* Areas of each structure, the patient's right first as in the picture. */
static double draw_areas(cairo_t *cairo, const myo_report_slice *slice, double y) {
    static const char *const heads[4] = {"CSA mm\xC2\xB2", "FCSA mm\xC2\xB2", "fat %", "conf. %"};
    draw_rule(cairo, y);
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

static double draw_indices(cairo_t *cairo, const myo_report_features *features, double y) {
    static const char *const heads[4] = {"SMI mm\xC2\xB2/m\xC2\xB2", "rCSA", "rFCSA", "asym. %"};
    draw_rule(cairo, y);
    draw_heads(cairo, y + 26.0, heads);
    myo_text height = {0};
    if (isfinite(features->height_m)) {
        myo_text_append(&height, "Height ");
        myo_csv_append_number(&height, true, features->height_m, 2);
        myo_text_printf(&height, " m, %s", height_source_in_words(features->height_source));
    } else {
        myo_text_append(&height, "Height unknown");
    }
    draw_and_clear(cairo, MARGIN, y + 26.0, 220.0, SIZE_SMALL, overlay_faint, &height);
    y += 28.0;
    size_t count;
    const myo_structure *muscles = myo_report_indexed_muscles(&count);
    for (size_t i = 0; i < count; i++) {
        const myo_muscle_indices *indices = &features->indices[muscles[i]];
        y += ROW;
        draw_name(cairo, y, myo_structure_get(muscles[i]));
        draw_number(cairo, column_ends[0], y, indices->smi_mm2_m2, 1, overlay_text);
        draw_number(cairo, column_ends[1], y, indices->rcsa, 2, overlay_text);
        draw_number(cairo, column_ends[2], y, indices->rfcsa, 2, overlay_text);
        draw_number(cairo, column_ends[3], y, indices->asymmetry_percent, 1, overlay_text);
    }
    return y + 20.0;
}

static void draw_footer(cairo_t *cairo, const myo_report_slice *slice) {
    myo_text text = {0};
    myo_text_printf(&text, "Outlines: %s, along the %s. Fat: %s. Myotome %s.", slice->method,
                    slice->roi_convention, slice->fat_method, myo_version());
    draw_rule(cairo, FOOTER_TOP);
    draw_and_clear(cairo, MARGIN, FOOTER_TOP + 28.0, CONTENT, SIZE_SMALL, overlay_faint, &text);
    overlay_draw_text(cairo, MARGIN, FOOTER_TOP + 54.0, OVERLAY_LEFT, CONTENT, SIZE_BODY, true,
                      overlay_text, "Not for clinical decisions without review.");
}

void overlay_draw_panel(cairo_t *cairo, const myo_report_slice *slice,
                        const myo_report_features *features) {
    overlay_set_color(cairo, overlay_background);
    cairo_rectangle(cairo, 0.0, 0.0, OVERLAY_PANEL_WIDTH, OVERLAY_UNITS_HIGH);
    cairo_fill(cairo);
    double y = draw_level(cairo, slice->level);
    y = draw_identity(cairo, slice, y + 4.0);
    y = draw_areas(cairo, slice, y);
    if (features) {
        y = draw_indices(cairo, features, y);
    }
    draw_rule(cairo, y);
    overlay_draw_flags(cairo, slice, features, y, FOOTER_TOP);
    draw_footer(cairo, slice);
}
