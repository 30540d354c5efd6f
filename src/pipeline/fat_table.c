/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/fat_table_private.h"

#include "base/memory.h"
#include "base/number.h"
#include "report/fat_picture.h"
#include "report/tables.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY_SIZE 96
#define DECIMALS 4
#define FAT_FLAG_BIT 8u
_Static_assert(MYO_FLAG_FAT == 1 << FAT_FLAG_BIT, "the bit of the flag");
/* A threshold that the user names says nothing of a method: the spread is given without it, too. */
static const char FIXED[] = "fixed ";

/* Mean and sum of squared distances, updated value by value (B. Welford, Technometrics 4:419-420,
 * 1962). */
typedef struct moments {
    size_t n;
    double mean, squares, greatest;
} moments;

typedef struct method_sums {
    char name[KEY_SIZE];
    moments fraction, difference; /* the latter to the first method of the group */
    size_t unreliable;            /* studies that are left out because the separation failed */
    double csa_mm2, fat_mm2;      /* of both sides in the present study */
    bool failed;                  /* in the present study */
} method_sums;

struct fat_group {
    char modality[KEY_SIZE], level[KEY_SIZE], structure[KEY_SIZE];
    method_sums methods[RUN_FAT_METHODS_MAX];
    size_t method_count;
    moments range, range_without_fixed;
    bool met; /* in the present study */
};

static void add_value(moments *m, double value) {
    m->greatest = m->n ? fmax(m->greatest, value) : value;
    double distance = value - m->mean;
    m->mean += distance / (double)++m->n;
    m->squares += distance * (value - m->mean);
}

static bool is_fixed(const method_sums *m) {
    return strncmp(m->name, FIXED, strlen(FIXED)) == 0;
}

static fat_group *find_group(fat_table *table, const char *modality, const char *level,
                             const char *structure, myo_error *err) {
    for (size_t i = 0; i < table->count; i++) {
        fat_group *g = &table->groups[i];
        if (strcmp(g->modality, modality) == 0 && strcmp(g->level, level) == 0 &&
            strcmp(g->structure, structure) == 0) {
            return g;
        }
    }
    void *groups = table->groups;
    if (!myo_array_reserve(&groups, &table->capacity, table->count + 1, sizeof *table->groups,
                           err)) {
        return NULL;
    }
    table->groups = groups;
    fat_group *g = &table->groups[table->count++];
    *g = (fat_group){0};
    snprintf(g->modality, sizeof g->modality, "%s", modality);
    snprintf(g->level, sizeof g->level, "%s", level);
    snprintf(g->structure, sizeof g->structure, "%s", structure);
    return g;
}

/* NULL when a group has more methods than a run can have. */
static method_sums *find_method(fat_group *g, const char *name) {
    for (size_t i = 0; i < g->method_count; i++) {
        if (strcmp(g->methods[i].name, name) == 0) {
            return &g->methods[i];
        }
    }
    if (g->method_count == RUN_FAT_METHODS_MAX) {
        return NULL;
    }
    method_sums *m = &g->methods[g->method_count++];
    snprintf(m->name, sizeof m->name, "%s", name);
    return m;
}

/* The columns that are read. */
enum { MODALITY, LEVEL, STRUCTURE, METHOD, CSA, FAT_CSA, FLAGS, COLUMN_COUNT };
static const char *const column_names[COLUMN_COUNT] = {
    "modality", "level", "structure", "fat_method", "csa_mm2", "fat_csa_mm2", "flags"};

static bool add_row(fat_table *table, const char *const fields[COLUMN_COUNT], myo_error *err) {
    double csa_mm2, fat_mm2;
    if (!myo_number_parse(fields[CSA], &csa_mm2) || !myo_number_parse(fields[FAT_CSA], &fat_mm2)) {
        return true; /* no muscle, or absent */
    }
    for (int c = MODALITY; c <= METHOD; c++) {
        if (strlen(fields[c]) >= KEY_SIZE) {
            return true;
        }
    }
    fat_group *g = find_group(table, fields[MODALITY], fields[LEVEL], fields[STRUCTURE], err);
    method_sums *m = g ? find_method(g, fields[METHOD]) : NULL;
    if (m) {
        g->met = true;
        m->csa_mm2 += csa_mm2;
        m->fat_mm2 += fat_mm2;
        m->failed = m->failed || strstr(fields[FLAGS], myo_flag_name(FAT_FLAG_BIT)) != NULL;
    }
    return g != NULL;
}

