/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Planes of axial slices, discs with their names, and letters over the sagittal slice. */
#include "base/text.h"
#include "io/csv.h"
#include "report/level_picture_private.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Lines of neighbouring slices are at least so far apart. */
#define PLANE_DISTANCE_MIN 6.0
/* Names stand so far in front of a disc's centre: half of the depth of a lumbar disc (about 18 mm,
 * S.H. Zhou et al., Eur Spine J 9:242-248, 2000) and a gap. */
#define NAME_DISTANCE_MM 25.0
#define NAME_SIZE 19.0
#define NAME_HEIGHT 28.0
#define NAME_PADDING 8.0
#define NAME_TEXT_SIZE 24
#define LETTER_SIZE 38.0
#define LETTER_WIDTH 60.0 /* of the border that a letter takes */
#define LABEL_SIZE 15.0
#define LABEL_HEIGHT 52.0 /* of the two lines of a label in the gutter */

typedef struct spot {
    double x, y;
} spot;

typedef struct line {
    spot front, back;
} line;

/* Where a pixel of the slice lies in the picture. */
static spot place(const overlay_view *view, double column, double row) {
    return (spot){(column + 0.5) * view->x_scale / view->unit,
                  ((row + 0.5) * view->y_scale + view->top) / view->unit};
}

/* Cuts a line off where it leaves the picture to the front or to the back; false when it lies
 * outside. */
static bool clip(line *l, double width) {
    double dx = l->back.x - l->front.x, slope = (l->back.y - l->front.y) / (dx > 0.0 ? dx : 1.0);
    if (!(l->back.x > 0.0 && l->front.x < width)) {
        return false;
    }
    if (l->front.x < 0.0) {
        l->front = (spot){0.0, l->front.y - slope * l->front.x};
    }
    if (l->back.x > width) {
        l->back = (spot){width, l->back.y - slope * (l->back.x - width)};
    }
    return isfinite(l->front.y + l->back.y);
}

/* Where the border of an axial image cuts the plane of the sagittal slice, within the picture:
 * twice, or not at all. */
static bool cut(const overlay_view *view, const myo_geometry *axial, line *out) {
    const myo_geometry *sagittal = myo_image_get_geometry(view->image);
    double right = (double)axial->columns - 0.5, bottom = (double)axial->rows - 0.5;
    const double corners[5][2] = {
        {-0.5, -0.5}, {right, -0.5}, {right, bottom}, {-0.5, bottom}, {-0.5, -0.5}};
    double column[5], row[5], distance[5];
    spot spots[4];
    size_t count = 0;
    for (int i = 0; i < 5; i++) {
        myo_vec3 corner = myo_geometry_to_patient(axial, corners[i][0], corners[i][1]);
        myo_geometry_from_patient(sagittal, corner, &column[i], &row[i], &distance[i]);
    }
    for (int i = 0; i < 4; i++) {
        if ((distance[i] < 0.0) != (distance[i + 1] < 0.0)) {
            double t = distance[i] / (distance[i] - distance[i + 1]);
            spots[count++] = place(view, column[i] + t * (column[i + 1] - column[i]),
                                   row[i] + t * (row[i + 1] - row[i]));
        }
    }
    if (count != 2) {
        return false;
    }
    bool swap = spots[0].x > spots[1].x;
    *out = (line){spots[swap ? 1 : 0], spots[swap ? 0 : 1]};
    return clip(out, view->width / view->unit);
}

static bool is_drawn(const myo_instance *instance) {
    return instance->has_position && instance->has_spacing &&
           myo_geometry_plane(&instance->geometry) == MYO_PLANE_AXIAL;
}

size_t level_picture_plane_step(const overlay_view *view, const myo_series *axial,
                                const myo_stack *stack) {
    const myo_instance *first = &axial->instances[stack->first];
    double extent_mm = fabs(first[stack->count - 1].location_mm - first->location_mm);
    double extent = extent_mm * view->px_per_mm / view->unit;
    double lines = fmax(1.0, floor(extent / PLANE_DISTANCE_MIN));
    return (size_t)fmax(1.0, ceil((double)(stack->count - 1) / lines));
}

static void draw_planes(cairo_t *cairo, const overlay_view *view, const myo_series *axial) {
    for (size_t s = 0; s < axial->stack_count; s++) {
        const myo_stack *stack = &axial->stacks[s];
        size_t step = level_picture_plane_step(view, axial, stack);
        for (size_t i = 0; i < stack->count; i += step) {
            const myo_instance *instance = &axial->instances[stack->first + i];
            line l;
            if (is_drawn(instance) && cut(view, &instance->geometry, &l)) {
                level_picture_draw_plane(cairo, l.front.x, l.front.y, l.back.x, l.back.y);
            }
        }
    }
}

