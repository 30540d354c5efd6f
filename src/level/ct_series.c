/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which CT series is measured: axial, of soft tissue, acquired rather than reformatted, as long and
 * as thin as there is. Attenuations are the same in all of them but for noise, so that a doubt
 * between two is settled by a rule and not left to the user, who can name the series.
 */
#include "base/number.h"
#include "level/series_private.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define SLICES_MIN 8
#define HEIGHT_MIN_MM 40.0 /* two vertebrae: less shows no level */
#define HEIGHT_RATIO_CLEAR 1.15
#define GAP_SAME_MM 0.05

static const char *const why_texts[] = {
    "it is not CT",
    "its images have no valid position and orientation",
    "it is not axial",
    "it is a localizer",
    "PixelSpacing is missing or zero, so that areas cannot be computed",
    "it has too few slices to show a level",
};

const myo_stack *myo_level_find_volume(const myo_series *series) {
    const myo_stack *best = NULL;
    for (size_t i = 0; i < series->stack_count; i++) {
        if (level_stack_is_axial(series, &series->stacks[i]) &&
            (!best || series->stacks[i].count > best->count)) {
            best = &series->stacks[i];
        }
    }
    return best;
}

static double height_mm(const myo_series *series) {
    const myo_stack *stack = myo_level_find_volume(series);
    if (!stack) {
        return 0.0;
    }
    const myo_instance *first = &series->instances[stack->first];
    return fabs(first[stack->count - 1].location_mm - first->location_mm);
}

const char *myo_level_why_not_ct(const myo_series *series) {
    if (series->modality != MYO_MODALITY_CT) {
        return why_texts[0];
    }
    if (series->plane != MYO_PLANE_AXIAL) {
        return why_texts[series->plane == MYO_PLANE_UNKNOWN ? 1 : 2];
    }
    if (series->localizer) {
        return why_texts[3];
    }
    const myo_stack *stack = myo_level_find_volume(series);
    if (!stack) {
        return why_texts[2];
    }
    if (!series->instances[stack->first].has_spacing) {
        return why_texts[4];
    }
    return stack->count < SLICES_MIN || height_mm(series) < HEIGHT_MIN_MM ? why_texts[5] : NULL;
}

/* True when a word begins with `start` (capitals); words are made of letters and digits. */
static bool has_word(const char *text, const char *start) {
    size_t length = strlen(start);
    for (const char *at = text; *at; at++) {
        size_t same = 0;
        while (same < length && toupper((unsigned char)at[same]) == start[same]) {
            same++;
        }
        if (same == length && (at == text || !isalnum((unsigned char)at[-1]))) {
            return true;
        }
    }
    return false;
}

/* The number behind the letters of a kernel's name: 70 of "B70f", 30 of "FC30"; 0 without one. */
static int number_after(const char *kernel, const char *letters) {
    size_t length = strlen(letters);
    for (size_t i = 0; i < length; i++) {
        if (toupper((unsigned char)kernel[i]) != letters[i]) {
            return 0;
        }
    }
    int number = 0;
    for (const char *at = kernel + length; isdigit((unsigned char)*at) && number < 1000; at++) {
        number = 10 * number + (*at - '0');
    }
    return number;
}

/* Kernels for bone and lung, as manufacturers name them: Siemens B60 and above (H, Br, Hr, Bl
 * likewise), GE by words, Toshiba FC30 to FC35 and from FC50 on, Philips D, E, L, YB, YC, YD. */
static bool is_sharp(const char *kernel, const char *description) {
    static const char *const words[] = {"BONE", "BONEPLUS", "EDGE", "LUNG", "SHARP", "ULTRA"};
    static const char *const siemens[] = {"BR", "BL", "HR", "QR", "BV", "B", "H", "U", "I"};
    static const char *const philips[] = {"D", "E", "L", "YB", "YC", "YD", "YE"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (has_word(kernel, words[i]) || (i < 4 && has_word(description, words[i]))) {
            return true;
        }
    }
    for (size_t i = 0; i < sizeof siemens / sizeof siemens[0]; i++) {
        int number = number_after(kernel, siemens[i]);
        if (number > 0) {
            return number >= 60;
        }
    }
    int toshiba = number_after(kernel, "FC");
    if (toshiba > 0) {
        return (toshiba >= 30 && toshiba < 40) || toshiba >= 50;
    }
    for (size_t i = 0; i < sizeof philips / sizeof philips[0]; i++) {
        if (strcmp(kernel, philips[i]) == 0) {
            return true;
        }
    }
    return false;
}

static double gap_mm(const myo_series *series) {
    const myo_stack *stack = myo_level_find_volume(series);
    return height_mm(series) / (double)(stack->count - 1);
}

/* Reconstructions first, then what they show. */
static bool is_better(const myo_series *a, const myo_series *b) {
    if (a->derived != b->derived) {
        return b->derived;
    }
    bool sharp_a = is_sharp(a->kernel, a->description);
    bool sharp_b = is_sharp(b->kernel, b->description);
    if (sharp_a != sharp_b) {
        return sharp_b;
    }
    double height_a = height_mm(a), height_b = height_mm(b);
    if (height_a > HEIGHT_RATIO_CLEAR * height_b || height_b > HEIGHT_RATIO_CLEAR * height_a) {
        return height_a > height_b;
    }
    bool contrast_a = *a->contrast_agent != '\0', contrast_b = *b->contrast_agent != '\0';
    if (contrast_a != contrast_b) {
        return contrast_b;
    }
    return gap_mm(a) < gap_mm(b) - GAP_SAME_MM;
}

bool myo_level_choose_ct_series(const myo_study *study, const char *wanted, const myo_series **out,
                                myo_error *err) {
    const myo_series *best = NULL, *nearest = NULL;
    int number = 0;
    bool is_number = wanted && myo_integer_parse(wanted, &number);
    for (size_t i = 0; i < study->series_count; i++) {
        const myo_series *series = &study->series[i];
        bool named = wanted && (strcmp(series->series_uid, wanted) == 0 ||
                                (is_number && series->number == number));
        if (series->modality != MYO_MODALITY_CT || (wanted && !named)) {
            continue;
        }
        if (myo_level_why_not_ct(series)) {
            nearest = series;
        } else if (!best || is_better(series, best)) {
            best = series;
        }
    }
    if (best) {
        *out = best;
        return true;
    }
    if (!nearest) {
        return myo_error_set(err, MYO_E_NOT_FOUND, "the study has no such CT series");
    }
    return myo_error_set(err, wanted ? MYO_E_UNSUPPORTED : MYO_E_NOT_FOUND,
                         "no axial CT series: series %d (\"%s\", %zu images) cannot serve, as %s",
                         nearest->number, nearest->description, nearest->instance_count,
                         myo_level_why_not_ct(nearest));
}
