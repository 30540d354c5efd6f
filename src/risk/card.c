/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A model's card as text for a terminal of 80 columns. The headings follow TRIPOD (G. Collins et
 * al., BMJ 350:g7594, 2015): what is predicted, in whom, from what, how it was made, how it was
 * tested, and what is wrong with it.
 */
#include "base/text.h"
#include "risk/equation.h"
#include "risk/model_private.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define CARD_WIDTH 80
#define NAME_WIDTH 30 /* of the first column of the equation */

/* Length in characters, not bytes, of UTF-8: bytes that continue a character do not count. */
static size_t display_width(const char *text, size_t size) {
    size_t width = 0;
    for (size_t i = 0; i < size; i++) {
        width += ((unsigned char)text[i] & 0xc0) != 0x80;
    }
    return width;
}

/* Appends a paragraph broken at blanks, `first` in front of its first line and as many blanks in
 * front of the others. */
static void wrap(myo_text *card, const char *first, const char *paragraph) {
    size_t indent = display_width(first, strlen(first)), column = indent;
    myo_text_append(card, first);
    bool line_is_empty = true;
    while (*paragraph) {
        paragraph += strspn(paragraph, " \t\r\n");
        size_t size = strcspn(paragraph, " \t\r\n");
        size_t width = display_width(paragraph, size);
        if (size == 0) {
            break;
        }
        if (!line_is_empty && column + 1 + width > CARD_WIDTH) {
            myo_text_printf(card, "\n%*s", (int)indent, "");
            column = indent;
            line_is_empty = true;
        }
        if (!line_is_empty) {
            myo_text_append(card, " ");
            column++;
        }
        myo_text_append_bytes(card, paragraph, size);
        column += width;
        line_is_empty = false;
        paragraph += size;
    }
    myo_text_append(card, "\n");
}

static void section(myo_text *card, const char *heading) {
    myo_text_printf(card, "\n%s\n", heading);
}

static const char *text_of(const json_t *object, const char *key) {
    return json_string_value(json_object_get(object, key));
}

/* A section of one paragraph, left out when there is nothing to say. */
static void paragraph_section(myo_text *card, const char *heading, const char *paragraph) {
    if (paragraph) {
        section(card, heading);
        wrap(card, "  ", paragraph);
    }
}

static void append_term(myo_text *card, const char *name, const char *unit, const risk_term *term) {
    double margin = RISK_Z95 * term->standard_error;
    if (display_width(name, strlen(name)) > NAME_WIDTH) {
        myo_text_printf(card, "  %s\n", name);
        name = "";
    }
    myo_text_printf(card, "  %-*s %11.4g %9.3g   %.3f (%.3f to %.3f)\n", NAME_WIDTH, name,
                    term->coefficient, term->standard_error, exp(term->coefficient),
                    exp(term->coefficient - margin), exp(term->coefficient + margin));
    if (unit) {
        myo_text_printf(card, "    per %s\n", unit);
    }
}

static void append_equation(myo_text *card, const myo_model *model) {
    section(card, "Equation");
    wrap(card, "  ",
         "Probability = 1 / (1 + exp(-l)), where l is the intercept plus the sum of coefficient "
         "times value.");
    myo_text_printf(card, "\n  %-*s %11s %9s   %s\n", NAME_WIDTH, "term", "coefficient", "SE",
                    "odds ratio (95 %)");
    myo_text_printf(card, "  %-*s %11.4g   (%s)\n", NAME_WIDTH, "intercept", model->intercept,
                    model->intercept_source);
    for (size_t i = 0; i < model->predictor_count; i++) {
        const risk_predictor *predictor = &model->predictors[i];
        for (size_t t = 0; t < predictor->term_count; t++) {
            char name[RISK_NAME_MAX + 256];
            snprintf(name, sizeof name, "%s%s%s", predictor->name, predictor->reference ? " " : "",
                     predictor->reference ? predictor->terms[t].level : "");
            append_term(card, name, predictor->unit, &predictor->terms[t]);
        }
        if (predictor->reference) {
            myo_text_printf(card, "    against %s\n", predictor->reference);
        }
    }
    const char *note = text_of(json_object_get(model->root, "intercept"), "note");
    if (note) {
        myo_text_append(card, "\n");
        wrap(card, "  ", note);
    }
}

/* What a measurement is held against. */
static void append_measured(myo_text *line, const json_t *with) {
    const char *separator = " Holds for: ";
    for (size_t i = 0; i < MYO_DIFFERENCES; i++) {
        const myo_measured_property *p = &myo_measured_properties[i];
        const json_t *list = json_object_get(with, p->key);
        for (size_t k = 0; k < json_array_size(list); k++) {
            if (k == 0) {
                myo_text_printf(line, "%s%s ", separator, p->word);
                separator = "; ";
            }
            myo_text_printf(line, "%s%s", k > 0 ? " or " : "",
                            json_string_value(json_array_get(list, k)));
        }
    }
    if (*separator == ';') {
        myo_text_append(line, ".");
    }
}

