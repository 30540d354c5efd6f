/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writes RoiSet.zip files full of random regions into the folder of the command line and prints
 * what each region is: zip, name, kind, position, number of pixels, sums of columns and rows.
 *
 * A picture of 512 x 512 is cut into cells, each with a region of its own: noise of any density
 * (holes, islands, pixels that touch at corners), the same smoothed to blobs, skylines (one piece
 * with a rough edge), checkerboards, diagonals, frames, rectangles and single pixels.
 */
#include "base/text.h"
#include "image/contour.h"
#include "io/imagej_roi.h"

#include <stdio.h>
#include <string.h>

#define SIDE 512
#define CELLS 8 /* along each side of the picture */
#define CELL (SIDE / CELLS)
#define PICTURES 5
#define REGIONS (CELLS * CELLS)
#define KINDS 10

typedef bool cell[CELL][CELL];

/* xorshift32 (G. Marsaglia 2003): the same regions on every machine. */
static uint32_t next_random(uint32_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

static void fill_noise(cell c, uint32_t percent, uint32_t *random) {
    for (int y = 0; y < CELL; y++) {
        for (int x = 0; x < CELL; x++) {
            c[y][x] = next_random(random) % 100 < percent;
        }
    }
}

/* Majority of the 3 x 3 neighbourhood, over and over: noise becomes blobs with holes. */
static void smooth(cell c, int passes) {
    for (int pass = 0; pass < passes; pass++) {
        cell before;
        memcpy(before, c, sizeof before);
        for (int y = 1; y < CELL - 1; y++) {
            for (int x = 1; x < CELL - 1; x++) {
                int set = 0;
                for (int k = 0; k < 9; k++) {
                    set += before[y + k / 3 - 1][x + k % 3 - 1];
                }
                c[y][x] = set >= 5;
            }
        }
    }
}

static bool is_in_pattern(uint32_t kind, int x, int y, int size) {
    int last = size - 1;
    bool is_border = x == 0 || y == 0 || x == last || y == last;
    switch (kind) {
    case 3:
        return (x + y) % 2 == 0; /* checkerboard: touches at corners only */
    case 4:
        return x == y || (x == y + 1 && y % 3 == 0); /* diagonal steps */
    case 5:
        return is_border || (x == size / 2 && y == size / 2); /* frame with an island */
    case 6:
        return true; /* rectangle */
    case 7:
        return is_border && x + y > 0; /* frame whose one outline comes back to a corner */
    default:
        return x == 0 && y == 0; /* one pixel */
    }
}

static void fill_skyline(cell c, uint32_t *random) {
    for (int x = 0; x < CELL; x++) {
        int height = 1 + (int)(next_random(random) % CELL);
        for (int y = CELL - height; y < CELL; y++) {
            c[y][x] = true;
        }
    }
}

static void fill_cell(cell c, uint32_t kind, uint32_t *random) {
    memset(c, 0, sizeof(cell));
    if (kind < 3) {
        fill_noise(c, kind == 0 ? 1 + next_random(random) % 99 : 45 + next_random(random) % 15,
                   random);
        smooth(c, (int)kind * 3);
        c[CELL / 2][CELL / 2] = true;
        return;
    }
    if (kind == KINDS - 1) {
        fill_skyline(c, random);
        return;
    }
    int size = 3 + (int)(next_random(random) % (CELL / 2));
    int left = (int)(next_random(random) % (uint32_t)(CELL - size));
    for (int y = 0; y < size; y++) {
        for (int x = 0; x < size; x++) {
            c[y][left + x] = is_in_pattern(kind, x, y, size);
        }
    }
}

static void paint_cell(uint16_t *pixels, int region, cell c) {
    int left = region % CELLS * CELL, top = region / CELLS * CELL;
    for (int y = 0; y < CELL; y++) {
        for (int x = 0; x < CELL; x++) {
            pixels[(top + y) * SIDE + left + x] = c[y][x] ? (uint16_t)(region + 1) : 0;
        }
    }
}

/* What was labelled, counted from the pixels; only the kind comes from the outlines. */
static bool print_region(int picture, const char *name, const uint16_t *pixels, uint16_t label) {
    long area = 0, columns = 0, rows = 0;
    for (int i = 0; i < SIDE * SIDE; i++) {
        if (pixels[i] == label) {
            area++;
            columns += i % SIDE;
            rows += i / SIDE;
        }
    }
    myo_contour_list outlines;
    if (!myo_contour_trace(pixels, SIDE, SIDE, label, &outlines, NULL)) {
        return false;
    }
    printf("%d.zip,%s,%s,%d,%ld,%ld,%ld\n", picture, name,
           outlines.count == 1 ? "Traced" : "composite", picture, area, columns, rows);
    myo_contour_list_clear(&outlines);
    return true;
}

static bool write_picture(const char *folder, int picture, myo_labels *labels, uint32_t *random,
                          myo_error *err) {
    uint16_t *pixels = myo_labels_get_pixels(labels);
    myo_roi_source sources[REGIONS];
    char names[REGIONS][32];
    bool done = true;
    for (int r = 0; r < REGIONS; r++) {
        cell c;
        fill_cell(c, (uint32_t)r % KINDS, random);
        paint_cell(pixels, r, c);
        snprintf(names[r], sizeof names[r], "region_%02d", r);
        sources[r] = (myo_roi_source){names[r], (uint16_t)(r + 1), {255, (uint8_t)r, 0}};
    }
    for (int r = 0; done && r < REGIONS; r++) {
        done = print_region(picture, names[r], pixels, sources[r].label);
    }
    myo_text path = {0};
    myo_text_printf(&path, "%s/%d.zip", folder, picture);
    done = done && !path.failed &&
           myo_roi_write_zip(path.data, labels, sources, REGIONS, picture, err);
    myo_text_clear(&path);
    return done;
}

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "a folder is needed\n");
        return 2;
    }
    myo_geometry g = {
        .columns = SIDE, .rows = SIDE, .column_spacing_mm = 1.0, .row_spacing_mm = 1.0};
    myo_labels *labels = NULL;
    myo_error err = {0};
    uint32_t random = 88675123u;
    bool done = myo_labels_create(&g, &labels, &err);
    for (int picture = 0; done && picture < PICTURES; picture++) {
        done = write_picture(argv[1], picture, labels, &random, &err);
    }
    myo_labels_destroy(labels);
    if (!done) {
        fprintf(stderr, "%s\n", err.message);
    }
    return done ? 0 : 1;
}
