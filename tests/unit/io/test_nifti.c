/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NIfTI files read back by niftiio: where each voxel lies, and what it holds. */
#include "cmocka_all.h"

#include "base/file.h"
#include "io/nifti.h"

#include <math.h>
#include <nifti1_io.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COLUMNS 5
#define ROWS 3
#define DEGREE (3.14159265358979323846 / 180.0)
/* float32 coordinates of some 100 mm are good to 1e-5 mm. */
#define POSITION_EPSILON_MM 1e-4

/* An axial slice tilted by 20 degrees about the left-right axis, turned by 5 degrees in its plane,
 * with unequal spacings. */
static myo_geometry tilted(void) {
    double tilt = 20.0 * DEGREE, turn = 5.0 * DEGREE;
    myo_vec3 across = {1.0, 0.0, 0.0}, down = {0.0, cos(tilt), -sin(tilt)};
    myo_geometry g = {.columns = COLUMNS,
                      .rows = ROWS,
                      .column_spacing_mm = 0.4,
                      .row_spacing_mm = 0.7,
                      .thickness_mm = 4.0,
                      .position_mm = {-90.5, -120.25, -431.125}};
    g.row_cosine = (myo_vec3){across.x * cos(turn), down.y * sin(turn), down.z * sin(turn)};
    g.column_cosine = (myo_vec3){-across.x * sin(turn), down.y * cos(turn), down.z * cos(turn)};
    return g;
}

static myo_labels *create_labels(const myo_geometry *g, uint16_t first) {
    myo_labels *labels;
    assert_true(myo_labels_create(g, &labels, NULL));
    for (size_t i = 0; i < COLUMNS * ROWS; i++) {
        myo_labels_get_pixels(labels)[i] = (uint16_t)(first + i);
    }
    return labels;
}

/* The world position that `affine` gives must be that of the geometry, with x and y reversed. */
static void assert_position(const mat44 *affine, const myo_geometry *g, int column, int row,
                            int slice) {
    myo_vec3 lps = myo_geometry_to_patient(g, column, row);
    double expected[3] = {-lps.x, -lps.y, lps.z};
    for (int axis = 0; axis < 3; axis++) {
        const float *m = affine->m[axis];
        double world =
            (double)m[0] * column + (double)m[1] * row + (double)m[2] * slice + (double)m[3];
        assert_float_equal(world, expected[axis], POSITION_EPSILON_MM);
    }
}

static nifti_image *read_back(const char *path) {
    nifti_set_debug_level(0);
    nifti_image *volume = nifti_image_read(path, 1);
    assert_non_null(volume);
    unlink(path);
    return volume;
}

static void keeps_voxels_and_positions_of_a_tilted_slice(void **state) {
    (void)state;
    myo_geometry g = tilted();
    myo_labels *labels = create_labels(&g, 5101);
    myo_error err = {0};
    assert_true(myo_nifti_write_labels("test_nifti.nii.gz", labels, &err));
    nifti_image *volume = read_back("test_nifti.nii.gz");
    assert_int_equal(volume->datatype, DT_UINT16);
    assert_int_equal(volume->nx, COLUMNS);
    assert_int_equal(volume->ny, ROWS);
    assert_int_equal(volume->nz, 1);
    assert_float_equal(volume->dx, 0.4, 1e-6);
    assert_float_equal(volume->dy, 0.7, 1e-6);
    assert_float_equal(volume->dz, 4.0, 1e-6);
    assert_int_equal(volume->xyz_units, NIFTI_UNITS_MM);
    assert_int_equal(volume->sform_code, NIFTI_XFORM_SCANNER_ANAT);
    assert_int_equal(volume->qform_code, NIFTI_XFORM_SCANNER_ANAT);
    for (int row = 0; row < ROWS; row++) {
        for (int column = 0; column < COLUMNS; column++) {
            assert_position(&volume->sto_xyz, &g, column, row, 0);
            assert_position(&volume->qto_xyz, &g, column, row, 0);
        }
    }
    /* The next slice would lie 4 mm along the normal. */
    myo_geometry next = g;
    myo_vec3 n = myo_geometry_normal(&g);
    next.position_mm = (myo_vec3){g.position_mm.x + 4.0 * n.x, g.position_mm.y + 4.0 * n.y,
                                  g.position_mm.z + 4.0 * n.z};
    assert_position(&volume->sto_xyz, &next, 2, 1, 1);
    assert_position(&volume->qto_xyz, &next, 2, 1, 1);
    assert_memory_equal(volume->data, myo_labels_get_const_pixels(labels),
                        COLUMNS * ROWS * sizeof(uint16_t));
    nifti_image_free(volume);
    myo_labels_destroy(labels);
}

static void writes_images_as_floats_without_compression(void **state) {
    (void)state;
    myo_geometry g = tilted();
    g.thickness_mm = 0.0;
    myo_image *image;
    assert_true(myo_image_create(&g, &image, NULL));
    for (size_t i = 0; i < COLUMNS * ROWS; i++) {
        myo_image_get_pixels(image)[i] = (float)i * 0.25f - 1.0f;
    }
    assert_true(myo_nifti_write_image("test_nifti_image.nii", image, NULL));
    char *bytes = NULL;
    size_t size = 0;
    assert_true(myo_file_read("test_nifti_image.nii", 1 << 20, &bytes, &size, NULL));
    assert_int_equal(size, 352 + COLUMNS * ROWS * sizeof(float));
    free(bytes);
    nifti_image *volume = read_back("test_nifti_image.nii");
    assert_int_equal(volume->datatype, DT_FLOAT32);
    assert_float_equal(volume->dz, 1.0, 0.0);
    assert_memory_equal(volume->data, myo_image_get_const_pixels(image),
                        COLUMNS * ROWS * sizeof(float));
    nifti_image_free(volume);
    myo_image_destroy(image);
}

