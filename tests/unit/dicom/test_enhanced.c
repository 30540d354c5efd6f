/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Enhanced images: each frame is an image like any other. And mosaics, which are refused. */
#include "builder.h"

#define NAME "image"
#define FRAMES 3

static const char *const positions[FRAMES] = {"1\\2\\30", "1\\2\\20", "1\\2\\25"};

static void put_shared_groups(builder *b, bool converted) {
    begin_group(b, 0x52009229u);
    if (converted) {
        begin_group(b, 0x00209170u);
        put_text(b, 0x00180080u, "DS", "4000");
        put_text(b, 0x00180020u, "CS", "SE");
        end_group(b);
    } else {
        begin_group(b, 0x00189112u);
        put_text(b, 0x00180080u, "DS", "4000");
        end_group(b);
    }
    begin_group(b, 0x00209116u);
    put_text(b, 0x00200037u, "DS", "1\\0\\0\\0\\1\\0");
    end_group(b);
    begin_group(b, 0x00289110u);
    put_text(b, 0x00180050u, "DS", "4");
    put_text(b, 0x00280030u, "DS", "0.5\\0.6");
    end_group(b);
    end_group(b);
}

static void put_frame_groups(builder *b, bool converted, size_t frames) {
    begin_sequence(b, 0x52009230u);
    for (size_t i = 0; i < frames; i++) {
        begin_item(b);
        begin_group(b, 0x00089124u); /* derived from another image, which lies elsewhere */
        put_text(b, 0x00200032u, "DS", "0\\0\\999");
        end_group(b);
        if (converted) {
            begin_group(b, 0x00209171u);
            put_text(b, 0x00180081u, "DS", "90");
            end_group(b);
        } else {
            begin_group(b, 0x00189114u);
            put_double(b, 0x00189082u, 90.0);
            end_group(b);
            begin_group(b, 0x00189226u);
            put_text(b, 0x00089007u, "CS", "ORIGINAL\\PRIMARY\\M\\SE");
            end_group(b);
        }
        begin_group(b, 0x00209113u);
        put_text(b, 0x00200032u, "DS", positions[i % FRAMES]);
        end_group(b);
        begin_group(b, 0x00289145u);
        put_text(b, 0x00281052u, "DS", "0");
        put_text(b, 0x00281053u, "DS", i == 1 ? "2" : "1");
        end_group(b);
        end_item(b);
    }
    end_sequence(b);
}

static void write_enhanced(const char *folder, const char *syntax, bool undefined,
                           const char *class_uid, const char *frames, size_t described) {
    bool converted = strcmp(class_uid, CLASS_LEGACY_MR) == 0;
    bool ct = strcmp(class_uid, CLASS_ENHANCED_CT) == 0;
    builder *b = build(syntax, undefined);
    put_identity(b, class_uid, "ORIGINAL\\PRIMARY\\M\\NONE", ct ? "CT" : "MR", "1.2.3.4");
    put_text(b, 0x00189008u, "CS", "SPIN");
    put_uids(b);
    put_layout(b, frames);
    put_shared_groups(b, converted);
    put_frame_groups(b, converted, described);
    put_pixels(b, FRAMES);
    write_built(folder, NAME, b, class_uid, syntax);
}

static void assert_frames(const char *folder, myo_modality modality) {
    static const size_t order[FRAMES] = {1, 2, 0}; /* from foot to head */
    myo_catalogue *catalogue = read_folder(folder);
    const myo_series *series = only_series(catalogue);
    assert_int_equal(series->modality, modality);
    assert_int_equal(series->plane, MYO_PLANE_AXIAL);
    assert_int_equal(series->instance_count, FRAMES);
    assert_int_equal(series->stack_count, 1);
    if (modality == MYO_MODALITY_MR) {
        assert_int_equal(series->weighting, MYO_WEIGHTING_T2);
        assert_float_equal(series->echo_time_ms, 90.0, 0.0);
        assert_float_equal(series->repetition_time_ms, 4000.0, 0.0);
    }
    for (size_t i = 0; i < FRAMES; i++) {
        const myo_instance *instance = &series->instances[i];
        assert_int_equal(instance->frame, order[i]);
        assert_int_equal(instance->frame_count, FRAMES);
        assert_int_equal(instance->instance_number, order[i] + 1);
        assert_string_equal(instance->sop_uid, "1.2.3.4");
        assert_float_equal(instance->geometry.position_mm.z, (double)(20 + 5 * i), 0.0);
        assert_float_equal(instance->geometry.row_spacing_mm, 0.5, 0.0);
        assert_float_equal(instance->geometry.thickness_mm, 4.0, 0.0);
        myo_image *image = NULL;
        myo_error err = {0};
        if (!myo_dicom_read_slice(instance, &image, NULL, &err)) {
            fail_msg("%s", err.message);
        }
        float slope = order[i] == 1 ? 2.0f : 1.0f;
        float stored = (float)(100 * (order[i] + 1) + 3);
        assert_float_equal(myo_image_get_const_pixels(image)[3], slope * stored, 0.0f);
        myo_image_destroy(image);
    }
    myo_catalogue_destroy(catalogue);
}

