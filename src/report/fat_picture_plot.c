/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One plot of the fat picture: axes, histogram, and a labelled line for each threshold. */
#include "io/csv.h"
#include "report/fat_picture_private.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define SIZE_TICK 12.0
#define SIZE_LABEL 12.5
#define LABEL_GAP 9.0  /* between labels beside each other */
#define LABEL_ROW 16.0 /* between rows of labels */
#define LABEL_ROWS_MAX 3
#define LEADER 15.0 /* from the lowest row of labels to the plot */
#define METHODS_MAX 32
#define QUARTER_TURN 1.5707963267948966 /* radians */
#define TICKS_WANTED 8
#define Y_TICKS_WANTED 4
/* A bin of more than this times the next highest one is cut: images that were stored with few grey
 * levels have many pixels of 0. */
#define PEAK_MAX 2.0
#define CUT_HEADROOM 1.25
#define CUT_WIDTH 66.0 /* of the words that say so */
#define HEADROOM 1.08

static const overlay_color area_color = {0.88, 0.89, 0.91};
static const overlay_color side_colors[MYO_SIDE_COUNT] = {
    [MYO_LEFT] = {0.60, 0.63, 0.68}, [MYO_RIGHT] = {0.33, 0.36, 0.41}};

/* A line, and the label that names it. */
typedef struct mark {
    size_t method;
    double x;      /* of the line */
    double middle; /* of the label */
    double half;   /* its width */
    bool beyond;   /* the line would lie right of the plot */
    int row;       /* from the plot upwards */
} mark;

/* Steps of 1, 2 or 5 times a power of ten. */
static double nice_step(double range, int wanted) {
    double raw = range / wanted, power = pow(10.0, floor(log10(raw))), part = raw / power;
    double step = part <= 1.0 ? 1.0 : part <= 2.0 ? 2.0 : part <= 5.0 ? 5.0 : 10.0;
    return step * power;
}

static double place(const fat_view *view, double level) {
    return FAT_PLOT_LEFT +
           (FAT_PLOT_RIGHT - FAT_PLOT_LEFT) * (level - view->low) / (view->high - view->low);
}

/* Highest value of the vertical axis; *cut is the bin that goes beyond it, or FAT_BIN_COUNT. */
static double find_top(const fat_histograms *h, size_t *cut) {
    double highest = 0.0, next = 0.0;
    size_t at = 0;
    for (size_t b = 0; b < FAT_BIN_COUNT; b++) {
        double value = fmax(h->both[b], fmax(h->side[MYO_LEFT][b], h->side[MYO_RIGHT][b]));
        if (value > highest) {
            next = highest;
            highest = value;
            at = b;
        } else {
            next = fmax(next, value);
        }
    }
    bool is_cut = next > 0.0 && highest > PEAK_MAX * next;
    *cut = is_cut ? at : FAT_BIN_COUNT;
    double top = is_cut ? CUT_HEADROOM * next : HEADROOM * highest;
    return top > 0.0 ? top : 1.0;
}

static double height_of(double value, double top) {
    return FAT_PLOT_BOTTOM - (FAT_PLOT_BOTTOM - FAT_PLOT_TOP) * fmin(value / top, 1.0);
}

/* The steps of a histogram as a path from the lower left to the lower right corner. */
static void trace_steps(cairo_t *cairo, const double *values, double top) {
    double width = (FAT_PLOT_RIGHT - FAT_PLOT_LEFT) / FAT_BIN_COUNT;
    cairo_move_to(cairo, FAT_PLOT_LEFT, FAT_PLOT_BOTTOM);
    for (size_t b = 0; b < FAT_BIN_COUNT; b++) {
        double y = height_of(values[b], top);
        cairo_line_to(cairo, FAT_PLOT_LEFT + width * (double)b, y);
        cairo_line_to(cairo, FAT_PLOT_LEFT + width * (double)(b + 1), y);
    }
    cairo_line_to(cairo, FAT_PLOT_RIGHT, FAT_PLOT_BOTTOM);
}

static void draw_histogram(cairo_t *cairo, const fat_histograms *h, double top) {
    overlay_set_color(cairo, area_color);
    trace_steps(cairo, h->both, top);
    cairo_fill(cairo);
    cairo_set_line_width(cairo, 1.1);
    for (int side = 0; side < MYO_SIDE_COUNT; side++) {
        if (h->pixels[side] > 0) {
            overlay_set_color(cairo, side_colors[side]);
            trace_steps(cairo, h->side[side], top);
            cairo_stroke(cairo);
        }
    }
}

static void draw_number(cairo_t *cairo, double x, double y, overlay_align align, double value,
                        double step, const char *unit) {
    myo_text text = {0};
    int decimals = step >= 1.0 ? 0 : (int)ceil(-log10(step) - 1e-9);
    myo_csv_append_number(&text, true, value, decimals);
    myo_text_append(&text, unit);
    if (!text.failed) {
        overlay_draw_text(cairo, x, y, align, 0.0, SIZE_TICK, false, fat_ink, text.data);
    }
    myo_text_clear(&text);
}

