/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * NIfTI-1 files. niftiio makes the header (quaternion, units, byte layout); header and voxels are
 * put together in memory, compressed with a gzip header without time stamp, and written at once,
 * so that a file is complete or absent and its bytes depend on the input only. niftiio's own
 * writer would do neither, and it reports its errors on stderr.
 */
#define ZLIB_CONST /* zlib then promises not to write to its input */

#include "io/nifti.h"

#include "base/file.h"
#include "base/memory.h"

#include <math.h>
#include <nifti1_io.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* Third spacing where the slice thickness is not known, mm. */
#define UNKNOWN_THICKNESS_MM 1.0

/* Positions of slices may differ from equal steps, and cosines from each other, by the rounding of
 * decimal strings in DICOM (16 characters, often cut to 4 decimals or fewer by exporters). */
#define POSITION_TOLERANCE_MM 0.01
#define COSINE_TOLERANCE 1e-4

/* deflateInit2: 15 bits of window (the greatest), and 16 to wrap the data in a gzip header. */
#define GZIP_WINDOW_BITS (15 + 16)
#define GZIP_MEMORY_LEVEL 8

/* Four bytes behind the header say that no extensions follow. */
#define EXTENDER_SIZE 4

static bool check_geometry(const char *path, const myo_geometry *g, myo_error *err) {
    if (!(g->column_spacing_mm > 0.0) || !(g->row_spacing_mm > 0.0)) {
        return myo_error_set(err, MYO_E_MISSING, "%s: the slice has no pixel spacing", path);
    }
    myo_vec3 normal = myo_geometry_normal(g);
    if (fabs(myo_vec3_dot(normal, normal) - 1.0) > COSINE_TOLERANCE) {
        return myo_error_set(err, MYO_E_MISSING, "%s: the slice has no valid orientation", path);
    }
    return true;
}

/* Sets one column of the affine from an LPS vector: RAS has x and y reversed. */
static void set_column(mat44 *matrix, int column, myo_vec3 lps, double factor) {
    matrix->m[0][column] = (float)(-lps.x * factor);
    matrix->m[1][column] = (float)(-lps.y * factor);
    matrix->m[2][column] = (float)(lps.z * factor);
}

/* The affine of a volume that starts with slice `g` and goes on by `slice_step` (LPS, mm). */
static mat44 make_affine(const myo_geometry *g, myo_vec3 slice_step) {
    mat44 affine = {{{0.0f}}};
    set_column(&affine, 0, g->row_cosine, g->column_spacing_mm);
    set_column(&affine, 1, g->column_cosine, g->row_spacing_mm);
    set_column(&affine, 2, slice_step, 1.0);
    set_column(&affine, 3, g->position_mm, 1.0);
    affine.m[3][3] = 1.0f;
    return affine;
}

static nifti_1_header make_header(const myo_geometry *g, size_t slices, myo_vec3 slice_step,
                                  int datatype) {
    nifti_image volume;
    memset(&volume, 0, sizeof volume);
    volume.nifti_type = NIFTI_FTYPE_NIFTI1_1;
    volume.ndim = volume.dim[0] = 3;
    volume.nx = volume.dim[1] = (int)g->columns;
    volume.ny = volume.dim[2] = (int)g->rows;
    volume.nz = volume.dim[3] = (int)slices;
    volume.nt = volume.nu = volume.nv = volume.nw = 1;
    volume.nvox = g->columns * g->rows * slices;
    volume.datatype = datatype;
    nifti_datatype_sizes(datatype, &volume.nbyper, &volume.swapsize);
    volume.scl_slope = 1.0f;
    volume.xyz_units = NIFTI_UNITS_MM;
    volume.sform_code = NIFTI_XFORM_SCANNER_ANAT;
    volume.sto_xyz = make_affine(g, slice_step);
    nifti_mat44_to_quatern(volume.sto_xyz, &volume.quatern_b, &volume.quatern_c, &volume.quatern_d,
                           &volume.qoffset_x, &volume.qoffset_y, &volume.qoffset_z, &volume.dx,
                           &volume.dy, &volume.dz, &volume.qfac);
    double along_normal = fabs(myo_vec3_dot(slice_step, myo_geometry_normal(g)));
    double length = sqrt(myo_vec3_dot(slice_step, slice_step));
    bool sheared =
        sqrt(fmax(length * length - along_normal * along_normal, 0.0)) > POSITION_TOLERANCE_MM;
    volume.qform_code = sheared ? NIFTI_XFORM_UNKNOWN : NIFTI_XFORM_SCANNER_ANAT;
    /* The spacings as given, instead of the lengths of rounded columns. */
    volume.pixdim[0] = volume.qfac;
    volume.pixdim[1] = volume.dx = (float)g->column_spacing_mm;
    volume.pixdim[2] = volume.dy = (float)g->row_spacing_mm;
    volume.pixdim[3] = volume.dz = (float)along_normal;
    volume.iname_offset = (int)(sizeof(nifti_1_header) + EXTENDER_SIZE);
    return nifti_convert_nim2nhdr(&volume);
}

/* Compresses into a new buffer, which the caller frees. */
static bool compress_gzip(const unsigned char *data, size_t size, unsigned char **out,
                          size_t *out_size, myo_error *err) {
    z_stream stream = {0};
    if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_WINDOW_BITS,
                     GZIP_MEMORY_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK) {
        return myo_error_set(err, MYO_E_MEMORY, "out of memory");
    }
    /* The bound is enough for all data in one call; sizes are below 4 GB by MYO_IMAGE_SIDE_MAX
     * for one slice, and checked for a stack. */
    size_t room = deflateBound(&stream, size);
    unsigned char *packed = myo_alloc_array(room, 1, err);
    bool done = packed != NULL;
    if (done) {
        stream.next_in = data;
        stream.avail_in = (uInt)size;
        stream.next_out = packed;
        stream.avail_out = (uInt)room;
        done = deflate(&stream, Z_FINISH) == Z_STREAM_END ||
               myo_error_set(err, MYO_E_INTERNAL, "zlib did not finish compressing");
    }
    *out_size = stream.total_out;
    deflateEnd(&stream);
    if (done) {
        *out = packed;
    } else {
        free(packed);
    }
    return done;
}

