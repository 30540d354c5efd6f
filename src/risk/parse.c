/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From the JSON tree of a model file to a model. Everything is checked here, so that the other
 * files can rely on it. The members are described in docs/models.md.
 */
#include "base/memory.h"
#include "risk/model_private.h"
#include "risk/schema_private.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define FORMAT_NAME "myotome-risk-model"
#define FORMAT_VERSION 1
#define PATH_SIZE 96

static const schema_member model_members[] = {
    {"format", SCHEMA_TEXT, true},
    {"version", SCHEMA_COUNT, true},
    {"name", SCHEMA_TEXT, true},
    {"title", SCHEMA_TEXT, true},
    {"outcome", SCHEMA_TEXT, true},
    {"horizon", SCHEMA_TEXT, false},
    {"status", SCHEMA_TEXT, true},
    {"unavailable", SCHEMA_TEXT, false},
    {"link", SCHEMA_TEXT, true},
    {"intercept", SCHEMA_OBJECT, false},
    {"interval_note", SCHEMA_TEXT, false},
    {"covariance", SCHEMA_OBJECT, false},
    {"predictors", SCHEMA_OBJECTS, true},
    {"performance", SCHEMA_OBJECTS, false},
    {"cut_off", SCHEMA_OBJECT, false},
    {"source", SCHEMA_OBJECT, true},
    {"licence", SCHEMA_TEXT, false},
    {"card", SCHEMA_OBJECT, false},
    {"known_problems", SCHEMA_TEXTS, true},
    {0},
};

static const schema_member intercept_members[] = {
    {"value", SCHEMA_NUMBER, true},
    {"source", SCHEMA_TEXT, true},
    {"standard_error", SCHEMA_NOT_NEGATIVE_OR_NULL, true},
    {"standard_error_at_centre", SCHEMA_NOT_NEGATIVE_OR_NULL, false},
    {"note", SCHEMA_TEXT, false},
    {0},
};

/* A number with and without its coefficient, a category, and one of its levels likewise. */
static const schema_member number_members[] = {
    {"name", SCHEMA_TEXT, true},
    {"label", SCHEMA_TEXT, true},
    {"type", SCHEMA_TEXT, true},
    {"unit", SCHEMA_TEXT, true},
    {"measurement", SCHEMA_TEXT, false},
    {"measured_with", SCHEMA_OBJECT, false},
    {"development", SCHEMA_OBJECT, false},
    {"possible", SCHEMA_RANGE, false},
    {"coefficient", SCHEMA_NUMBER, false},
    {"standard_error", SCHEMA_NOT_NEGATIVE, false},
    {"interval_centre", SCHEMA_NUMBER, false},
    {0},
};

static const schema_member category_members[] = {
    {"name", SCHEMA_TEXT, true},
    {"label", SCHEMA_TEXT, true},
    {"type", SCHEMA_TEXT, true},
    {"reference", SCHEMA_TEXT, true},
    {"levels", SCHEMA_OBJECTS, true},
    {"measurement", SCHEMA_TEXT, false},
    {0},
};

static const schema_member level_members[] = {
    {"value", SCHEMA_TEXT, true},
    {"development_share", SCHEMA_PROBABILITY, false},
    {"coefficient", SCHEMA_NUMBER, false},
    {"standard_error", SCHEMA_NOT_NEGATIVE, false},
    {"interval_centre", SCHEMA_PROBABILITY, false},
    {0},
};

static const schema_member measured_members[] = {
    {"modalities", SCHEMA_TEXTS, false},
    {"levels", SCHEMA_TEXTS, false},
    {"fat_methods", SCHEMA_TEXTS, false},
    {"roi_conventions", SCHEMA_TEXTS, false},
    {0},
};

static const schema_member development_members[] = {
    {"mean", SCHEMA_NUMBER, true},       {"sd", SCHEMA_POSITIVE, true},
    {"minimum", SCHEMA_NUMBER, true},    {"maximum", SCHEMA_NUMBER, true},
    {"range_source", SCHEMA_TEXT, true}, {0},
};