static void gives_the_same_bytes_again(void **state) {
    (void)state;
    myo_geometry g = tilted();
    myo_labels *labels = create_labels(&g, 1);
    char *bytes[2];
    size_t size[2];
    for (int i = 0; i < 2; i++) {
        assert_true(myo_nifti_write_labels("test_nifti_same.nii.gz", labels, NULL));
        assert_true(myo_file_read("test_nifti_same.nii.gz", 1 << 20, &bytes[i], &size[i], NULL));
    }
    assert_int_equal(size[0], size[1]);
    assert_memory_equal(bytes[0], bytes[1], size[0]);
    assert_memory_equal(bytes[0] + 4, "\0\0\0\0", 4); /* gzip: no modification time */
    free(bytes[0]);
    free(bytes[1]);
    unlink("test_nifti_same.nii.gz");
    myo_labels_destroy(labels);
}

#define SLICES 3

/* Makes slices whose positions differ by `step`. */
static void create_stack(myo_labels *slices[SLICES], myo_geometry geometry[SLICES], myo_vec3 step) {
    for (int i = 0; i < SLICES; i++) {
        geometry[i] = tilted();
        geometry[i].position_mm.x += i * step.x;
        geometry[i].position_mm.y += i * step.y;
        geometry[i].position_mm.z += i * step.z;
        slices[i] = create_labels(&geometry[i], (uint16_t)(100 * i));
    }
}

static void check_stack(myo_vec3 step, int qform_code) {
    myo_labels *slices[SLICES];
    myo_geometry geometry[SLICES];
    create_stack(slices, geometry, step);
    myo_error err = {0};
    assert_true(myo_nifti_write_label_stack("test_nifti_stack.nii.gz",
                                            (const myo_labels *const *)slices, SLICES, &err));
    nifti_image *volume = read_back("test_nifti_stack.nii.gz");
    assert_int_equal(volume->nz, SLICES);
    assert_int_equal(volume->qform_code, qform_code);
    for (int slice = 0; slice < SLICES; slice++) {
        assert_position(&volume->sto_xyz, &geometry[slice], 4, 2, slice);
        if (qform_code) {
            assert_position(&volume->qto_xyz, &geometry[slice], 4, 2, slice);
        }
        assert_memory_equal((uint16_t *)volume->data + slice * COLUMNS * ROWS,
                            myo_labels_get_const_pixels(slices[slice]),
                            COLUMNS * ROWS * sizeof(uint16_t));
        myo_labels_destroy(slices[slice]);
    }
    nifti_image_free(volume);
}

static void writes_stacks_in_either_direction_and_sheared(void **state) {
    (void)state;
    myo_geometry g = tilted();
    myo_vec3 n = myo_geometry_normal(&g);
    check_stack((myo_vec3){4.4 * n.x, 4.4 * n.y, 4.4 * n.z}, NIFTI_XFORM_SCANNER_ANAT);
    check_stack((myo_vec3){-4.4 * n.x, -4.4 * n.y, -4.4 * n.z}, NIFTI_XFORM_SCANNER_ANAT);
    /* Straight upwards, which is not the normal of a tilted slice. */
    check_stack((myo_vec3){0.0, 0.0, 4.4}, NIFTI_XFORM_UNKNOWN);
}

static void refuses_uneven_stacks_and_missing_geometry(void **state) {
    (void)state;
    myo_labels *slices[SLICES];
    myo_geometry geometry[SLICES];
    create_stack(slices, geometry, (myo_vec3){0.0, 0.0, 4.4});
    myo_labels *wrong[SLICES] = {slices[0], slices[2], slices[1]};
    myo_error err = {0};
    assert_false(
        myo_nifti_write_label_stack("bad.nii.gz", (const myo_labels *const *)wrong, SLICES, &err));
    assert_int_equal(err.code, MYO_E_UNSUPPORTED);
    assert_int_equal(access("bad.nii.gz", F_OK), -1);
    for (int i = 0; i < SLICES; i++) {
        myo_labels_destroy(slices[i]);
    }

    myo_geometry no_spacing = tilted(), no_orientation = tilted();
    no_spacing.row_spacing_mm = 0.0;
    no_orientation.row_cosine = (myo_vec3){0.0, 0.0, 0.0};
    const myo_geometry *bad[] = {&no_spacing, &no_orientation};
    for (int i = 0; i < 2; i++) {
        myo_labels *labels = create_labels(bad[i], 1);
        err = (myo_error){0};
        assert_false(myo_nifti_write_labels("bad.nii.gz", labels, &err));
        assert_int_equal(err.code, MYO_E_MISSING);
        assert_int_equal(access("bad.nii.gz", F_OK), -1);
        myo_labels_destroy(labels);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_voxels_and_positions_of_a_tilted_slice),
        cmocka_unit_test(writes_images_as_floats_without_compression),
        cmocka_unit_test(gives_the_same_bytes_again),
        cmocka_unit_test(writes_stacks_in_either_direction_and_sheared),
        cmocka_unit_test(refuses_uneven_stacks_and_missing_geometry),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
