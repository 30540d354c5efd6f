/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes the seeds of fuzz_pixels: a small image in each transfer syntax, some in two frames. */
#include "frames.h"

#include <stdio.h>

int main(int count, char **arguments) {
    if (count != 2) {
        fprintf(stderr, "usage: %s FOLDER\n", arguments[0]);
        return 1;
    }
    for (frames_coding coding = FRAMES_NATIVE; coding < FRAMES_CODING_COUNT; coding++) {
        bool narrow = coding == FRAMES_JPEG_BASELINE;
        frames_recipe plan = {.coding = coding,
                              .columns = 16,
                              .rows = 16,
                              .frames = 1 + coding % 2u,
                              .bits_allocated = narrow ? 8 : 16,
                              .bits_stored = narrow ? 8 : 12,
                              .fragments = 1 + coding % 2u,
                              .tile_size = coding == FRAMES_JPEG2000 ? 8 : 0};
        char path[4096];
        snprintf(path, sizeof path, "%s/%s.dcm", arguments[1], frames_coding_name(coding));
        frames_write(path, &plan, NULL, NULL);
    }
    return 0;
}
