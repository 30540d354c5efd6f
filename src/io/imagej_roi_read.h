/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Regions that were drawn in ImageJ: read from .roi files and RoiSet.zip, and filled as ImageJ
 * fills them. docs/methods.md, "Outlines drawn in ImageJ", says which pixels count. */
#ifndef MYO_IO_IMAGEJ_ROI_READ_H
#define MYO_IO_IMAGEJ_ROI_READ_H

#include <myotome/error.h>

/* Regions of a file; outlines of one region, and their points, those of curves included. */
#define MYO_ROI_COUNT_MAX 10000
#define MYO_ROI_PATHS_MAX 100000
#define MYO_ROI_POINTS_MAX 1000000

typedef enum myo_roi_type {
    MYO_ROI_POLYGON,
    MYO_ROI_FREEHAND, /* ellipses and rotated rectangles, too */
    MYO_ROI_TRACED,
    MYO_ROI_RECTANGLE, /* with round corners, too */
    MYO_ROI_OVAL,
    MYO_ROI_COMPOSITE, /* several outlines: parts and holes */
    MYO_ROI_OTHER      /* has no area, or none that can be known; `kind` says what it is */
} myo_roi_type;

/* A closed outline: the last point is joined with the first. */
typedef struct myo_roi_path {
    double *xy; /* 2 x point_count: x0, y0, x1, y1, ... */
    size_t point_count, capacity;
} myo_roi_path;

/* One region. Coordinates are in pixels, x to the right and y down; (0, 0) is the outer corner of
 * the first pixel, whose middle is (0.5, 0.5). */
typedef struct myo_roi {
    char *name;       /* UTF-8, owned: stored name, else that of the entry or file without ".roi" */
    const char *kind; /* "polygon", "ellipse", "line", ...: for messages; not owned */
    myo_roi_type type;
    int position;    /* in the stack, from 1; 0: none */
    bool sub_pixel;  /* points lie between pixel corners */
    uint32_t stroke; /* colour of the outline, ARGB; 0: none of its own */
    /* Rectangles and ovals: the pixels that they cover; ovals have no path. Others: 0. */
    int left, top, width, height;
    int corner_diameter; /* of rectangles with round corners; these have a path with curves */
    /* Owned. A point is inside that an odd number of outlines encloses. */
    myo_roi_path *paths;
    size_t path_count, path_capacity;
    size_t point_count; /* of all paths */
} myo_roi;

/* Growing list of regions; initialise with {0}. */
typedef struct myo_roi_list {
    myo_roi *rois;
    size_t count, capacity;
} myo_roi_list;

/* True for a file that begins as a .roi file does, or a zip file with a .roi entry. */
bool myo_roi_is_file(const char *path);

/*
 * Reads a .roi file or the regions of a RoiSet.zip in its order; other entries are passed over.
 * Regions without area are listed as MYO_ROI_OTHER. The caller releases *out with
 * myo_roi_list_clear(); after a failure it is empty. Errors: MYO_E_IO, MYO_E_FORMAT for what is
 * broken, MYO_E_NOT_FOUND for a zip file without a region, MYO_E_UNSUPPORTED for versions before
 * 217 and encrypted entries, MYO_E_RANGE above the limits.
 */
bool myo_roi_read(const char *path, myo_roi_list *out, myo_error *err);

void myo_roi_list_clear(myo_roi_list *list);

/* Appends an empty region with a name (copied) and a type; *out is borrowed until the next one. */
bool myo_roi_list_add(myo_roi_list *list, const char *name, myo_roi_type type, myo_roi **out,
                      myo_error *err);

/* Begins an outline of a region, and adds a point to the last one. */
bool myo_roi_begin_path(myo_roi *roi, myo_error *err);
bool myo_roi_add_point(myo_roi *roi, double x, double y, myo_error *err);

/*
 * Sets to 1 the pixels of `mask` (rows x columns, zeroed by the caller) that ImageJ counts as
 * inside; what lies beyond the image is cut off. A region of type MYO_ROI_OTHER has none. Fails
 * with MYO_E_RANGE for an outline that is too long to be one.
 */
bool myo_roi_fill(const myo_roi *roi, size_t columns, size_t rows, uint8_t *mask, myo_error *err);

#endif
