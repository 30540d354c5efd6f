/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cards fit a terminal and say what a reader must know. */
#include "cmocka_all.h"

#include <myotome/risk.h>
#include <stdlib.h>
#include <string.h>

static char *card_of(const char *name) {
    myo_model *model = NULL;
    char *card = NULL;
    myo_error err = {0};
    if (!myo_model_load(name, &model, &err) || !myo_model_card(model, &card, &err)) {
        fail_msg("%s", err.message);
    }
    myo_model_destroy(model);
    return card;
}

static void has(const char *card, const char *text) {
    if (!strstr(card, text)) {
        fail_msg("the card lacks \"%s\":\n%s", text, card);
    }
}

static void lines_fit_and_have_no_blanks_at_their_end(const char *card) {
    for (const char *line = card; *line;) {
        size_t length = strcspn(line, "\n");
        if (length > 80 || (length > 0 && line[length - 1] == ' ')) {
            fail_msg("bad line of %zu: \"%.*s\"", length, (int)length, line);
        }
        line += length + (line[length] == '\n');
    }
    assert_int_equal(card[strlen(card) - 1], '\n');
}

static void cards_fit_a_terminal(void **state) {
    (void)state;
    size_t count;
    const char *const *names = myo_model_builtins(&count);
    for (size_t i = 0; i < count; i++) {
        char *card = card_of(names[i]);
        lines_fit_and_have_no_blanks_at_their_end(card);
        has(card, "\nNot for clinical decisions without review.\n");
        free(card);
    }
}

/* exp(-1.39) = 0.249, and exp(-1.39 -+ 1.96 x 0.485) = 0.096 to 0.644. */
static void the_card_of_an_equation_shows_its_numbers(void **state) {
    (void)state;
    char *card = card_of("nvcf-tang2024");
    has(card, "  surgical_approach PKP                -1.39     0.485   0.249 (0.096 to 0.644)\n"
              "    against PVP\n");
    has(card, "  spinal_ct_hu                        -0.043      0.01   0.958 (0.939 to 0.977)\n"
              "    per HU\n");
    has(card, "  intercept                             2.18   (reconstructed)\n");
    has(card, "AUC 0.801 (0.698 to 0.905)");
    has(card, "chi2 14.474");
    has(card, "Table 2 of the paper prints the coefficient of PKP");
    has(card, "10.3389/fmed.2024.1379078");
    free(card);
}

static void the_card_of_a_feature_definition_has_no_equation(void **state) {
    (void)state;
    char *card = card_of("rbp-2025");
    has(card, "\nNo prediction\n");
    has(card, "gluteus_medius_rcsa");
    assert_null(strstr(card, "\nEquation\n"));
    free(card);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cards_fit_a_terminal),
        cmocka_unit_test(the_card_of_an_equation_shows_its_numbers),
        cmocka_unit_test(the_card_of_a_feature_definition_has_no_equation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
