/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Contrast of an MR image.
 *
 * Spin-echo contrast is named by its times (D.W. McRobbie et al., MRI from Picture to Proton, 3rd
 * ed. 2017); the limits lie between those of the usual lumbar protocols: T1 has short TR and short
 * TE, PD long TR and short TE, T2 long TE. The description decides only what the physics leaves
 * open: fat saturation that the scanner did not write into ScanOptions, or contrast when the times
 * were removed.
 */
#include "dicom/contrast_private.h"

#include <ctype.h>
#include <string.h>

/* Spin echo: at and above this echo time the contrast is T2. */
#define T2_ECHO_TIME_MIN_MS 60.0
/* Above this echo time only fluid is left: myelographic images. */
#define T2_ECHO_TIME_MAX_MS 300.0
/* T1 below this echo time and this repetition time; longer repetition gives PD. */
#define T1_ECHO_TIME_MAX_MS 40.0
#define T1_REPETITION_TIME_MAX_MS 1500.0
/* Inversion times that null fat at 0.2 to 3 T are 80 to 230 ms (STIR). */
#define STIR_INVERSION_TIME_MAX_MS 300.0

#define WORD_SIZE 32

/* True when `word` is one of the values of `text`, which backslashes separate. */
static bool has_value(const char *text, const char *word) {
    size_t length = strlen(word);
    for (const char *at = text; at; at = strchr(at, '\\')) {
        at += *at == '\\';
        while (*at == ' ') {
            at++;
        }
        if (strncmp(at, word, length) == 0) {
            const char *end = at + length;
            end += strspn(end, " ");
            if (*end == '\0' || *end == '\\') {
                return true;
            }
        }
    }
    return false;
}

/* Value number `index` of `text` begins with `word`. */
static bool value_is(const char *text, int index, const char *word) {
    for (; index > 0 && text; index--) {
        text = strchr(text, '\\');
        text = text ? text + 1 : NULL;
    }
    return text && strncmp(text, word, strlen(word)) == 0;
}

/* True when one of `words` (capitals, NULL at the end) is a whole word of a free text, whatever
 * separates words there: "t2_tse_fs_tra" has T2, TSE, FS and TRA. */
static bool mentions(const char *text, const char *const *words) {
    char word[WORD_SIZE];
    size_t length = 0;
    for (const char *c = text;; c++) {
        if (isalnum((unsigned char)*c)) {
            if (length + 1 < sizeof word) {
                word[length++] = (char)toupper((unsigned char)*c);
            }
            continue;
        }
        word[length] = '\0';
        for (size_t i = 0; length > 0 && words[i]; i++) {
            if (strcmp(word, words[i]) == 0) {
                return true;
            }
        }
        length = 0;
        if (*c == '\0') {
            return false;
        }
    }
}

static bool fat_is_suppressed(const dicom_contrast *contrast) {
    static const char *const words[] = {"STIR", "TIRM",  "FS",    "FATSAT", "FATSUP", "SPAIR",
                                        "SPIR", "CHESS", "WATER", "T2FS",   NULL};
    static const char *const options[] = {"FS", "FATSAT", "FAT_SAT", NULL};
    for (size_t i = 0; options[i]; i++) {
        if (has_value(contrast->scan_options, options[i])) {
            return true;
        }
    }
    return has_value(contrast->image_type, "WATER") || has_value(contrast->image_type, "W") ||
           mentions(contrast->description, words);
}

/* Images that are calculated, or show one chemical component or diffusion. */
static bool is_special(const dicom_contrast *contrast) {
    static const char *const types[] = {
        "FAT",    "F",      "OPP_PHASE", "OUT_PHASE",    "DIFFUSION", "ADC", "T2_MAP",
        "T2 MAP", "T1 MAP", "PHASE",     "FAT_FRACTION", "P",         NULL};
    for (size_t i = 0; types[i]; i++) {
        if (has_value(contrast->image_type, types[i])) {
            return true;
        }
    }
    return has_value(contrast->sequence, "EP") || has_value(contrast->sequence, "GR");
}

static myo_weighting weighting_from_hint(const char *description) {
    static const char *const t2[] = {"T2", "T2W", "T2WI", NULL};
    static const char *const t1[] = {"T1", "T1W", "T1WI", NULL};
    static const char *const pd[] = {"PD", "PDW", "PDWI", NULL};
    if (mentions(description, t2)) {
        return MYO_WEIGHTING_T2;
    }
    if (mentions(description, t1)) {
        return MYO_WEIGHTING_T1;
    }
    return mentions(description, pd) ? MYO_WEIGHTING_PD : MYO_WEIGHTING_UNKNOWN;
}

static myo_weighting weighting_from_times(const dicom_contrast *contrast) {
    double echo = contrast->echo_time_ms, repetition = contrast->repetition_time_ms;
    if (echo <= 0.0) {
        return weighting_from_hint(contrast->description);
    }
    if (echo > T2_ECHO_TIME_MAX_MS) {
        return MYO_WEIGHTING_OTHER;
    }
    if (echo >= T2_ECHO_TIME_MIN_MS) {
        return MYO_WEIGHTING_T2;
    }
    if (repetition <= 0.0) {
        return weighting_from_hint(contrast->description);
    }
    if (repetition >= T1_REPETITION_TIME_MAX_MS) {
        return MYO_WEIGHTING_PD;
    }
    return echo <= T1_ECHO_TIME_MAX_MS ? MYO_WEIGHTING_T1 : MYO_WEIGHTING_UNKNOWN;
}

myo_weighting dicom_contrast_weighting(const dicom_contrast *contrast) {
    bool inverted = has_value(contrast->sequence, "IR");
    double inversion = contrast->inversion_time_ms;
    if (is_special(contrast)) {
        return has_value(contrast->sequence, "GR") && fat_is_suppressed(contrast)
                   ? MYO_WEIGHTING_FAT_SUPPRESSED
                   : MYO_WEIGHTING_OTHER;
    }
    if ((inverted && inversion > 0.0 && inversion <= STIR_INVERSION_TIME_MAX_MS) ||
        fat_is_suppressed(contrast)) {
        return MYO_WEIGHTING_FAT_SUPPRESSED;
    }
    /* Longer inversion darkens fluid (FLAIR) or sharpens T1. */
    return inverted ? MYO_WEIGHTING_OTHER : weighting_from_times(contrast);
}

bool dicom_contrast_is_localizer(const dicom_contrast *contrast) {
    static const char *const words[] = {"LOCALIZER", "LOCALISER", "SCOUT", "LOC",
                                        "SURVEY",    "TOPOGRAM",  "PILOT", NULL};
    return has_value(contrast->image_type, "LOCALIZER") ||
           has_value(contrast->image_type, "SCOUT") || mentions(contrast->description, words);
}

bool dicom_contrast_is_derived(const dicom_contrast *contrast) {
    static const char *const types[] = {
        "MPR",     "PROJECTION IMAGE", "MIP",         "MNIP",        "REFORMATTED",
        "CSA MPR", "CSAPARALLEL",      "SCREEN SAVE", "SUBTRACTION", NULL};
    for (size_t i = 0; types[i]; i++) {
        if (has_value(contrast->image_type, types[i])) {
            return true;
        }
    }
    return value_is(contrast->image_type, 0, "DERIVED") ||
           value_is(contrast->image_type, 1, "SECONDARY");
}
