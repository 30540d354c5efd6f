/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Headers of the images of one file: identity, kind of object, geometry (PS3.3 C.7.6.2), contrast.
 * Enhanced objects (PS3.3 A.36, A.38, A.70) hold many images, and say what differs between them in
 * functional groups (PS3.3 C.7.6.16); each frame becomes an image like any other.
 */
#include "dicom/header_private.h"

#include "base/memory.h"
#include "dicom/attributes_private.h"
#include "dicom/contrast_private.h"
#include "dicom/pixel_format_private.h"
#include "dicom/siemens_private.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define UID_SIZE 65   /* PS3.5 9.1: 64 characters at most */
#define TEXT_SIZE 257 /* 64 characters (LO), 4 bytes each in UTF-8 */
#define DATE_SIZE 9   /* YYYYMMDD */

#define UID_IMAGE_STORAGE "1.2.840.10008.5.1.4.1.1."
#define UID_DICOM_DIRECTORY "1.2.840.10008.1.3.10"

/* A cosine triple may miss unit length, and two of them a right angle, by this much (rounding to
 * two digits); beyond, the orientation is not one. */
#define COSINE_TOLERANCE 0.01
/* Positions and spacings beyond these are not those of a patient in a scanner. */
#define POSITION_MAX_MM 1.0e5
#define SPACING_MAX_MM 100.0
#define SPACING_MIN_MM 1.0e-3

/* A file whose images are being listed. */
typedef struct reader {
    const dicom_attributes *attributes;
    dicom_pool *pool;
    dicom_pixel_format format;
    bool enhanced;
} reader;

static bool get_uid(const dicom_attributes *a, dicom_tag tag, char out[UID_SIZE]) {
    char text[TEXT_SIZE];
    dicom_attributes_get_text(a, DICOM_NO_ITEM, tag, text, sizeof text);
    size_t length = strlen(text);
    if (length == 0 || length >= UID_SIZE || strspn(text, "0123456789.") != length) {
        out[0] = '\0';
        return false;
    }
    memcpy(out, text, length + 1);
    return true;
}

static const char *keep_text(const reader *r, dicom_tag tag, myo_error *err) {
    char text[TEXT_SIZE];
    dicom_attributes_get_utf8(r->attributes, DICOM_NO_ITEM, tag, text, sizeof text);
    return dicom_pool_intern(r->pool, text, err);
}

/* Dates of before 1993 have dots: YYYY.MM.DD. */
static const char *keep_date(const reader *r, myo_error *err) {
    char text[TEXT_SIZE], date[DATE_SIZE];
    size_t length = 0;
    dicom_attributes_get_text(r->attributes, DICOM_NO_ITEM, TAG_STUDY_DATE, text, sizeof text);
    for (const char *c = text; *c && length < DATE_SIZE - 1; c++) {
        if (*c >= '0' && *c <= '9') {
            date[length++] = *c;
        } else if (*c != '.') {
            break;
        }
    }
    date[length == DATE_SIZE - 1 ? length : 0] = '\0';
    return dicom_pool_intern(r->pool, date, err);
}

static bool read_uids(const reader *r, dicom_header *header, myo_error *err) {
    const struct {
        dicom_tag tag;
        const char **out;
        const char *name;
    } uids[] = {
        {TAG_STUDY_INSTANCE_UID, &header->study_uid, "StudyInstanceUID"},
        {TAG_SERIES_INSTANCE_UID, &header->series_uid, "SeriesInstanceUID"},
        {TAG_SOP_INSTANCE_UID, &header->sop_uid, "SOPInstanceUID"},
        {TAG_FRAME_OF_REFERENCE_UID, &header->frame_of_reference_uid, NULL},
    };
    for (size_t i = 0; i < sizeof uids / sizeof uids[0]; i++) {
        char uid[UID_SIZE];
        if (!get_uid(r->attributes, uids[i].tag, uid) && uids[i].name) {
            return myo_error_set(err, MYO_E_MISSING, "%s is missing or invalid", uids[i].name);
        }
        /* A UID of an image recurs in no other file. */
        *uids[i].out = uids[i].tag == TAG_SOP_INSTANCE_UID ? dicom_pool_copy(r->pool, uid, err)
                                                           : dicom_pool_intern(r->pool, uid, err);
        if (!*uids[i].out) {
            return false;
        }
    }
    return true;
}

