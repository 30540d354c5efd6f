/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Spinal CT value: the attenuation of trabecular bone in a vertebral body (Q. Tang et al., Front
 * Med 11:1379078, 2024: "the vertebral body was evenly divided into three sections in the sagittal
 * plane, and the average CT value was calculated in the maximum elliptical region of interest
 * containing only trabecular bone").
 *
 * The plane goes through the middle of the body, upright along the line between its discs, and is
 * some millimetres thick, so that the noise of pixels averages out. In it the endplates are two
 * hollow lines of greatest density, the walls in front and behind the places where density falls;
 * what lies well inside of them is trabecular, less what stands out from the rest: cement, bone
 * islands, calcified or widened veins. Trabecular bone, not the body with its endplates, is divided
 * into three: thick slices carry the endplates far into the outer sections, of which little would
 * be left.
 */
#include "ct/spine_private.h"

#include "base/memory.h"
#include "base/sort.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PIXEL_MM 0.7 /* of the plane, for an adult */
#define SIDE 100     /* pixels of the plane, both ways */
#define SLAB_MM 10.0 /* its thickness */
#define SLAB_STEP_MM 1.0
/* For an adult, mm. */
#define DEPTH_HALF_MM 11.0 /* part of the depth in which endplates are looked for, */
#define HEIGHT_HALF 0.2    /* and walls, of the distance of the discs */
#define WALL_NEAR_MM 9.0   /* from the middle to the walls */
#define WALL_FAR_MM 24.0
/* Endplates lie in these outer parts of the distance of the discs, are hollow by so much at most,
 * and are fitted to places that lie so far apart, of half of their depth. */
#define ENDPLATE_SHARE 0.38
#define HOLLOW_MM 4.0
#define APART 0.25
/* From the middle of an endplate or wall to trabecular bone; farther, where what is dense reaches
 * farther into thick slices or coarse pixels. */
#define CORTEX_MM 3.0
#define CORTEX_MAX_MM 6.0
#define CORTEX_STEP_MM 0.5
#define BLEED_HU 8.0 /* along an endplate or wall the mean may exceed the body's median by this */
#define TRABECULAR_MAX_HU 500.0 /* cement and metal are denser */
#define OUTLIER_SIGMAS 3.0 /* in deviations of the trabecular bone (median absolute deviation) */
#define OUTLIER_MIN_HU 60.0
#define ELLIPSE_MIN_MM2 12.0

static const char *const vertebrae[] = {"T9", "T10", "T11", "T12", "L1", "L2", "L3", "L4", "L5"};
static const char *const discs_above[] = {"T8/9", "T9/10", "T10/11", "T11/12", "T12/L1",
                                          "L1/2", "L2/3",  "L3/4",   "L4/5"};
static const char *const discs_below[] = {"T9/10", "T10/11", "T11/12", "T12/L1", "L1/2",
                                          "L2/3",  "L3/4",   "L4/5",   "L5/S1"};
#define VERTEBRA_COUNT (sizeof vertebrae / sizeof vertebrae[0])

/* The sagittal plane of a body: column u grows to the front, row w to the foot. */
typedef struct plane {
    myo_vec3 centre, left, front, down;
    double size, pixel_mm;
    double height_mm; /* distance of the discs */
    float hu[SIDE][SIDE];
    uint8_t inside[SIDE][SIDE], allowed[SIDE][SIDE];
    double scratch[SIDE * SIDE];
    double top[SIDE], bottom[SIDE]; /* endplates: row at each column, mm */
    double front_mm, behind_mm;     /* walls: distances from the middle */
} plane;

/* A border of the body. */
typedef enum border { TOP, BOTTOM, FRONT, BEHIND, BORDERS } border;

static double place_mm(const plane *p, size_t pixel) {
    return ((double)pixel - 0.5 * (SIDE - 1)) * p->pixel_mm;
}

static size_t pixel_at(const plane *p, double mm) {
    double at = round(mm / p->pixel_mm + 0.5 * (SIDE - 1));
    return (size_t)fmin(fmax(at, 0.0), SIDE - 1.0);
}

static bool find_frame(const myo_ct_anatomy *anatomy, size_t index, plane *p, double *confidence,
                       myo_error *err) {
    const myo_disc *a = myo_spine_get_disc(&anatomy->spine, discs_above[index]);
    const myo_disc *b = myo_spine_get_disc(&anatomy->spine, discs_below[index]);
    if (!a || !b) {
        return myo_error_set(err, MYO_E_NOT_FOUND, "%s: the disc %s was not found",
                             vertebrae[index], a ? discs_below[index] : discs_above[index]);
    }
    myo_vec3 d = ct_along(b->centre_mm, -1.0, a->centre_mm);
    p->height_mm = sqrt(myo_vec3_dot(d, d));
    p->down = ct_unit(d);
    p->centre = ct_along(a->centre_mm, 0.5, d);
    p->size = anatomy->size;
    p->pixel_mm = PIXEL_MM * p->size;
    ct_find_frame(p->down, &p->left, &p->front);
    *confidence = fmin(a->confidence, b->confidence);
    return true;
}

static void sample_plane(const myo_ct *ct, plane *p) {
    for (size_t w = 0; w < SIDE; w++) {
        for (size_t u = 0; u < SIDE; u++) {
            myo_vec3 at =
                ct_along(ct_along(p->centre, place_mm(p, u), p->front), place_mm(p, w), p->down);
            double sum = 0.0, count = 0.0;
            for (int k = 0; k <= ct_steps(0.0, SLAB_MM, SLAB_STEP_MM); k++) {
                double s = SLAB_STEP_MM * k - 0.5 * SLAB_MM;
                sum += (double)myo_ct_sample(ct, ct_along(at, s, p->left));
                count += 1.0;
            }
            p->hu[w][u] = (float)(sum / count);
        }
    }
}

static double median(double *values, size_t count) {
    myo_sort_doubles(values, count);
    return count > 0 ? 0.5 * (values[(count - 1) / 2] + values[count / 2]) : 0.0;
}

/* The median of the middle of the plane, where no endplate is. */
static double find_middle(plane *p) {
    size_t count = 0;
    double half_depth = DEPTH_HALF_MM * p->size, half_height = HEIGHT_HALF * p->height_mm;
    for (size_t w = pixel_at(p, -half_height); w <= pixel_at(p, half_height); w++) {
        for (size_t u = pixel_at(p, -half_depth); u <= pixel_at(p, half_depth); u++) {
            p->scratch[count++] = (double)p->hu[w][u];
        }
    }
    return median(p->scratch, count);
}

/* The middle of an endplate above (sign -1) or below (1) in a column, mm from the middle of the
 * body: the centre of the peak of density in the outer part, down to half of its height above
 * `middle`. It is finer than the slices lie apart. */
static double find_endplate_at(const plane *p, double sign, double u, double middle) {
    double outer = 0.5 * p->height_mm, inner = (0.5 - ENDPLATE_SHARE) * p->height_mm;
    int steps = ct_steps(inner, outer, p->pixel_mm), peak = 0;
    int last = steps < SIDE ? steps : SIDE - 1;
    double hu[SIDE] = {0.0}, sum = 0.0, moment = 0.0;
    for (int n = 0; n <= last; n++) {
        hu[n] = (double)p->hu[pixel_at(p, sign * (inner + p->pixel_mm * n))][pixel_at(p, u)];
        peak = hu[n] > hu[peak] ? n : peak;
    }
    double half = 0.5 * (hu[peak] + middle);
    for (int direction = -1; direction <= 1; direction += 2) {
        for (int n = direction < 0 ? peak : peak + 1; n >= 0 && n <= last && hu[n] > half;
             n += direction) {
            sum += hu[n] - half;
            moment += (hu[n] - half) * n;
        }
    }
    return inner + p->pixel_mm * (sum > 0.0 ? moment / sum : peak);
}

/* Line through points by the medians of slopes, between points at least `apart` from each other in
 * x, and of offsets (H. Theil, 1950; P. Sen, 1968): up to 29 in 100 strangers do not move it. */
static void fit_line(const double *x, const double *y, size_t count, double apart, double *slopes,
                     double line[2]) {
    double offsets[SIDE];
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = i + 1; j < count; j++) {
            if (fabs(x[j] - x[i]) >= apart) {
                slopes[found++] = (y[j] - y[i]) / (x[j] - x[i]);
            }
        }
    }
    line[1] = median(slopes, found);
    for (size_t i = 0; i < count; i++) {
        offsets[i] = y[i] - line[1] * x[i];
    }
    line[0] = median(offsets, count);
}

