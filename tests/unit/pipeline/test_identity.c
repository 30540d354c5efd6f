/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pseudonyms, and texts without paths. Expected hashes were computed with Python's hmac. */
#include "cmocka_all.h"

#include "pipeline/identity_private.h"

#include <stdlib.h>
#include <string.h>

static char key[] = "sixteen bytes or more";
static const char *inputs[] = {"/data/JOHN", "single.dcm", "disc/DICOMDIR", ".", "4/"};

static const identity hiding = {.hide = true,
                                .key = key,
                                .key_size = sizeof key - 1,
                                .inputs = inputs,
                                .input_count = sizeof inputs / sizeof inputs[0]};
static const identity showing = {.key = key};

static void pseudonyms_are_keyed_hashes(void **state) {
    (void)state;
    char out[PSEUDONYM_SIZE];
    assert_string_equal(identity_patient(&hiding, "PATIENT0011", out), "Pbd5222963994");
    assert_string_equal(identity_uid(&hiding, "1.2.3", out),
                        "2.25.94225867776741349904685178250248541619");
    identity other = hiding;
    other.key_size = 0;
    assert_string_equal(identity_patient(&other, "PATIENT0011", out), "P173b025c1ab1");
    /* What is unknown stays unknown. */
    assert_string_equal(identity_patient(&hiding, "", out), "");
    assert_string_equal(identity_uid(&hiding, "", out), "");
}

static void nothing_changes_without_the_option(void **state) {
    (void)state;
    char out[PSEUDONYM_SIZE];
    myo_text text = {0};
    assert_string_equal(identity_patient(&showing, "PATIENT0011", out), "PATIENT0011");
    assert_string_equal(identity_uid(&showing, "1.2.3", out), "1.2.3");
    assert_string_equal(identity_path(&showing, "a/b", out), "a/b");
    identity_hide_text(&showing, NULL, "./a/b: broken", &text);
    assert_string_equal(text.data, "./a/b: broken");
    myo_text_clear(&text);
}

static void options_that_name_uids_are_found(void **state) {
    (void)state;
    char out[PSEUDONYM_SIZE];
    assert_null(identity_uid_option(&hiding, NULL, out));
    assert_string_equal(identity_uid_option(&hiding, "6001:12", out), "6001:12");
    assert_string_equal(identity_uid_option(&hiding, "6001", out), "6001");
    char frame[PSEUDONYM_SIZE], uid[PSEUDONYM_SIZE];
    assert_memory_equal(identity_uid_option(&hiding, "1.2.3", out), "2.25.", 5);
    assert_string_equal(out, identity_uid(&hiding, "1.2.3", uid));
    identity_uid_option(&hiding, "1.2.3:12", frame);
    assert_memory_equal(frame, out, strlen(out));
    assert_string_equal(frame + strlen(out), ":12");
}

/* As long as a path that fills a message. */
#define LONG_PATH                                                                                  \
    "/elsewhere/JOHN/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const myo_instance images[] = {{.path = "/data/JOHN/DOE 1.dcm", .sop_uid = "1.2.3"},
                                      {.path = LONG_PATH "/1.dcm", .sop_uid = "1.2.4"}};
static const myo_series series = {
    .series_uid = "1.2",
    .frame_of_reference_uid = "1.9",
    .description = "JOHN",
    .instances = images,
    .instance_count = sizeof images / sizeof images[0],
};
static const myo_study study = {.study_uid = "1",
                                .patient_id = "JOHN",
                                .study_date = "20200101",
                                .series = &series,
                                .series_count = 1};

static void texts_lose_their_paths(void **state) {
    (void)state;
    const char *const cases[][2] = {
        {"/data/JOHN/DOE 1.dcm: truncated",
         "2.25.94225867776741349904685178250248541619: truncated"},
        {"same as /data/JOHN/x y/z, which is used", "same as [path removed]"},
        {"see single.dcm: broken", "see [path removed]"},
        {"see disc/IM 1: broken", "see [path removed]"},
        {"see ./a b: broken", "see [path removed]"},
        {"a word as in L4/x and in/4", "a word as in L4/x and in/4"},
        {LONG_PATH, "[path removed]"}, /* cut off before its end */
        {"a sentence. And 1.5 mm of text", "a sentence. And 1.5 mm of text"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        myo_text text = {0};
        identity_hide_text(&hiding, &study, cases[i][0], &text);
        assert_string_equal(text.data, cases[i][1]);
        myo_text_clear(&text);
    }
}

static void a_shown_study_has_pseudonyms_and_leads_to_the_files(void **state) {
    (void)state;
    shown_study shown;
    myo_error err = {0};
    assert_true(identity_show(&hiding, &study, &shown, &err));
    const myo_series *s = shown.study.series;
    char out[PSEUDONYM_SIZE];
    assert_string_equal(shown.study.patient_id, identity_patient(&hiding, "JOHN", out));
    assert_string_equal(shown.study.study_uid, identity_uid(&hiding, "1", out));
    assert_string_equal(shown.study.study_date, "");
    assert_string_equal(s->series_uid, identity_uid(&hiding, "1.2", out));
    assert_string_equal(s->frame_of_reference_uid, identity_uid(&hiding, "1.9", out));
    assert_string_equal(s->description, "");
    assert_string_equal(s->instances[0].sop_uid, identity_uid(&hiding, "1.2.3", out));
    assert_string_equal(s->instances[0].path, "/data/JOHN/DOE 1.dcm");
    shown_study_clear(&shown);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pseudonyms_are_keyed_hashes),
        cmocka_unit_test(nothing_changes_without_the_option),
        cmocka_unit_test(options_that_name_uids_are_found),
        cmocka_unit_test(texts_lose_their_paths),
        cmocka_unit_test(a_shown_study_has_pseudonyms_and_leads_to_the_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
