/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "boosting/common.h"

#include <stdlib.h>

static _Thread_local myo_error error;

const char *probe_message(void) {
    return error.message;
}

bool probe_finish(bool done, const myo_error *err) {
    error = *err;
    return done;
}

void probe_free(void *memory) {
    free(memory);
}

static size_t clamp(long value, size_t count) {
    return value < 0 ? 0 : (size_t)value < count ? (size_t)value : count - 1;
}

void probe_gather(const myo_planes *maps, const int32_t *spec, size_t feature_count,
                  const int32_t *places, size_t place_count, float *out) {
    for (size_t f = 0; f < feature_count; f++) {
        const int32_t *s = spec + 3 * f;
        myo_grid map = myo_planes_get(maps, (size_t)s[0]);
        for (size_t i = 0; i < place_count; i++) {
            long row = places[i] / (long)map.columns, column = places[i] % (long)map.columns;
            out[f * place_count + i] = map.pixels[clamp(row + s[1], map.rows) * map.columns +
                                                  clamp(column + s[2], map.columns)];
        }
    }
}
