/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the files of the disc finder share.
 *
 * A sagittal slice is worked on as a "view": columns to the back, rows to the feet, square pixels
 * of DISCS_STEP_MM.
 */
#ifndef MYO_LEVEL_DISCS_PRIVATE_H
#define MYO_LEVEL_DISCS_PRIVATE_H

#include "image/forest.h"

#include <myotome/spine.h>

#define DISCS_STEP_MM 2.0

/* What a pixel may show. */
enum {
    DISCS_OTHER,
    DISCS_BODY,        /* a thoracic or lumbar vertebral body */
    DISCS_DISC,        /* a disc above L5/S1 */
    DISCS_LUMBOSACRAL, /* the disc L5/S1 */
    DISCS_SACRUM,      /* a sacral body, or the rest of a disc between two */
    DISCS_CLASSES
};

/* Feature maps of the two stages; the prior's features refer to them by number. */
#define DISCS_STAGE0_MAPS 9
#define DISCS_STAGE1_MAPS (DISCS_STAGE0_MAPS + DISCS_CLASSES - 1)

/* The view of a slice: its pixels normalised to their surroundings, and where they lie. */
typedef struct discs_view {
    myo_grid pixels;       /* of DISCS_STEP_MM */
    myo_geometry geometry; /* of these pixels */
} discs_view;

/* Makes the view of a sagittal image. MYO_E_ARGUMENT in another plane, MYO_E_RANGE when it shows
 * too little to hold a spine. */
bool discs_view_create(const myo_image *image, discs_view *out, myo_error *err);
void discs_view_clear(discs_view *view);

/* Feature maps of a view: DISCS_STAGE0_MAPS of them, and with the answer of stage 0
 * (`probabilities`, may be NULL) DISCS_STAGE1_MAPS. */
bool discs_maps(const myo_grid *view, const myo_planes *probabilities, myo_planes *maps,
                myo_error *err);

/* The fitted prior. Borrowed from the tensors, which live as long. */
typedef struct discs_model {
    myo_tensors *tensors;
    myo_forest stage0, stage1;
    const char *version;
} discs_model;

/* Opens the prior that is built in. */
bool discs_model_open(discs_model *model, myo_error *err);
/* Opens one from memory (aligned to four bytes). */
bool discs_model_parse(const void *data, size_t size, const char *origin, discs_model *model,
                       myo_error *err);
void discs_model_close(discs_model *model);

/* Class probabilities of the views of a series, as they lie beside each other. */
#define DISCS_SLICES_MAX 32
typedef struct discs_volume {
    myo_planes slices[DISCS_SLICES_MAX]; /* DISCS_CLASSES planes each, smoothed across slices */
    double offset_mm[DISCS_SLICES_MAX];  /* along the normal, ascending */
    size_t count;
    myo_geometry geometry; /* of the first slice */
} discs_volume;

bool discs_volume_create(const discs_model *model, const myo_image *const *images, size_t count,
                         discs_volume *out, myo_error *err);
void discs_volume_clear(discs_volume *volume);

/* A place that may be a disc. */
typedef struct discs_candidate {
    double x_mm, y_mm;   /* in the view: to the back, to the feet */
    double offset_mm;    /* along the normal */
    double disc;         /* probabilities there: of a disc above L5/S1, */
    double lumbosacral;  /* of the disc L5/S1, */
    double sacrum;       /* of the sacrum; */
    double sacrum_below; /* and of the sacrum below it; negative when that is not in view */
} discs_candidate;
#define DISCS_CANDIDATES_MAX 64

/* The places of a volume that may be discs, from head to foot. */
bool discs_find_candidates(const discs_volume *volume, discs_candidate *out, size_t *count,
                           myo_error *err);
/* Mean probability that a vertebral body lies between two candidates, `parts` of them. */
double discs_body_between(const discs_volume *volume, const discs_candidate *a,
                          const discs_candidate *b, size_t parts);

/* A disc of the chain: a candidate, or (interpolated) a place between two. */
typedef struct discs_link {
    discs_candidate at;
    bool interpolated;
} discs_link;

/* The chain of discs from head to foot, the last being L5/S1 as far as can be seen. */
typedef struct discs_chain {
    discs_link links[MYO_DISCS_MAX + 1];
    size_t count;
    size_t lumbosacral;      /* which link is L5/S1; == count when that lies beyond the last */
    double count_confidence; /* that it is */
    int other_shift;         /* as in myo_spine */
    double other_confidence;
    bool transitional;
} discs_chain;

/* Moves the links of a chain to the middles of their discs. */
void discs_place_links(const discs_volume *volume, discs_chain *chain);

void discs_find_chain(const discs_volume *volume, const discs_candidate *candidates, size_t count,
                      discs_chain *out);

/* spine.c: the finder with a given prior. */
bool discs_find_with_model(const discs_model *model, const myo_image *const *slices, size_t count,
                           myo_spine *out, myo_error *err);

/* Class probabilities of a view (DISCS_CLASSES planes), from the first stage or from both. */
bool discs_classify(const discs_model *model, const myo_grid *view, bool both, myo_planes *out,
                    myo_error *err);

#endif
