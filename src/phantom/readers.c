/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Simulated readers: how people would outline the structures of the axial slice at L4/5.
 *
 * The true outline, the largest piece of the label map, is smoothed along itself, as a hand does
 * not follow pixels, and then moved along its normal by a reader's own bias and by a random wave
 * without short wavelengths: a sum of sines with whole numbers of turns around the outline and
 * normal amplitudes. Each reader, patient, structure and side has waves of its own; the bias is the
 * reader's alone. No two structures know of each other, so that outlines may overlap, as those of
 * readers do.
 *
 * The sizes are estimates. They are chosen so that two readers agree as people do: Berry 2018
 * (10.1186/s12891-018-2059-x) reports ICC above 0.75 for areas of multifidus and erector spinae by
 * different raters. docs/validation.md says what comes out.
 */
#include "phantom/study_private.h"

#include "base/memory.h"
#include "image/contour.h"
#include "io/imagej_roi.h"
#include "phantom/random_private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define WAVE_SD_MM 0.8        /* standard deviation of the random displacement */
#define WAVE_LENGTH_MIN_MM 12 /* shortest wavelength: a hand corrects itself after a centimetre */
#define BIAS_MIN_MM 0.2       /* size of a reader's bias, outwards or inwards */
#define BIAS_MAX_MM 0.4
#define SMOOTH_SD_MM 1.0  /* of the Gaussian along the outline */
#define POINT_STEP_MM 1.0 /* between the points of what is drawn */
/* Normals are those of the outline smoothed by this, so that they turn slowly around a sharp tip
 * and what is moved inwards does not cross itself there. */
#define NORMAL_SD_MM 3.0
#define POINTS_MIN 12
#define RETREAT 0.8 /* how much less an outline that crosses itself is moved, each time */
#define RETREATS_MAX 10
#define WAVES_MAX 64
#define SMOOTH_REACH 3.0 /* standard deviations after which the Gaussian ends */
#define PI 3.14159265358979323846
#define OPAQUE 0xFF000000u
#define NAME_SIZE 64

/* Keys of random numbers: a stream of their own, so that the images stay as they are. */
enum { KEY_BIAS = 7001, KEY_WAVE = 7101 };

/* A closed chain of points in mm from the corner of the image. */
typedef struct chain {
    double *xy;
    size_t count;
} chain;

/* Number for a reader, a structure and a side; seeds differ by 1, which phantom_hash() spreads. */
static uint64_t wave_key(uint64_t seed, int reader, myo_structure structure, myo_side side) {
    uint64_t key = phantom_hash(seed + KEY_WAVE);
    key = phantom_hash(key + (uint64_t)reader);
    return phantom_hash(key + (uint64_t)structure * MYO_SIDE_COUNT + (uint64_t)side);
}

/* Odd readers draw outside of the truth and even ones inside. */
static double bias_mm(uint64_t first_seed, int reader) {
    phantom_random random = {phantom_hash(phantom_hash(first_seed + KEY_BIAS) + (uint64_t)reader)};
    double size = phantom_random_uniform(&random, BIAS_MIN_MM, BIAS_MAX_MM);
    return reader % 2 ? size : -size;
}

/* Corner `i` of a contour, the first one again behind the last. */
static const int *corner(const myo_contour *contour, size_t i) {
    return contour->xy + 2 * (i < contour->point_count ? i : 0);
}

/* Twice the area that a contour encloses, in pixels; negative for a hole. */
static double doubled_area(const myo_contour *contour) {
    double sum = 0.0;
    for (size_t i = 0; i < contour->point_count; i++) {
        const int *a = corner(contour, i), *b = corner(contour, i + 1);
        sum += (double)a[0] * b[1] - (double)b[0] * a[1];
    }
    return sum;
}

/* Number of pixel edges from a corner to the next. */
static int edge_count(const myo_contour *contour, size_t i) {
    const int *a = corner(contour, i), *b = corner(contour, i + 1);
    return abs(b[0] - a[0]) + abs(b[1] - a[1]);
}

/* The middles of all pixel edges along a contour. */
static bool list_edges(const myo_contour *contour, const myo_geometry *g, chain *out,
                       myo_error *err) {
    size_t count = 0;
    for (size_t i = 0; i < contour->point_count; i++) {
        count += (size_t)edge_count(contour, i);
    }
    out->xy = myo_alloc_array(count, 2 * sizeof *out->xy, err);
    if (!out->xy) {
        return false;
    }
    for (size_t i = 0; i < contour->point_count; i++) {
        const int *a = corner(contour, i), *b = corner(contour, i + 1);
        int edges = edge_count(contour, i);
        for (int e = 0; e < edges; e++, out->count++) {
            double along = (e + 0.5) / edges;
            out->xy[2 * out->count] = (a[0] + along * (b[0] - a[0])) * g->column_spacing_mm;
            out->xy[2 * out->count + 1] = (a[1] + along * (b[1] - a[1])) * g->row_spacing_mm;
        }
    }
    return true;
}

