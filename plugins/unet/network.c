/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A U-Net (O. Ronneberger et al., MICCAI 2015, 10.1007/978-3-319-24574-4_28) over oneDNN: it takes
 * 2 x 2 pixels as the channels of one, and its last layer answers for each of the four
 * (W. Shi et al., CVPR 2016, 10.1109/CVPR.2016.207). tools/train/network.py is its twin.
 *
 * oneDNN does the convolutions, with channels last; what lies between them moves numbers only.
 * Every sum is made by one thread in one order, so results do not depend on their number.
 */
#include "unet_private.h"

#include <math.h>
#include <oneapi/dnnl/dnnl.h>
#include <stdlib.h>
#include <string.h>

#define KERNEL 3
#define SPLIT 4 /* 2 x 2 pixels */
#define ALIGNMENT 64
#define LOGIT_LOWEST (-16.0f) /* below the highest: e^-16 is a probability of nothing */

/* One convolution with what it works on; no ReLU after the last one. */
typedef struct layer {
    size_t inputs, outputs;
    dnnl_primitive_t primitive;
    dnnl_memory_t source, weight, bias, target;
    dnnl_memory_t plain; /* the weights as they are stored, in single precision */
    dnnl_primitive_t reorder;
    float *out; /* pixels of `target` */
} layer;

/* oneDNN's OpenMP runtime, where it has one. */
extern void omp_set_num_threads(int count) __attribute__((weak));
extern int omp_get_max_threads(void) __attribute__((weak));

struct unet_engine {
    const myo_host *host;
    int caller_threads; /* 0 where they were left alone */
    unet_task task;
    size_t batch, channels[UNET_STAGES];
    dnnl_engine_t engine;
    dnnl_stream_t stream;
    layer layers[UNET_CONVOLUTIONS];
    float *scratch;             /* what a convolution works on, if not on the one before */
    float *weights;             /* of the largest convolution */
    const unet_network *loaded; /* whose weights the layers hold */
};

static bool failed(const unet_engine *e, dnnl_status_t status, myo_error *err) {
    if (status == dnnl_success) {
        return false;
    }
    e->host->error_set(err, status == dnnl_out_of_memory ? MYO_E_MEMORY : MYO_E_INTERNAL,
                       "unet: oneDNN cannot run the network on this processor");
    return true;
}

