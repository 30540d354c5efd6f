/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A growing text: what CSV, JSON and reports are put together in. */
#ifndef MYO_BASE_TEXT_H
#define MYO_BASE_TEXT_H

#include <myotome/error.h>

/* Initialise with {0}; release with myo_text_clear(). `data` is always terminated once anything
 * was appended. When memory runs out `failed` is set and appending does nothing any more, so that
 * only the end needs a check. */
typedef struct myo_text {
    char *data;
    size_t length, capacity;
    bool failed;
} myo_text;

void myo_text_append(myo_text *text, const char *string);
void myo_text_append_bytes(myo_text *text, const char *bytes, size_t size);
void myo_text_printf(myo_text *text, const char *format, ...) MYO_PRINTF(2, 3);
void myo_text_clear(myo_text *text);

/* True where one of the items of a list ("a;b", `separator` between them) is this one. */
bool myo_text_lists(const char *list, char separator, const char *item);

/* True where a text holds no line break and no other control character. */
bool myo_text_is_one_line(const char *text);

/* The next line of a text that is made of lines; *at starts at 0. Its "\n" is not counted in
 * *length. False behind the last one. */
bool myo_text_next_line(const myo_text *text, size_t *at, const char **line, size_t *length);

/* Hands the text over to the caller, who frees it; the object is empty afterwards. */
bool myo_text_take(myo_text *text, char **out, myo_error *err);

#endif
