/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Readers whose measurements are a table: measurements.csv of a result folder, or any CSV. */
#include "base/file.h"
#include "base/memory.h"
#include "base/number.h"
#include "readers/readers_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char RESULT_TABLE[] = "measurements.csv";
static const char *const default_measures[] = {"csa_mm2", "fcsa_mm2", "fat_fraction"};
/* What outlines alone can say. */
static const char AREA[] = "csa_mm2";

/* Columns of a table; `count` of them may be missing. */
enum {
    COLUMN_PATIENT,
    COLUMN_STRUCTURE,
    COLUMN_SIDE,
    COLUMNS_NEEDED,
    COLUMN_STUDY_UID = COLUMNS_NEEDED,
    COLUMN_STUDY_DATE,
    COLUMN_LEVEL,
    COLUMN_FAT_METHOD,
    COLUMN_COUNT
};
static const char *const column_names[COLUMN_COUNT] = {
    [COLUMN_PATIENT] = "patient_id",
    [COLUMN_STRUCTURE] = "structure",
    [COLUMN_SIDE] = "side",
    [COLUMN_STUDY_UID] = "study_uid",
    [COLUMN_STUDY_DATE] = "study_date",
    [COLUMN_LEVEL] = "level",
    [COLUMN_FAT_METHOD] = "fat_method",
};

typedef struct columns {
    size_t index[COLUMN_COUNT];
    bool exists[COLUMN_COUNT];
    size_t *measures; /* owned */
} columns;

static bool is_folder(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static bool exists(const char *path) {
    struct stat status;
    return stat(path, &status) == 0;
}

static bool ends_with_csv(const char *path) {
    size_t length = strlen(path);
    return length > 4 && strcmp(path + length - 4, ".csv") == 0;
}

bool readers_open_table(reader *r, bool *found, myo_error *err) {
    *found = false;
    if (!exists(r->path)) {
        return myo_error_set(err, MYO_E_IO, "%s: there is no such file or folder", r->path);
    }
    if (!is_folder(r->path)) {
        *found = ends_with_csv(r->path);
        return !*found || myo_csv_read(r->path, &r->csv, err);
    }
    char *path = NULL;
    if (!myo_path_join(r->path, RESULT_TABLE, &path, err)) {
        return false;
    }
    *found = exists(path);
    bool done = !*found || (myo_csv_read(path, &r->csv, err) && readers_list_maps(r, err));
    free(path);
    return done;
}

static bool has_measure(const reader *r, const char *measure) {
    size_t column;
    return r->csv ? myo_csv_find_column(r->csv, measure, &column) : strcmp(measure, AREA) == 0;
}

static bool add_measure(myo_readers *all, const char *measure, myo_error *err) {
    for (size_t i = 0; i < all->measure_count; i++) {
        if (strcmp(all->measures[i], measure) == 0) {
            return true;
        }
    }
    all->measures[all->measure_count] = myo_string_copy(measure, err);
    return all->measures[all->measure_count++] != NULL;
}

/* Takes a measure that the user names: every reader must have it. */
static bool need_measure(myo_readers *all, const char *measure, myo_error *err) {
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        if (strcmp(measure, column_names[i]) == 0) {
            return myo_error_set(err, MYO_E_ARGUMENT, "'%s' is no measure", measure);
        }
    }
    for (size_t i = 0; i < all->count; i++) {
        const reader *r = &all->readers[i];
        size_t column;
        if (!r->csv && !has_measure(r, measure)) {
            return myo_error_set(err, MYO_E_MISSING, "%s: outlines have no '%s', only '%s'",
                                 r->path, measure, AREA);
        }
        if (r->csv && !myo_csv_need_column(r->csv, measure, &column, err)) {
            return false;
        }
    }
    return add_measure(all, measure, err);
}

