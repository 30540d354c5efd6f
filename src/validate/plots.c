/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The curves of a validation as pictures, drawn by report/plot.h: for all patients and for each
 * part of the split column, with one line for each model. */
#include "base/file.h"
#include "base/memory.h"
#include "report/plot.h"
#include "validate/validation_private.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_SIZE 256
#define NUMBER_SIZE 32
/* Points of a curve in a picture: finer than a printer. */
#define POINTS_MAX 2000
/* Curves in one picture; there are not more colours. */
#define CURVES_MAX (MYO_PLOT_COLORS - 1)
/* Besides the curves: diagonal or other references, points, bands. */
#define LAYERS_MAX (CURVES_MAX + 4)
/* Below this net benefit nothing is of interest: part of the greatest one above zero. */
#define BENEFIT_FLOOR_SHARE 0.25
/* Axes of probabilities end at a multiple of 1 / this. */
#define AXIS_STEPS 10.0
#define MINUS "\xE2\x88\x92"

enum { COLOR_REFERENCE = 0, COLOR_FIRST = 1, COLOR_EVENTS = 2 };

/* One picture while it is put together. Curves own their points. */
typedef struct picture {
    myo_plot plot;
    myo_plot_layer layers[LAYERS_MAX];
    double *owned[LAYERS_MAX];
    char names[LAYERS_MAX][TEXT_SIZE];
    char title[TEXT_SIZE], subtitle[TEXT_SIZE];
    size_t count;
} picture;

/* A model's measures in the patients that a picture is about. */
typedef struct curve_source {
    const char *name;
    const assessment *performance;
} curve_source;

typedef struct picture_sources {
    curve_source curves[CURVES_MAX];
    size_t count;
    const char *patients; /* "All patients", or the part */
} picture_sources;

static void clear(picture *p) {
    for (size_t i = 0; i < p->count; i++) {
        free(p->owned[i]);
    }
}

/* Adds a layer with room for `count` points: x, y and y2 one behind the other. */
static myo_plot_layer *add_layer(picture *p, myo_plot_kind kind, size_t count, unsigned color,
                                 myo_error *err) {
    double *numbers = myo_alloc_array(3 * count, sizeof *numbers, err);
    if (!numbers) {
        return NULL;
    }
    myo_plot_layer *layer = &p->layers[p->count];
    *layer = (myo_plot_layer){.kind = kind,
                              .x = numbers,
                              .y = numbers + count,
                              .y2 = kind == MYO_PLOT_BAND ? numbers + 2 * count : NULL,
                              .count = count,
                              .color = color};
    p->owned[p->count++] = numbers;
    return layer;
}

/* Numbers that a layer of this picture points to. */
static double *numbers_of(const picture *p) {
    return p->owned[p->count - 1];
}

static bool add_line(picture *p, double x0, double y0, double x1, double y1, const char *name,
                     myo_error *err) {
    myo_plot_layer *layer = add_layer(p, MYO_PLOT_LINE, 2, COLOR_REFERENCE, err);
    if (layer) {
        double *n = numbers_of(p);
        n[0] = x0;
        n[1] = x1;
        n[2] = y0;
        n[3] = y1;
        layer->name = name;
        layer->dash = MYO_PLOT_DOTTED;
    }
    return layer != NULL;
}

static void start(picture *p, const picture_sources *s, const char *title, const char *x,
                  const char *y) {
    const assessment *first = s->curves[0].performance;
    snprintf(p->title, sizeof p->title, "%s", title);
    snprintf(p->subtitle, sizeof p->subtitle, "%s (n = %zu, %zu events)", s->patients, first->count,
             first->events);
    p->plot = (myo_plot){.title = p->title,
                         .subtitle = p->subtitle,
                         .x = {x, NAN, NAN},
                         .y = {y, NAN, NAN},
                         .layers = p->layers};
}

/* Two decimals, a true minus sign, and no negative zero. */
static const char *print(double value, char text[NUMBER_SIZE]) {
    double rounded = round(value * 100.0) / 100.0;
    if (isnan(value)) {
        snprintf(text, NUMBER_SIZE, "not defined");
    } else {
        snprintf(text, NUMBER_SIZE, "%s%.2f", rounded < 0.0 ? MINUS : "", fabs(rounded));
    }
    return text;
}

