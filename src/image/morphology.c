/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "image/morphology.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FAR 1e12f /* squared distance of a pixel that no other is near to */

/* Marks with `mark` all pixels of value `value` that are connected with `start`; returns the sum of
 * their weights, or without weights how many there are. `stack` has room for every pixel. */
static double flood(uint8_t *pixels, const float *weights, size_t columns, size_t rows,
                    size_t start, uint8_t value, uint8_t mark, size_t *stack) {
    size_t top = 0;
    double sum = 0.0;
    pixels[start] = mark;
    stack[top++] = start;
    while (top > 0) {
        size_t i = stack[--top], c = i % columns, r = i / columns;
        sum += weights ? (double)weights[i] : 1.0;
        const size_t neighbours[4] = {i - 1, i + 1, i - columns, i + columns};
        const bool exists[4] = {c > 0, c + 1 < columns, r > 0, r + 1 < rows};
        for (int k = 0; k < 4; k++) {
            if (exists[k] && pixels[neighbours[k]] == value) {
                pixels[neighbours[k]] = mark;
                stack[top++] = neighbours[k];
            }
        }
    }
    return sum;
}

/* Keeps the piece of the greatest weight, or without weights the largest one. */
static bool keep_best(uint8_t *mask, const float *weights, size_t columns, size_t rows,
                      myo_error *err) {
    enum { VISITED = 2, CHOSEN = 3 };
    size_t *stack = myo_alloc_array(columns * rows, sizeof *stack, err);
    if (!stack) {
        return false;
    }
    size_t best_start = columns * rows;
    double best = -INFINITY;
    for (size_t i = 0; i < columns * rows; i++) {
        if (mask[i] == 1) {
            double weight = flood(mask, weights, columns, rows, i, 1, VISITED, stack);
            best_start = weight > best ? i : best_start;
            best = fmax(weight, best);
        }
    }
    if (best_start < columns * rows) {
        flood(mask, NULL, columns, rows, best_start, VISITED, CHOSEN, stack);
    }
    for (size_t i = 0; i < columns * rows; i++) {
        mask[i] = mask[i] == CHOSEN;
    }
    free(stack);
    return true;
}

bool myo_mask_keep_largest(uint8_t *mask, size_t columns, size_t rows, myo_error *err) {
    return keep_best(mask, NULL, columns, rows, err);
}

bool myo_mask_keep_heaviest(uint8_t *mask, const float *weights, size_t columns, size_t rows,
                            myo_error *err) {
    return keep_best(mask, weights, columns, rows, err);
}

bool myo_mask_keep_connected(uint8_t *mask, size_t columns, size_t rows, size_t start,
                             myo_error *err) {
    enum { CHOSEN = 2 };
    size_t *stack = myo_alloc_array(columns * rows, sizeof *stack, err);
    if (!stack) {
        return false;
    }
    flood(mask, NULL, columns, rows, start, 1, CHOSEN, stack);
    for (size_t i = 0; i < columns * rows; i++) {
        mask[i] = mask[i] == CHOSEN;
    }
    free(stack);
    return true;
}

bool myo_mask_drop_small(uint8_t *mask, size_t columns, size_t rows, size_t smallest,
                         myo_error *err) {
    enum { VISITED = 2, SMALL = 3 };
    size_t *stack = myo_alloc_array(columns * rows, sizeof *stack, err);
    if (!stack) {
        return false;
    }
    for (size_t i = 0; i < columns * rows; i++) {
        if (mask[i] == 1 &&
            flood(mask, NULL, columns, rows, i, 1, VISITED, stack) < (double)smallest) {
            flood(mask, NULL, columns, rows, i, VISITED, SMALL, stack);
        }
    }
    for (size_t i = 0; i < columns * rows; i++) {
        mask[i] = mask[i] == VISITED;
    }
    free(stack);
    return true;
}

/* The least box that holds a mask; false when the mask is empty. */
typedef struct box {
    size_t column, row, columns, rows;
} box;

static bool find_box(const uint8_t *mask, size_t columns, size_t rows, box *out) {
    size_t first_column = columns, last_column = 0, first_row = rows, last_row = 0;
    for (size_t r = 0; r < rows; r++) {
        const uint8_t *line = mask + r * columns;
        const uint8_t *first = memchr(line, 1, columns);
        if (!first) {
            continue;
        }
        size_t c = (size_t)(first - line), last = columns - 1;
        while (!line[last]) {
            last--;
        }
        first_column = c < first_column ? c : first_column;
        last_column = last > last_column ? last : last_column;
        first_row = first_row == rows ? r : first_row;
        last_row = r;
    }
    *out = (box){first_column, first_row, last_column + 1 - first_column, last_row + 1 - first_row};
    return first_row < rows;
}

