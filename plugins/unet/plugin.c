/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the host sees of this plugin: its entry, the segmenter for MR and the tissue mapper for CT
 * with the weights that they bring. */
#include "unet_private.h"

extern const unsigned char unet_weights_data[];
extern const unsigned char unet_weights_end[];
extern const unsigned char unet_body_weights_data[];
extern const unsigned char unet_body_weights_end[];
extern const unsigned char unet_ct_weights_data[];
extern const unsigned char unet_ct_weights_end[];

static const myo_host *host; /* set once, when the plugin is loaded */

static bool segment(const myo_slice *slice, const double *values, myo_segmentation *result,
                    myo_error *err) {
    unet_model model;
    unet_signs signs[UNET_STRUCTURES];
    size_t size = (size_t)(unet_weights_end - unet_weights_data);
    if (!unet_model_parse(host, unet_weights_data, size, "unet.safetensors", &model, err)) {
        return false;
    }
    size = (size_t)(unet_body_weights_end - unet_body_weights_data);
    bool done = unet_model_add_body(host, unet_body_weights_data, size, "unet-body.safetensors",
                                    &model, err) &&
                unet_segment(host, &model, slice, values, result, signs, err);
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

static bool map(const myo_slice *slices, size_t count, bool twice, double (*origin_mm)[2],
                float *probability, myo_error *err) {
    myo_tensors *tensors = NULL;
    unet_network network;
    size_t size = (size_t)(unet_ct_weights_end - unet_ct_weights_data);
    if (!host->tensors_parse(unet_ct_weights_data, size, "unet-ct.safetensors", &tensors, err)) {
        return false;
    }
    bool done = unet_network_open(host, tensors, "ct", MYO_TISSUE_COUNT, &network, err) &&
                unet_map_tissues(host, &network, slices, count, twice, origin_mm, probability, err);
    host->tensors_destroy(tensors);
    return done;
}

static const myo_tissue_mapper unet_ct = {
    .abi_version = MYO_ABI_VERSION,
    .struct_size = sizeof(myo_tissue_mapper),
    .info = {.name = "unet-ct",
             .version = UNET_CT_VERSION,
             .summary = "a convolutional network says what each pixel of a CT slice probably is",
             .reference = "docs/methods.md, section CT"},
    .columns = UNET_CT_COLUMNS,
    .rows = UNET_CT_ROWS,
    .step_mm = UNET_CT_STEP_MM,
    .map = map,
};

static const myo_tissue_mapper *const mappers[] = {&unet_ct};

static const myo_plugin plugin = {.abi_version = MYO_ABI_VERSION,
                                  .struct_size = sizeof plugin,
                                  .name = "unet",
                                  .version = UNET_VERSION,
                                  .licence = "GPL-3.0-or-later",
                                  .segmenters = segmenters,
                                  .segmenter_count = 1,
                                  .tissue_mappers = mappers,
                                  .tissue_mapper_count = 1};

__attribute__((visibility("default"))) const myo_plugin *myo_plugin_entry(const myo_host *offered);

/* An older host lacks what this plugin needs of it. */
const myo_plugin *myo_plugin_entry(const myo_host *offered) {
    if (offered->abi_version != MYO_ABI_VERSION || offered->struct_size < sizeof(myo_host)) {
        return NULL;
    }
    host = offered;
    return &plugin;
}
