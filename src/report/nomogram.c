/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The picture of a nomogram: a row for the points, one for each predictor, one for the total and
 * one for the probability. The page is as wide as A4 across and as high as its rows need.
 */
#include "report/nomogram_private.h"

#include "base/memory.h"
#include "base/utf8.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define PAGE_WIDTH 842.0
#define EDGE 26.0
#define NAME_WIDTH_MAX 178.0
#define PATIENT_WIDTH_MAX 130.0
#define PATIENT_GAP 6.0
#define COLUMN_GAP (NOMOGRAM_OVERHANG + 4.0)
/* Free at the right of the axes, for half a tick label. */
#define RIGHT_ROOM 14.0
#define LINE (1.25 * PLOT_SIZE_TEXT)
#define NAME_LINES_MAX 3
#define OUTCOME_LINES_MAX 3
#define ROW_ABOVE 8.0  /* of an axis without labels above */
#define ROW_BELOW 20.0 /* tick, label, and air */
#define ROWS_MORE 3    /* points, total, probability */
#define MARK_RADIUS 3.2
#define NAME_SIZE 256
#define SIGN "\xE2\x80\xA0" /* a dagger: what is marked by it has a note */
#define GRID_LINES 10

typedef enum row_kind { ROW_POINTS, ROW_PREDICTOR, ROW_TOTAL, ROW_PROBABILITY } row_kind;

typedef struct row {
    row_kind kind;
    const myo_nomogram_axis *axis;            /* of a predictor */
    const myo_nomogram_mark *mark;            /* of a patient; NULL: none */
    char name[NAME_SIZE];                     /* with its unit */
    char value[NAME_SIZE], detail[NAME_SIZE]; /* of the patient, beside the axis */
    nomogram_labels labels;                   /* of a category */
    double name_height;
    double y; /* of its axis */
} row;

typedef struct page {
    const myo_nomogram *nomogram;
    const myo_nomogram_patient *patient;
    char outcome[1024];
    row *rows; /* owned */
    size_t row_count;
    double name_width, left, right; /* of the axes */
    double patient_width;
    double top, height; /* below the title; of the whole page */
} page;

/* "mm2/m2" as it is printed: mm²/m². */
static void print_unit(const char *unit, char *out, size_t size) {
    size_t length = 0;
    const char *c = unit;
    for (; *c && length + 4 < size; c++) {
        bool is_power = c > unit && c[-1] == 'm' && (*c == '2' || *c == '3') &&
                        (c[1] == '\0' || c[1] == '/' || c[1] == ' ');
        if (is_power) {
            out[length++] = '\xC2';
        }
        out[length++] = !is_power ? *c : *c == '2' ? '\xB2' : '\xB3';
    }
    out[length] = '\0';
    out[myo_utf8_whole(out, size)] = '\0';
}

static double place_of(const page *p, double points) {
    return p->left + points / MYO_NOMOGRAM_POINTS * (p->right - p->left);
}

static double place_of_total(const page *p, double total) {
    return p->left + total / p->nomogram->total_max * (p->right - p->left);
}

/* --- Layout ----------------------------------------------------------------------------------- */

static void name_rows(page *p) {
    const myo_nomogram *n = p->nomogram;
    for (size_t i = 0; i < p->row_count; i++) {
        row *r = &p->rows[i];
        r->kind = i == 0                   ? ROW_POINTS
                  : i <= n->axis_count     ? ROW_PREDICTOR
                  : i == n->axis_count + 1 ? ROW_TOTAL
                                           : ROW_PROBABILITY;
        if (r->kind != ROW_PREDICTOR) {
            static const char *const names[] = {[ROW_POINTS] = "Points",
                                                [ROW_TOTAL] = "Total points",
                                                [ROW_PROBABILITY] = "Probability"};
            bool marked = r->kind == ROW_PROBABILITY && n->reconstructed;
            snprintf(r->name, sizeof r->name, "%s%s", names[r->kind], marked ? " " SIGN : "");
            continue;
        }
        r->axis = &n->axes[i - 1];
        r->mark = p->patient ? &p->patient->marks[i - 1] : NULL;
        char unit[64];
        print_unit(r->axis->unit ? r->axis->unit : "", unit, sizeof unit);
        myo_text name = {0};
        myo_text_append(&name, r->axis->label);
        if (*unit && strcmp(unit, "1") != 0) {
            myo_text_printf(&name, " (%s)", unit);
        }
        /* A label that is too long gives way to the name of the column. */
        if (name.data && name.length < sizeof r->name) {
            memcpy(r->name, name.data, name.length + 1);
        } else {
            snprintf(r->name, sizeof r->name, "%s", r->axis->name);
        }
        myo_text_clear(&name);
    }
}