static bool draw_roc(picture *p, const picture_sources *s, myo_error *err) {
    start(p, s, "ROC curve", "1 " MINUS " specificity", "Sensitivity");
    p->plot.x.minimum = p->plot.y.minimum = 0.0;
    p->plot.x.maximum = p->plot.y.maximum = 1.0;
    if (!add_line(p, 0.0, 0.0, 1.0, 1.0, NULL, err)) {
        return false;
    }
    for (size_t i = 0; i < s->count; i++) {
        const assessment *m = s->curves[i].performance;
        size_t levels = m->roc.level_count, every = levels / POINTS_MAX + 1;
        size_t count = (levels + every - 1) / every + 1, at = 1;
        myo_plot_layer *layer = add_layer(p, MYO_PLOT_LINE, count, COLOR_FIRST + (unsigned)i, err);
        if (!layer) {
            return false;
        }
        double *n = numbers_of(p);
        /* From the end, so that the last point is that of everybody. */
        for (size_t k = (levels - 1) % every; k < levels; k += every, at++) {
            const myo_roc_level *level = &m->roc.levels[k];
            n[at] = (double)(level->nonevents_above + level->nonevents) / (double)m->roc.nonevents;
            n[count + at] = (double)(level->events_above + level->events) / (double)m->roc.events;
        }
        snprintf(p->names[p->count], TEXT_SIZE, "%s: AUC %.3f (%.3f to %.3f)", s->curves[i].name,
                 m->auc.estimate, m->auc.lower, m->auc.upper);
        layer->name = p->names[p->count];
    }
    return true;
}

/* Observed share beside the mean prediction of each group of the Hosmer-Lemeshow test. */
static bool add_groups(picture *p, const assessment *m, myo_error *err) {
    const myo_hosmer_lemeshow *hl = &m->hosmer_lemeshow;
    myo_plot_layer *layer = add_layer(p, MYO_PLOT_POINTS, hl->group_count, COLOR_FIRST, err);
    if (!layer) {
        return false;
    }
    double *n = numbers_of(p);
    for (size_t k = 0; k < hl->group_count; k++) {
        n[k] = hl->groups[k].expected / (double)hl->groups[k].count;
        n[hl->group_count + k] = (double)hl->groups[k].events / (double)hl->groups[k].count;
    }
    layer->name = "groups of equal size";
    return true;
}

static bool draw_calibration(picture *p, const picture_sources *s, myo_error *err) {
    double most = 0.0;
    start(p, s, "Calibration", "Predicted risk", "Observed share of events");
    for (size_t i = 0; i < s->count; i++) {
        const assessment *m = s->curves[i].performance;
        myo_plot_layer *layer =
            add_layer(p, MYO_PLOT_LINE, m->curve_count, COLOR_FIRST + (unsigned)i, err);
        if (!layer) {
            return false;
        }
        double *n = numbers_of(p);
        for (size_t k = 0; k < m->curve_count; k++) {
            n[k] = m->curve[k].predicted;
            /* The local line can leave the range of a probability. */
            n[m->curve_count + k] = fmin(fmax(m->curve[k].observed, 0.0), 1.0);
            most = fmax(most, fmax(n[k], n[m->curve_count + k]));
        }
        char slope[NUMBER_SIZE], large[NUMBER_SIZE];
        snprintf(p->names[p->count], TEXT_SIZE, "%s: slope %s, in the large %s", s->curves[i].name,
                 print(m->calibration.slope.estimate, slope),
                 print(m->calibration.in_the_large.estimate, large));
        layer->name = p->names[p->count];
    }
    const myo_hosmer_lemeshow *hl = &s->curves[0].performance->hosmer_lemeshow;
    for (size_t k = 0; k < hl->group_count; k++) {
        most = fmax(most, (double)hl->groups[k].events / (double)hl->groups[k].count);
    }
    most = fmin(ceil(most * AXIS_STEPS) / AXIS_STEPS, 1.0);
    p->plot.x.minimum = p->plot.y.minimum = 0.0;
    p->plot.x.maximum = p->plot.y.maximum = most;
    return add_groups(p, s->curves[0].performance, err) &&
           add_line(p, 0.0, 0.0, most, most, "ideal", err);
}

