/* SPDX-License-Identifier: GPL-3.0-or-later */
/* MR and CT images as DICOM (PS3.3 A.4, MR Image IOD; A.3, CT Image IOD). */
#include "dicom/writer.h"

#include "base/file.h"
#include "base/hash.h"
#include "base/memory.h"
#include "dicom/dcmtk_shim_private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MR_IMAGE_STORAGE "1.2.840.10008.5.1.4.1.1.4"
#define CT_IMAGE_STORAGE "1.2.840.10008.5.1.4.1.1.2"
#define CT_OFFSET_HU 1024.0
#define CT_VOLTAGE_KV 120.0
#define IMPLEMENTATION_VERSION "MYOTOME"
#define IMPLEMENTATION_UID_TEXT "myotome implementation class"

#define BITS_ALLOCATED 16u
#define BITS_STORED 12u
#define STORED_MAX 4095.0
#define NUMBER_SIZE 32
/* Smaller values are written as 0, so that ten digits always fit into DS's 16 characters. */
#define NUMBER_MIN 1.0e-9

#define TAG_ROWS 0x00280010u
#define TAG_COLUMNS 0x00280011u

void myo_dicom_uid_from_text(const char *text, char uid[MYO_UID_SIZE]) {
    char hex[MYO_HASH_HEX_SIZE];
    myo_hash_sha256(text, strlen(text), hex);
    /* The first 128 bits as a decimal number, digit by digit (PS3.5 B.2). The bits that would mark
     * a UUID's version are left as they are: the number identifies, it is not taken apart. */
    unsigned digits[39] = {0};
    const unsigned hex_digits = 32, base = 10;
    for (unsigned i = 0; i < hex_digits; i++) {
        unsigned carry = (unsigned)(hex[i] <= '9' ? hex[i] - '0' : hex[i] - 'a' + 10);
        for (size_t d = 0; d < sizeof digits / sizeof digits[0]; d++) {
            carry += digits[d] * 16u;
            digits[d] = carry % base;
            carry /= base;
        }
    }
    size_t count = sizeof digits / sizeof digits[0];
    while (count > 1 && digits[count - 1] == 0) {
        count--;
    }
    char *out = uid;
    memcpy(out, "2.25.", 5);
    out += 5;
    while (count > 0) {
        *out++ = (char)('0' + digits[--count]);
    }
    *out = '\0';
}

/* Appends a number as DS, whatever the locale's decimal point is. */
static void format_numbers(const double *values, size_t count, char *out, size_t size) {
    size_t length = 0;
    out[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        double value = fabs(values[i]) < NUMBER_MIN ? 0.0 : values[i];
        int added = snprintf(out + length, size - length, "%s%.10g", i ? "\\" : "", value);
        length += added > 0 ? (size_t)added : 0;
    }
    for (char *c = out; *c; c++) {
        *c = *c == ',' ? '.' : *c;
    }
}

static bool put_numbers(dcmtk_dataset *dataset, dcmtk_tag tag, const double *values, size_t count,
                        myo_error *err) {
    char text[6 * NUMBER_SIZE];
    format_numbers(values, count, text, sizeof text);
    return dcmtk_dataset_put_text(dataset, tag, text, err);
}

static bool put_number(dcmtk_dataset *dataset, dcmtk_tag tag, double value, myo_error *err) {
    return put_numbers(dataset, tag, &value, 1, err);
}

static bool put_integer(dcmtk_dataset *dataset, dcmtk_tag tag, int value, myo_error *err) {
    char text[NUMBER_SIZE];
    snprintf(text, sizeof text, "%d", value);
    return dcmtk_dataset_put_text(dataset, tag, text, err);
}

typedef struct tagged_text {
    dcmtk_tag tag;
    const char *text;
} tagged_text;

static bool put_list(dcmtk_dataset *dataset, const tagged_text *texts, size_t count,
                     myo_error *err) {
    for (size_t i = 0; i < count; i++) {
        if (!dcmtk_dataset_put_text(dataset, texts[i].tag, texts[i].text, err)) {
            return false;
        }
    }
    return true;
}