static bool read_identity(const reader *r, dicom_header *header, myo_error *err) {
    const dicom_attributes *a = r->attributes;
    header->series_number = dicom_attributes_get_integer(a, DICOM_NO_ITEM, TAG_SERIES_NUMBER);
    header->instance_number = dicom_attributes_get_integer(a, DICOM_NO_ITEM, TAG_INSTANCE_NUMBER);
    header->patient_size_m = dicom_attributes_get_positive(a, DICOM_NO_ITEM, TAG_PATIENT_SIZE);
    return read_uids(r, header, err) &&
           (header->patient_id = keep_text(r, TAG_PATIENT_ID, err)) != NULL &&
           (header->description = keep_text(r, TAG_SERIES_DESCRIPTION, err)) != NULL &&
           (header->kernel = keep_text(r, TAG_CONVOLUTION_KERNEL, err)) != NULL &&
           (header->contrast_agent = keep_text(r, TAG_CONTRAST_AGENT, err)) != NULL &&
           (header->study_date = keep_date(r, err)) != NULL;
}

/* Kinds of objects that are not slices to measure, by the end of their SOP class UID. */
static const struct {
    const char *prefix, *reason;
} refused_classes[] = {
    {UID_DICOM_DIRECTORY, "a DICOM directory, not an image"},
    {UID_IMAGE_STORAGE "7", "a secondary capture, not an image of a scanner"},
    {UID_IMAGE_STORAGE "4.2", "MR spectroscopy, not an image"},
    {UID_IMAGE_STORAGE "30", "a parametric map, not an image of a scanner"},
    {UID_IMAGE_STORAGE "66", "a segmentation or registration, not an image of a scanner"},
    {UID_IMAGE_STORAGE "481", "a radiotherapy object, not an image to measure"},
};

/* Enhanced MR and CT, and what was converted into them. */
static const char *const enhanced_classes[] = {UID_IMAGE_STORAGE "4.1", UID_IMAGE_STORAGE "4.4",
                                               UID_IMAGE_STORAGE "2.1", UID_IMAGE_STORAGE "2.2"};

/* Matches whole components of a UID, so that 4.1 does not take 4.12 in. */
static bool uid_is_below(const char *uid, const char *prefix) {
    size_t length = strlen(prefix);
    return strncmp(uid, prefix, length) == 0 && (uid[length] == '\0' || uid[length] == '.');
}

/* Refuses what is no greyscale image of a scanner, and finds the modality. */
static bool read_kind(reader *r, dicom_header *header, myo_error *err) {
    const dicom_attributes *a = r->attributes;
    char class_uid[UID_SIZE], modality[TEXT_SIZE];
    if (!get_uid(a, TAG_SOP_CLASS_UID, class_uid)) {
        get_uid(a, TAG_MEDIA_STORAGE_CLASS_UID, class_uid);
    }
    dicom_attributes_get_utf8(a, DICOM_NO_ITEM, TAG_MODALITY, modality, sizeof modality);
    bool image = dicom_attributes_has(a, DICOM_NO_ITEM, TAG_ROWS) &&
                 dicom_attributes_has(a, DICOM_NO_ITEM, TAG_COLUMNS);
    bool inverted;
    if (image && !dicom_greyscale_check(a, &inverted, err)) {
        return false;
    }
    for (size_t i = 0; i < sizeof refused_classes / sizeof refused_classes[0]; i++) {
        if (uid_is_below(class_uid, refused_classes[i].prefix)) {
            return myo_error_set(err, MYO_E_UNSUPPORTED, "%s", refused_classes[i].reason);
        }
    }
    if (!image) {
        return myo_error_set(err, MYO_E_UNSUPPORTED, "no image in it (modality %s)",
                             modality[0] ? modality : "not given");
    }
    for (size_t i = 0; i < sizeof enhanced_classes / sizeof enhanced_classes[0]; i++) {
        r->enhanced = r->enhanced || uid_is_below(class_uid, enhanced_classes[i]);
    }
    bool mr_class = uid_is_below(class_uid, UID_IMAGE_STORAGE "4");
    bool ct_class = uid_is_below(class_uid, UID_IMAGE_STORAGE "2");
    /* The object's class decides where the two contradict each other: its module is what the other
     * attributes follow. */
    if (mr_class || (!ct_class && strcmp(modality, "MR") == 0)) {
        header->modality = MYO_MODALITY_MR;
    } else if (ct_class || strcmp(modality, "CT") == 0) {
        header->modality = MYO_MODALITY_CT;
    }
    return true;
}