static float *allocate(const unet_engine *e, size_t count, myo_error *err) {
    size_t bytes = (count * sizeof(float) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    float *memory = aligned_alloc(ALIGNMENT, bytes);
    if (!memory) {
        e->host->error_set(err, MYO_E_MEMORY, "unet: out of memory");
    }
    return memory;
}

/* Resolution at which a convolution works: 0 is that of pairs of pixels. */
static size_t stage_of(size_t n) {
    size_t stage = n / 2;
    if (n == UNET_CONVOLUTIONS - 1) {
        return 0;
    }
    return stage < UNET_STAGES ? stage : 2 * UNET_STAGES - 2 - stage;
}

static size_t rows_at(const unet_engine *e, size_t stage) {
    return e->task.field->rows >> (stage + 1);
}

static size_t columns_at(const unet_engine *e, size_t stage) {
    return e->task.field->columns >> (stage + 1);
}

static size_t pixels_at(const unet_engine *e, size_t stage) {
    return e->batch * rows_at(e, stage) * columns_at(e, stage);
}

/* True when a convolution works on the result of the one before, as it is. */
static bool follows_directly(size_t n) {
    return n % 2 == 1 || n == UNET_CONVOLUTIONS - 1;
}

static void set_sizes(unet_engine *e) {
    for (size_t n = 0; n < UNET_CONVOLUTIONS; n++) {
        layer *l = &e->layers[n];
        size_t stage = stage_of(n);
        l->outputs = e->channels[stage];
        if (follows_directly(n)) {
            l->inputs = e->channels[stage];
        } else if (n < 2 * UNET_STAGES) {
            l->inputs = n == 0 ? SPLIT * UNET_INPUTS : e->channels[stage - 1];
        } else {
            l->inputs = e->channels[stage + 1] + e->channels[stage];
        }
    }
    e->layers[UNET_CONVOLUTIONS - 1].outputs = SPLIT * e->task.classes;
}

/* Describes the convolution, leaving the layout of the weights to oneDNN. */
static dnnl_status_t describe(const unet_engine *e, const layer *l, size_t n,
                              dnnl_primitive_desc_t *out) {
    size_t stage = stage_of(n);
    const dnnl_dims_t source = {(dnnl_dim_t)e->batch, (dnnl_dim_t)l->inputs,
                                (dnnl_dim_t)rows_at(e, stage), (dnnl_dim_t)columns_at(e, stage)};
    const dnnl_dims_t target = {source[0], (dnnl_dim_t)l->outputs, source[2], source[3]};
    const dnnl_dims_t weight = {target[1], source[1], KERNEL, KERNEL}, bias = {target[1]};
    const dnnl_dims_t strides = {1, 1}, padding = {1, 1};
    dnnl_memory_desc_t s, t, w, b;
    dnnl_convolution_desc_t convolution;
    dnnl_primitive_attr_t attributes = NULL;
    dnnl_post_ops_t after = NULL;
    dnnl_status_t status = dnnl_memory_desc_init_by_tag(&s, 4, source, dnnl_f32, dnnl_nhwc);
    status = status ? status : dnnl_memory_desc_init_by_tag(&t, 4, target, dnnl_f32, dnnl_nhwc);
    status = status ? status
                    : dnnl_memory_desc_init_by_tag(&w, 4, weight, dnnl_f32, dnnl_format_tag_any);
    status = status ? status : dnnl_memory_desc_init_by_tag(&b, 1, bias, dnnl_f32, dnnl_x);
    status = status ? status
                    : dnnl_convolution_forward_desc_init(&convolution, dnnl_forward_inference,
                                                         dnnl_convolution_direct, &s, &w, &b, &t,
                                                         strides, padding, padding);
    status = status ? status : dnnl_primitive_attr_create(&attributes);
    status = status ? status : dnnl_post_ops_create(&after);
    if (n != UNET_CONVOLUTIONS - 1) {
        status = status ? status
                        : dnnl_post_ops_append_eltwise(after, 1.0f, dnnl_eltwise_relu, 0.0f, 0.0f);
    }
    status = status ? status : dnnl_primitive_attr_set_post_ops(attributes, after);
    status = status ? status
                    : dnnl_primitive_desc_create(out, &convolution, attributes, e->engine, NULL);
    dnnl_post_ops_destroy(after);
    dnnl_primitive_attr_destroy(attributes);
    return status;
}

static dnnl_status_t create_memories(const unet_engine *e, layer *l, float *source,
                                     const_dnnl_primitive_desc_t description) {
    const dnnl_dims_t dims = {(dnnl_dim_t)l->outputs, (dnnl_dim_t)l->inputs, KERNEL, KERNEL};
    const dnnl_memory_desc_t *weight =
        dnnl_primitive_desc_query_md(description, dnnl_query_weights_md, 0);
    dnnl_memory_desc_t plain;
    dnnl_primitive_desc_t reorder = NULL;
    dnnl_status_t status = dnnl_memory_desc_init_by_tag(&plain, 4, dims, dnnl_f32, dnnl_oihw);
    const struct {
        dnnl_memory_t *memory;
        const dnnl_memory_desc_t *kind;
        void *pixels;
    } memories[] = {
        {&l->source, dnnl_primitive_desc_query_md(description, dnnl_query_src_md, 0), source},
        {&l->target, dnnl_primitive_desc_query_md(description, dnnl_query_dst_md, 0), l->out},
        {&l->bias, dnnl_primitive_desc_query_md(description, dnnl_query_weights_md, 1),
         DNNL_MEMORY_NONE},
        {&l->plain, &plain, e->weights},
        {&l->weight, weight, DNNL_MEMORY_ALLOCATE},
    };
    for (size_t i = 0; !status && i < sizeof memories / sizeof memories[0]; i++) {
        status =
            dnnl_memory_create(memories[i].memory, memories[i].kind, e->engine, memories[i].pixels);
    }
    status = status ? status
                    : dnnl_reorder_primitive_desc_create(&reorder, &plain, e->engine, weight,
                                                         e->engine, NULL);
    status = status ? status : dnnl_primitive_create(&l->reorder, reorder);
    dnnl_primitive_desc_destroy(reorder);
    return status;
}

static bool create_layer(const unet_engine *e, size_t n, layer *l, myo_error *err) {
    float *source = follows_directly(n) ? e->layers[n - 1].out : e->scratch;
    l->out = allocate(e, pixels_at(e, stage_of(n)) * l->outputs, err);
    if (!l->out) {
        return false;
    }
    dnnl_primitive_desc_t description = NULL;
    dnnl_status_t status = describe(e, l, n, &description);
    status = status ? status : dnnl_primitive_create(&l->primitive, description);
    status = status ? status : create_memories(e, l, source, description);
    dnnl_primitive_desc_destroy(description);
    return !failed(e, status, err);
}

/* Studies are measured side by side, so that a slice gets one thread, unless the user wants it
 * otherwise. Counts for the calling thread. */
static void take_one_thread(unet_engine *e) {
    if (omp_set_num_threads && omp_get_max_threads && !getenv("OMP_NUM_THREADS")) {
        e->caller_threads = omp_get_max_threads();
        omp_set_num_threads(1);
    }
}

bool unet_engine_create(const myo_host *host, const unet_task *task, const size_t *channels,
                        size_t batch, unet_engine **out, myo_error *err) {
    unet_engine *e = calloc(1, sizeof *e);
    if (!e) {
        return host->error_set(err, MYO_E_MEMORY, "unet: out of memory");
    }
    e->host = host;
    e->task = *task;
    e->batch = batch;
    take_one_thread(e);
    memcpy(e->channels, channels, sizeof e->channels);
    set_sizes(e);
    size_t scratch = 0, weights = 0;
    for (size_t n = 0; n < UNET_CONVOLUTIONS; n++) {
        const layer *l = &e->layers[n];
        size_t pixels = pixels_at(e, stage_of(n)) * l->inputs;
        size_t numbers = l->inputs * l->outputs * KERNEL * KERNEL;
        scratch = pixels > scratch ? pixels : scratch;
        weights = numbers > weights ? numbers : weights;
    }
    e->scratch = allocate(e, scratch, err);
    e->weights = e->scratch ? allocate(e, weights, err) : NULL;
    bool done =
        e->weights && !failed(e, dnnl_engine_create(&e->engine, dnnl_cpu, 0), err) &&
        !failed(e, dnnl_stream_create(&e->stream, e->engine, dnnl_stream_default_flags), err);
    for (size_t n = 0; done && n < UNET_CONVOLUTIONS; n++) {
        done = create_layer(e, n, &e->layers[n], err);
    }
    if (!done) {
        unet_engine_destroy(e);
        return false;
    }
    *out = e;
    return true;
}

void unet_engine_destroy(unet_engine *e) {
    if (!e) {
        return;
    }
    for (size_t n = 0; n < UNET_CONVOLUTIONS; n++) {
        layer *l = &e->layers[n];
        dnnl_primitive_destroy(l->primitive);
        dnnl_primitive_destroy(l->reorder);
        dnnl_memory_destroy(l->source);
        dnnl_memory_destroy(l->target);
        dnnl_memory_destroy(l->bias);
        dnnl_memory_destroy(l->plain);
        dnnl_memory_destroy(l->weight);
        free(l->out);
    }
    dnnl_stream_destroy(e->stream);
    dnnl_engine_destroy(e->engine);
    if (e->caller_threads > 0) {
        omp_set_num_threads(e->caller_threads);
    }
    free(e->scratch);
    free(e->weights);
    free(e);
}

/* IEEE 754 half precision; infinities and NaN do not occur in weights. Shifted into single
 * precision the exponent is too small by the difference of both biases, also for subnormal numbers.
 */
static float half_to_float(uint16_t half) {
    uint32_t size = (uint32_t)(half & 0x7fffu) << 13, sign = (uint32_t)(half & 0x8000u) << 16;
    float value;
    memcpy(&value, &size, sizeof value);
    value *= 0x1p112f;
    memcpy(&size, &value, sizeof size);
    size |= sign;
    memcpy(&value, &size, sizeof value);
    return value;
}

/* Brings the weights of a network into the layout of each layer. */
static bool load(unet_engine *e, const unet_network *network, myo_error *err) {
    dnnl_status_t status = dnnl_success;
    e->loaded = NULL;
    for (size_t n = 0; !status && n < UNET_CONVOLUTIONS; n++) {
        layer *l = &e->layers[n];
        for (size_t i = 0; i < l->inputs * l->outputs * KERNEL * KERNEL; i++) {
            e->weights[i] = half_to_float(network->weight[n][i]);
        }
        /* oneDNN does not write through this pointer. */
        float *bias;
        memcpy(&bias, &network->bias[n], sizeof bias);
        const dnnl_exec_arg_t reorder[] = {{DNNL_ARG_FROM, l->plain}, {DNNL_ARG_TO, l->weight}};
        status = dnnl_memory_set_data_handle(l->bias, bias);
        status = status ? status : dnnl_primitive_execute(l->reorder, e->stream, 2, reorder);
        status = status ? status : dnnl_stream_wait(e->stream);
    }
    if (failed(e, status, err)) {
        return false;
    }
    e->loaded = network;
    return true;
}

/* Runs one convolution on what its source memory holds. */
static bool convolve(unet_engine *e, size_t n, myo_error *err) {
    const layer *l = &e->layers[n];
    const dnnl_exec_arg_t convolution[] = {{DNNL_ARG_SRC, l->source},
                                           {DNNL_ARG_WEIGHTS, l->weight},
                                           {DNNL_ARG_BIAS, l->bias},
                                           {DNNL_ARG_DST, l->target}};
    dnnl_status_t status = dnnl_primitive_execute(l->primitive, e->stream, 4, convolution);
    status = status ? status : dnnl_stream_wait(e->stream);
    return !failed(e, status, err);
}

/* Pairs of pixels as channels: input by input, row by row of a pair. */
static void split(const unet_engine *e, const float *images) {
    size_t columns = e->task.field->columns, rows = e->task.field->rows;
    for (size_t b = 0; b < e->batch; b++) {
        for (size_t r = 0; r < rows; r++) {
            for (size_t c = 0; c < columns; c++) {
                float inputs[UNET_INPUTS];
                float *pair = e->scratch + ((b * rows / 2 + r / 2) * (columns / 2) + c / 2) *
                                               (SPLIT * UNET_INPUTS);
                size_t place = r % 2 * 2 + c % 2;
                e->task.see(e->task.field, c, r, images[(b * rows + r) * columns + c], inputs);
                for (size_t k = 0; k < UNET_INPUTS; k++) {
                    pair[k * SPLIT + place] = inputs[k];
                }
            }
        }
    }
}

/* As fmaxf() of numbers, which compilers may not assume. */
static float greatest(float a, float b) {
    return a > b ? a : b;
}

/* The greatest of 2 x 2 pixels of the resolution above. */
static void pool(const unet_engine *e, const float *from, size_t stage) {
    size_t channels = e->channels[stage - 1], columns = columns_at(e, stage);
    size_t lines = e->batch * rows_at(e, stage), line = 2 * columns * channels;
    for (size_t r = 0; r < lines; r++) {
        for (size_t c = 0; c < columns; c++) {
            const float *a = from + 2 * r * line + 2 * c * channels;
            float *to = e->scratch + (r * columns + c) * channels;
            for (size_t k = 0; k < channels; k++) {
                to[k] = greatest(greatest(a[k], a[channels + k]),
                                 greatest(a[line + k], a[line + channels + k]));
            }
        }
    }
}

/* Each pixel of the resolution below four times, followed by what was kept on the way down. */
static void join(const unet_engine *e, const float *below, const float *kept, size_t stage) {
    size_t deep = e->channels[stage + 1], own = e->channels[stage], columns = columns_at(e, stage);
    size_t lines = e->batch * rows_at(e, stage);
    for (size_t r = 0; r < lines; r++) {
        for (size_t c = 0; c < columns; c++) {
            float *to = e->scratch + (r * columns + c) * (deep + own);
            memcpy(to, below + (r / 2 * (columns / 2) + c / 2) * deep, deep * sizeof(float));
            memcpy(to + deep, kept + (r * columns + c) * own, own * sizeof(float));
        }
    }
}

/* Probabilities of single pixels from the logits of pairs. */
static void finish(const unet_engine *e, const float *logits, float *out) {
    size_t columns = e->task.field->columns, lines = e->batch * e->task.field->rows;
    size_t classes = e->task.classes;
    for (size_t r = 0; r < lines; r++) {
        for (size_t c = 0; c < columns; c++) {
            const float *pair =
                logits + (r / 2 * (columns / 2) + c / 2) * (SPLIT * classes) + r % 2 * 2 + c % 2;
            float *to = out + (r * columns + c) * classes;
            float highest = pair[0], sum = 0.0f;
            for (size_t k = 1; k < classes; k++) {
                highest = greatest(highest, pair[SPLIT * k]);
            }
            for (size_t k = 0; k < classes; k++) {
                float below = pair[SPLIT * k] - highest;
                to[k] = below > LOGIT_LOWEST ? expf(below) : 0.0f;
                sum += to[k];
            }
            for (size_t k = 0; k < classes; k++) {
                to[k] /= sum;
            }
        }
    }
}

bool unet_engine_run(unet_engine *e, const unet_network *network, const float *images, float *out,
                     myo_error *err) {
    if (e->loaded != network && !load(e, network, err)) {
        return false;
    }
    for (size_t n = 0; n < UNET_CONVOLUTIONS; n++) {
        const layer *before = &e->layers[n > 0 ? n - 1 : 0];
        size_t stage = stage_of(n);
        if (n == 0) {
            split(e, images);
        } else if (!follows_directly(n) && n < 2 * UNET_STAGES) {
            pool(e, before->out, stage);
        } else if (!follows_directly(n)) {
            join(e, before->out, e->layers[2 * stage + 1].out, stage);
        }
        if (!convolve(e, n, err)) {
            return false;
        }
    }
    finish(e, e->layers[UNET_CONVOLUTIONS - 1].out, out);
    return true;
}
