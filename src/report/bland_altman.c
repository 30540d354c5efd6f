/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/bland_altman.h"

#include "base/memory.h"
#include "io/csv.h"
#include "report/plot.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define MINUS "\xE2\x88\x92"
#define ELLIPSIS "\xE2\x80\xA6"
#define TEXT_SIZE 256
/* Of a reader's name along each axis. */
#define NAME_CHARACTERS_X 18
#define NAME_CHARACTERS_Y 12
#define LAYERS_MAX (MYO_AGREEMENT_READERS_MAX + 4)

/* Colours of the palette. */
enum { COLOR_LIMIT = 2, COLOR_BIAS = 0, COLOR_POINTS = 1, COLOR_TREND = 3 };

/* What the layers point to. */
typedef struct drawing {
    double *x, *y; /* owned: count x series */
    char title[TEXT_SIZE], subtitle[TEXT_SIZE], x_title[TEXT_SIZE], y_title[TEXT_SIZE];
    char bias[TEXT_SIZE], upper[TEXT_SIZE], lower[TEXT_SIZE], trend[TEXT_SIZE];
    double levels[3], bands[3][2], zero, trend_x[2], trend_y[2];
    myo_plot_layer layers[LAYERS_MAX];
    size_t layer_count;
} drawing;

/* " (mm²)", or nothing without a unit. */
static const char *unit_in_brackets(const char *unit, char *text, size_t size) {
    snprintf(text, size, unit[0] ? " (%s)" : "%s", unit);
    return text;
}

static void append_number(myo_text *text, double value, int decimals) {
    myo_text number = {0};
    myo_csv_append_number(&number, true, value, decimals);
    const char *digits = number.data && !number.failed ? number.data : "";
    bool negative = digits[0] == '-';
    myo_text_printf(text, "%s%s", negative ? MINUS : "", digits + negative);
    myo_text_clear(&number);
}

/* "12.3", and with an interval "12.3 (9.8 to 14.8)". */
static void print_level(double value, const double band[2], int decimals, char out[TEXT_SIZE]) {
    myo_text text = {0};
    append_number(&text, value, decimals);
    if (band && isfinite(band[0])) {
        myo_text_append(&text, " (");
        append_number(&text, band[0], decimals);
        myo_text_append(&text, " to ");
        append_number(&text, band[1], decimals);
        myo_text_append(&text, ")");
    }
    snprintf(out, TEXT_SIZE, "%s", text.data && !text.failed ? text.data : "");
    myo_text_clear(&text);
}

static void add_level(drawing *d, int index, double value, double low, double high,
                      const char *name, unsigned color, int decimals, char detail[TEXT_SIZE]) {
    d->levels[index] = value;
    d->bands[index][0] = low;
    d->bands[index][1] = high;
    print_level(value, d->bands[index], decimals, detail);
    d->layers[d->layer_count++] =
        (myo_plot_layer){.kind = MYO_PLOT_LEVEL,
                         .name = name,
                         .detail = detail,
                         .y = &d->levels[index],
                         .y2 = isfinite(low) ? d->bands[index] : NULL,
                         .color = color,
                         .dash = color == COLOR_BIAS ? MYO_PLOT_SOLID : MYO_PLOT_DASHED};
}

static void add_zero(drawing *d) {
    d->zero = 0.0;
    d->layers[d->layer_count++] =
        (myo_plot_layer){.kind = MYO_PLOT_GUIDE, .y = &d->zero, .dash = MYO_PLOT_DOTTED};
}

static void add_trend(drawing *d, const myo_bland_altman *b, size_t count) {
    if (!isfinite(b->slope)) {
        return;
    }
    d->trend_x[0] = INFINITY;
    d->trend_x[1] = -INFINITY;
    for (size_t i = 0; i < count; i++) {
        d->trend_x[0] = fmin(d->trend_x[0], d->x[i]);
        d->trend_x[1] = fmax(d->trend_x[1], d->x[i]);
    }
    for (int i = 0; i < 2; i++) {
        d->trend_y[i] = b->intercept + b->slope * d->trend_x[i];
    }
    myo_text text = {0};
    myo_text_append(&text, "Proportional bias: slope ");
    append_number(&text, b->slope, 3);
    if (isfinite(b->slope_p)) {
        bool small = b->slope_p < 0.001;
        myo_text_append(&text, small ? ", p < " : ", p = ");
        append_number(&text, small ? 0.001 : b->slope_p, 3);
    }
    snprintf(d->trend, sizeof d->trend, "%s", text.data && !text.failed ? text.data : "");
    myo_text_clear(&text);
    d->layers[d->layer_count++] = (myo_plot_layer){.kind = MYO_PLOT_LINE,
                                                   .name = d->trend,
                                                   .x = d->trend_x,
                                                   .y = d->trend_y,
                                                   .count = 2,
                                                   .color = COLOR_TREND,
                                                   .dash = MYO_PLOT_DOTTED};
}

