/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/hosmer_lemeshow.h"

#include "base/memory.h"
#include "base/sort.h"
#include "stats/distribution.h"
#include "stats/quantile_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Limits of the groups, each greater than the one before; returns the number of groups. */
static size_t find_limits(const double *sorted, size_t count, size_t groups, myo_hl_group *out) {
    size_t found = 0;
    double previous = stats_quantile_ratio(sorted, count, 0, groups);
    for (size_t k = 1; k <= groups; k++) {
        double limit = stats_quantile_ratio(sorted, count, k, groups);
        if (limit > previous) {
            out[found++] = (myo_hl_group){.lower = previous, .upper = limit};
            previous = limit;
        }
    }
    if (found == 0) { /* all probabilities are equal */
        out[found++] = (myo_hl_group){.lower = previous, .upper = previous};
    }
    return found;
}

/* The group of a probability: the first whose upper limit it does not exceed. */
static size_t find_group(const myo_hosmer_lemeshow *hl, double probability) {
    size_t low = 0, high = hl->group_count - 1;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (probability <= hl->groups[middle].upper) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

/* Takes out groups without a patient: a limit between two blocks of equal probabilities. */
static void drop_empty(myo_hosmer_lemeshow *hl) {
    size_t kept = 0;
    for (size_t k = 0; k < hl->group_count; k++) {
        if (hl->groups[k].count > 0) {
            hl->groups[kept++] = hl->groups[k];
        }
    }
    hl->group_count = kept;
}

/* (observed - expected)^2 / expected, which is 0 where both are 0. */
static double term(double observed, double expected) {
    double difference = observed - expected;
    return difference == 0.0 ? 0.0 : difference * difference / expected;
}

bool myo_hosmer_lemeshow_test(const myo_binary *data, size_t groups, myo_hosmer_lemeshow *out,
                              myo_error *err) {
    *out = (myo_hosmer_lemeshow){0};
    if (groups < MYO_HL_GROUPS_MIN || groups > MYO_HL_GROUPS_MAX || data->count == 0) {
        return myo_error_set(err, MYO_E_ARGUMENT, "Hosmer-Lemeshow: %zu groups of %zu patients",
                             groups, data->count);
    }
    double *sorted = myo_alloc_array(data->count, sizeof *sorted, err);
    if (!sorted) {
        return false;
    }
    memcpy(sorted, data->score, data->count * sizeof *sorted);
    myo_sort_doubles(sorted, data->count);
    out->group_count = find_limits(sorted, data->count, groups, out->groups);
    free(sorted);
    for (size_t i = 0; i < data->count; i++) {
        myo_hl_group *group = &out->groups[find_group(out, data->score[i])];
        group->count++;
        group->events += data->event[i];
        group->expected += data->score[i];
    }
    drop_empty(out);
    for (size_t k = 0; k < out->group_count; k++) {
        const myo_hl_group *group = &out->groups[k];
        double size = (double)group->count, events = (double)group->events;
        out->chi2 += term(events, group->expected) + term(size - events, size - group->expected);
    }
    bool defined = out->group_count >= MYO_HL_GROUPS_MIN;
    out->df = defined ? (double)out->group_count - 2.0 : (double)NAN;
    out->df_external = defined ? (double)out->group_count : (double)NAN;
    out->p = stats_chi2_upper(out->chi2, out->df);
    out->p_external = stats_chi2_upper(out->chi2, out->df_external);
    return true;
}
