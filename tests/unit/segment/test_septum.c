/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The septum on a compartment whose best division is known. */
#include "cmocka_all.h"

#include "segment/decide/decide_private.h"

#define COLUMNS 40
#define ROWS 30

/* A compartment of columns 5 to 34 whose multifidus ends at column 15 + row / 5. Probabilities are
 * 0.9 and 0.1, but in the middle rows they are even: there the line must be interpolated. */
static void find_septum(bool left, uint8_t medial[COLUMNS * ROWS]) {
    uint8_t compartment[COLUMNS * ROWS];
    float multifidus[COLUMNS * ROWS], erector[COLUMNS * ROWS], brightness[COLUMNS * ROWS];
    for (size_t i = 0; i < COLUMNS * ROWS; i++) {
        size_t c = left ? i % COLUMNS : COLUMNS - 1 - i % COLUMNS, r = i / COLUMNS;
        bool is_medial = c < 15 + r / 5;
        compartment[i] = c >= 5 && c < 35 && r >= 2 && r < 28;
        multifidus[i] = r >= 12 && r < 18 ? 0.5f : is_medial ? 0.9f : 0.1f;
        erector[i] = 1.0f - multifidus[i];
        brightness[i] = 0.0f;
    }
    assert_true(decide_septum(compartment, multifidus, erector, brightness, left, COLUMNS, ROWS,
                              medial, NULL));
}

static void divides_where_the_probabilities_change(void **state) {
    (void)state;
    for (int side = 0; side < 2; side++) {
        uint8_t medial[COLUMNS * ROWS];
        find_septum(side == 0, medial);
        for (size_t r = 2; r < 28; r++) {
            long first = -1, count = 0;
            for (size_t k = 0; k < COLUMNS; k++) {
                size_t c = side == 0 ? k : COLUMNS - 1 - k;
                if (medial[r * COLUMNS + c]) {
                    first = first < 0 ? (long)k : first;
                    count++;
                }
            }
            assert_int_equal(first, 5);
            assert_in_range(5 + count, 15 + r / 5 - 1, 15 + r / 5 + 1);
        }
        assert_int_equal(medial[20], 0); /* row 0 is outside of the compartment */
    }
}

static void leaves_an_empty_compartment_empty(void **state) {
    (void)state;
    uint8_t compartment[COLUMNS * ROWS] = {0}, medial[COLUMNS * ROWS];
    float zeros[COLUMNS * ROWS] = {0};
    medial[7] = 1;
    assert_true(decide_septum(compartment, zeros, zeros, zeros, true, COLUMNS, ROWS, medial, NULL));
    assert_int_equal(medial[7], 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(divides_where_the_probabilities_change),
        cmocka_unit_test(leaves_an_empty_compartment_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