/* The start of a name, so that two of them and a unit fit along an axis. */
static void shorten(const char *name, size_t most, char out[TEXT_SIZE]) {
    size_t end = 0, characters = 0;
    while (name[end] && end + 8 < TEXT_SIZE) {
        bool starts = ((unsigned char)name[end] & 0xC0) != 0x80;
        if (starts && characters == most) {
            break;
        }
        characters += starts;
        end++;
    }
    snprintf(out, TEXT_SIZE, "%.*s%s", (int)end, name, name[end] ? ELLIPSIS : "");
}

static void draw_two(const myo_report_bland_altman *f, drawing *d) {
    const myo_bland_altman *b = f->differences;
    char unit[TEXT_SIZE], first[TEXT_SIZE], second[TEXT_SIZE];
    unit_in_brackets(f->unit, unit, sizeof unit);
    for (size_t i = 0; i < f->count; i++) {
        d->x[i] = 0.5 * (f->values[2 * i] + f->values[2 * i + 1]);
        d->y[i] = f->values[2 * i] - f->values[2 * i + 1];
    }
    snprintf(d->subtitle, sizeof d->subtitle,
             "n = %zu; limits that hold 95 %% of the differences, each with its 95 %% interval",
             f->count);
    shorten(f->readers[0], NAME_CHARACTERS_X, first);
    shorten(f->readers[1], NAME_CHARACTERS_X, second);
    snprintf(d->x_title, sizeof d->x_title, "Mean of %s and %s%s", first, second, unit);
    shorten(f->readers[0], NAME_CHARACTERS_Y, first);
    shorten(f->readers[1], NAME_CHARACTERS_Y, second);
    snprintf(d->y_title, sizeof d->y_title, "Difference %s " MINUS " %s%s", first, second, unit);
    add_level(d, 0, b->upper, b->upper_low, b->upper_high, "Upper limit", COLOR_LIMIT, f->decimals,
              d->upper);
    add_level(d, 1, b->bias, b->bias_lower, b->bias_upper, "Bias", COLOR_BIAS, f->decimals,
              d->bias);
    add_level(d, 2, b->lower, b->lower_low, b->lower_high, "Lower limit", COLOR_LIMIT, f->decimals,
              d->lower);
    add_zero(d);
    add_trend(d, b, f->count);
    d->layers[d->layer_count++] = (myo_plot_layer){
        .kind = MYO_PLOT_POINTS, .x = d->x, .y = d->y, .count = f->count, .color = COLOR_POINTS};
}

static void draw_many(const myo_report_bland_altman *f, drawing *d) {
    double limit = f->agreement->limit_mean;
    char unit[TEXT_SIZE];
    unit_in_brackets(f->unit, unit, sizeof unit);
    snprintf(d->subtitle, sizeof d->subtitle,
             "n = %zu, %zu readers; limits of agreement with the mean of all readers", f->count,
             f->reader_count);
    snprintf(d->x_title, sizeof d->x_title, "Mean of all readers%s", unit);
    snprintf(d->y_title, sizeof d->y_title, "Difference reader " MINUS " mean of all readers%s",
             unit);
    add_level(d, 0, limit, NAN, NAN, "Upper limit", COLOR_LIMIT, f->decimals, d->upper);
    add_level(d, 2, -limit, NAN, NAN, "Lower limit", COLOR_LIMIT, f->decimals, d->lower);
    add_zero(d);
    for (size_t r = 0; r < f->reader_count; r++) {
        double *x = d->x + r * f->count, *y = d->y + r * f->count;
        for (size_t i = 0; i < f->count; i++) {
            const double *row = f->values + i * f->reader_count;
            x[i] = 0.0;
            for (size_t k = 0; k < f->reader_count; k++) {
                x[i] += row[k] / (double)f->reader_count;
            }
            y[i] = row[r] - x[i];
        }
        d->layers[d->layer_count++] = (myo_plot_layer){.kind = MYO_PLOT_POINTS,
                                                       .name = f->readers[r],
                                                       .x = x,
                                                       .y = y,
                                                       .count = f->count,
                                                       .color = COLOR_POINTS + (unsigned)r};
    }
}

bool myo_report_bland_altman_write(const char *stem, const myo_report_bland_altman *f,
                                   myo_error *err) {
    drawing *d = myo_alloc_array(1, sizeof *d, err);
    size_t series = f->reader_count > 2 ? f->reader_count : 1;
    bool done = d != NULL;
    if (done) {
        d->x = myo_alloc_array(f->count * series, sizeof *d->x, err);
        d->y = myo_alloc_array(f->count * series, sizeof *d->y, err);
        done = d->x && d->y;
    }
    if (done) {
        snprintf(d->title, sizeof d->title, "%s: %s", f->structure, f->measure);
        if (f->reader_count > 2) {
            draw_many(f, d);
        } else {
            draw_two(f, d);
        }
        const myo_plot plot = {.title = d->title,
                               .subtitle = d->subtitle,
                               .x = {d->x_title, NAN, NAN},
                               .y = {d->y_title, NAN, NAN},
                               .layers = d->layers,
                               .layer_count = d->layer_count};
        done = myo_plot_write(stem, &plot, err);
    }
    if (d) {
        free(d->x);
        free(d->y);
    }
    free(d);
    return done;
}
