/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The picture of a level: the sagittal slice on the left, labels of slices, the panel on the right.
 */
#include "report/level_picture.h"

#include "report/level_picture_private.h"

#include <math.h>

/* Vertebrae are brighter than muscle and need to be lifted less. */
#define MR_GAMMA 0.85

static bool draw(const overlay_canvas *canvas, const overlay_view *view,
                 const myo_report_location *location, double gutter, myo_error *err) {
    cairo_t *cairo = canvas->cairo;
    overlay_set_color(cairo, overlay_background);
    cairo_rectangle(cairo, view->width, 0.0, gutter * view->unit, view->height);
    cairo_fill(cairo);
    if (!overlay_paint_slice(view, location->sagittal->modality, MR_GAMMA, canvas->surface, err)) {
        return false;
    }
    cairo_scale(cairo, view->unit, view->unit);
    level_picture_draw_slice(cairo, view, location);
    cairo_translate(cairo, view->width / view->unit + gutter, 0.0);
    level_picture_draw_panel(cairo, view, location);
    return true;
}

bool myo_report_level_picture_write(const char *path, const myo_image *image,
                                    const myo_report_location *location, myo_error *err) {
    if (myo_geometry_plane(myo_image_get_geometry(image)) != MYO_PLANE_SAGITTAL) {
        return myo_error_set(err, MYO_E_ARGUMENT, "level picture: the slice is not sagittal");
    }
    overlay_view view;
    if (!overlay_view_create(image, NULL, &view, err)) {
        return false;
    }
    overlay_canvas canvas = {0};
    double gutter = location->slice ? LEVEL_PICTURE_GUTTER_WIDTH : 0.0;
    int beside = (int)ceil((gutter + OVERLAY_PANEL_WIDTH) * view.unit);
    bool done = overlay_canvas_create(view.width + beside, view.height, &canvas, err) &&
                draw(&canvas, &view, location, gutter, err) &&
                overlay_canvas_write(path, &canvas, err);
    overlay_canvas_clear(&canvas);
    overlay_view_clear(&view);
    return done;
}
