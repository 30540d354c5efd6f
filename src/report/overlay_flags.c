/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Quality flags in plain words: what a person should look at before trusting the numbers. */
#include "report/overlay_private.h"

#include <stdio.h>

#define SIZE_HEAD 16.0
#define SIZE_LINE 14.5
#define LINE 22.0
/* One line for each structure and flag, and one for each flag of the whole slice. */
#define LINES_MAX ((MYO_STRUCTURE_COUNT + 1) * MYO_FLAG_COUNT)
#define LINE_SIZE 160

/* What each flag of a structure means, by bit. */
static const char *const structure_words[MYO_FLAG_COUNT] = {
    "not found on this slice",
    "cut off by the border of the image",
    "outline may run past its boundary",
    "area outside of the plausible range",
    "sides differ more than is plausible",
    "outline uncertain",
    NULL,
    NULL,
    "fat separation not reliable",
    NULL,
};

/* What flags of the whole slice mean, by bit. */
static const char *const slice_words[MYO_FLAG_COUNT] = {
    [6] = "The level of the slice is not confirmed.",
    [7] = "No height is known: SMI is left empty.",
    [9] = "Metal on the slice: outlines and attenuations may be wrong.",
};

typedef struct remarks {
    char lines[LINES_MAX][LINE_SIZE];
    size_t count;
} remarks;

static void add_structure(remarks *list, myo_structure structure, const uint32_t *flags) {
    const myo_structure_info *info = myo_structure_get(structure);
    for (unsigned bit = 0; bit < MYO_FLAG_COUNT; bit++) {
        bool left = flags[MYO_LEFT] >> bit & 1u,
             right = info->paired && flags[MYO_RIGHT] >> bit & 1u;
        if (!structure_words[bit] || (!left && !right)) {
            continue;
        }
        const char *side = !info->paired   ? ""
                           : left && right ? ", both sides"
                           : left          ? ", left"
                                           : ", right";
        char *line = list->lines[list->count++];
        snprintf(line, LINE_SIZE, "%s%s: %s", info->name, side, structure_words[bit]);
        line[0] = (char)(line[0] >= 'a' && line[0] <= 'z' ? line[0] - 'a' + 'A' : line[0]);
    }
}

/* Structures first, in their order, then what concerns the whole slice. */
static void collect(const myo_report_slice *slice, const myo_report_features *features,
                    remarks *list) {
    uint32_t all = features ? features->flags : 0;
    for (int s = 0; s < MYO_STRUCTURE_COUNT; s++) {
        if (myo_report_is_listed(slice, (myo_structure)s)) {
            const uint32_t *flags = slice->flags[s];
            all |= flags[MYO_LEFT] | flags[MYO_RIGHT];
            add_structure(list, (myo_structure)s, flags);
        }
    }
    for (unsigned bit = 0; bit < MYO_FLAG_COUNT; bit++) {
        if (slice_words[bit] && all >> bit & 1u) {
            snprintf(list->lines[list->count++], LINE_SIZE, "%s", slice_words[bit]);
        }
    }
}

void overlay_draw_flags(cairo_t *cairo, const myo_report_slice *slice,
                        const myo_report_features *features, double y, double bottom) {
    remarks list = {.count = 0};
    collect(slice, features, &list);
    y += 30.0;
    if (list.count == 0) {
        overlay_draw_text(cairo, OVERLAY_MARGIN, y, OVERLAY_LEFT, OVERLAY_CONTENT, SIZE_HEAD, true,
                          overlay_good, "No quality flags");
        return;
    }
    overlay_draw_text(cairo, OVERLAY_MARGIN, y, OVERLAY_LEFT, OVERLAY_CONTENT, SIZE_HEAD, true,
                      overlay_warning, "Please check");
    size_t room = bottom - y > LINE ? (size_t)((bottom - y - 0.5 * LINE) / LINE) : 0;
    size_t shown = list.count <= room ? list.count : room ? room - 1 : 0;
    for (size_t i = 0; i < shown; i++) {
        y += LINE;
        overlay_draw_text(cairo, OVERLAY_MARGIN, y, OVERLAY_LEFT, OVERLAY_CONTENT, SIZE_LINE, false,
                          overlay_text, list.lines[i]);
    }
    if (shown < list.count && room) {
        char more[LINE_SIZE];
        snprintf(more, sizeof more, "and %zu more: see measurements.csv", list.count - shown);
        overlay_draw_text(cairo, OVERLAY_MARGIN, y + LINE, OVERLAY_LEFT, OVERLAY_CONTENT, SIZE_LINE,
                          false, overlay_faint, more);
    }
}
