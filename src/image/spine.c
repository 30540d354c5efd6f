/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What can be read off a spine, wherever its discs were found. */
#include <myotome/spine.h>

#include <stdio.h>
#include <string.h>

const myo_disc *myo_spine_get_disc(const myo_spine *spine, const char *name) {
    for (size_t i = 0; i < spine->count; i++) {
        if (strcmp(spine->discs[i].name, name) == 0) {
            return &spine->discs[i];
        }
    }
    return NULL;
}

void myo_spine_describe_signs(const myo_spine *spine, char *text, size_t size) {
    static const struct {
        unsigned sign;
        const char *text;
    } signs[] = {
        {MYO_SPINE_NO_SACRUM, "the sacrum is not in view, so that discs cannot be counted"},
        {MYO_SPINE_SACRUM_UNSURE, "more than one disc may be L5/S1"},
        {MYO_SPINE_TRANSITIONAL,
         "a disc below L5/S1 looks like a lumbar one (transitional vertebra?)"},
        {MYO_SPINE_GAP, "a disc was not seen and its place interpolated"},
        {MYO_SPINE_FEW_DISCS, "only few discs are in view"},
        {MYO_SPINE_RIBS_DISAGREE, "the ribs do not fit five lumbar vertebrae on both sides "
                                  "(transitional vertebra, or another number?)"},
        {MYO_SPINE_WIDE_PROCESSES, "the last lumbar vertebra has wide transverse processes "
                                   "(transitional vertebra?)"},
        {MYO_SPINE_FROM_RIBS,
         "the sacrum is not in view, and the lowest ribs were taken for those of T12"},
    };
    size_t length = 0;
    text[0] = '\0';
    for (size_t i = 0; i < sizeof signs / sizeof signs[0] && length < size; i++) {
        if (spine->signs & signs[i].sign) {
            int written =
                snprintf(text + length, size - length, "%s%s", length ? ", " : "", signs[i].text);
            length += written > 0 ? (size_t)written : 0;
        }
    }
}
