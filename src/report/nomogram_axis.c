/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Axes of numbers and of probabilities. */
#include "base/number.h"
#include "report/nomogram_private.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define LABELS_WANTED 10
#define MINOR_TICK 2.6
#define MINOR_WANTED 100
#define MINOR_DISTANCE 2.8 /* least distance of ticks that print clearly */
#define TEXT_SIZE 64
#define RANGE " to "
#define NO_EFFECT ": no effect"
/* What rounding leaves of a whole number of steps. */
#define WHOLE 1e-6
#define BASELINE 8.5
#define PROBABILITY_DECIMALS 12

double nomogram_place(const nomogram_line *line, double value) {
    double range = line->last - line->first;
    double share = range != 0.0 ? (value - line->first) / range : 0.0;
    return line->left + share * (line->right - line->left);
}

/* Labelled ticks in the order of their places. */
typedef struct ticks {
    struct {
        double place, middle, width; /* of the tick; of its label */
        char text[TEXT_SIZE];
    } items[LABELS_WANTED + 4];
    size_t count;
    double step;
} ticks;

static void add_tick(cairo_t *cairo, const nomogram_line *line, double value, int decimals,
                     size_t at, ticks *t) {
    memmove(&t->items[at + 1], &t->items[at], (t->count - at) * sizeof t->items[0]);
    t->count++;
    t->items[at].place = nomogram_place(line, value);
    plot_print_tick(value, decimals, t->items[at].text, TEXT_SIZE);
    t->items[at].width = overlay_measure_text(cairo, PLOT_SIZE_TICK, false, t->items[at].text);
    t->items[at].middle =
        fmax(t->items[at].place, line->left - NOMOGRAM_OVERHANG + 0.5 * t->items[at].width);
}

static bool fits_beside(const ticks *t, size_t left) {
    double distance = t->items[left + 1].middle - t->items[left].middle;
    return distance >= 0.5 * (t->items[left].width + t->items[left + 1].width) + NOMOGRAM_LABEL_GAP;
}

/* Multiples of one nice step; false when their labels do not fit side by side. */
static bool try_ticks(cairo_t *cairo, const nomogram_line *line, int wanted, ticks *t) {
    double low = fmin(line->first, line->last), high = fmax(line->first, line->last);
    int decimals;
    t->count = 0;
    t->step = myo_number_nice_step(high - low, wanted, &decimals);
    double first = ceil(low / t->step - WHOLE);
    for (int i = 0; i <= wanted && (first + i) * t->step <= high + WHOLE * t->step; i++) {
        bool backwards = line->last < line->first;
        add_tick(cairo, line, (first + i) * t->step, decimals, backwards ? 0 : t->count, t);
    }
    bool fits = t->count > 0;
    for (size_t i = 0; i + 1 < t->count && fits; i++) {
        fits = fits_beside(t, i);
    }
    return fits;
}

static void drop_tick(ticks *t, size_t at) {
    t->count--;
    memmove(&t->items[at], &t->items[at + 1], (t->count - at) * sizeof t->items[0]);
}

/* Labels the ends of the axis, too, where there is room. */
static void add_ends(cairo_t *cairo, const nomogram_line *line, ticks *t) {
    if (t->count == 0 || t->items[0].place > line->left + WHOLE) {
        add_tick(cairo, line, line->first, line->decimals, 0, t);
        if (t->count > 1 && !fits_beside(t, 0)) {
            drop_tick(t, 0);
        }
    }
    if (t->items[t->count - 1].place < line->right - WHOLE) {
        add_tick(cairo, line, line->last, line->decimals, t->count, t);
        if (t->count > 1 && !fits_beside(t, t->count - 2)) {
            drop_tick(t, t->count - 1);
        }
    }
}

static void find_ticks(cairo_t *cairo, const nomogram_line *line, ticks *t) {
    bool found = false;
    for (int wanted = LABELS_WANTED; wanted >= 1 && !found; wanted--) {
        found = try_ticks(cairo, line, wanted, t);
    }
    if (!found) {
        t->count = 0;
    }
    add_ends(cairo, line, t);
}