static bool check_frames(const reader *r, myo_error *err) {
    size_t described = dicom_attributes_get_item_count(r->attributes);
    if (r->enhanced && described != r->format.frames) {
        return myo_error_set(err, MYO_E_FORMAT,
                             "an enhanced image of %zu frames that describes %zu of them",
                             r->format.frames, described);
    }
    return r->enhanced || r->format.frames == 1 ||
           myo_error_set(err, MYO_E_UNSUPPORTED,
                         "%zu images in one file that does not say where each of them lies",
                         r->format.frames);
}

static bool normalise(myo_vec3 *v) {
    double length = sqrt(myo_vec3_dot(*v, *v));
    if (!(fabs(length - 1.0) <= COSINE_TOLERANCE)) {
        return false;
    }
    *v = (myo_vec3){v->x / length, v->y / length, v->z / length};
    return true;
}

/* Position and orientation. Rounded cosines are made exactly orthonormal: the column cosine gives
 * way to the row cosine. */
static bool read_plane(const dicom_attributes *a, size_t frame, myo_geometry *geometry) {
    double position[3], cosines[6];
    if (!dicom_attributes_get_numbers(a, frame, TAG_IMAGE_POSITION, 3, position) ||
        !dicom_attributes_get_numbers(a, frame, TAG_IMAGE_ORIENTATION, 6, cosines)) {
        return false;
    }
    for (size_t i = 0; i < 3; i++) {
        if (!(fabs(position[i]) <= POSITION_MAX_MM)) {
            return false;
        }
    }
    myo_vec3 row = {cosines[0], cosines[1], cosines[2]};
    myo_vec3 column = {cosines[3], cosines[4], cosines[5]};
    if (!normalise(&row) || !normalise(&column)) {
        return false;
    }
    double overlap = myo_vec3_dot(row, column);
    if (fabs(overlap) > COSINE_TOLERANCE) {
        return false;
    }
    column = (myo_vec3){column.x - overlap * row.x, column.y - overlap * row.y,
                        column.z - overlap * row.z};
    normalise(&column);
    geometry->position_mm = (myo_vec3){position[0], position[1], position[2]};
    geometry->row_cosine = row;
    geometry->column_cosine = column;
    return true;
}

static bool is_spacing(double value) {
    return value >= SPACING_MIN_MM && value <= SPACING_MAX_MM;
}

/* ImagerPixelSpacing is not looked at: it is measured at the detector and not in the patient. */
static void read_geometry(const reader *r, size_t frame, dicom_header *header) {
    const dicom_attributes *a = r->attributes;
    double spacing[2]; /* rows first (PS3.3 10.7.1.3) */
    header->geometry.columns = r->format.columns;
    header->geometry.rows = r->format.rows;
    header->geometry.thickness_mm = dicom_attributes_get_positive(a, frame, TAG_SLICE_THICKNESS);
    header->has_spacing = dicom_attributes_get_numbers(a, frame, TAG_PIXEL_SPACING, 2, spacing) &&
                          is_spacing(spacing[0]) && is_spacing(spacing[1]);
    if (header->has_spacing) {
        header->geometry.row_spacing_mm = spacing[0];
        header->geometry.column_spacing_mm = spacing[1];
    }
    header->has_position = read_plane(a, frame, &header->geometry);
}

/* Appends a value to those of a text, which backslashes separate. */
static void append_value(char text[CONTRAST_TEXT_SIZE], const char *value) {
    size_t length = strlen(text);
    if (value[0]) {
        snprintf(text + length, CONTRAST_TEXT_SIZE - length, "%s%s", length ? "\\" : "", value);
    }
}

static bool says(const dicom_attributes *a, size_t frame, dicom_tag tag, const char *value) {
    char text[CONTRAST_TEXT_SIZE];
    return dicom_attributes_get_text(a, frame, tag, text, sizeof text) && strcmp(text, value) == 0;
}

