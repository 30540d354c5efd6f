/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Contrast from the physics; what the description may decide, and what it may not. */
#include "dicom_fixture.h"

#define TAG_IMAGE_TYPE 0x00080008u
#define TAG_SERIES_DESCRIPTION 0x0008103eu
#define TAG_SCANNING_SEQUENCE 0x00180020u
#define TAG_SCAN_OPTIONS 0x00180022u
#define TAG_REPETITION_TIME 0x00180080u
#define TAG_ECHO_TIME 0x00180081u
#define TAG_INVERSION_TIME 0x00180082u

typedef struct example {
    const char *echo_time, *repetition_time, *inversion_time;
    const char *sequence, *options, *type, *description;
    myo_weighting expected;
} example;

static void write_example(const char *folder, const example *e) {
    recipe r = default_recipe("image");
    write_recipe(folder, &r);
    set_text(folder, "image", TAG_ECHO_TIME, "DS", e->echo_time);
    set_text(folder, "image", TAG_REPETITION_TIME, "DS", e->repetition_time);
    set_text(folder, "image", TAG_INVERSION_TIME, "DS", e->inversion_time);
    set_text(folder, "image", TAG_SCANNING_SEQUENCE, "CS", e->sequence);
    set_text(folder, "image", TAG_SCAN_OPTIONS, "CS", e->options);
    set_text(folder, "image", TAG_IMAGE_TYPE, "CS", e->type);
    set_text(folder, "image", TAG_SERIES_DESCRIPTION, "LO", e->description);
}

#define ORIGINAL "ORIGINAL\\PRIMARY\\M"

static void names_the_weighting(void **state) {
    static const example examples[] = {
        /* Physics alone. */
        {"105.0", "6000.0", "", "SE", "", ORIGINAL, "", MYO_WEIGHTING_T2},
        {"100", "1019", "", "SE", "", ORIGINAL, "", MYO_WEIGHTING_T2},
        {"010.0", "510.0", "", "SE", "", ORIGINAL, "", MYO_WEIGHTING_T1},
        {"15", "3000", "", "SE", "", ORIGINAL, "", MYO_WEIGHTING_PD},
        {"50", "700", "", "SE", "", ORIGINAL, "", MYO_WEIGHTING_UNKNOWN},
        {"700", "6000", "", "SE", "", ORIGINAL, "", MYO_WEIGHTING_OTHER},
        {"20", "600", "", "GR", "", ORIGINAL, "", MYO_WEIGHTING_OTHER},
        {"90", "6000", "", "SE\\EP", "", ORIGINAL, "", MYO_WEIGHTING_OTHER},
        /* Inversion: short nulls fat, long does not. */
        {"60", "4000", "160", "SE\\IR", "", ORIGINAL, "", MYO_WEIGHTING_FAT_SUPPRESSED},
        {"100", "9000", "2500", "SE\\IR", "", ORIGINAL, "", MYO_WEIGHTING_OTHER},
        /* Fat saturation, from the options, the type, or else the description. */
        {"100", "4000", "", "SE", "PFP\\FS", ORIGINAL, "", MYO_WEIGHTING_FAT_SUPPRESSED},
        {"100", "4000", "", "SE", "PFP", ORIGINAL, "", MYO_WEIGHTING_T2},
        {"100", "4000", "", "SE", "", "DERIVED\\PRIMARY\\DIXON\\WATER", "",
         MYO_WEIGHTING_FAT_SUPPRESSED},
        {"100", "4000", "", "SE", "", "DERIVED\\PRIMARY\\DIXON\\FAT", "", MYO_WEIGHTING_OTHER},
        {"100", "4000", "", "SE", "", ORIGINAL, "t2_tse_fs_tra", MYO_WEIGHTING_FAT_SUPPRESSED},
        {"100", "4000", "", "SE", "", ORIGINAL, "AX STIR", MYO_WEIGHTING_FAT_SUPPRESSED},
        /* "fse" holds the letters fs, but not the word. */
        {"100", "4000", "", "SE", "", ORIGINAL, "T2 FSE", MYO_WEIGHTING_T2},
        /* The description decides only without times, and never against them. */
        {"", "", "", "SE", "", ORIGINAL, "t2_tse_tra", MYO_WEIGHTING_T2},
        {"", "", "", "SE", "", ORIGINAL, "ax T1", MYO_WEIGHTING_T1},
        {"", "", "", "SE", "", ORIGINAL, "", MYO_WEIGHTING_UNKNOWN},
        {"10", "500", "", "SE", "", ORIGINAL, "T2", MYO_WEIGHTING_T1},
        {"100", "4000", "", "SE", "", ORIGINAL, "T1", MYO_WEIGHTING_T2},
    };
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        write_example(*state, &examples[i]);
        myo_catalogue *catalogue = read_folder(*state);
        const myo_series *series = only_series(catalogue);
        if (series->weighting != examples[i].expected) {
            fail_msg("example %zu is %s and not %s", i, myo_weighting_name(series->weighting),
                     myo_weighting_name(examples[i].expected));
        }
        myo_catalogue_destroy(catalogue);
    }
}

static void assert_flags(const char *folder, const char *type, const char *description,
                         bool localizer, bool derived) {
    const example e = {"100", "4000", "", "SE", "", type, description, MYO_WEIGHTING_T2};
    write_example(folder, &e);
    myo_catalogue *catalogue = read_folder(folder);
    assert_int_equal(only_series(catalogue)->localizer, localizer);
    assert_int_equal(only_series(catalogue)->derived, derived);
    myo_catalogue_destroy(catalogue);
}

static void tells_localizers_and_derived_images(void **state) {
    assert_flags(*state, ORIGINAL, "t2 axial", false, false);
    assert_flags(*state, "ORIGINAL\\PRIMARY\\LOCALIZER", "", true, false);
    assert_flags(*state, ORIGINAL, "3-plane loc", true, false);
    assert_flags(*state, ORIGINAL, "block axial", false, false);
    assert_flags(*state, "DERIVED\\PRIMARY\\MPR", "", false, true);
    assert_flags(*state, "DERIVED\\SECONDARY", "", false, true);
    assert_flags(*state, "ORIGINAL\\SECONDARY\\M", "", false, true);
    assert_flags(*state, "ORIGINAL\\PRIMARY\\PROJECTION IMAGE", "", false, true);
}

/* PD and T2 echoes in one series: neither may pass for the other. */
static void calls_a_series_of_two_contrasts_neither(void **state) {
    recipe r = default_recipe("t2");
    write_recipe(*state, &r);
    r = default_recipe("pd");
    r.header.echo_time_ms = 15.0;
    write_recipe(*state, &r);
    myo_catalogue *catalogue = read_folder(*state);
    assert_int_equal(only_series(catalogue)->weighting, MYO_WEIGHTING_OTHER);
    myo_catalogue_destroy(catalogue);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        FOLDER_TEST(names_the_weighting),
        FOLDER_TEST(tells_localizers_and_derived_images),
        FOLDER_TEST(calls_a_series_of_two_contrasts_neither),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