/* An endplate: the line through its middles in the columns, and a parabola on it where they are
 * hollow; it goes on straight beside. */
static void find_endplate(plane *p, double sign, double middle, double curve[SIDE]) {
    double x[SIDE] = {0}, y[SIDE] = {0}, line[2], arch[2], half = DEPTH_HALF_MM * p->size;
    size_t from = pixel_at(p, -half), to = pixel_at(p, half), count = to - from + 1;
    for (size_t k = 0; k < count; k++) {
        x[k] = place_mm(p, from + k) / half;
        y[k] = sign * find_endplate_at(p, sign, place_mm(p, from + k), middle);
    }
    fit_line(x, y, count, APART, p->scratch, line);
    for (size_t k = 0; k < count; k++) {
        y[k] -= line[1] * x[k];
        x[k] = 1.0 - x[k] * x[k];
    }
    fit_line(x, y, count, APART, p->scratch, arch);
    double hollow = fmin(fmax(arch[1], -HOLLOW_MM * p->size), HOLLOW_MM * p->size);
    for (size_t u = 0; u < SIDE; u++) {
        double q = place_mm(p, u) / half;
        curve[u] = arch[0] + line[1] * q + hollow * fmax(1.0 - q * q, 0.0);
    }
}

/* The wall in front (sign 1) or behind (-1): where density falls most towards the outside, the
 * median over the rows between the endplates. */
