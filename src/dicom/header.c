/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Header of one file: identity, kind of object, geometry (PS3.3 C.7.6.2), contrast. */
#include "dicom/header_private.h"

#include "base/number.h"
#include "dicom/contrast_private.h"
#include "dicom/recognise_private.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define TAG_IMAGE_TYPE 0x00080008u
#define TAG_SOP_CLASS_UID 0x00080016u
#define TAG_SOP_INSTANCE_UID 0x00080018u
#define TAG_STUDY_DATE 0x00080020u
#define TAG_MODALITY 0x00080060u
#define TAG_SERIES_DESCRIPTION 0x0008103eu
#define TAG_PATIENT_ID 0x00100020u
#define TAG_PATIENT_SIZE 0x00101020u
#define TAG_SCANNING_SEQUENCE 0x00180020u
#define TAG_SCAN_OPTIONS 0x00180022u
#define TAG_SLICE_THICKNESS 0x00180050u
#define TAG_REPETITION_TIME 0x00180080u
#define TAG_ECHO_TIME 0x00180081u
#define TAG_INVERSION_TIME 0x00180082u
#define TAG_STUDY_INSTANCE_UID 0x0020000du
#define TAG_SERIES_INSTANCE_UID 0x0020000eu
#define TAG_SERIES_NUMBER 0x00200011u
#define TAG_INSTANCE_NUMBER 0x00200013u
#define TAG_IMAGE_POSITION 0x00200032u
#define TAG_IMAGE_ORIENTATION 0x00200037u
#define TAG_FRAME_OF_REFERENCE_UID 0x00200052u

#define UID_IMAGE_STORAGE "1.2.840.10008.5.1.4.1.1."
#define UID_DICOM_DIRECTORY "1.2.840.10008.1.3.10"

#define NUMBERS_TEXT_SIZE 256
#define NUMBERS_MAX 6

/* A cosine triple may miss unit length, and two of them a right angle, by this much (rounding to
 * two digits); beyond, the orientation is not one. */
#define COSINE_TOLERANCE 0.01
/* Positions and spacings beyond these are not those of a patient in a scanner. */
#define POSITION_MAX_MM 1.0e5
#define SPACING_MAX_MM 100.0
#define SPACING_MIN_MM 1.0e-3

bool dicom_get_numbers(const dcmtk_dataset *dataset, dcmtk_tag tag, size_t count, double *out) {
    char text[NUMBERS_TEXT_SIZE];
    if (count > NUMBERS_MAX || !dcmtk_dataset_get_text(dataset, tag, false, text, sizeof text)) {
        return false;
    }
    double values[NUMBERS_MAX];
    char *at = text;
    for (size_t i = 0; i < count; i++) {
        char *end = strchr(at, '\\');
        if ((end == NULL) != (i + 1 == count)) {
            return false;
        }
        if (end) {
            *end = '\0';
        }
        if (!myo_number_parse(at, &values[i])) {
            return false;
        }
        at = end ? end + 1 : at;
    }
    memcpy(out, values, count * sizeof *out);
    return true;
}

/* First value of an element that may hold several; 0 unless it is above 0. */
static double get_positive(const dcmtk_dataset *dataset, dcmtk_tag tag) {
    char text[NUMBERS_TEXT_SIZE];
    double value = 0.0;
    dcmtk_dataset_get_text(dataset, tag, false, text, sizeof text);
    text[strcspn(text, "\\")] = '\0';
    return myo_number_parse(text, &value) && value > 0.0 ? value : 0.0;
}

static int get_integer(const dcmtk_dataset *dataset, dcmtk_tag tag) {
    char text[NUMBERS_TEXT_SIZE];
    int value = 0;
    dcmtk_dataset_get_text(dataset, tag, false, text, sizeof text);
    return myo_integer_parse(text, &value) ? value : 0;
}

static bool get_uid(const dcmtk_dataset *dataset, dcmtk_tag tag, char out[DICOM_UID_SIZE]) {
    char text[NUMBERS_TEXT_SIZE];
    dcmtk_dataset_get_text(dataset, tag, false, text, sizeof text);
    size_t length = strlen(text);
    if (length == 0 || length >= DICOM_UID_SIZE || strspn(text, "0123456789.") != length) {
        out[0] = '\0';
        return false;
    }
    memcpy(out, text, length + 1);
    return true;
}

