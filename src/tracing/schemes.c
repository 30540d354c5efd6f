/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Label values of programs that outline muscles or the spine. Sources: MuscleMap, table of
 * anatomical labels; TotalSegmentator version 2, class maps of the tasks total, total_mr and
 * abdominal_muscles; TotalSpineSeg, list of classes (values of 2024 on). Values that are not
 * listed as entries are known, so that a scheme can be recognised, but not measured.
 */
#include "tracing/names_private.h"

#include <stdio.h>
#include <string.h>

typedef struct range {
    uint16_t first, last;
} range;

typedef struct entry {
    uint16_t left, right; /* 0: none; equal for a structure without sides */
    myo_structure structure;
    tracing_part part;
} entry;

#define RANGES_MAX 12
#define ENTRIES_MAX 16

struct tracing_scheme {
    const char *name;
    bool automatic;             /* takes part in recognition */
    range known[RANGES_MAX];    /* all values of the program */
    range evidence[RANGES_MAX]; /* values by which it is recognised */
    size_t evidence_count;      /* how many of these have to be there */
    range merged;               /* all back muscles in one */
    entry entries[ENTRIES_MAX];
};

#define SPINE(value, part)                                                                         \
    { value, value, MYO_VERTEBRAL_REFERENCE, part }

static const tracing_scheme schemes[] = {
    {.name = "myotome",
     .automatic = true,
     .known = {{1101, 8162}, {9001, 9001}},
     .evidence = {{5101, 5132}, {5991, 5992}, {6111, 6122}, {9001, 9001}},
     .evidence_count = 1,
     .entries = {{5101, 5102, MYO_MULTIFIDUS, TRACING_PART_REFERENCE},
                 {5111, 5112, MYO_ERECTOR_SPINAE, TRACING_PART_REFERENCE},
                 {5121, 5122, MYO_PSOAS_MAJOR, TRACING_PART_REFERENCE},
                 {5131, 5132, MYO_QUADRATUS_LUMBORUM, TRACING_PART_REFERENCE},
                 {5991, 5992, MYO_ABDOMINAL_WALL, TRACING_PART_REFERENCE},
                 {6111, 6112, MYO_GLUTEUS_MEDIUS, TRACING_PART_REFERENCE},
                 {6121, 6122, MYO_GLUTEUS_MAXIMUS, TRACING_PART_REFERENCE},
                 SPINE(9001, TRACING_PART_REFERENCE)}},
    {.name = "musclemap", /* has the values of myotome, and is recognised as such */
     .known = {{1101, 8162}},
     .evidence = {{5101, 5132}, {6111, 6122}},
     .evidence_count = 1,
     .entries = {{5101, 5102, MYO_MULTIFIDUS, TRACING_PART_REFERENCE},
                 {5111, 5112, MYO_ERECTOR_SPINAE, TRACING_PART_REFERENCE},
                 {5121, 5122, MYO_PSOAS_MAJOR, TRACING_PART_REFERENCE},
                 {5131, 5132, MYO_QUADRATUS_LUMBORUM, TRACING_PART_REFERENCE},
                 {6111, 6112, MYO_GLUTEUS_MEDIUS, TRACING_PART_REFERENCE},
                 {6121, 6122, MYO_GLUTEUS_MAXIMUS, TRACING_PART_REFERENCE}}},
    {.name = "totalsegmentator",
     .automatic = true,
     .known = {{1, 117}},
     .evidence = {{80, 83}, {86, 89}},
     .evidence_count = 1,
     .merged = {86, 87},
     .entries = {{80, 81, MYO_GLUTEUS_MAXIMUS, TRACING_PART_REFERENCE},
                 {82, 83, MYO_GLUTEUS_MEDIUS, TRACING_PART_REFERENCE},
                 {88, 89, MYO_PSOAS_MAJOR, TRACING_PART_REFERENCE},
                 SPINE(26, TRACING_PART_VERTEBRA),
                 SPINE(27, TRACING_PART_VERTEBRA),
                 SPINE(28, TRACING_PART_VERTEBRA),
                 SPINE(29, TRACING_PART_VERTEBRA),
                 SPINE(30, TRACING_PART_VERTEBRA),
                 SPINE(31, TRACING_PART_VERTEBRA),
                 SPINE(32, TRACING_PART_VERTEBRA)}},
    {.name = "totalsegmentator-mr",
     .automatic = true,
     .known = {{1, 50}},
     .evidence = {{40, 43}, {46, 49}},
     .evidence_count = 1,
     .merged = {46, 47},
     .entries = {{40, 41, MYO_GLUTEUS_MAXIMUS, TRACING_PART_REFERENCE},
                 {42, 43, MYO_GLUTEUS_MEDIUS, TRACING_PART_REFERENCE},
                 {48, 49, MYO_PSOAS_MAJOR, TRACING_PART_REFERENCE},
                 SPINE(19, TRACING_PART_VERTEBRA),
                 SPINE(20, TRACING_PART_BODY)}},
    {.name = "totalsegmentator-abdominal",
     .automatic = true,
     .known = {{1, 22}},
     /* Maps that a person numbered begin with small values, too. */
     .evidence = {{13, 22}},
     .evidence_count = 4,
     .entries = {{4, 3, MYO_ABDOMINAL_WALL, TRACING_PART_REFERENCE},
                 {12, 11, MYO_ABDOMINAL_WALL, TRACING_PART_REFERENCE},
                 {14, 13, MYO_ABDOMINAL_WALL, TRACING_PART_REFERENCE},
                 {16, 15, MYO_ERECTOR_SPINAE, TRACING_PART_REFERENCE},
                 {18, 17, MYO_MULTIFIDUS, TRACING_PART_REFERENCE},
                 {20, 19, MYO_PSOAS_MAJOR, TRACING_PART_REFERENCE},
                 {22, 21, MYO_QUADRATUS_LUMBORUM, TRACING_PART_REFERENCE}}},
    {.name = "totalspineseg",
     .automatic = true,
     .known =
         {{1, 2}, {11, 17}, {21, 32}, {41, 45}, {50, 50}, {63, 67}, {71, 82}, {91, 95}, {100, 100}},
     .evidence = {{41, 45}, {91, 95}, {100, 100}},
     .evidence_count = 1,
     .entries = {SPINE(32, TRACING_PART_VERTEBRA), SPINE(41, TRACING_PART_VERTEBRA),
                 SPINE(42, TRACING_PART_VERTEBRA), SPINE(43, TRACING_PART_VERTEBRA),
                 SPINE(44, TRACING_PART_VERTEBRA), SPINE(45, TRACING_PART_VERTEBRA),
                 SPINE(91, TRACING_PART_BODY), SPINE(92, TRACING_PART_BODY),
                 SPINE(93, TRACING_PART_BODY), SPINE(94, TRACING_PART_BODY),
                 SPINE(95, TRACING_PART_BODY), SPINE(100, TRACING_PART_BODY)}},
};

