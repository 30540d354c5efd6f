/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of the fat picture share. Lengths are in units; the context counts in units. */
#ifndef MYO_REPORT_FAT_PICTURE_PRIVATE_H
#define MYO_REPORT_FAT_PICTURE_PRIVATE_H

#include "report/fat_picture.h"
#include "report/overlay_private.h"

#define FAT_BIN_COUNT 84

extern const overlay_color fat_ink, fat_faint, fat_grid;

/* Histograms of one muscle, in % of the pixels of that side (or of both) in each bin. */
typedef struct fat_histograms {
    bool present;
    size_t pixels[MYO_SIDE_COUNT];
    double side[MYO_SIDE_COUNT][FAT_BIN_COUNT], both[FAT_BIN_COUNT];
} fat_histograms;

/* Everything that the panels are drawn from. The range is the same for all muscles of the slice, so
 * that their thresholds can be compared. */
typedef struct fat_view {
    double low, high; /* grey levels at the ends of the axis */
    fat_histograms muscles[MYO_STRUCTURE_COUNT];
    const myo_report_slice *slice;
    const myo_report_fat *methods;
    size_t count;
} fat_view;

/* Colour of a method, by its place in the list; the line is dashed where fat_is_dashed() says so.
 */
overlay_color fat_color(size_t method);
bool fat_is_dashed(size_t method);
/* Draws a line in the method's colour and pattern. */
void fat_draw_line(cairo_t *cairo, size_t method, double x0, double y0, double x1, double y1);

/* Draws histogram, axes and thresholds of a muscle with the upper left corner of its panel at the
 * origin. */
void fat_draw_plot(cairo_t *cairo, const fat_view *view, myo_structure muscle);

/* Place of the plot within its panel. */
#define FAT_PLOT_LEFT 70.0
#define FAT_PLOT_RIGHT 742.0
#define FAT_PLOT_TOP 92.0
#define FAT_PLOT_BOTTOM 276.0
#define FAT_PANEL_HEIGHT 338.0

#endif
