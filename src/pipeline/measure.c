/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The main job: what is there, what is to be done, the studies in workers, the tables at the end.
 */
#include "pipeline/run_private.h"

/* Names of files may be names of patients: with --deidentify progress shows numbers alone. */
static void hide_progress(void *user, const char *what, size_t done, size_t total) {
    const run *r = user;
    (void)what;
    r->options->progress(r->options->progress_user, "", done, total);
}

static bool read_catalogue(run *r, myo_catalogue **out, myo_error *err) {
    const myo_measure_options *o = r->options;
    bool hide = r->identity.hide && o->progress;
    return myo_catalogue_create(o->inputs, o->input_count, hide ? hide_progress : o->progress,
                                hide ? r : o->progress_user, out, err);
}

static bool measure_catalogue(run *r, myo_error *err) {
    const char *map = r->options->deidentify_map;
    if (map && !identity_write_map(&r->identity, map, r->options->output, r->catalogue, err)) {
        return false;
    }
    if (!order_create(r, err) || !run_check_tables(r, err) || !plan_create(r, err) ||
        !assemble_nothing(r, err) || !plan_clear_old(r, err) || !run_workers(r, err)) {
        return false;
    }
    record_end(r);
    return assemble(r, err);
}

bool myo_pipeline_measure(const myo_measure_options *options, myo_measure_summary *out,
                          myo_error *err) {
    run r = {.store = {.lock = -1}};
    myo_catalogue *catalogue = NULL;
    /* The output folder comes first: better to fail now than after an hour of reading. */
    bool done = run_open(&r, options, err) &&
                store_open(&r.store, options->output, options->deidentify, err) &&
                read_catalogue(&r, &catalogue, err);
    if (done) {
        r.catalogue = catalogue;
        done = measure_catalogue(&r, err);
    }
    *out = (myo_measure_summary){.studies_measured = r.measured,
                                 .studies_failed = r.failed,
                                 .studies_incomplete = r.incomplete,
                                 .files_skipped = r.skipped_count};
    myo_catalogue_destroy(catalogue);
    store_close(&r.store);
    run_close(&r);
    return done;
}
