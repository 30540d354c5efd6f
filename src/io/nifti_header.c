/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Headers of NIfTI-1 (nifti1.h) and NIfTI-2 (nifti2.h), whose structs say where each field lies.
 * Fields are taken out of the bytes one by one, so that alignment and byte order do not matter, and
 * no library sees a header that has not been checked. Orientation after nifti1.h, "3D IMAGE
 * (VOLUME) ORIENTATION AND LOCATION IN SPACE": method 3 (sform), else method 2 (qform); method 1,
 * which does not tell left from right, is refused.
 */
#include "io/nifti_header_private.h"

#include <float.h>
#include <math.h>
#include <nifti1.h>
#include <nifti2.h>
#include <string.h>

/* Magic of a file that holds header and voxels, and of the header of a pair. */
#define MAGIC_SIZE 3

/* Positions and voxel sizes beyond these are not those of a patient in a scanner. */
#define POSITION_MAX_MM 1.0e5
#define SPACING_MAX_MM 100.0
#define SPACING_MIN_MM 1.0e-3
/* Least volume of a voxel relative to its edges: flatter ones have axes that fall together. */
#define LEAST_FLATNESS 0.05

/* Voxels along an index. */
#define NIFTI_SIDE_MAX 8192

#define MM_PER_METRE 1000.0
#define MM_PER_MICRON 0.001

typedef struct source {
    const uint8_t *bytes;
    bool swapped;
} source;

/* What both versions have, as far as it is wanted. */
typedef struct fields {
    double dim[8], pixdim[8], quatern[3], offset[3], srow[3][4];
    double data_offset, slope, intercept;
    int datatype, qform_code, sform_code, units;
} fields;

static uint64_t get_bits(const source *s, size_t offset, size_t size) {
    uint64_t bits = 0;
    uint8_t ordered[sizeof bits] = {0};
    for (size_t i = 0; i < size; i++) {
        ordered[i] = s->bytes[offset + (s->swapped ? size - 1 - i : i)];
    }
    switch (size) {
    case sizeof(uint16_t): {
        uint16_t value;
        memcpy(&value, ordered, sizeof value);
        return value;
    }
    case sizeof(uint32_t): {
        uint32_t value;
        memcpy(&value, ordered, sizeof value);
        return value;
    }
    default:
        memcpy(&bits, ordered, sizeof bits);
        return bits;
    }
}

static int get_short(const source *s, size_t offset) {
    return (int16_t)get_bits(s, offset, sizeof(int16_t));
}

static int get_int(const source *s, size_t offset) {
    return (int32_t)get_bits(s, offset, sizeof(int32_t));
}

static double get_long(const source *s, size_t offset) {
    return (double)(int64_t)get_bits(s, offset, sizeof(int64_t));
}

static double get_float(const source *s, size_t offset) {
    uint32_t bits = (uint32_t)get_bits(s, offset, sizeof bits);
    float value;
    memcpy(&value, &bits, sizeof value);
    return (double)value;
}

