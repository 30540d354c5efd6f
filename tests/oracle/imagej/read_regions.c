/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Prints what is in files of regions: name, position, number of pixels, CRC-32 of the mask on a
 * picture of 512 x 512 (a byte for each pixel, 1 inside); regions without area have zeros. With
 * -w FILE all regions that have an area are written again, into FILE.
 */
#include "io/imagej_roi.h"

#include <stdio.h>
#include <string.h>
#include <zlib.h>

#define SIDE 512

static bool print_region(const myo_roi *roi, myo_error *err) {
    static uint8_t mask[SIDE * SIDE];
    memset(mask, 0, sizeof mask);
    if (!myo_roi_fill(roi, SIDE, SIDE, mask, err)) {
        return false;
    }
    long area = 0;
    for (int i = 0; i < SIDE * SIDE; i++) {
        area += mask[i];
    }
    unsigned long crc = area ? crc32(crc32(0, NULL, 0), mask, sizeof mask) : 0;
    printf("%s,%d,%ld,%lx\n", roi->name, roi->position, area, crc);
    return true;
}

static bool write_again(const char *path, const myo_roi_list *list, myo_error *err) {
    myo_roi_list areas = {0};
    bool done = true;
    for (size_t i = 0; done && i < list->count; i++) {
        const myo_roi *from = &list->rois[i];
        myo_roi *to = NULL;
        if (from->type == MYO_ROI_OTHER) {
            continue;
        }
        done = myo_roi_list_add(&areas, from->name, from->type, &to, err);
        for (size_t p = 0; done && p < from->path_count; p++) {
            done = myo_roi_begin_path(to, err);
            for (size_t k = 0; done && k < from->paths[p].point_count; k++) {
                const double *xy = from->paths[p].xy + 2 * k;
                done = myo_roi_add_point(to, xy[0], xy[1], err);
            }
        }
        if (done) {
            to->position = from->position;
            to->left = from->left;
            to->top = from->top;
            to->width = from->width;
            to->height = from->height;
            to->corner_diameter = from->corner_diameter;
        }
    }
    done = done && myo_roi_write_list_zip(path, &areas, err);
    myo_roi_list_clear(&areas);
    return done;
}

int main(int argc, char **argv) {
    bool again = argc > 3 && strcmp(argv[1], "-w") == 0, done = true;
    myo_error err = {0};
    for (int i = again ? 3 : 1; done && i < argc; i++) {
        myo_roi_list list;
        done = myo_roi_read(argv[i], &list, &err);
        for (size_t r = 0; done && r < list.count; r++) {
            done = print_region(&list.rois[r], &err);
        }
        done = done && (!again || write_again(argv[2], &list, &err));
        myo_roi_list_clear(&list);
    }
    if (!done) {
        fprintf(stderr, "%s\n", err.message);
    }
    return done ? 0 : 1;
}
