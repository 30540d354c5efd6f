/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "segment/region/region_private.h"

#include "base/memory.h"

#include <stdlib.h>

bool region_stack_allocate(region_stack *stack, size_t planes, size_t columns, size_t rows,
                           myo_error *err) {
    *stack = (region_stack){
        .pixels = myo_alloc_array(planes * columns * rows, sizeof(float), err),
        .planes = planes,
        .columns = columns,
        .rows = rows,
    };
    return stack->pixels != NULL;
}

void region_stack_clear(region_stack *stack) {
    free(stack->pixels);
    *stack = (region_stack){0};
}

myo_grid region_stack_plane(const region_stack *stack, size_t plane) {
    return (myo_grid){.pixels = stack->pixels + plane * stack->columns * stack->rows,
                      .columns = stack->columns,
                      .rows = stack->rows};
}
