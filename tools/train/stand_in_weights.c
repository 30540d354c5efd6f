/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "read_slice.h"
#include "stand_in.h"

#include <stdio.h>
#include <stdlib.h>

#define PATH_SIZE 4096

static void *outlines, *body;

bool stand_in_open(const char *folder, myo_error *err) {
    char path[PATH_SIZE];
    size_t size;
    snprintf(path, sizeof path, "%s/unet.safetensors", folder);
    outlines = read_aligned(path, &size, err);
    bool done =
        outlines && unet_model_parse(&stand_in_host, outlines, size, path, &stand_in_weights, err);
    snprintf(path, sizeof path, "%s/unet-body.safetensors", folder);
    body = done ? read_aligned(path, &size, err) : NULL;
    return body && unet_model_add_body(&stand_in_host, body, size, path, &stand_in_weights, err);
}

void stand_in_close(void) {
    unet_model_close(&stand_in_host, &stand_in_weights);
    free(outlines);
    free(body);
}