/* Mean of the neighbours along a closed chain, weighted by a Gaussian of `sd` points. */
static bool smooth_chain(const chain *in, double sd, chain *out, myo_error *err) {
    out->xy = myo_alloc_array(in->count, 2 * sizeof *out->xy, err);
    out->count = in->count;
    if (!out->xy) {
        return false;
    }
    int reach = (int)fmin(ceil(SMOOTH_REACH * sd), (double)(in->count / 2));
    for (size_t i = 0; i < in->count; i++) {
        double sum[2] = {0.0, 0.0}, weights = 0.0;
        for (int d = -reach; d <= reach; d++) {
            double weight = exp(-0.5 * d * d / (sd * sd));
            size_t j = (i + in->count + (size_t)(d + reach) - (size_t)reach) % in->count;
            sum[0] += weight * in->xy[2 * j];
            sum[1] += weight * in->xy[2 * j + 1];
            weights += weight;
        }
        out->xy[2 * i] = sum[0] / weights;
        out->xy[2 * i + 1] = sum[1] / weights;
    }
    return true;
}

static double step_length(const chain *c, size_t i) {
    size_t next = i + 1 < c->count ? i + 1 : 0;
    return hypot(c->xy[2 * next] - c->xy[2 * i], c->xy[2 * next + 1] - c->xy[2 * i + 1]);
}

/* Points at equal distances along a closed chain; *length_mm is that of the chain. */
static bool resample_chain(const chain *in, chain *out, double *length_mm, myo_error *err) {
    double length = 0.0;
    for (size_t i = 0; i < in->count; i++) {
        length += step_length(in, i);
    }
    out->count = (size_t)fmax(POINTS_MIN, round(length / POINT_STEP_MM));
    out->xy = myo_alloc_array(out->count, 2 * sizeof *out->xy, err);
    if (!out->xy) {
        return false;
    }
    size_t at = 0;
    double passed = 0.0, step = step_length(in, 0);
    for (size_t i = 0; i < out->count; i++) {
        double wanted = length * (double)i / (double)out->count;
        while (at + 1 < in->count && passed + step < wanted) {
            passed += step;
            step = step_length(in, ++at);
        }
        double part = step > 0.0 ? fmin(1.0, (wanted - passed) / step) : 0.0;
        size_t next = at + 1 < in->count ? at + 1 : 0;
        for (size_t k = 0; k < 2; k++) {
            out->xy[2 * i + k] =
                in->xy[2 * at + k] + part * (in->xy[2 * next + k] - in->xy[2 * at + k]);
        }
    }
    *length_mm = length;
    return true;
}

/* Displacement outwards at a part of the way around, 0 to 1: white noise of the standard deviation
 * asked for, cut off at `waves` turns around the outline. The part without a turn makes the whole
 * outline larger or smaller. */
static double wave_mm(uint64_t key, int waves, double around) {
    double amplitude[2];
    phantom_normal_pair(key, amplitude);
    double sum = amplitude[0];
    for (int k = 1; k <= waves; k++) {
        phantom_normal_pair(key + (uint64_t)k, amplitude);
        double angle = 2.0 * PI * k * around;
        sum += sqrt(2.0) * (amplitude[0] * cos(angle) + amplitude[1] * sin(angle));
    }
    return WAVE_SD_MM * sum / sqrt(2.0 * waves + 1.0);
}

/* Moves an outline; `rough` has its normals. A contour runs clockwise on the screen, so that what
 * lies to its left is outside. */
static void move_chain(const chain *c, const chain *rough, double length_mm, uint64_t key,
                       double bias, double scale, chain *out) {
    int waves = (int)fmin(WAVES_MAX, fmax(1.0, floor(length_mm / WAVE_LENGTH_MIN_MM)));
    for (size_t i = 0; i < c->count; i++) {
        const double *before = rough->xy + 2 * ((i + c->count - 1) % c->count);
        const double *after = rough->xy + 2 * ((i + 1) % c->count);
        double tangent_x = after[0] - before[0], tangent_y = after[1] - before[1];
        double size = hypot(tangent_x, tangent_y);
        double moved = scale * (bias + wave_mm(key, waves, (double)i / (double)c->count));
        double part = size > 0.0 ? moved / size : 0.0;
        out->xy[2 * i] = c->xy[2 * i] + part * tangent_y;
        out->xy[2 * i + 1] = c->xy[2 * i + 1] - part * tangent_x;
    }
}

/* Positive when c lies to the right of the way from a to b on the screen. */
static double turn(const double *a, const double *b, const double *c) {
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
}

static bool crosses_itself(const chain *c) {
    for (size_t i = 0; i < c->count; i++) {
        const double *a = c->xy + 2 * i, *b = c->xy + 2 * ((i + 1) % c->count);
        for (size_t j = i + 2; j < c->count; j++) {
            const double *d = c->xy + 2 * j, *e = c->xy + 2 * ((j + 1) % c->count);
            bool neighbours = (j + 1) % c->count == i;
            if (!neighbours && turn(a, b, d) * turn(a, b, e) < 0.0 &&
                turn(d, e, a) * turn(d, e, b) < 0.0) {
                return true;
            }
        }
    }
    return false;
}