static const schema_member performance_members[] = {
    {"data", SCHEMA_TEXT, true},
    {"n", SCHEMA_COUNT, false},
    {"events", SCHEMA_COUNT, false},
    {"auc", SCHEMA_PROBABILITY, false},
    {"auc_interval", SCHEMA_RANGE, false},
    {"hosmer_lemeshow", SCHEMA_OBJECT, false},
    {"sensitivity", SCHEMA_PROBABILITY, false},
    {"specificity", SCHEMA_PROBABILITY, false},
    {"brier", SCHEMA_PROBABILITY, false},
    {"calibration_intercept", SCHEMA_NUMBER, false},
    {"calibration_slope", SCHEMA_NUMBER, false},
    {"note", SCHEMA_TEXT, false},
    {0},
};

static const schema_member hosmer_lemeshow_members[] = {
    {"chi2", SCHEMA_NOT_NEGATIVE, true},
    {"df", SCHEMA_COUNT, true},
    {"p", SCHEMA_PROBABILITY, true},
    {0},
};

static const schema_member cut_off_members[] = {
    {"probability", SCHEMA_PROBABILITY, true},
    {"source", SCHEMA_TEXT, true},
    {"note", SCHEMA_TEXT, false},
    {0},
};

static const schema_member source_members[] = {
    {"citation", SCHEMA_TEXT, true},
    {"doi", SCHEMA_TEXT, false},
    {"note", SCHEMA_TEXT, false},
    {0},
};

static const schema_member card_members[] = {
    {"intended_use", SCHEMA_TEXT, false},
    {"population", SCHEMA_TEXT, false},
    {"participants", SCHEMA_TEXT, false},
    {"missing_data", SCHEMA_TEXT, false},
    {"method", SCHEMA_TEXT, false},
    {"validation", SCHEMA_TEXT, false},
    {0},
};

static const char *text_of(const json_t *object, const char *key) {
    return json_string_value(json_object_get(object, key));
}

/* Number of a member, or `otherwise` when it is absent or null. */
static double number_of(const json_t *object, const char *key, double otherwise) {
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : otherwise;
}

/* Names become column names and file names. */
static bool is_name(const char *text, const char *more) {
    size_t length = strlen(text);
    bool ok = length <= RISK_NAME_MAX && isalpha((unsigned char)text[0]);
    for (size_t i = 0; i < length && ok; i++) {
        ok = isalnum((unsigned char)text[i]) || strchr(more, text[i]) != NULL;
    }
    return ok;
}

/* A text that must be one of a few; `complaint` lists them. */
static bool need_one_of(const json_t *object, const schema_place *place, const char *key,
                        const char *const *allowed, const char *complaint, myo_error *err) {
    for (; *allowed; allowed++) {
        if (strcmp(text_of(object, key), *allowed) == 0) {
            return true;
        }
    }
    return schema_fail(place, key, complaint, err);
}

/* Reads coefficient and standard error; a complete model has both, a feature definition none. */
static bool fill_term(const json_t *object, const schema_place *place, bool complete,
                      double default_centre, risk_term *term, myo_error *err) {
    static const char *const keys[] = {"coefficient", "standard_error"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        bool present = json_object_get(object, keys[i]) != NULL;
        if (present != complete) {
            return schema_fail(
                place, keys[i],
                complete ? "is missing" : "has no place where status is features_only", err);
        }
    }
    term->coefficient = number_of(object, "coefficient", 0.0);
    term->standard_error = number_of(object, "standard_error", 0.0);
    term->centre = number_of(object, "interval_centre", default_centre);
    return true;
}

static bool fill_number(risk_predictor *predictor, const schema_place *place, bool complete,
                        myo_error *err) {
    const json_t *object = predictor->json;
    const json_t *development = json_object_get(object, "development");
    const json_t *possible = json_object_get(object, "possible");
    if (!schema_check(object, place, number_members, err)) {
        return false;
    }
    const json_t *with = json_object_get(object, "measured_with");
    char with_path[PATH_SIZE];
    snprintf(with_path, sizeof with_path, "%s.measured_with", place->path);
    schema_place with_place = {place->origin, with_path};
    if (with && !schema_check(with, &with_place, measured_members, err)) {
        return false;
    }
    predictor->unit = text_of(object, "unit");
    predictor->terms = myo_alloc_array(1, sizeof *predictor->terms, err);
    if (!predictor->terms) {
        return false;
    }
    predictor->term_count = 1;
    if (development) {
        char path[PATH_SIZE];
        snprintf(path, sizeof path, "%s.development", place->path);
        schema_place inner = {place->origin, path};
        if (!schema_check(development, &inner, development_members, err)) {
            return false;
        }
        predictor->has_range = true;
        predictor->minimum = number_of(development, "minimum", 0.0);
        predictor->maximum = number_of(development, "maximum", 0.0);
        if (predictor->minimum >= predictor->maximum) {
            return schema_fail(&inner, "maximum", "must be greater than minimum", err);
        }
    } else if (complete) {
        return schema_fail(place, "development", "is missing", err);
    }
    if (possible) {
        predictor->has_possible = true;
        predictor->possible_minimum = json_number_value(json_array_get(possible, 0));
        predictor->possible_maximum = json_number_value(json_array_get(possible, 1));
    }
    double mean = number_of(development, "mean", 0.0);
    return fill_term(object, place, complete, mean, predictor->terms, err);
}

