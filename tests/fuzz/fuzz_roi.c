/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a file of ImageJ regions: an error of one line, or regions that can be filled, and
 * that are the same after they were written and read again. */
#include "fuzz.h"
#include "io/imagej_roi_private.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS 96
#define ROWS 64

static void fill(const myo_roi *roi, uint8_t mask[COLUMNS * ROWS]) {
    memset(mask, 0, COLUMNS * ROWS);
    myo_error err = {0};
    if (!myo_roi_fill(roi, COLUMNS, ROWS, mask, &err)) {
        assert(err.code == MYO_E_RANGE);
        memset(mask, 0, COLUMNS * ROWS);
    }
    for (size_t i = 0; i < (size_t)COLUMNS * ROWS; i++) {
        assert(mask[i] <= 1);
    }
}

static void check_again(const myo_roi *roi) {
    unsigned char *bytes = NULL;
    size_t size = 0;
    myo_error err = {0};
    if (!roi_encode(roi, &bytes, &size, &err)) {
        assert(err.code == MYO_E_RANGE || err.code == MYO_E_UNSUPPORTED);
        return;
    }
    myo_roi again;
    bool read = roi_decode(bytes, size, "again", &again, &err);
    assert(read);
    assert(roi->name[0] == '\0' || strcmp(again.name, roi->name) == 0);
    assert(again.position == roi->position && again.stroke == roi->stroke);
    /* Points of curves are finer than the floats that they are written as. */
    if (roi->type != MYO_ROI_COMPOSITE) {
        uint8_t before[COLUMNS * ROWS], after[COLUMNS * ROWS];
        fill(roi, before);
        fill(&again, after);
        assert(memcmp(before, after, sizeof before) == 0);
    }
    roi_clear(&again);
    free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const char *path = fuzz_write_file(data, size);
    myo_roi_list list;
    myo_error err = {0};
    if (!myo_roi_read(path, &list, &err)) {
        assert(err.code != MYO_OK && err.message[0] != '\0' && !strchr(err.message, '\n'));
        assert(list.count == 0 && !list.rois);
        return 0;
    }
    assert(myo_roi_is_file(path) && list.count > 0);
    for (size_t i = 0; i < list.count; i++) {
        uint8_t mask[COLUMNS * ROWS];
        fill(&list.rois[i], mask);
        check_again(&list.rois[i]);
    }
    myo_roi_list_clear(&list);
    return 0;
}
