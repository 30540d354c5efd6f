/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include <assert.h>
#include <stdlib.h>
#include <unistd.h>

static char path[] = "/tmp/myotome-fuzz-XXXXXX";

static void remove_file(void) {
    unlink(path);
}

const char *fuzz_write_file(const uint8_t *data, size_t size) {
    static int descriptor = -1;
    if (descriptor < 0) {
        descriptor = mkstemp(path);
        assert(descriptor >= 0);
        atexit(remove_file);
    }
    int truncated = ftruncate(descriptor, 0);
    ssize_t written = pwrite(descriptor, data, size, 0);
    assert(truncated == 0 && written == (ssize_t)size);
    (void)truncated;
    (void)written;
    return path;
}
