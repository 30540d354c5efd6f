/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Plots: axes, points, lines, bands and labelled levels, as SVG and PNG for a paper, and as CSV for
 * whoever wants to draw them again. A plot is described as data and drawn in one go.
 */
#ifndef MYO_REPORT_PLOT_H
#define MYO_REPORT_PLOT_H

#include <myotome/error.h>

typedef enum myo_plot_kind {
    MYO_PLOT_POINTS,
    MYO_PLOT_LINE,  /* through all points in their order */
    MYO_PLOT_BAND,  /* between y and y2 */
    MYO_PLOT_LEVEL, /* across the plot at y[0], labelled at the right; y2: low and high of a band */
    MYO_PLOT_GUIDE  /* as a level, thin and without label: the zero line */
} myo_plot_kind;

typedef enum myo_plot_dash { MYO_PLOT_SOLID, MYO_PLOT_DASHED, MYO_PLOT_DOTTED } myo_plot_dash;

#define MYO_PLOT_COLORS 8 /* colours and marks repeat beyond */

/* Borrowed pointers. `x` is not used by levels and guides. */
typedef struct myo_plot_layer {
    myo_plot_kind kind;
    const char *name;   /* in the legend, or the first line of a level's label; NULL: none */
    const char *detail; /* second line of a level's label; NULL: none */
    const double *x, *y, *y2;
    size_t count;
    unsigned color; /* of the palette, 0 is black; points get their mark by it, too */
    myo_plot_dash dash;
} myo_plot_layer;

typedef struct myo_plot_axis {
    const char *title;       /* with its unit */
    double minimum, maximum; /* NaN: what the layers need, with a margin */
} myo_plot_axis;

typedef struct myo_plot {
    const char *title, *subtitle;
    myo_plot_axis x, y;
    const myo_plot_layer *layers; /* the first is drawn first */
    size_t layer_count;
} myo_plot;

/* Writes <stem>.svg, <stem>.png (300 dots per inch) and <stem>.csv (layer, x, y, y2). Texts are cut
 * where they do not fit, labels of levels moved apart; values that are not finite are left out. The
 * same plot gives the same bytes. Errors: MYO_E_ARGUMENT when an axis has no finite value,
 * MYO_E_MEMORY, MYO_E_IO. */
bool myo_plot_write(const char *stem, const myo_plot *plot, myo_error *err);

#endif