/* A band between two numbers of the decision points, which lie `lower` and `upper` bytes inside. */
static bool add_band(picture *p, const assessment *m, size_t lower, size_t upper, unsigned color,
                     myo_error *err) {
    myo_plot_layer *layer = add_layer(p, MYO_PLOT_BAND, ASSESS_THRESHOLDS, color, err);
    double *n = layer ? numbers_of(p) : NULL;
    for (size_t k = 0; layer && k < ASSESS_THRESHOLDS; k++) {
        const char *point = (const char *)&m->decision[k];
        n[k] = m->decision[k].threshold;
        memcpy(&n[ASSESS_THRESHOLDS + k], point + lower, sizeof(double));
        memcpy(&n[2 * ASSESS_THRESHOLDS + k], point + upper, sizeof(double));
    }
    if (layer) {
        layer->name = "95 % interval";
    }
    return layer != NULL;
}

/* A line through one number of the decision points. */
static myo_plot_layer *add_curve(picture *p, const assessment *m, size_t member, unsigned color,
                                 myo_error *err) {
    myo_plot_layer *layer = add_layer(p, MYO_PLOT_LINE, ASSESS_THRESHOLDS, color, err);
    double *n = layer ? numbers_of(p) : NULL;
    for (size_t k = 0; layer && k < ASSESS_THRESHOLDS; k++) {
        n[k] = m->decision[k].threshold;
        memcpy(&n[ASSESS_THRESHOLDS + k], (const char *)&m->decision[k] + member, sizeof(double));
    }
    return layer;
}

#define MEMBER(name) offsetof(myo_decision_point, name)

static bool draw_decision(picture *p, const picture_sources *s, myo_error *err) {
    const assessment *first = s->curves[0].performance;
    double most = first->calibration.observed;
    start(p, s, "Decision curve", "Threshold probability", "Net benefit");
    p->plot.x.minimum = 0.0;
    p->plot.x.maximum = 1.0;
    if (!add_band(p, first, MEMBER(lower), MEMBER(upper), COLOR_FIRST, err)) {
        return false;
    }
    for (size_t i = 0; i < s->count; i++) {
        myo_plot_layer *layer = add_curve(p, s->curves[i].performance, MEMBER(net_benefit),
                                          COLOR_FIRST + (unsigned)i, err);
        if (!layer) {
            return false;
        }
        layer->name = s->curves[i].name;
    }
    myo_plot_layer *all = add_curve(p, first, MEMBER(treat_all), COLOR_REFERENCE, err);
    if (!all) {
        return false;
    }
    all->name = "treat all";
    all->dash = MYO_PLOT_DASHED;
    for (size_t k = 0; k < ASSESS_THRESHOLDS; k++) {
        most = fmax(most, isnan(first->decision[k].upper) ? 0.0 : first->decision[k].upper);
    }
    p->plot.y.minimum = -BENEFIT_FLOOR_SHARE * most;
    p->plot.y.maximum = most;
    return add_line(p, 0.0, 0.0, 1.0, 0.0, "treat nobody", err);
}

static bool draw_impact(picture *p, const picture_sources *s, myo_error *err) {
    const assessment *first = s->curves[0].performance;
    start(p, s, "Clinical impact", "Threshold probability", "Patients of 1000");
    p->plot.x.minimum = p->plot.y.minimum = 0.0;
    p->plot.x.maximum = 1.0;
    p->plot.y.maximum = MYO_IMPACT_PATIENTS;
    if (!add_band(p, first, MEMBER(high_risk_lower), MEMBER(high_risk_upper), COLOR_FIRST, err)) {
        return false;
    }
    myo_plot_layer *high = add_curve(p, first, MEMBER(high_risk), COLOR_FIRST, err);
    if (!high) {
        return false;
    }
    snprintf(p->names[0], TEXT_SIZE, "%s: at high risk", s->curves[0].name);
    high->name = p->names[0];
    myo_plot_layer *events = add_curve(p, first, MEMBER(high_risk_events), COLOR_EVENTS, err);
    if (!events) {
        return false;
    }
    events->name = "at high risk, with the event";
    events->dash = MYO_PLOT_DASHED;
    return true;
}

