/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "image/planes.h"

#include "base/memory.h"

#include <stdlib.h>

bool myo_planes_allocate(myo_planes *planes, size_t count, size_t columns, size_t rows,
                         myo_error *err) {
    *planes = (myo_planes){
        .pixels = myo_alloc_array(count * columns * rows, sizeof(float), err),
        .planes = count,
        .columns = columns,
        .rows = rows,
    };
    return planes->pixels != NULL;
}

void myo_planes_clear(myo_planes *planes) {
    free(planes->pixels);
    *planes = (myo_planes){0};
}

myo_grid myo_planes_get(const myo_planes *planes, size_t plane) {
    return (myo_grid){.pixels = planes->pixels + plane * planes->columns * planes->rows,
                      .columns = planes->columns,
                      .rows = planes->rows};
}