static void describe_patient(page *p) {
    for (size_t i = 0; p->patient && i < p->row_count; i++) {
        row *r = &p->rows[i];
        const myo_prediction *prediction = &p->patient->prediction;
        if (r->mark) {
            print_unit(r->mark->value, r->value, sizeof r->value);
            snprintf(r->detail, sizeof r->detail, "%.1f points%s", r->mark->points,
                     r->mark->outside ? ", off the axis" : "");
        } else if (r->kind == ROW_TOTAL) {
            snprintf(r->value, sizeof r->value, "%.1f points", p->patient->total);
        } else if (r->kind == ROW_PROBABILITY) {
            snprintf(r->value, sizeof r->value, "%.3f", prediction->probability);
            if (isfinite(prediction->lower)) {
                snprintf(r->detail, sizeof r->detail, "95 %%: %.3f to %.3f", prediction->lower,
                         prediction->upper);
            }
        } else {
            snprintf(r->value, sizeof r->value, "Patient");
        }
    }
}

static void find_columns(cairo_t *cairo, page *p) {
    p->name_width = p->patient_width = 0.0;
    for (size_t i = 0; i < p->row_count; i++) {
        const row *r = &p->rows[i];
        p->name_width =
            fmax(p->name_width, overlay_measure_text(cairo, PLOT_SIZE_TEXT, false, r->name));
        p->patient_width =
            fmax(p->patient_width, overlay_measure_text(cairo, PLOT_SIZE_TICK, true, r->value));
        p->patient_width =
            fmax(p->patient_width, overlay_measure_text(cairo, PLOT_SIZE_TICK, false, r->detail));
    }
    p->name_width = fmin(p->name_width + 1.0, NAME_WIDTH_MAX);
    p->patient_width = fmin(p->patient_width + 1.0, PATIENT_WIDTH_MAX);
    p->left = EDGE + p->name_width + COLUMN_GAP;
    p->right = PAGE_WIDTH - EDGE - RIGHT_ROOM - (p->patient ? p->patient_width + PATIENT_GAP : 0.0);
}

static void place_labels(cairo_t *cairo, const page *p, row *r) {
    r->labels.count = r->axis->level_count;
    for (size_t i = 0; i < r->axis->level_count; i++) {
        const myo_nomogram_level *level = &r->axis->levels[i];
        r->labels.items[i] = (nomogram_label){
            .text = level->name,
            .place = place_of(p, level->points),
            .width = overlay_measure_text(cairo, PLOT_SIZE_TICK, false, level->name)};
    }
    nomogram_sort_labels(&r->labels);
    nomogram_spread_labels(&r->labels, p->left - NOMOGRAM_OVERHANG, p->right + RIGHT_ROOM);
}

/* Counts lines of a paragraph by drawing it: only while the layout is found, on a surface that
 * nobody sees. */
static double paragraph_height(cairo_t *cairo, double width, double size, int lines,
                               const char *text) {
    return overlay_draw_paragraph(cairo, 0.0, 0.0, width, size, lines, plot_ink, text);
}

static void lay_out(cairo_t *cairo, page *p) {
    const double width = PAGE_WIDTH - 2 * EDGE;
    name_rows(p);
    describe_patient(p);
    find_columns(cairo, p);
    double y = EDGE + 1.35 * PLOT_SIZE_TITLE +
               paragraph_height(cairo, width, PLOT_SIZE_TEXT, OUTCOME_LINES_MAX, p->outcome) +
               2.0 * PLOT_GAP;
    p->top = y;
    for (size_t i = 0; i < p->row_count; i++) {
        row *r = &p->rows[i];
        double above = ROW_ABOVE, below = ROW_BELOW;
        if (r->axis && r->axis->level_count > 0) {
            place_labels(cairo, p, r);
            above += r->labels.has_above ? NOMOGRAM_LANE : 0.0;
            above += r->labels.has_above && r->labels.is_moved ? NOMOGRAM_LEADER : 0.0;
            below += r->labels.is_moved ? NOMOGRAM_LEADER : 0.0;
        } else if (r->kind == ROW_POINTS || r->kind == ROW_TOTAL) {
            above += NOMOGRAM_LANE;
            below = ROW_ABOVE;
        }
        /* The name stands beside the axis, half of its lines above and half below. */
        r->name_height =
            paragraph_height(cairo, p->name_width, PLOT_SIZE_TEXT, NAME_LINES_MAX, r->name);
        double half = 0.5 * r->name_height;
        y += fmax(above, half + 2.0);
        r->y = y;
        y += fmax(below, half + 2.0);
    }
    p->height = y + (p->nomogram->reconstructed ? LINE : 0.0) + PLOT_GAP + 3 * LINE + EDGE;
}

/* --- Drawing ---------------------------------------------------------------------------------- */

