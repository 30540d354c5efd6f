/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The discs of the spine on a sagittal T2 series or in a CT volume, named by counting up from the
 * sacrum. */
#ifndef MYOTOME_SPINE_H
#define MYOTOME_SPINE_H

#include <myotome/image.h>

#ifdef __cplusplus
extern "C" {
#endif

/* More discs than any spine has. */
#define MYO_DISCS_MAX 24

typedef struct myo_disc {
    const char *name;   /* "L4/5"; static storage */
    myo_vec3 centre_mm; /* patient coordinates */
    double confidence;  /* 0 to 1: that there is a disc and that this is its name */
    bool interpolated;  /* not seen: placed between its neighbours */
} myo_disc;

/* Signs that the count may be one off. */
enum {
    MYO_SPINE_NO_SACRUM = 1 << 0,     /* the sacrum is not in view: nothing to count from */
    MYO_SPINE_SACRUM_UNSURE = 1 << 1, /* two discs may be L5/S1 */
    MYO_SPINE_TRANSITIONAL = 1 << 2,  /* the first sacral disc looks like a lumbar one */
    MYO_SPINE_GAP = 1 << 3,           /* a disc between two others was not seen */
    MYO_SPINE_FEW_DISCS = 1 << 4,     /* fewer than four: too few to be sure of anything */
    /* On CT, which shows what lies beside the column: */
    MYO_SPINE_RIBS_DISAGREE = 1 << 5,  /* not five vertebrae without ribs above the sacrum, or a
                                          different number on both sides */
    MYO_SPINE_WIDE_PROCESSES = 1 << 6, /* the transverse processes of the last lumbar vertebra are
                                          high or touch the sacrum */
    MYO_SPINE_FROM_RIBS = 1 << 7       /* the sacrum is not in view: counted down from the ribs */
};

/* Plain value. */
typedef struct myo_spine {
    myo_disc discs[MYO_DISCS_MAX]; /* from head to foot, L5/S1 the last */
    size_t count;
    double count_confidence; /* 0 to 1: that the names are right */
    int other_shift;         /* the next likely count: +1 if each disc is one level higher (L4/5 is
                                L3/4), -1 if it is one lower; 0 when nothing speaks for another */
    double other_confidence; /* of that count */
    unsigned signs;          /* MYO_SPINE_... */
    int rib_free[2]; /* on CT: vertebrae without ribs above L5/S1, on the left and on the right; 0
                        where the lowest rib is not in view */
} myo_spine;

/*
 * Finds the discs on the slices of one sagittal series (count of them, in any order, of one size
 * and orientation; others than that of the middle slice are left out). Method: docs/methods.md,
 * section Level. A series without a spine gives count = 0. Errors: MYO_E_ARGUMENT without a
 * sagittal slice, MYO_E_RANGE for slices too small to show a spine, MYO_E_MEMORY. Thread-safe.
 */
MYO_API bool myo_spine_find(const myo_image *const *slices, size_t count, myo_spine *out,
                            myo_error *err);

/* The disc of a name, or NULL. */
MYO_API const myo_disc *myo_spine_get_disc(const myo_spine *spine, const char *name);

/* One sentence for each sign: fills `text` with those of `spine`, ", " between them. */
MYO_API void myo_spine_describe_signs(const myo_spine *spine, char *text, size_t size);

#ifdef __cplusplus
}
#endif
#endif
