/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a study shows a level: the discs on its sagittal series, and the axial slice that follows.
 */
#ifndef MYOTOME_LOCATE_H
#define MYOTOME_LOCATE_H

#include <myotome/level.h>
#include <myotome/tissue.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What is looked for. NULL means "not given". */
typedef struct myo_location_query {
    const char *level;  /* "L4/5" */
    const char *series; /* axial series: number or UID */
    const char *slice;  /* SOP UID, or SERIES:INSTANCE: then discs are not looked for */
    const myo_tissue_mapper *mapper; /* helps to find the spine on CT */
    size_t threads;                  /* 0: as many as processors; results do not depend on it */
} myo_location_query;

/* Plain value; pointers live as long as the catalogue. */
typedef struct myo_location {
    const char *level;                         /* looked for; NULL: not a level */
    const myo_series *axial;                   /* NULL: none fits */
    const myo_series *sagittal;                /* NULL: none fits, or none was asked for */
    const myo_series *volume;                  /* CT, on which the spine was looked for; or NULL */
    size_t sagittal_unreadable;                /* slices of either that could not be read */
    char note[MYO_ERROR_TEXT_SIZE];            /* why discs were not found; or empty */
    char sagittal_sha256[MYO_SHA256_HEX_SIZE]; /* of its slices' hashes, one after the other */
    myo_spine spine;                           /* count 0: no discs */
    bool has_slice, has_other;
    myo_level_choice slice; /* at the level */
    myo_level_choice other; /* the slice if the count is one off */
} myo_location;

/*
 * Finds a level in a study, reading the pixels of its sagittal T2 series, or, where there is no
 * axial T2 series, or a CT series was named, of its CT. Fails when there is no slice at that level,
 * with the errors of myo_level_choose_series() and myo_level_choose_slice(); *out then still says
 * what was found. Trouble with the sagittal series is no error: the note says it, and the order of
 * the axial stacks decides.
 */
MYO_API bool myo_locate_level(const myo_study *study, const myo_location_query *query,
                              myo_location *out, myo_error *err);

/*
 * Draws what was decided for a study of the catalogue, as PNG: the sagittal slice nearest to the
 * disc looked for (the middle one without discs) with the discs and their names, and the planes of
 * the axial slices across it, that of the chosen one marked. The file is
 * folder/sub-<id>/[ses-<date>/]sub-<id>[_ses-<date>]_desc-<level>_level.png, its folder created as
 * needed; where studies of the catalogue would share a name, each gets a part of its key. A
 * location without a sagittal slice that can be read is not drawn: no file, no error. Errors:
 * MYO_E_IO, MYO_E_MEMORY.
 */
MYO_API bool myo_locate_draw(const myo_catalogue *catalogue, const myo_study *study,
                             const myo_location *location, const char *folder, myo_error *err);

#ifdef __cplusplus
}
#endif
#endif
