/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening the weights: tensors to structs, with every size checked. */
#include "unet_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_SIZE 64
#define CHANNELS_MAX 1024
#define CLASS_FACTOR_MAX 10.0f

/* The convolutions of a network in the order in which a slice passes them: two for each resolution
 * on the way down, two for each on the way up, and the last one. */
static size_t inputs_of(const size_t *channels, size_t n) {
    size_t stage = n / 2;
    if (n == 0) {
        return 4 * UNET_INPUTS;
    }
    if (n < 2 * UNET_STAGES) {
        return n % 2 ? channels[stage] : channels[stage - 1];
    }
    if (n == UNET_CONVOLUTIONS - 1) {
        return channels[0];
    }
    size_t level = 2 * UNET_STAGES - 2 - stage; /* resolution on the way up */
    return n % 2 ? channels[level] : channels[level + 1] + channels[level];
}

static size_t outputs_of(const size_t *channels, size_t n, size_t classes) {
    if (n == UNET_CONVOLUTIONS - 1) {
        return 4 * classes;
    }
    size_t stage = n / 2;
    return stage < UNET_STAGES ? channels[stage] : channels[2 * UNET_STAGES - 2 - stage];
}

static const void *get(const myo_host *host, const unet_model *model, size_t member,
                       const char *name, myo_tensor_type type, size_t rank, size_t *shape,
                       myo_error *err) {
    char full[NAME_SIZE];
    snprintf(full, sizeof full, "member%zu.%s", member, name);
    return host->tensors_get(model->tensors, full, type, rank, shape, err);
}

/* How many channels each resolution has follows from the weights of its first convolution. */
static bool find_channels(const myo_host *host, const myo_tensors *tensors, const char *prefix,
                          size_t channels[UNET_STAGES], myo_error *err) {
    char name[NAME_SIZE];
    for (size_t s = 0; s < UNET_STAGES; s++) {
        size_t shape[4] = {0, 0, 3, 3};
        snprintf(name, sizeof name, "%s.%zu.weight", prefix, 2 * s);
        if (!host->tensors_get(tensors, name, MYO_TENSOR_F16, 4, shape, err)) {
            return false;
        }
        if (shape[0] > CHANNELS_MAX) {
            return host->error_set(err, MYO_E_FORMAT, "unet: too many channels in the weights");
        }
        channels[s] = shape[0];
    }
    return true;
}

bool unet_network_open(const myo_host *host, const myo_tensors *tensors, const char *prefix,
                       size_t classes, unet_network *network, myo_error *err) {
    char name[NAME_SIZE];
    if (!find_channels(host, tensors, prefix, network->channels, err)) {
        return false;
    }
    for (size_t n = 0; n < UNET_CONVOLUTIONS; n++) {
        size_t inputs = inputs_of(network->channels, n);
        size_t outputs = outputs_of(network->channels, n, classes);
        size_t shape[4] = {outputs, inputs, 3, 3}, count[1] = {outputs};
        snprintf(name, sizeof name, "%s.%zu.weight", prefix, n);
        network->weight[n] = host->tensors_get(tensors, name, MYO_TENSOR_F16, 4, shape, err);
        snprintf(name, sizeof name, "%s.%zu.bias", prefix, n);
        network->bias[n] = network->weight[n]
                               ? host->tensors_get(tensors, name, MYO_TENSOR_F32, 1, count, err)
                               : NULL;
        if (!network->bias[n]) {
            return false;
        }
    }
    return true;
}

static bool open_member_network(const myo_host *host, const myo_tensors *tensors, size_t member,
                                size_t which, unet_network *network, myo_error *err) {
    static const char *const names[UNET_NETWORKS] = {
        [UNET_LOCATE] = "locate", [UNET_OUTLINE] = "outline", [UNET_BODY] = "body"};
    char prefix[NAME_SIZE];
    snprintf(prefix, sizeof prefix, "member%zu.%s", member, names[which]);
    return unet_network_open(host, tensors, prefix, UNET_CLASSES, network, err);
}

