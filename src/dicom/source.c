/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files and members of zip files, read from the beginning to the end.
 *
 * Zip files come from strangers. What a member says about its size is checked before anything is
 * allocated by it, and libzip ends a member there and compares its checksum.
 */
#include "dicom/source_private.h"

#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

/* No image of a scanner comes near it: 10,000 frames of 512 x 512 pixels make 5 GB. */
#define MEMBER_SIZE_MAX (UINT64_C(8) << 30)
/* Images of air alone shrink to a hundredth. Small files may be as empty as they like. */
#define MEMBER_RATIO_MAX UINT64_C(400)
#define MEMBER_RATIO_FREE_SIZE (UINT64_C(16) << 20)
#define SKIP_BLOCK_SIZE 4096

struct dicom_archive {
    zip_t *zip;
    size_t count;
};

struct dicom_source {
    int file; /* -1 for a member */
    zip_file_t *member;
    uint64_t size, offset;
    dicom_archive *own_archive; /* goes with the source, or NULL */
};

static bool zip_failed(myo_error *err, myo_code code, const char *what, zip_error_t *reason) {
    myo_error_set(err, code, "%s: %s", what, zip_error_strerror(reason));
    return false;
}

bool dicom_archive_open(const char *path, dicom_archive **out, myo_error *err) {
    dicom_archive *archive = myo_alloc_array(1, sizeof *archive, err);
    if (!archive) {
        return false;
    }
    int code = 0;
    archive->zip = zip_open(path, ZIP_RDONLY, &code);
    if (!archive->zip) {
        zip_error_t reason;
        zip_error_init_with_code(&reason, code);
        zip_failed(err, MYO_E_FORMAT, "broken zip file", &reason);
        zip_error_fini(&reason);
        free(archive);
        return false;
    }
    zip_int64_t count = zip_get_num_entries(archive->zip, 0);
    archive->count = count > 0 ? (size_t)count : 0;
    *out = archive;
    return true;
}

void dicom_archive_close(dicom_archive *archive) {
    if (archive) {
        zip_discard(archive->zip);
        free(archive);
    }
}

size_t dicom_archive_get_count(const dicom_archive *archive) {
    return archive->count;
}

const char *dicom_archive_get_name(const dicom_archive *archive, size_t member) {
    return zip_get_name(archive->zip, member, 0);
}

bool dicom_source_open_file(const char *path, dicom_source **out, myo_error *err) {
    /* A pipe that nobody writes to must not stop the search. */
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat status;
    if (file < 0 || fstat(file, &status) != 0) {
        int reason = errno;
        if (file >= 0) {
            close(file);
        }
        myo_error_set(err, MYO_E_IO, "cannot open: %s", strerror(reason));
        return false;
    }
    dicom_source *source = NULL;
    if (S_ISDIR(status.st_mode)) {
        myo_error_set(err, MYO_E_IO, "a folder that cannot be searched, or is nested too deeply");
    } else if (!S_ISREG(status.st_mode)) {
        myo_error_set(err, MYO_E_IO, "a pipe or a device, not a file");
    } else {
        source = myo_alloc_array(1, sizeof *source, err);
    }
    if (!source) {
        close(file);
        return false;
    }
    source->file = file;
    source->size = status.st_size > 0 ? (uint64_t)status.st_size : 0;
    *out = source;
    return true;
}

/* What the zip file says about a member, before it is opened. */
static bool check_member(const zip_stat_t *status, myo_error *err) {
    const zip_uint64_t needed = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_ENCRYPTION_METHOD;
    if ((status->valid & needed) != needed) {
        return myo_error_set(err, MYO_E_FORMAT, "the zip file does not say how large it is");
    }
    if (status->encryption_method != ZIP_EM_NONE) {
        return myo_error_set(err, MYO_E_UNSUPPORTED, "encrypted within the zip file");
    }
    if (status->size > MEMBER_SIZE_MAX) {
        return myo_error_set(err, MYO_E_RANGE, "unpacks to %.1f GB, more than is read from a zip",
                             (double)status->size / 1e9);
    }
    if (status->size > MEMBER_RATIO_FREE_SIZE &&
        (status->comp_size == 0 || status->size / status->comp_size > MEMBER_RATIO_MAX)) {
        return myo_error_set(err, MYO_E_RANGE,
                             "unpacks to more than %d times its size, as no image does",
                             (int)MEMBER_RATIO_MAX);
    }
    return true;
}