static bool is_level_of(const risk_predictor *predictor, size_t count, const char *value) {
    for (size_t i = 0; i < count; i++) {
        if (strcasecmp(predictor->terms[i].level, value) == 0) {
            return true;
        }
    }
    return strcasecmp(predictor->reference, value) == 0;
}

static bool fill_category(risk_predictor *predictor, const schema_place *place, bool complete,
                          myo_error *err) {
    if (!schema_check(predictor->json, place, category_members, err)) {
        return false;
    }
    const json_t *levels = json_object_get(predictor->json, "levels");
    size_t count = json_array_size(levels);
    if (count > RISK_LEVELS_MAX) {
        return schema_fail(place, "levels", "has more than 32 levels", err);
    }
    predictor->reference = text_of(predictor->json, "reference");
    predictor->terms = myo_alloc_array(count, sizeof *predictor->terms, err);
    if (!predictor->terms) {
        return false;
    }
    predictor->term_count = count;
    for (size_t i = 0; i < count; i++) {
        char path[PATH_SIZE];
        snprintf(path, sizeof path, "%s.levels[%zu]", place->path, i);
        schema_place inner = {place->origin, path};
        const json_t *level = json_array_get(levels, i);
        if (!schema_check(level, &inner, level_members, err)) {
            return false;
        }
        if (is_level_of(predictor, i, text_of(level, "value"))) {
            return schema_fail(&inner, "value", "occurs twice", err);
        }
        predictor->terms[i].level = text_of(level, "value");
        double share = number_of(level, "development_share", 0.0);
        if (!fill_term(level, &inner, complete, share, &predictor->terms[i], err)) {
            return false;
        }
    }
    return true;
}

static bool fill_predictor(myo_model *model, size_t index, const char *origin, myo_error *err) {
    risk_predictor *predictor = &model->predictors[index];
    char path[PATH_SIZE];
    snprintf(path, sizeof path, "predictors[%zu]", index);
    schema_place place = {origin, path};
    predictor->json = json_array_get(json_object_get(model->root, "predictors"), index);
    bool complete = model->unavailable == NULL;
    const char *type = text_of(predictor->json, "type");
    if (!type) {
        return schema_fail(&place, "type", "must be number or category", err);
    }
    if (strcmp(type, "number") == 0) {
        if (!fill_number(predictor, &place, complete, err)) {
            return false;
        }
    } else if (strcmp(type, "category") == 0) {
        if (!fill_category(predictor, &place, complete, err)) {
            return false;
        }
    } else {
        return schema_fail(&place, "type", "must be number or category", err);
    }
    predictor->name = text_of(predictor->json, "name");
    predictor->label = text_of(predictor->json, "label");
    if (!is_name(predictor->name, "_")) {
        return schema_fail(&place, "name",
                           "must be a letter, then letters, digits and _ (64 at most)", err);
    }
    for (size_t i = 0; i < index; i++) {
        if (strcmp(model->predictors[i].name, predictor->name) == 0) {
            return schema_fail(&place, "name", "occurs twice", err);
        }
    }
    return true;
}

