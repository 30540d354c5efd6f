/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as outlines: refused with a reason, or drawn on slices that they may lie on. */
#include "fuzz.h"

#include <assert.h>
#include <myotome/tracing.h>
#include <string.h>

#define SIDE 12

static void check_drawn(const myo_tracing_drawn *drawn) {
    uint32_t sides[MYO_STRUCTURE_COUNT] = {0};
    const uint16_t *labels = myo_labels_get_const_pixels(drawn->labels);
    for (size_t i = 0; i < SIDE * SIDE; i++) {
        myo_structure structure;
        myo_side side;
        if (labels[i]) {
            bool known = myo_structure_from_label(labels[i], &structure, &side);
            assert(known);
            (void)known;
            sides[structure] |= (uint32_t)1 << side;
        }
        assert(!drawn->lean || drawn->lean[i] <= 1);
    }
    assert(memcmp(sides, drawn->sides, sizeof sides) == 0);
    assert(strlen(drawn->notes) < MYO_TRACING_NOTES_SIZE);
    assert(drawn->moved_mm >= 0.0);
}

/* A slice about a point, straight or tilted. */
static void draw(const myo_tracing *tracing, myo_vec3 middle, bool tilted) {
    const myo_geometry g = {
        .columns = SIDE,
        .rows = SIDE,
        .column_spacing_mm = 1.0,
        .row_spacing_mm = tilted ? 2.5 : 1.0,
        .position_mm = {middle.x - SIDE / 2.0, middle.y - SIDE / 2.0, middle.z},
        .row_cosine = {1.0, 0.0, 0.0},
        .column_cosine = {0.0, tilted ? 0.8 : 1.0, tilted ? -0.6 : 0.0},
    };
    const myo_tracing_grid grid = {.geometry = &g, .sop_uid = "1.2.9.1"};
    myo_tracing_drawn drawn;
    myo_error err = {0};
    if (myo_tracing_draw(tracing, &grid, &drawn, &err)) {
        check_drawn(&drawn);
        myo_tracing_drawn_clear(&drawn);
    } else {
        assert(err.code != MYO_OK && err.message[0] != '\0' && !strchr(err.message, '\n'));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char *const schemes[] = {NULL, "myotome", "totalsegmentator", "totalspineseg"};
    const char *path = fuzz_write_file(data, size);
    myo_tracing_options options = {.labels_from = schemes[size % 4]};
    myo_tracing *tracing = NULL;
    myo_error err = {0};
    bool is_file = myo_tracing_is_file(path);
    if (!myo_tracing_open(path, &options, &tracing, &err)) {
        assert(err.code != MYO_OK && err.message[0] != '\0' && !strchr(err.message, '\n'));
        return 0;
    }
    assert(is_file);
    (void)is_file;
    myo_tracing_plane plane;
    if (myo_tracing_find_plane(tracing, &plane, NULL)) {
        draw(tracing, plane.point_mm, false);
        draw(tracing, plane.point_mm, true);
    }
    draw(tracing, (myo_vec3){0.0, 0.0, 0.0}, false);
    for (size_t i = 0; i < myo_tracing_get_source_count(tracing); i++) {
        assert(myo_tracing_get_source_uid(tracing, i)[0] != '\0');
    }
    myo_tracing_destroy(tracing);
    return 0;
}