static void lists_the_frames_of_every_encoding(void **state) {
    static const char *const syntaxes[] = {SYNTAX_IMPLICIT, SYNTAX_EXPLICIT, SYNTAX_BIG_ENDIAN,
                                           SYNTAX_DEFLATED};
    for (size_t i = 0; i < 4; i++) {
        for (int undefined = 0; undefined < 2; undefined++) {
            write_enhanced(*state, syntaxes[i], undefined, CLASS_ENHANCED_MR, "3", FRAMES);
            assert_frames(*state, MYO_MODALITY_MR);
        }
    }
}

static void lists_the_frames_of_ct_and_of_converted_images(void **state) {
    write_enhanced(*state, SYNTAX_EXPLICIT, true, CLASS_LEGACY_MR, "3", FRAMES);
    assert_frames(*state, MYO_MODALITY_MR);
    write_enhanced(*state, SYNTAX_EXPLICIT, true, CLASS_ENHANCED_CT, "3", FRAMES);
    assert_frames(*state, MYO_MODALITY_CT);
}

static void refuses_frames_that_are_not_described(void **state) {
    write_enhanced(*state, SYNTAX_EXPLICIT, false, CLASS_ENHANCED_MR, "3", 2);
    assert_skipped(*state, MYO_E_FORMAT, "an enhanced image of 3 frames that describes 2 of them");
    write_enhanced(*state, SYNTAX_EXPLICIT, false, CLASS_ENHANCED_MR, "2000000000", FRAMES);
    assert_skipped(*state, MYO_E_FORMAT,
                   "an enhanced image of 2000000000 frames that describes 3 of them");
}

/* A copy of an enhanced file is one duplicate, however many frames it has. */
static void skips_a_copy_once(void **state) {
    char *bytes, path[FIXTURE_PATH_SIZE];
    size_t size;
    write_enhanced(*state, SYNTAX_EXPLICIT, true, CLASS_ENHANCED_MR, "3", FRAMES);
    path_of(*state, NAME, path);
    assert_true(myo_file_read(path, FIXTURE_FILE_MAX, &bytes, &size, NULL));
    write_bytes(*state, "x-copy", bytes, size);
    free(bytes);
    myo_catalogue *catalogue = read_folder(*state);
    assert_int_equal(only_series(catalogue)->instance_count, FRAMES);
    assert_int_equal(myo_catalogue_get_skipped_count(catalogue), 1);
    assert_non_null(strstr(myo_catalogue_get_skipped(catalogue, 0)->reason, "duplicate of "));
    myo_catalogue_destroy(catalogue);
}

static builder *build_siemens(const char *image_type) {
    builder *b = build(SYNTAX_EXPLICIT, false);
    put_identity(b, CLASS_MR, image_type, "MR", "1.2.3.4");
    return b;
}

static void finish_siemens(const char *folder, builder *b, bool csa, const char *tiles) {
    put_uids(b);
    put_layout(b, NULL);
    if (csa) { /* the field of a CSA header, as the scanner writes it */
        unsigned char field[84 + 16 + 8] = "NumberOfImagesInMosaic";
        unsigned char head[16] = "SV10\4\3\2\1";
        memcpy(field + 68, "US", 2);
        field[84 + 4] = (unsigned char)strlen(tiles);
        memcpy(field + 100, tiles, strlen(tiles));
        put_text(b, 0x00290010u, "LO", "SIEMENS CSA HEADER");
        put_head(b, 0x00291010u, "OB", sizeof head + sizeof field);
        put_bytes(b, head, sizeof head);
        put_bytes(b, field, sizeof field);
    }
    put_pixels(b, 1);
    write_built(folder, NAME, b, CLASS_MR, SYNTAX_EXPLICIT);
}

static void refuses_mosaics(void **state) {
    static const char reason[] = "a Siemens mosaic, many slices as tiles of one image";
    finish_siemens(*state, build_siemens("ORIGINAL\\PRIMARY\\M\\ND\\MOSAIC"), false, "");
    assert_skipped(*state, MYO_E_UNSUPPORTED, reason);
    finish_siemens(*state, build_siemens("DERIVED\\SECONDARY"), true, "36");
    assert_skipped(*state, MYO_E_UNSUPPORTED, reason);
    builder *b = build_siemens("DERIVED\\SECONDARY");
    put_text(b, 0x00190010u, "LO", "SIEMENS MR HEADER");
    put_unsigned(b, 0x0019100au, 36);
    finish_siemens(*state, b, false, "");
    assert_skipped(*state, MYO_E_UNSUPPORTED, reason);
    /* The field is there in every image, and empty. */
    finish_siemens(*state, build_siemens("ORIGINAL\\PRIMARY\\M\\ND"), true, "");
    myo_catalogue *catalogue = read_folder(*state);
    assert_int_equal(only_series(catalogue)->instance_count, 1);
    myo_catalogue_destroy(catalogue);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        FOLDER_TEST(lists_the_frames_of_every_encoding),
        FOLDER_TEST(lists_the_frames_of_ct_and_of_converted_images),
        FOLDER_TEST(refuses_frames_that_are_not_described),
        FOLDER_TEST(skips_a_copy_once),
        FOLDER_TEST(refuses_mosaics),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
