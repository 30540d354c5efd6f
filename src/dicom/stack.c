/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Stacks of a series. Slices are grouped by orientation, sorted along their common normal by
 * normal . ImagePositionPatient (SliceLocation and InstanceNumber are not reliable), and a group
 * is split where a gap shows that two blocks of equal tilt lie behind each other.
 */
#include "dicom/stack_private.h"

#include "base/memory.h"
#include "base/sort.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Cosine of 1 degree: slices that are turned by more belong to different stacks. Disc-aligned
 * stacks differ by several degrees, rounding of the cosines by hundredths. */
static const double SAME_ORIENTATION_COSINE_MIN = 0.99984769515639127;
/* A gap above this many times the median gap separates two stacks; one slice that is missing
 * doubles the gap and separates nothing. */
static const double STACK_GAP_MAX = 2.5;
/* Positions nearer than this are the same slice taken again. */
static const double SAME_LOCATION_MM = 0.01;

/* Straight stacks miss their normal by the rounding of positions: some hundredths of a millimetre
 * over some millimetres. Gantries tilt by 5 to 30 degrees. */
static const double GANTRY_TILT_MIN_DEG = 1.0;
static const double GANTRY_SHIFT_MIN_MM = 0.5;
/* Slices of a tilted gantry lie on a line; where one is off it by more than this part of
 * the whole shift, somebody has moved the field of view. */
static const double GANTRY_LINE_ERROR_MAX = 0.1;

static const double DEGREES_PER_RADIAN = 57.295779513082323;

typedef struct slice {
    const dicom_header *header;
    size_t group;       /* number of the orientation; NO_GROUP without position */
    double location_mm; /* along the normal of the group's first slice */
    double order_mm;    /* the same, signed so that it grows from foot to head and so on */
} slice;

#define NO_GROUP SIZE_MAX

typedef struct block {
    size_t first, count;
    double height_mm; /* patient z of the centre of the middle slice */
    bool has_position;
} block;

static int compare_doubles(double a, double b) {
    return a < b ? -1 : a > b;
}

static int compare_headers(const dicom_header *a, const dicom_header *b) {
    if (a->instance_number != b->instance_number) {
        return a->instance_number < b->instance_number ? -1 : 1;
    }
    return strcmp(a->sop_uid, b->sop_uid);
}

static int by_instance(const void *left, const void *right) {
    const slice *a = left, *b = right;
    return compare_headers(a->header, b->header);
}

static int by_location(const void *left, const void *right) {
    const slice *a = left, *b = right;
    if (a->group != b->group) {
        return a->group < b->group ? -1 : 1;
    }
    int order = compare_doubles(a->order_mm, b->order_mm);
    return order ? order : compare_headers(a->header, b->header);
}

static int by_height(const void *left, const void *right) {
    const block *a = left, *b = right;
    if (a->has_position != b->has_position) {
        return a->has_position ? -1 : 1;
    }
    int order = compare_doubles(a->height_mm, b->height_mm);
    return order ? order : a->first < b->first ? -1 : 1;
}

static bool same_orientation(const myo_geometry *a, const myo_geometry *b) {
    return myo_vec3_dot(myo_geometry_normal(a), myo_geometry_normal(b)) >=
               SAME_ORIENTATION_COSINE_MIN &&
           myo_vec3_dot(a->row_cosine, b->row_cosine) >= SAME_ORIENTATION_COSINE_MIN;
}

/* 1 when the normal points to the head (axial), left (sagittal) or back (coronal), else -1. */
static double direction_of(const myo_geometry *geometry) {
    myo_vec3 normal = myo_geometry_normal(geometry);
    double along = normal.z;
    if (myo_geometry_plane(geometry) == MYO_PLANE_SAGITTAL) {
        along = normal.x;
    } else if (myo_geometry_plane(geometry) == MYO_PLANE_CORONAL) {
        along = normal.y;
    }
    return along < 0.0 ? -1.0 : 1.0;
}

/* Gives every slice the number of its orientation. `leaders` has room for one per slice. */
static void group_by_orientation(slice *slices, size_t count, const slice **leaders) {
    size_t groups = 0;
    for (size_t i = 0; i < count; i++) {
        const myo_geometry *geometry = &slices[i].header->geometry;
        if (!slices[i].header->has_position) {
            slices[i].group = NO_GROUP;
            continue;
        }
        size_t group = 0;
        while (group < groups && !same_orientation(geometry, &leaders[group]->header->geometry)) {
            group++;
        }
        if (group == groups) {
            leaders[groups++] = &slices[i];
        }
        const myo_geometry *leader = &leaders[group]->header->geometry;
        slices[i].group = group;
        slices[i].location_mm = myo_vec3_dot(myo_geometry_normal(leader), geometry->position_mm);
        slices[i].order_mm = slices[i].location_mm * direction_of(leader);
    }
}

/* Median distance between neighbours, repeated positions left out; 0 when there is none. */
static double median_gap(const slice *slices, size_t count, double *gaps) {
    size_t found = 0;
    for (size_t i = 1; i < count; i++) {
        double gap = slices[i].order_mm - slices[i - 1].order_mm;
        if (gap > SAME_LOCATION_MM) {
            gaps[found++] = gap;
        }
    }
    myo_sort_doubles(gaps, found);
    return found ? gaps[(found - 1) / 2] : 0.0;
}

