/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The spinal canal as a smooth curve, from the path that was found through the slices. */
#include "ct/canal_private.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

#define LENGTH_MIN_MM 40.0
#define LEAD_MM 25.0
#define SMOOTH_SIGMA_MM 10.0
#define TANGENT_SPAN_MM 10.0

/* The path at an index, by a line fitted to the points around it with Gaussian weights (W.S.
 * Cleveland, J Am Stat Assoc 74:829-836, 1979), which neither draws back at the ends nor jumps. */
static myo_vec3 smooth_at(const myo_vec3 *points, size_t count, double step_mm, double index) {
    double reach = 3.0 * SMOOTH_SIGMA_MM / step_mm, sum = 0.0, moment = 0.0, square = 0.0;
    myo_vec3 mean = {0}, slope = {0};
    long first = (long)fmax(ceil(index - reach), 0.0);
    long last = (long)fmin(floor(index + reach), (double)(count - 1));
    for (long i = first; i <= last; i++) {
        double d = ((double)i - index) * step_mm / SMOOTH_SIGMA_MM, weight = exp(-0.5 * d * d);
        sum += weight;
        moment += weight * d;
        square += weight * d * d;
        mean = ct_along(mean, weight, points[i]);
        slope = ct_along(slope, weight * d, points[i]);
    }
    double determinant = sum * square - moment * moment;
    if (!(determinant > 1e-9 * sum * sum)) {
        return points[(size_t)lround(index)];
    }
    return ct_along(ct_along((myo_vec3){0}, square / determinant, mean), -moment / determinant,
                    slope);
}

/* Frames from the points of the curve. */
static void set_frames(ct_curve *curve) {
    const size_t span = (size_t)(TANGENT_SPAN_MM / CT_CURVE_STEP_MM);
    for (size_t i = 0; i < curve->count; i++) {
        ct_curve_point *p = &curve->points[i];
        size_t a = i > span ? i - span : 0,
               b = i + span < curve->count ? i + span : curve->count - 1;
        myo_vec3 from = curve->points[a].centre, to = curve->points[b].centre;
        p->tangent = ct_unit(ct_along(to, -1.0, from));
        ct_find_frame(p->tangent, &p->left, &p->front);
        p->tilt_rad = atan2(p->tangent.y, -p->tangent.z);
    }
}

/* The path at equal steps along it. */
static bool build_curve(const myo_vec3 *points, size_t count, double step_mm, ct_curve *out,
                        myo_error *err) {
    myo_vec3 *smooth = myo_alloc_array(count, sizeof *smooth, err);
    double *length = myo_alloc_array(count, sizeof *length, err);
    bool done = smooth && length;
    for (size_t i = 0; done && i < count; i++) {
        smooth[i] = smooth_at(points, count, step_mm, (double)i);
        if (i > 0) {
            myo_vec3 d = ct_along(smooth[i], -1.0, smooth[i - 1]);
            length[i] = length[i - 1] + sqrt(myo_vec3_dot(d, d));
        }
    }
    size_t wanted = done ? (size_t)(length[count - 1] / CT_CURVE_STEP_MM) + 1 : 0;
    out->points = done ? myo_alloc_array(wanted, sizeof *out->points, err) : NULL;
    done = out->points != NULL;
    out->count = done ? wanted : 0;
    for (size_t i = 0, k = 0; i < out->count; i++) {
        double at = (double)i * CT_CURVE_STEP_MM;
        while (k + 2 < count && length[k + 1] < at) {
            k++;
        }
        double gap = length[k + 1] - length[k], share = gap > 0.0 ? (at - length[k]) / gap : 0.0;
        myo_vec3 a = smooth[k], b = smooth[k + 1];
        out->points[i].centre = ct_along(a, share, ct_along(b, -1.0, a));
    }
    if (done) {
        set_frames(out);
    }
    free(smooth);
    free(length);
    return done;
}

/* Slices by which a path is led on straight at the foot: what lies beside its end is looked at. */
static size_t lead_on(const myo_ct *ct, const canal_path *path) {
    size_t wanted = (size_t)(LEAD_MM / ct->slice_mm);
    return wanted < path->slice ? wanted : path->slice;
}

static bool build_from_path(const myo_ct *ct, const canal_window *w, const canal_path *path,
                            ct_curve *out, myo_error *err) {
    size_t more = lead_on(ct, path), count = path->count + more;
    myo_vec3 *points = myo_alloc_array(count, sizeof *points, err);
    bool done = points != NULL;
    for (size_t i = 0; done && i < path->count; i++) { /* from head to foot */
        size_t k = path->count - 1 - i;
        points[i] = ct_to_patient(ct, (double)canal_column_of(w, path->column[k]),
                                  (double)(path->row[k] * w->stride), (double)(path->slice + k));
    }
    for (size_t i = path->count; done && i < count;
         i++) { /* what lies as far above, turned round */
        size_t end = path->count - 1, away = i - end < end ? i - end : end;
        points[i] = ct_along(points[end], -1.0, ct_along(points[end - away], -1.0, points[end]));
    }
    done = done && build_curve(points, count, ct->slice_mm, out, err);
    free(points);
    return done;
}

static bool is_long(const myo_ct *ct, const canal_path *path) {
    return path->count >= 3 && (double)path->count * ct->slice_mm >= LENGTH_MIN_MM;
}

bool ct_canal_find(const myo_ct *ct, const ct_tissues *tissues, ct_curve *out, myo_error *err) {
    canal_window w = {0};
    canal_path path = {0};
    *out = (ct_curve){0};
    bool done = !tissues || canal_find_by_tissues(ct, tissues, &w, &path, err);
    if (done && !is_long(ct, &path)) {
        canal_window_clear(&w);
        canal_path_clear(&path);
        done = canal_find_by_rings(ct, &w, &path, err);
    }
    if (done && is_long(ct, &path)) {
        done = build_from_path(ct, &w, &path, out, err);
    }
    canal_window_clear(&w);
    canal_path_clear(&path);
    return done;
}

void ct_curve_clear(ct_curve *curve) {
    free(curve->points);
    *curve = (ct_curve){0};
}
