/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The fat picture: a panel for each muscle, one below the other, with its plot on the left and the
 * table of fat fractions on the right. Dark on white, so that it can be printed.
 */
#include "report/fat_picture.h"

#include "base/memory.h"
#include "base/sort.h"
#include "io/csv.h"
#include "report/fat_picture_private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define SCALE 2.0 /* picture pixels for one unit */
#define WIDTH 1232.0
#define MARGIN 36.0
#define HEAD_HEIGHT 92.0
#define FOOT_HEIGHT 52.0
#define SIZE_TITLE 23.0
#define SIZE_HEAD 16.5
#define SIZE_BODY 13.0
#define SIZE_SMALL 12.0

/* Of the table, within its panel. */
#define TABLE_LEFT 778.0
#define TABLE_RIGHT (WIDTH - 2.0 * MARGIN)
#define TABLE_TOP 50.0
#define TABLE_ROW 20.5
#define TABLE_NOTE 60.0 /* room for a note below it */
enum { COLUMN_THRESHOLD, COLUMN_RIGHT, COLUMN_LEFT, COLUMN_BOTH, COLUMN_COUNT };
static const double column_ends[COLUMN_COUNT] = {TABLE_RIGHT - 162.0, TABLE_RIGHT - 108.0,
                                                 TABLE_RIGHT - 54.0, TABLE_RIGHT};

/* The axis shows all but the outermost pixels, and thresholds not too far beyond them. */
#define QUANTILE_LOW 0.002
#define QUANTILE_HIGH 0.998
#define BEYOND_MAX 0.35 /* of the range of the pixels */

const overlay_color fat_ink = {0.10, 0.11, 0.13};
const overlay_color fat_faint = {0.38, 0.41, 0.46};
const overlay_color fat_grid = {0.90, 0.91, 0.93};
static const overlay_color paper = {1.0, 1.0, 1.0};

/* Colours that people with colour blindness tell apart (M. Okabe & K. Ito, Color Universal Design,
 * 2008), without the yellow, which is too bright for lines. */
static const overlay_color palette[] = {
    {0.0, 0.0, 0.0},      {0.835, 0.369, 0.0}, {0.0, 0.447, 0.698},   {0.0, 0.620, 0.451},
    {0.800, 0.475, .655}, {0.902, 0.624, 0.0}, {0.337, 0.706, 0.914}, {0.45, 0.45, 0.45}};
#define PALETTE_SIZE (sizeof palette / sizeof palette[0])

overlay_color fat_color(size_t method) {
    return palette[method % PALETTE_SIZE];
}

bool fat_is_dashed(size_t method) {
    return method % 2 == 1;
}

void fat_draw_line(cairo_t *cairo, size_t method, double x0, double y0, double x1, double y1) {
    static const double dashes[] = {7.0, 4.0};
    overlay_set_color(cairo, fat_color(method));
    if (fat_is_dashed(method)) {
        cairo_set_dash(cairo, dashes, 2, 0.0);
    }
    cairo_move_to(cairo, x0, y0);
    cairo_line_to(cairo, x1, y1);
    cairo_stroke(cairo);
    cairo_set_dash(cairo, NULL, 0, 0.0);
}

const char *myo_report_psoas_note(void) {
    return "Psoas fat on T2-weighted MR: no threshold method agreed with Dixon imaging (ICC at "
           "most "
           "0.01; Wesselink 2024). Do not read it as a measurement of fat.";
}

void myo_report_fat_take(const myo_report_slice *slice, myo_report_fat *out) {
    *out = (myo_report_fat){0};
    snprintf(out->method, sizeof out->method, "%s", slice->fat_method);
    for (int s = 0; s < MYO_STRUCTURE_COUNT; s++) {
        const myo_area *sides = slice->measures->area[s];
        double csa = 0.0, fat = 0.0;
        bool muscle = myo_structure_get((myo_structure)s)->muscle;
        for (int side = 0; side < MYO_SIDE_COUNT; side++) {
            bool known = muscle && sides[side].present;
            out->fraction[s][side] = known ? sides[side].fat_fraction : (double)NAN;
            csa += known ? sides[side].csa_mm2 : 0.0;
            fat += known ? sides[side].fat_csa_mm2 : 0.0;
            out->unreliable[s] = out->unreliable[s] || (slice->flags[s][side] & MYO_FLAG_FAT) != 0;
        }
        out->both[s] = csa > 0.0 ? fat / csa : (double)NAN;
        out->threshold[s] = muscle ? slice->fat_threshold[s] : (double)NAN;
    }
}