/* Takes a default measure that all have; says so where only some have it. */
static bool take_default(myo_readers *all, const char *measure, myo_error *err) {
    size_t having = 0;
    for (size_t i = 0; i < all->count; i++) {
        having += has_measure(&all->readers[i], measure);
    }
    for (size_t i = 0; having < all->count && i < all->count; i++) {
        if (!has_measure(&all->readers[i], measure)) {
            return having == 0 ||
                   readers_note(all, "%s is not compared: %s does not have it", measure,
                                all->readers[i].name) ||
                   myo_error_set(err, MYO_E_MEMORY, "out of memory");
        }
    }
    return add_measure(all, measure, err);
}

bool readers_find_measures(myo_readers *all, myo_error *err) {
    const myo_readers_options *o = all->options;
    const size_t defaults = sizeof default_measures / sizeof default_measures[0];
    size_t count = o->measure_count > 0 ? o->measure_count : defaults;
    all->measures = myo_alloc_array(count, sizeof *all->measures, err);
    if (!all->measures) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (o->measure_count > 0 ? !need_measure(all, o->measures[i], err)
                                 : !take_default(all, default_measures[i], err)) {
            return false;
        }
    }
    if (all->measure_count == 0) {
        return myo_error_set(err, MYO_E_MISSING,
                             "the readers share none of the columns csa_mm2, fcsa_mm2 and "
                             "fat_fraction; name one that all have with --measure");
    }
    return true;
}

static bool find_columns(const myo_readers *all, const reader *r, columns *out, myo_error *err) {
    *out = (columns){0};
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        if (i < COLUMNS_NEEDED &&
            !myo_csv_need_column(r->csv, column_names[i], &out->index[i], err)) {
            return false;
        }
        out->exists[i] = myo_csv_find_column(r->csv, column_names[i], &out->index[i]);
    }
    out->measures = myo_alloc_array(all->measure_count, sizeof *out->measures, err);
    for (size_t m = 0; out->measures && m < all->measure_count; m++) {
        if (!myo_csv_need_column(r->csv, all->measures[m], &out->measures[m], err)) {
            return false;
        }
    }
    return out->measures != NULL;
}

static const char *field(const reader *r, const columns *c, size_t row, int column) {
    return c->exists[column] ? myo_csv_get(r->csv, row, c->index[column]) : "";
}

/* True for "gmm3 1" where "gmm3" or "gmm3 1" is asked for: the version need not be named. */
static bool is_method(const char *text, const char *wanted) {
    size_t length = strlen(wanted);
    return strncmp(text, wanted, length) == 0 && (text[length] == '\0' || text[length] == ' ');
}

/* The fat method whose rows are taken: the first that is asked for. */
static bool choose_fat_method(const myo_readers *all, reader *r, const columns *c, myo_error *err) {
    const char *wanted = all->options->fat;
    r->fat_method = "";
    for (size_t row = 0; row < myo_csv_get_row_count(r->csv); row++) {
        const char *method = field(r, c, row, COLUMN_FAT_METHOD);
        if (*method && (!wanted || is_method(method, wanted))) {
            r->fat_method = method;
            return true;
        }
    }
    if (wanted && c->exists[COLUMN_FAT_METHOD]) {
        return myo_error_set(err, MYO_E_ARGUMENT, "%s: no row has the fat method '%s'",
                             myo_csv_get_origin(r->csv), wanted);
    }
    return true;
}

/* Sides are written in many ways. */
static const char *normal_side(const char *side) {
    static const struct {
        const char *text, *side;
    } known[] = {{"l", "left"},  {"L", "left"},  {"Left", "left"},   {"LEFT", "left"},
                 {"r", "right"}, {"R", "right"}, {"Right", "right"}, {"RIGHT", "right"}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(known[i].text, side) == 0) {
            return known[i].side;
        }
    }
    return side;
}

/* A value that nobody measured: empty, or as R and pandas write it. */
static bool is_missing(const char *text) {
    return !*text || strcmp(text, "NA") == 0 || strcmp(text, "NaN") == 0 ||
           strcmp(text, "nan") == 0;
}

