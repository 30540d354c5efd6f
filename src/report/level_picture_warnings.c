/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a person should look at before a level is trusted, one sentence each. */
#include "base/text.h"
#include "io/csv.h"
#include "report/level_picture_private.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define SIZE_HEAD 16.0
#define SIZE_LINE 14.5
#define LINE_HEIGHT 20.3 /* of a paragraph in that size */
#define SENTENCE_GAP 5.0
#define SIGNS_MAX 32
/* Half of the height of the lowest discs (about 8 mm, S.H. Zhou et al., Eur Spine J 9:242-248,
 * 2000): a slice further away cuts a vertebra. */
#define DISTANCE_GOOD_MM 4.0

/* Where the next sentence is drawn, and whether there is one at all. */
typedef struct sheet {
    cairo_t *cairo;
    double y, bottom;
    size_t count;
} sheet;

/* Draws a sentence, with a capital and its stop, under the heading; what does not fit is left out.
 */
static void warn(sheet *s, const char *sentence) {
    if (s->count++ == 0) {
        overlay_draw_text(s->cairo, OVERLAY_MARGIN, s->y, OVERLAY_LEFT, OVERLAY_CONTENT, SIZE_HEAD,
                          true, overlay_warning, "Please check");
        s->y += 24.0;
    }
    myo_text text = {0};
    bool asks = *sentence && sentence[strlen(sentence) - 1] == '?';
    myo_text_printf(&text, "%s%s", sentence, asks ? "" : ".");
    double room = floor((s->bottom - 10.0 - s->y) / LINE_HEIGHT) + 1.0;
    if (text.data && !text.failed && room >= 1.0) {
        char *first = text.data;
        *first = (char)(*first >= 'a' && *first <= 'z' ? *first - 'a' + 'A' : *first);
        s->y = overlay_draw_paragraph(s->cairo, OVERLAY_MARGIN, s->y, OVERLAY_CONTENT, SIZE_LINE,
                                      (int)room, overlay_warning, text.data) +
               SENTENCE_GAP;
    }
    myo_text_clear(&text);
}

static void warn_and_clear(sheet *s, myo_text *text) {
    if (text->data && !text->failed) {
        warn(s, text->data);
    }
    myo_text_clear(text);
}

static void warn_of_slice(sheet *s, const myo_level_choice *slice) {
    if (!slice->confirmed) {
        warn(s, "the level is not confirmed: look at it before a result is used");
    }
    if (slice->doubt) {
        warn(s, slice->doubt);
    }
    if (fabs(slice->distance_mm) > DISTANCE_GOOD_MM) {
        myo_text text = {0};
        myo_text_append(&text, "the nearest slice lies ");
        myo_csv_append_number(&text, true, fabs(slice->distance_mm), 1);
        myo_text_append(&text, " mm from the disc");
        warn_and_clear(s, &text);
    }
}

/* The other count, and the slice that would follow from it. */
static void warn_of_other_count(sheet *s, const myo_report_location *location) {
    const myo_spine *spine = location->spine;
    if (spine->count == 0 || spine->other_shift == 0) {
        return;
    }
    myo_text text = {0};
    myo_text_printf(&text, "the count may be one off (");
    myo_csv_append_number(&text, true, 100.0 * spine->other_confidence, 0);
    myo_text_printf(&text, " %%), each disc one level %s",
                    spine->other_shift > 0 ? "higher" : "lower");
    if (location->other) {
        myo_text_printf(&text, ": %s would be image %d", location->level,
                        location->other->instance->instance_number);
    }
    warn_and_clear(s, &text);
}

static void warn_of_spine(sheet *s, const myo_report_location *location) {
    const myo_spine *spine = location->spine;
    for (unsigned bit = 0; bit < SIGNS_MAX; bit++) {
        char sentence[256];
        myo_spine one = {.signs = spine->signs & 1u << bit};
        myo_spine_describe_signs(&one, sentence, sizeof sentence);
        if (*sentence) {
            warn(s, sentence);
        }
    }
    warn_of_other_count(s, location);
    size_t unsure = 0;
    for (size_t i = 0; i < spine->count; i++) {
        unsure += !level_picture_is_sure(&spine->discs[i]);
    }
    if (unsure > 0) {
        myo_text text = {0};
        myo_text_printf(&text, "%zu of %zu discs %s unsure", unsure, spine->count,
                        unsure == 1 ? "is" : "are");
        warn_and_clear(s, &text);
    }
}

void level_picture_draw_warnings(cairo_t *cairo, const myo_report_location *location, double y,
                                 double bottom) {
    sheet s = {cairo, y + 30.0, bottom, 0};
    if (location->slice) {
        warn_of_slice(&s, location->slice);
    }
    warn_of_spine(&s, location);
    if (location->sagittal_unreadable > 0) {
        myo_text text = {0};
        myo_text_printf(&text, "%zu image%s of the sagittal series could not be read",
                        location->sagittal_unreadable,
                        location->sagittal_unreadable == 1 ? "" : "s");
        warn_and_clear(&s, &text);
    }
    const myo_spine *spine = location->spine;
    if (s.count == 0 && spine->count > 0) {
        bool has_ribs = spine->rib_free[0] > 0 || spine->rib_free[1] > 0;
        overlay_draw_text(cairo, OVERLAY_MARGIN, s.y, OVERLAY_LEFT, OVERLAY_CONTENT, SIZE_HEAD,
                          true, overlay_good,
                          has_ribs ? "No signs against this count; the ribs agree"
                                   : "No signs against this count");
    }
}
