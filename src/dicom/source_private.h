/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where the bytes of a DICOM file come from: a file of the disk, or a member of a zip file.
 *
 * A member is named by the path of its zip file, '/', and its name there, whatever that name looks
 * like: it is looked up in the zip file only and never on the disk.
 */
#ifndef MYO_DICOM_SOURCE_PRIVATE_H
#define MYO_DICOM_SOURCE_PRIVATE_H

#include <myotome/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The zip file of a study, opened to read its members one after the other. */
typedef struct dicom_archive dicom_archive;

bool dicom_archive_open(const char *path, dicom_archive **out, myo_error *err);
void dicom_archive_close(dicom_archive *archive);
size_t dicom_archive_get_count(const dicom_archive *archive);

/* Name of a member as the zip file gives it, in UTF-8; borrowed from the archive. NULL when it has
 * none that can be read. Folders have names that end with '/'. */
const char *dicom_archive_get_name(const dicom_archive *archive, size_t member);

/* A file that is being read from its beginning to its end. */
typedef struct dicom_source dicom_source;

/* Regular files only; opening does not wait for anything. */
bool dicom_source_open_file(const char *path, dicom_source **out, myo_error *err);

/* Refuses members that are encrypted, or that would unpack to far more than they take. `archive`
 * must live longer than *out. */
bool dicom_source_open_member(dicom_archive *archive, size_t member, dicom_source **out,
                              myo_error *err);

/* Opens an image by `path` and `archive` of its myo_instance (`archive` is NULL for a file of the
 * disk). */
bool dicom_source_open(const char *path, const char *archive, dicom_source **out, myo_error *err);
void dicom_source_close(dicom_source *source);

/* Size of the file as its folder or zip file gives it. */
uint64_t dicom_source_get_size(const dicom_source *source);

/* Reads up to `size` bytes; less only at the end of the file. */
bool dicom_source_read(dicom_source *source, void *bytes, size_t size, size_t *got, myo_error *err);

/* Passes over bytes: without reading them in a file, by unpacking them in a zip file. */
bool dicom_source_skip(dicom_source *source, uint64_t size, myo_error *err);

/*
 * Reads a whole file of at most `limit` bytes. `path` and `archive` are as for dicom_source_open().
 * Nothing is allocated for a file that is larger. The caller frees *bytes. Messages do not name the
 * file.
 */
bool dicom_source_read_all(const char *path, const char *archive, size_t limit, uint8_t **bytes,
                           size_t *size, myo_error *err);

#ifdef __cplusplus
}
#endif
#endif