static bool read_identity(const dcmtk_dataset *dataset, dicom_header *header, myo_error *err) {
    const struct {
        dcmtk_tag tag;
        char *out;
        const char *name;
    } uids[] = {
        {TAG_STUDY_INSTANCE_UID, header->study_uid, "StudyInstanceUID"},
        {TAG_SERIES_INSTANCE_UID, header->series_uid, "SeriesInstanceUID"},
        {TAG_SOP_INSTANCE_UID, header->sop_uid, "SOPInstanceUID"},
    };
    for (size_t i = 0; i < sizeof uids / sizeof uids[0]; i++) {
        if (!get_uid(dataset, uids[i].tag, uids[i].out)) {
            return myo_error_set(err, MYO_E_MISSING, "%s is missing or invalid", uids[i].name);
        }
    }
    get_uid(dataset, TAG_FRAME_OF_REFERENCE_UID, header->frame_of_reference_uid);
    dcmtk_dataset_get_text(dataset, TAG_PATIENT_ID, true, header->patient_id,
                           sizeof header->patient_id);
    dcmtk_dataset_get_text(dataset, TAG_SERIES_DESCRIPTION, true, header->description,
                           sizeof header->description);
    header->series_number = get_integer(dataset, TAG_SERIES_NUMBER);
    header->instance_number = get_integer(dataset, TAG_INSTANCE_NUMBER);
    header->patient_size_m = get_positive(dataset, TAG_PATIENT_SIZE);
    return true;
}

/* Dates of before 1993 have dots: YYYY.MM.DD. */
static void read_date(const dcmtk_dataset *dataset, dicom_header *header) {
    char text[NUMBERS_TEXT_SIZE];
    size_t length = 0;
    dcmtk_dataset_get_text(dataset, TAG_STUDY_DATE, false, text, sizeof text);
    for (const char *c = text; *c && length < DICOM_DATE_SIZE - 1; c++) {
        if (*c >= '0' && *c <= '9') {
            header->study_date[length++] = *c;
        } else if (*c != '.') {
            break;
        }
    }
    header->study_date[length == DICOM_DATE_SIZE - 1 ? length : 0] = '\0';
}

/* Kinds of objects that are not slices to measure, by the end of their SOP class UID. */
static const struct {
    const char *prefix, *reason;
} refused_classes[] = {
    {UID_DICOM_DIRECTORY, "a DICOM directory, not an image"},
    {UID_IMAGE_STORAGE "7", "a secondary capture, not an image of a scanner"},
    {UID_IMAGE_STORAGE "4.1", "an enhanced multi-frame image, only single-frame images are read"},
    {UID_IMAGE_STORAGE "4.3", "an enhanced multi-frame image, only single-frame images are read"},
    {UID_IMAGE_STORAGE "4.4", "an enhanced multi-frame image, only single-frame images are read"},
    {UID_IMAGE_STORAGE "2.1", "an enhanced multi-frame image, only single-frame images are read"},
    {UID_IMAGE_STORAGE "2.2", "an enhanced multi-frame image, only single-frame images are read"},
    {UID_IMAGE_STORAGE "4.2", "MR spectroscopy, not an image"},
    {UID_IMAGE_STORAGE "30", "a parametric map, not an image of a scanner"},
    {UID_IMAGE_STORAGE "66", "a segmentation or registration, not an image of a scanner"},
    {UID_IMAGE_STORAGE "481", "a radiotherapy object, not an image to measure"},
};

/* Matches whole components of a UID, so that 4.1 does not take 4.12 in. */
static bool uid_is_below(const char *uid, const char *prefix) {
    size_t length = strlen(prefix);
    return strncmp(uid, prefix, length) == 0 && (uid[length] == '\0' || uid[length] == '.');
}

