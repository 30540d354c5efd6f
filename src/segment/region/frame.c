/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sampling between the slice and the frame of the mean shape. */
#include "segment/region/region_private.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SMOOTHING_MIN 0.2 /* pixels: less smoothing than this is left out */

void region_frame_size(double step_mm, size_t *columns, size_t *rows) {
    *columns = (size_t)((REGION_FRAME_X1 - REGION_FRAME_X0) / step_mm + 1e-6) + 1;
    *rows = (size_t)((REGION_FRAME_Y1 - REGION_FRAME_Y0) / step_mm + 1e-6) + 1;
}

bool region_frame_sample(const myo_grid *image, const region_pose *pose, double step_mm,
                         myo_grid *out, myo_error *err) {
    size_t columns, rows, count = image->columns * image->rows;
    region_frame_size(step_mm, &columns, &rows);
    float *scratch = myo_alloc_array(2 * count, sizeof(float), err);
    if (!scratch || !myo_grid_allocate(out, columns, rows, err)) {
        free(scratch);
        return false;
    }
    double ratio = step_mm * hypot(pose->mx, pose->my) / REGION_IMAGE_MM;
    double sigma = 0.5 * sqrt(fmax(ratio * ratio - 1.0, 0.0));
    myo_grid smooth = {scratch + count, image->columns, image->rows};
    if (sigma > SMOOTHING_MIN) {
        myo_filter_gaussian(image, sigma, sigma, &smooth, scratch);
    } else {
        memcpy(smooth.pixels, image->pixels, count * sizeof(float));
    }
    for (size_t r = 0; r < rows; r++) {
        for (size_t c = 0; c < columns; c++) {
            double x, y;
            region_pose_apply(pose, REGION_FRAME_X0 + (double)c * step_mm,
                              REGION_FRAME_Y0 + (double)r * step_mm, &x, &y);
            out->pixels[r * columns + c] =
                myo_grid_sample(&smooth, x / REGION_IMAGE_MM, y / REGION_IMAGE_MM);
        }
    }
    free(scratch);
    return true;
}

bool region_frame_resample(const myo_planes *from, double from_step, double from_x0, double from_y0,
                           const region_pose *to_source, double step_mm, myo_planes *out,
                           myo_error *err) {
    size_t columns, rows;
    region_frame_size(step_mm, &columns, &rows);
    if (!myo_planes_allocate(out, from->planes, columns, rows, err)) {
        return false;
    }
    for (size_t r = 0; r < rows; r++) {
        for (size_t c = 0; c < columns; c++) {
            double x, y;
            region_pose_apply(to_source, REGION_FRAME_X0 + (double)c * step_mm,
                              REGION_FRAME_Y0 + (double)r * step_mm, &x, &y);
            for (size_t p = 0; p < from->planes; p++) {
                myo_grid plane = myo_planes_get(from, p);
                out->pixels[(p * rows + r) * columns + c] =
                    myo_grid_sample(&plane, (x - from_x0) / from_step, (y - from_y0) / from_step);
            }
        }
    }
    return true;
}
