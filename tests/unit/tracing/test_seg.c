/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DICOM SEG put together element by element: which file is one, frames of reference, sources. */
#include "builder.h"

#include <math.h>
#include <myotome/tracing.h>

#define CLASS_SEGMENTATION "1.2.840.10008.5.1.4.1.1.66.4"
#define NAME "seg"

static void put_code(builder *b, unsigned sequence, const char *value, const char *scheme,
                     const char *modifier) {
    begin_group(b, sequence);
    put_text(b, 0x00080100u, "SH", value);
    put_text(b, 0x00080102u, "SH", scheme);
    if (modifier) {
        begin_group(b, 0x00620011u);
        put_text(b, 0x00080100u, "SH", modifier);
        put_text(b, 0x00080102u, "SH", "SCT");
        end_group(b);
    }
    end_group(b);
}

static void put_segment(builder *b, unsigned number, const char *label, const char *code,
                        const char *side) {
    begin_item(b);
    put_unsigned(b, 0x00620004u, number);
    put_text(b, 0x00620005u, "LO", label);
    put_code(b, 0x0062000fu, code, "SCT", side);
    end_item(b);
}

static void put_frame(builder *b, unsigned segment, const char *position, const char *source) {
    begin_item(b);
    begin_group(b, 0x00089124u);
    begin_group(b, 0x00082112u);
    put_text(b, 0x00081155u, "UI", source);
    end_group(b);
    end_group(b);
    begin_group(b, 0x00209113u);
    put_text(b, 0x00200032u, "DS", position);
    end_group(b);
    begin_group(b, 0x0062000au);
    put_unsigned(b, 0x0062000bu, segment);
    end_group(b);
    end_item(b);
}

/* Two planes of 4 x 3 pixels at z = 10 and 20 with two segments; `bits` are the 48 pixels. */
static builder *build_seg(const char *syntax, bool undefined, const uint8_t bits[6]) {
    builder *b = build(syntax, undefined);
    put_identity(b, CLASS_SEGMENTATION, "DERIVED\\PRIMARY", "SEG", "1.2.3.4");
    put_text(b, 0x00200052u, "UI", "1.2.3.77");
    put_unsigned(b, 0x00280002u, 1);
    put_text(b, 0x00280004u, "CS", "MONOCHROME2");
    put_text(b, 0x00280008u, "IS", "4");
    put_unsigned(b, 0x00280010u, 3);
    put_unsigned(b, 0x00280011u, 4);
    put_unsigned(b, 0x00280100u, 1);
    put_unsigned(b, 0x00280101u, 1);
    put_unsigned(b, 0x00280102u, 0);
    put_unsigned(b, 0x00280103u, 0);
    put_text(b, 0x00620001u, "CS", "BINARY");
    begin_sequence(b, 0x00620002u);
    put_segment(b, 1, "first", "5709001", "7771000");
    put_segment(b, 2, "psoas right", "91727004", NULL);
    end_sequence(b);
    begin_group(b, 0x52009229u);
    begin_group(b, 0x00209116u);
    put_text(b, 0x00200037u, "DS", "1\\0\\0\\0\\1\\0");
    end_group(b);
    begin_group(b, 0x00289110u);
    put_text(b, 0x00180050u, "DS", "10");
    put_text(b, 0x00280030u, "DS", "2\\2");
    end_group(b);
    end_group(b);
    begin_sequence(b, 0x52009230u);
    put_frame(b, 1, "-4\\0\\10", "1.2.8.1");
    put_frame(b, 1, "-4\\0\\20", "1.2.8.2");
    put_frame(b, 2, "-4\\0\\10", "1.2.8.1");
    put_frame(b, 2, "-4\\0\\20", "1.2.8.2");
    end_sequence(b);
    put_head(b, 0x7fe00010u, b->implicit ? "OW" : "OB", 6);
    put_bytes(b, bits, 6);
    return b;
}

static const char *seg_path(const char *folder) {
    static char path[FIXTURE_PATH_SIZE];
    snprintf(path, sizeof path, "%s/%s", folder, NAME);
    return path;
}

static const char *write_seg(const char *folder, const char *syntax, bool undefined) {
    /* 12 pixels a frame: the second and the fourth begin within a byte. Frame 1: pixels 0 and 11;
     * frame 2: all; frame 3: pixel 1; frame 4: none. */
    static const uint8_t bits[6] = {0x01, 0xf8, 0xff, 0x02, 0x00, 0x00};
    write_built(folder, NAME, build_seg(syntax, undefined, bits), CLASS_SEGMENTATION, syntax);
    return seg_path(folder);
}

static myo_geometry slice_at(double z) {
    return (myo_geometry){.columns = 4,
                          .rows = 3,
                          .column_spacing_mm = 2.0,
                          .row_spacing_mm = 2.0,
                          .position_mm = {-4.0, 0.0, z},
                          .row_cosine = {1.0, 0.0, 0.0},
                          .column_cosine = {0.0, 1.0, 0.0}};
}