#define SCHEME_COUNT (sizeof schemes / sizeof schemes[0])
#define LIST_SIZE 200
#define LISTED_VALUES 6

static void append(char *list, const char *separator, const char *text) {
    size_t length = strlen(list);
    snprintf(list + length, LIST_SIZE - length, "%s%s", length ? separator : "", text);
}

bool tracing_scheme_get(const char *name, const tracing_scheme **out, myo_error *err) {
    char list[LIST_SIZE] = "auto";
    for (size_t i = 0; i < SCHEME_COUNT; i++) {
        if (strcmp(schemes[i].name, name) == 0) {
            *out = &schemes[i];
            return true;
        }
        append(list, ", ", schemes[i].name);
    }
    return myo_error_set(err, MYO_E_ARGUMENT, "unknown label values \"%s\" (there are: %s)", name,
                         list);
}

static bool is_within(const range *ranges, uint16_t value) {
    for (size_t i = 0; i < RANGES_MAX && ranges[i].last; i++) {
        if (value >= ranges[i].first && value <= ranges[i].last) {
            return true;
        }
    }
    return false;
}

static bool fits(const tracing_scheme *scheme, const uint16_t *values, size_t count) {
    size_t evidence = 0;
    for (size_t i = 0; i < count; i++) {
        if (!is_within(scheme->known, values[i])) {
            return false;
        }
        evidence += is_within(scheme->evidence, values[i]);
    }
    return evidence >= scheme->evidence_count;
}

static void list_values(const uint16_t *values, size_t count, char *list) {
    list[0] = '\0';
    for (size_t i = 0; i < count && i < LISTED_VALUES; i++) {
        char number[sizeof "65535"];
        snprintf(number, sizeof number, "%u", (unsigned)values[i]);
        append(list, ", ", number);
    }
    if (count > LISTED_VALUES) {
        append(list, ", ", "...");
    }
}

bool tracing_scheme_recognise(const uint16_t *values, size_t count, const tracing_scheme **out,
                              myo_error *err) {
    char list[LIST_SIZE] = "";
    size_t found = 0;
    for (size_t i = 0; i < SCHEME_COUNT; i++) {
        if (schemes[i].automatic && fits(&schemes[i], values, count)) {
            *out = &schemes[i];
            append(list, " and ", schemes[i].name);
            found++;
        }
    }
    if (found > 1) {
        return myo_error_set(err, MYO_E_AMBIGUOUS,
                             "the label values fit %s; say whose they are with --labels-from",
                             list);
    }
    if (found == 0) {
        list_values(values, count, list);
        return myo_error_set(err, MYO_E_NOT_FOUND,
                             "the label values (%s) are those of no program that is known; say "
                             "whose they are with --labels-from, or name them in a table",
                             list);
    }
    return true;
}

const char *tracing_scheme_get_name(const tracing_scheme *scheme) {
    return scheme->name;
}

bool tracing_scheme_find(const tracing_scheme *scheme, unsigned value, tracing_meaning *out) {
    *out = (tracing_meaning){.side = TRACING_NO_SIDE};
    for (size_t i = 0; i < ENTRIES_MAX && scheme->entries[i].left; i++) {
        const entry *e = &scheme->entries[i];
        if (value == e->left || value == e->right) {
            *out = (tracing_meaning){.used = true,
                                     .structure = e->structure,
                                     .side = value == e->left ? MYO_LEFT : MYO_RIGHT,
                                     .part = e->part};
            return true;
        }
    }
    return !(scheme->merged.last && value >= scheme->merged.first && value <= scheme->merged.last);
}