static bool write_volume(const char *path, const nifti_1_header *header, const void *voxels,
                         size_t voxel_bytes, myo_error *err) {
    size_t size = sizeof *header + EXTENDER_SIZE + voxel_bytes;
    unsigned char *content = myo_alloc_array(size, 1, err);
    if (!content) {
        return false;
    }
    memcpy(content, header, sizeof *header);
    memcpy(content + sizeof *header + EXTENDER_SIZE, voxels, voxel_bytes);
    unsigned char *packed = NULL;
    bool done = true;
    size_t length = strlen(path);
    if (length > 3 && strcmp(path + length - 3, ".gz") == 0) {
        done = compress_gzip(content, size, &packed, &size, err) ||
               myo_error_prefix(err, "%s: ", path);
    }
    done = done && myo_file_write(path, packed ? packed : content, size, err);
    free(packed);
    free(content);
    return done;
}

static bool write_slice(const char *path, const myo_geometry *g, int datatype, const void *pixels,
                        size_t pixel_bytes, myo_error *err) {
    if (!check_geometry(path, g, err)) {
        return false;
    }
    double thickness = g->thickness_mm > 0.0 ? g->thickness_mm : UNKNOWN_THICKNESS_MM;
    myo_vec3 step = myo_geometry_normal(g);
    step = (myo_vec3){step.x * thickness, step.y * thickness, step.z * thickness};
    nifti_1_header header = make_header(g, 1, step, datatype);
    return write_volume(path, &header, pixels, g->columns * g->rows * pixel_bytes, err);
}

bool myo_nifti_write_labels(const char *path, const myo_labels *labels, myo_error *err) {
    return write_slice(path, myo_labels_get_geometry(labels), DT_UINT16,
                       myo_labels_get_const_pixels(labels), sizeof(uint16_t), err);
}

bool myo_nifti_write_image(const char *path, const myo_image *image, myo_error *err) {
    return write_slice(path, myo_image_get_geometry(image), DT_FLOAT32,
                       myo_image_get_const_pixels(image), sizeof(float), err);
}

static myo_vec3 subtract(myo_vec3 a, myo_vec3 b) {
    return (myo_vec3){a.x - b.x, a.y - b.y, a.z - b.z};
}

static double norm(myo_vec3 a) {
    return sqrt(myo_vec3_dot(a, a));
}

/* True when `g` is the slice with number `index` of the volume that `first` and `step` span. */
static bool fits_stack(const myo_geometry *first, const myo_geometry *g, myo_vec3 step,
                       double index) {
    myo_vec3 expected = {first->position_mm.x + step.x * index,
                         first->position_mm.y + step.y * index,
                         first->position_mm.z + step.z * index};
    return g->columns == first->columns && g->rows == first->rows &&
           fabs(g->column_spacing_mm - first->column_spacing_mm) <= COSINE_TOLERANCE &&
           fabs(g->row_spacing_mm - first->row_spacing_mm) <= COSINE_TOLERANCE &&
           norm(subtract(g->row_cosine, first->row_cosine)) <= COSINE_TOLERANCE &&
           norm(subtract(g->column_cosine, first->column_cosine)) <= COSINE_TOLERANCE &&
           norm(subtract(g->position_mm, expected)) <= POSITION_TOLERANCE_MM;
}

bool myo_nifti_write_label_stack(const char *path, const myo_labels *const *slices, size_t count,
                                 myo_error *err) {
    if (count == 0) {
        return myo_error_set(err, MYO_E_ARGUMENT, "%s: a volume needs at least one slice", path);
    }
    if (count == 1) {
        return myo_nifti_write_labels(path, slices[0], err);
    }
    const myo_geometry *first = myo_labels_get_geometry(slices[0]);
    if (!check_geometry(path, first, err)) {
        return false;
    }
    myo_vec3 step =
        subtract(myo_labels_get_geometry(slices[count - 1])->position_mm, first->position_mm);
    double steps = (double)(count - 1);
    step = (myo_vec3){step.x / steps, step.y / steps, step.z / steps};
    bool fits = fabs(myo_vec3_dot(step, myo_geometry_normal(first))) > POSITION_TOLERANCE_MM;
    for (size_t i = 0; fits && i < count; i++) {
        fits = fits_stack(first, myo_labels_get_geometry(slices[i]), step, (double)i);
    }
    size_t pixels = first->columns * first->rows;
    if (!fits || count > INT16_MAX || pixels * sizeof(uint16_t) > UINT32_MAX / 2 / count) {
        return myo_error_set(err, MYO_E_UNSUPPORTED,
                             "%s: the slices are not parallel, equal in size and evenly spaced",
                             path);
    }
    uint16_t *voxels = myo_alloc_array(pixels * count, sizeof *voxels, err);
    if (!voxels) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        memcpy(voxels + i * pixels, myo_labels_get_const_pixels(slices[i]),
               pixels * sizeof *voxels);
    }
    nifti_1_header header = make_header(first, count, step, DT_UINT16);
    bool done = write_volume(path, &header, voxels, pixels * count * sizeof *voxels, err);
    free(voxels);
    return done;
}
