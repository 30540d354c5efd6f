/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a table of names, as a label table in XML, and as a name. */
#include "fuzz.h"
#include "tracing/names_private.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void check_names(tracing_names *names) {
    for (size_t i = 0; i < names->count; i++) {
        const tracing_name_row *row = &names->rows[i];
        assert(row->name && row->value <= 65535);
        assert(tracing_names_find(names, row->name));
        assert(!row->meaning.used || row->meaning.lean ||
               (row->meaning.structure >= 0 && row->meaning.structure < MYO_STRUCTURE_COUNT &&
                row->meaning.side >= TRACING_NO_SIDE && row->meaning.side < MYO_SIDE_COUNT));
    }
    tracing_names_clear(names);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    tracing_names names = {0};
    tracing_meaning meaning;
    myo_error err = {0};
    if (!tracing_names_read(fuzz_write_file(data, size), &names, &err)) {
        assert(err.code != MYO_OK && err.message[0] != '\0');
    }
    check_names(&names);

    char *text = calloc(size + 1, 1);
    assert(text);
    memcpy(text, data, size);
    tracing_names_read_xml(text, &names, NULL);
    check_names(&names);
    if (tracing_name_parse(text, &meaning) == TRACING_NAME_KNOWN) {
        assert(meaning.used);
    }
    tracing_name_find_side(text);
    free(text);
    return 0;
}