static double find_wall(const plane *p, double sign) {
    double walls[SIDE];
    size_t count = 0;
    double half = HEIGHT_HALF * p->height_mm, near = WALL_NEAR_MM * p->size;
    for (int k = 0; k <= ct_steps(-half, half, p->pixel_mm) && count < SIDE; k++) {
        double w = -half + p->pixel_mm * k;
        double best = -INFINITY, at = near;
        for (int n = 0; n <= ct_steps(near, WALL_FAR_MM * p->size, p->pixel_mm); n++) {
            double u = near + p->pixel_mm * n;
            const float *row = p->hu[pixel_at(p, w)];
            double fall = (double)row[pixel_at(p, sign * (u - 1.5))] -
                          (double)row[pixel_at(p, sign * (u + 1.5))];
            if (fall > best) {
                best = fall;
                at = u;
            }
        }
        walls[count++] = at;
    }
    /* The fall is at the outside of the cortex. */
    return median(walls, count);
}

static double endplate_row(const plane *p, const double curve[SIDE], double u) {
    return curve[pixel_at(p, u)];
}

/* Depth of a place below a border, mm. */
static double depth_below(const plane *p, border which, double x, double y) {
    switch (which) {
    case TOP:
        return y - endplate_row(p, p->top, x);
    case BOTTOM:
        return endplate_row(p, p->bottom, x) - y;
    case FRONT:
        return p->front_mm - x;
    default:
        return x + p->behind_mm;
    }
}

static void mark_inside(plane *p, const double margin[BORDERS]) {
    for (size_t w = 0; w < SIDE; w++) {
        for (size_t u = 0; u < SIDE; u++) {
            bool inside = true;
            for (int k = 0; k < BORDERS; k++) {
                inside =
                    inside && depth_below(p, (border)k, place_mm(p, u), place_mm(p, w)) > margin[k];
            }
            p->inside[w][u] = inside;
        }
    }
}