/* Patient, study and series. Attributes of type 2 that have no value are written empty. */
static bool put_texts(dcmtk_dataset *dataset, const myo_mr_header *header, myo_error *err) {
    const tagged_text texts[] = {
        {0x00080005u, "ISO_IR 192"},                   /* SpecificCharacterSet */
        {0x00080018u, header->sop_uid},                /* SOPInstanceUID */
        {0x00080020u, header->study_date},             /* StudyDate */
        {0x00080030u, ""},                             /* StudyTime */
        {0x00080050u, ""},                             /* AccessionNumber */
        {0x00080070u, "myotome"},                      /* Manufacturer */
        {0x00080090u, ""},                             /* ReferringPhysicianName */
        {0x0008103eu, header->series_description},     /* SeriesDescription */
        {0x00100010u, header->patient_name},           /* PatientName */
        {0x00100020u, header->patient_id},             /* PatientID */
        {0x00100030u, ""},                             /* PatientBirthDate */
        {0x00100040u, header->patient_sex},            /* PatientSex */
        {0x00180015u, "LSPINE"},                       /* BodyPartExamined */
        {0x00181030u, header->protocol},               /* ProtocolName */
        {0x00185100u, "HFS"},                          /* PatientPosition */
        {0x0020000du, header->study_uid},              /* StudyInstanceUID */
        {0x0020000eu, header->series_uid},             /* SeriesInstanceUID */
        {0x00200010u, header->study_id},               /* StudyID */
        {0x00200052u, header->frame_of_reference_uid}, /* FrameOfReferenceUID */
        {0x00201040u, ""},                             /* PositionReferenceIndicator */
        {0x00280004u, "MONOCHROME2"},                  /* PhotometricInterpretation */
    };
    return put_list(dataset, texts, sizeof texts / sizeof texts[0], err);
}

static bool put_mr(dcmtk_dataset *dataset, const myo_mr_header *header, myo_error *err) {
    static const tagged_text texts[] = {
        {0x00080008u, "ORIGINAL\\PRIMARY\\M"}, /* ImageType */
        {0x00080016u, MR_IMAGE_STORAGE},       /* SOPClassUID */
        {0x00080060u, "MR"},                   /* Modality */
        {0x00180020u, "SE"},                   /* ScanningSequence */
        {0x00180021u, "SK"},                   /* SequenceVariant */
        {0x00180022u, ""},                     /* ScanOptions */
        {0x00180023u, "2D"},                   /* MRAcquisitionType */
    };
    return put_list(dataset, texts, sizeof texts / sizeof texts[0], err) &&
           put_number(dataset, 0x00180080u, header->repetition_time_ms, err) &&
           put_number(dataset, 0x00180081u, header->echo_time_ms, err) &&
           put_number(dataset, 0x00180087u, header->field_strength_t, err) &&
           put_integer(dataset, 0x00180091u, header->echo_train_length, err);
}

static bool put_ct(dcmtk_dataset *dataset, myo_error *err) {
    static const tagged_text texts[] = {
        {0x00080008u, "ORIGINAL\\PRIMARY\\AXIAL"}, /* ImageType */
        {0x00080016u, CT_IMAGE_STORAGE},           /* SOPClassUID */
        {0x00080060u, "CT"},                       /* Modality */
        {0x00181210u, "STANDARD"},                 /* ConvolutionKernel */
        {0x00281054u, "HU"},                       /* RescaleType */
    };
    return put_list(dataset, texts, sizeof texts / sizeof texts[0], err) &&
           put_number(dataset, 0x00180060u, CT_VOLTAGE_KV, err) &&
           put_number(dataset, 0x00281052u, -CT_OFFSET_HU, err) &&
           put_number(dataset, 0x00281053u, 1.0, err);
}

