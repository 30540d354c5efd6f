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

/* The same for the series of a slice that the user named, which may be axial CT. */
bool level_check_series_of_slice(const myo_series *series, myo_error *err);

/* Fills in a choice; fails when the slice cannot be measured. slice.c. */
bool level_finish(const myo_series *series, const myo_instance *instance, const char *source,
                  double confidence, myo_level_choice *out, myo_error *err);

/* The slice at out->level by the stacks of a series of several slices. */
bool level_choose_by_stacks(const myo_series *series, const myo_level_evidence *evidence,
                            myo_level_choice *out, myo_error *err);

/* What the number of stacks says against a count by discs. Who plans a stack for each lumbar disc
 * has counted the discs, too: six or four of them, one level apart, are a sign that another number
 * than five was seen, although protocols differ. */
typedef struct level_doubt {
    const char *text; /* NULL: nothing; static storage */
    double factor;    /* of the confidence of the count */
    int shift;        /* where a level lies if the doubt is right, in levels to the feet */
} level_doubt;

level_doubt level_doubt_by_stacks(const myo_series *series);

/* The place of a level on a spine: a disc's centre, or for a vertebra the middle between its discs.
 * `shift` counts levels to the feet from there. False when it was not found. */
bool level_find_place(const myo_spine *spine, const char *level, int shift, myo_vec3 *centre,
                      double *confidence);

/* The slice nearest to the place of a level. */
bool level_choose_by_spine(const myo_series *series, const myo_spine *spine, int shift,
                           myo_level_choice *out, myo_error *err);

#endif
