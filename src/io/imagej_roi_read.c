/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files of regions: one .roi file, or a zip file of them. Sizes are limited before anything is
 * allocated by them; libzip ends an entry where its header says, and compares its checksum.
 */
#include "io/imagej_roi_private.h"

#include "base/file.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

/* A file, a region, and all regions of a zip file unpacked; outlines take 10 to 100 KB. */
#define FILE_SIZE_MAX ((size_t)64 << 20)
#define REGION_SIZE_MAX ((size_t)16 << 20)
#define UNPACKED_SIZE_MAX ((size_t)256 << 20)
/* All points of a file; an outline counts as some more, for the memory that it takes at least. */
#define ALL_POINTS_MAX ((size_t)2000000)
#define POINTS_PER_PATH ((size_t)16)

#define ZIP_MAGIC "PK\x03\x04"
#define ZIP_MAGIC_SIZE ((size_t)4)

/* What Apple's archiver adds for each file. */
#define APPLE_DOUBLE_PREFIX "._"

typedef enum file_kind { KIND_NONE, KIND_ROI, KIND_ZIP } file_kind;

/* What a file is by its first bytes. */
static bool find_kind(const char *path, file_kind *kind, myo_error *err) {
    /* A pipe that nobody writes to must not stop the program. */
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    *kind = KIND_NONE;
    if (file < 0) {
        return myo_error_set(err, MYO_E_IO, "%s: cannot open: %s", path, strerror(errno));
    }
    struct stat status;
    unsigned char magic[ZIP_MAGIC_SIZE];
    bool done = true;
    if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) {
        done = myo_error_set(err, MYO_E_IO, "%s: not a file", path);
    } else if (pread(file, magic, sizeof magic, 0) == (ssize_t)sizeof magic) {
        *kind = memcmp(magic, ROI_MAGIC, ROI_MAGIC_SIZE) == 0   ? KIND_ROI
                : memcmp(magic, ZIP_MAGIC, ZIP_MAGIC_SIZE) == 0 ? KIND_ZIP
                                                                : KIND_NONE;
    }
    if (done && *kind != KIND_NONE && (uint64_t)status.st_size > FILE_SIZE_MAX) {
        done = myo_error_set(err, MYO_E_RANGE, "%s: larger than %zu MB, as no file of regions is",
                             path, FILE_SIZE_MAX >> 20);
    }
    close(file);
    return done;
}

static zip_t *open_zip(const char *path, myo_error *err) {
    int code = 0;
    zip_t *archive = zip_open(path, ZIP_RDONLY, &code);
    if (!archive) {
        zip_error_t reason;
        zip_error_init_with_code(&reason, code);
        myo_error_set(err, MYO_E_FORMAT, "%s: broken zip file: %s", path,
                      zip_error_strerror(&reason));
        zip_error_fini(&reason);
    }
    return archive;
}

/* Name of an entry without its folders, when it is a region; else NULL. */
static const char *region_name(zip_t *archive, zip_uint64_t index) {
    const char *name = zip_get_name(archive, index, 0);
    if (!name) {
        return NULL;
    }
    name = myo_path_name(name);
    size_t length = strlen(name), suffix = sizeof ROI_SUFFIX - 1;
    bool is_region = length > suffix && strcasecmp(name + length - suffix, ROI_SUFFIX) == 0 &&
                     strncmp(name, APPLE_DOUBLE_PREFIX, sizeof APPLE_DOUBLE_PREFIX - 1) != 0;
    return is_region ? name : NULL;
}

bool myo_roi_is_file(const char *path) {
    file_kind kind;
    bool usable = find_kind(path, &kind, NULL);
    if (!usable || kind != KIND_ZIP) {
        return usable && kind == KIND_ROI;
    }
    zip_t *archive = open_zip(path, NULL);
    bool found = false;
    zip_int64_t count = archive ? zip_get_num_entries(archive, 0) : 0;
    for (zip_int64_t i = 0; !found && i < count; i++) {
        found = region_name(archive, (zip_uint64_t)i) != NULL;
    }
    if (archive) {
        zip_discard(archive);
    }
    return found;
}

/* Makes room for one more region and reads it. */
static bool add_region(const unsigned char *bytes, size_t size, const char *file_name,
                       myo_roi_list *out, myo_error *err) {
    void *items = out->rois;
    if (!myo_array_reserve(&items, &out->capacity, out->count + 1, sizeof *out->rois, err)) {
        return false;
    }
    out->rois = items;
    /* The caller clears what is partly filled with the rest of the list. */
    return roi_decode(bytes, size, file_name, &out->rois[out->count++], err);
}