static void append_predictors(myo_text *card, const myo_model *model) {
    section(card, "Predictors");
    for (size_t i = 0; i < model->predictor_count; i++) {
        const risk_predictor *predictor = &model->predictors[i];
        const json_t *development = json_object_get(predictor->json, "development");
        myo_text_printf(card, "  %s\n", predictor->name);
        myo_text line = {0};
        myo_text_append(&line, predictor->label);
        if (predictor->unit) {
            myo_text_printf(&line, ", in %s", predictor->unit);
        } else {
            myo_text_printf(&line, ": %s", predictor->reference);
            for (size_t t = 0; t < predictor->term_count; t++) {
                myo_text_printf(&line, ", %s", predictor->terms[t].level);
            }
        }
        myo_text_append(&line, ".");
        if (development) {
            myo_text_printf(&line, " Development data %g +- %g; valid from %g to %g (%s).",
                            json_number_value(json_object_get(development, "mean")),
                            json_number_value(json_object_get(development, "sd")),
                            predictor->minimum, predictor->maximum,
                            text_of(development, "range_source"));
        }
        const char *measurement = text_of(predictor->json, "measurement");
        myo_text_printf(&line, " %s", measurement ? measurement : "");
        append_measured(&line, json_object_get(predictor->json, "measured_with"));
        wrap(card, "    ", line.failed ? "" : line.data);
        card->failed = card->failed || line.failed;
        myo_text_clear(&line);
    }
}

/* Appends ", name value" for a number that is there. */
static void append_figure(myo_text *line, const json_t *object, const char *key, const char *name) {
    const json_t *value = json_object_get(object, key);
    if (value) {
        myo_text_printf(line, ", %s %g", name, json_number_value(value));
    }
}

static void append_performance(myo_text *card, const myo_model *model) {
    const json_t *list = json_object_get(model->root, "performance");
    if (!list) {
        return;
    }
    section(card, "Performance");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *entry = json_array_get(list, i);
        const json_t *interval = json_object_get(entry, "auc_interval");
        const json_t *test = json_object_get(entry, "hosmer_lemeshow");
        myo_text line = {0};
        myo_text_append(&line, text_of(entry, "data"));
        append_figure(&line, entry, "n", "n");
        append_figure(&line, entry, "events", "events");
        append_figure(&line, entry, "auc", "AUC");
        if (interval) {
            myo_text_printf(&line, " (%g to %g)", json_number_value(json_array_get(interval, 0)),
                            json_number_value(json_array_get(interval, 1)));
        }
        append_figure(&line, entry, "sensitivity", "sensitivity");
        append_figure(&line, entry, "specificity", "specificity");
        append_figure(&line, entry, "brier", "Brier score");
        append_figure(&line, entry, "calibration_intercept", "calibration intercept");
        append_figure(&line, entry, "calibration_slope", "calibration slope");
        if (test) {
            append_figure(&line, test, "chi2", "Hosmer-Lemeshow chi2");
            append_figure(&line, test, "df", "df");
            append_figure(&line, test, "p", "p");
        }
        const char *note = text_of(entry, "note");
        myo_text_printf(&line, ". %s", note ? note : "");
        wrap(card, "  - ", line.failed ? "" : line.data);
        card->failed = card->failed || line.failed;
        myo_text_clear(&line);
    }
}

static void append_cut_off(myo_text *card, const myo_model *model) {
    const json_t *cut_off = json_object_get(model->root, "cut_off");
    if (cut_off) {
        const char *note = text_of(cut_off, "note");
        myo_text line = {0};
        myo_text_printf(&line, "%g (%s). %s",
                        json_number_value(json_object_get(cut_off, "probability")),
                        text_of(cut_off, "source"), note ? note : "");
        paragraph_section(card, "Cut-off", line.failed ? "" : line.data);
        card->failed = card->failed || line.failed;
        myo_text_clear(&line);
    }
}

static void append_source(myo_text *card, const myo_model *model) {
    const json_t *source = json_object_get(model->root, "source");
    paragraph_section(card, "Source", text_of(source, "citation"));
    if (text_of(source, "doi")) {
        wrap(card, "  DOI ", text_of(source, "doi"));
    }
    if (text_of(source, "note")) {
        wrap(card, "  ", text_of(source, "note"));
    }
    paragraph_section(card, "Licence and limits", text_of(model->root, "licence"));
}

bool myo_model_card(const myo_model *model, char **out, myo_error *err) {
    const json_t *root = model->root, *card_part = json_object_get(root, "card");
    const json_t *problems = json_object_get(root, "known_problems");
    myo_text card = {0};
    wrap(&card, "", model->title);
    myo_text_append(&card, "Not for clinical decisions without review.\n");
    section(&card, "Model");
    wrap(&card, "  ", model->name);
    paragraph_section(&card, "Outcome", text_of(root, "outcome"));
    paragraph_section(&card, "Horizon", text_of(root, "horizon"));
    paragraph_section(&card, "No prediction", model->unavailable);
    paragraph_section(&card, "Intended use", text_of(card_part, "intended_use"));
    paragraph_section(&card, "Population", text_of(card_part, "population"));
    paragraph_section(&card, "Participants", text_of(card_part, "participants"));
    append_predictors(&card, model);
    if (!model->unavailable) {
        append_equation(&card, model);
        paragraph_section(&card, "Interval", text_of(root, "interval_note"));
    }
    paragraph_section(&card, "Missing data", text_of(card_part, "missing_data"));
    paragraph_section(&card, "Method", text_of(card_part, "method"));
    paragraph_section(&card, "Validation", text_of(card_part, "validation"));
    append_performance(&card, model);
    append_cut_off(&card, model);
    section(&card, "Known problems");
    for (size_t i = 0; i < json_array_size(problems); i++) {
        wrap(&card, "  - ", json_string_value(json_array_get(problems, i)));
    }
    append_source(&card, model);
    return myo_text_take(&card, out, err);
}
