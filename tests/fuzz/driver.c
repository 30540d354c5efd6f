/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Feeds files to a fuzz target without libFuzzer: the corpus is a regression test in every build.
 */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>

static int feed(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END) != 0) {
        perror(path);
        return 1;
    }
    long size = ftell(file);
    rewind(file);
    uint8_t *data = malloc(size > 0 ? (size_t)size : 1);
    size_t length = data ? fread(data, 1, size > 0 ? (size_t)size : 0, file) : 0;
    fclose(file);
    if (!data) {
        perror(path);
        return 1;
    }
    LLVMFuzzerTestOneInput(data, length);
    free(data);
    return 0;
}

int main(int argc, char **argv) {
    int status = argc > 1 ? 0 : 1;
    for (int i = 1; i < argc; i++) {
        status |= feed(argv[i]);
    }
    printf("%d inputs\n", argc - 1);
    return status;
}