static void draw_axes(cairo_t *cairo, const fat_view *view, double top) {
    cairo_set_line_width(cairo, 1.0);
    double step = nice_step(top, Y_TICKS_WANTED);
    for (int i = 0; step * i <= top; i++) {
        double y = height_of(step * i, top);
        overlay_set_color(cairo, fat_grid);
        cairo_move_to(cairo, FAT_PLOT_LEFT, y);
        cairo_line_to(cairo, FAT_PLOT_RIGHT, y);
        cairo_stroke(cairo);
        draw_number(cairo, FAT_PLOT_LEFT - 8.0, y + 4.0, OVERLAY_RIGHT, step * i, step, " %");
    }
    step = nice_step(view->high - view->low, TICKS_WANTED);
    for (double i = ceil(view->low / step); step * i <= view->high; i += 1.0) {
        double x = place(view, step * i);
        overlay_set_color(cairo, fat_ink);
        cairo_move_to(cairo, x, FAT_PLOT_BOTTOM);
        cairo_line_to(cairo, x, FAT_PLOT_BOTTOM + 5.0);
        cairo_stroke(cairo);
        draw_number(cairo, x, FAT_PLOT_BOTTOM + 19.0, OVERLAY_CENTER, step * i, step, "");
    }
    overlay_set_color(cairo, fat_ink);
    cairo_move_to(cairo, FAT_PLOT_LEFT, FAT_PLOT_BOTTOM);
    cairo_line_to(cairo, FAT_PLOT_RIGHT, FAT_PLOT_BOTTOM);
    cairo_stroke(cairo);
    bool ct = view->slice->level->series->modality == MYO_MODALITY_CT;
    overlay_draw_text(cairo, 0.5 * (FAT_PLOT_LEFT + FAT_PLOT_RIGHT), FAT_PLOT_BOTTOM + 38.0,
                      OVERLAY_CENTER, 0.0, SIZE_TICK, false, fat_faint,
                      ct ? "attenuation, HU" : "grey level after bias field correction");
    cairo_save(cairo);
    cairo_translate(cairo, 8.0, 0.5 * (FAT_PLOT_TOP + FAT_PLOT_BOTTOM));
    cairo_rotate(cairo, -QUARTER_TURN);
    overlay_draw_text(cairo, 0.0, 0.0, OVERLAY_CENTER, 0.0, SIZE_TICK, false, fat_faint,
                      "share of the pixels");
    cairo_restore(cairo);
}

/* Says how high the bin is that was cut. */
static void draw_cut(cairo_t *cairo, const fat_histograms *h, size_t cut) {
    if (cut >= FAT_BIN_COUNT) {
        return;
    }
    double width = (FAT_PLOT_RIGHT - FAT_PLOT_LEFT) / FAT_BIN_COUNT;
    double x = FAT_PLOT_LEFT + width * ((double)cut + 1.0);
    bool right = cut > FAT_BIN_COUNT / 2;
    /* Over the lines, which may run through it. */
    cairo_set_source_rgba(cairo, 1.0, 1.0, 1.0, 0.85);
    cairo_rectangle(cairo, right ? x - width - CUT_WIDTH - 2.0 : x + 2.0, FAT_PLOT_TOP + 1.0,
                    CUT_WIDTH, 15.0);
    cairo_fill(cairo);
    draw_number(cairo, right ? x - width - 4.0 : x + 4.0, FAT_PLOT_TOP + 12.0,
                right ? OVERLAY_RIGHT : OVERLAY_LEFT, h->both[cut], 1.0, " %, cut");
}

/* The name without its version, as the command line has it. */
static void label_of(const myo_report_fat *method, bool beyond,
                     char out[MYO_REPORT_FAT_NAME_SIZE]) {
    snprintf(out, MYO_REPORT_FAT_NAME_SIZE, "%.*s%s", (int)strcspn(method->method, " "),
             method->method, beyond ? " \xE2\x86\x92" : "");
}

/* Lists the lines from left to right. */
static size_t collect_marks(cairo_t *cairo, const fat_view *view, myo_structure muscle,
                            mark marks[METHODS_MAX]) {
    size_t count = 0;
    for (size_t i = 0; i < view->count && count < METHODS_MAX; i++) {
        double threshold = view->methods[i].threshold[muscle];
        if (!isfinite(threshold)) {
            continue;
        }
        char label[MYO_REPORT_FAT_NAME_SIZE];
        mark m = {.method = i, .beyond = threshold > view->high};
        m.x = fmin(fmax(place(view, threshold), FAT_PLOT_LEFT), FAT_PLOT_RIGHT);
        label_of(&view->methods[i], m.beyond, label);
        m.half = 0.5 * overlay_measure_text(cairo, SIZE_LABEL, i == 0, label);
        size_t at = count++;
        for (; at > 0 && marks[at - 1].x > m.x; at--) {
            marks[at] = marks[at - 1];
        }
        marks[at] = m;
    }
    return count;
}

