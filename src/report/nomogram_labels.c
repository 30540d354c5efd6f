/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Labels of a category's levels. Levels can lie anywhere on their axis, also at the same place, and
 * their names are long. Labels keep the order of their ticks, so that the lines between them never
 * cross, and move as little as possible: least squares under the condition that neighbours do not
 * overlap, which pooling adjacent violators solves (R. Barlow et al., Statistical Inference under
 * Order Restrictions, 1972).
 */
#include "report/nomogram_private.h"

#include <math.h>

/* A label that is moved further than this is better off in a second lane. */
#define MOVE_MAX 24.0
#define BASELINE 8.0 /* of a label below the upper end of its lane */

void nomogram_sort_labels(nomogram_labels *labels) {
    for (size_t i = 1; i < labels->count; i++) {
        nomogram_label moving = labels->items[i];
        size_t at = i;
        for (; at > 0 && labels->items[at - 1].place > moving.place; at--) {
            labels->items[at] = labels->items[at - 1];
        }
        labels->items[at] = moving;
    }
}

/* Neighbours that touch, and the mean of where each wants them all to begin. */
typedef struct block {
    double sum;
    size_t count;
} block;

static double mean_of(const block *b) {
    return b->sum / (double)b->count;
}

/* Places the labels of one lane: every `step`-th from `first` on. Returns the furthest move. */
static double spread_lane(nomogram_labels *labels, size_t first, size_t step, double left,
                          double right) {
    block blocks[NOMOGRAM_LABELS_MAX];
    size_t count = 0;
    double before = 0.0, furthest = 0.0;
    for (size_t i = first; i < labels->count; i += step) {
        const nomogram_label *label = &labels->items[i];
        blocks[count++] = (block){label->place - 0.5 * label->width - before, 1};
        before += label->width + NOMOGRAM_NAME_GAP;
        while (count > 1 && mean_of(&blocks[count - 2]) > mean_of(&blocks[count - 1])) {
            blocks[count - 2].sum += blocks[count - 1].sum;
            blocks[count - 2].count += blocks[count - 1].count;
            count--;
        }
    }
    double most = right - left - (before - NOMOGRAM_NAME_GAP), at = 0.0;
    size_t i = first;
    for (size_t b = 0; b < count; b++) {
        double start = fmax(fmin(mean_of(&blocks[b]) - left, most), 0.0) + left;
        for (size_t k = 0; k < blocks[b].count; k++, i += step) {
            nomogram_label *label = &labels->items[i];
            label->left = start + at;
            at += label->width + NOMOGRAM_NAME_GAP;
            furthest = fmax(furthest, fabs(label->left + 0.5 * label->width - label->place));
        }
    }
    return furthest;
}

static double lane_width(const nomogram_labels *labels, size_t first, size_t step) {
    double width = -NOMOGRAM_NAME_GAP;
    for (size_t i = first; i < labels->count; i += step) {
        width += labels->items[i].width + NOMOGRAM_NAME_GAP;
    }
    return width;
}

/* Takes the same greatest width from all labels of a lane, so that they fit. */
static void shorten_lane(nomogram_labels *labels, size_t first, double room) {
    size_t in_lane = (labels->count - first + 1) / 2;
    double most = (room + NOMOGRAM_NAME_GAP) / (double)in_lane - NOMOGRAM_NAME_GAP;
    for (size_t i = first; i < labels->count && lane_width(labels, first, 2) > room; i += 2) {
        labels->items[i].width = fmin(labels->items[i].width, most);
    }
}

void nomogram_spread_labels(nomogram_labels *labels, double left, double right) {
    const double room = right - left;
    labels->has_above = false;
    bool fits = lane_width(labels, 0, 1) <= room;
    double furthest = fits ? spread_lane(labels, 0, 1, left, right) : (double)INFINITY;
    if (furthest > MOVE_MAX && labels->count > 2) {
        labels->has_above = true;
        furthest = 0.0;
        for (size_t lane = 0; lane < 2; lane++) {
            shorten_lane(labels, lane, room);
            furthest = fmax(furthest, spread_lane(labels, lane, 2, left, right));
        }
        for (size_t i = 1; i < labels->count; i += 2) {
            labels->items[i].above = true;
        }
    } else if (!fits) { /* one or two names that are wider than the page */
        for (size_t i = 0; i < labels->count; i++) {
            double most = room / (double)labels->count - NOMOGRAM_NAME_GAP;
            labels->items[i].width = fmin(labels->items[i].width, most);
        }
        furthest = spread_lane(labels, 0, 1, left, right);
    }
    labels->is_moved = furthest > 1.0;
}

void nomogram_draw_labels(cairo_t *cairo, const nomogram_labels *labels, double y) {
    const double leader = labels->is_moved ? NOMOGRAM_LEADER : 1.0;
    for (size_t i = 0; i < labels->count; i++) {
        const nomogram_label *l = &labels->items[i];
        double side = l->above ? -1.0 : 1.0, middle = l->left + 0.5 * l->width;
        overlay_set_color(cairo, plot_ink);
        cairo_set_line_width(cairo, 0.8);
        cairo_move_to(cairo, l->place, y);
        cairo_line_to(cairo, l->place, y + side * NOMOGRAM_TICK);
        cairo_stroke(cairo);
        if (fabs(middle - l->place) > 1.0 || labels->is_moved) {
            cairo_set_line_width(cairo, 0.5);
            cairo_move_to(cairo, l->place, y + side * NOMOGRAM_TICK);
            cairo_line_to(cairo, middle, y + side * (NOMOGRAM_TICK + leader - 1.0));
            cairo_stroke(cairo);
        }
        double edge = y + side * (NOMOGRAM_TICK + leader);
        double baseline = l->above ? edge - 2.0 : edge + BASELINE;
        overlay_draw_text(cairo, middle, baseline, OVERLAY_CENTER, l->width + 0.5, PLOT_SIZE_TICK,
                          false, plot_ink, l->text);
    }
}
