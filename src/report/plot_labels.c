/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts that belong to layers: labels of levels beside the axes, and the legend below them. */
#include "report/plot_private.h"

#include <math.h>

#define LABEL_LINE 11.0   /* from one line of a label to the next */
#define LEADER 12.0       /* from the end of a level to its label */
#define LABEL_WIDTH 150.0 /* greatest, the rest is cut */
#define LABELS_MAX 16     /* beyond it levels have no label */
#define SAMPLE_WIDTH 24.0 /* of the legend */
#define ENTRY_GAP 16.0
#define LEGEND_LINE 13.0

static bool is_labelled(const myo_plot_layer *layer) {
    return layer->kind == MYO_PLOT_LEVEL && layer->name && isfinite(layer->y[0]);
}

static bool is_listed(const myo_plot_layer *layer) {
    return layer->kind != MYO_PLOT_LEVEL && layer->kind != MYO_PLOT_GUIDE && layer->name;
}

double plot_label_width(cairo_t *cairo, const myo_plot *plot) {
    double width = 0.0;
    for (size_t l = 0; l < plot->layer_count; l++) {
        const myo_plot_layer *layer = &plot->layers[l];
        if (is_labelled(layer)) {
            const char *detail = layer->detail ? layer->detail : "";
            width = fmax(width, overlay_measure_text(cairo, PLOT_SIZE_TICK, true, layer->name));
            width = fmax(width, overlay_measure_text(cairo, PLOT_SIZE_TICK, false, detail));
        }
    }
    return width > 0.0 ? fmin(width, LABEL_WIDTH) + LEADER + PLOT_GAP : 0.0;
}

typedef struct label {
    const myo_plot_layer *layer;
    double place;  /* of its level */
    double middle; /* of the label */
    double height;
} label;

/* Lists the labels from the top down; returns their number. */
static size_t list_labels(const myo_plot *plot, const plot_frame *frame, label labels[LABELS_MAX]) {
    size_t count = 0;
    for (size_t l = 0; l < plot->layer_count && count < LABELS_MAX; l++) {
        const myo_plot_layer *layer = &plot->layers[l];
        if (!is_labelled(layer)) {
            continue;
        }
        double place = plot_place(&frame->y, layer->y[0]);
        size_t at = count++;
        for (; at > 0 && labels[at - 1].place > place; at--) {
            labels[at] = labels[at - 1];
        }
        labels[at] =
            (label){layer, place, place, (layer->detail ? 2.0 : 1.0) * LABEL_LINE + 0.4 * PLOT_GAP};
    }
    return count;
}

/* Moves labels down off each other, and up again where they would leave the axes. */
static void move_apart(label *labels, size_t count, const plot_frame *frame) {
    for (size_t i = 1; i < count; i++) {
        double least = labels[i - 1].middle + 0.5 * (labels[i - 1].height + labels[i].height);
        labels[i].middle = fmax(labels[i].middle, least);
    }
    double limit = frame->bottom;
    for (size_t i = count; i-- > 0;) {
        labels[i].middle = fmin(labels[i].middle, limit - 0.5 * labels[i].height);
        limit = labels[i].middle - 0.5 * labels[i].height;
    }
    /* Labels that overlapped went down only: half of it upwards keeps the group at its levels. */
    for (size_t i = 0; i < count;) {
        size_t end = i + 1;
        double excess = labels[i].middle - labels[i].place;
        while (end < count && labels[end].middle - 0.5 * labels[end].height <=
                                  labels[end - 1].middle + 0.5 * labels[end - 1].height + 0.01) {
            excess += labels[end].middle - labels[end].place;
            end++;
        }
        double up = excess / (double)(end - i);
        double room = labels[i].middle - 0.5 * labels[i].height -
                      (i > 0 ? labels[i - 1].middle + 0.5 * labels[i - 1].height
                             : frame->top - 0.5 * labels[i].height);
        up = fmax(fmin(up, room), 0.0);
        for (; i < end; i++) {
            labels[i].middle -= up;
        }
    }
}

void plot_draw_labels(cairo_t *cairo, const myo_plot *plot, const plot_frame *frame) {
    label labels[LABELS_MAX];
    size_t count = list_labels(plot, frame, labels);
    move_apart(labels, count, frame);
    for (size_t i = 0; i < count; i++) {
        const label *l = &labels[i];
        double x = frame->right + LEADER + 0.5 * PLOT_GAP;
        double y = l->middle - 0.5 * l->height + 0.85 * LABEL_LINE;
        overlay_set_color(cairo, plot_color(l->layer->color));
        cairo_set_dash(cairo, NULL, 0, 0.0);
        cairo_set_line_width(cairo, 0.6);
        cairo_move_to(cairo, frame->right + 1.0, l->place);
        cairo_line_to(cairo, frame->right + LEADER, l->middle);
        cairo_stroke(cairo);
        overlay_draw_text(cairo, x, y, OVERLAY_LEFT, LABEL_WIDTH, PLOT_SIZE_TICK, true, plot_ink,
                          l->layer->name);
        if (l->layer->detail) {
            overlay_draw_text(cairo, x, y + LABEL_LINE, OVERLAY_LEFT, LABEL_WIDTH, PLOT_SIZE_TICK,
                              false, plot_ink, l->layer->detail);
        }
    }
}

/* Width that an entry of the legend takes. */
static double entry_width(cairo_t *cairo, const myo_plot_layer *layer) {
    double width = overlay_measure_text(cairo, PLOT_SIZE_TICK, false, layer->name);
    return SAMPLE_WIDTH + fmin(width, PLOT_WIDTH - 2 * PLOT_EDGE - SAMPLE_WIDTH);
}

/* Goes through the legend, drawing it from `top` or only counting; returns its height. */
static double walk_legend(cairo_t *cairo, const myo_plot *plot, double top, bool draw) {
    double x = PLOT_EDGE, y = 0.0;
    bool any = false;
    for (size_t l = 0; l < plot->layer_count; l++) {
        const myo_plot_layer *layer = &plot->layers[l];
        if (!is_listed(layer)) {
            continue;
        }
        double width = entry_width(cairo, layer);
        if (any && x + width > PLOT_WIDTH - PLOT_EDGE) {
            x = PLOT_EDGE;
            y += LEGEND_LINE;
        }
        if (draw) {
            plot_draw_sample(cairo, layer, x + 0.4 * SAMPLE_WIDTH, top + y + 0.5 * LEGEND_LINE);
            overlay_draw_text(cairo, x + SAMPLE_WIDTH,
                              top + y + 0.5 * LEGEND_LINE + 0.36 * PLOT_SIZE_TICK, OVERLAY_LEFT,
                              width - SAMPLE_WIDTH + 1.0, PLOT_SIZE_TICK, false, plot_ink,
                              layer->name);
        }
        x += width + ENTRY_GAP;
        any = true;
    }
    return any ? y + LEGEND_LINE + PLOT_GAP : 0.0;
}

double plot_legend_height(cairo_t *cairo, const myo_plot *plot) {
    return walk_legend(cairo, plot, 0.0, false);
}

void plot_draw_legend(cairo_t *cairo, const myo_plot *plot, double top) {
    walk_legend(cairo, plot, top, true);
}