/* The median of what is inside, and that of the deviations from it. */
static double find_median(plane *p, double *deviation) {
    double *values = p->scratch;
    size_t count = 0;
    for (size_t w = 0; w < SIDE; w++) {
        for (size_t u = 0; u < SIDE; u++) {
            if (p->inside[w][u] && (double)p->hu[w][u] < TRABECULAR_MAX_HU) {
                values[count++] = (double)p->hu[w][u];
            }
        }
    }
    double middle = median(values, count);
    for (size_t i = 0; i < count; i++) {
        values[i] = fabs(values[i] - middle);
    }
    *deviation = median(values, count);
    return middle;
}

/* The mean along a border, so deep below it. */
static double mean_along(const plane *p, border which, double depth) {
    bool endplate = which == TOP || which == BOTTOM;
    double half = endplate ? DEPTH_HALF_MM * p->size : HEIGHT_HALF * p->height_mm, sum = 0.0;
    int steps = ct_steps(-half, half, p->pixel_mm);
    for (int k = 0; k <= steps; k++) {
        double along = -half + p->pixel_mm * k;
        double x = which == FRONT ? p->front_mm - depth : depth - p->behind_mm;
        double y = which == TOP ? endplate_row(p, p->top, along) + depth
                                : endplate_row(p, p->bottom, along) - depth;
        sum += (double)(endplate ? p->hu[pixel_at(p, y)][pixel_at(p, along)]
                                 : p->hu[pixel_at(p, along)][pixel_at(p, x)]);
    }
    return sum / (steps + 1);
}

/* Marks trabecular bone: inside the margins, and not standing out. Returns the share that does. */
static double mark(plane *p, const double margin[BORDERS]) {
    size_t all = 0, excluded = 0;
    double deviation;
    mark_inside(p, margin);
    double middle = find_median(p, &deviation);
    double limit = fmax(OUTLIER_SIGMAS * 1.4826 * deviation, OUTLIER_MIN_HU);
    for (size_t w = 0; w < SIDE; w++) {
        for (size_t u = 0; u < SIDE; u++) {
            bool out = fabs((double)p->hu[w][u] - middle) > limit;
            p->allowed[w][u] = p->inside[w][u] && !out;
            all += p->inside[w][u];
            excluded += p->inside[w][u] && out;
        }
    }
    return all > 0 ? (double)excluded / (double)all : 0.0;
}

/* Sum of an ellipse of which every pixel is allowed; false otherwise. */
static bool sum_ellipse(const plane *p, size_t w0, size_t w1, size_t cw, size_t cu, size_t a,
                        size_t b, double *sum, size_t *count) {
    *sum = 0.0;
    *count = 0;
    for (long dw = -(long)b; dw <= (long)b; dw++) {
        for (long du = -(long)a; du <= (long)a; du++) {
            double q = (double)(du * du) / (double)(a * a) + (double)(dw * dw) / (double)(b * b);
            long w = (long)cw + dw, u = (long)cu + du;
            if (q > 1.0) {
                continue;
            }
            if (w < (long)w0 || w > (long)w1 || u < 0 || u >= SIDE || !p->allowed[w][u]) {
                return false;
            }
            *sum += (double)p->hu[w][u];
            (*count)++;
        }
    }
    return true;
}

/* The largest ellipse within rows w0 to w1; between equals the nearest to the middle. */
static void find_ellipse(const plane *p, size_t w0, size_t w1, myo_trabecular_section *out) {
    size_t best = 0;
    for (size_t b = 1; 2 * b <= w1 - w0; b++) {
        for (size_t a = 1; a < SIDE / 2; a++) {
            if (a * b <= best) {
                continue;
            }
            for (size_t cw = w0 + b; cw + b <= w1; cw++) {
                for (size_t cu = a; cu + a < SIDE; cu++) {
                    double sum;
                    size_t count;
                    if (a * b > best && sum_ellipse(p, w0, w1, cw, cu, a, b, &sum, &count)) {
                        best = a * b;
                        *out = (myo_trabecular_section){
                            .mean_hu = sum / (double)count,
                            .area_mm2 = (double)count * p->pixel_mm * p->pixel_mm,
                            .centre_mm = ct_along(ct_along(p->centre, place_mm(p, cu), p->front),
                                                  place_mm(p, cw), p->down),
                            .half_depth_mm = (double)a * p->pixel_mm,
                            .half_height_mm = (double)b * p->pixel_mm};
                    }
                }
            }
        }
    }
    out->found = out->area_mm2 >= ELLIPSE_MIN_MM2 * p->size * p->size;
}

