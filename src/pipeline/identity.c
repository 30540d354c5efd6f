/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pseudonyms.
 *
 * A pseudonym is an HMAC-SHA-256 of what it stands for, so that it is the same in every run with
 * the same key and cannot be turned back without it. Without a key the pseudonyms are still stable,
 * but whoever has a list of patient IDs can try them all.
 *
 * UIDs become 2.25.<number>, the form of DICOM PS3.5 B.2 for UIDs that are made from a UUID; the
 * number is a UUID of version 8 (RFC 9562) with bits of the hash.
 */
#include "pipeline/identity_private.h"

#include "base/file.h"
#include "base/hash.h"
#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY_FILE_MAX 4096u
/* Shorter keys can be found by trying (128 bits). */
#define KEY_FILE_MIN 16u
#define PATIENT_DIGITS 12
#define UUID_SIZE 16

/* Every path of the user's may name a patient. */
static bool list_inputs(identity *id, const myo_measure_options *options, myo_error *err) {
    id->inputs =
        myo_alloc_array(options->input_count + options->tracing_count + 1, sizeof *id->inputs, err);
    for (size_t i = 0; id->inputs && i < options->input_count; i++) {
        id->inputs[id->input_count++] = options->inputs[i];
    }
    for (size_t i = 0; id->inputs && i < options->tracing_count; i++) {
        id->inputs[id->input_count++] = options->tracings[i];
    }
    if (id->inputs && options->results) {
        id->inputs[id->input_count++] = options->results;
    }
    return id->inputs != NULL;
}

bool identity_open(identity *id, const myo_measure_options *options, myo_error *err) {
    *id = (identity){.hide = options->deidentify};
    if (!list_inputs(id, options, err)) {
        return false;
    }
    if (!options->deidentify && (options->deidentify_key || options->deidentify_map)) {
        return myo_error_set(err, MYO_E_ARGUMENT, "%s needs --deidentify",
                             options->deidentify_key ? "--deidentify-key" : "--deidentify-map");
    }
    if (!options->deidentify_key) {
        id->key = myo_string_copy("", err);
        return id->key != NULL;
    }
    if (!myo_file_read(options->deidentify_key, KEY_FILE_MAX, &id->key, &id->key_size, err)) {
        return false;
    }
    return id->key_size >= KEY_FILE_MIN ||
           myo_error_set(err, MYO_E_RANGE, "%s: a key needs at least %u bytes",
                         options->deidentify_key, KEY_FILE_MIN);
}

void identity_close(identity *id) {
    free(id->key);
    free(id->inputs);
    *id = (identity){0};
}

/* `kind` keeps a patient ID and a UID of the same text apart. */
static void hash_of(const identity *id, const char *kind, const char *text,
                    uint8_t out[MYO_HASH_SIZE]) {
    myo_text data = {0};
    myo_text_printf(&data, "%s:%s", kind, text);
    myo_hash_hmac(id->key, id->key_size, data.data ? data.data : "", data.length, out);
    myo_text_clear(&data);
}

static void write_hex(const uint8_t *bytes, size_t digits, char *out) {
    for (size_t i = 0; i < digits; i++) {
        out[i] = "0123456789abcdef"[i % 2 ? bytes[i / 2] & 15 : bytes[i / 2] >> 4];
    }
    out[digits] = '\0';
}

/* Decimal digits of a big-endian number of 128 bits, by long division. */
static void write_decimal(uint8_t number[UUID_SIZE], char *out) {
    char digits[PSEUDONYM_SIZE];
    size_t count = 0;
    bool is_zero;
    do {
        unsigned rest = 0;
        is_zero = true;
        for (size_t i = 0; i < UUID_SIZE; i++) {
            unsigned value = rest << 8 | number[i];
            number[i] = (uint8_t)(value / 10);
            rest = value % 10;
            is_zero = is_zero && number[i] == 0;
        }
        digits[count++] = (char)('0' + rest);
    } while (!is_zero);
    for (size_t i = 0; i < count; i++) {
        out[i] = digits[count - 1 - i];
    }
    out[count] = '\0';
}

const char *identity_patient(const identity *id, const char *original, char out[PSEUDONYM_SIZE]) {
    if (!id->hide || !*original) {
        return original;
    }
    uint8_t hash[MYO_HASH_SIZE];
    hash_of(id, "patient", original, hash);
    out[0] = 'P';
    write_hex(hash, PATIENT_DIGITS, out + 1);
    return out;
}

const char *identity_uid(const identity *id, const char *original, char out[PSEUDONYM_SIZE]) {
    static const char root[] = "2.25.";
    if (!id->hide || !*original) {
        return original;
    }
    uint8_t hash[MYO_HASH_SIZE];
    hash_of(id, "uid", original, hash);
    hash[6] = (uint8_t)(0x80 | (hash[6] & 0x0f)); /* version 8 */
    hash[8] = (uint8_t)(0x80 | (hash[8] & 0x3f)); /* variant of RFC 9562 */
    memcpy(out, root, sizeof root);
    write_decimal(hash, out + strlen(root));
    return out;
}

const char *identity_path(const identity *id, const char *original, char out[PSEUDONYM_SIZE]) {
    if (!id->hide || !*original) {
        return original;
    }
    uint8_t hash[MYO_HASH_SIZE];
    hash_of(id, "path", original, hash);
    memcpy(out, "file-", sizeof "file-");
    write_hex(hash, PATIENT_DIGITS, out + strlen("file-"));
    return out;
}

const char *identity_uid_option(const identity *id, const char *original,
                                char out[PSEUDONYM_SIZE]) {
    size_t length = original ? strcspn(original, ":") : 0;
    if (!id->hide || length == 0 || !memchr(original, '.', length)) {
        return original;
    }
    char uid[PSEUDONYM_SIZE + 1], pseudonym[PSEUDONYM_SIZE];
    snprintf(uid, sizeof uid, "%.*s", (int)length, original);
    snprintf(out, PSEUDONYM_SIZE, "%s%s", identity_uid(id, uid, pseudonym), original + length);
    return out;
}

void identity_study_key(const identity *id, const myo_study *study, char key[STUDY_KEY_SIZE]) {
    myo_text text = {0};
    uint8_t hash[MYO_HASH_SIZE];
    myo_text_printf(&text, "%s\n%s", study->patient_id, study->study_uid);
    hash_of(id, "study", text.data ? text.data : "", hash);
    write_hex(hash, STUDY_KEY_SIZE - 1, key);
    myo_text_clear(&text);
}

void identity_fingerprint(const identity *id, const char *text, size_t size, char out[65]) {
    uint8_t hash[MYO_HASH_SIZE];
    myo_hash_hmac(id->key, id->key_size, text, size, hash);
    write_hex(hash, 64, out);
}