static bool fill_intercept(myo_model *model, const char *origin, myo_error *err) {
    schema_place whole = {origin, ""}, place = {origin, "intercept"};
    const json_t *intercept = json_object_get(model->root, "intercept");
    if (model->unavailable) {
        return !intercept ||
               schema_fail(&whole, "intercept", "has no place where status is features_only", err);
    }
    if (!intercept) {
        return schema_fail(&whole, "intercept", "is missing", err);
    }
    static const char *const sources[] = {"published", "reconstructed", "fitted", NULL};
    if (!schema_check(intercept, &place, intercept_members, err) ||
        !need_one_of(intercept, &place, "source", sources,
                     "must be published, reconstructed or fitted", err)) {
        return false;
    }
    model->intercept = number_of(intercept, "value", 0.0);
    model->standard_error_at_centre = number_of(intercept, "standard_error_at_centre", 0.0);
    model->intercept_source = text_of(intercept, "source");
    return true;
}

static bool check_performance(const json_t *root, const char *origin, myo_error *err) {
    const json_t *list = json_object_get(root, "performance");
    for (size_t i = 0; i < json_array_size(list); i++) {
        char path[PATH_SIZE], inner_path[PATH_SIZE];
        snprintf(path, sizeof path, "performance[%zu]", i);
        snprintf(inner_path, sizeof inner_path, "performance[%zu].hosmer_lemeshow", i);
        schema_place place = {origin, path}, inner = {origin, inner_path};
        const json_t *entry = json_array_get(list, i);
        const json_t *test = json_object_get(entry, "hosmer_lemeshow");
        if (!schema_check(entry, &place, performance_members, err) ||
            (test && !schema_check(test, &inner, hosmer_lemeshow_members, err))) {
            return false;
        }
        double events = number_of(entry, "events", 0.0);
        if (events > number_of(entry, "n", events)) {
            return schema_fail(&place, "events", "must not be greater than n", err);
        }
    }
    return true;
}

/* The parts that only the card shows. */
static bool check_description(const json_t *root, const char *origin, myo_error *err) {
    static const struct {
        const char *key;
        const schema_member *members;
    } parts[] = {{"cut_off", cut_off_members}, {"source", source_members}, {"card", card_members}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        const json_t *part = json_object_get(root, parts[i].key);
        schema_place place = {origin, parts[i].key};
        if (part && !schema_check(part, &place, parts[i].members, err)) {
            return false;
        }
    }
    return check_performance(root, origin, err);
}

static bool check_head(const json_t *root, const char *origin, myo_error *err) {
    schema_place place = {origin, ""};
    static const char *const formats[] = {FORMAT_NAME, NULL};
    static const char *const links[] = {"logit", NULL};
    static const char *const states[] = {"complete", "features_only", NULL};
    if (!schema_check(root, &place, model_members, err) ||
        !need_one_of(root, &place, "format", formats, "must be " FORMAT_NAME, err) ||
        !need_one_of(root, &place, "link", links, "must be logit", err) ||
        !need_one_of(root, &place, "status", states, "must be complete or features_only", err)) {
        return false;
    }
    if (json_integer_value(json_object_get(root, "version")) != FORMAT_VERSION) {
        return schema_fail(&place, "version",
                           "must be 1: the file needs another version of myotome", err);
    }
    if (!is_name(text_of(root, "name"), "-_.")) {
        return schema_fail(&place, "name",
                           "must be a letter, then letters, digits and any of -_. (64 at most)",
                           err);
    }
    bool features_only = strcmp(text_of(root, "status"), "features_only") == 0;
    if (features_only != (text_of(root, "unavailable") != NULL)) {
        return schema_fail(&place, "unavailable",
                           features_only ? "is missing: it says why and what can be done"
                                         : "has no place where status is complete",
                           err);
    }
    return true;
}

bool risk_model_fill(myo_model *model, const char *origin, myo_error *err) {
    const json_t *root = model->root;
    if (!check_head(root, origin, err)) {
        return false;
    }
    model->name = text_of(root, "name");
    model->title = text_of(root, "title");
    model->unavailable = text_of(root, "unavailable");
    size_t count = json_array_size(json_object_get(root, "predictors"));
    schema_place place = {origin, ""};
    if (count > RISK_PREDICTORS_MAX) {
        return schema_fail(&place, "predictors", "has more than 64 predictors", err);
    }
    model->predictors = myo_alloc_array(count, sizeof *model->predictors, err);
    if (!model->predictors) {
        return false;
    }
    model->predictor_count = count;
    for (size_t i = 0; i < count; i++) {
        if (!fill_predictor(model, i, origin, err)) {
            return false;
        }
    }
    return fill_intercept(model, origin, err) && risk_covariance_fill(model, origin, err) &&
           check_description(root, origin, err);
}
