/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a file says in front of its pixel data, as far as this folder wants to know it: the
 * attributes of the image, of each frame of an enhanced image (PS3.3 C.7.6.16), or of each record
 * of a DICOM directory (PS3.3 F).
 */
#ifndef MYO_DICOM_ATTRIBUTES_PRIVATE_H
#define MYO_DICOM_ATTRIBUTES_PRIVATE_H

#include "dicom/source_private.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Group and element number in one value: 0x00280010 is (0028,0010). */
typedef uint32_t dicom_tag;

typedef struct dicom_attributes dicom_attributes;

/* Reads the header of a file. The caller owns *out. Messages do not name the file. */
bool dicom_attributes_read(dicom_source *source, dicom_attributes **out, myo_error *err);
void dicom_attributes_destroy(dicom_attributes *attributes);

/* Frames, or records of a directory, that are described one by one. */
size_t dicom_attributes_get_item_count(const dicom_attributes *attributes);
bool dicom_attributes_has_pixels(const dicom_attributes *attributes);

/* The file ends within its pixel data, as far as their length is given. */
bool dicom_attributes_pixels_are_cut(const dicom_attributes *attributes);

/*
 * The getters look for an attribute in the item with the number `item`, then in what holds for all
 * frames, then at the top. DICOM_NO_ITEM skips the first step.
 */
#define DICOM_NO_ITEM SIZE_MAX

/* The element, or sequence, is there, if only without a value. */
bool dicom_attributes_has(const dicom_attributes *attributes, size_t item, dicom_tag tag);

/* Copies a text, backslashes between values included, without blanks at its ends; it is cut to the
 * room. False, and "", when it is absent or empty. */
bool dicom_attributes_get_text(const dicom_attributes *attributes, size_t item, dicom_tag tag,
                               char *text, size_t size);

/* The same in UTF-8: converted from the character set of the file; what cannot be converted
 * becomes '?', and control characters become blanks. */
bool dicom_attributes_get_utf8(const dicom_attributes *attributes, size_t item, dicom_tag tag,
                               char *text, size_t size);

/* Value of an element as it stands in the file; NULL when it is absent. Borrowed. */
const uint8_t *dicom_attributes_get_bytes(const dicom_attributes *attributes, dicom_tag tag,
                                          size_t *size);

/* First value of an element of whole binary numbers of 16 bits. */
bool dicom_attributes_get_unsigned(const dicom_attributes *attributes, size_t item, dicom_tag tag,
                                   unsigned *out);

/* `count` numbers, decimal or binary; false unless there are as many and all are finite. */
bool dicom_attributes_get_numbers(const dicom_attributes *attributes, size_t item, dicom_tag tag,
                                  size_t count, double *out);

/* First of several numbers; 0 unless it is above 0. */
double dicom_attributes_get_positive(const dicom_attributes *attributes, size_t item,
                                     dicom_tag tag);

/* First of several whole decimal numbers; 0 when there is none. */
int dicom_attributes_get_integer(const dicom_attributes *attributes, size_t item, dicom_tag tag);

#ifdef __cplusplus
}
#endif

/* Attributes that more than one file of this folder names. */
#define TAG_MEDIA_STORAGE_CLASS_UID 0x00020002u
#define TAG_RECORD_IN_USE 0x00041410u
#define TAG_REFERENCED_FILE_ID 0x00041500u
#define TAG_CHARACTER_SET 0x00080005u
#define TAG_IMAGE_TYPE 0x00080008u
#define TAG_SOP_CLASS_UID 0x00080016u
#define TAG_SOP_INSTANCE_UID 0x00080018u
#define TAG_STUDY_DATE 0x00080020u
#define TAG_MODALITY 0x00080060u
#define TAG_SERIES_DESCRIPTION 0x0008103eu
#define TAG_FRAME_TYPE 0x00089007u
#define TAG_COMPLEX_IMAGE_COMPONENT 0x00089208u
#define TAG_ACQUISITION_CONTRAST 0x00089209u
#define TAG_PATIENT_ID 0x00100020u
#define TAG_PATIENT_SIZE 0x00101020u
#define TAG_CONTRAST_AGENT 0x00180010u
#define TAG_SCANNING_SEQUENCE 0x00180020u
#define TAG_SCAN_OPTIONS 0x00180022u
#define TAG_SLICE_THICKNESS 0x00180050u
#define TAG_REPETITION_TIME 0x00180080u
#define TAG_ECHO_TIME 0x00180081u
#define TAG_INVERSION_TIME 0x00180082u
#define TAG_CONVOLUTION_KERNEL 0x00181210u
#define TAG_ECHO_PULSE_SEQUENCE 0x00189008u
#define TAG_INVERSION_RECOVERY 0x00189009u
#define TAG_ECHO_PLANAR_PULSE_SEQUENCE 0x00189018u
#define TAG_SPECTRALLY_SELECTED_SUPPRESSION 0x00189025u
#define TAG_INVERSION_TIMES 0x00189079u
#define TAG_EFFECTIVE_ECHO_TIME 0x00189082u
#define TAG_SIEMENS_MR_CREATOR 0x00190010u
#define TAG_SIEMENS_MOSAIC_COUNT 0x0019100au
#define TAG_STUDY_INSTANCE_UID 0x0020000du
#define TAG_SERIES_INSTANCE_UID 0x0020000eu
#define TAG_SERIES_NUMBER 0x00200011u
#define TAG_INSTANCE_NUMBER 0x00200013u
#define TAG_IMAGE_POSITION 0x00200032u
#define TAG_IMAGE_ORIENTATION 0x00200037u
#define TAG_FRAME_OF_REFERENCE_UID 0x00200052u
#define TAG_SAMPLES_PER_PIXEL 0x00280002u
#define TAG_PHOTOMETRIC_INTERPRETATION 0x00280004u
#define TAG_NUMBER_OF_FRAMES 0x00280008u
#define TAG_ROWS 0x00280010u
#define TAG_COLUMNS 0x00280011u
#define TAG_PIXEL_SPACING 0x00280030u
#define TAG_BITS_ALLOCATED 0x00280100u
#define TAG_BITS_STORED 0x00280101u
#define TAG_HIGH_BIT 0x00280102u
#define TAG_PIXEL_REPRESENTATION 0x00280103u
#define TAG_RESCALE_INTERCEPT 0x00281052u
#define TAG_RESCALE_SLOPE 0x00281053u
#define TAG_MODALITY_LUT_SEQUENCE 0x00283000u
#define TAG_SIEMENS_CSA_CREATOR 0x00290010u
#define TAG_SIEMENS_CSA_IMAGE_HEADER 0x00291010u

#endif
