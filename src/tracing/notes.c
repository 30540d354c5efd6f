/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Notes on what was left out or is doubtful, in one bounded line. */
#include "tracing/tracing_private.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char more[] = "; ...";

void tracing_note(char *notes, const char *format, ...) {
    char note[MYO_TRACING_NOTES_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(note, sizeof note, format, arguments);
    va_end(arguments);
    for (char *c = note; *c; c++) {
        *c = (unsigned char)*c < 0x20 || *c == 0x7f ? ' ' : *c;
    }
    size_t length = strlen(notes);
    if (length >= sizeof more - 1 && strcmp(notes + length - (sizeof more - 1), more) == 0) {
        return;
    }
    size_t room = MYO_TRACING_NOTES_SIZE - length - sizeof more;
    if (length == 0 || strlen(note) + 2 <= room) {
        snprintf(notes + length, MYO_TRACING_NOTES_SIZE - length, "%s%s", length ? "; " : "", note);
    } else {
        memcpy(notes + length, more, sizeof more);
    }
}

void tracing_leave_out(tracing_left_out *list, const char *name) {
    size_t length = strlen(list->names);
    size_t needed = strlen(name) + sizeof ", \"\"";
    if (list->count < TRACING_LISTED_MAX && needed <= sizeof list->names - length) {
        snprintf(list->names + length, sizeof list->names - length, "%s\"%s\"", length ? ", " : "",
                 name);
    }
    list->count++;
}

void tracing_note_left_out(char *notes, const tracing_left_out *list, const char *reason) {
    if (list->count == 0) {
        return;
    }
    if (list->names[0] == '\0') {
        tracing_note(notes, "left out: %zu region%s (%s)", list->count, list->count > 1 ? "s" : "",
                     reason);
    } else if (list->count <= TRACING_LISTED_MAX) {
        tracing_note(notes, "left out: %s (%s)", list->names, reason);
    } else {
        tracing_note(notes, "left out: %zu regions, as %s (%s)", list->count, list->names, reason);
    }
}
