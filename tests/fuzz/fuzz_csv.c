/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a CSV table: an error, or a table all of whose fields can be read. */
#include "fuzz.h"
#include "io/csv.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    myo_csv *csv = NULL;
    myo_error err = {0};
    if (!myo_csv_parse((const char *)data, size, "input", &csv, &err)) {
        assert(err.code != MYO_OK && err.message[0] != '\0' && !strchr(err.message, '\n'));
        return 0;
    }
    myo_text text = {0};
    for (size_t row = 0; row < myo_csv_get_row_count(csv); row++) {
        for (size_t column = 0; column < myo_csv_get_column_count(csv); column++) {
            myo_csv_append_field(&text, column == 0, myo_csv_get(csv, row, column));
        }
        myo_text_append(&text, "\n");
        assert(myo_csv_get_line(csv, row) > 1);
    }
    for (size_t column = 0; column < myo_csv_get_column_count(csv); column++) {
        size_t found;
        assert(myo_csv_find_column(csv, myo_csv_get_column_name(csv, column), &found));
        assert(found == column);
    }
    myo_text_clear(&text);
    myo_csv_destroy(csv);
    return 0;
}