/* Muscle and side of a label; false when it is of none. */
static bool is_muscle(uint16_t label, myo_structure *muscle, myo_side *side) {
    return label != 0 && myo_structure_from_label(label, muscle, side) &&
           myo_structure_get(*muscle)->muscle;
}

/* The axis: from the darkest to the brightest pixels of all muscles, and to the thresholds that do
 * not lie too far beyond. */
static bool find_range(fat_view *view, const float *pixels, const uint16_t *labels, size_t count,
                       myo_error *err) {
    float *sorted = myo_alloc_array(count, sizeof *sorted, err);
    if (!sorted) {
        return false;
    }
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        myo_structure muscle;
        myo_side side;
        if (is_muscle(labels[i], &muscle, &side) && isfinite(pixels[i])) {
            sorted[found++] = pixels[i];
        }
    }
    myo_sort_floats(sorted, found);
    double last = found ? (double)(found - 1) : 0.0;
    view->low = found ? (double)sorted[(size_t)(QUANTILE_LOW * last)] : 0.0;
    view->high = found ? (double)sorted[(size_t)(QUANTILE_HIGH * last)] : 1.0;
    free(sorted);
    double limit = view->high + BEYOND_MAX * (view->high - view->low);
    for (size_t i = 0; i < view->count; i++) {
        for (int s = 0; s < MYO_STRUCTURE_COUNT; s++) {
            double threshold = view->methods[i].threshold[s];
            if (isfinite(threshold) && threshold <= limit) {
                view->high = fmax(view->high, threshold);
                view->low = fmin(view->low, threshold);
            }
        }
    }
    view->high = view->high > view->low ? view->high : view->low + 1.0;
    if (view->slice->level->series->modality == MYO_MODALITY_CT) {
        /* HU are whole numbers: bins hold as many of them each, or the histogram is a comb. */
        view->low = floor(view->low) - 0.5;
        view->high = view->low + FAT_BIN_COUNT * ceil((view->high - view->low) / FAT_BIN_COUNT);
    }
    return true;
}

static void count_pixels(fat_view *view, const float *pixels, const uint16_t *labels,
                         size_t count) {
    double scale = FAT_BIN_COUNT / (view->high - view->low);
    for (size_t i = 0; i < count; i++) {
        myo_structure muscle;
        myo_side side;
        if (!is_muscle(labels[i], &muscle, &side) || !isfinite(pixels[i])) {
            continue;
        }
        fat_histograms *h = &view->muscles[muscle];
        h->present = true;
        h->pixels[side]++;
        double bin = floor(((double)pixels[i] - view->low) * scale);
        if (bin >= 0.0 && bin <= FAT_BIN_COUNT) {
            h->side[side][bin < FAT_BIN_COUNT ? (size_t)bin : FAT_BIN_COUNT - 1] += 1.0;
        }
    }
    for (int s = 0; s < MYO_STRUCTURE_COUNT; s++) {
        fat_histograms *h = &view->muscles[s];
        double all = (double)(h->pixels[MYO_LEFT] + h->pixels[MYO_RIGHT]);
        for (size_t b = 0; h->present && b < FAT_BIN_COUNT; b++) {
            h->both[b] = 100.0 * (h->side[MYO_LEFT][b] + h->side[MYO_RIGHT][b]) / all;
            for (int side = 0; side < MYO_SIDE_COUNT; side++) {
                h->side[side][b] *= h->pixels[side] ? 100.0 / (double)h->pixels[side] : 0.0;
            }
        }
    }
}

static void draw_cell(cairo_t *cairo, int column, double y, double value, int decimals,
                      overlay_color color, bool bold) {
    myo_text text = {0};
    myo_csv_append_number(&text, true, value, decimals);
    const char *shown = isfinite(value) && text.data ? text.data : OVERLAY_UNKNOWN;
    overlay_draw_text(cairo, column_ends[column], y, OVERLAY_RIGHT, 0.0, SIZE_BODY, bold, color,
                      shown);
    myo_text_clear(&text);
}