static void draws_frames_of_its_plane(void **state) {
    const char *folder = *state;
    static const char *const syntaxes[] = {SYNTAX_IMPLICIT, SYNTAX_EXPLICIT, SYNTAX_DEFLATED};
    static const uint16_t first[12] = {5101, 5122, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5101};
    for (size_t i = 0; i < 6; i++) {
        const char *path = write_seg(folder, syntaxes[i / 2], i % 2);
        myo_tracing *tracing = NULL;
        myo_tracing_drawn drawn;
        myo_geometry g = slice_at(10.0);
        const myo_tracing_grid grid = {.geometry = &g, .frame_of_reference_uid = "1.2.3.77"};
        assert_true(myo_tracing_is_file(path));
        assert_true(myo_tracing_open(path, NULL, &tracing, NULL));
        assert_int_equal(myo_tracing_get_format(tracing), MYO_TRACING_SEG);
        assert_true(myo_tracing_draw(tracing, &grid, &drawn, NULL));
        assert_memory_equal(myo_labels_get_const_pixels(drawn.labels), first, sizeof first);
        assert_string_equal(drawn.notes, "");
        myo_tracing_drawn_clear(&drawn);
        g = slice_at(20.0);
        assert_true(myo_tracing_draw(tracing, &grid, &drawn, NULL));
        for (size_t k = 0; k < 12; k++) {
            assert_int_equal(myo_labels_get_const_pixels(drawn.labels)[k], 5101);
        }
        myo_tracing_drawn_clear(&drawn);
        myo_tracing_destroy(tracing);
    }
}

static void knows_where_it_was_drawn(void **state) {
    const char *path = write_seg(*state, SYNTAX_EXPLICIT, false);
    myo_tracing *tracing = NULL;
    assert_true(myo_tracing_open(path, NULL, &tracing, NULL));
    assert_string_equal(myo_tracing_get_frame_of_reference_uid(tracing), "1.2.3.77");
    assert_int_equal(myo_tracing_get_source_count(tracing), 2);
    assert_string_equal(myo_tracing_get_source_uid(tracing, 0), "1.2.8.1");
    assert_string_equal(myo_tracing_get_source_uid(tracing, 1), "1.2.8.2");
    myo_tracing_plane plane;
    assert_true(myo_tracing_find_plane(tracing, &plane, NULL));
    assert_int_equal(plane.plane_count, 2);
    assert_int_equal(plane.labelled_pixels, 12);
    assert_true(fabs(plane.point_mm.x - -1.0) < 1e-9 && fabs(plane.point_mm.y - 2.0) < 1e-9 &&
                fabs(plane.point_mm.z - 20.0) < 1e-9);
    myo_tracing_destroy(tracing);
}

static void refuses_another_frame_of_reference(void **state) {
    const char *path = write_seg(*state, SYNTAX_EXPLICIT, false);
    myo_tracing *tracing = NULL;
    myo_tracing_drawn drawn;
    myo_error err = {0};
    myo_geometry g = slice_at(10.0);
    const myo_tracing_grid grid = {.geometry = &g, .frame_of_reference_uid = "1.2.3.78"};
    assert_true(myo_tracing_open(path, NULL, &tracing, NULL));
    assert_false(myo_tracing_draw(tracing, &grid, &drawn, &err));
    assert_int_equal(err.code, MYO_E_ARGUMENT);
    assert_non_null(strstr(err.message, "drawn in another frame of reference"));
    myo_tracing_destroy(tracing);
}

static void is_told_apart_from_images(void **state) {
    const char *folder = *state;
    builder *b = build(SYNTAX_EXPLICIT, false);
    put_identity(b, CLASS_MR, "ORIGINAL\\PRIMARY", "MR", "1.2.3.4");
    put_layout(b, NULL);
    put_pixels(b, 1);
    write_built(folder, NAME, b, CLASS_MR, SYNTAX_EXPLICIT);
    assert_false(myo_tracing_is_file(seg_path(folder)));
}

/* Beginnings of the file are refused with a reason. */
#define STEP 7
static void survives_truncation(void **state) {
    const char *folder = *state;
    char *data = NULL;
    size_t size = 0;
    assert_true(
        myo_file_read(write_seg(folder, SYNTAX_EXPLICIT, true), 1 << 20, &data, &size, NULL));
    for (size_t length = 0; length < size; length += STEP) {
        myo_tracing *tracing = NULL;
        myo_error err = {0};
        write_bytes(folder, NAME, (const unsigned char *)data, length);
        assert_false(myo_tracing_open(seg_path(folder), NULL, &tracing, &err));
        assert_true(err.code != MYO_OK && err.message[0] != '\0');
    }
    free(data);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(draws_frames_of_its_plane, create_folder, remove_folder),
        cmocka_unit_test_setup_teardown(knows_where_it_was_drawn, create_folder, remove_folder),
        cmocka_unit_test_setup_teardown(refuses_another_frame_of_reference, create_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(is_told_apart_from_images, create_folder, remove_folder),
        cmocka_unit_test_setup_teardown(survives_truncation, create_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
