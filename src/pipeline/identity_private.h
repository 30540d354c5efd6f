/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who a study is of, and what stands in its place with --deidentify. */
#ifndef MYO_PIPELINE_IDENTITY_PRIVATE_H
#define MYO_PIPELINE_IDENTITY_PRIVATE_H

#include "base/text.h"

#include <myotome/pipeline.h>

/* Room for "2.25." and a number of 128 bits, and for every other pseudonym. */
#define PSEUDONYM_SIZE 64
#define STUDY_KEY_SIZE 25

/* How identifiers are replaced. Without `hide` every text stays as it is. */
typedef struct identity {
    bool hide;
    char *key; /* the secret of the pseudonyms; "" without a key file */
    size_t key_size;
    const char **inputs; /* as the user gave them, with files of outlines and result folders */
    size_t input_count;
} identity;

/* Checks the options and reads the key file. */
bool identity_open(identity *id, const myo_measure_options *options, myo_error *err);
void identity_close(identity *id);

/* What is written in place of an identifier; `out` when it is a pseudonym, `original` otherwise. An
 * empty identifier stays empty. */
const char *identity_patient(const identity *id, const char *original, char out[PSEUDONYM_SIZE]);
const char *identity_uid(const identity *id, const char *original, char out[PSEUDONYM_SIZE]);
const char *identity_path(const identity *id, const char *original, char out[PSEUDONYM_SIZE]);
/* The pseudonym of an option that may name a UID, alone or with ':' and a frame behind it: whatever
 * has a '.'. */
const char *identity_uid_option(const identity *id, const char *original, char out[PSEUDONYM_SIZE]);

/* 24 hexadecimal digits that stand for patient and study. */
void identity_study_key(const identity *id, const myo_study *study, char key[STUDY_KEY_SIZE]);
/* Hash of a text, keyed like everything else here, as 64 hexadecimal digits. */
void identity_fingerprint(const identity *id, const char *text, size_t size, char out[65]);

/* The study as it is shown in results: a copy with pseudonyms, without date and descriptions, whose
 * paths still lead to the files. The source must outlive it. */
typedef struct shown_study {
    myo_study study;
    myo_series *series;
    myo_instance *instances;
    char *texts; /* of all pseudonyms */
    size_t text_count;
} shown_study;

bool identity_show(const identity *id, const myo_study *source, shown_study *out, myo_error *err);
void shown_study_clear(shown_study *shown);

/* Appends `text` without paths: the path of an image of `source` (may be NULL) becomes a pseudonym,
 * and of a sentence everything is left out from where another path below an input begins. */
void identity_hide_text(const identity *id, const myo_study *source, const char *text,
                        myo_text *out);

/* Writes the table of pseudonyms, readable for its owner only. Refuses a place within `output`. */
bool identity_write_map(const identity *id, const char *path, const char *output,
                        const myo_catalogue *catalogue, myo_error *err);

#endif
