/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The overlay picture: the slice with its outlines on the left, the panel of results on the right.
 */
#include "report/overlay.h"

#include "report/overlay_private.h"

#include <math.h>

/* Below 1: lifts muscle, which is dark on T2. */
#define MR_GAMMA 0.65

static bool draw(const overlay_canvas *canvas, const overlay_view *view,
                 const myo_report_slice *slice, const myo_report_features *features,
                 myo_error *err) {
    cairo_t *cairo = canvas->cairo;
    if (!overlay_paint_slice(view, slice->level->series->modality, MR_GAMMA, canvas->surface,
                             err) ||
        !overlay_draw_outlines(cairo, view, err)) {
        return false;
    }
    overlay_draw_marks(cairo, view, slice->level);
    cairo_translate(cairo, view->width, 0.0);
    cairo_scale(cairo, view->unit, view->unit);
    overlay_draw_panel(cairo, slice, features);
    return true;
}

bool myo_report_overlay_write(const char *path, const myo_image *image, const myo_labels *labels,
                              const myo_report_slice *slice, const myo_report_features *features,
                              myo_error *err) {
    if (myo_geometry_plane(myo_image_get_geometry(image)) != MYO_PLANE_AXIAL) {
        return myo_error_set(err, MYO_E_ARGUMENT, "overlay: the slice is not axial");
    }
    overlay_view view;
    if (!overlay_view_create(image, labels, &view, err)) {
        return false;
    }
    overlay_canvas canvas = {0};
    int panel = (int)ceil(OVERLAY_PANEL_WIDTH * view.unit);
    bool done = (!slice->automatic || overlay_view_take_automatic(&view, slice->automatic, err)) &&
                overlay_canvas_create(view.width + panel, view.height, &canvas, err) &&
                draw(&canvas, &view, slice, features, err) &&
                overlay_canvas_write(path, &canvas, err);
    overlay_canvas_clear(&canvas);
    overlay_view_clear(&view);
    return done;
}