/* Refuses what is no single greyscale slice, and finds the modality. */
static bool read_kind(const dcmtk_dataset *dataset, dicom_header *header, myo_error *err) {
    char class_uid[DICOM_UID_SIZE], modality[NUMBERS_TEXT_SIZE];
    get_uid(dataset, TAG_SOP_CLASS_UID, class_uid);
    dcmtk_dataset_get_text(dataset, TAG_MODALITY, true, modality, sizeof modality);
    bool image = dcmtk_dataset_has(dataset, TAG_ROWS) && dcmtk_dataset_has(dataset, TAG_COLUMNS);
    bool inverted;
    if (image && !dicom_greyscale_check(dataset, &inverted, err)) {
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
static bool read_plane(const dcmtk_dataset *dataset, myo_geometry *geometry) {
    double position[3], cosines[6];
    if (!dicom_get_numbers(dataset, TAG_IMAGE_POSITION, 3, position) ||
        !dicom_get_numbers(dataset, TAG_IMAGE_ORIENTATION, 6, cosines)) {
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
static void read_geometry(const dcmtk_dataset *dataset, const dicom_pixel_format *format,
                          dicom_header *header) {
    double spacing[2]; /* rows first (PS3.3 10.7.1.3) */
    header->geometry.columns = format->columns;
    header->geometry.rows = format->rows;
    header->geometry.thickness_mm = get_positive(dataset, TAG_SLICE_THICKNESS);
    header->has_spacing = dicom_get_numbers(dataset, TAG_PIXEL_SPACING, 2, spacing) &&
                          is_spacing(spacing[0]) && is_spacing(spacing[1]);
    if (header->has_spacing) {
        header->geometry.row_spacing_mm = spacing[0];
        header->geometry.column_spacing_mm = spacing[1];
    }
    header->has_position = read_plane(dataset, &header->geometry);
}

static void read_contrast(const dcmtk_dataset *dataset, dicom_header *header) {
    dicom_contrast contrast = {
        .echo_time_ms = get_positive(dataset, TAG_ECHO_TIME),
        .repetition_time_ms = get_positive(dataset, TAG_REPETITION_TIME),
        .inversion_time_ms = get_positive(dataset, TAG_INVERSION_TIME),
        .description = header->description,
    };
    dcmtk_dataset_get_text(dataset, TAG_SCANNING_SEQUENCE, false, contrast.sequence,
                           sizeof contrast.sequence);
    dcmtk_dataset_get_text(dataset, TAG_SCAN_OPTIONS, false, contrast.scan_options,
                           sizeof contrast.scan_options);
    dcmtk_dataset_get_text(dataset, TAG_IMAGE_TYPE, false, contrast.image_type,
                           sizeof contrast.image_type);
    header->echo_time_ms = contrast.echo_time_ms;
    header->repetition_time_ms = contrast.repetition_time_ms;
    header->localizer = dicom_contrast_is_localizer(&contrast);
    header->derived = dicom_contrast_is_derived(&contrast);
    if (header->modality == MYO_MODALITY_MR) {
        header->weighting = dicom_contrast_weighting(&contrast);
    }
}

static bool check_frames(const dicom_pixel_format *format, myo_error *err) {
    return format->frames == 1 ||
           myo_error_set(err, MYO_E_UNSUPPORTED,
                         "multi-frame image (%zu frames), only single-frame images are read",
                         format->frames);
}

bool dicom_header_read(const char *path, dicom_header *out, myo_error *err) {
    dcmtk_dataset *dataset = NULL;
    if (!dicom_recognise(path, err) || !dcmtk_dataset_read(path, NULL, DCMTK_HEADER, &dataset, err)) {
        return false;
    }
    dicom_header header = {.path = path};
    dicom_pixel_format format = {0};
    bool done = read_kind(dataset, &header, err) &&
                dicom_pixel_format_read(dataset, &format, err) && check_frames(&format, err) &&
                read_identity(dataset, &header, err);
    if (done) {
        read_date(dataset, &header);
        read_geometry(dataset, &format, &header);
        read_contrast(dataset, &header);
        *out = header;
    }
    dcmtk_dataset_destroy(dataset);
    return done;
}
