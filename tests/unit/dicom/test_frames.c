/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frames of every transfer syntax come back as they were stored; broken ones are refused. */
#include "cmocka_all.h"

#include "dicom_fixture.h"
#include "frames.h"

#include <math.h>

#define NAME "frames"
#define MUTATION_COUNT 300

/* Odd sizes: a frame of 8 bits then begins at an odd byte. */
static const frames_recipe default_frames = {
    .columns = 17, .rows = 15, .frames = 3, .bits_allocated = 16, .bits_stored = 12};

static bool is_lossy(frames_coding coding) {
    return coding == FRAMES_JPEG_BASELINE || coding == FRAMES_JPEG_EXTENDED ||
           coding == FRAMES_JPEG2000;
}

static bool read_frame(const char *folder, const frames_recipe *plan, size_t frame,
                       myo_image **image, myo_error *err) {
    char path[FIXTURE_PATH_SIZE];
    path_of(folder, NAME, path);
    myo_instance instance = {.path = path,
                             .sop_uid = "",
                             .frame = frame,
                             .frame_count = plan->frames,
                             .geometry = {.columns = plan->columns,
                                          .rows = plan->rows,
                                          .column_spacing_mm = 1.0,
                                          .row_spacing_mm = 1.0,
                                          .row_cosine = {1.0, 0.0, 0.0},
                                          .column_cosine = {0.0, 1.0, 0.0}}};
    *image = NULL;
    return myo_dicom_read_slice(&instance, image, NULL, err);
}

static double greatest_difference(const myo_image *image, const frames_recipe *plan, size_t frame) {
    double greatest = 0.0;
    for (size_t i = 0; i < plan->columns * plan->rows; i++) {
        double pixel = myo_image_get_const_pixels(image)[i];
        double difference = pixel - frames_value(plan, frame, i);
        greatest = fmax(greatest, fabs(difference));
    }
    return greatest;
}

static void write_frames(const char *folder, const frames_recipe *plan, uint8_t *const *codestreams,
                         const size_t *sizes) {
    char path[FIXTURE_PATH_SIZE];
    path_of(folder, NAME, path);
    frames_write(path, plan, codestreams, sizes);
}

static void assert_frame(const char *folder, const frames_recipe *plan, size_t frame,
                         double tolerance) {
    myo_image *image;
    myo_error err = {0};
    if (!read_frame(folder, plan, frame, &image, &err)) {
        fail_msg("%s, frame %zu: %s", frames_coding_name(plan->coding), frame, err.message);
    }
    double difference = greatest_difference(image, plan, frame);
    if (difference > tolerance) {
        fail_msg("%s, frame %zu of %u bits: a pixel differs by %g",
                 frames_coding_name(plan->coding), frame, plan->bits_stored, difference);
    }
    myo_image_destroy(image);
}

/* Asserts that the frame is refused, and that the reason contains this. */
static void assert_refused(const char *folder, const frames_recipe *plan, size_t frame,
                           myo_code code, const char *reason) {
    myo_image *image;
    myo_error err = {0};
    if (read_frame(folder, plan, frame, &image, &err)) {
        fail_msg("%s is read, although: %s", frames_coding_name(plan->coding), reason);
    }
    assert_null(image);
    if (!strstr(err.message, reason) || err.code != code) {
        fail_msg("\"%s\" (%s), expected \"%s\" (%s)", err.message, myo_code_name(err.code), reason,
                 myo_code_name(code));
    }
}

static void reads_every_frame_of_every_coding(void **state) {
    static const struct {
        unsigned allocated, stored;
        bool is_signed;
    } layouts[] = {{8, 8, false},  {8, 8, true},    {16, 12, false},
                   {16, 12, true}, {16, 16, false}, {16, 16, true}};
    for (frames_coding coding = FRAMES_NATIVE; coding < FRAMES_CODING_COUNT; coding++) {
        for (size_t i = 0; i < sizeof layouts / sizeof layouts[0] && !is_lossy(coding); i++) {
            frames_recipe plan = default_frames;
            plan.coding = coding;
            plan.bits_allocated = layouts[i].allocated;
            plan.bits_stored = layouts[i].stored;
            plan.is_signed = layouts[i].is_signed;
            write_frames(*state, &plan, NULL, NULL);
            for (size_t frame = plan.frames; frame-- > 0;) {
                assert_frame(*state, &plan, frame, 0.0);
            }
        }
    }
}

