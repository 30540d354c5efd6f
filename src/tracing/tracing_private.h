/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the files of this folder share. A source (NIfTI, SEG, ROI) says what its regions mean
 * (tracing_meaning) and gives a mask of each region on a slice; compose.c makes label values of
 * these, with sides.c for regions that do not name theirs.
 */
#ifndef MYO_TRACING_TRACING_PRIVATE_H
#define MYO_TRACING_TRACING_PRIVATE_H

#include "io/imagej_roi_read.h"

#include <myotome/tracing.h>

#define TRACING_NO_SIDE (-1)

/* What of the spine a region is: of several that a slice cuts, one is the vertebral reference. */
typedef enum tracing_part {
    TRACING_PART_REFERENCE, /* named as the reference: before all others */
    TRACING_PART_BODY,      /* vertebral body or disc */
    TRACING_PART_VERTEBRA   /* perhaps with arch and processes: only its largest piece counts */
} tracing_part;

typedef struct tracing_meaning {
    bool used; /* false: no structure that is measured; all else does not count */
    bool lean; /* lean muscle for the Circle method; structure and side do not count */
    myo_structure structure;
    int side; /* myo_side, or TRACING_NO_SIDE; MYO_LEFT for unpaired structures */
    tracing_part part;
} tracing_meaning;

/* --- Notes ------------------------------------------------------------------------------------ */

/* Adds a note to a text of MYO_TRACING_NOTES_SIZE bytes, "; " before it; one that does not fit is
 * left out, and the text ends with "...". */
void tracing_note(char *notes, const char *format, ...) MYO_PRINTF(2, 3);

/* Names of regions that are left out, for one note. */
#define TRACING_LISTED_MAX 4
#define TRACING_LISTED_SIZE 160
typedef struct tracing_left_out {
    char names[TRACING_LISTED_SIZE]; /* the first ones, quoted */
    size_t count;
} tracing_left_out;
void tracing_leave_out(tracing_left_out *list, const char *name);
/* Adds a note with a reason, if there are any. */
void tracing_note_left_out(char *notes, const tracing_left_out *list, const char *reason);

/* --- Volumes ---------------------------------------------------------------------------------- */

/* Regions of a label map: as many as bits in a mask. */
#define TRACING_GROUPS_MAX 64

typedef struct tracing_group {
    tracing_meaning meaning;
    char *name; /* owned, for notes */
} tracing_group;

typedef struct tracing_plane {
    myo_vec3 origin_mm;               /* centre of its first voxel */
    double height_mm;                 /* along the normal of the volume */
    double below_mm, above_mm;        /* how far its voxels reach */
    double column_offset, row_offset; /* of its first voxel, in voxels */
    size_t first;                     /* index of its first voxel */
    const char *source_uid;           /* of the image that it was drawn on; borrowed, or NULL */
} tracing_plane;

/* Parallel planes of one size. A voxel holds a code; the masks say which groups a code stands for.
 */
typedef struct tracing_volume {
    size_t columns, rows, plane_count;
    size_t column_stride, row_stride;     /* of the codes */
    myo_vec3 column_step_mm, row_step_mm; /* to the next voxel within a plane */
    myo_vec3 normal;                      /* unit vector across the planes */
    myo_vec3 column_dual, row_dual;       /* products with a point are its voxels within a plane */
    tracing_plane *planes;                /* owned; by height */
    uint16_t *codes;                      /* owned */
} tracing_volume;

/* What a volume gives on a slice. */
typedef struct tracing_cut {
    uint8_t *masks[TRACING_GROUPS_MAX]; /* owned; NULL where a group has no pixel */
    uint8_t *outside;                   /* owned: 1 where the slice is outside of the volume */
    size_t outside_count;
    size_t cut_count; /* pixels of the masks beside one that is outside */
    double moved_mm;  /* mean over the pixels of all masks */
} tracing_cut;

/* Fills in all that follows from steps and origins, and sorts the planes. They reach half way to
 * their neighbours, but where one is missing, and at the ends, half of `spacing_mm`. */
void tracing_volume_arrange(tracing_volume *volume, double spacing_mm);
void tracing_volume_clear(tracing_volume *volume);

/* Samples a volume on a slice. `masks` says which groups a code stands for. The caller clears *out
 * in any case. */