static bool read_values(const myo_readers *all, const reader *r, const columns *c, size_t row,
                        double *values, myo_error *err) {
    for (size_t m = 0; m < all->measure_count; m++) {
        const char *text = myo_csv_get(r->csv, row, c->measures[m]);
        values[m] = NAN;
        if (!is_missing(text) && !myo_number_parse(text, &values[m])) {
            return myo_error_set(err, MYO_E_FORMAT, "%s: line %zu: %s '%s' is not a number",
                                 myo_csv_get_origin(r->csv), myo_csv_get_line(r->csv, row),
                                 all->measures[m], text);
        }
    }
    return true;
}

bool readers_add_reading(myo_readers *all, size_t index, const reading *row, const double *values,
                         myo_error *err) {
    reader *r = &all->readers[index];
    void *readings = r->readings, *numbers = r->values;
    if (!myo_array_reserve(&readings, &r->capacity, r->count + 1, sizeof *r->readings, err)) {
        return false;
    }
    r->readings = readings;
    if (!myo_array_reserve(&numbers, &r->value_capacity, r->value_count + all->measure_count,
                           sizeof *r->values, err)) {
        return false;
    }
    r->values = numbers;
    r->readings[r->count] = *row;
    r->readings[r->count].reader = index;
    r->readings[r->count++].values = r->value_count;
    for (size_t m = 0; m < all->measure_count; m++) {
        r->values[r->value_count++] = values[m];
    }
    return true;
}

static bool read_row(myo_readers *all, size_t index, const columns *c, size_t row, double *values,
                     myo_error *err) {
    reader *r = &all->readers[index];
    reading next = {.patient = field(r, c, row, COLUMN_PATIENT),
                    .study_uid = field(r, c, row, COLUMN_STUDY_UID),
                    .study_date = field(r, c, row, COLUMN_STUDY_DATE),
                    .level = field(r, c, row, COLUMN_LEVEL),
                    .structure = field(r, c, row, COLUMN_STRUCTURE),
                    .side = normal_side(field(r, c, row, COLUMN_SIDE)),
                    .study = "",
                    .line = myo_csv_get_line(r->csv, row)};
    const char *method = field(r, c, row, COLUMN_FAT_METHOD);
    if (*method && strcmp(method, r->fat_method) != 0) {
        return true;
    }
    if (all->options->level && c->exists[COLUMN_LEVEL] &&
        strcmp(next.level, all->options->level) != 0) {
        return true;
    }
    if (!*next.patient || !*next.structure) {
        return myo_error_set(err, MYO_E_FORMAT, "%s: line %zu has no %s",
                             myo_csv_get_origin(r->csv), next.line,
                             column_names[*next.patient ? COLUMN_STRUCTURE : COLUMN_PATIENT]);
    }
    next.map = readers_find_map(r, next.study_uid, next.level);
    return read_values(all, r, c, row, values, err) &&
           readers_add_reading(all, index, &next, values, err);
}

bool readers_read_table(myo_readers *all, size_t index, myo_error *err) {
    reader *r = &all->readers[index];
    columns c = {0};
    double *values = myo_alloc_array(all->measure_count, sizeof *values, err);
    bool done = values && find_columns(all, r, &c, err) && choose_fat_method(all, r, &c, err);
    for (size_t row = 0; done && row < myo_csv_get_row_count(r->csv); row++) {
        done = read_row(all, index, &c, row, values, err);
    }
    if (done && r->count == 0) {
        done = myo_error_set(err, MYO_E_ARGUMENT, "%s: no row %s%s", myo_csv_get_origin(r->csv),
                             all->options->level ? "is of level " : "holds a measurement",
                             all->options->level ? all->options->level : "");
    }
    free(c.measures);
    free(values);
    return done;
}