/* Adds the outline to the region in pixels. One that crosses itself, as it may at a narrow end, is
 * moved less: people do not draw loops. */
static bool draw_chain(const chain *c, const chain *rough, double length_mm, uint64_t key,
                       double bias, const myo_geometry *g, myo_roi *roi, myo_error *err) {
    chain moved = {.xy = myo_alloc_array(c->count, 2 * sizeof *moved.xy, err), .count = c->count};
    bool done = moved.xy && myo_roi_begin_path(roi, err);
    if (done) {
        double scale = 1.0;
        move_chain(c, rough, length_mm, key, bias, scale, &moved);
        for (int t = 0; t < RETREATS_MAX && crosses_itself(&moved); t++) {
            scale *= RETREAT;
            move_chain(c, rough, length_mm, key, bias, scale, &moved);
        }
    }
    for (size_t i = 0; done && i < moved.count; i++) {
        done = myo_roi_add_point(roi, moved.xy[2 * i] / g->column_spacing_mm,
                                 moved.xy[2 * i + 1] / g->row_spacing_mm, err);
    }
    free(moved.xy);
    return done;
}

static bool draw_contour(const myo_contour *contour, uint64_t key, double bias,
                         const myo_geometry *g, myo_roi *roi, myo_error *err) {
    chain edges = {0}, smooth = {0}, points = {0}, rough = {0};
    double length_mm, sd = SMOOTH_SD_MM / sqrt(g->column_spacing_mm * g->row_spacing_mm);
    bool done = list_edges(contour, g, &edges, err) && smooth_chain(&edges, sd, &smooth, err) &&
                resample_chain(&smooth, &points, &length_mm, err) &&
                smooth_chain(&points, NORMAL_SD_MM / POINT_STEP_MM, &rough, err) &&
                draw_chain(&points, &rough, length_mm, key, bias, g, roi, err);
    free(edges.xy);
    free(smooth.xy);
    free(points.xy);
    free(rough.xy);
    return done;
}

/* Draws the largest piece of a structure; one that is not on the slice is left out. */
static bool draw_structure(const phantom_study *study, int reader, myo_structure structure,
                           myo_side side, myo_roi_list *list, myo_error *err) {
    const myo_structure_info *info = myo_structure_get(structure);
    const myo_geometry *g = myo_labels_get_geometry(study->reader_slice);
    myo_contour_list contours;
    if (!myo_contour_trace(myo_labels_get_const_pixels(study->reader_slice), g->columns, g->rows,
                           info->label[side], &contours, err)) {
        return false;
    }
    const myo_contour *largest = NULL;
    for (size_t c = 0; c < contours.count; c++) {
        const myo_contour *contour = &contours.contours[c];
        if (!largest || doubled_area(contour) > doubled_area(largest)) {
            largest = contour;
        }
    }
    bool done = true;
    if (largest) {
        char name[NAME_SIZE];
        myo_roi *roi;
        snprintf(name, sizeof name, "%s%s%s", info->key, info->paired ? "_" : "",
                 info->paired ? myo_side_key(structure, side) : "");
        done = myo_roi_list_add(list, name, MYO_ROI_FREEHAND, &roi, err) &&
               draw_contour(largest, wave_key(study->options->seed, reader, structure, side),
                            bias_mm(study->first_seed, reader), g, roi, err);
        if (done) {
            roi->stroke =
                OPAQUE | (uint32_t)info->rgb[0] << 16 | (uint32_t)info->rgb[1] << 8 | info->rgb[2];
        }
    }
    myo_contour_list_clear(&contours);
    return done;
}

static bool write_reader(const phantom_study *study, int reader, myo_error *err) {
    myo_roi_list list = {0};
    bool done = true;
    for (int s = 0; done && s < MYO_STRUCTURE_COUNT; s++) {
        int sides = myo_structure_get((myo_structure)s)->paired ? MYO_SIDE_COUNT : 1;
        for (int side = 0; done && side < sides; side++) {
            done = draw_structure(study, reader, (myo_structure)s, (myo_side)side, &list, err);
        }
    }
    myo_text path = {0};
    myo_text_printf(&path, "%s/reader%d/sub-%s_RoiSet.zip", study->directory, reader,
                    study->patient_id);
    done = done && (!path.failed || myo_error_set(err, MYO_E_MEMORY, "out of memory")) &&
           myo_roi_write_list_zip(path.data, &list, err);
    myo_text_clear(&path);
    myo_roi_list_clear(&list);
    return done;
}

bool phantom_write_readers(const phantom_study *study, myo_error *err) {
    bool done = true;
    for (int reader = 1; done && reader <= study->readers; reader++) {
        done = write_reader(study, reader, err);
    }
    return done;
}