bool tracing_volume_cut(const tracing_volume *volume, const uint64_t *masks,
                        const tracing_group *groups, size_t group_count,
                        const myo_geometry *geometry, tracing_cut *out, myo_error *err);
void tracing_cut_clear(tracing_cut *cut);

/* How badly a slice fits a volume: root of the mean squared distance of its corners and its middle
 * from the nearest plane, mm. */
double tracing_volume_misfit(const tracing_volume *volume, const myo_geometry *geometry);

/* Distance of the middle of a slice from the nearest plane, mm. */
double tracing_volume_distance(const tracing_volume *volume, const myo_geometry *geometry);

/* Finds the plane with most voxels of any group, as far as it has more than out->labelled_pixels;
 * counts the planes that have any. */
void tracing_volume_find_plane(const tracing_volume *volume, const uint64_t *masks,
                               myo_tracing_plane *out);

/* --- ROI sets --------------------------------------------------------------------------------- */

typedef enum tracing_name_kind {
    TRACING_NAME_UNKNOWN,   /* nothing that is measured, or not understood */
    TRACING_NAME_KNOWN,     /* the meaning holds */
    TRACING_NAME_AUTOMATIC, /* as ImageJ names regions by itself, or empty */
    TRACING_NAME_MERGED     /* all back muscles in one: no structure, and no part of one */
} tracing_name_kind;

typedef struct tracing_roi_name {
    tracing_name_kind kind;
    tracing_meaning meaning;
} tracing_roi_name;

/* --- The tracing ------------------------------------------------------------------------------ */

struct myo_tracing {
    myo_tracing_format format;
    char *path;
    const char *naming; /* static */
    char notes[MYO_TRACING_NOTES_SIZE];

    tracing_group *groups; /* of label maps */
    size_t group_count, group_capacity;
    uint64_t *masks; /* groups of each code */
    size_t mask_count;
    tracing_volume *volumes;
    size_t volume_count;

    myo_roi_list rois; /* of an ROI set, and what each is */
    tracing_roi_name *roi_names;

    char *frame_of_reference_uid; /* owned; "" when unknown */
    char **sources;
    size_t source_count, source_capacity;
};

/* Finds the group of a meaning, or adds one; parts of the spine have a group each. */
bool tracing_add_group(myo_tracing *tracing, const tracing_meaning *meaning, const char *name,
                       size_t *out, myo_error *err);

/* Each fills in an empty tracing. Messages name the file. */
bool tracing_open_nifti(myo_tracing *tracing, const myo_tracing_options *options, myo_error *err);
bool tracing_open_roi(myo_tracing *tracing, const myo_tracing_options *options, myo_error *err);
bool tracing_open_seg(myo_tracing *tracing, const myo_tracing_options *options, myo_error *err);

/* --- Regions on a slice ----------------------------------------------------------------------- */

typedef struct tracing_region {
    tracing_meaning meaning;
    const char *name; /* borrowed, for notes */
    bool may_be_pair; /* pieces of it may lie on both sides, as in a label map without sides */
    uint8_t *mask;    /* owned */
} tracing_region;

typedef struct tracing_regions {
    tracing_region *items;
    size_t count, capacity;
} tracing_regions;

/* Adds a region; the mask becomes the list's, whatever happens. */
bool tracing_regions_add(tracing_regions *regions, const tracing_meaning *meaning, const char *name,
                         bool may_be_pair, uint8_t *mask, myo_error *err);
void tracing_regions_clear(tracing_regions *regions);

/* Fills the regions of an ROI set that count on a slice. */
bool tracing_fill_rois(const myo_tracing *tracing, const myo_tracing_grid *grid,
                       tracing_regions *regions, myo_tracing_drawn *drawn, myo_error *err);

/* Gives a side to the regions without one, by adding regions with a side for them. */
bool tracing_resolve_sides(tracing_regions *regions, const myo_geometry *geometry, char *notes,
                           myo_error *err);

/* Makes label values of the regions. Fails with MYO_E_NOT_FOUND when no pixel is left. */
bool tracing_compose(tracing_regions *regions, const myo_geometry *geometry, myo_tracing_drawn *out,
                     myo_error *err);

#endif
