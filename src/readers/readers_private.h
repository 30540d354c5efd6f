/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of a comparison share. */
#ifndef MYO_READERS_READERS_PRIVATE_H
#define MYO_READERS_READERS_PRIVATE_H

#include "base/text.h"
#include "io/csv.h"

#include <myotome/image.h>
#include <myotome/readers.h>

/* No label map belongs to a reading. */
#define READERS_NO_MAP ((size_t)-1)

/* One row: what a reader measured of one side of one structure. Texts are borrowed from the reader
 * and never NULL. */
typedef struct reading {
    const char *patient, *study_uid, *study_date, *level, *structure, *side;
    const char *study; /* which of the patient's studies; "" where each reader has one */
    bool unmatched;    /* it is not known which study of the others this one belongs to */
    size_t reader;
    size_t values; /* index of its first value */
    size_t line;   /* of the file, 0 where it has none */
    size_t map;    /* index of the label map that it lies in */
} reading;

/* A file with outlines. Texts are owned. */
typedef struct reader_map {
    char *path;
    char *patient, *study_uid, *level; /* "" where unknown */
    myo_geometry geometry;             /* of ROI sets: the slice they lie on */
} reader_map;

typedef struct reader {
    char *path, *name;
    myo_csv *csv;           /* NULL for outlines */
    const char *fat_method; /* that is taken; "" */
    reading *readings;
    size_t count, capacity;
    double *values; /* count x measures */
    size_t value_count, value_capacity;
    reader_map *maps;
    size_t map_count, map_capacity;
    size_t loaded;      /* the map that `labels` holds */
    myo_labels *labels; /* owned, may be NULL */
    char **texts;       /* owned: what readings point to and no table holds */
    size_t text_count, text_capacity;
} reader;

/* A value of every reader for one case, structure and measure. */
typedef struct observation {
    const char *structure, *level, *side;
    size_t measure;
    const char *label; /* of the case */
    bool complete;
    double *values; /* owned, one a reader */
    myo_readers_overlap overlap;
    double dice_squares, surface_weight; /* sums for the overlap of all */
    size_t order;                        /* in which it was found */
} observation;

/* The same for a case that lacks something. Texts but the reason are borrowed. */
typedef struct unpaired_list {
    myo_readers_unpaired *items;
    size_t count, capacity;
} unpaired_list;

typedef struct result {
    myo_readers_result shown; /* points to: */
    double *values;           /* owned */
    const char **cases;       /* owned, the texts are borrowed */
    myo_readers_pair *pairs;  /* owned */
} result;

struct myo_readers {
    const myo_readers_options *options; /* while comparing */
    reader *readers;
    size_t count;
    char **measures;
    size_t measure_count;
    const reading **sorted;
    size_t sorted_count;
    observation *observations;
    size_t observation_count, observation_capacity;
    result *results;
    size_t result_count, result_capacity;
    unpaired_list unpaired;
    char **notes;
    size_t note_count, note_capacity;
    char **texts; /* owned: labels of cases, reasons */
    size_t text_count, text_capacity;
    size_t other_grids; /* pairs of outlines that could not be overlaid */
};

/* Keeps a copy of a text; NULL without memory. */
const char *readers_keep(char ***texts, size_t *count, size_t *capacity, const char *text,
                         myo_error *err);
bool readers_note(myo_readers *all, const char *format, ...) MYO_PRINTF(2, 3);

/* --- Reading. names.c, table.c, maps.c, outlines.c ------------------------------------------- */

/* Gives every reader its unique name. */
bool readers_name(myo_readers *all, myo_error *err);
/* Opens the table of a result folder or a CSV file; *found is false when the path holds none. */
bool readers_open_table(reader *r, bool *found, myo_error *err);
/* Decides on the measures; every table must be open. */
bool readers_find_measures(myo_readers *all, myo_error *err);
/* Takes the rows of an open table. */
bool readers_read_table(myo_readers *all, size_t index, myo_error *err);
bool readers_add_reading(myo_readers *all, size_t index, const reading *row, const double *values,
                         myo_error *err);

/* Lists the label maps of a result folder. */
bool readers_list_maps(reader *r, myo_error *err);
/* Index of the map of a study and level, or READERS_NO_MAP. */
size_t readers_find_map(const reader *r, const char *study_uid, const char *level);
/* Loads a map into r->labels. */
bool readers_load_map(const myo_readers *all, reader *r, size_t map, myo_error *err);
/* Measures the outlines of a reader that has no table; the tables of the others are read. */
bool readers_read_outlines(myo_readers *all, size_t index, myo_error *err);

/* --- Comparing. match.c, collect.c, overlay.c, results.c -------------------------------------- */

/* Says of each reading which study it belongs to, and sorts them all by case and structure. */
bool readers_match(myo_readers *all, myo_error *err);
/* Order of structures and of sides. */
int readers_compare_structures(const char *a, const char *b);
int readers_compare_sides(const char *a, const char *b);
/* Makes observations and the list of unpaired cases. */
bool readers_collect(myo_readers *all, myo_error *err);
bool readers_add_unpaired(myo_readers *all, const myo_readers_unpaired *item, const char *reason,
                          myo_error *err);
/* Overlap of the outlines of one structure of one case: `rows` holds `count` readings of it. */
bool readers_overlay(myo_readers *all, const reading *const *rows, size_t count, observation *out,
                     myo_error *err);
/* Makes results out of the observations. */
bool readers_compute(myo_readers *all, myo_error *err);
/* Drops what is listed as unpaired for a measure that nobody has. */
void readers_drop_unmeasured(myo_readers *all);

/* --- Writing. write.c --------------------------------------------------------------------------
 */

bool readers_write(const myo_readers *all, const char *folder, myo_error *err);

#endif
