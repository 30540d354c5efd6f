/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MYO_LEVEL_SERIES_PRIVATE_H
#define MYO_LEVEL_SERIES_PRIVATE_H

#include <myotome/level.h>

/* Steepest slices that count as axial. Disc-aligned stacks are tilted most at L5/S1, by about the
 * sacral slope (41 degrees on average when standing, R. Vialle et al., J Bone Joint Surg Am
 * 87:260-267, 2005); at 45 degrees the plane is as near to coronal as to axial. */
#define LEVEL_TILT_MAX_DEG 45.0

/* True when the slices of a stack are axial. */
bool level_stack_is_axial(const myo_series *series, const myo_stack *stack);

/* Fails when a series that the user named cannot be measured, and says why. What the user may know
 * better (localizer, derived, contrast that the header does not tell) does not count. */
bool level_check_named_series(const myo_series *series, myo_error *err);

#endif
