/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Weights that lie: each is refused with a reason and leaves nothing open. */
#include "cmocka_all.h"

#include "stand_in.h"
#include "unet_private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHANNELS 2
#define HEADER_SIZE 16384

/* A file of one member with CHANNELS channels throughout. */
typedef struct file {
    char *bytes;
    size_t size;
} file;

typedef struct writer {
    char header[HEADER_SIZE];
    size_t length, offset;
} writer;

static void add(writer *w, const char *name, const char *type, const char *shape, size_t bytes) {
    w->length += (size_t)snprintf(w->header + w->length, HEADER_SIZE - w->length,
                                  ",\"%s\":{\"dtype\":\"%s\",\"shape\":[%s],"
                                  "\"data_offsets\":[%zu,%zu]}",
                                  name, type, shape, w->offset, w->offset + bytes);
    w->offset += bytes;
}

static void add_network(writer *w, const char *prefix, size_t last_outputs) {
    static const size_t inputs[] = {12, 2, 2, 2, 2, 2, 2, 2, 4, 2, 4, 2, 4, 2, 2};
    for (size_t n = 0; n < UNET_CONVOLUTIONS; n++) {
        char name[64], shape[64];
        size_t outputs = n + 1 == UNET_CONVOLUTIONS ? last_outputs : CHANNELS;
        snprintf(name, sizeof name, "member0.%s.%zu.bias", prefix, n);
        snprintf(shape, sizeof shape, "%zu", outputs);
        add(w, name, "F32", shape, 4 * outputs);
        snprintf(name, sizeof name, "member0.%s.%zu.weight", prefix, n);
        snprintf(shape, sizeof shape, "%zu,%zu,3,3", outputs, inputs[n]);
        add(w, name, "F16", shape, 2 * outputs * inputs[n] * 9);
    }
}

static writer *begin(const char *members) {
    writer *w = calloc(1, sizeof *w);
    assert_non_null(w);
    w->length =
        (size_t)snprintf(w->header, HEADER_SIZE, "{\"__metadata__\":{\"members\":\"%s\"}", members);
    return w;
}

static file end(writer *w) {
    w->header[w->length++] = '}';
    while ((8 + w->length) % 64 != 0) {
        w->header[w->length++] = ' ';
    }
    file f = {.size = 8 + w->length + w->offset};
    f.bytes = aligned_alloc(64, (f.size + 63) / 64 * 64);
    assert_non_null(f.bytes);
    memset(f.bytes, 0, f.size);
    f.bytes[0] = (char)(w->length & 0xff);
    f.bytes[1] = (char)(w->length >> 8);
    memcpy(f.bytes + 8, w->header, w->length);
    free(w);
    return f;
}

typedef struct recipe {
    const char *members;
    float mass, factor;
    size_t last_outputs;
    bool quality;
} recipe;

static const recipe right = {.members = "1",
                             .mass = 500.0f,
                             .factor = 0.9f,
                             .last_outputs = 4 * UNET_CLASSES,
                             .quality = true};

static file make(recipe r) {
    writer *w = begin(r.members);
    add(w, "member0.mass", "F32", "7", 28);
    add(w, "class_factors", "F32", "8", 32);
    add(w, "member0.centers", "F32", "7,2", 56);
    if (r.quality) {
        add(w, "quality", "F32", "7,5", 140);
        add(w, "usual_area", "F32", "7", 28);
    }
    add_network(w, "locate", 4 * UNET_CLASSES);
    add_network(w, "outline", r.last_outputs);
    size_t numbers = w->offset;
    file f = end(w);
    for (size_t k = 0; k < UNET_STRUCTURES; k++) {
        memcpy(f.bytes + f.size - numbers + 4 * k, &r.mass, sizeof r.mass);
    }
    for (size_t k = 0; k < UNET_CLASSES; k++) {
        memcpy(f.bytes + f.size - numbers + 28 + 4 * k, &r.factor, sizeof r.factor);
    }
    return f;
}

static file make_body(size_t last_outputs) {
    writer *w = begin("1");
    add_network(w, "body", last_outputs);
    return end(w);
}

static void refuse(file f, const char *reason) {
    unet_model model;
    myo_error err = {0};
    assert_false(unet_model_parse(&stand_in_host, f.bytes, f.size, "w", &model, &err));
    assert_int_equal(err.code, MYO_E_FORMAT);
    assert_non_null(strstr(err.message, reason));
    assert_null(model.tensors);
    free(f.bytes);
}

static void opens_what_is_right(void **state) {
    (void)state;
    file f = make(right);
    unet_model model;
    assert_true(unet_model_parse(&stand_in_host, f.bytes, f.size, "w", &model, NULL));
    assert_int_equal(model.member_count, 1);
    assert_int_equal(model.members[0].networks[UNET_OUTLINE].channels[3], CHANNELS);
    assert_near(model.members[0].mass_mm2[6], 500.0, 0.0);
    assert_near(model.class_factors[7], 0.9f, 0.0);
    assert_null(model.body_tensors);
    /* What is refused leaves the rest as it was. */
    file short_of = make_body(4 * UNET_CLASSES - 4), body = make_body(4 * UNET_CLASSES);
    myo_error err = {0};
    assert_false(
        unet_model_add_body(&stand_in_host, short_of.bytes, short_of.size, "p", &model, &err));
    assert_int_equal(err.code, MYO_E_FORMAT);
    assert_non_null(strstr(err.message, "body.14.weight"));
    assert_null(model.body_tensors);
    assert_true(unet_model_add_body(&stand_in_host, body.bytes, body.size, "p", &model, NULL));
    assert_int_equal(model.members[0].networks[UNET_BODY].channels[0], CHANNELS);
    free(short_of.bytes);
    free(body.bytes);
    unet_model_close(&stand_in_host, &model);
    free(f.bytes);
}

static void refuses_what_is_not(void **state) {
    (void)state;
    recipe wrong = right;
    static const char *const counts[] = {"none", "0", "9"};
    for (size_t n = 0; n < 3; n++) {
        wrong.members = counts[n];
        refuse(make(wrong), "members");
    }
    wrong.members = "2";
    refuse(make(wrong), "member1");
    wrong = right;
    wrong.mass = -1.0f;
    refuse(make(wrong), "not positive");
    static const float factors[] = {0.0f, -1.0f, 11.0f, NAN};
    for (size_t n = 0; n < 4; n++) {
        wrong = right;
        wrong.factor = factors[n];
        refuse(make(wrong), "factor of a class");
    }
    wrong = right;
    wrong.last_outputs += 4;
    refuse(make(wrong), "outline.14.weight");
    wrong = right;
    wrong.quality = false;
    refuse(make(wrong), "quality");
    file f = make(right);
    f.size -= 100;
    refuse(f, "outside of the file");
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(opens_what_is_right),
                                       cmocka_unit_test(refuses_what_is_not)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
