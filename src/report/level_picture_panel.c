/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The panel beside the sagittal slice: which slice lies at the level, which discs were seen, what
 * the lines mean. */
#include "io/csv.h"
#include "report/level_picture_private.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define ROW 25.0
#define COLUMN_GAP 36.0
#define COLUMN_WIDTH ((OVERLAY_CONTENT - COLUMN_GAP) / 2.0)
#define DISCS_IN_COLUMN_MAX 9 /* more are split up into two */

/* The head of a study in which no slice was found. */
static double draw_missing_level(cairo_t *cairo, const myo_report_location *location) {
    overlay_draw_level_name(cairo, location->level, overlay_warning, "no slice at this level");
    overlay_draw_text(cairo, OVERLAY_MARGIN, 98.0, OVERLAY_LEFT, OVERLAY_CONTENT, OVERLAY_SIZE_BODY,
                      false, overlay_text,
                      location->axial ? "no axial slice was found there"
                                      : "the study has no axial series that fits");
    return 121.0;
}

/* What speaks against discs is listed among the warnings; a note on anything else is shown. */
static double draw_head(cairo_t *cairo, const myo_report_location *location) {
    if (!location->slice) {
        return draw_missing_level(cairo, location);
    }
    myo_level_choice slice = *location->slice;
    if (strcmp(slice.source, "sagittal-discs") == 0) {
        slice.note[0] = '\0';
    }
    return overlay_draw_level(cairo, &slice);
}

static void describe_slice(const myo_level_choice *slice, myo_text *text) {
    myo_text_printf(text, "image %d, ", slice->instance->instance_number);
    if (isfinite(slice->distance_mm)) {
        myo_csv_append_number(text, true, fabs(slice->distance_mm), 1);
        myo_text_printf(text, " mm from %s, ", overlay_centre_in_words(slice));
    }
    myo_text_append(text, "tilt ");
    myo_csv_append_number(text, true, slice->tilt_deg, 1);
    myo_text_append(text, OVERLAY_DEGREES);
}

static double draw_identity(cairo_t *cairo, const myo_report_location *location, double y) {
    const double line = 22.0;
    const myo_series *sagittal = location->sagittal, *axial = location->axial;
    myo_text patient = {0}, date = {0}, drawn = {0}, across = {0}, slice = {0};
    bool has_id = location->patient_id && location->patient_id[0];
    myo_text_append(&patient, has_id ? location->patient_id : OVERLAY_UNKNOWN);
    overlay_append_date(&date, location->study_date ? location->study_date : "");
    if (location->instance) {
        myo_text_printf(&drawn, "%s series %d, image %d of %zu",
                        myo_modality_name(sagittal->modality), sagittal->number,
                        location->instance->instance_number, sagittal->instance_count);
    } else {
        myo_text_printf(&drawn, "cut through %s series %d", myo_modality_name(sagittal->modality),
                        sagittal->number);
    }
    if (axial) {
        myo_text_printf(&across, "%s series %d, %zu image%s", myo_modality_name(axial->modality),
                        axial->number, axial->instance_count,
                        axial->instance_count == 1 ? "" : "s");
    } else {
        myo_text_append(&across, "none");
    }
    if (location->slice) {
        describe_slice(location->slice, &slice);
    } else {
        myo_text_append(&slice, "none");
    }
    overlay_draw_rule(cairo, y);
    overlay_draw_fact(cairo, y + 4.0 + line, "Patient ID", &patient);
    overlay_draw_fact(cairo, y + 4.0 + 2.0 * line, "Study date", &date);
    overlay_draw_fact(cairo, y + 4.0 + 3.0 * line, "Sagittal", &drawn);
    overlay_draw_fact(cairo, y + 4.0 + 4.0 * line, "Axial", &across);
    overlay_draw_fact(cairo, y + 4.0 + 5.0 * line, "Slice", &slice);
    return y + 5.0 * line + 22.0;
}

static void draw_percent(cairo_t *cairo, double right, double y, bool bold, overlay_color color,
                         double value) {
    myo_text text = {0};
    myo_csv_append_number(&text, true, 100.0 * value, 0);
    myo_text_append(&text, " %");
    if (text.data && !text.failed) {
        overlay_draw_text(cairo, right, y, OVERLAY_RIGHT, 0.0, OVERLAY_SIZE_BODY, bold, color,
                          text.data);
    }
    myo_text_clear(&text);
}

/* One disc: its ring, its name, how sure it is. */
static void draw_disc(cairo_t *cairo, const myo_disc *disc, bool wanted, double x, double y) {
    overlay_color color = level_picture_disc_color(disc);
    const char *remark = disc->interpolated             ? "interpolated"
                         : !level_picture_is_sure(disc) ? "unsure"
                                                        : "";
    level_picture_draw_ring(cairo, disc, x + 8.0, y - 6.0);
    overlay_draw_text(cairo, x + 26.0, y, OVERLAY_LEFT, 0.0, OVERLAY_SIZE_BODY, wanted, color,
                      disc->name);
    overlay_draw_text(cairo, x + 98.0, y, OVERLAY_LEFT, COLUMN_WIDTH - 146.0, OVERLAY_SIZE_SMALL,
                      false, overlay_faint, remark);
    draw_percent(cairo, x + COLUMN_WIDTH, y, wanted, color, disc->confidence);
}

