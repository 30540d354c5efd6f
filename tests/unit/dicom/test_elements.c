/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The reader of headers: encodings, sequences, and what no header should hold. */
#include "builder.h"

#define NAME "image"

/* An image whose header has private sequences, an icon and a long value in front of what counts. */
static builder *build_image(const char *syntax, bool undefined) {
    builder *b = build(syntax, undefined);
    put_text(b, 0x00080005u, "CS", "ISO_IR 100");
    put_identity(b, CLASS_MR, "ORIGINAL\\PRIMARY", "MR", "1.2.3.4");
    begin_group(b, 0x00091010u);
    put_text(b, 0x00100020u, "LO", "not the patient");
    begin_group(b, 0x00091011u);
    put_text(b, 0x0020000du, "UI", "9.9");
    end_group(b);
    end_group(b);
    put_text(b, 0x00101020u, "DS", "1.7");
    put_text(b, 0x00180080u, "DS", "5000");
    put_text(b, 0x00180081u, "DS", "100");
    put_head(b, 0x00191010u, "OB", 50000);
    for (size_t i = 0; i < 50000; i++) {
        put_number(b, 0xff, 1);
    }
    put_uids(b);
    put_text(b, 0x00200032u, "DS", "1\\2\\3");
    put_text(b, 0x00200037u, "DS", "1\\0\\0\\0\\1\\0");
    put_layout(b, NULL);
    put_text(b, 0x00280030u, "DS", "0.5\\0.6");
    begin_group(b, 0x00880200u); /* an icon, whose pixels are no pixels of the image */
    put_unsigned(b, 0x00280010u, 64);
    put_head(b, 0x7fe00010u, "OW", 2);
    put_number(b, 0, 2);
    end_group(b);
    put_pixels(b, 1);
    return b;
}

static void assert_image(const char *folder) {
    myo_catalogue *catalogue = read_folder(folder);
    const myo_series *series = only_series(catalogue);
    const myo_study *study = myo_catalogue_get_study(catalogue, 0);
    const myo_instance *instance = &series->instances[0];
    assert_string_equal(study->patient_id, "P1");
    assert_string_equal(study->study_uid, "1.2.3.1");
    assert_float_equal(study->patient_size_m, 1.7, 0.0);
    assert_int_equal(series->modality, MYO_MODALITY_MR);
    assert_int_equal(series->weighting, MYO_WEIGHTING_T2);
    assert_int_equal(series->number, 5);
    assert_int_equal(instance->instance_number, 9);
    assert_string_equal(instance->sop_uid, "1.2.3.4");
    assert_int_equal(instance->geometry.rows, FIXTURE_ROWS);
    assert_float_equal(instance->geometry.position_mm.z, 3.0, 0.0);
    assert_float_equal(instance->geometry.column_spacing_mm, 0.6, 0.0);
    myo_image *image = NULL;
    myo_error err = {0};
    if (!myo_dicom_read_slice(instance, &image, NULL, &err)) {
        fail_msg("%s", err.message);
    }
    assert_float_equal(myo_image_get_const_pixels(image)[FIXTURE_PIXELS - 1], 99 + FIXTURE_PIXELS,
                       0.0);
    myo_image_destroy(image);
    myo_catalogue_destroy(catalogue);
}

static void reads_every_encoding(void **state) {
    static const char *const syntaxes[] = {SYNTAX_IMPLICIT, SYNTAX_EXPLICIT, SYNTAX_BIG_ENDIAN,
                                           SYNTAX_DEFLATED};
    for (size_t i = 0; i < 4; i++) {
        for (int undefined = 0; undefined < 2; undefined++) {
            write_built(*state, NAME, build_image(syntaxes[i], undefined), CLASS_MR, syntaxes[i]);
            assert_image(*state);
        }
    }
}

static void reads_files_without_preamble(void **state) {
    static const char *const syntaxes[] = {SYNTAX_IMPLICIT, SYNTAX_EXPLICIT, SYNTAX_BIG_ENDIAN};
    for (size_t i = 0; i < 3; i++) {
        builder *b = build_image(syntaxes[i], true);
        write_bytes(*state, NAME, b->data, b->size);
        free(b);
        assert_image(*state);
    }
}