static bool read_file(const char *path, myo_roi_list *out, myo_error *err) {
    char *bytes = NULL;
    size_t size = 0;
    if (!myo_file_read(path, REGION_SIZE_MAX, &bytes, &size, err)) {
        return false;
    }
    bool done = add_region((const unsigned char *)bytes, size, myo_path_name(path), out, err) ||
                myo_error_prefix(err, "%s: ", path);
    free(bytes);
    return done;
}

static bool check_entry(const zip_stat_t *status, size_t unpacked, myo_error *err) {
    if (!(status->valid & ZIP_STAT_SIZE) || !(status->valid & ZIP_STAT_ENCRYPTION_METHOD)) {
        return myo_error_set(err, MYO_E_FORMAT, "the zip file does not say how large it is");
    }
    if (status->encryption_method != ZIP_EM_NONE) {
        return myo_error_set(err, MYO_E_UNSUPPORTED, "encrypted within the zip file");
    }
    if (status->size > REGION_SIZE_MAX || status->size > UNPACKED_SIZE_MAX - unpacked) {
        return myo_error_set(err, MYO_E_RANGE, "unpacks to more than a region needs");
    }
    return true;
}

/* Unpacks an entry; the caller frees *out. */
static bool unpack(zip_t *archive, zip_uint64_t index, size_t unpacked, unsigned char **out,
                   size_t *size, myo_error *err) {
    zip_stat_t status;
    zip_stat_init(&status);
    if (zip_stat_index(archive, index, 0, &status) != 0) {
        return myo_error_set(err, MYO_E_FORMAT, "broken in the zip file: %s",
                             zip_strerror(archive));
    }
    if (!check_entry(&status, unpacked, err)) {
        return false;
    }
    zip_file_t *file = zip_fopen_index(archive, index, 0);
    if (!file) {
        return myo_error_set(err, MYO_E_FORMAT, "cannot be unpacked: %s", zip_strerror(archive));
    }
    /* One byte more than there is makes libzip see the end, where it compares the checksum. */
    unsigned char *bytes = myo_alloc_array(status.size + 1, 1, err);
    size_t got = 0;
    zip_int64_t step = bytes ? 1 : 0;
    while (step > 0 && got <= status.size) {
        step = zip_fread(file, bytes + got, status.size + 1 - got);
        got += step > 0 ? (size_t)step : 0;
    }
    bool done = bytes && step == 0 && got == status.size;
    if (bytes && !done) {
        myo_error_set(err, MYO_E_FORMAT, "cannot be unpacked: %s",
                      step < 0 ? zip_file_strerror(file) : "it ends too early");
    }
    zip_fclose(file);
    if (!done) {
        free(bytes);
        return false;
    }
    *out = bytes;
    *size = got;
    return true;
}

static bool check_points(const myo_roi_list *list, size_t *points, myo_error *err) {
    const myo_roi *last = &list->rois[list->count - 1];
    *points += last->point_count + POINTS_PER_PATH * last->path_count;
    return *points <= ALL_POINTS_MAX ||
           myo_error_set(err, MYO_E_RANGE, "the outlines up to here have too many points");
}

static bool read_zip(const char *path, myo_roi_list *out, myo_error *err) {
    zip_t *archive = open_zip(path, err);
    if (!archive) {
        return false;
    }
    bool done = true;
    size_t unpacked = 0, points = 0;
    zip_int64_t count = zip_get_num_entries(archive, 0);
    for (zip_int64_t i = 0; done && i < count; i++) {
        const char *name = region_name(archive, (zip_uint64_t)i);
        if (!name) {
            continue;
        }
        unsigned char *bytes = NULL;
        size_t size = 0;
        done = out->count < MYO_ROI_COUNT_MAX ||
               myo_error_set(err, MYO_E_RANGE, "the zip file has more than %d regions",
                             MYO_ROI_COUNT_MAX);
        done = done && unpack(archive, (zip_uint64_t)i, unpacked, &bytes, &size, err) &&
               add_region(bytes, size, name, out, err) && check_points(out, &points, err);
        if (!done) {
            myo_error_prefix(err, "%s/%s: ", path, zip_get_name(archive, (zip_uint64_t)i, 0));
        }
        unpacked += size;
        free(bytes);
    }
    if (done && out->count == 0) {
        done = myo_error_set(err, MYO_E_NOT_FOUND, "%s: there is no .roi file in it", path);
    }
    zip_discard(archive);
    return done;
}

bool myo_roi_read(const char *path, myo_roi_list *out, myo_error *err) {
    *out = (myo_roi_list){0};
    file_kind kind;
    if (!find_kind(path, &kind, err)) {
        return false;
    }
    bool done = kind == KIND_ROI ? read_file(path, out, err)
                : kind == KIND_ZIP
                    ? read_zip(path, out, err)
                    : myo_error_set(err, MYO_E_FORMAT,
                                    "%s: neither a .roi file nor a zip file of them", path);
    if (!done) {
        myo_roi_list_clear(out);
    }
    return done;
}