bool dicom_source_open_member(dicom_archive *archive, size_t member, dicom_source **out,
                              myo_error *err) {
    zip_stat_t status;
    zip_stat_init(&status);
    if (zip_stat_index(archive->zip, member, 0, &status) != 0) {
        return zip_failed(err, MYO_E_FORMAT, "broken in the zip file", zip_get_error(archive->zip));
    }
    if (!check_member(&status, err)) {
        return false;
    }
    zip_file_t *file = zip_fopen_index(archive->zip, member, 0);
    if (!file) {
        return zip_failed(err, MYO_E_FORMAT, "cannot be unpacked", zip_get_error(archive->zip));
    }
    dicom_source *source = myo_alloc_array(1, sizeof *source, err);
    if (!source) {
        zip_fclose(file);
        return false;
    }
    source->file = -1;
    source->member = file;
    source->size = status.size;
    *out = source;
    return true;
}

bool dicom_source_open(const char *path, const char *archive_path, dicom_source **out,
                       myo_error *err) {
    if (!archive_path) {
        return dicom_source_open_file(path, out, err);
    }
    dicom_archive *archive = NULL;
    if (!dicom_archive_open(archive_path, &archive, err)) {
        return false;
    }
    const char *name = path + strlen(archive_path) + 1;
    zip_int64_t member = zip_name_locate(archive->zip, name, 0);
    if (member < 0) {
        myo_error_set(err, MYO_E_IO, "no longer in the zip file");
    } else if (dicom_source_open_member(archive, (size_t)member, out, err)) {
        (*out)->own_archive = archive;
        return true;
    }
    dicom_archive_close(archive);
    return false;
}

void dicom_source_close(dicom_source *source) {
    if (source) {
        if (source->member) {
            zip_fclose(source->member);
        } else {
            close(source->file);
        }
        dicom_archive_close(source->own_archive);
        free(source);
    }
}

uint64_t dicom_source_get_size(const dicom_source *source) {
    return source->size;
}

/* As read(2). */
static ssize_t read_some(dicom_source *source, void *bytes, size_t size, myo_error *err) {
    ssize_t got;
    if (source->member) {
        got = (ssize_t)zip_fread(source->member, bytes, size);
        if (got < 0) {
            zip_failed(err, MYO_E_FORMAT, "cannot be unpacked", zip_file_get_error(source->member));
        }
        return got;
    }
    do {
        got = pread(source->file, bytes, size, (off_t)source->offset);
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
        myo_error_set(err, MYO_E_IO, "cannot read: %s", strerror(errno));
    }
    return got;
}

bool dicom_source_read(dicom_source *source, void *bytes, size_t size, size_t *got,
                       myo_error *err) {
    *got = 0;
    while (*got < size && source->offset < source->size) {
        ssize_t part = read_some(source, (uint8_t *)bytes + *got, size - *got, err);
        if (part < 0) {
            return false;
        }
        if (part == 0) {
            break;
        }
        *got += (size_t)part;
        source->offset += (uint64_t)part;
    }
    return true;
}

bool dicom_source_skip(dicom_source *source, uint64_t size, myo_error *err) {
    uint64_t left = source->size - source->offset;
    uint64_t wanted = size < left ? size : left;
    if (!source->member) {
        source->offset += wanted;
        return true;
    }
    uint8_t block[SKIP_BLOCK_SIZE];
    while (wanted > 0) {
        size_t part = wanted < sizeof block ? (size_t)wanted : sizeof block, got;
        if (!dicom_source_read(source, block, part, &got, err)) {
            return false;
        }
        if (got == 0) {
            break;
        }
        wanted -= got;
    }
    return true;
}

static bool read_whole(dicom_source *source, size_t limit, uint8_t **bytes, size_t *size,
                       myo_error *err) {
    if (source->size > limit) {
        return myo_error_set(err, MYO_E_RANGE, "larger than %zu bytes", limit);
    }
    uint8_t *content = myo_alloc_array((size_t)source->size, 1, err);
    if (!content || !dicom_source_read(source, content, (size_t)source->size, size, err)) {
        free(content);
        return false;
    }
    *bytes = content;
    return true;
}

bool dicom_source_read_all(const char *path, const char *archive, size_t limit, uint8_t **bytes,
                           size_t *size, myo_error *err) {
    dicom_source *source = NULL;
    bool done = dicom_source_open(path, archive, &source, err) &&
                read_whole(source, limit, bytes, size, err);
    dicom_source_close(source);
    return done;
}
