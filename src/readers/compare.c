/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The comparison as a whole, and what it hands out. */
#include "base/memory.h"
#include "readers/readers_private.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *readers_keep(char ***texts, size_t *count, size_t *capacity, const char *text,
                         myo_error *err) {
    void *items = *texts;
    if (!myo_array_reserve(&items, capacity, *count + 1, sizeof **texts, err)) {
        return NULL;
    }
    *texts = items;
    char *copy = myo_string_copy(text, err);
    if (copy) {
        (*texts)[(*count)++] = copy;
    }
    return copy;
}

bool readers_note(myo_readers *all, const char *format, ...) {
    char text[MYO_ERROR_TEXT_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return readers_keep(&all->notes, &all->note_count, &all->note_capacity, text, NULL) != NULL;
}

static bool check_options(const myo_readers_options *o, myo_error *err) {
    if (o->count < 2 || o->count > MYO_AGREEMENT_READERS_MAX) {
        return myo_error_set(err, MYO_E_ARGUMENT, "%zu reader%s given, 2 to %d can be compared",
                             o->count, o->count == 1 ? " is" : "s are", MYO_AGREEMENT_READERS_MAX);
    }
    if (o->name_count > 0 && o->name_count != o->count) {
        return myo_error_set(err, MYO_E_ARGUMENT, "%zu names for %zu readers", o->name_count,
                             o->count);
    }
    return true;
}

static bool create_readers(myo_readers *all, myo_error *err) {
    all->readers = myo_alloc_array(all->options->count, sizeof *all->readers, err);
    if (!all->readers) {
        return false;
    }
    for (; all->count < all->options->count; all->count++) {
        reader *r = &all->readers[all->count];
        r->loaded = READERS_NO_MAP;
        r->fat_method = "";
        r->path = myo_string_copy(all->options->paths[all->count], err);
        if (!r->path) {
            all->count++;
            return false;
        }
    }
    return readers_name(all, err);
}

/* Reads tables first: outlines without a pixel size take it from the others' slices. */
static bool read_all(myo_readers *all, myo_error *err) {
    for (size_t i = 0; i < all->count; i++) {
        bool is_table;
        if (!readers_open_table(&all->readers[i], &is_table, err)) {
            return false;
        }
    }
    if (!readers_find_measures(all, err)) {
        return false;
    }
    for (int outlines = 0; outlines < 2; outlines++) {
        for (size_t i = 0; i < all->count; i++) {
            if ((all->readers[i].csv == NULL) == outlines &&
                !(outlines ? readers_read_outlines(all, i, err)
                           : readers_read_table(all, i, err))) {
                return false;
            }
        }
    }
    return true;
}

static bool note_what_differs(myo_readers *all) {
    bool done = true;
    for (size_t i = 1; done && i < all->count; i++) {
        const char *first = all->readers[0].fat_method, *other = all->readers[i].fat_method;
        if (*first && *other && strcmp(first, other) != 0) {
            done = readers_note(all, "fat was separated by %s in %s and by %s in %s", first,
                                all->readers[0].name, other, all->readers[i].name);
        }
    }
    if (done && all->other_grids > 0) {
        done = readers_note(all,
                            "%zu pair%s of outlines lie on different slices or grids: no overlap "
                            "was computed for them",
                            all->other_grids, all->other_grids == 1 ? "" : "s");
    }
    return done;
}

/* A comparison without a single case that all readers have is a mistake in what was given. */
static bool check_results(const myo_readers *all, myo_error *err) {
    for (size_t i = 0; i < all->result_count; i++) {
        if (all->results[i].shown.n > 0) {
            return true;
        }
    }
    if (all->unpaired.count == 0) {
        return myo_error_set(err, MYO_E_NOT_FOUND, "the readers have no values to compare");
    }
    const myo_readers_unpaired *first = &all->unpaired.items[0];
    return myo_error_set(err, MYO_E_NOT_FOUND,
                         "there is no case that all readers have; patient %s: %s", first->patient,
                         first->reason);
}

bool myo_readers_compare(const myo_readers_options *options, myo_readers **out, myo_error *err) {
    if (!check_options(options, err)) {
        return false;
    }
    myo_readers *all = myo_alloc_array(1, sizeof *all, err);
    if (!all) {
        return false;
    }
    all->options = options;
    bool done = create_readers(all, err) && read_all(all, err) && readers_match(all, err) &&
                readers_collect(all, err) && readers_compute(all, err);
    if (done) {
        readers_drop_unmeasured(all);
        done = check_results(all, err);
    }
    if (done && !note_what_differs(all)) {
        done = myo_error_set(err, MYO_E_MEMORY, "out of memory");
    }
    if (done && options->output) {
        done = readers_write(all, options->output, err);
    }
    all->options = NULL;
    if (done) {
        *out = all;
    } else {
        myo_readers_destroy(all);
    }
    return done;
}

static void free_texts(char **texts, size_t count) {
    for (size_t i = 0; i < count; i++) {
        free(texts[i]);
    }
    free(texts);
}

static void clear_reader(reader *r) {
    for (size_t i = 0; i < r->map_count; i++) {
        free(r->maps[i].path);
        free(r->maps[i].patient);
        free(r->maps[i].study_uid);
        free(r->maps[i].level);
    }
    free(r->maps);
    myo_labels_destroy(r->labels);
    myo_csv_destroy(r->csv);
    free_texts(r->texts, r->text_count);
    free(r->readings);
    free(r->values);
    free(r->path);
    free(r->name);
}

void myo_readers_destroy(myo_readers *all) {
    if (!all) {
        return;
    }
    for (size_t i = 0; i < all->result_count; i++) {
        free(all->results[i].values);
        free(all->results[i].cases);
        free(all->results[i].pairs);
    }
    for (size_t i = 0; i < all->observation_count; i++) {
        free(all->observations[i].values);
    }
    for (size_t i = 0; i < all->count; i++) {
        clear_reader(&all->readers[i]);
    }
    free(all->readers);
    free(all->results);
    free(all->observations);
    free(all->sorted);
    free(all->unpaired.items);
    free_texts(all->measures, all->measure_count);
    free_texts(all->notes, all->note_count);
    free_texts(all->texts, all->text_count);
    free(all);
}

size_t myo_readers_get_count(const myo_readers *readers) {
    return readers->count;
}

const char *myo_readers_get_name(const myo_readers *readers, size_t index) {
    return readers->readers[index].name;
}

const char *myo_readers_get_path(const myo_readers *readers, size_t index) {
    return readers->readers[index].path;
}

const char *myo_readers_get_fat_method(const myo_readers *readers, size_t index) {
    return readers->readers[index].fat_method;
}

size_t myo_readers_get_result_count(const myo_readers *readers) {
    return readers->result_count;
}

const myo_readers_result *myo_readers_get_result(const myo_readers *readers, size_t index) {
    return &readers->results[index].shown;
}

size_t myo_readers_get_unpaired_count(const myo_readers *readers) {
    return readers->unpaired.count;
}

const myo_readers_unpaired *myo_readers_get_unpaired(const myo_readers *readers, size_t index) {
    return &readers->unpaired.items[index];
}

size_t myo_readers_get_note_count(const myo_readers *readers) {
    return readers->note_count;
}

const char *myo_readers_get_note(const myo_readers *readers, size_t index) {
    return readers->notes[index];
}