static bool open_member(const myo_host *host, unet_model *model, size_t index, myo_error *err) {
    unet_member *member = &model->members[index];
    size_t points[2] = {UNET_STRUCTURES, 2}, count[1] = {UNET_STRUCTURES};
    const float *centers = get(host, model, index, "centers", MYO_TENSOR_F32, 2, points, err);
    const float *mass =
        centers ? get(host, model, index, "mass", MYO_TENSOR_F32, 1, count, err) : NULL;
    if (!mass) {
        return false;
    }
    for (size_t k = 0; k < UNET_STRUCTURES; k++) {
        member->centers[2 * k] = (double)centers[2 * k];
        member->centers[2 * k + 1] = (double)centers[2 * k + 1];
        member->mass_mm2[k] = (double)mass[k];
        if (!(mass[k] > 0.0f)) {
            return host->error_set(err, MYO_E_FORMAT,
                                   "unet: an area in the weights is not positive");
        }
    }
    return open_member_network(host, model->tensors, index, UNET_LOCATE,
                               &member->networks[UNET_LOCATE], err) &&
           open_member_network(host, model->tensors, index, UNET_OUTLINE,
                               &member->networks[UNET_OUTLINE], err);
}

static bool open_factors(const myo_host *host, unet_model *model, myo_error *err) {
    size_t count[1] = {UNET_CLASSES};
    const float *factors =
        host->tensors_get(model->tensors, "class_factors", MYO_TENSOR_F32, 1, count, err);
    for (size_t k = 0; factors && k < UNET_CLASSES; k++) {
        if (!(factors[k] >= 1.0f / CLASS_FACTOR_MAX && factors[k] <= CLASS_FACTOR_MAX)) {
            return host->error_set(err, MYO_E_FORMAT,
                                   "unet: a factor of a class in the weights is not plausible");
        }
    }
    model->class_factors = factors;
    return factors != NULL;
}

static bool open_quality(const myo_host *host, unet_model *model, myo_error *err) {
    size_t shape[2] = {UNET_STRUCTURES, UNET_FEATURES}, count[1] = {UNET_STRUCTURES};
    model->quality = host->tensors_get(model->tensors, "quality", MYO_TENSOR_F32, 2, shape, err);
    model->usual_area_mm2 = model->quality ? host->tensors_get(model->tensors, "usual_area",
                                                               MYO_TENSOR_F32, 1, count, err)
                                           : NULL;
    return model->usual_area_mm2 != NULL;
}

/* The engine runs all members with the same primitives. */
static bool same_channels(const myo_host *host, const unet_model *model, size_t which,
                          myo_error *err) {
    const unet_network *first = &model->members[0].networks[which];
    for (size_t m = 1; m < model->member_count; m++) {
        const unet_network *other = &model->members[m].networks[which];
        if (memcmp(other->channels, first->channels, sizeof first->channels) != 0) {
            return host->error_set(err, MYO_E_FORMAT,
                                   "unet: members of different sizes in the weights");
        }
    }
    return true;
}

bool unet_model_parse(const myo_host *host, const void *data, size_t size, const char *origin,
                      unet_model *model, myo_error *err) {
    *model = (unet_model){0};
    if (!host->tensors_parse(data, size, origin, &model->tensors, err)) {
        return false;
    }
    const char *text = host->tensors_get_metadata(model->tensors, "members");
    char *end = NULL;
    long count = text ? strtol(text, &end, 10) : 0;
    bool done = count > 0 && count <= UNET_MEMBERS_MAX && *end == '\0';
    if (!done) {
        host->error_set(err, MYO_E_FORMAT,
                        "unet: the weights do not say how many members they hold");
    }
    for (model->member_count = 0; done && model->member_count < (size_t)count;) {
        done = open_member(host, model, model->member_count, err);
        model->member_count += done;
    }
    done = done && open_factors(host, model, err) && open_quality(host, model, err) &&
           same_channels(host, model, UNET_LOCATE, err) &&
           same_channels(host, model, UNET_OUTLINE, err);
    if (!done) {
        unet_model_close(host, model);
    }
    return done;
}

bool unet_model_add_body(const myo_host *host, const void *data, size_t size, const char *origin,
                         unet_model *model, myo_error *err) {
    myo_tensors *tensors;
    if (!host->tensors_parse(data, size, origin, &tensors, err)) {
        return false;
    }
    bool done = true;
    for (size_t m = 0; done && m < model->member_count; m++) {
        done = open_member_network(host, tensors, m, UNET_BODY,
                                   &model->members[m].networks[UNET_BODY], err);
    }
    done = done && same_channels(host, model, UNET_BODY, err);
    if (done) {
        model->body_tensors = tensors;
    } else {
        host->tensors_destroy(tensors);
    }
    return done;
}

void unet_model_close(const myo_host *host, unet_model *model) {
    host->tensors_destroy(model->tensors);
    host->tensors_destroy(model->body_tensors);
    *model = (unet_model){0};
}