static bool put_acquisition(dcmtk_dataset *dataset, const myo_mr_header *header, myo_error *err) {
    return put_integer(dataset, 0x00200011u, header->series_number, err) &&
           put_integer(dataset, 0x00200013u, header->instance_number, err) &&
           (header->patient_size_m <= 0.0 ||
            put_number(dataset, 0x00101020u, header->patient_size_m, err));
}

static bool put_geometry(dcmtk_dataset *dataset, const myo_geometry *geometry, myo_error *err) {
    const myo_vec3 *p = &geometry->position_mm, *r = &geometry->row_cosine,
                   *c = &geometry->column_cosine;
    const double position[] = {p->x, p->y, p->z};
    const double cosines[] = {r->x, r->y, r->z, c->x, c->y, c->z};
    const double spacing[] = {geometry->row_spacing_mm, geometry->column_spacing_mm};
    return put_numbers(dataset, 0x00200032u, position, 3, err) &&
           put_numbers(dataset, 0x00200037u, cosines, 6, err) &&
           put_numbers(dataset, 0x00280030u, spacing, 2, err) &&
           put_number(dataset, 0x00180050u, geometry->thickness_mm, err);
}

static bool put_pixels(dcmtk_dataset *dataset, const myo_image *image, double offset,
                       myo_error *err) {
    const myo_geometry *geometry = myo_image_get_geometry(image);
    size_t count = geometry->columns * geometry->rows;
    uint16_t *stored = myo_alloc_array(count, sizeof *stored, err);
    if (!stored) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        double value = round((double)myo_image_get_const_pixels(image)[i] + offset);
        /* The comparison also turns NaN into 0. */
        value = value > 0.0 ? value : 0.0;
        stored[i] = (uint16_t)(value < STORED_MAX ? value : STORED_MAX);
    }
    bool done =
        dcmtk_dataset_put_unsigned(dataset, 0x00280002u, 1, err) &&
        dcmtk_dataset_put_unsigned(dataset, TAG_ROWS, (unsigned)geometry->rows, err) &&
        dcmtk_dataset_put_unsigned(dataset, TAG_COLUMNS, (unsigned)geometry->columns, err) &&
        dcmtk_dataset_put_unsigned(dataset, 0x00280100u, BITS_ALLOCATED, err) &&
        dcmtk_dataset_put_unsigned(dataset, 0x00280101u, BITS_STORED, err) &&
        dcmtk_dataset_put_unsigned(dataset, 0x00280102u, BITS_STORED - 1, err) &&
        dcmtk_dataset_put_unsigned(dataset, 0x00280103u, 0, err) &&
        dcmtk_dataset_put_pixels(dataset, stored, count, err);
    free(stored);
    return done;
}

static bool write(const char *path, const myo_mr_header *header, bool ct, const myo_image *image,
                  myo_error *err) {
    dcmtk_dataset *dataset = NULL;
    uint8_t *bytes = NULL;
    size_t size = 0;
    char uid[MYO_UID_SIZE];
    myo_dicom_uid_from_text(IMPLEMENTATION_UID_TEXT, uid);
    bool done = dcmtk_dataset_create(&dataset, err) && put_texts(dataset, header, err) &&
                (ct ? put_ct(dataset, err) : put_mr(dataset, header, err)) &&
                put_acquisition(dataset, header, err) &&
                put_geometry(dataset, myo_image_get_geometry(image), err) &&
                put_pixels(dataset, image, ct ? CT_OFFSET_HU : 0.0, err) &&
                dcmtk_dataset_encode(dataset, uid, IMPLEMENTATION_VERSION, &bytes, &size, err) &&
                myo_file_write(path, bytes, size, err);
    free(bytes);
    dcmtk_dataset_destroy(dataset);
    return done;
}

bool myo_dicom_write_mr(const char *path, const myo_mr_header *header, const myo_image *image,
                        myo_error *err) {
    return write(path, header, false, image, err);
}

bool myo_dicom_write_ct(const char *path, const myo_mr_header *header, const myo_image *image,
                        myo_error *err) {
    return write(path, header, true, image, err);
}
