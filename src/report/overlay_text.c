/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text and colours of the overlay picture. */
#include "base/text.h"
#include "report/overlay_private.h"

#include <string.h>

/* Debian installs it with cairo (fontconfig asks for it); its digits have equal widths, so that
 * columns of numbers line up. fontconfig takes the nearest font where it is absent. */
#define FONT_FAMILY "DejaVu Sans"
#define LINE_HEIGHT 1.4 /* of a paragraph, times the size of the text */
#define ELLIPSIS "\xE2\x80\xA6"

const overlay_color overlay_background = {0.067, 0.078, 0.098};
const overlay_color overlay_text = {0.925, 0.937, 0.953};
const overlay_color overlay_faint = {0.592, 0.635, 0.690};
const overlay_color overlay_line = {0.180, 0.204, 0.243};
const overlay_color overlay_warning = {0.961, 0.745, 0.322};
const overlay_color overlay_good = {0.478, 0.788, 0.514};

void overlay_set_color(cairo_t *cairo, overlay_color color) {
    cairo_set_source_rgb(cairo, color.red, color.green, color.blue);
}

static void set_font(cairo_t *cairo, double size, bool bold) {
    cairo_select_font_face(cairo, FONT_FAMILY, CAIRO_FONT_SLANT_NORMAL,
                           bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(cairo, size);
}

static double measure(cairo_t *cairo, const char *text) {
    cairo_text_extents_t extents;
    cairo_text_extents(cairo, text, &extents);
    return extents.x_advance;
}

double overlay_measure_text(cairo_t *cairo, double size, bool bold, const char *text) {
    set_font(cairo, size, bold);
    return measure(cairo, text);
}

/* Takes the last UTF-8 character away. */
static void drop_character(myo_text *text) {
    while (text->length > 0) {
        unsigned char dropped = (unsigned char)text->data[--text->length];
        text->data[text->length] = '\0';
        if ((dropped & 0xC0) != 0x80) {
            return;
        }
    }
}

/* Puts the longest start of `text` that fits, with an ellipsis, into `out`. */
static void cut_to_width(cairo_t *cairo, const char *text, double width, myo_text *out) {
    myo_text start = {0};
    myo_text_append(&start, text);
    do {
        drop_character(&start);
        out->length = 0;
        myo_text_printf(out, "%s" ELLIPSIS, start.data ? start.data : "");
    } while (!out->failed && start.length > 0 && measure(cairo, out->data) > width);
    myo_text_clear(&start);
}

void overlay_draw_text(cairo_t *cairo, double x, double y, overlay_align align, double width,
                       double size, bool bold, overlay_color color, const char *text) {
    set_font(cairo, size, bold);
    myo_text cut = {0};
    if (width > 0.0 && measure(cairo, text) > width) {
        cut_to_width(cairo, text, width, &cut);
        text = cut.data && !cut.failed ? cut.data : "";
    }
    double advance = measure(cairo, text);
    double left = align == OVERLAY_LEFT    ? x
                  : align == OVERLAY_RIGHT ? x - advance
                                           : x - 0.5 * advance;
    overlay_set_color(cairo, color);
    cairo_move_to(cairo, left, y);
    cairo_show_text(cairo, text);
    myo_text_clear(&cut);
}

/* Puts as many words of `text` as fit into `line`; returns what is left. A word that is wider than
 * the line stands alone and is cut when drawn. */
static const char *take_line(cairo_t *cairo, const char *text, double width, myo_text *line) {
    myo_text longer = {0};
    myo_text_clear(line);
    text += strspn(text, " ");
    while (*text) {
        size_t word = strcspn(text, " ");
        longer.length = 0;
        if (line->length) {
            myo_text_append_bytes(&longer, line->data, line->length);
            myo_text_append(&longer, " ");
        }
        myo_text_append_bytes(&longer, text, word);
        if (longer.failed || (line->length && measure(cairo, longer.data) > width)) {
            break;
        }
        myo_text swap = *line;
        *line = longer;
        longer = swap;
        text += word;
        text += strspn(text, " ");
    }
    myo_text_clear(&longer);
    return text;
}

double overlay_draw_paragraph(cairo_t *cairo, double x, double y, double width, double size,
                              int lines_max, overlay_color color, const char *text) {
    myo_text line = {0};
    for (int i = 0; i < lines_max && *text; i++) {
        set_font(cairo, size, false);
        const char *rest = take_line(cairo, text, width, &line);
        bool is_cut = *rest && i + 1 == lines_max;
        /* The last line shows that something is missing: the rest of the text is put on it. */
        overlay_draw_text(cairo, x, y, OVERLAY_LEFT, width, size, false, color,
                          is_cut      ? text
                          : line.data ? line.data
                                      : "");
        if (rest == text) {
            break; /* out of memory */
        }
        text = rest;
        y += LINE_HEIGHT * size;
    }
    myo_text_clear(&line);
    return y;
}