/* The way to the front along a disc, which lies across the line through its neighbours. */
static spot find_front(const spot *centres, size_t count, size_t index) {
    spot above = centres[index > 0 ? index - 1 : 0];
    spot below = centres[index + 1 < count ? index + 1 : index];
    double dx = below.x - above.x, dy = below.y - above.y, length = hypot(dx, dy);
    if (!(length > 0.0)) {
        return (spot){-1.0, 0.0};
    }
    spot front = {-dy / length, dx / length};
    return front.x < 0.0 ? front : (spot){-front.x, -front.y};
}

/* Draws a disc's name on a plate that ends at `right`; the level looked for stands out. Returns
 * where the plate begins. */
static double draw_name(cairo_t *cairo, const myo_disc *disc, bool wanted, double right, double y) {
    char name[NAME_TEXT_SIZE];
    overlay_color color = level_picture_disc_color(disc);
    snprintf(name, sizeof name, "%s%s", disc->name, level_picture_is_sure(disc) ? "" : "?");
    double width = overlay_measure_text(cairo, NAME_SIZE, true, name) + 2.0 * NAME_PADDING;
    double left = fmax(right - width, 6.0);
    overlay_set_color(cairo, wanted ? color : overlay_background);
    cairo_rectangle(cairo, left, y - 0.5 * NAME_HEIGHT, width, NAME_HEIGHT);
    cairo_fill_preserve(cairo);
    overlay_set_color(cairo, color);
    cairo_set_line_width(cairo, 1.2);
    cairo_stroke(cairo);
    overlay_draw_text(cairo, left + NAME_PADDING, y + 0.36 * NAME_SIZE, OVERLAY_LEFT, 0.0,
                      NAME_SIZE, true, wanted ? overlay_background : color, name);
    return left;
}

/* Where the names go: each in front of its disc, all one below the other within the picture. */
static void place_names(const overlay_view *view, const spot *centres, size_t count, spot *names) {
    const double step = NAME_HEIGHT + 4.0;
    double distance = NAME_DISTANCE_MM * view->px_per_mm / view->unit;
    double top = 0.5 * step, bottom = OVERLAY_UNITS_HIGH - 0.5 * step;
    for (size_t i = 0; i < count; i++) {
        spot front = find_front(centres, count, i);
        names[i].x = centres[i].x + distance * front.x;
        names[i].y = fmax(centres[i].y + distance * front.y, top);
        top = names[i].y + step;
    }
    for (size_t i = count; i > 0; i--) {
        names[i - 1].y = fmin(names[i - 1].y, bottom);
        bottom = names[i - 1].y - step;
    }
}

/* Heights of the names that reach to the front border of the slice. */
typedef struct taken_heights {
    double y[MYO_DISCS_MAX];
    size_t count;
} taken_heights;

static void draw_discs(cairo_t *cairo, const overlay_view *view,
                       const myo_report_location *location, taken_heights *taken) {
    const myo_spine *spine = location->spine;
    spot centres[MYO_DISCS_MAX], names[MYO_DISCS_MAX];
    for (size_t i = 0; i < spine->count; i++) {
        double column, row;
        myo_geometry_from_patient(myo_image_get_geometry(view->image), spine->discs[i].centre_mm,
                                  &column, &row, NULL);
        centres[i] = place(view, column, row);
    }
    place_names(view, centres, spine->count, names);
    for (size_t i = 0; i < spine->count; i++) {
        const myo_disc *disc = &spine->discs[i];
        bool wanted = strcmp(disc->name, location->level) == 0;
        level_picture_draw_ring(cairo, disc, centres[i].x, centres[i].y);
        if (draw_name(cairo, disc, wanted, names[i].x, names[i].y) < LETTER_WIDTH) {
            taken->y[taken->count++] = names[i].y;
        }
    }
}

/* Draws two lines about a slice into the gutter, and a line from the end of its plane to them. */
static void draw_label(cairo_t *cairo, const overlay_view *view, const myo_level_choice *slice,
                       const line *plane, double y, overlay_color color, const char *remark) {
    const double width = view->width / view->unit, indent = 30.0;
    const double room = LEVEL_PICTURE_GUTTER_WIDTH - indent - 6.0;
    char text[64];
    overlay_set_color(cairo, color);
    cairo_set_line_width(cairo, 1.6);
    cairo_move_to(cairo, plane->back.x, plane->back.y);
    cairo_line_to(cairo, width + 6.0, y);
    cairo_line_to(cairo, width + indent - 8.0, y);
    cairo_stroke(cairo);
    snprintf(text, sizeof text, "series %d, instance %d", slice->series->number,
             slice->instance->instance_number);
    overlay_draw_text(cairo, width + indent, y - 2.0, OVERLAY_LEFT, room, LABEL_SIZE, true, color,
                      text);
    overlay_draw_text(cairo, width + indent, y + 18.0, OVERLAY_LEFT, room, LABEL_SIZE, false, color,
                      remark);
}

