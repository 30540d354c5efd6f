/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The grid that a label map was drawn on. */
#include "tracing/tracing_private.h"

#include <math.h>

/* Steps along rows and columns count as being at right angles up to this cosine, which is what
 * coordinates in single precision lose. */
#define RIGHT_ANGLE_COSINE 1e-3

static myo_vec3 scale(myo_vec3 v, double factor) {
    return (myo_vec3){v.x * factor, v.y * factor, v.z * factor};
}

/* The plane nearest to a point, over all volumes. */
static const tracing_plane *nearest_plane(const myo_tracing *tracing, myo_vec3 point_mm,
                                          const tracing_volume **of) {
    const tracing_plane *best = NULL;
    double least = INFINITY;
    for (size_t i = 0; i < tracing->volume_count; i++) {
        const tracing_volume *volume = &tracing->volumes[i];
        double height_mm = myo_vec3_dot(volume->normal, point_mm);
        for (size_t p = 0; p < volume->plane_count; p++) {
            double distance_mm = fabs(volume->planes[p].height_mm - height_mm);
            if (distance_mm < least) {
                least = distance_mm;
                best = &volume->planes[p];
                *of = volume;
            }
        }
    }
    return best;
}

bool myo_tracing_find_grid(const myo_tracing *tracing, myo_geometry *out, myo_error *err) {
    myo_tracing_plane found;
    const tracing_volume *volume = NULL;
    if (!myo_tracing_find_plane(tracing, &found, err)) {
        return false;
    }
    const tracing_plane *plane = nearest_plane(tracing, found.point_mm, &volume);
    if (!plane) {
        return myo_error_set(err, MYO_E_NOT_FOUND, "%s: the map has no plane", tracing->path);
    }
    double column_mm = sqrt(myo_vec3_dot(volume->column_step_mm, volume->column_step_mm));
    double row_mm = sqrt(myo_vec3_dot(volume->row_step_mm, volume->row_step_mm));
    *out = (myo_geometry){.columns = volume->columns,
                          .rows = volume->rows,
                          .column_spacing_mm = column_mm,
                          .row_spacing_mm = row_mm,
                          .position_mm = plane->origin_mm,
                          .row_cosine = scale(volume->column_step_mm, 1.0 / column_mm),
                          .column_cosine = scale(volume->row_step_mm, 1.0 / row_mm)};
    if (volume->columns > MYO_IMAGE_SIDE_MAX || volume->rows > MYO_IMAGE_SIDE_MAX ||
        fabs(myo_vec3_dot(out->row_cosine, out->column_cosine)) > RIGHT_ANGLE_COSINE) {
        return myo_error_set(err, MYO_E_UNSUPPORTED,
                             "%s: a slice of the map has more than %d pixels a side, or rows and "
                             "columns that are not at right angles",
                             tracing->path, MYO_IMAGE_SIDE_MAX);
    }
    return true;
}
