/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parts of the panels beside the pictures: the level, facts, the line at the end. */
#include "io/csv.h"
#include "report/overlay_private.h"

#include <string.h>

#define SIZE_TITLE 40.0
#define SIZE_LONG_TITLE 27.0
#define LONG_TITLE 8 /* letters that fit beside the state */

void overlay_draw_panel_background(cairo_t *cairo) {
    overlay_set_color(cairo, overlay_background);
    cairo_rectangle(cairo, 0.0, 0.0, OVERLAY_PANEL_WIDTH, OVERLAY_UNITS_HIGH);
    cairo_fill(cairo);
}

const char *overlay_centre_in_words(const myo_level_choice *level) {
    return strchr(level->level, '/') ? "the disc centre" : "the landmark";
}

void overlay_draw_rule(cairo_t *cairo, double y) {
    overlay_set_color(cairo, overlay_line);
    cairo_set_line_width(cairo, 1.0);
    cairo_move_to(cairo, OVERLAY_MARGIN, y);
    cairo_line_to(cairo, OVERLAY_RIGHT_EDGE, y);
    cairo_stroke(cairo);
}

void overlay_draw_and_clear(cairo_t *cairo, double x, double y, double width, double size,
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
        {"traced-slice", "chosen by the reader who drew on it"},
        {"axial-anatomy", "stacks counted by where the psoas lies"},
        {"stack-order", "from the order of the stacks"},
        {"ct-vertebrae", "vertebrae counted on the CT volume"},
        {"ct-pelvis", "landmark found on the CT volume"},
        {"single-slice", "the series has this one slice"},
        {"slice-option", "slice chosen by the user"}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(words[i][0], source) == 0) {
            return words[i][1];
        }
    }
    return source;
}

void overlay_draw_level_name(cairo_t *cairo, const char *level, overlay_color color,
                             const char *state) {
    double size = strlen(level) > LONG_TITLE ? SIZE_LONG_TITLE : SIZE_TITLE;
    overlay_draw_text(cairo, OVERLAY_MARGIN, 66.0, OVERLAY_LEFT, 320.0, size, true, overlay_text,
                      level);
    overlay_draw_text(cairo, OVERLAY_RIGHT_EDGE, 66.0, OVERLAY_RIGHT, 220.0, OVERLAY_SIZE_BODY,
                      true, color, state);
}

double overlay_draw_level(cairo_t *cairo, const myo_level_choice *level) {
    const char *state = "level not confirmed";
    overlay_color color = overlay_warning;
    if (level->confirmed) {
        bool seen = level->confidence >= OVERLAY_SEEN_MIN;
        state = seen ? "level confirmed" : "level assumed";
        color = seen ? overlay_good : overlay_text;
    }
    overlay_draw_level_name(cairo, level->level, color, state);
    myo_text text = {0};
    myo_text_printf(&text, "%s, confidence ", source_in_words(level->source));
    myo_csv_append_number(&text, true, 100.0 * level->confidence, 0);
    myo_text_append(&text, " %");
    overlay_draw_and_clear(cairo, OVERLAY_MARGIN, 98.0, OVERLAY_CONTENT, OVERLAY_SIZE_BODY,
                           overlay_text, &text);
    return overlay_draw_paragraph(cairo, OVERLAY_MARGIN, 121.0, OVERLAY_CONTENT, OVERLAY_SIZE_SMALL,
                                  3, overlay_faint, level->note);
}

void overlay_draw_fact(cairo_t *cairo, double y, const char *name, myo_text *value) {
    const double indent = 90.0;
    overlay_draw_text(cairo, OVERLAY_MARGIN, y, OVERLAY_LEFT, 0.0, OVERLAY_SIZE_SMALL, false,
                      overlay_faint, name);
    overlay_draw_and_clear(cairo, OVERLAY_MARGIN + indent, y, OVERLAY_CONTENT - indent,
                           OVERLAY_SIZE_SMALL, overlay_text, value);
}

void overlay_append_date(myo_text *text, const char *date) {
    if (strlen(date) == 8 && strspn(date, "0123456789") == 8) {
        myo_text_printf(text, "%.4s-%.2s-%.2s", date, date + 4, date + 6);
    } else {
        myo_text_append(text, date[0] ? date : OVERLAY_UNKNOWN);
    }
}

void overlay_draw_footer(cairo_t *cairo, myo_text *origin) {
    overlay_draw_rule(cairo, OVERLAY_FOOTER_TOP);
    if (origin->data && !origin->failed) {
        overlay_draw_paragraph(cairo, OVERLAY_MARGIN, OVERLAY_FOOTER_TOP + 28.0, OVERLAY_CONTENT,
                               OVERLAY_SIZE_SMALL, 2, overlay_faint, origin->data);
    }
    myo_text_clear(origin);
    overlay_draw_text(cairo, OVERLAY_MARGIN, OVERLAY_FOOTER_TOP + 74.0, OVERLAY_LEFT,
                      OVERLAY_CONTENT, OVERLAY_SIZE_BODY, true, overlay_text,
                      "Not for clinical decisions without review.");
}