/* Old converters leave an unknown VR on private sequences: their items are in implicit VR. */
static void passes_sequences_of_unknown_vr(void **state) {
    builder *b = build(SYNTAX_EXPLICIT, true);
    put_identity(b, CLASS_MR, "ORIGINAL\\PRIMARY", "MR", "1.2.3.4");
    put_text(b, 0x00101020u, "DS", "1.7");
    put_text(b, 0x00180080u, "DS", "5000");
    put_text(b, 0x00180081u, "DS", "100");
    begin(b, 0x00191010u, "UN");
    b->implicit = true;
    begin_item(b);
    put_text(b, 0x0020000du, "UI", "9.9");
    end_item(b);
    end_sequence(b);
    b->implicit = false;
    put_uids(b);
    put_text(b, 0x00200032u, "DS", "1\\2\\3");
    put_text(b, 0x00200037u, "DS", "1\\0\\0\\0\\1\\0");
    put_layout(b, NULL);
    put_text(b, 0x00280030u, "DS", "0.5\\0.6");
    put_pixels(b, 1);
    write_built(*state, NAME, b, CLASS_MR, SYNTAX_EXPLICIT);
    assert_image(*state);
}

/* Wherever a file is cut in front of its pixel data, it is refused, and nothing else happens. */
static void refuses_every_cut(void **state) {
    static const char *const syntaxes[] = {SYNTAX_IMPLICIT, SYNTAX_BIG_ENDIAN, SYNTAX_DEFLATED};
    for (size_t i = 0; i < 3; i++) {
        builder *whole = build(syntaxes[i], true);
        put_identity(whole, CLASS_MR, "ORIGINAL\\PRIMARY", "MR", "1.2.3.4");
        begin_group(whole, 0x00091010u);
        put_text(whole, 0x00091011u, "LO", "private");
        end_group(whole);
        put_uids(whole);
        put_layout(whole, NULL);
        size_t header = whole->size;
        put_pixels(whole, 1);
        size_t behind = whole->size - header;
        builder *file = finish(whole, CLASS_MR, syntaxes[i]);
        size_t end_of_header =
            strcmp(syntaxes[i], SYNTAX_DEFLATED) == 0 ? file->size / 2 : file->size - behind;
        for (size_t cut = 0; cut < end_of_header; cut++) {
            write_bytes(*state, NAME, file->data, cut);
            myo_catalogue *catalogue = read_folder(*state);
            assert_int_equal(myo_catalogue_get_study_count(catalogue), 0);
            assert_int_equal(myo_catalogue_get_skipped_count(catalogue), 1);
            myo_catalogue_destroy(catalogue);
        }
        free(file);
    }
}

/* Some kilobytes that unpack to 80 MB in front of the pixels: reading them stops before. */
static void stops_a_deflated_header_that_does_not_end(void **state) {
    enum { PART = 1 << 20, PARTS = 80 };
    builder *start = build(SYNTAX_EXPLICIT, false), *packed = build(SYNTAX_EXPLICIT, false);
    unsigned char *zeros = calloc(PART, 1);
    assert_non_null(zeros);
    put_text(start, 0x00080060u, "CS", "MR");
    put_head(start, 0x00091010u, "OB", (size_t)PART * PARTS);
    packed->size = DATASET_OFFSET - 4;
    put_bytes(packed, "DICM", 4);
    put_text(packed, 0x00020010u, "UI", SYNTAX_DEFLATED);
    z_stream stream = {.next_in = start->data,
                       .avail_in = (uInt)start->size,
                       .next_out = packed->data + packed->size,
                       .avail_out = (uInt)(BUILDER_SIZE - packed->size)};
    assert_int_equal(
        deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY), Z_OK);
    for (size_t i = 0; i < PARTS; i++) {
        assert_int_equal(deflate(&stream, Z_NO_FLUSH), Z_OK);
        stream.next_in = zeros;
        stream.avail_in = PART;
    }
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    write_bytes(*state, NAME, packed->data, BUILDER_SIZE - stream.avail_out);
    deflateEnd(&stream);
    assert_skipped(*state, MYO_E_RANGE,
                   "the deflated dataset unpacks to more than 64 MB before its pixels");
    free(zeros);
    free(start);
    free(packed);
}

