/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parts of the picture of a nomogram. Lengths are in points (1/72 inch), y grows downwards. */
#ifndef MYO_REPORT_NOMOGRAM_PRIVATE_H
#define MYO_REPORT_NOMOGRAM_PRIVATE_H

#include "report/plot_private.h"

#include <myotome/nomogram.h>

#define NOMOGRAM_TICK 5.0
#define NOMOGRAM_LANE 11.0       /* height of a line of tick labels */
#define NOMOGRAM_LEADER 7.0      /* between ticks and labels that were moved */
#define NOMOGRAM_LABEL_GAP 5.0   /* least distance of numbers beside each other */
#define NOMOGRAM_NAME_GAP 10.0   /* the same of names, which have blanks in them */
#define NOMOGRAM_OVERHANG 14.0   /* of labels beyond the left end of the axes */
#define NOMOGRAM_COLOR_PATIENT 1 /* of the palette */
#define NOMOGRAM_COLOR_WARNING 2

/* Values on a straight axis: `first` lies at `left`, `last` at `right`. */
typedef struct nomogram_line {
    double first, last, left, right;
    double y;
    int decimals;      /* of the ends */
    double minor_step; /* the finest step worth a tick */
    bool labels_above;
} nomogram_line;

double nomogram_place(const nomogram_line *line, double value);
/* Draws axis, ticks, and as many labels as fit side by side; the range as a text beside an axis
 * that is too short for two labels. */
void nomogram_draw_line(cairo_t *cairo, const nomogram_line *line);

/* A label of a tick, and where it ends up. */
typedef struct nomogram_label {
    const char *text;
    double place; /* of its tick */
    double width; /* of the text, or what is left of it */
    double left;
    bool above;
} nomogram_label;

#define NOMOGRAM_LABELS_MAX 64

/* Labels of categories, sorted by their places, moved apart between two limits: in one lane below
 * the axis where they stay close to their ticks, else above and below by turns. */
typedef struct nomogram_labels {
    nomogram_label items[NOMOGRAM_LABELS_MAX];
    size_t count;
    bool has_above, is_moved;
} nomogram_labels;

void nomogram_sort_labels(nomogram_labels *labels);
void nomogram_spread_labels(nomogram_labels *labels, double left, double right);
void nomogram_draw_labels(cairo_t *cairo, const nomogram_labels *labels, double y);

/* Draws the axis of probabilities from `left` (0 points) to `right` (the greatest total). */
void nomogram_draw_probabilities(cairo_t *cairo, const myo_nomogram *nomogram, double left,
                                 double right, double y);

#endif
