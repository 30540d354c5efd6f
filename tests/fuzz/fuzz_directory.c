/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a DICOM directory of a medium with three files: what it lists is one of these, or
 * recorded as skipped. */
#include "fuzz.h"

#include "dicom/directory_private.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static dicom_file files[] = {{.path = "/cd/DICOMDIR"},
                                 {.path = "/cd/IMAGES/One.dcm"},
                                 {.path = "/cd/IMAGES/TWO.;1"},
                                 {.path = "/secret"}};
    const dicom_search there = {.files = files, .file_count = 4};
    dicom_source *source = NULL;
    bool is_directory = false;
    dicom_search found = {0};
    bool done =
        dicom_pool_create(&found.pool, NULL) &&
        dicom_source_open_file(fuzz_write_file(data, size), &source, NULL) &&
        dicom_directory_resolve(source, "/cd/DICOMDIR", &there, true, &found, &is_directory, NULL);
    assert(done);
    (void)done;
    for (size_t i = 0; i < found.file_count; i++) {
        assert(strncmp(found.files[i].path, "/cd/", 4) == 0);
    }
    for (size_t i = 0; i < found.skipped_count; i++) {
        assert(found.skipped[i].reason[0] != '\0');
    }
    dicom_source_close(source);
    dicom_pool_destroy(found.pool);
    dicom_search_clear(&found);
    return 0;
}
