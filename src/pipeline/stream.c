/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/stream_private.h"

#include "base/file.h"
#include "base/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define INDENT 2
/* More digits than any measure has that are worth something. */
#define REAL_DIGITS 10

bool stream_open(stream *s, const char *work_folder, const char *output, const char *name,
                 myo_error *err) {
    *s = (stream){0};
    if (!myo_path_join(work_folder, name, &s->temporary, err) ||
        !myo_path_join(output, name, &s->path, err)) {
        return false;
    }
    s->file = fopen(s->temporary, "wbe");
    return s->file ||
           myo_error_set(err, MYO_E_IO, "%s: cannot write: %s", s->path, strerror(errno));
}

static void put_bytes(stream *s, const char *bytes, size_t size) {
    if (s->sink) {
        s->sink(s->user, bytes, size);
    } else if (s->file && size > 0 && fwrite(bytes, 1, size, s->file) != size) {
        s->failed = true;
    }
}

void stream_put(stream *s, const char *text) {
    put_bytes(s, text, strlen(text));
}

void stream_put_json(stream *s, const json_t *value, int depth) {
    char *text = value ? json_dumps(value, JSON_INDENT(INDENT) | JSON_ENCODE_ANY |
                                               JSON_REAL_PRECISION(REAL_DIGITS))
                       : NULL;
    if (!text) {
        s->failed = true;
        return;
    }
    /* Line breaks within texts are escaped: those that are left are between members. */
    for (const char *line = text; *line;) {
        size_t length = strcspn(line, "\n");
        put_bytes(s, line, length);
        line += length;
        if (*line) {
            put_bytes(s, line++, 1);
            for (int i = 0; i < depth * INDENT; i++) {
                put_bytes(s, " ", 1);
            }
        }
    }
    free(text);
}

bool stream_commit(stream *s, myo_error *err) {
    if (!s->file) {
        return !s->failed || myo_error_set(err, MYO_E_MEMORY, "out of memory");
    }
    bool written = !s->failed && fflush(s->file) == 0 && fsync(fileno(s->file)) == 0;
    int reason = errno;
    bool closed = fclose(s->file) == 0;
    reason = written && !closed ? errno : reason;
    s->file = NULL;
    if (written && closed && rename(s->temporary, s->path) == 0) {
        free(s->temporary);
        s->temporary = NULL;
        return true;
    }
    return myo_error_set(err, MYO_E_IO, "%s: cannot write: %s", s->path,
                         strerror(written && closed ? errno : reason));
}

void stream_close(stream *s) {
    if (s->file) {
        fclose(s->file);
    }
    if (s->temporary) {
        unlink(s->temporary);
    }
    free(s->temporary);
    free(s->path);
    *s = (stream){0};
}

json_t *json_any_text(const char *text) {
    json_t *value = json_string(text);
    if (value) {
        return value;
    }
    char *plain = myo_string_copy(text, NULL);
    for (char *c = plain; c && *c; c++) {
        *c = (unsigned char)*c >= 0x80 ? '?' : *c;
    }
    value = plain ? json_string(plain) : NULL;
    free(plain);
    return value;
}
