/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the host sees of this plugin: its entry, and the segmenter with the weights it brings. */
#include "unet_private.h"

extern const unsigned char unet_weights_data[];
extern const unsigned char unet_weights_end[];

static const myo_host *host; /* set once, when the plugin is loaded */

static bool segment(const myo_slice *slice, const double *values, myo_segmentation *result,
                    myo_error *err) {
    unet_model model;
    unet_signs signs[UNET_STRUCTURES];
    size_t size = (size_t)(unet_weights_end - unet_weights_data);
    if (!unet_model_parse(host, unet_weights_data, size, "unet.safetensors", &model, err)) {
        return false;
    }
    bool done = unet_segment(host, &model, slice, values, result, signs, err);
    unet_model_close(host, &model);
    return done;
}

static const myo_segmenter unet = {
    .abi_version = MYO_ABI_VERSION,
    .struct_size = sizeof(myo_segmenter),
    .info = {.name = "unet",
             .version = UNET_VERSION,
             .summary = "convolutional networks propose, region growing under anatomical rules "
                        "decides",
             .reference = "docs/methods.md, section Segmenter unet",
             .parameters = unet_parameters,
             .parameter_count = UNET_PARAMETERS},
    .roi_convention = "fascia",
    .segment = segment,
};

static const myo_segmenter *const segmenters[] = {&unet};

static const myo_plugin plugin = {.abi_version = MYO_ABI_VERSION,
                                  .struct_size = sizeof plugin,
                                  .name = "unet",
                                  .version = UNET_VERSION,
                                  .licence = "GPL-3.0-or-later",
                                  .segmenters = segmenters,
                                  .segmenter_count = 1};

__attribute__((visibility("default"))) const myo_plugin *myo_plugin_entry(const myo_host *offered);

/* An older host lacks what this plugin needs of it. */
const myo_plugin *myo_plugin_entry(const myo_host *offered) {
    if (offered->abi_version != MYO_ABI_VERSION || offered->struct_size < sizeof(myo_host)) {
        return NULL;
    }
    host = offered;
    return &plugin;
}