/* Beyond the mask's box everything is outside, so that the search stays within it. */
bool myo_mask_fill_holes(uint8_t *mask, size_t columns, size_t rows, myo_error *err) {
    enum { OUTSIDE = 2 };
    box b;
    if (!find_box(mask, columns, rows, &b)) {
        return true;
    }
    size_t count = b.columns * b.rows;
    size_t *stack = myo_alloc_array(count, sizeof *stack, err);
    uint8_t *part = myo_alloc_array(count, 1, err);
    bool done = stack && part;
    uint8_t *corner = mask + b.row * columns + b.column;
    for (size_t r = 0; done && r < b.rows; r++) {
        memcpy(part + r * b.columns, corner + r * columns, b.columns);
    }
    for (size_t i = 0; done && i < count; i++) {
        size_t c = i % b.columns, r = i / b.columns;
        bool border = c == 0 || r == 0 || c + 1 == b.columns || r + 1 == b.rows;
        if (border && part[i] == 0) {
            flood(part, NULL, b.columns, b.rows, i, 0, OUTSIDE, stack);
        }
    }
    for (size_t i = 0; done && i < count; i++) {
        corner[i / b.columns * columns + i % b.columns] = part[i] != OUTSIDE;
    }
    free(stack);
    free(part);
    return done;
}

/* Combines every pixel with its neighbours in a disc: erosion takes the least, dilation the most.
 */
static void pass_disc(const uint8_t *from, uint8_t *to, size_t columns, size_t rows, double radius,
                      bool erode) {
    long reach = (long)radius;
    for (long r = 0; r < (long)rows; r++) {
        for (long c = 0; c < (long)columns; c++) {
            bool result = erode;
            for (long dy = -reach; dy <= reach && result == erode; dy++) {
                for (long dx = -reach; dx <= reach && result == erode; dx++) {
                    if ((double)(dx * dx + dy * dy) > radius * radius + 0.5) {
                        continue;
                    }
                    bool inside =
                        c + dx >= 0 && c + dx < (long)columns && r + dy >= 0 && r + dy < (long)rows;
                    result = inside && from[(r + dy) * (long)columns + c + dx] != 0;
                }
            }
            to[r * (long)columns + c] = result;
        }
    }
}

bool myo_mask_open(uint8_t *mask, size_t columns, size_t rows, double radius_pixels,
                   myo_error *err) {
    uint8_t *eroded = myo_alloc_array(columns * rows, 1, err);
    if (!eroded) {
        return false;
    }
    pass_disc(mask, eroded, columns, rows, radius_pixels, true);
    pass_disc(eroded, mask, columns, rows, radius_pixels, false);
    free(eroded);
    return true;
}

/* Lower envelope of the parabolas over one line: squared distance to the nearest zero. */
typedef struct line_work {
    float *value, *result, *bound;
    size_t *vertex;
} line_work;

static bool create_line_work(size_t columns, size_t rows, line_work *w, myo_error *err) {
    size_t longer = (columns > rows ? columns : rows) + 2;
    *w = (line_work){.value = myo_alloc_array(longer, sizeof(float), err),
                     .result = myo_alloc_array(longer, sizeof(float), err),
                     .bound = myo_alloc_array(longer, sizeof(float), err),
                     .vertex = myo_alloc_array(longer, sizeof(size_t), err)};
    return w->value && w->result && w->bound && w->vertex;
}

static void clear_line_work(line_work *w) {
    free(w->value);
    free(w->result);
    free(w->bound);
    free(w->vertex);
}

static float intersection(const float *value, float step, size_t a, size_t b) {
    float fa = (float)a * step, fb = (float)b * step;
    return ((value[b] + fb * fb) - (value[a] + fa * fa)) / (2.0f * fb - 2.0f * fa);
}

/* The points of the line lie `step` apart. */
static void transform_line(line_work *w, size_t length, float step) {
    size_t k = 0;
    w->vertex[0] = 0;
    w->bound[0] = -FAR;
    w->bound[1] = FAR;
    for (size_t q = 1; q < length; q++) {
        float s = intersection(w->value, step, w->vertex[k], q);
        while (k > 0 && s <= w->bound[k]) {
            k--;
            s = intersection(w->value, step, w->vertex[k], q);
        }
        k++;
        w->vertex[k] = q;
        w->bound[k] = s;
        w->bound[k + 1] = FAR;
    }
    k = 0;
    for (size_t q = 0; q < length; q++) {
        while (w->bound[k + 1] < (float)q * step) {
            k++;
        }
        float d = (float)q * step - (float)w->vertex[k] * step;
        w->result[q] = d * d + w->value[w->vertex[k]];
    }
}