/* JPEG blurs the two pixels at the ends of the range most. */
static void reads_lossy_codings(void **state) {
    static const struct {
        frames_coding coding;
        unsigned allocated, stored;
        double tolerance;
    } cases[] = {{FRAMES_JPEG_BASELINE, 8, 8, 60.0},
                 {FRAMES_JPEG_EXTENDED, 16, 12, 800.0},
                 {FRAMES_JPEG2000, 16, 12, 40.0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        frames_recipe plan = default_frames;
        plan.coding = cases[i].coding;
        plan.bits_allocated = cases[i].allocated;
        plan.bits_stored = cases[i].stored;
        write_frames(*state, &plan, NULL, NULL);
        assert_frame(*state, &plan, 2, cases[i].tolerance);
    }
}

static void joins_the_fragments_of_a_frame(void **state) {
    for (frames_coding coding = FRAMES_RLE; coding < FRAMES_CODING_COUNT; coding++) {
        frames_recipe plan = default_frames;
        if (is_lossy(coding)) {
            continue;
        }
        plan.coding = coding;
        plan.fragments = 3;
        write_frames(*state, &plan, NULL, NULL);
        for (size_t frame = 0; frame < plan.frames; frame++) {
            assert_frame(*state, &plan, frame, 0.0);
        }
        plan.no_offset_table = true;
        write_frames(*state, &plan, NULL, NULL);
        if (coding == FRAMES_RLE) { /* which says nowhere that it begins */
            assert_refused(*state, &plan, 1, MYO_E_UNSUPPORTED,
                           "9 fragments for 3 frames without an offset table");
        } else {
            assert_frame(*state, &plan, 1, 0.0);
            assert_frame(*state, &plan, 2, 0.0);
        }
        plan.frames = 1;
        write_frames(*state, &plan, NULL, NULL);
        assert_frame(*state, &plan, 0, 0.0);
        plan.fragments = 1;
        plan.frames = 3;
        write_frames(*state, &plan, NULL, NULL);
        assert_frame(*state, &plan, 2, 0.0);
    }
}

static void refuses_frames_that_are_not_there(void **state) {
    frames_recipe plan = default_frames;
    plan.coding = FRAMES_JPEG_LOSSLESS;
    write_frames(*state, &plan, NULL, NULL);
    assert_refused(*state, &plan, 3, MYO_E_FORMAT, "the file has changed since it was searched");
    set_text(*state, NAME, 0x00280008u, "IS", "4");
    assert_refused(*state, &plan, 3, MYO_E_FORMAT,
                   "pixel data are truncated: 3 fragments for 4 frames");
    plan.coding = FRAMES_NATIVE;
    write_frames(*state, &plan, NULL, NULL);
    set_text(*state, NAME, 0x00280008u, "IS", "4");
    assert_frame(*state, &plan, 2, 0.0);
    assert_refused(*state, &plan, 3, MYO_E_FORMAT, "pixel data is truncated: 1530 of 2040 bytes");
}

static void assert_rescaled(const char *folder, const frames_recipe *plan, size_t frame,
                            double slope, double intercept) {
    myo_image *image;
    assert_true(read_frame(folder, plan, frame, &image, NULL));
    for (size_t i = 0; i < plan->columns * plan->rows; i++) {
        double expected = slope * frames_value(plan, frame, i) + intercept;
        assert_float_equal(myo_image_get_const_pixels(image)[i], expected, 1e-3);
    }
    myo_image_destroy(image);
}

static void rescales_each_frame_as_its_functional_group_says(void **state) {
    frames_recipe plan = default_frames;
    plan.rescale = FRAMES_RESCALE_SHARED;
    write_frames(*state, &plan, NULL, NULL);
    assert_rescaled(*state, &plan, 1, 3.0, -5.0);
    plan.rescale = FRAMES_RESCALE_PER_FRAME;
    write_frames(*state, &plan, NULL, NULL);
    assert_rescaled(*state, &plan, 0, 2.0, 0.0);
    assert_rescaled(*state, &plan, 2, 4.0, -2.0);
}

/* Parametric maps hold floating-point numbers; they have no PixelData. */
static void refuses_floating_point_pixels(void **state) {
    static const float pixels[17 * 15] = {1.0F};
    frames_recipe plan = default_frames;
    plan.frames = 1;
    write_frames(*state, &plan, NULL, NULL);
    remove_element(*state, NAME, 0x7fe00010u);
    assert_refused(*state, &plan, 0, MYO_E_MISSING, "no pixel data");
    char path[FIXTURE_PATH_SIZE];
    path_of(*state, NAME, path);
    replace_value(path, 0x7fe00008u, "OW", pixels, sizeof pixels);
    assert_refused(*state, &plan, 0, MYO_E_UNSUPPORTED,
                   "pixel data are floating-point numbers, which are not read");
}

/* What the others hold does not matter to a frame: they are not decoded. */
static void decodes_the_wanted_frame_alone(void **state) {
    static uint8_t garbage[] = "garbage";
    for (frames_coding coding = FRAMES_RLE; coding < FRAMES_CODING_COUNT; coding++) {
        frames_recipe plan = default_frames;
        if (is_lossy(coding)) {
            continue;
        }
        plan.coding = coding;
        size_t sizes[3] = {sizeof garbage, 0, sizeof garbage};
        uint8_t *codestreams[3] = {garbage, frames_encode(&plan, 1, &sizes[1]), garbage};
        write_frames(*state, &plan, codestreams, sizes);
        assert_frame(*state, &plan, 1, 0.0);
        assert_refused(*state, &plan, 0, MYO_E_FORMAT, "");
        free(codestreams[1]);
    }
}

/* Wherever a codestream is cut: it is refused, or nothing of its pixels was cut away. */
static void refuses_truncated_codestreams(void **state) {
    for (frames_coding coding = FRAMES_RLE; coding < FRAMES_CODING_COUNT; coding++) {
        frames_recipe plan = default_frames;
        if (is_lossy(coding)) {
            continue;
        }
        plan.coding = coding;
        plan.frames = 1;
        size_t size, refused = 0;
        uint8_t *codestream = frames_encode(&plan, 0, &size);
        for (size_t cut = 2; cut < size; cut += 2) { /* fragments are even */
            myo_image *image;
            myo_error err = {0};
            write_frames(*state, &plan, &codestream, &cut);
            if (!read_frame(*state, &plan, 0, &image, &err)) {
                assert_true(err.code == MYO_E_FORMAT);
                refused++;
            } else if (greatest_difference(image, &plan, 0) > 0.0) {
                fail_msg("%s: %zu of %zu bytes give wrong pixels", frames_coding_name(coding), cut,
                         size);
            }
            myo_image_destroy(image);
        }
        assert_true(2 * refused + 6 > size); /* the end marker and padding may be absent */
        free(codestream);
    }
}

static void refuses_codestreams_that_are_not_as_described(void **state) {
    static const frames_coding jpegs[] = {FRAMES_JPEG_LOSSLESS, FRAMES_JPEG_LS,
                                          FRAMES_JPEG2000_LOSSLESS};
    for (size_t i = 0; i < sizeof jpegs / sizeof jpegs[0]; i++) {
        frames_recipe plan = default_frames, other = default_frames;
        size_t size;
        plan.coding = other.coding = jpegs[i];
        plan.frames = other.frames = 1;
        other.columns = 13;
        uint8_t *codestream = frames_encode(&other, 0, &size);
        write_frames(*state, &plan, &codestream, &size);
        assert_refused(*state, &plan, 0, MYO_E_FORMAT,
                       "compressed pixel data are 13 x 15, the header says 17 x 15");
        plan.columns = plan.rows = 8192; /* nothing is allocated for that */
        write_frames(*state, &plan, &codestream, &size);
        assert_refused(*state, &plan, 0, MYO_E_FORMAT, "the header says 8192 x 8192");
        free(codestream);
        plan = default_frames;
        plan.coding = jpegs[i];
        plan.frames = 1;
        codestream = frames_encode(&plan, 0, &size);
        plan.bits_allocated = plan.bits_stored = 8;
        write_frames(*state, &plan, &codestream, &size);
        assert_refused(*state, &plan, 0, MYO_E_FORMAT, "bits a pixel, the header allows 8");
        free(codestream);
    }
}

/* Transfer syntaxes without a decoder are named. */
static void refuses_unknown_compressions(void **state) {
    frames_recipe plan = default_frames;
    plan.coding = FRAMES_JPEG2000_LOSSLESS;
    write_frames(*state, &plan, NULL, NULL);
    set_text(*state, NAME, 0x00020010u, "UI", "1.2.840.10008.1.2.4.201"); /* HTJ2K */
    assert_refused(*state, &plan, 0, MYO_E_UNSUPPORTED,
                   "unknown transfer syntax 1.2.840.10008.1.2.4.201");
    set_text(*state, NAME, 0x00020010u, "UI", "1.2.840.10008.1.2.4.92");
    assert_refused(*state, &plan, 0, MYO_E_UNSUPPORTED, "cannot be read");
}

static void refuses_colour_in_the_codestream(void **state) {
    frames_recipe plan = default_frames;
    plan.coding = FRAMES_JPEG2000_LOSSLESS;
    plan.frames = 1;
    plan.components = 3;
    write_frames(*state, &plan, NULL, NULL);
    assert_refused(*state, &plan, 0, MYO_E_UNSUPPORTED,
                   "compressed pixel data have 3 components, only greyscale can be measured");
}

/* A file of some kB that unpacks to far more than it announces is not unpacked to its end. */
static void refuses_deflated_bombs(void **state) {
    frames_recipe plan = default_frames;
    plan.coding = FRAMES_DEFLATED;
    plan.surplus = 1u << 10;
    write_frames(*state, &plan, NULL, NULL);
    assert_frame(*state, &plan, 2, 0.0);
    plan.surplus = 80u << 20;
    write_frames(*state, &plan, NULL, NULL);
    assert_refused(*state, &plan, 0, MYO_E_FORMAT,
                   "the deflated data are broken, or are more than the header announces");
}

/* --- JPEG 2000 -------------------------------------------------------------------------------- */

#define JPEG2000_SIZE_MARKER 2 /* where the SIZ segment begins, with its marker */

static void put32_big(uint8_t *bytes, size_t value) {
    for (unsigned i = 0; i < 4; i++) {
        bytes[i] = (uint8_t)(value >> (24 - 8 * i) & 0xffu);
    }
}

/* The offset of the n-th tile part; the end of the codestream where there is none. */
static size_t find_tile_part(const uint8_t *bytes, size_t size, size_t wanted) {
    for (size_t at = 0; at + 12 < size; at++) {
        if (bytes[at] == 0xff && bytes[at + 1] == 0x90 && bytes[at + 2] == 0 &&
            bytes[at + 3] == 10 && wanted-- == 0) {
            return at;
        }
    }
    return size;
}

static void reads_tiles_and_refuses_a_missing_one(void **state) {
    frames_recipe plan = default_frames;
    plan.coding = FRAMES_JPEG2000_LOSSLESS;
    plan.frames = 1;
    plan.tile_size = 8;
    size_t size;
    uint8_t *codestream = frames_encode(&plan, 0, &size);
    write_frames(*state, &plan, &codestream, &size);
    assert_frame(*state, &plan, 0, 0.0);
    size_t second = find_tile_part(codestream, size, 1);
    size_t third = find_tile_part(codestream, size, 2);
    assert_true(second < third && third < size);
    memmove(codestream + second, codestream + third, size - third);
    size -= third - second;
    write_frames(*state, &plan, &codestream, &size);
    assert_refused(*state, &plan, 0, MYO_E_FORMAT, "the JPEG 2000 codestream is truncated");
    free(codestream);
}

/* A codestream of some hundred bytes may not make the decoder allocate gigabytes. */
static void refuses_jpeg2000_bombs(void **state) {
    frames_recipe plan = default_frames;
    plan.coding = FRAMES_JPEG2000_LOSSLESS;
    plan.frames = 1;
    plan.columns = plan.rows = 64;
    size_t size;
    uint8_t *codestream = frames_encode(&plan, 0, &size);
    uint8_t *segment = codestream + JPEG2000_SIZE_MARKER + 2;
    put32_big(segment + 4, 8192); /* the image */
    put32_big(segment + 8, 8192);
    plan.columns = plan.rows = 8192;
    put32_big(segment + 20, 1); /* the tiles */
    put32_big(segment + 24, 1);
    write_frames(*state, &plan, &codestream, &size);
    assert_refused(*state, &plan, 0, MYO_E_UNSUPPORTED, "8192 x 8192 tiles, at most 4096");
    put32_big(segment + 20, 8192);
    put32_big(segment + 24, 8192);
    uint8_t *style = segment + 41;
    assert_int_equal(style[1], 0x52); /* COD follows SIZ */
    style[2 + 8] = style[2 + 9] = 0;  /* code blocks of 4 x 4 */
    write_frames(*state, &plan, &codestream, &size);
    assert_refused(*state, &plan, 0, MYO_E_FORMAT, "claims more parts than it can hold");
    style[2 + 8] = style[2 + 9] = 4; /* code blocks of 64 x 64, but precincts of 1 x 1 */
    static const uint8_t precincts[] = {0xff, 0x53, 0, 12, 0, 1, 2, 4, 4, 0, 1, 0, 0, 0};
    size_t header = find_tile_part(codestream, size, 0);
    codestream = realloc(codestream, size + sizeof precincts);
    assert_non_null(codestream);
    memmove(codestream + header + sizeof precincts, codestream + header, size - header);
    memcpy(codestream + header, precincts, sizeof precincts);
    size += sizeof precincts;
    write_frames(*state, &plan, &codestream, &size);
    assert_refused(*state, &plan, 0, MYO_E_FORMAT, "claims more parts than it can hold");
    free(codestream);
}

/* --- Anything at all -------------------------------------------------------------------------- */

/* Changes some bytes, the same ones in every run. */
static void mutate(uint8_t *bytes, size_t size, uint32_t seed) {
    uint32_t random = seed * 2654435761u + 1u;
    unsigned changes = 1 + seed % 8;
    for (unsigned i = 0; i < changes; i++) {
        random = random * 1664525u + 1013904223u; /* Numerical Recipes, 7.1 */
        size_t at = (random >> 8) % size;
        at = seed % 2 ? at % (size < 128 ? size : 128) : at; /* headers are at the front */
        bytes[at] = (uint8_t)(random >> 24);
    }
}

static void survives_mutated_codestreams(void **state) {
    for (frames_coding coding = FRAMES_RLE; coding < FRAMES_CODING_COUNT; coding++) {
        frames_recipe plan = default_frames;
        plan.coding = coding;
        plan.frames = 1;
        if (coding == FRAMES_JPEG_BASELINE) {
            plan.bits_allocated = plan.bits_stored = 8;
        }
        size_t size, refused = 0;
        uint8_t *codestream = frames_encode(&plan, 0, &size);
        uint8_t *mutated = malloc(size);
        assert_non_null(mutated);
        for (uint32_t seed = 0; seed < MUTATION_COUNT; seed++) {
            myo_image *image;
            myo_error err = {0};
            memcpy(mutated, codestream, size);
            mutate(mutated, size, seed);
            write_frames(*state, &plan, &mutated, &size);
            if (!read_frame(*state, &plan, 0, &image, &err)) {
                assert_true(err.code != MYO_OK && err.message[0] != '\0');
                refused++;
            }
            myo_image_destroy(image);
        }
        assert_true(refused > 0);
        free(mutated);
        free(codestream);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        FOLDER_TEST(reads_every_frame_of_every_coding),
        FOLDER_TEST(reads_lossy_codings),
        FOLDER_TEST(joins_the_fragments_of_a_frame),
        FOLDER_TEST(refuses_frames_that_are_not_there),
        FOLDER_TEST(rescales_each_frame_as_its_functional_group_says),
        FOLDER_TEST(refuses_floating_point_pixels),
        FOLDER_TEST(decodes_the_wanted_frame_alone),
        FOLDER_TEST(refuses_truncated_codestreams),
        FOLDER_TEST(refuses_codestreams_that_are_not_as_described),
        FOLDER_TEST(refuses_unknown_compressions),
        FOLDER_TEST(refuses_colour_in_the_codestream),
        FOLDER_TEST(refuses_deflated_bombs),
        FOLDER_TEST(reads_tiles_and_refuses_a_missing_one),
        FOLDER_TEST(refuses_jpeg2000_bombs),
        FOLDER_TEST(survives_mutated_codestreams),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
