/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tracings: outlines that a person or another program drew, from ImageJ ROI sets, NIfTI label maps
 * and DICOM SEG, brought onto the pixels of a slice.
 *
 * A tracing is opened once and drawn on as many slices as wanted. It is immutable and may be drawn
 * from several threads. docs/tracings.md says which names and label values are understood.
 */
#ifndef MYOTOME_TRACING_H
#define MYOTOME_TRACING_H

#include <myotome/image.h>
#include <myotome/structure.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum myo_tracing_format {
    MYO_TRACING_ROI,   /* ImageJ: .roi, or a zip of these */
    MYO_TRACING_NIFTI, /* label map: .nii, .nii.gz */
    MYO_TRACING_SEG    /* DICOM Segmentation */
} myo_tracing_format;

/* What a label map or a region means. Initialise with {0} for the defaults. */
typedef struct myo_tracing_options {
    /* Whose label values a NIfTI map has: "auto" (as NULL), "myotome", "musclemap",
     * "totalsegmentator", "totalsegmentator-mr", "totalsegmentator-abdominal",
     * "totalspineseg". Not read for other formats. */
    const char *labels_from;
    /* CSV table with the columns name, structure, side (or a label description file of ITK-SNAP);
     * it stands above everything else. NULL: the built-in convention. */
    const char *names_csv;
} myo_tracing_options;

typedef struct myo_tracing myo_tracing;

/* True when the content of the file is one of the formats; little of it is read. DICOM images are
 * none, DICOM SEG is. False for what cannot be opened, too. */
MYO_API bool myo_tracing_is_file(const char *path);

/* Reads a tracing. Every error is one line that names the file and what to do: MYO_E_FORMAT for
 * broken files, MYO_E_UNSUPPORTED, MYO_E_RANGE beyond size limits, MYO_E_AMBIGUOUS when the label
 * values fit several programs, MYO_E_NOT_FOUND when nothing in the file names a structure,
 * MYO_E_ARGUMENT for unusable options, MYO_E_IO, MYO_E_MEMORY. The caller owns *out. */
MYO_API bool myo_tracing_open(const char *path, const myo_tracing_options *options,
                              myo_tracing **out, myo_error *err);
MYO_API void myo_tracing_destroy(myo_tracing *tracing);

MYO_API myo_tracing_format myo_tracing_get_format(const myo_tracing *tracing);
MYO_API const char *myo_tracing_get_path(const myo_tracing *tracing);

/* How the regions got their names: "names file", "ROI names", "SEG codes", "BIDS table",
 * "ITK-SNAP labels", "label table in the file", or the scheme of the label values ("myotome",
 * "totalsegmentator", ...). Borrowed. */
MYO_API const char *myo_tracing_get_naming(const myo_tracing *tracing);

/* The slice that is drawn on. */
typedef struct myo_tracing_grid {
    const myo_geometry *geometry;
    const char *sop_uid;                /* may be NULL */
    const char *frame_of_reference_uid; /* may be NULL */
    int position; /* in its stack as ImageJ counts (1 ...); 0: any ROI counts */
} myo_tracing_grid;

#define MYO_TRACING_NOTES_SIZE 512

typedef struct myo_tracing_drawn {
    myo_labels *labels; /* owned; the label values of structure.h */
    /* Bits 1 << side of what is drawn, at least one pixel each; MYO_LEFT for unpaired ones. */
    uint32_t sides[MYO_STRUCTURE_COUNT];
    /* Owned, may be NULL: rows x columns, 1 in the regions that are named as lean muscle for the
     * Circle method. */
    uint8_t *lean;
    /* How far what is drawn was moved along the normal of the slice: mean distance of its pixels
     * from the voxels that they were taken from; 0 for ROIs. */
    double moved_mm;
    char notes[MYO_TRACING_NOTES_SIZE]; /* what was left out or is doubtful, "; " between; "" */
} myo_tracing_drawn;

/*
 * Draws a tracing on a slice. A label map is sampled in patient coordinates, whatever its
 * orientation and spacing; on a grid that is its own no pixel moves (docs/methods.md, section
 * Tracings). Regions of ROI sets count in pixels of the slice. Errors name the file:
 * MYO_E_NOT_FOUND when nothing lies on the slice, with the reason; MYO_E_ARGUMENT for a frame of
 * reference that is known to be another one, or a slice without geometry. On success the caller
 * releases *out with myo_tracing_drawn_clear().
 */
MYO_API bool myo_tracing_draw(const myo_tracing *tracing, const myo_tracing_grid *grid,
                              myo_tracing_drawn *out, myo_error *err);
MYO_API void myo_tracing_drawn_clear(myo_tracing_drawn *drawn);

/* --- Which slice was traced ------------------------------------------------------------------- */

/* The plane of a label map with most pixels of structures that are measured. */
typedef struct myo_tracing_plane {
    myo_vec3 point_mm;      /* middle of these pixels, LPS */
    myo_vec3 normal;        /* unit vector across the plane */
    size_t labelled_pixels; /* of this plane */
    size_t plane_count;     /* planes with any; 1: a single slice was traced */
} myo_tracing_plane;

/* Finds that plane. Planes are those that the map was drawn in, as far as its voxels say: across
 * the one index of size 1, or the longest side of a voxel. MYO_E_NOT_FOUND for ROI sets. */
MYO_API bool myo_tracing_find_plane(const myo_tracing *tracing, myo_tracing_plane *out,
                                    myo_error *err);

/* The grid that this plane was drawn on: its own pixels, so that drawing on it moves none. The
 * thickness is not known. Errors: as above, and MYO_E_UNSUPPORTED for a grid of more than
 * MYO_IMAGE_SIDE_MAX pixels, or whose rows and columns are not at right angles. */
MYO_API bool myo_tracing_find_grid(const myo_tracing *tracing, myo_geometry *out, myo_error *err);

/* Positions in the stack that the regions of an ROI set are bound to, ascending, each once; 0
 * stands for regions without one. Returns how many there are and writes up to `capacity`. */
MYO_API size_t myo_tracing_get_positions(const myo_tracing *tracing, int *positions,
                                         size_t capacity);

/* SOP instance UIDs of the images that a SEG says it was drawn on, each once; borrowed. */
MYO_API size_t myo_tracing_get_source_count(const myo_tracing *tracing);
MYO_API const char *myo_tracing_get_source_uid(const myo_tracing *tracing, size_t index);

/* Of a SEG; "" where it is not known. Borrowed. */
MYO_API const char *myo_tracing_get_frame_of_reference_uid(const myo_tracing *tracing);

#ifdef __cplusplus
}
#endif
#endif