/* Squared distance along a column, by two sweeps over all columns at once: the row of the nearest
 * such pixel above, then the nearer of it and that below. */
static void sweep_columns(const uint8_t *mask, size_t columns, size_t rows, bool inside, float step,
                          float *squared, float *below) {
    for (size_t r = 0; r < rows; r++) {
        for (size_t c = 0; c < columns; c++) {
            size_t i = r * columns + c;
            float above = r > 0 ? squared[i - columns] : -FAR;
            squared[i] = (mask[i] != 0) != inside ? (float)r : above;
        }
    }
    for (size_t c = 0; c < columns; c++) {
        below[c] = FAR;
    }
    for (size_t r = rows; r-- > 0;) {
        for (size_t c = 0; c < columns; c++) {
            size_t i = r * columns + c;
            bool here = (mask[i] != 0) != inside;
            below[c] = here ? (float)r : below[c];
            float up = (float)r * step - squared[i] * step,
                  down = below[c] * step - (float)r * step;
            float nearer = fminf(up, down);
            squared[i] = fminf(nearer * nearer, FAR);
        }
    }
}

/* Squared distance of every pixel to the nearest one whose mask differs from `inside`, for pixels
 * that lie `column_step` and `row_step` apart. */
static void squared_distance(const uint8_t *mask, size_t columns, size_t rows, bool inside,
                             float column_step, float row_step, float *squared, line_work *w) {
    sweep_columns(mask, columns, rows, inside, row_step, squared, w->value);
    for (size_t r = 0; r < rows; r++) {
        memcpy(w->value, squared + r * columns, columns * sizeof(float));
        transform_line(w, columns, column_step);
        memcpy(squared + r * columns, w->result, columns * sizeof(float));
    }
}

bool myo_mask_signed_distance(const uint8_t *mask, size_t columns, size_t rows, float limit,
                              float *distance, myo_error *err) {
    size_t count = columns * rows;
    line_work w;
    float *inner = myo_alloc_array(count, sizeof(float), err);
    bool done = create_line_work(columns, rows, &w, err) && inner;
    if (done) {
        squared_distance(mask, columns, rows, true, 1.0f, 1.0f, inner, &w);
        squared_distance(mask, columns, rows, false, 1.0f, 1.0f, distance, &w);
        for (size_t i = 0; i < count; i++) {
            float d = mask[i] ? 0.5f - sqrtf(inner[i]) : sqrtf(distance[i]) - 0.5f;
            bool alone = inner[i] >= 0.5f * FAR || distance[i] >= 0.5f * FAR;
            distance[i] = alone ? limit : fminf(fmaxf(d, -limit), limit);
        }
    }
    clear_line_work(&w);
    free(inner);
    return done;
}

bool myo_mask_distance_mm(const uint8_t *mask, size_t columns, size_t rows,
                          double column_spacing_mm, double row_spacing_mm, float *distance_mm,
                          myo_error *err) {
    line_work w;
    bool done = create_line_work(columns, rows, &w, err);
    if (done) {
        squared_distance(mask, columns, rows, false, (float)column_spacing_mm,
                         (float)row_spacing_mm, distance_mm, &w);
        for (size_t i = 0; i < columns * rows; i++) {
            distance_mm[i] = distance_mm[i] >= 0.5f * FAR ? INFINITY : sqrtf(distance_mm[i]);
        }
    }
    clear_line_work(&w);
    return done;
}

void myo_mask_fill_polygon(const double *xy, size_t point_count, uint8_t *mask, size_t columns,
                           size_t rows) {
    memset(mask, 0, columns * rows);
    for (size_t k = 0; k < point_count; k++) {
        const double *a = xy + 2 * k, *b = xy + 2 * ((k + 1) % point_count);
        if (a[1] == b[1]) {
            continue;
        }
        double first = ceil(fmin(a[1], b[1])), last = fmax(a[1], b[1]);
        for (double r = fmax(first, 0.0); r < last && r < (double)rows; r += 1.0) {
            double x = a[0] + (r - a[1]) * (b[0] - a[0]) / (b[1] - a[1]);
            uint8_t *line = mask + (size_t)r * columns;
            for (size_t c = 0; c < columns && (double)c < x; c++) {
                line[c] ^= 1;
            }
        }
    }
}
