/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as what an earlier run left of a study in OUT/.myotome: it is refused, or its results
 * are put together again. */
#include "fuzz.h"

#include "dicom/writer.h"
#include "pipeline/run_private.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATH_SIZE 128
#define KEY "0123456789abcdef01234567"
#define LISTED_FILE "sub-1"

/* One study, and a folder for its results. */
typedef struct place {
    char folder[PATH_SIZE], image[PATH_SIZE], output[PATH_SIZE], fragment[PATH_SIZE];
    char listed[PATH_SIZE]; /* a file that a fragment may list */
    myo_catalogue *catalogue;
    store results;
} place;

static place here;

static void write_bytes(const char *path, const void *bytes, size_t size) {
    FILE *file = fopen(path, "wbe");
    bool done = file && fwrite(bytes, 1, size, file) == size;
    assert(done);
    (void)done;
    fclose(file);
}

static void write_image(const char *path) {
    const myo_mr_header header = {.patient_id = "P1",
                                  .patient_name = "",
                                  .patient_sex = "",
                                  .study_uid = "1.2.1",
                                  .series_uid = "1.2.2",
                                  .sop_uid = "1.2.3",
                                  .frame_of_reference_uid = "1.2.4",
                                  .study_date = "20260102",
                                  .study_id = "",
                                  .series_description = "",
                                  .protocol = ""};
    const myo_geometry geometry = {.columns = 1,
                                   .rows = 1,
                                   .column_spacing_mm = 1.0,
                                   .row_spacing_mm = 1.0,
                                   .row_cosine = {1.0, 0.0, 0.0},
                                   .column_cosine = {0.0, 1.0, 0.0}};
    myo_image *image = NULL;
    bool done =
        myo_image_create(&geometry, &image, NULL) && myo_dicom_write_mr(path, &header, image, NULL);
    assert(done);
    (void)done;
    myo_image_destroy(image);
}

static void clean_up(void) {
    static const char *const names[] = {"out/.myotome/" KEY ".json",
                                        "out/.myotome/lock",
                                        "out/.myotome",
                                        "out/measurements.csv",
                                        "out/features.csv",
                                        "out/risk.csv",
                                        "out/run.json",
                                        "out",
                                        "image.dcm"};
    store_close(&here.results);
    myo_catalogue_destroy(here.catalogue);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[2 * PATH_SIZE];
        snprintf(path, sizeof path, "%s/%s", here.folder, names[i]);
        remove(path);
    }
    rmdir(here.folder);
}

static void discard_line(void *user, myo_log_level level, const char *text) {
    (void)user;
    (void)level;
    assert(text != NULL);
}

static void discard_bytes(void *user, const char *bytes, size_t size) {
    (void)user;
    (void)bytes;
    (void)size;
}

static void open_place(void) {
    snprintf(here.folder, PATH_SIZE, "/tmp/myotome-fuzz-XXXXXX");
    bool done = mkdtemp(here.folder) != NULL;
    snprintf(here.image, PATH_SIZE, "%.64s/image.dcm", here.folder);
    snprintf(here.output, PATH_SIZE, "%.64s/out", here.folder);
    snprintf(here.fragment, PATH_SIZE, "%.64s/out/.myotome/" KEY ".json", here.folder);
    snprintf(here.listed, PATH_SIZE, "%.64s/out/" LISTED_FILE, here.folder);
    write_image(here.image);
    const char *const inputs[] = {here.image};
    done = done && myo_catalogue_create(inputs, 1, NULL, NULL, &here.catalogue, NULL) &&
           myo_catalogue_get_study_count(here.catalogue) == 1 &&
           store_open(&here.results, here.output, false, NULL);
    assert(done);
    (void)done;
    myo_log_set_sink(discard_line, NULL);
    atexit(clean_up);
}

/* What a run with --resume does when the study is finished. */
static void resume(void) {
    const myo_measure_options options = {
        .output = here.output, .jobs = 1, .summary = discard_bytes};
    study_plan plan = {.key = KEY, .finished = true};
    size_t order = 0;
    run r = {.options = &options,
             .store = here.results,
             .plans = &plan,
             .order = &order,
             .catalogue = here.catalogue,
             .record = json_object()};
    myo_error err = {0};
    bool done = run_workers(&r, &err) && assemble(&r, &err);
    assert(done && r.measured + r.failed == 1);
    (void)done;
    json_decref(r.record);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (!here.catalogue) {
        open_place();
    }
    write_bytes(here.fragment, data, size);
    write_bytes(here.listed, "", 0);
    json_t *fragment = store_read_fragment(&here.results, KEY);
    if (fragment && store_has_files(&here.results, fragment)) {
        resume();
    }
    json_decref(fragment);
    store_remove_fragment(&here.results, KEY);
    assert(access(here.fragment, F_OK) != 0);
    assert(access(here.image, F_OK) == 0); /* nothing outside of the results goes */
    unlink(here.listed);
    return 0;
}