static const struct {
    const char *name;
    bool (*draw)(picture *p, const picture_sources *s, myo_error *err);
} pictures[] = {{"roc", draw_roc},
                {"calibration", draw_calibration},
                {"decision_curve", draw_decision},
                {"impact_curve", draw_impact}};

/* "roc", or "roc_training": what is no letter, digit or '-' becomes '_', and the number of the part
 * keeps names apart. */
static void name_file(const char *picture_name, const char *part, size_t index,
                      char name[TEXT_SIZE]) {
    if (!part) {
        snprintf(name, TEXT_SIZE, "%s", picture_name);
        return;
    }
    size_t start_of_part = (size_t)snprintf(name, TEXT_SIZE, "%s_%zu_", picture_name, index + 1);
    snprintf(name + start_of_part, TEXT_SIZE - start_of_part, "%s", part);
    for (char *c = name + start_of_part; *c; c++) {
        *c = isalnum((unsigned char)*c) || *c == '-' ? *c : '_';
    }
}

static bool write_pictures(const picture_sources *s, const char *part, size_t index,
                           const char *folder, myo_error *err) {
    bool done = true;
    for (size_t i = 0; i < sizeof pictures / sizeof pictures[0] && done; i++) {
        char name[TEXT_SIZE], *stem = NULL;
        picture *p = myo_alloc_array(1, sizeof *p, err);
        name_file(pictures[i].name, part, index, name);
        done = p && myo_path_join(folder, name, &stem, err) && pictures[i].draw(p, s, err);
        if (done) {
            p->plot.layer_count = p->count;
            done = myo_plot_write(stem, &p->plot, err);
        }
        if (p) {
            clear(p);
        }
        free(p);
        free(stem);
    }
    return done;
}

/* The curves of every model (as far as there are colours) in one group of patients. */
static void list_sources(const myo_validation *v, size_t part, picture_sources *s) {
    for (size_t i = 0; i < v->model_count && s->count < CURVES_MAX; i++) {
        const validate_model *m = &v->models[i];
        const assessment *p = part == SIZE_MAX ? &m->all : &m->parts[part];
        if (p->measured) {
            s->curves[s->count++] = (curve_source){myo_model_get_name(m->model), p};
        }
    }
}

/* The ROC curves of all parts of the first model in one picture. */
static bool write_parts(const myo_validation *v, const char *folder, myo_error *err) {
    picture_sources s = {.patients = "all parts"};
    for (size_t k = 0; k < v->part_count && s.count < CURVES_MAX; k++) {
        if (v->models[0].parts[k].measured) {
            s.curves[s.count++] = (curve_source){validate_part_name(v, k), &v->models[0].parts[k]};
        }
    }
    char *stem = NULL;
    picture *p = myo_alloc_array(1, sizeof *p, err);
    bool done = p && (s.count == 0 ||
                      (myo_path_join(folder, "roc_parts", &stem, err) && draw_roc(p, &s, err)));
    if (done && s.count > 0) {
        snprintf(p->subtitle, sizeof p->subtitle, "%s", myo_model_get_name(v->models[0].model));
        p->plot.layer_count = p->count;
        done = myo_plot_write(stem, &p->plot, err);
    }
    if (p) {
        clear(p);
    }
    free(p);
    free(stem);
    return done;
}

bool validate_write_plots(const myo_validation *v, const char *folder, myo_error *err) {
    char *plots = NULL;
    bool done = myo_path_join(folder, "plots", &plots, err) && myo_folder_create(plots, err);
    picture_sources all = {.patients = "All patients"};
    list_sources(v, SIZE_MAX, &all);
    done = done && write_pictures(&all, NULL, 0, plots, err);
    for (size_t k = 0; k < v->part_count && done; k++) {
        picture_sources part = {.patients = validate_part_name(v, k)};
        list_sources(v, k, &part);
        done = part.count == 0 || write_pictures(&part, part.patients, k, plots, err);
    }
    done = done && (v->part_count == 0 || write_parts(v, plots, err));
    free(plots);
    return done;
}
