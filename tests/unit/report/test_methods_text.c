/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The methods paragraph says what was done, and nothing that was not. */
#include "report/methods_text.h"

#include "cmocka_all.h"

#include <math.h>

#include <myotome/measure.h>
#include <string.h>

static const myo_method_info segmenter = {
    .name = "drawer", .version = "7", .reference = "a reference of the segmenter"};
static const myo_method_info otsu = {.name = "otsu", .version = "1", .reference = "Otsu 1979"};
static const myo_method_info fixed = {.name = "fixed", .version = "2", .reference = "ImageJ"};

static myo_methods_facts plain(void) {
    return (myo_methods_facts){.version = "0.0.1",
                               .mr = {.studies = 3},
                               .level = "L4/5",
                               .by_sagittal_discs = 3,
                               .segmenter = &segmenter,
                               .fat = {&otsu},
                               .fat_count = 1,
                               .heights_dicom = 3};
}

static void assert_says(const myo_text *text, const char *words) {
    if (!strstr(text->data, words)) {
        print_error("'%s' is missing in:\n%s\n", words, text->data);
        fail();
    }
}

static void assert_silent(const myo_text *text, const char *words) {
    if (strstr(text->data, words)) {
        print_error("'%s' is in:\n%s\n", words, text->data);
        fail();
    }
}

static void says_what_was_done(void **state) {
    (void)state;
    myo_methods_facts f = plain();
    myo_text text = {0};
    myo_value_range_add(&f.mr.pixel_mm, 0.5);
    myo_value_range_add(&f.mr.pixel_mm, 0.625);
    myo_value_range_add(&f.mr.pixel_mm, (double)NAN);
    myo_value_range_add(&f.mr.thickness_mm, 4.0);
    myo_value_range_add(&f.mr.thickness_mm, 4.0);
    myo_report_methods_text(&f, &text);
    assert_says(&text, "3 studies (3 of MRI) were measured with Myotome 0.0.1.");
    assert_says(&text, "pixel 0.50 to 0.62 mm, slice thickness 4.0 mm");
    assert_says(&text, "the segmenter drawer (version 7)");
    assert_says(&text, "by the method otsu (version 1) [2].");
    assert_says(&text, "\n2. Otsu 1979\n");
    assert_says(&text, "Heights came from the image headers (n = 3).");
    assert_silent(&text, "CT");
    assert_silent(&text, "reader");
    assert_silent(&text, "interval");
    assert_silent(&text, "further");
    assert_silent(&text, "echo time");
    myo_text_clear(&text);
}

static void counts_readers_failures_and_sources(void **state) {
    (void)state;
    myo_methods_facts f = plain();
    myo_text text = {0};
    f.studies_failed = 1;
    f.by_sagittal_discs = 1;
    f.by_reader = 2;
    f.studies_traced = 1;
    f.outlines_traced = 6;
    f.reader = "AB";
    f.traced_convention = "fascia";
    f.fat[1] = &fixed;
    f.fat_count = 2;
    f.heights_dicom = 1;
    f.heights_unknown = 2;
    f.uncertainty = MYO_UNCERTAINTY_FAT | MYO_UNCERTAINTY_HEIGHT;
    myo_report_methods_text(&f, &text);
    assert_says(&text, "1 further study could not be measured and was left out.");
    assert_says(&text, "(n = 1), by a reader, who named or outlined the slice (n = 2).");
    assert_says(&text, "In 1 study 6 outlines were drawn or corrected by reader AB");
    assert_says(&text, "(convention: fascia)");
    assert_says(&text, "otsu (version 1) [2], and for comparison by fixed (version 2) [3].");
    assert_says(&text, "the image headers (n = 1), unknown, so that no SMI was computed (n = 2)");
    assert_says(&text, "contain the spread of fat methods, the rounding of the height, added");
    assert_silent(&text, "expected error of the outlines");
    myo_text_clear(&text);
}

static void ct_has_its_own_words(void **state) {
    (void)state;
    myo_methods_facts f = plain();
    myo_text text = {0};
    f.mr.studies = 0;
    f.ct.studies = 1;
    f.by_sagittal_discs = 0;
    f.by_ct_vertebrae = 1;
    f.studies_with_ct_value = 1;
    f.vertebrae = "L1,L3";
    f.heights_dicom = 0;
    f.heights_table = 1;
    myo_report_methods_text(&f, &text);
    assert_says(&text, "1 study (1 of CT) was measured");
    assert_says(&text, "from the discs on the CT volume");
    assert_says(&text, "three sections of L1,L3 [");
    assert_silent(&text, "T2");
    myo_text_clear(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_what_was_done),
        cmocka_unit_test(counts_readers_failures_and_sources),
        cmocka_unit_test(ct_has_its_own_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