/* Takes the sums of a study into those of all. */
static void finish_study(fat_group *g) {
    double low[2] = {INFINITY, INFINITY}, high[2] = {-INFINITY, -INFINITY}, first = NAN;
    size_t counted[2] = {0, 0};
    for (size_t i = 0; i < g->method_count; i++) {
        method_sums *m = &g->methods[i];
        double fraction = m->csa_mm2 > 0.0 ? m->fat_mm2 / m->csa_mm2 : (double)NAN;
        bool known = isfinite(fraction) && !m->failed;
        m->unreliable += m->failed ? 1 : 0;
        if (known) {
            first = i == 0 ? fraction : first;
            add_value(&m->fraction, fraction);
            if (isfinite(first)) {
                add_value(&m->difference, fraction - first);
            }
            for (int without = 0; without < (is_fixed(m) ? 1 : 2); without++) {
                low[without] = fmin(low[without], fraction);
                high[without] = fmax(high[without], fraction);
                counted[without]++;
            }
        }
        m->csa_mm2 = m->fat_mm2 = 0.0;
        m->failed = false;
    }
    if (counted[0] > 1) {
        add_value(&g->range, high[0] - low[0]);
    }
    if (counted[1] > 1) {
        add_value(&g->range_without_fixed, high[1] - low[1]);
    }
    g->met = false;
}

static bool add_rows(fat_table *table, const myo_csv *csv, myo_error *err) {
    size_t columns[COLUMN_COUNT];
    for (int c = 0; c < COLUMN_COUNT; c++) {
        if (!myo_csv_need_column(csv, column_names[c], &columns[c], err)) {
            return false;
        }
    }
    for (size_t row = 0; row < myo_csv_get_row_count(csv); row++) {
        const char *fields[COLUMN_COUNT];
        for (int c = 0; c < COLUMN_COUNT; c++) {
            fields[c] = myo_csv_get(csv, row, columns[c]);
        }
        if (!add_row(table, fields, err)) {
            return false;
        }
    }
    return true;
}

bool fat_table_add(fat_table *table, const char *rows, myo_error *err) {
    myo_text text = {0};
    myo_csv *csv = NULL;
    myo_report_measurements_header(&text);
    myo_text_append(&text, rows);
    bool done = !text.failed || myo_error_set(err, MYO_E_MEMORY, "out of memory");
    if (done && myo_csv_parse(text.data, text.length, "fragment", &csv, NULL)) {
        done = add_rows(table, csv, err);
    }
    for (size_t i = 0; i < table->count; i++) {
        if (table->groups[i].met) {
            finish_study(&table->groups[i]);
        }
    }
    myo_csv_destroy(csv);
    myo_text_clear(&text);
    return done;
}

bool fat_table_is_worthwhile(const fat_table *table) {
    for (size_t i = 0; i < table->count; i++) {
        if (table->groups[i].method_count > 1) {
            return true;
        }
    }
    return false;
}

static void append_mean(myo_text *text, const moments *m) {
    myo_csv_append_number(text, false, m->n ? m->mean : (double)NAN, DECIMALS);
}

static void append_range(myo_text *text, const moments *m) {
    append_mean(text, m);
    myo_csv_append_number(text, false, m->n ? m->greatest : (double)NAN, DECIMALS);
}

static void append_row(myo_text *text, const fat_group *g, const method_sums *m) {
    bool psoas = strcmp(g->structure, myo_structure_get(MYO_PSOAS_MAJOR)->key) == 0 &&
                 strcmp(g->modality, myo_modality_name(MYO_MODALITY_MR)) == 0;
    double spread =
        m->fraction.n > 1 ? sqrt(m->fraction.squares / (double)(m->fraction.n - 1)) : (double)NAN;
    myo_csv_append_field(text, true, g->modality);
    myo_csv_append_field(text, false, g->level);
    myo_csv_append_field(text, false, g->structure);
    myo_csv_append_field(text, false, m->name);
    myo_csv_append_number(text, false, (double)m->fraction.n, 0);
    myo_csv_append_number(text, false, (double)m->unreliable, 0);
    append_mean(text, &m->fraction);
    myo_csv_append_number(text, false, spread, DECIMALS);
    append_mean(text, &m->difference);
    myo_csv_append_number(text, false, (double)g->range.n, 0);
    append_range(text, &g->range);
    append_range(text, &g->range_without_fixed);
    myo_csv_append_field(text, false, psoas ? myo_report_psoas_note() : "");
    myo_text_append(text, "\n");
}

void fat_table_append(const fat_table *table, myo_text *text) {
    myo_text_append(text, "modality,level,structure,fat_method,n,unreliable,fat_fraction_mean,"
                          "fat_fraction_sd,difference_mean,range_n,range_mean,range_max,"
                          "range_mean_without_fixed,range_max_without_fixed,note\n");
    for (size_t i = 0; i < table->count; i++) {
        const fat_group *g = &table->groups[i];
        for (size_t k = 0; k < g->method_count; k++) {
            append_row(text, g, &g->methods[k]);
        }
    }
}

void fat_table_clear(fat_table *table) {
    free(table->groups);
    *table = (fat_table){0};
}