static void draw_table_head(cairo_t *cairo) {
    static const char *const heads[COLUMN_COUNT] = {"threshold", "right", "left", "both"};
    overlay_draw_text(cairo, TABLE_LEFT, TABLE_TOP, OVERLAY_LEFT, 0.0, SIZE_SMALL, false, fat_faint,
                      "method");
    for (int c = 0; c < COLUMN_COUNT; c++) {
        overlay_draw_text(cairo, column_ends[c], TABLE_TOP, OVERLAY_RIGHT, 0.0, SIZE_SMALL, false,
                          fat_faint, heads[c]);
    }
    overlay_draw_text(cairo, TABLE_RIGHT, TABLE_TOP - 18.0, OVERLAY_RIGHT, 0.0, SIZE_SMALL, false,
                      fat_faint, "fat fraction, %");
    overlay_set_color(cairo, fat_faint);
    cairo_set_line_width(cairo, 0.8);
    cairo_move_to(cairo, TABLE_LEFT, TABLE_TOP + 7.0);
    cairo_line_to(cairo, TABLE_RIGHT, TABLE_TOP + 7.0);
    cairo_stroke(cairo);
}

/* Returns where the next thing may stand. */
static double draw_table(cairo_t *cairo, const fat_view *view, myo_structure muscle) {
    draw_table_head(cairo);
    double y = TABLE_TOP + 5.0;
    bool unreliable = false;
    for (size_t i = 0; i < view->count; i++) {
        const myo_report_fat *m = &view->methods[i];
        bool bold = i == 0;
        overlay_color ink = m->unreliable[muscle] ? fat_faint : fat_ink;
        y += TABLE_ROW;
        cairo_set_line_width(cairo, bold ? 2.6 : 1.7);
        fat_draw_line(cairo, i, TABLE_LEFT, y - 4.5, TABLE_LEFT + 26.0, y - 4.5);
        myo_text name = {0};
        myo_text_printf(&name, "%s%s", m->method, m->unreliable[muscle] ? " *" : "");
        overlay_draw_text(cairo, TABLE_LEFT + 34.0, y, OVERLAY_LEFT,
                          column_ends[COLUMN_THRESHOLD] - TABLE_LEFT - 34.0 - 62.0, SIZE_BODY, bold,
                          ink, name.data && !name.failed ? name.data : "");
        myo_text_clear(&name);
        double threshold = m->threshold[muscle];
        draw_cell(cairo, COLUMN_THRESHOLD, y, threshold, fabs(threshold) < 100.0 ? 1 : 0, ink,
                  bold);
        draw_cell(cairo, COLUMN_RIGHT, y, 100.0 * m->fraction[muscle][MYO_RIGHT], 1, ink, bold);
        draw_cell(cairo, COLUMN_LEFT, y, 100.0 * m->fraction[muscle][MYO_LEFT], 1, ink, bold);
        draw_cell(cairo, COLUMN_BOTH, y, 100.0 * m->both[muscle], 1, ink, bold);
        unreliable = unreliable || m->unreliable[muscle];
    }
    y += 27.0;
    if (unreliable) {
        overlay_draw_text(cairo, TABLE_LEFT, y, OVERLAY_LEFT, TABLE_RIGHT - TABLE_LEFT, SIZE_SMALL,
                          false, fat_faint, "* not reliable on this slice");
        y += 18.0;
    }
    if (muscle == MYO_PSOAS_MAJOR && view->slice->level->series->modality == MYO_MODALITY_MR) {
        y = overlay_draw_paragraph(cairo, TABLE_LEFT, y, TABLE_RIGHT - TABLE_LEFT, SIZE_SMALL, 4,
                                   fat_color(1), myo_report_psoas_note());
    }
    return y;
}

static double panel_height(const fat_view *view) {
    double table = TABLE_TOP + TABLE_ROW * (double)view->count + 32.0 + TABLE_NOTE;
    return fmax(FAT_PANEL_HEIGHT, table);
}

static size_t count_panels(const fat_view *view) {
    size_t count = 0;
    for (int s = 0; s < MYO_STRUCTURE_COUNT; s++) {
        count += view->muscles[s].present ? 1 : 0;
    }
    return count;
}

static void draw_panel(cairo_t *cairo, const fat_view *view, myo_structure muscle) {
    myo_text name = {0};
    myo_text_append(&name, myo_structure_get(muscle)->name);
    if (!name.failed) {
        char *first = name.data;
        *first = (char)(*first >= 'a' && *first <= 'z' ? *first - 'a' + 'A' : *first);
        overlay_draw_text(cairo, 0.0, 24.0, OVERLAY_LEFT, 0.0, SIZE_HEAD, true, fat_ink, first);
    }
    myo_text_clear(&name);
    fat_draw_plot(cairo, view, muscle);
    draw_table(cairo, view, muscle);
}

