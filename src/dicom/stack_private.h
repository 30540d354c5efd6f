/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MYO_DICOM_STACK_PRIVATE_H
#define MYO_DICOM_STACK_PRIVATE_H

#include "dicom/header_private.h"

/*
 * Sorts the images of one series into stacks of parallel neighbouring slices. `headers` (count of
 * them, in any order) are the images; `instances` and `stacks` have room for `count` each and are
 * filled; instances[i].geometry and its strings are those of the headers.
 */
bool dicom_arrange_stacks(const dicom_header *const *headers, size_t count, myo_instance *instances,
                          myo_stack *stacks, size_t *stack_count, myo_error *err);

#endif
