/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/text.h"
#include "base/utf8.h"
#include "cmocka_all.h"

#include <string.h>

static void lists_are_searched_by_whole_items(void **state) {
    (void)state;
    assert_true(myo_text_lists("a;bc;d", ';', "bc"));
    assert_true(myo_text_lists("a;bc;d", ';', "a"));
    assert_true(myo_text_lists("a;bc;d", ';', "d"));
    assert_false(myo_text_lists("a;bc;d", ';', "b"));
    assert_false(myo_text_lists("a;bc;d", ';', "bc;d"));
    assert_false(myo_text_lists("", ';', "a"));
    assert_true(myo_text_lists("a;", ';', ""));
}

static void texts_are_read_line_by_line(void **state) {
    (void)state;
    static const char *const wanted[] = {"one", "", "last"};
    myo_text text = {0};
    myo_text_append(&text, "one\n\nlast");
    const char *line;
    size_t at = 0, length, count = 0;
    while (myo_text_next_line(&text, &at, &line, &length)) {
        assert_true(count < 3);
        assert_int_equal(length, strlen(wanted[count]));
        assert_memory_equal(line, wanted[count], length);
        count++;
    }
    assert_int_equal(count, 3);
    myo_text_clear(&text);
    at = 0;
    assert_false(myo_text_next_line(&text, &at, &line, &length));
}

/* RFC 3629: the first and the last character of each length, surrogates, overlong forms. */
static void characters_are_known(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t length;
    } cases[] = {
        {"a", 1},
        {"\xC2\x80", 2},
        {"\xDF\xBF", 2},
        {"\xE0\xA0\x80", 3},
        {"\xED\x9F\xBF", 3},
        {"\xEF\xBF\xBF", 3},
        {"\xF0\x90\x80\x80", 4},
        {"\xF4\x8F\xBF\xBF", 4},
        {"\xC1\xBF", 0},
        {"\xE0\x9F\xBF", 0},
        {"\xED\xA0\x80", 0},
        {"\xF0\x8F\xBF\xBF", 0},
        {"\xF4\x90\x80\x80", 0},
        {"\x80", 0},
        {"\xFF", 0},
        {"\xC3", 0},
        {"\xE2\x82", 0},
        {"\xC3x", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t size = strlen(cases[i].text);
        assert_int_equal(myo_utf8_length(cases[i].text, size), cases[i].length);
        assert_int_equal(myo_utf8_is_valid(cases[i].text), cases[i].length > 0);
    }
    assert_int_equal(myo_utf8_length("\xE2\x82\xAC", 2), 0); /* cut */
    assert_true(myo_utf8_is_valid(""));
}

static void texts_are_cut_between_characters(void **state) {
    (void)state;
    static const char text[] = "a\xC3\xA4\xE2\x82\xAC"; /* a, two bytes, three bytes */
    static const size_t whole[] = {0, 1, 1, 3, 3, 3, 6, 6, 6};
    for (size_t size = 0; size < sizeof whole / sizeof whole[0]; size++) {
        assert_int_equal(myo_utf8_whole(text, size), whole[size]);
    }
}

static void bytes_that_are_no_text_are_replaced(void **state) {
    (void)state;
    char text[] = "caf\xE9 \xC3\xA4 \xE2\x82";
    myo_utf8_repair(text);
    assert_string_equal(text, "caf? \xC3\xA4 ??");
    assert_true(myo_utf8_is_valid(text));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_are_searched_by_whole_items),
        cmocka_unit_test(texts_are_read_line_by_line),
        cmocka_unit_test(characters_are_known),
        cmocka_unit_test(texts_are_cut_between_characters),
        cmocka_unit_test(bytes_that_are_no_text_are_replaced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