/* What enhanced MR says in attributes of its own (PS3.3 C.8.13), in the words of the old ones. */
static void translate_enhanced(const dicom_attributes *a, size_t frame, dicom_contrast *contrast) {
    char text[CONTRAST_TEXT_SIZE];
    if (dicom_attributes_has(a, frame, TAG_EFFECTIVE_ECHO_TIME)) {
        contrast->echo_time_ms = dicom_attributes_get_positive(a, frame, TAG_EFFECTIVE_ECHO_TIME);
    }
    if (dicom_attributes_has(a, frame, TAG_INVERSION_TIMES)) {
        contrast->inversion_time_ms = dicom_attributes_get_positive(a, frame, TAG_INVERSION_TIMES);
    }
    if (says(a, frame, TAG_ECHO_PULSE_SEQUENCE, "SPIN")) {
        append_value(contrast->sequence, "SE");
    } else if (says(a, frame, TAG_ECHO_PULSE_SEQUENCE, "GRADIENT")) {
        append_value(contrast->sequence, "GR");
    }
    if (says(a, frame, TAG_INVERSION_RECOVERY, "YES")) {
        append_value(contrast->sequence, "IR");
    }
    if (says(a, frame, TAG_ECHO_PLANAR_PULSE_SEQUENCE, "YES")) {
        append_value(contrast->sequence, "EP");
    }
    if (says(a, frame, TAG_SPECTRALLY_SELECTED_SUPPRESSION, "FAT")) {
        append_value(contrast->scan_options, "FS");
    }
    if (dicom_attributes_get_text(a, frame, TAG_FRAME_TYPE, text, sizeof text)) {
        snprintf(contrast->image_type, sizeof contrast->image_type, "%s", text);
    }
    static const dicom_tag more[] = {TAG_COMPLEX_IMAGE_COMPONENT, TAG_ACQUISITION_CONTRAST};
    for (size_t i = 0; i < sizeof more / sizeof more[0]; i++) {
        dicom_attributes_get_text(a, frame, more[i], text, sizeof text);
        append_value(contrast->image_type, text);
    }
}

static void read_contrast(const reader *r, size_t frame, dicom_header *header) {
    const dicom_attributes *a = r->attributes;
    dicom_contrast contrast = {
        .echo_time_ms = dicom_attributes_get_positive(a, frame, TAG_ECHO_TIME),
        .repetition_time_ms = dicom_attributes_get_positive(a, frame, TAG_REPETITION_TIME),
        .inversion_time_ms = dicom_attributes_get_positive(a, frame, TAG_INVERSION_TIME),
        .description = header->description,
    };
    dicom_attributes_get_text(a, frame, TAG_SCANNING_SEQUENCE, contrast.sequence,
                              sizeof contrast.sequence);
    dicom_attributes_get_text(a, frame, TAG_SCAN_OPTIONS, contrast.scan_options,
                              sizeof contrast.scan_options);
    dicom_attributes_get_text(a, frame, TAG_IMAGE_TYPE, contrast.image_type,
                              sizeof contrast.image_type);
    if (r->enhanced) {
        translate_enhanced(a, frame, &contrast);
    }
    header->echo_time_ms = contrast.echo_time_ms;
    header->repetition_time_ms = contrast.repetition_time_ms;
    header->localizer = dicom_contrast_is_localizer(&contrast);
    header->derived = dicom_contrast_is_derived(&contrast);
    if (header->modality == MYO_MODALITY_MR) {
        header->weighting = dicom_contrast_weighting(&contrast);
    }
}

/* Appends the image, or each frame. */
static bool list_images(const reader *r, dicom_header *header, dicom_header_list *out,
                        myo_error *err) {
    size_t count = r->enhanced ? r->format.frames : 1;
    void *items = out->headers;
    if (!myo_array_reserve(&items, &out->capacity, out->count + count, sizeof *out->headers, err)) {
        return false;
    }
    out->headers = items;
    header->frame_count = count;
    for (size_t frame = 0; frame < count; frame++) {
        header->frame = frame;
        if (count > 1) { /* what a viewer counts */
            header->instance_number = (int)frame + 1;
        }
        read_geometry(r, r->enhanced ? frame : DICOM_NO_ITEM, header);
        read_contrast(r, r->enhanced ? frame : DICOM_NO_ITEM, header);
        out->headers[out->count++] = *header;
    }
    return true;
}

bool dicom_header_read(dicom_source *source, const char *path, const char *archive,
                       dicom_pool *pool, dicom_header_list *out, myo_error *err) {
    dicom_attributes *attributes = NULL;
    if (!dicom_attributes_read(source, &attributes, err)) {
        return false;
    }
    reader r = {.attributes = attributes, .pool = pool};
    dicom_header header = {.path = path, .archive = archive};
    bool done = read_kind(&r, &header, err) &&
                dicom_pixel_format_read(attributes, &r.format, err) &&
                (!dicom_siemens_is_mosaic(attributes) ||
                 myo_error_set(err, MYO_E_UNSUPPORTED,
                               "a Siemens mosaic, many slices as tiles of one image")) &&
                check_frames(&r, err) &&
                (dicom_attributes_has_pixels(attributes) ||
                 myo_error_set(err, MYO_E_MISSING, "no pixel data")) &&
                read_identity(&r, &header, err) && list_images(&r, &header, out, err);
    dicom_attributes_destroy(attributes);
    return done;
}
