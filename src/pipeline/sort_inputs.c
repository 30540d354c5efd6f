/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of outlines and images, as they come together on a command line. */
#include "base/file.h"
#include "base/memory.h"

#include <errno.h>
#include <myotome/pipeline.h>
#include <myotome/tracing.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

/* What lies beside outlines and is no image of a patient. */
static const char *const sidecars[] = {".json", ".tsv", ".csv", ".txt", ".md",
                                       ".png",  ".svg", ".pdf", ".html"};

static bool is_sidecar(const char *path) {
    const char *ending = strrchr(myo_path_name(path), '.');
    for (size_t i = 0; ending && i < sizeof sidecars / sizeof sidecars[0]; i++) {
        if (strcasecmp(ending, sidecars[i]) == 0) {
            return true;
        }
    }
    return myo_path_name(path)[0] == '.';
}

/* Grows one by one: the lists are as long as what is typed, or as the files of outlines. */
static bool append(char ***list, size_t *count, const char *path, myo_error *err) {
    char **grown = realloc(*list, (*count + 1) * sizeof *grown);
    if (!grown) {
        return myo_error_set(err, MYO_E_MEMORY, "out of memory");
    }
    *list = grown;
    grown[*count] = myo_string_copy(path, err);
    return grown[*count] && ++*count;
}

static bool sort_folder(const char *folder, myo_sorted_inputs *out, myo_error *err) {
    myo_path_list files = {0};
    bool done = myo_path_list_walk(&files, folder, err), has_others = files.count == 0;
    for (size_t i = 0; done && i < files.count; i++) {
        if (is_sidecar(files.paths[i])) {
            continue;
        }
        if (myo_tracing_is_file(files.paths[i])) {
            done = append(&out->tracings, &out->tracing_count, files.paths[i], err);
        } else {
            has_others = true;
        }
    }
    myo_path_list_clear(&files);
    return done && (!has_others || append(&out->inputs, &out->input_count, folder, err));
}

bool myo_pipeline_sort_inputs(const char *const *paths, size_t count, myo_sorted_inputs *out,
                              myo_error *err) {
    *out = (myo_sorted_inputs){0};
    bool done = true;
    for (size_t i = 0; done && i < count; i++) {
        struct stat status;
        if (stat(paths[i], &status) != 0) {
            done = myo_error_set(err, MYO_E_IO, "%s: %s", paths[i], strerror(errno));
        } else if (S_ISDIR(status.st_mode)) {
            done = sort_folder(paths[i], out, err);
        } else if (myo_tracing_is_file(paths[i])) {
            done = append(&out->tracings, &out->tracing_count, paths[i], err);
        } else {
            done = append(&out->inputs, &out->input_count, paths[i], err);
        }
    }
    if (!done) {
        myo_sorted_inputs_clear(out);
    }
    return done;
}

void myo_sorted_inputs_clear(myo_sorted_inputs *sorted) {
    for (size_t i = 0; i < sorted->input_count; i++) {
        free(sorted->inputs[i]);
    }
    for (size_t i = 0; i < sorted->tracing_count; i++) {
        free(sorted->tracings[i]);
    }
    free(sorted->inputs);
    free(sorted->tracings);
    *sorted = (myo_sorted_inputs){0};
}
