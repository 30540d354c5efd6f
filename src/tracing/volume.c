/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Label maps on a slice. Each pixel is sampled at several points, which lie evenly within it; each
 * point takes the label of the voxel that it lies in, and the label that most points have is the
 * pixel's. Between labels and background the same majority decides, so that an outline neither
 * grows nor shrinks when pixels are larger or smaller than voxels (docs/methods.md, section
 * Tracings, has the bias as measured). Where the grid is the map's own, all points of a pixel lie
 * in its voxel: no pixel moves.
 *
 * Only the plane through the middle of the slice is sampled, not its thickness.
 */
#include "tracing/tracing_private.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Points along each side of a pixel: odd, so that one is its centre. With a voxel per pixel three
 * are enough; with larger pixels there are at least two for each voxel that they span. */
#define POINTS_LEAST 3
#define POINTS_MOST 15
/* Spacings that differ by less are taken for the same. */
#define SPACING_TOLERANCE 0.05

/* A gap of more spacings than this is a plane that is missing. */
#define GAP_MAX_SPACINGS 1.5
/* Rounding of positions and of float32 affines. */
#define REACH_TOLERANCE_MM 0.01

static myo_vec3 cross(myo_vec3 a, myo_vec3 b) {
    return (myo_vec3){a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}

static myo_vec3 scale(myo_vec3 a, double factor) {
    return (myo_vec3){a.x * factor, a.y * factor, a.z * factor};
}

static double norm(myo_vec3 a) {
    return sqrt(myo_vec3_dot(a, a));
}

static int compare_planes(const void *a, const void *b) {
    double first = ((const tracing_plane *)a)->height_mm;
    double second = ((const tracing_plane *)b)->height_mm;
    return (first > second) - (first < second);
}

void tracing_volume_arrange(tracing_volume *v, double spacing_mm) {
    myo_vec3 u = v->column_step_mm, w = v->row_step_mm, n = cross(u, w);
    v->normal = n = scale(n, 1.0 / norm(n));
    myo_vec3 across_rows = cross(w, n), across_columns = cross(n, u);
    v->column_dual = scale(across_rows, 1.0 / myo_vec3_dot(u, across_rows));
    v->row_dual = scale(across_columns, 1.0 / myo_vec3_dot(w, across_columns));
    for (size_t i = 0; i < v->plane_count; i++) {
        tracing_plane *plane = &v->planes[i];
        plane->height_mm = myo_vec3_dot(n, plane->origin_mm);
        plane->column_offset = myo_vec3_dot(v->column_dual, plane->origin_mm);
        plane->row_offset = myo_vec3_dot(v->row_dual, plane->origin_mm);
        plane->below_mm = plane->above_mm = spacing_mm / 2.0;
    }
    qsort(v->planes, v->plane_count, sizeof *v->planes, compare_planes);
    for (size_t i = 1; i < v->plane_count; i++) {
        double gap = v->planes[i].height_mm - v->planes[i - 1].height_mm;
        if (gap <= GAP_MAX_SPACINGS * spacing_mm) {
            v->planes[i - 1].above_mm = v->planes[i].below_mm = gap / 2.0;
        }
    }
}

void tracing_volume_clear(tracing_volume *volume) {
    free(volume->planes);
    free(volume->codes);
    *volume = (tracing_volume){0};
}

void tracing_cut_clear(tracing_cut *cut) {
    for (size_t i = 0; i < TRACING_GROUPS_MAX; i++) {
        free(cut->masks[i]);
    }
    free(cut->outside);
    *cut = (tracing_cut){0};
}

static const tracing_plane *nearest_plane(const tracing_volume *v, double height_mm) {
    size_t first = 0, end = v->plane_count;
    while (first < end) {
        size_t middle = first + (end - first) / 2;
        if (v->planes[middle].height_mm < height_mm) {
            first = middle + 1;
        } else {
            end = middle;
        }
    }
    if (first == v->plane_count) {
        return &v->planes[first - 1];
    }
    bool lower_is_nearer = first > 0 && height_mm - v->planes[first - 1].height_mm <
                                            v->planes[first].height_mm - height_mm;
    return &v->planes[lower_is_nearer ? first - 1 : first];
}

double tracing_volume_distance(const tracing_volume *v, const myo_geometry *g) {
    myo_vec3 middle =
        myo_geometry_to_patient(g, ((double)g->columns - 1.0) / 2.0, ((double)g->rows - 1.0) / 2.0);
    double height = myo_vec3_dot(v->normal, middle);
    return fabs(height - nearest_plane(v, height)->height_mm);
}

double tracing_volume_misfit(const tracing_volume *v, const myo_geometry *g) {
    double last_column = (double)g->columns - 1.0, last_row = (double)g->rows - 1.0, sum = 0.0;
    const double points[5][2] = {{0.0, 0.0},
                                 {last_column, 0.0},
                                 {0.0, last_row},
                                 {last_column, last_row},
                                 {last_column / 2.0, last_row / 2.0}};
    for (int i = 0; i < 5; i++) {
        double height =
            myo_vec3_dot(v->normal, myo_geometry_to_patient(g, points[i][0], points[i][1]));
        double distance = height - nearest_plane(v, height)->height_mm;
        sum += distance * distance;
    }
    return sqrt(sum / 5.0);
}

/* --- Sampling --------------------------------------------------------------------------------- */

/* A number that changes evenly over the slice: at its first pixel, and per column and row. */
typedef struct ramp {
    double first, column, row;
} ramp;

static ramp make_ramp(const myo_geometry *g, myo_vec3 direction) {
    return (ramp){myo_vec3_dot(direction, g->position_mm),
                  myo_vec3_dot(direction, g->row_cosine) * g->column_spacing_mm,
                  myo_vec3_dot(direction, g->column_cosine) * g->row_spacing_mm};
}

static double ramp_at(const ramp *r, double column, double row) {
    return r->first + r->column * column + r->row * row;
}

typedef struct sampler {
    const tracing_volume *volume;
    const uint64_t *masks;
    const tracing_group *groups;
    size_t group_count;
    uint64_t lean; /* the groups that may lie upon others */
    ramp height, along_columns, along_rows;
    int points;
    double offset[POINTS_MOST]; /* of the points from the centre of a pixel */
    /* Along the normal of the slice: position of the slice, and steps of the volume. */
    myo_vec3 slice_normal;
    double slice_mm, column_mm, row_mm;
} sampler;

/* The voxel at a point; false outside of the volume. */
static bool find_voxel(const sampler *s, double column, double row, const tracing_plane **plane,
                       double voxel[2]) {
    const tracing_volume *v = s->volume;
    double height = ramp_at(&s->height, column, row);
    const tracing_plane *p = nearest_plane(v, height);
    if (height < p->height_mm - p->below_mm - REACH_TOLERANCE_MM ||
        height > p->height_mm + p->above_mm + REACH_TOLERANCE_MM) {
        return false;
    }
    voxel[0] = floor(ramp_at(&s->along_columns, column, row) - p->column_offset + 0.5);
    voxel[1] = floor(ramp_at(&s->along_rows, column, row) - p->row_offset + 0.5);
    *plane = p;
    return voxel[0] >= 0.0 && voxel[0] < (double)v->columns && voxel[1] >= 0.0 &&
           voxel[1] < (double)v->rows;
}

static uint64_t mask_at(const sampler *s, const tracing_plane *plane, const double voxel[2]) {
    const tracing_volume *v = s->volume;
    size_t index =
        plane->first + (size_t)voxel[0] * v->column_stride + (size_t)voxel[1] * v->row_stride;
    return s->masks[v->codes[index]];
}

typedef struct votes {
    unsigned none, total;
    unsigned group[TRACING_GROUPS_MAX];
    uint64_t touched, centre;
} votes;

static void take_votes(const sampler *s, double column, double row, votes *out) {
    *out = (votes){.total = (unsigned)(s->points * s->points)};
    for (int i = 0; i < s->points; i++) {
        for (int j = 0; j < s->points; j++) {
            const tracing_plane *plane;
            double voxel[2];
            uint64_t mask = find_voxel(s, column + s->offset[j], row + s->offset[i], &plane, voxel)
                                ? mask_at(s, plane, voxel)
                                : 0;
            out->none += (mask & ~s->lean) == 0;
            out->touched |= mask;
            for (uint64_t rest = mask; rest; rest &= rest - 1) {
                out->group[__builtin_ctzll(rest)]++;
            }
            if (i == s->points / 2 && j == s->points / 2) {
                out->centre = mask;
            }
        }
    }
}

/* The groups of a pixel: the one with most votes, unless background has more (the centre decides
 * among equals), and every one that more than half of the points lie in: regions of a SEG may
 * overlap. */
static uint64_t decide(const sampler *s, const votes *v) {
    unsigned best = 0;
    size_t winner = TRACING_GROUPS_MAX;
    uint64_t chosen = 0;
    for (uint64_t rest = v->touched; rest; rest &= rest - 1) {
        size_t g = (size_t)__builtin_ctzll(rest);
        uint64_t bit = (uint64_t)1 << g;
        if (2 * v->group[g] > v->total) {
            chosen |= bit;
        }
        bool central = (v->centre & bit) != 0;
        if (!(s->lean & bit) && (v->group[g] > best || (v->group[g] == best && central))) {
            best = v->group[g];
            winner = g;
        }
    }
    if (winner < TRACING_GROUPS_MAX) {
        uint64_t bit = (uint64_t)1 << winner;
        if (best > v->none || (best == v->none && (v->centre & bit))) {
            chosen |= bit;
        }
    }
    return chosen;
}

static void prepare(sampler *s, const myo_geometry *g) {
    const tracing_volume *v = s->volume;
    s->height = make_ramp(g, v->normal);
    s->along_columns = make_ramp(g, v->column_dual);
    s->along_rows = make_ramp(g, v->row_dual);
    s->slice_normal = myo_geometry_normal(g);
    s->slice_mm = myo_vec3_dot(s->slice_normal, g->position_mm);
    s->column_mm = myo_vec3_dot(s->slice_normal, v->column_step_mm);
    s->row_mm = myo_vec3_dot(s->slice_normal, v->row_step_mm);
    /* Voxels that a pixel spans, along the axis of which it spans most. */
    double span = fmax(fmax(fabs(s->along_columns.column), fabs(s->along_columns.row)),
                       fmax(fabs(s->along_rows.column), fabs(s->along_rows.row)));
    double points = 2.0 * ceil(span - SPACING_TOLERANCE) + 1.0;
    s->points = (int)fmin(fmax(points, POINTS_LEAST), POINTS_MOST);
    for (int i = 0; i < s->points; i++) {
        s->offset[i] = (i + 0.5) / s->points - 0.5;
    }
    for (size_t i = 0; i < s->group_count; i++) {
        s->lean |= s->groups[i].meaning.lean ? (uint64_t)1 << i : 0;
    }
}

/* Distance along the normal of the slice to the centre of the voxel that a pixel was taken from. */
static bool moved_at(const sampler *s, double column, double row, double *moved_mm) {
    const tracing_plane *plane;
    double voxel[2];
    if (!find_voxel(s, column, row, &plane, voxel)) {
        return false;
    }
    *moved_mm = fabs(myo_vec3_dot(s->slice_normal, plane->origin_mm) + s->column_mm * voxel[0] +
                     s->row_mm * voxel[1] - s->slice_mm);
    return true;
}

static bool mark(tracing_cut *cut, uint64_t chosen, size_t pixel, size_t pixel_count,
                 myo_error *err) {
    for (uint64_t rest = chosen; rest; rest &= rest - 1) {
        size_t g = (size_t)__builtin_ctzll(rest);
        if (!cut->masks[g] &&
            !(cut->masks[g] = myo_alloc_array(pixel_count, sizeof *cut->masks[g], err))) {
            return false;
        }
        cut->masks[g][pixel] = 1;
    }
    return true;
}

/* Counts the pixels of the masks that lie beside one where the volume has ended. */
static void count_cut(tracing_cut *cut, const uint8_t *drawn, size_t columns, size_t rows) {
    for (size_t i = 0; i < columns * rows; i++) {
        size_t c = i % columns, r = i / columns;
        cut->cut_count +=
            drawn[i] &&
            ((c > 0 && cut->outside[i - 1]) || (c + 1 < columns && cut->outside[i + 1]) ||
             (r > 0 && cut->outside[i - columns]) || (r + 1 < rows && cut->outside[i + columns]));
    }
}

bool tracing_volume_cut(const tracing_volume *volume, const uint64_t *masks,
                        const tracing_group *groups, size_t group_count, const myo_geometry *g,
                        tracing_cut *out, myo_error *err) {
    sampler s = {.volume = volume, .masks = masks, .groups = groups, .group_count = group_count};
    size_t count = g->columns * g->rows, drawn_count = 0;
    double moved_sum = 0.0;
    *out = (tracing_cut){0};
    prepare(&s, g);
    out->outside = myo_alloc_array(count, sizeof *out->outside, err);
    uint8_t *drawn = myo_alloc_array(count, sizeof *drawn, err);
    bool done = out->outside && drawn;
    for (size_t i = 0; done && i < count; i++) {
        double column = (double)(i % g->columns), row = (double)(i / g->columns), moved;
        votes v;
        take_votes(&s, column, row, &v);
        uint64_t chosen = v.touched ? decide(&s, &v) : 0;
        bool inside = moved_at(&s, column, row, &moved);
        out->outside[i] = !inside;
        out->outside_count += !inside;
        drawn[i] = chosen != 0;
        if (chosen && inside) {
            moved_sum += moved;
            drawn_count++;
        }
        done = mark(out, chosen, i, count, err);
    }
    if (done) {
        count_cut(out, drawn, g->columns, g->rows);
        out->moved_mm = drawn_count ? moved_sum / (double)drawn_count : 0.0;
    }
    free(drawn);
    return done;
}

/* --- The plane that was drawn on -------------------------------------------------------------- */

void tracing_volume_find_plane(const tracing_volume *v, const uint64_t *masks,
                               myo_tracing_plane *out) {
    for (size_t p = 0; p < v->plane_count; p++) {
        const tracing_plane *plane = &v->planes[p];
        size_t found = 0;
        double column_sum = 0.0, row_sum = 0.0;
        for (size_t r = 0; r < v->rows; r++) {
            for (size_t c = 0; c < v->columns; c++) {
                size_t index = plane->first + c * v->column_stride + r * v->row_stride;
                if (masks[v->codes[index]]) {
                    found++;
                    column_sum += (double)c;
                    row_sum += (double)r;
                }
            }
        }
        out->plane_count += found > 0;
        if (found > out->labelled_pixels) {
            double c = column_sum / (double)found, r = row_sum / (double)found;
            myo_vec3 u = v->column_step_mm, w = v->row_step_mm, o = plane->origin_mm;
            out->labelled_pixels = found;
            out->normal = v->normal;
            out->point_mm = (myo_vec3){o.x + u.x * c + w.x * r, o.y + u.y * c + w.y * r,
                                       o.z + u.z * c + w.z * r};
        }
    }
}