/* The discs as they lie, head on top, in two columns when there are many. */
static double draw_discs(cairo_t *cairo, const myo_report_location *location, double y) {
    const myo_spine *spine = location->spine;
    overlay_draw_rule(cairo, y);
    y += 28.0;
    if (spine->count == 0) {
        overlay_draw_text(cairo, OVERLAY_MARGIN, y, OVERLAY_LEFT, OVERLAY_CONTENT,
                          OVERLAY_SIZE_BODY, true, overlay_warning,
                          "No discs were found on the sagittal series");
        return y + 20.0;
    }
    bool sure = spine->count_confidence >= OVERLAY_SEEN_MIN;
    overlay_draw_text(cairo, OVERLAY_MARGIN, y, OVERLAY_LEFT, OVERLAY_CONTENT, OVERLAY_SIZE_BODY,
                      true, overlay_text,
                      spine->signs & MYO_SPINE_FROM_RIBS ? "Discs, counted down from the ribs"
                                                         : "Discs, counted up from the sacrum");
    draw_percent(cairo, OVERLAY_RIGHT_EDGE, y, true, sure ? overlay_good : overlay_warning,
                 spine->count_confidence);
    bool split = spine->count > DISCS_IN_COLUMN_MAX;
    size_t in_column = split ? (spine->count + 1) / 2 : spine->count;
    for (size_t i = 0; i < spine->count; i++) {
        bool second = i >= in_column;
        const myo_disc *disc = &spine->discs[i];
        draw_disc(cairo, disc, strcmp(disc->name, location->level) == 0,
                  OVERLAY_MARGIN + (second ? COLUMN_WIDTH + COLUMN_GAP : 0.0),
                  y + 4.0 + ROW * (double)(second ? i - in_column + 1 : i + 1));
    }
    return y + 4.0 + ROW * (double)in_column + 18.0;
}

/* How many slices one thin line stands for, at most. */
static size_t find_step(const overlay_view *view, const myo_series *axial) {
    size_t step = 1;
    for (size_t s = 0; s < axial->stack_count; s++) {
        size_t of_stack = level_picture_plane_step(view, axial, &axial->stacks[s]);
        step = of_stack > step ? of_stack : step;
    }
    return step;
}

static void draw_meaning(cairo_t *cairo, double x, double y, const char *text) {
    overlay_draw_text(cairo, x + 54.0, y, OVERLAY_LEFT, 0.0, OVERLAY_SIZE_SMALL, false,
                      overlay_text, text);
}

/* What the lines over the slice are. */
static double draw_legend(cairo_t *cairo, const overlay_view *view,
                          const myo_report_location *location, double y) {
    const double x = OVERLAY_MARGIN, length = 40.0, line = 24.0;
    char text[96];
    if (!location->axial) {
        return y;
    }
    overlay_draw_rule(cairo, y);
    y += 4.0;
    if (location->slice) {
        y += line;
        level_picture_draw_chosen(cairo, x, y - 5.0, x + length, y - 5.0);
        snprintf(text, sizeof text, "the slice at %s", location->slice->level);
        draw_meaning(cairo, x, y, text);
    }
    if (location->other) {
        y += line;
        level_picture_draw_other(cairo, x, y - 5.0, x + length, y - 5.0);
        snprintf(text, sizeof text, "the slice at %s if the count is one off",
                 location->other->level);
        draw_meaning(cairo, x, y, text);
    }
    y += line;
    size_t step = find_step(view, location->axial);
    level_picture_draw_plane(cairo, x, y - 5.0, x + length, y - 5.0);
    if (step > 1) {
        snprintf(text, sizeof text, "slices of series %d, not more than every %zu. one drawn",
                 location->axial->number, step);
    } else {
        snprintf(text, sizeof text, "slices of series %d", location->axial->number);
    }
    draw_meaning(cairo, x, y, text);
    return y + 20.0;
}

void level_picture_draw_panel(cairo_t *cairo, const overlay_view *view,
                              const myo_report_location *location) {
    overlay_draw_panel_background(cairo);
    double y = draw_head(cairo, location);
    y = draw_identity(cairo, location, y + 4.0);
    y = draw_discs(cairo, location, y);
    y = draw_legend(cairo, view, location, y);
    overlay_draw_rule(cairo, y);
    level_picture_draw_warnings(cairo, location, y, OVERLAY_FOOTER_TOP);
    myo_text origin = {0};
    myo_text_printf(&origin, "Rings are disc centres, brought onto this slice. Myotome %s.",
                    myo_version());
    overlay_draw_footer(cairo, &origin);
}