/* Faint lines down from the points, to read the axes of the predictors by. */
static void draw_grid(cairo_t *cairo, const page *p) {
    cairo_set_source_rgb(cairo, 0.88, 0.89, 0.91);
    cairo_set_line_width(cairo, 0.5);
    for (int i = 0; i <= GRID_LINES; i++) {
        double x = place_of(p, MYO_NOMOGRAM_POINTS * i / GRID_LINES);
        cairo_move_to(cairo, x, p->rows[0].y);
        cairo_line_to(cairo, x, p->rows[p->nomogram->axis_count].y + ROW_BELOW - PLOT_GAP);
        cairo_stroke(cairo);
    }
}

static void draw_axis(cairo_t *cairo, const page *p, const row *r) {
    const myo_nomogram *n = p->nomogram;
    nomogram_line line = {.left = p->left, .right = p->right, .y = r->y};
    if (r->kind == ROW_PROBABILITY) {
        nomogram_draw_probabilities(cairo, n, p->left, p->right, r->y);
        return;
    }
    if (r->axis && r->axis->level_count > 0) {
        overlay_set_color(cairo, plot_ink);
        cairo_set_line_width(cairo, 0.8);
        cairo_move_to(cairo, p->left, r->y);
        cairo_line_to(cairo, place_of(p, r->axis->points_max), r->y);
        cairo_stroke(cairo);
        nomogram_draw_labels(cairo, &r->labels, r->y);
        return;
    }
    if (r->axis) {
        bool falls = r->axis->coefficient < 0.0;
        line.first = falls ? r->axis->to : r->axis->from;
        line.last = falls ? r->axis->from : r->axis->to;
        line.decimals = r->axis->decimals;
        line.minor_step = r->axis->step;
        line.right = place_of(p, r->axis->points_max);
    } else {
        line.last = r->kind == ROW_POINTS ? MYO_NOMOGRAM_POINTS : n->total_max;
        line.labels_above = true; /* nothing between a total and its probability */
    }
    nomogram_draw_line(cairo, &line);
}

static void draw_mark(cairo_t *cairo, const page *p, double x, double y) {
    double inside = fmin(fmax(x, p->left), p->right);
    overlay_set_color(cairo, plot_color(NOMOGRAM_COLOR_PATIENT));
    cairo_new_path(cairo);
    cairo_arc(cairo, inside, y, MARK_RADIUS, 0.0, 4.0 * acos(0.0));
    if (fabs(inside - x) > 0.01) { /* a ring: the place itself is not on the page */
        cairo_set_line_width(cairo, 1.2);
        cairo_stroke(cairo);
    } else {
        cairo_fill(cairo);
    }
}

static void draw_patient(cairo_t *cairo, const page *p, const row *r) {
    const overlay_color color = plot_color(NOMOGRAM_COLOR_PATIENT);
    const double x = PAGE_WIDTH - EDGE, half = *r->detail ? 0.5 * LINE : 0.0;
    double total = place_of_total(p, p->patient->total);
    if (r->mark) {
        draw_mark(cairo, p, place_of(p, r->mark->points), r->y);
    } else if (r->kind != ROW_POINTS) {
        draw_mark(cairo, p, total, r->y);
    }
    overlay_draw_text(cairo, x, r->y + 0.36 * PLOT_SIZE_TICK - half, OVERLAY_RIGHT,
                      p->patient_width, PLOT_SIZE_TICK, true, color, r->value);
    overlay_draw_text(cairo, x, r->y + 0.36 * PLOT_SIZE_TICK + half, OVERLAY_RIGHT,
                      p->patient_width, PLOT_SIZE_TICK, false, color, r->detail);
}

/* From the total straight down to the probability. */
static void draw_plumb_line(cairo_t *cairo, const page *p) {
    static const double dashes[] = {2.0, 2.0};
    double x = place_of_total(p, p->patient->total);
    if (x < p->left || x > p->right) {
        return;
    }
    overlay_set_color(cairo, plot_color(NOMOGRAM_COLOR_PATIENT));
    cairo_set_line_width(cairo, 0.8);
    cairo_set_dash(cairo, dashes, 2, 0.0);
    cairo_move_to(cairo, x, p->rows[p->row_count - 2].y);
    cairo_line_to(cairo, x, p->rows[p->row_count - 1].y);
    cairo_stroke(cairo);
    cairo_set_dash(cairo, NULL, 0, 0.0);
}