static void stroke_tick(cairo_t *cairo, double x, double y, double length) {
    cairo_move_to(cairo, x, y);
    cairo_line_to(cairo, x, y + length);
    cairo_stroke(cairo);
}

/* The finest nice step that divides those of the labels and prints clearly. */
static void draw_minor_ticks(cairo_t *cairo, const nomogram_line *line, double step, double side) {
    double low = fmin(line->first, line->last), high = fmax(line->first, line->last);
    double unit = (line->right - line->left) / (high - low);
    for (int wanted = MINOR_WANTED; wanted >= LABELS_WANTED; wanted -= 5) {
        int decimals;
        double minor = myo_number_nice_step(high - low, wanted, &decimals), ratio = step / minor;
        if (minor * unit < MINOR_DISTANCE || minor < line->minor_step * (1.0 - WHOLE) ||
            fabs(ratio - round(ratio)) > WHOLE) {
            continue;
        }
        double first = ceil(low / minor - WHOLE);
        for (int i = 0; i <= MINOR_WANTED && (first + i) * minor <= high + WHOLE * minor; i++) {
            stroke_tick(cairo, nomogram_place(line, (first + i) * minor), line->y,
                        side * MINOR_TICK);
        }
        return;
    }
}

/* Decimals that a number is written with: 0.05, 0.1, 3. */
static int decimals_of(double value, int most) {
    int decimals = 0;
    for (double scaled = value; decimals < most && fabs(scaled - round(scaled)) > WHOLE;
         scaled *= 10.0) {
        decimals++;
    }
    return decimals;
}

/* The range of an axis that has no room for two labels, as a text at its right end. */
static void draw_range(cairo_t *cairo, const nomogram_line *line) {
    char first[TEXT_SIZE], last[TEXT_SIZE], text[2 * TEXT_SIZE + sizeof RANGE + sizeof NO_EFFECT];
    bool flat = line->right - line->left < WHOLE;
    plot_print_tick(line->first, decimals_of(line->first, line->decimals), first, sizeof first);
    plot_print_tick(line->last, decimals_of(line->last, line->decimals), last, sizeof last);
    snprintf(text, sizeof text, "%s" RANGE "%s%s", first, last, flat ? NO_EFFECT : "");
    overlay_draw_text(cairo, line->right + NOMOGRAM_LABEL_GAP, line->y + 0.36 * PLOT_SIZE_TICK,
                      OVERLAY_LEFT, 0.0, PLOT_SIZE_TICK, false, plot_ink, text);
    stroke_tick(cairo, line->left, line->y, NOMOGRAM_TICK);
    stroke_tick(cairo, line->right, line->y, NOMOGRAM_TICK);
}

static void stroke_axis(cairo_t *cairo, double left, double right, double y) {
    overlay_set_color(cairo, plot_ink);
    cairo_set_dash(cairo, NULL, 0, 0.0);
    cairo_set_line_width(cairo, 0.8);
    cairo_move_to(cairo, left, y);
    cairo_line_to(cairo, right, y);
    cairo_stroke(cairo);
}

void nomogram_draw_line(cairo_t *cairo, const nomogram_line *line) {
    ticks t = {.count = 0};
    const double side = line->labels_above ? -1.0 : 1.0;
    find_ticks(cairo, line, &t);
    stroke_axis(cairo, line->left, line->right, line->y);
    if (t.count < 2) {
        draw_range(cairo, line);
        return;
    }
    cairo_set_line_width(cairo, 0.5);
    draw_minor_ticks(cairo, line, t.step, side);
    for (size_t i = 0; i < t.count; i++) {
        overlay_set_color(cairo, plot_ink);
        cairo_set_line_width(cairo, 0.8);
        stroke_tick(cairo, t.items[i].place, line->y, side * NOMOGRAM_TICK);
        overlay_draw_text(cairo, t.items[i].middle,
                          line->y + side * NOMOGRAM_TICK + (line->labels_above ? -2.5 : BASELINE),
                          OVERLAY_CENTER, 0.0, PLOT_SIZE_TICK, false, plot_ink, t.items[i].text);
    }
}

/* --- Probabilities ---------------------------------------------------------------------------- */

