/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Times the segmenter "unet" on one slice.
 *
 *   unet-bench FOLDER FILE RUNS whole                 seconds a slice, from pixels to labels
 *   unet-bench FOLDER FILE RUNS networks IN OUT       seconds a slice in the networks alone
 *
 * FOLDER holds the weights. "networks" runs every member's networks of both views on the two images
 * of IN (rows x columns floats of the first view, then of the second), and writes the answers of
 * the first member to OUT (as many pixels x classes). One line is printed: the median of RUNS,
 * after one that is not counted.
 */
#include "read_slice.h"
#include "stand_in.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define RUNS_MAX 1000

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static bool time_whole(const char *path, size_t runs, double *seconds, myo_error *err) {
    myo_image *image = NULL;
    bool done = read_slice(path, &image, err);
    for (size_t i = 0; done && i <= runs; i++) {
        myo_outlines outlines = {0};
        double start = now();
        done = myo_segment_slice(&stand_in_segmenter, image, NULL, &outlines, err);
        seconds[i] = now() - start;
        myo_outlines_clear(&outlines);
    }
    myo_image_destroy(image);
    return done;
}

static bool read_floats(const char *path, float *values, size_t count) {
    FILE *file = fopen(path, "rb");
    bool done = file && fread(values, sizeof *values, count, file) == count;
    return (!file || fclose(file) == 0) && done;
}

static bool write_floats(const char *path, const float *values, size_t count) {
    FILE *file = fopen(path, "wb");
    bool done = file && fwrite(values, sizeof *values, count, file) == count;
    return file && fclose(file) == 0 && done;
}

static const size_t views[] = {UNET_OUTLINE, UNET_BODY};
#define VIEWS (sizeof views / sizeof views[0])

static size_t pixels_of(size_t view) {
    const unet_field *field = unet_tasks[views[view]].field;
    return field->columns * field->rows;
}

/* All members on one view; the first one last, so that its answers stay. */
static bool run_view(size_t view, const float *image, float *answer, myo_error *err) {
    size_t which = views[view];
    const unet_member *members = stand_in_weights.members;
    unet_engine *engine = NULL;
    bool done = unet_engine_create(&stand_in_host, &unet_tasks[which],
                                   members[0].networks[which].channels, 1, &engine, err);
    for (size_t m = stand_in_weights.member_count; done && m-- > 0;) {
        done = unet_engine_run(engine, &members[m].networks[which], image, answer, err);
    }
    unet_engine_destroy(engine);
    return done;
}

static bool time_networks(const char *in, const char *out, size_t runs, double *seconds,
                          myo_error *err) {
    size_t pixels = 0;
    for (size_t view = 0; view < VIEWS; view++) {
        pixels += pixels_of(view);
    }
    float *images = malloc(pixels * sizeof(float));
    float *answers = malloc(pixels * UNET_CLASSES * sizeof(float));
    bool done = images && answers && read_floats(in, images, pixels);
    for (size_t i = 0; done && i <= runs; i++) {
        double start = now();
        size_t before = 0;
        for (size_t view = 0; done && view < VIEWS; view++) {
            done = run_view(view, images + before, answers + before * UNET_CLASSES, err);
            before += pixels_of(view);
        }
        seconds[i] = now() - start;
    }
    done = done && write_floats(out, answers, pixels * UNET_CLASSES);
    free(images);
    free(answers);
    return done;
}

int main(int argc, char **argv) {
    size_t runs = argc > 4 ? (size_t)strtoul(argv[3], NULL, 10) : 0;
    if (runs == 0 || runs > RUNS_MAX || (strcmp(argv[4], "networks") == 0) != (argc == 7)) {
        fprintf(stderr, "usage: unet-bench FOLDER FILE RUNS whole | networks IN OUT\n");
        return 2;
    }
    static double seconds[RUNS_MAX + 1];
    myo_error err = {0};
    bool done = stand_in_open(argv[1], &err) &&
                (argc == 7 ? time_networks(argv[5], argv[6], runs, seconds, &err)
                           : time_whole(argv[2], runs, seconds, &err));
    if (done) {
        qsort(seconds + 1, runs, sizeof *seconds, compare);
        printf("%.6f\n", seconds[1 + runs / 2]);
    } else {
        fprintf(stderr, "unet-bench: %s\n", err.message);
    }
    stand_in_close();
    return done ? 0 : 1;
}