static void refuses_sequences_that_break_their_bounds(void **state) {
    builder *b = build(SYNTAX_EXPLICIT, false);
    put_text(b, 0x00080060u, "CS", "MR");
    begin_group(b, 0x00091010u);
    put_head(b, 0x00091011u, "OB", 60); /* beyond its item */
    end_group(b);
    put_head(b, 0x00111010u, "OB", 100);
    for (size_t i = 0; i < 50; i++) {
        put_number(b, 0, 2);
    }
    write_built(*state, NAME, b, CLASS_MR, SYNTAX_EXPLICIT);
    /* The private sequence has a length and is passed over whole: nothing in it is looked at. */
    assert_skipped(*state, MYO_E_UNSUPPORTED, "no image in it (modality MR)");
    b = build(SYNTAX_EXPLICIT, true);
    put_text(b, 0x00080060u, "CS", "MR");
    begin_sequence(b, 0x00091010u);
    put_text(b, 0x00091011u, "LO", "no item"); /* where an item is due */
    end_sequence(b);
    write_built(*state, NAME, b, CLASS_MR, SYNTAX_EXPLICIT);
    assert_skipped(*state, MYO_E_FORMAT,
                   "broken DICOM header (no item where one is due at (0009,1011))");
    b = build(SYNTAX_EXPLICIT, false);
    put_text(b, 0x00080060u, "CS", "MR");
    begin_sequence(b, 0x52009230u);
    begin_item(b);
    put_head(b, 0x00189112u, "SQ", 100); /* beyond its item */
    end_item(b);
    end_sequence(b);
    put_head(b, 0x60003000u, "OB", 200);
    for (size_t i = 0; i < 100; i++) {
        put_number(b, 0, 2);
    }
    write_built(*state, NAME, b, CLASS_MR, SYNTAX_EXPLICIT);
    assert_skipped(*state, MYO_E_FORMAT,
                   "broken DICOM header (a length beyond its sequence at (0018,9112))");
}

/* A length is not believed before there are bytes for it. */
static void survives_pixels_that_claim_gigabytes(void **state) {
    builder *b = build_image(SYNTAX_EXPLICIT, false);
    b->size -= 2 * FIXTURE_PIXELS + 4;
    put_number(b, 0xfffffff0u, 4);
    write_built(*state, NAME, b, CLASS_MR, SYNTAX_DEFLATED);
    assert_skipped(*state, MYO_E_RANGE, "deflated pixel data of more than 1024 MB");
    b = build_image(SYNTAX_EXPLICIT, false);
    put_head(b, 0xfffcfffcu, "OB", 0xc0000000u); /* 3 GB */
    write_built(*state, NAME, b, CLASS_MR, SYNTAX_DEFLATED);
    size_t before = peak_memory_mb();
    assert_image(*state);
    assert_true(peak_memory_mb() - before < 512);
}

/* Delimiters that end nothing are passed over where writers put them, and refused elsewhere. */
static void survives_delimiters_that_end_nothing(void **state) {
    static const struct {
        unsigned tag;
        size_t length;
        const char *reason;
    } strays[] = {
        {0xfffee00du, 0, "no image in it (modality MR)"},
        {0xfffee0ddu, 0, "no image in it (modality MR)"},
        {0xfffee00du, 8, "broken DICOM header (a delimiter without its item at (fffe,e00d))"},
        {0xfffee000u, 8, "broken DICOM header (a delimiter without its item at (fffe,e000))"},
    };
    for (size_t i = 0; i < sizeof strays / sizeof strays[0]; i++) {
        builder *b = build(SYNTAX_EXPLICIT, false);
        put_text(b, 0x00080060u, "CS", "MR");
        put_head(b, strays[i].tag, "UN", strays[i].length);
        put_text(b, 0x00080070u, "LO", "maker");
        write_built(*state, NAME, b, CLASS_MR, SYNTAX_EXPLICIT);
        bool passed = strays[i].length == 0;
        assert_skipped(*state, passed ? MYO_E_UNSUPPORTED : MYO_E_FORMAT, strays[i].reason);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        FOLDER_TEST(reads_every_encoding),
        FOLDER_TEST(reads_files_without_preamble),
        FOLDER_TEST(passes_sequences_of_unknown_vr),
        FOLDER_TEST(refuses_every_cut),
        FOLDER_TEST(stops_a_deflated_header_that_does_not_end),
        FOLDER_TEST(refuses_sequences_that_break_their_bounds),
        FOLDER_TEST(survives_pixels_that_claim_gigabytes),
        FOLDER_TEST(survives_delimiters_that_end_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