static double get_double(const source *s, size_t offset) {
    uint64_t bits = get_bits(s, offset, sizeof bits);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static void get_floats(const source *s, size_t offset, size_t count, double *out) {
    for (size_t i = 0; i < count; i++) {
        out[i] = get_float(s, offset + i * sizeof(float));
    }
}

static void get_doubles(const source *s, size_t offset, size_t count, double *out) {
    for (size_t i = 0; i < count; i++) {
        out[i] = get_double(s, offset + i * sizeof(double));
    }
}

static void read_first(const source *s, fields *f) {
    for (size_t i = 0; i < 8; i++) {
        f->dim[i] = get_short(s, offsetof(nifti_1_header, dim) + i * sizeof(int16_t));
    }
    get_floats(s, offsetof(nifti_1_header, pixdim), 8, f->pixdim);
    get_floats(s, offsetof(nifti_1_header, quatern_b), 3, f->quatern);
    get_floats(s, offsetof(nifti_1_header, qoffset_x), 3, f->offset);
    get_floats(s, offsetof(nifti_1_header, srow_x), 12, f->srow[0]);
    f->data_offset = get_float(s, offsetof(nifti_1_header, vox_offset));
    f->slope = get_float(s, offsetof(nifti_1_header, scl_slope));
    f->intercept = get_float(s, offsetof(nifti_1_header, scl_inter));
    f->datatype = get_short(s, offsetof(nifti_1_header, datatype));
    f->qform_code = get_short(s, offsetof(nifti_1_header, qform_code));
    f->sform_code = get_short(s, offsetof(nifti_1_header, sform_code));
    f->units = s->bytes[offsetof(nifti_1_header, xyzt_units)];
}

static void read_second(const source *s, fields *f) {
    for (size_t i = 0; i < 8; i++) {
        f->dim[i] = get_long(s, offsetof(nifti_2_header, dim) + i * sizeof(int64_t));
    }
    get_doubles(s, offsetof(nifti_2_header, pixdim), 8, f->pixdim);
    get_doubles(s, offsetof(nifti_2_header, quatern_b), 3, f->quatern);
    get_doubles(s, offsetof(nifti_2_header, qoffset_x), 3, f->offset);
    get_doubles(s, offsetof(nifti_2_header, srow_x), 12, f->srow[0]);
    f->data_offset = get_long(s, offsetof(nifti_2_header, vox_offset));
    f->slope = get_double(s, offsetof(nifti_2_header, scl_slope));
    f->intercept = get_double(s, offsetof(nifti_2_header, scl_inter));
    f->datatype = get_short(s, offsetof(nifti_2_header, datatype));
    f->qform_code = get_int(s, offsetof(nifti_2_header, qform_code));
    f->sform_code = get_int(s, offsetof(nifti_2_header, sform_code));
    f->units = get_int(s, offsetof(nifti_2_header, xyzt_units));
}

/* Version and byte order by the size that a header begins with. */
static int recognise(const uint8_t *bytes, size_t size, bool *swapped) {
    if (size < sizeof(nifti_1_header)) {
        return 0;
    }
    for (int turn = 0; turn < 2; turn++) {
        *swapped = turn == 1;
        const source s = {bytes, *swapped};
        int header_size = get_int(&s, 0);
        const uint8_t *first = bytes + offsetof(nifti_1_header, magic);
        const uint8_t *second = bytes + offsetof(nifti_2_header, magic);
        if (header_size == (int)sizeof(nifti_1_header) &&
            (memcmp(first, "n+1", MAGIC_SIZE) == 0 || memcmp(first, "ni1", MAGIC_SIZE) == 0)) {
            return 1;
        }
        if (header_size == (int)sizeof(nifti_2_header) && size >= sizeof(nifti_2_header) &&
            (memcmp(second, "n+2", MAGIC_SIZE) == 0 || memcmp(second, "ni2", MAGIC_SIZE) == 0)) {
            return 2;
        }
    }
    return 0;
}

int nifti_header_version(const uint8_t *bytes, size_t size) {
    bool swapped;
    return recognise(bytes, size, &swapped);
}

static bool read_size(const fields *f, nifti_header *out, myo_error *err) {
    if (!(f->dim[0] >= 1.0) || f->dim[0] > 7.0) {
        return myo_error_set(err, MYO_E_FORMAT, "the NIfTI header has %g dimensions", f->dim[0]);
    }
    for (int i = 0; i < 7; i++) {
        double size = i < (int)f->dim[0] ? f->dim[i + 1] : 1.0;
        if (!(size >= 1.0)) {
            return myo_error_set(err, MYO_E_FORMAT, "the NIfTI header has a size of %g", size);
        }
        if (i >= 3 && size > 1.0) {
            return myo_error_set(err, MYO_E_UNSUPPORTED,
                                 "holds %g volumes; a label map has one (save one volume)", size);
        }
        if (i < 3 && size > (double)NIFTI_SIDE_MAX) {
            return myo_error_set(err, MYO_E_RANGE, "a size of %g voxels is more than %d", size,
                                 NIFTI_SIDE_MAX);
        }
        if (i < 3) {
            out->size[i] = (size_t)size;
        }
    }
    return true;
}

static bool read_type(const fields *f, nifti_header *out, myo_error *err) {
    static const struct {
        int datatype;
        size_t bytes;
    } types[] = {{NIFTI_TYPE_UINT8, 1},  {NIFTI_TYPE_INT8, 1},   {NIFTI_TYPE_INT16, 2},
                 {NIFTI_TYPE_UINT16, 2}, {NIFTI_TYPE_INT32, 4},  {NIFTI_TYPE_UINT32, 4},
                 {NIFTI_TYPE_INT64, 8},  {NIFTI_TYPE_UINT64, 8}, {NIFTI_TYPE_FLOAT32, 4},
                 {NIFTI_TYPE_FLOAT64, 8}};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (types[i].datatype == f->datatype) {
            out->datatype = f->datatype;
            out->bytes_per_voxel = types[i].bytes;
            return true;
        }
    }
    return myo_error_set(err, MYO_E_UNSUPPORTED,
                         "NIfTI voxels of type %d (complex, colour or unknown) are no labels",
                         f->datatype);
}

/* --- Orientation ------------------------------------------------------------------------------ */

static double norm(myo_vec3 v) {
    return sqrt(myo_vec3_dot(v, v));
}

/* Columns of the affine (RAS) as steps and origin in LPS. */
static void set_affine(const double affine[3][4], double mm_per_unit, nifti_header *out) {
    myo_vec3 columns[4];
    for (int i = 0; i < 4; i++) {
        columns[i] = (myo_vec3){-affine[0][i] * mm_per_unit, -affine[1][i] * mm_per_unit,
                                affine[2][i] * mm_per_unit};
    }
    memcpy(out->step_mm, columns, sizeof out->step_mm);
    out->origin_mm = columns[3];
}

