/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people and programs call a structure, and what is not understood. */
#include "tracing_fixture.h"

#include "tracing/names_private.h"

#define NONE TRACING_NO_SIDE

static void reads_names_as_people_write_them(void **state) {
    (void)state;
    static const struct {
        const char *name;
        myo_structure structure;
        int side;
    } cases[] = {
        {"multifidus_left", MYO_MULTIFIDUS, MYO_LEFT},
        {"Left Multifidus", MYO_MULTIFIDUS, MYO_LEFT},
        {"MF-R", MYO_MULTIFIDUS, MYO_RIGHT},
        {"multifidus_left-1", MYO_MULTIFIDUS, MYO_LEFT},
        {"MF_L-2", MYO_MULTIFIDUS, MYO_LEFT},
        {"LMF", MYO_MULTIFIDUS, MYO_LEFT},
        {"MFR", MYO_MULTIFIDUS, MYO_RIGHT},
        {"MF1", MYO_MULTIFIDUS, NONE},
        {"LM", MYO_MULTIFIDUS, NONE},
        {"mult. re.", MYO_MULTIFIDUS, MYO_RIGHT},
        {"M. multifidus li", MYO_MULTIFIDUS, MYO_LEFT},
        {"multifidusleft", MYO_MULTIFIDUS, MYO_LEFT},
        {"MultifidusRight", MYO_MULTIFIDUS, MYO_RIGHT},
        {"multifidus L4/5 left", MYO_MULTIFIDUS, MYO_LEFT},
        {"multifidus L4", MYO_MULTIFIDUS, NONE},
        {"left thoracolumbar multifidus", MYO_MULTIFIDUS, MYO_LEFT},
        {"ERECTOR SPINAE (R)", MYO_ERECTOR_SPINAE, MYO_RIGHT},
        {"erectorSpinae_dex", MYO_ERECTOR_SPINAE, MYO_RIGHT},
        {"ESM sin", MYO_ERECTOR_SPINAE, MYO_LEFT},
        {"longissimus-lt", MYO_ERECTOR_SPINAE, MYO_LEFT},
        {"erector_spinae_right_2", MYO_ERECTOR_SPINAE, MYO_RIGHT},
        {"Psoas", MYO_PSOAS_MAJOR, NONE},
        {"psoas.major.rt", MYO_PSOAS_MAJOR, MYO_RIGHT},
        {"iliopsoas_left", MYO_PSOAS_MAJOR, MYO_LEFT},
        {"PM L", MYO_PSOAS_MAJOR, MYO_LEFT},
        {"right psoas muscle", MYO_PSOAS_MAJOR, MYO_RIGHT},
        {"Quadratus lumborum links", MYO_QUADRATUS_LUMBORUM, MYO_LEFT},
        {"qlr", MYO_QUADRATUS_LUMBORUM, MYO_RIGHT},
        {"GMax_L", MYO_GLUTEUS_MAXIMUS, MYO_LEFT},
        {"gluteus maximus", MYO_GLUTEUS_MAXIMUS, NONE},
        {"GMed right", MYO_GLUTEUS_MEDIUS, MYO_RIGHT},
        {"rectus_abdominis_left", MYO_ABDOMINAL_WALL, MYO_LEFT},
        {"abdominal wall", MYO_ABDOMINAL_WALL, NONE},
        {"vertebral body or disc", MYO_VERTEBRAL_REFERENCE, MYO_LEFT},
        {"disc_L4_L5", MYO_VERTEBRAL_REFERENCE, MYO_LEFT},
        {"disc_L5_S", MYO_VERTEBRAL_REFERENCE, MYO_LEFT},
        {"vertebrae_L4", MYO_VERTEBRAL_REFERENCE, MYO_LEFT},
        {"VB", MYO_VERTEBRAL_REFERENCE, MYO_LEFT},
        {"left and right psoas", MYO_PSOAS_MAJOR, NONE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        tracing_meaning m;
        tracing_name_kind kind = tracing_name_parse(cases[i].name, &m);
        if (kind != TRACING_NAME_KNOWN || m.lean || m.structure != cases[i].structure ||
            m.side != cases[i].side) {
            fail_msg("%s: kind %d, structure %d, side %d", cases[i].name, (int)kind,
                     (int)m.structure, m.side);
        }
    }
}

/* Every key and name of structure.h with every side, as the library's own files write them. */
static void reads_its_own_names(void **state) {
    (void)state;
    for (int s = 0; s < MYO_STRUCTURE_COUNT; s++) {
        const myo_structure_info *info = myo_structure_get((myo_structure)s);
        for (int side = 0; side < (info->paired ? 2 : 1); side++) {
            char name[64];
            tracing_meaning m;
            snprintf(name, sizeof name, "%s%s%s", info->key, info->paired ? "_" : "",
                     info->paired ? myo_side_key((myo_structure)s, (myo_side)side) : "");
            assert_int_equal(tracing_name_parse(name, &m), TRACING_NAME_KNOWN);
            assert_int_equal(m.structure, s);
            assert_int_equal(m.side, side);
        }
        tracing_meaning m;
        assert_int_equal(tracing_name_parse(info->name, &m), TRACING_NAME_KNOWN);
        assert_int_equal(m.structure, s);
    }
}

static void knows_lean_regions(void **state) {
    (void)state;
    static const char *const names[] = {"lean", "lean_1", "Circle 3", "lean multifidus left",
                                        "MF lean R"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        tracing_meaning m;
        assert_int_equal(tracing_name_parse(names[i], &m), TRACING_NAME_KNOWN);
        assert_true(m.used && m.lean);
    }
}

static void does_not_guess(void **state) {
    (void)state;
    static const struct {
        const char *name;
        tracing_name_kind kind;
    } cases[] = {{"multifidus fat", TRACING_NAME_UNKNOWN},
                 {"psoas minor", TRACING_NAME_UNKNOWN},
                 {"semispinalis cervicis and multifidus", TRACING_NAME_UNKNOWN},
                 {"gluteus", TRACING_NAME_UNKNOWN},
                 {"gluteus minimus left", TRACING_NAME_UNKNOWN},
                 {"left", TRACING_NAME_UNKNOWN},
                 {"L4", TRACING_NAME_UNKNOWN},
                 {"Label 3", TRACING_NAME_UNKNOWN},
                 {"lean fat", TRACING_NAME_UNKNOWN},
                 {"0012-0345-0234", TRACING_NAME_AUTOMATIC},
                 {"0345-0234", TRACING_NAME_AUTOMATIC},
                 {"0345-0234-1", TRACING_NAME_AUTOMATIC},
                 {"", TRACING_NAME_AUTOMATIC},
                 {" - ", TRACING_NAME_AUTOMATIC},
                 {"autochthon_left", TRACING_NAME_MERGED},
                 {"Paraspinal muscles R", TRACING_NAME_MERGED}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        tracing_meaning m;
        tracing_name_kind kind = tracing_name_parse(cases[i].name, &m);
        if (kind != cases[i].kind || m.used) {
            fail_msg("\"%s\": kind %d", cases[i].name, (int)kind);
        }
    }
}

static void reads_long_names_without_end(void **state) {
    (void)state;
    char name[4000];
    memset(name, 'x', sizeof name);
    for (size_t i = 0; i < sizeof name; i += 7) {
        name[i] = ' ';
    }
    name[sizeof name - 1] = '\0';
    tracing_meaning m;
    assert_int_equal(tracing_name_parse(name, &m), TRACING_NAME_UNKNOWN);
    memcpy(name, "left psoas", sizeof "left psoas");
    assert_int_equal(tracing_name_find_side(name), MYO_LEFT);
}

static void reads_sides(void **state) {
    (void)state;
    int side;
    assert_true(tracing_side_parse("R", &side) && side == MYO_RIGHT);
    assert_true(tracing_side_parse(" Links ", &side) && side == MYO_LEFT);
    assert_true(tracing_side_parse("", &side) && side == NONE);
    assert_true(tracing_side_parse("none", &side) && side == NONE);
    assert_false(tracing_side_parse("middle", &side));
    assert_false(tracing_side_parse("left right", &side));
}

/* --- Schemes ---------------------------------------------------------------------------------- */

static void assert_scheme(const uint16_t *values, size_t count, const char *expected) {
    const tracing_scheme *scheme = NULL;
    myo_error err = {0};
    if (!tracing_scheme_recognise(values, count, &scheme, &err)) {
        fail_msg("%s", err.message);
    }
    assert_string_equal(tracing_scheme_get_name(scheme), expected);
}

#define ASSERT_SCHEME(expected, ...)                                                               \
    do {                                                                                           \
        const uint16_t values[] = {__VA_ARGS__};                                                   \
        assert_scheme(values, sizeof values / sizeof values[0], expected);                         \
    } while (0)

static void recognises_whose_values_they_are(void **state) {
    (void)state;
    ASSERT_SCHEME("myotome", 5101, 5102, 9001);
    ASSERT_SCHEME("myotome", 1101, 5111, 6160, 7101);
    ASSERT_SCHEME("totalsegmentator", 1, 5, 25, 27, 28, 52, 80, 81, 86, 87, 88, 89, 117);
    ASSERT_SCHEME("totalsegmentator-mr", 1, 5, 19, 20, 40, 41, 46, 47, 48, 49);
    ASSERT_SCHEME("totalsegmentator-abdominal", 3, 4, 15, 16, 17, 18, 19, 20);
    ASSERT_SCHEME("totalspineseg", 1, 2, 41, 42, 43, 44, 45, 50, 92, 93, 94, 95, 100);
    ASSERT_SCHEME("totalspineseg", 44, 45, 95);
}

static void refuses_to_guess_whose_values_they_are(void **state) {
    (void)state;
    const tracing_scheme *scheme = NULL;
    myo_error err = {0};
    /* Vertebrae of the one or thoracic discs with the gluteal muscles of the other. */
    const uint16_t both[] = {1, 2, 41, 42, 43, 44, 45, 50, 80, 81, 82, 91, 92, 93, 94, 95, 100};
    assert_false(tracing_scheme_recognise(both, sizeof both / sizeof both[0], &scheme, &err));
    assert_int_equal(err.code, MYO_E_AMBIGUOUS);
    assert_string_equal(err.message, "the label values fit totalsegmentator and totalspineseg; say "
                                     "whose they are with --labels-from");
    const uint16_t numbered[] = {1, 2, 3, 4, 5, 6, 7, 8};
    err = (myo_error){0};
    assert_false(tracing_scheme_recognise(numbered, 8, &scheme, &err));
    assert_int_equal(err.code, MYO_E_NOT_FOUND);
    assert_string_equal(err.message,
                        "the label values (1, 2, 3, 4, 5, 6, ...) are those of no program that is "
                        "known; say whose they are with --labels-from, or name them in a table");
    err = (myo_error){0};
    assert_false(tracing_scheme_get("slicer", &scheme, &err));
    assert_string_equal(err.message,
                        "unknown label values \"slicer\" (there are: auto, myotome, musclemap, "
                        "totalsegmentator, totalsegmentator-mr, totalsegmentator-abdominal, "
                        "totalspineseg)");
}

static void assert_value(const char *name, unsigned value, myo_structure structure, int side) {
    const tracing_scheme *scheme = NULL;
    tracing_meaning m;
    assert_true(tracing_scheme_get(name, &scheme, NULL));
    assert_true(tracing_scheme_find(scheme, value, &m));
    assert_true(m.used && !m.lean && m.structure == structure && m.side == side);
}

static void knows_what_values_mean(void **state) {
    (void)state;
    assert_value("musclemap", 5121, MYO_PSOAS_MAJOR, MYO_LEFT);
    assert_value("totalsegmentator", 80, MYO_GLUTEUS_MAXIMUS, MYO_LEFT);
    assert_value("totalsegmentator", 83, MYO_GLUTEUS_MEDIUS, MYO_RIGHT);
    assert_value("totalsegmentator", 89, MYO_PSOAS_MAJOR, MYO_RIGHT);
    assert_value("totalsegmentator", 28, MYO_VERTEBRAL_REFERENCE, MYO_LEFT);
    assert_value("totalsegmentator-mr", 48, MYO_PSOAS_MAJOR, MYO_LEFT);
    /* The right side first. */
    assert_value("totalsegmentator-abdominal", 15, MYO_ERECTOR_SPINAE, MYO_RIGHT);
    assert_value("totalsegmentator-abdominal", 18, MYO_MULTIFIDUS, MYO_LEFT);
    assert_value("totalsegmentator-abdominal", 19, MYO_PSOAS_MAJOR, MYO_RIGHT);
    assert_value("totalspineseg", 95, MYO_VERTEBRAL_REFERENCE, MYO_LEFT);
    const tracing_scheme *scheme = NULL;
    tracing_meaning m;
    assert_true(tracing_scheme_get("totalsegmentator", &scheme, NULL));
    assert_false(tracing_scheme_find(scheme, 86, &m)); /* all back muscles in one */
    assert_true(tracing_scheme_find(scheme, 1, &m) && !m.used);
}

/* The table of the library and of the scheme agree in every value. */
static void agrees_with_the_table_of_structures(void **state) {
    (void)state;
    for (unsigned value = 1; value <= 65535; value++) {
        myo_structure structure = MYO_MULTIFIDUS;
        myo_side side = MYO_LEFT;
        const tracing_scheme *scheme = NULL;
        tracing_meaning m;
        bool known = myo_structure_from_label((uint16_t)value, &structure, &side);
        assert_true(tracing_scheme_get("myotome", &scheme, NULL));
        assert_true(tracing_scheme_find(scheme, value, &m));
        assert_int_equal(m.used, known);
        assert_true(!known || (m.structure == structure && m.side == (int)side));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_names_as_people_write_them),
        cmocka_unit_test(reads_its_own_names),
        cmocka_unit_test(knows_lean_regions),
        cmocka_unit_test(does_not_guess),
        cmocka_unit_test(reads_long_names_without_end),
        cmocka_unit_test(reads_sides),
        cmocka_unit_test(recognises_whose_values_they_are),
        cmocka_unit_test(refuses_to_guess_whose_values_they_are),
        cmocka_unit_test(knows_what_values_mean),
        cmocka_unit_test(agrees_with_the_table_of_structures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