static void draw_head(cairo_t *cairo, const myo_report_slice *slice) {
    myo_text title = {0}, who = {0}, what = {0};
    myo_text_printf(&title, "Fat at %s", slice->level->level);
    bool has_id = slice->patient_id && slice->patient_id[0];
    myo_text_printf(&who, "Patient ID %s", has_id ? slice->patient_id : OVERLAY_UNKNOWN);
    if (slice->study_date && slice->study_date[0]) {
        myo_text_append(&who, ", ");
        overlay_append_date(&who, slice->study_date);
    }
    myo_text_printf(&what, "%s, series %d, image %d. Outlines: %s, along the %s%s.",
                    myo_modality_name(slice->level->series->modality), slice->level->series->number,
                    slice->level->instance->instance_number, slice->method, slice->roi_convention,
                    slice->traced ? "; some were drawn by hand" : "");
    double half = 0.5 * WIDTH - MARGIN;
    overlay_draw_text(cairo, MARGIN, 48.0, OVERLAY_LEFT, half, SIZE_TITLE, true, fat_ink,
                      title.data && !title.failed ? title.data : "");
    overlay_draw_text(cairo, WIDTH - MARGIN, 48.0, OVERLAY_RIGHT, half, SIZE_BODY + 1.0, false,
                      fat_ink, who.data && !who.failed ? who.data : "");
    overlay_draw_and_clear(cairo, MARGIN, 72.0, WIDTH - 2.0 * MARGIN, SIZE_BODY, fat_faint, &what);
    myo_text_clear(&title);
    myo_text_clear(&who);
}

static void draw_foot(cairo_t *cairo, double bottom) {
    myo_text text = {0};
    myo_text_printf(&text,
                    "Grey area: pixels of both sides. Lines: thresholds; for a method that shares "
                    "pixels, the level of half fat. Myotome %s. Not for clinical decisions without "
                    "review.",
                    myo_version());
    overlay_draw_and_clear(cairo, MARGIN, bottom - 24.0, WIDTH - 2.0 * MARGIN, SIZE_SMALL,
                           fat_faint, &text);
}

static void draw(cairo_t *cairo, const fat_view *view, double height) {
    cairo_scale(cairo, SCALE, SCALE);
    overlay_set_color(cairo, paper);
    cairo_paint(cairo);
    draw_head(cairo, view->slice);
    double top = HEAD_HEIGHT;
    for (int s = 0; s < MYO_STRUCTURE_COUNT; s++) {
        if (view->muscles[s].present) {
            cairo_save(cairo);
            cairo_translate(cairo, MARGIN, top);
            draw_panel(cairo, view, (myo_structure)s);
            cairo_restore(cairo);
            top += panel_height(view);
        }
    }
    if (count_panels(view) == 0) {
        overlay_draw_text(cairo, MARGIN, top + 24.0, OVERLAY_LEFT, 0.0, SIZE_HEAD, true, fat_ink,
                          "No muscle was found on this slice.");
    }
    draw_foot(cairo, height);
}

bool myo_report_fat_picture_write(const char *path, const myo_image *intensity,
                                  const myo_labels *labels, const myo_report_slice *slice,
                                  const myo_report_fat *methods, size_t count, myo_error *err) {
    const myo_geometry *g = myo_image_get_geometry(intensity);
    const myo_geometry *of_labels = myo_labels_get_geometry(labels);
    if (g->columns != of_labels->columns || g->rows != of_labels->rows) {
        return myo_error_set(err, MYO_E_ARGUMENT, "fat picture: image and labels differ in size");
    }
    fat_view *view = myo_alloc_array(1, sizeof *view, err);
    overlay_canvas canvas = {0};
    if (!view) {
        return false;
    }
    view->slice = slice;
    view->methods = methods;
    view->count = count;
    size_t pixels = g->columns * g->rows;
    const float *levels = myo_image_get_const_pixels(intensity);
    const uint16_t *label = myo_labels_get_const_pixels(labels);
    bool done = find_range(view, levels, label, pixels, err);
    if (done) {
        count_pixels(view, levels, label, pixels);
        double height =
            HEAD_HEIGHT + FOOT_HEIGHT + panel_height(view) * fmax(1.0, (double)count_panels(view));
        done = overlay_canvas_create((int)(SCALE * WIDTH), (int)(SCALE * height), &canvas, err);
        if (done) {
            draw(canvas.cairo, view, height);
            done = overlay_canvas_write(path, &canvas, err);
        }
    }
    overlay_canvas_clear(&canvas);
    free(view);
    return done;
}