/* What the label of the chosen slice says below its numbers. */
static void describe_chosen(const myo_level_choice *slice, myo_text *text) {
    myo_text_append(text, slice->level);
    if (isfinite(slice->distance_mm)) {
        myo_text_append(text, ", ");
        myo_csv_append_number(text, true, fabs(slice->distance_mm), 1);
        myo_text_append(text, " mm from the disc");
    } else if (!slice->confirmed) {
        myo_text_append(text, ", not confirmed");
    }
}

/* A slice's plane; false where it does not reach the sagittal slice. */
static bool find_plane(const overlay_view *view, const myo_level_choice *slice, line *out) {
    return slice && is_drawn(slice->instance) && cut(view, &slice->instance->geometry, out);
}

/* Heights of the labels of both slices: at the ends of their planes, but apart, and within the
 * picture. */
static void place_labels(const line *chosen, const line *other, double *chosen_y, double *other_y) {
    const double top = 24.0, bottom = OVERLAY_UNITS_HIGH - 28.0;
    *chosen_y = fmin(fmax(chosen->back.y, top), bottom);
    *other_y = fmin(fmax(other->back.y, top), bottom);
    if (fabs(*other_y - *chosen_y) < LABEL_HEIGHT) {
        bool below = other->back.y >= chosen->back.y ? *chosen_y + LABEL_HEIGHT <= bottom
                                                     : *chosen_y - LABEL_HEIGHT < top;
        *other_y = *chosen_y + (below ? LABEL_HEIGHT : -LABEL_HEIGHT);
    }
}

static void draw_slices(cairo_t *cairo, const overlay_view *view,
                        const myo_report_location *location) {
    line chosen = {{0.0, 0.0}, {0.0, 0.0}}, other = {{0.0, 0.0}, {0.0, 0.0}};
    bool has_chosen = find_plane(view, location->slice, &chosen);
    bool has_other = find_plane(view, location->other, &other);
    double chosen_y, other_y;
    place_labels(has_chosen ? &chosen : &other, &other, &chosen_y, &other_y);
    if (has_other) {
        char remark[64];
        snprintf(remark, sizeof remark, "%s if the count is one off", location->other->level);
        level_picture_draw_other(cairo, other.front.x, other.front.y, other.back.x, other.back.y);
        draw_label(cairo, view, location->other, &other, other_y, level_picture_other, remark);
    }
    if (has_chosen) {
        myo_text remark = {0};
        describe_chosen(location->slice, &remark);
        level_picture_draw_chosen(cairo, chosen.front.x, chosen.front.y, chosen.back.x,
                                  chosen.back.y);
        draw_label(cairo, view, location->slice, &chosen, chosen_y, level_picture_chosen,
                   remark.data && !remark.failed ? remark.data : "");
        myo_text_clear(&remark);
    }
}

/* True when no name stands where a letter with its baseline at y goes. */
static bool is_free(const taken_heights *taken, double y) {
    for (size_t i = 0; i < taken->count; i++) {
        if (fabs(taken->y[i] - (y - 0.36 * LETTER_SIZE)) < 0.5 * (NAME_HEIGHT + LETTER_SIZE)) {
            return false;
        }
    }
    return true;
}

/* Front and back are written above the middle, where no plane of a low level ends, and not upon a
 * name. */
static void draw_letters(cairo_t *cairo, const overlay_view *view, const taken_heights *taken) {
    double y = 0.25 * OVERLAY_UNITS_HIGH, width = view->width / view->unit;
    while (!is_free(taken, y) && y < OVERLAY_UNITS_HIGH) {
        y += 0.25 * LETTER_SIZE;
    }
    overlay_draw_mark(cairo, OVERLAY_MARK_MARGIN, y, OVERLAY_LEFT, LETTER_SIZE, "A");
    overlay_draw_mark(cairo, width - OVERLAY_MARK_MARGIN, y, OVERLAY_RIGHT, LETTER_SIZE, "P");
    overlay_draw_scale_bar(cairo, view, OVERLAY_RIGHT);
}

void level_picture_draw_slice(cairo_t *cairo, const overlay_view *view,
                              const myo_report_location *location) {
    cairo_save(cairo);
    cairo_save(cairo);
    cairo_rectangle(cairo, 0.0, 0.0, view->width / view->unit, OVERLAY_UNITS_HIGH);
    cairo_clip(cairo);
    if (location->axial && location->instance) { /* a volume has no gaps to show */
        draw_planes(cairo, view, location->axial);
    }
    cairo_restore(cairo);
    draw_slices(cairo, view, location);
    taken_heights taken = {.count = 0};
    draw_discs(cairo, view, location, &taken);
    level_picture_draw_vertebrae(cairo, view, location);
    draw_letters(cairo, view, &taken);
    cairo_restore(cairo);
}