/* How much a label is missed: the middle, then round tenths, then the rest. */
static int rank_of(double probability) {
    return fabs(probability - 0.5) < WHOLE                                      ? 0
           : decimals_of(probability, PROBABILITY_DECIMALS) > 1                 ? 2
           : fabs(probability - 0.1) < WHOLE || fabs(probability - 0.9) < WHOLE ? 1
                                                                                : 3;
}

#define RANKS 4

typedef struct probability_label {
    char text[TEXT_SIZE];
    double place, half_width;
    int rank;
    bool shown;
} probability_label;

/* Shows labels by their rank, each only where it does not touch one that is shown. */
static void choose_labels(probability_label *labels, size_t count) {
    for (int rank = 0; rank < RANKS; rank++) {
        for (size_t i = 0; i < count; i++) {
            bool free_room = labels[i].rank == rank;
            for (size_t k = 0; k < count && free_room; k++) {
                double distance = fabs(labels[k].place - labels[i].place);
                free_room = !labels[k].shown || distance >= labels[k].half_width +
                                                                labels[i].half_width +
                                                                0.6 * NOMOGRAM_LABEL_GAP;
            }
            labels[i].shown = labels[i].shown || free_room;
        }
    }
}

/* Ticks between the labels, where they print clearly. */
static void draw_fine_ticks(cairo_t *cairo, const myo_nomogram *n, double left, double unit,
                            double y) {
    double last = -INFINITY;
    for (int percent = 1; percent < 100; percent++) {
        double probability = percent / 100.0, total = myo_nomogram_total(n, probability);
        bool outer = percent < 10 || percent > 90;
        double place = left + total * unit;
        bool clear = outer || percent % 5 == 0;
        if (clear && total >= 0.0 && total <= n->total_max && place - last >= MINOR_DISTANCE) {
            stroke_tick(cairo, place, y, MINOR_TICK);
            last = place;
        }
    }
}

void nomogram_draw_probabilities(cairo_t *cairo, const myo_nomogram *nomogram, double left,
                                 double right, double y) {
    double values[MYO_NOMOGRAM_PROBABILITIES_MAX];
    probability_label labels[MYO_NOMOGRAM_PROBABILITIES_MAX];
    size_t count = myo_nomogram_probabilities(nomogram, values);
    const double unit = (right - left) / nomogram->total_max;
    for (size_t i = 0; i < count; i++) {
        probability_label *l = &labels[i];
        *l = (probability_label){.place = left + unit * myo_nomogram_total(nomogram, values[i]),
                                 .rank = rank_of(values[i])};
        plot_print_tick(values[i], decimals_of(values[i], PROBABILITY_DECIMALS), l->text,
                        TEXT_SIZE);
        l->half_width = 0.5 * overlay_measure_text(cairo, PLOT_SIZE_TICK, false, l->text);
    }
    choose_labels(labels, count);
    double from = count > 0 ? labels[0].place : left,
           to = count > 0 ? labels[count - 1].place : right;
    if (nomogram->reconstructed) {
        static const double dashes[] = {4.0, 2.0};
        overlay_set_color(cairo, plot_color(NOMOGRAM_COLOR_WARNING));
        cairo_set_dash(cairo, dashes, 2, 0.0);
        cairo_set_line_width(cairo, 1.0);
        cairo_move_to(cairo, left, y);
        cairo_line_to(cairo, right, y);
        cairo_stroke(cairo);
        cairo_set_dash(cairo, NULL, 0, 0.0);
    } else {
        stroke_axis(cairo, fmin(left, from), fmax(right, to), y);
    }
    overlay_set_color(cairo, plot_ink);
    cairo_set_line_width(cairo, 0.5);
    draw_fine_ticks(cairo, nomogram, left, unit, y);
    for (size_t i = 0; i < count; i++) {
        overlay_set_color(cairo, plot_ink);
        cairo_set_line_width(cairo, 0.8);
        stroke_tick(cairo, labels[i].place, y, labels[i].shown ? NOMOGRAM_TICK : MINOR_TICK);
        if (labels[i].shown) {
            overlay_draw_text(cairo, labels[i].place, y + NOMOGRAM_TICK + BASELINE, OVERLAY_CENTER,
                              0.0, PLOT_SIZE_TICK, false, plot_ink, labels[i].text);
        }
    }
}