static double centre_height_mm(const myo_geometry *geometry) {
    return myo_geometry_to_patient(geometry, ((double)geometry->columns - 1.0) / 2.0,
                                   ((double)geometry->rows - 1.0) / 2.0)
        .z;
}

/* Cuts the sorted slices into blocks; returns how many. */
static size_t cut_blocks(const slice *slices, size_t count, double *gaps, block *blocks) {
    size_t found = 0;
    for (size_t start = 0, end; start < count; start = end) {
        end = start + 1;
        while (end < count && slices[end].group == slices[start].group) {
            end++;
        }
        bool has_position = slices[start].group != NO_GROUP;
        double limit = STACK_GAP_MAX * median_gap(slices + start, end - start, gaps);
        for (size_t first = start, next; first < end; first = next) {
            next = first + 1;
            while (next < end &&
                   (!has_position || slices[next].order_mm - slices[next - 1].order_mm <= limit ||
                    limit <= 0.0)) {
                next++;
            }
            const slice *middle = &slices[first + (next - first - 1) / 2];
            blocks[found++] = (block){
                .first = first,
                .count = next - first,
                .has_position = has_position,
                .height_mm = has_position ? centre_height_mm(&middle->header->geometry) : 0.0};
        }
    }
    return found;
}

/* From the position of one slice to that of another: along the normal, and the rest. */
static double split_step(const slice *from, const slice *to, myo_vec3 *across) {
    const myo_geometry *a = &from->header->geometry, *b = &to->header->geometry;
    myo_vec3 normal = myo_geometry_normal(a);
    myo_vec3 step = {b->position_mm.x - a->position_mm.x, b->position_mm.y - a->position_mm.y,
                     b->position_mm.z - a->position_mm.z};
    double along = myo_vec3_dot(step, normal);
    *across =
        (myo_vec3){step.x - along * normal.x, step.y - along * normal.y, step.z - along * normal.z};
    return along;
}

/* CT with a tilted gantry moves the table along another line than the normal of its slices. */
static double gantry_tilt_deg(const slice *slices, size_t count) {
    if (count < 2 || slices[0].group == NO_GROUP) {
        return 0.0;
    }
    myo_vec3 shift;
    double length = split_step(&slices[0], &slices[count - 1], &shift);
    double shift_mm = sqrt(myo_vec3_dot(shift, shift));
    double tilt_deg = atan2(shift_mm, fabs(length)) * DEGREES_PER_RADIAN;
    if (fabs(length) <= SAME_LOCATION_MM || tilt_deg < GANTRY_TILT_MIN_DEG ||
        shift_mm < GANTRY_SHIFT_MIN_MM) {
        return 0.0;
    }
    for (size_t i = 1; i < count; i++) {
        myo_vec3 across;
        double part = split_step(&slices[0], &slices[i], &across) / length;
        myo_vec3 error = {across.x - part * shift.x, across.y - part * shift.y,
                          across.z - part * shift.z};
        if (myo_vec3_dot(error, error) >
            GANTRY_LINE_ERROR_MAX * GANTRY_LINE_ERROR_MAX * shift_mm * shift_mm) {
            return 0.0;
        }
    }
    return tilt_deg;
}

static void fill_instance(const slice *from, myo_instance *out) {
    const dicom_header *header = from->header;
    *out = (myo_instance){.path = header->path,
                          .archive = header->archive,
                          .frame = header->frame,
                          .frame_count = header->frame_count,
                          .sop_uid = header->sop_uid,
                          .instance_number = header->instance_number,
                          .has_position = header->has_position,
                          .has_spacing = header->has_spacing,
                          .geometry = header->geometry,
                          .location_mm = from->location_mm};
}

static void fill_outputs(const slice *slices, const block *blocks, size_t block_count,
                         myo_instance *instances, myo_stack *stacks) {
    size_t filled = 0;
    for (size_t b = 0; b < block_count; b++) {
        const slice *first = &slices[blocks[b].first];
        stacks[b] = (myo_stack){.first = filled,
                                .count = blocks[b].count,
                                .tilt_deg = blocks[b].has_position
                                                ? myo_geometry_tilt_deg(&first->header->geometry)
                                                : (double)NAN,
                                .gantry_tilt_deg = gantry_tilt_deg(first, blocks[b].count)};
        for (size_t i = 0; i < blocks[b].count; i++) {
            fill_instance(first + i, &instances[filled++]);
        }
    }
}

bool dicom_arrange_stacks(const dicom_header *const *headers, size_t count, myo_instance *instances,
                          myo_stack *stacks, size_t *stack_count, myo_error *err) {
    bool done = false;
    slice *slices = myo_alloc_array(count, sizeof *slices, err);
    const slice **leaders = myo_alloc_array(count, sizeof *leaders, err);
    double *gaps = myo_alloc_array(count, sizeof *gaps, err);
    block *blocks = myo_alloc_array(count, sizeof *blocks, err);
    if (slices && leaders && gaps && blocks) {
        for (size_t i = 0; i < count; i++) {
            slices[i].header = headers[i];
        }
        qsort(slices, count, sizeof *slices, by_instance);
        group_by_orientation(slices, count, leaders);
        qsort(slices, count, sizeof *slices, by_location);
        *stack_count = cut_blocks(slices, count, gaps, blocks);
        qsort(blocks, *stack_count, sizeof *blocks, by_height);
        fill_outputs(slices, blocks, *stack_count, instances, stacks);
        done = true;
    }
    free(slices);
    free(leaders);
    free(gaps);
    free(blocks);
    return done;
}
