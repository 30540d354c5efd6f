/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that are written piece by piece, and are complete or not there. */
#ifndef MYO_PIPELINE_STREAM_PRIVATE_H
#define MYO_PIPELINE_STREAM_PRIVATE_H

#include "base/text.h"

#include <jansson.h>
#include <stdio.h>

/* Where pieces of a text go: into a file, or to the caller of the library. */
typedef struct stream {
    FILE *file;
    char *temporary, *path;
    void (*sink)(void *user, const char *text, size_t size); /* instead of a file */
    void *user;
    bool failed;
} stream;

/* Begins OUT/<name> under a temporary name in `work_folder`. */
bool stream_open(stream *s, const char *work_folder, const char *output, const char *name,
                 myo_error *err);
void stream_put(stream *s, const char *text);
/* Puts `value` indented as the member of an object or array at that depth. */
void stream_put_json(stream *s, const json_t *value, int depth);
/* Flushes the file to disk and gives it its name. */
bool stream_commit(stream *s, myo_error *err);
/* Releases; a file that was not committed is removed. */
void stream_close(stream *s);

/* A text for JSON; of one that is no UTF-8 only the ASCII characters are left. */
json_t *json_any_text(const char *text);

#endif
