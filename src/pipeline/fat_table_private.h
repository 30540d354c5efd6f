/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fat_methods.csv: how far the fat methods of a run spread over all of its studies. Sums are kept
 * and not rows, so that memory does not grow with the studies.
 */
#ifndef MYO_PIPELINE_FAT_TABLE_PRIVATE_H
#define MYO_PIPELINE_FAT_TABLE_PRIVATE_H

#include "pipeline/run_private.h"

#define FAT_TABLE_FILE "fat_methods.csv"

/* One muscle at one level in one modality. */
typedef struct fat_group fat_group;

/* Initialise with {0}. */
typedef struct fat_table {
    fat_group *groups; /* in the order in which they were met */
    size_t count, capacity;
} fat_table;

/* Adds the rows of measurements.csv of one study. Rows that cannot be read are left out. */
bool fat_table_add(fat_table *table, const char *rows, myo_error *err);
/* True when a muscle was measured with more than one method. */
bool fat_table_is_worthwhile(const fat_table *table);
/* Appends the table with its header line. */
void fat_table_append(const fat_table *table, myo_text *text);
void fat_table_clear(fat_table *table);

#endif