/*
 * Places the labels of one row as near to their lines as they can be without touching. Less the
 * room that the labels before need, the middles must not fall from left to right: the least change
 * that makes them so is the isotonic regression (pooling of neighbours that are in the wrong
 * order).
 */
static void spread(mark *const *row, size_t count) {
    double before[METHODS_MAX], mean[METHODS_MAX];
    size_t size[METHODS_MAX], blocks = 0;
    for (size_t i = 0; i < count; i++) {
        before[i] = i ? before[i - 1] + row[i - 1]->half + row[i]->half + LABEL_GAP : 0.0;
        mean[blocks] = row[i]->x - before[i];
        size[blocks++] = 1;
        while (blocks > 1 && mean[blocks - 2] > mean[blocks - 1]) {
            double sum = mean[blocks - 2] * (double)size[blocks - 2] +
                         mean[blocks - 1] * (double)size[blocks - 1];
            size[blocks - 2] += size[blocks - 1];
            mean[blocks - 2] = sum / (double)size[blocks - 2];
            blocks--;
        }
    }
    size_t i = 0;
    for (size_t b = 0; b < blocks; b++) {
        for (size_t k = 0; k < size[b]; k++, i++) {
            double lowest = FAT_PLOT_LEFT + row[0]->half;
            double highest = FAT_PLOT_RIGHT - row[count - 1]->half - before[count - 1];
            row[i]->middle = fmax(fmin(mean[b], highest), lowest) + before[i];
        }
    }
}

static void place_labels(mark *marks, size_t count) {
    double room = 0.0;
    for (size_t i = 0; i < count; i++) {
        room += 2.0 * marks[i].half + LABEL_GAP;
    }
    int rows = (int)fmin(ceil(room / (FAT_PLOT_RIGHT - FAT_PLOT_LEFT)), LABEL_ROWS_MAX);
    for (int r = 0; r < rows; r++) {
        mark *row[METHODS_MAX];
        size_t in_row = 0;
        for (size_t i = (size_t)r; i < count; i += (size_t)rows) {
            marks[i].row = r;
            row[in_row++] = &marks[i];
        }
        if (in_row > 0) {
            spread(row, in_row);
        }
    }
}

static void draw_mark(cairo_t *cairo, const fat_view *view, const mark *m) {
    double y = FAT_PLOT_TOP - LEADER - LABEL_ROW * (double)m->row;
    if (!m->beyond) {
        cairo_set_line_width(cairo, 1.0);
        overlay_set_color(cairo, fat_color(m->method));
        cairo_move_to(cairo, m->middle, y + 3.0);
        cairo_line_to(cairo, m->x, FAT_PLOT_TOP);
        cairo_stroke(cairo);
        cairo_set_line_width(cairo, m->method == 0 ? 2.6 : 1.7);
        fat_draw_line(cairo, m->method, m->x, FAT_PLOT_TOP, m->x, FAT_PLOT_BOTTOM);
    }
    char label[MYO_REPORT_FAT_NAME_SIZE];
    label_of(&view->methods[m->method], m->beyond, label);
    overlay_draw_text(cairo, m->middle, y, OVERLAY_CENTER, 0.0, SIZE_LABEL, m->method == 0,
                      fat_color(m->method), label);
}

static void draw_legend(cairo_t *cairo, const fat_histograms *h) {
    static const char *const names[MYO_SIDE_COUNT] = {[MYO_LEFT] = "left", [MYO_RIGHT] = "right"};
    double x = FAT_PLOT_RIGHT;
    for (int side = 0; side < MYO_SIDE_COUNT; side++) {
        if (h->pixels[side] == 0) {
            continue;
        }
        overlay_draw_text(cairo, x, 24.0, OVERLAY_RIGHT, 0.0, SIZE_TICK, false, fat_ink,
                          names[side]);
        x -= overlay_measure_text(cairo, SIZE_TICK, false, names[side]) + 6.0;
        overlay_set_color(cairo, side_colors[side]);
        cairo_set_line_width(cairo, 2.0);
        cairo_move_to(cairo, x - 20.0, 20.0);
        cairo_line_to(cairo, x, 20.0);
        cairo_stroke(cairo);
        x -= 36.0;
    }
}

void fat_draw_plot(cairo_t *cairo, const fat_view *view, myo_structure muscle) {
    const fat_histograms *h = &view->muscles[muscle];
    size_t cut;
    double top = find_top(h, &cut);
    draw_axes(cairo, view, top);
    draw_histogram(cairo, h, top);
    draw_legend(cairo, h);
    mark marks[METHODS_MAX];
    size_t count = collect_marks(cairo, view, muscle, marks);
    place_labels(marks, count);
    /* Dashed lines come last: where two coincide both are seen. */
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < count; i++) {
            if (fat_is_dashed(marks[i].method) == (pass == 1)) {
                draw_mark(cairo, view, &marks[i]);
            }
        }
    }
    draw_cut(cairo, h, cut);
}
