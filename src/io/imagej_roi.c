/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * RoiSet.zip, as ImageJ's ROI manager writes it: a .roi file for each region. Regions are traced
 * from label maps along pixel corners, which is how ImageJ counts too: a polygon from corner (0, 0)
 * to corner (2, 2) covers four pixels; or they are outlines of any other origin.
 */
#include "io/imagej_roi.h"

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "image/contour.h"
#include "io/imagej_roi_private.h"

#include <stdlib.h>
#include <zip.h>

/* The number of points of a polygon is stored in 16 bits. */
#define POLYGON_POINTS_MAX 65535u
#define OPAQUE 0xFF000000u

/* Time of every entry, so that the same regions give the same bytes: the first that DOS time can
 * hold, 1 January 1980 (year - 1980 from bit 9, month from bit 5, day). */
#define ENTRY_DOS_TIME 0
#define ENTRY_DOS_DATE ((0 << 9) | (1 << 5) | 1)

static bool zip_failed(const char *path, zip_error_t *reason, myo_error *err) {
    myo_code code = zip_error_code_zip(reason) == ZIP_ER_MEMORY   ? MYO_E_MEMORY
                    : zip_error_code_zip(reason) == ZIP_ER_EXISTS ? MYO_E_ARGUMENT
                                                                  : MYO_E_INTERNAL;
    return myo_error_set(err, code, "%s: zip: %s", path, zip_error_strerror(reason));
}

/* Adds one region to the archive. */
static bool add_region(zip_t *archive, const char *path, const myo_roi *roi, myo_error *err) {
    unsigned char *bytes = NULL;
    size_t size = 0;
    myo_text name = {0};
    myo_text_printf(&name, "%s" ROI_SUFFIX, roi->name);
    bool done = !name.failed || myo_error_set(err, MYO_E_MEMORY, "out of memory");
    if (done && !roi_encode(roi, &bytes, &size, err)) {
        done = myo_error_prefix(err, "%s: ", path);
    }
    if (done) {
        /* The source takes the bytes over, and the archive the source once it is added. */
        zip_source_t *source = zip_source_buffer(archive, bytes, size, 1);
        zip_int64_t index =
            source ? zip_file_add(archive, name.data, source, ZIP_FL_ENC_UTF_8) : -1;
        done = index >= 0 && zip_file_set_dostime(archive, (zip_uint64_t)index, ENTRY_DOS_TIME,
                                                  ENTRY_DOS_DATE, 0) == 0;
        if (!done) {
            zip_failed(path, zip_get_error(archive), err);
        }
        if (index < 0 && source) {
            zip_source_free(source);
        } else if (!source) {
            free(bytes);
        }
    }
    myo_text_clear(&name);
    return done;
}

/* Copies what was written into the memory behind `buffer` to the file. */
static bool write_buffer(const char *path, zip_source_t *buffer, myo_error *err) {
    zip_stat_t status;
    if (zip_source_stat(buffer, &status) != 0 || zip_source_open(buffer) != 0) {
        return zip_failed(path, zip_source_error(buffer), err);
    }
    unsigned char *content = myo_alloc_array(status.size, 1, err);
    bool done = content != NULL;
    if (done && zip_source_read(buffer, content, status.size) != (zip_int64_t)status.size) {
        done = zip_failed(path, zip_source_error(buffer), err);
    }
    zip_source_close(buffer);
    done = done && myo_file_write(path, content, status.size, err);
    free(content);
    return done;
}

bool myo_roi_write_list_zip(const char *path, const myo_roi_list *list, myo_error *err) {
    zip_error_t reason;
    zip_error_init(&reason);
    zip_source_t *buffer = zip_source_buffer_create(NULL, 0, 0, &reason);
    zip_t *archive = buffer ? zip_open_from_source(buffer, ZIP_TRUNCATE, &reason) : NULL;
    bool done = archive != NULL;
    if (!done) {
        zip_failed(path, &reason, err);
        goto end;
    }
    zip_source_keep(buffer); /* zip_close() gives up the archive's own reference */
    for (size_t i = 0; done && i < list->count; i++) {
        done = add_region(archive, path, &list->rois[i], err);
    }
    if (done && list->count == 0) {
        done = myo_error_set(err, MYO_E_NOT_FOUND, "%s: there is no region to write", path);
    }
    if (done && zip_close(archive) == 0) {
        archive = NULL;
        done = write_buffer(path, buffer, err);
    } else if (done) {
        done = zip_failed(path, zip_get_error(archive), err);
    }
    if (archive) {
        zip_discard(archive);
    }
end:
    if (buffer) {
        zip_source_free(buffer);
    }
    zip_error_fini(&reason);
    return done;
}

/* Adds the outlines to a region. */
static bool add_outlines(myo_roi *roi, const myo_contour_list *outlines, myo_error *err) {
    bool done = true;
    for (size_t c = 0; done && c < outlines->count; c++) {
        const myo_contour *contour = &outlines->contours[c];
        done = myo_roi_begin_path(roi, err);
        for (size_t i = 0; done && i < contour->point_count; i++) {
            done = myo_roi_add_point(roi, contour->xy[2 * i], contour->xy[2 * i + 1], err);
        }
    }
    return done;
}

/* Adds one region of a label map; one without pixels is left out. */
static bool trace_region(myo_roi_list *list, const myo_labels *labels, const myo_roi_source *source,
                         int slice_position, myo_error *err) {
    const myo_geometry *g = myo_labels_get_geometry(labels);
    myo_contour_list outlines;
    if (!myo_contour_trace(myo_labels_get_const_pixels(labels), g->columns, g->rows, source->label,
                           &outlines, err)) {
        return false;
    }
    bool one = outlines.count == 1 && outlines.contours[0].point_count <= POLYGON_POINTS_MAX;
    myo_roi *roi = NULL;
    bool done = true;
    if (outlines.count > 0) {
        done = myo_roi_list_add(list, source->name, one ? MYO_ROI_TRACED : MYO_ROI_COMPOSITE, &roi,
                                err) &&
               add_outlines(roi, &outlines, err);
    }
    if (done && roi) {
        roi->position = slice_position;
        roi->stroke = OPAQUE | (uint32_t)source->rgb[0] << 16 | (uint32_t)source->rgb[1] << 8 |
                      source->rgb[2];
    }
    myo_contour_list_clear(&outlines);
    return done;
}

bool myo_roi_write_zip(const char *path, const myo_labels *labels, const myo_roi_source *sources,
                       size_t count, int slice_position, myo_error *err) {
    myo_roi_list list = {0};
    bool done = true;
    for (size_t i = 0; done && i < count; i++) {
        done = trace_region(&list, labels, &sources[i], slice_position, err);
    }
    done = done && myo_roi_write_list_zip(path, &list, err);
    myo_roi_list_clear(&list);
    return done;
}