/* nifti1.h, method 2: the rotation of a unit quaternion, spacings, and the sign of the third. */
static void affine_of_quaternion(const fields *f, double affine[3][4]) {
    double b = f->quatern[0], c = f->quatern[1], d = f->quatern[2];
    double square = 1.0 - (b * b + c * c + d * d), a = 0.0;
    if (square > (double)FLT_EPSILON) {
        a = sqrt(square);
    } else { /* a turn by 180 degrees, up to rounding */
        double length = sqrt(b * b + c * c + d * d);
        b /= length;
        c /= length;
        d /= length;
    }
    const double rotation[3][3] = {
        {a * a + b * b - c * c - d * d, 2.0 * (b * c - a * d), 2.0 * (b * d + a * c)},
        {2.0 * (b * c + a * d), a * a + c * c - b * b - d * d, 2.0 * (c * d - a * b)},
        {2.0 * (b * d - a * c), 2.0 * (c * d + a * b), a * a + d * d - b * b - c * c}};
    for (int row = 0; row < 3; row++) {
        for (int i = 0; i < 3; i++) {
            double spacing = f->pixdim[i + 1] * (i == 2 && f->pixdim[0] < 0.0 ? -1.0 : 1.0);
            affine[row][i] = rotation[row][i] * spacing;
        }
        affine[row][3] = f->offset[row];
    }
}

static bool check_affine(const nifti_header *h, myo_error *err) {
    double lengths = 1.0;
    bool usable = fabs(h->origin_mm.x) < POSITION_MAX_MM &&
                  fabs(h->origin_mm.y) < POSITION_MAX_MM && fabs(h->origin_mm.z) < POSITION_MAX_MM;
    for (int i = 0; i < 3; i++) {
        double length = norm(h->step_mm[i]);
        usable = usable && length >= SPACING_MIN_MM && length <= SPACING_MAX_MM;
        lengths *= length;
    }
    myo_vec3 a = h->step_mm[0], b = h->step_mm[1];
    myo_vec3 cross = {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
    usable = usable && fabs(myo_vec3_dot(cross, h->step_mm[2])) > LEAST_FLATNESS * lengths;
    return usable || myo_error_set(err, MYO_E_FORMAT,
                                   "the orientation in the NIfTI header makes no sense (voxels "
                                   "without volume, or far away)");
}

/* An sform of a template says where the voxel would lie in another body. */
static bool is_template(int code) {
    return code == NIFTI_XFORM_TALAIRACH || code == NIFTI_XFORM_MNI_152;
}

static bool read_orientation(const fields *f, nifti_header *out, myo_error *err) {
    static const double millimetres[] = {1.0, MM_PER_METRE, 1.0, MM_PER_MICRON};
    int unit = XYZT_TO_SPACE(f->units);
    double mm_per_unit = unit < 4 ? millimetres[unit] : 1.0;
    double affine[3][4];
    bool has_qform = f->qform_code > 0;
    if (f->sform_code > 0 && !(has_qform && is_template(f->sform_code))) {
        memcpy(affine, f->srow, sizeof affine);
    } else if (has_qform) {
        affine_of_quaternion(f, affine);
    } else {
        return myo_error_set(err, MYO_E_MISSING,
                             "neither sform nor qform: it is not known where left is (save it "
                             "with the orientation of its image)");
    }
    set_affine((const double(*)[4])affine, mm_per_unit, out);
    return check_affine(out, err);
}

bool nifti_header_parse(const uint8_t *bytes, size_t size, nifti_header *out, myo_error *err) {
    fields f;
    source s = {.bytes = bytes};
    int version = recognise(bytes, size, &s.swapped);
    if (version == 0) {
        return myo_error_set(err, MYO_E_FORMAT, "no NIfTI file");
    }
    const uint8_t *magic =
        bytes + (version == 1 ? offsetof(nifti_1_header, magic) : offsetof(nifti_2_header, magic));
    if (magic[1] != '+') {
        return myo_error_set(err, MYO_E_UNSUPPORTED,
                             "a pair of .hdr and .img files; save it as .nii or .nii.gz");
    }
    version == 1 ? read_first(&s, &f) : read_second(&s, &f);
    *out = (nifti_header){
        .header_size = version == 1 ? sizeof(nifti_1_header) : sizeof(nifti_2_header),
        .swapped = s.swapped,
        .slope = 1.0,
    };
    if (f.slope != 0.0 && isfinite(f.slope) && isfinite(f.intercept)) {
        out->slope = f.slope;
        out->intercept = f.intercept;
    }
    if (!(f.data_offset >= (double)out->header_size) || f.data_offset > (double)INT32_MAX) {
        return myo_error_set(err, MYO_E_FORMAT, "the NIfTI header says that voxels begin at %g",
                             f.data_offset);
    }
    out->data_offset = (uint64_t)f.data_offset;
    return read_size(&f, out, err) && read_type(&f, out, err) && read_orientation(&f, out, err);
}