/* Measures the three sections of what lies between the margins. */
static void measure_sections(const plane *p, const double margin[BORDERS], myo_trabecular *out) {
    double top = endplate_row(p, p->top, 0.0) + margin[TOP];
    double bottom = fmax(endplate_row(p, p->bottom, 0.0) - margin[BOTTOM], top), sum = 0.0;
    bool all = true;
    for (int s = 0; s < MYO_TRABECULAR_SECTIONS; s++) {
        double from = top + (bottom - top) * s / MYO_TRABECULAR_SECTIONS;
        double to = top + (bottom - top) * (s + 1) / MYO_TRABECULAR_SECTIONS;
        out->sections[s] = (myo_trabecular_section){0};
        find_ellipse(p, pixel_at(p, from), pixel_at(p, to), &out->sections[s]);
        sum += out->sections[s].mean_hu;
        all = all && out->sections[s].found;
    }
    out->mean_hu = all ? sum / MYO_TRABECULAR_SECTIONS : (double)NAN;
}

/* Measures inside of margins that grow until nothing of the cortex is left along them; inside of
 * the least where a section is too low for that. */
static void measure(plane *p, myo_trabecular *out) {
    double least[BORDERS], margin[BORDERS], deviation;
    for (int k = 0; k < BORDERS; k++) {
        least[k] = margin[k] = CORTEX_MM * p->size;
    }
    mark_inside(p, least);
    double middle = find_median(p, &deviation);
    for (int k = 0; k < BORDERS; k++) {
        while (margin[k] < CORTEX_MAX_MM * p->size &&
               mean_along(p, (border)k, margin[k]) > middle + BLEED_HU) {
            margin[k] += CORTEX_STEP_MM * p->size;
        }
    }
    out->excluded_share = mark(p, margin);
    measure_sections(p, margin, out);
    if (!isfinite(out->mean_hu)) {
        out->excluded_share = mark(p, least);
        measure_sections(p, least, out);
    }
}

static size_t find_vertebra(const char *name) {
    size_t index = 0;
    while (index < VERTEBRA_COUNT && strcmp(vertebrae[index], name) != 0) {
        index++;
    }
    return index;
}

bool myo_ct_is_vertebra(const char *name) {
    return find_vertebra(name) < VERTEBRA_COUNT;
}

bool myo_ct_measure_trabecular(const myo_ct *ct, const myo_ct_anatomy *anatomy,
                               const char *vertebra, myo_trabecular *out, myo_error *err) {
    size_t index = find_vertebra(vertebra);
    if (index == VERTEBRA_COUNT) {
        return myo_error_set(err, MYO_E_ARGUMENT, "\"%s\" is no vertebra from T9 to L5", vertebra);
    }
    *out = (myo_trabecular){.vertebra = vertebrae[index], .mean_hu = (double)NAN};
    plane *p = myo_alloc_array(1, sizeof *p, err);
    bool done = p && find_frame(anatomy, index, p, &out->confidence, err);
    if (done) {
        sample_plane(ct, p);
        double middle = find_middle(p);
        find_endplate(p, -1.0, middle, p->top);
        find_endplate(p, 1.0, middle, p->bottom);
        p->front_mm = find_wall(p, 1.0);
        p->behind_mm = find_wall(p, -1.0);
        measure(p, out);
        out->centre_mm = p->centre;
        out->front = p->front;
        out->down = p->down;
        done = isfinite(out->mean_hu) ||
               myo_error_set(err, MYO_E_NOT_FOUND,
                             "%s: no trabecular bone in one of its three sections (collapsed, or "
                             "filled with cement)",
                             vertebra);
    }
    free(p);
    return done;
}