static void draw_notes(cairo_t *cairo, const page *p) {
    const double width = PAGE_WIDTH - 2 * EDGE;
    double y = p->height - EDGE;
    char text[1024];
    overlay_draw_text(cairo, EDGE, y, OVERLAY_LEFT, width, PLOT_SIZE_TICK, true, plot_ink,
                      "Not for clinical decisions without review.");
    y -= LINE;
    snprintf(text, sizeof text, "Model %s.", p->nomogram->name);
    double name = overlay_measure_text(cairo, PLOT_SIZE_TICK, false, text) + PLOT_GAP;
    overlay_draw_text(cairo, EDGE, y, OVERLAY_LEFT, width, PLOT_SIZE_TICK, false, plot_faint, text);
    overlay_draw_text(cairo, EDGE + name, y, OVERLAY_LEFT, width - name, PLOT_SIZE_TICK, false,
                      plot_faint, p->nomogram->citation);
    y -= LINE;
    overlay_draw_text(cairo, EDGE, y, OVERLAY_LEFT, width, PLOT_SIZE_TICK, false, plot_faint,
                      "Read the points of each value straight above it, add them up, and read the "
                      "probability straight below their total.");
    if (p->nomogram->reconstructed) {
        overlay_draw_text(cairo, p->left, p->rows[p->row_count - 1].y + ROW_BELOW + 0.7 * LINE,
                          OVERLAY_LEFT, PAGE_WIDTH - EDGE - p->left, PLOT_SIZE_TICK, false,
                          plot_color(NOMOGRAM_COLOR_WARNING),
                          SIGN " The intercept is reconstructed, not published: the points are the "
                               "model's, the probabilities rest on an assumption.");
    }
}

static void draw(cairo_t *cairo, void *user) {
    const page *p = user;
    const double width = PAGE_WIDTH - 2 * EDGE;
    overlay_draw_text(cairo, EDGE, EDGE + 0.5 * PLOT_SIZE_TITLE, OVERLAY_LEFT, width,
                      PLOT_SIZE_TITLE, true, plot_ink, p->nomogram->title);
    overlay_draw_paragraph(cairo, EDGE, EDGE + 1.35 * PLOT_SIZE_TITLE + 0.5 * PLOT_SIZE_TEXT, width,
                           PLOT_SIZE_TEXT, OUTCOME_LINES_MAX, plot_faint, p->outcome);
    draw_grid(cairo, p);
    for (size_t i = 0; i < p->row_count; i++) {
        const row *r = &p->rows[i];
        overlay_draw_paragraph(cairo, EDGE, r->y - 0.5 * r->name_height + PLOT_SIZE_TEXT,
                               p->name_width, PLOT_SIZE_TEXT, NAME_LINES_MAX, plot_ink, r->name);
        draw_axis(cairo, p, r);
    }
    if (p->patient) {
        draw_plumb_line(cairo, p);
        for (size_t i = 0; i < p->row_count; i++) {
            draw_patient(cairo, p, &p->rows[i]);
        }
    }
    draw_notes(cairo, p);
}

/* --- Writing ---------------------------------------------------------------------------------- */

static bool find_format(const char *path, plot_format *format, myo_error *err) {
    static const char *const endings[] = {
        [PLOT_SVG] = ".svg", [PLOT_PDF] = ".pdf", [PLOT_PNG] = ".png"};
    size_t length = strlen(path);
    for (int i = PLOT_SVG; i <= PLOT_PNG; i++) {
        size_t size = strlen(endings[i]);
        if (length > size && strcasecmp(path + length - size, endings[i]) == 0) {
            *format = (plot_format)i;
            return true;
        }
    }
    return myo_error_set(err, MYO_E_ARGUMENT,
                         "%s: the ending says what is drawn: .svg, .pdf or .png", path);
}

/* What is predicted, and for when; too long a text is left to the card. */
static void describe_outcome(page *p) {
    const myo_nomogram *n = p->nomogram;
    myo_text text = {0};
    myo_text_printf(&text, "Outcome: %s%s%s", n->outcome, n->horizon ? ". Horizon: " : "",
                    n->horizon ? n->horizon : "");
    if (text.data && text.length < sizeof p->outcome) {
        memcpy(p->outcome, text.data, text.length + 1);
    }
    myo_text_clear(&text);
}

bool myo_nomogram_draw(const myo_nomogram *nomogram, const myo_nomogram_patient *patient,
                       const char *path, myo_error *err) {
    plot_format format = PLOT_SVG;
    overlay_canvas canvas;
    page p = {.nomogram = nomogram, .patient = patient};
    if (!find_format(path, &format, err)) {
        return false;
    }
    p.row_count = nomogram->axis_count + ROWS_MORE;
    p.rows = myo_alloc_array(p.row_count, sizeof *p.rows, err);
    /* Texts are measured on a surface that nobody sees. */
    if (!p.rows || !overlay_canvas_create(1, 1, &canvas, err)) {
        free(p.rows);
        return false;
    }
    describe_outcome(&p);
    lay_out(canvas.cairo, &p);
    overlay_canvas_clear(&canvas);
    const plot_picture picture = {PAGE_WIDTH, p.height, draw, &p};
    bool done = plot_write_picture(path, format, &picture, err);
    free(p.rows);
    return done;
}
