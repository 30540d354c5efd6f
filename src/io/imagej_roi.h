/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes ImageJ regions of interest: RoiSet.zip (version 227 of the format). */
#ifndef MYO_IO_IMAGEJ_ROI_H
#define MYO_IO_IMAGEJ_ROI_H

#include "io/imagej_roi_read.h"

#include <myotome/image.h>

/* One region to write: all pixels of `labels` with the value `label`. */
typedef struct myo_roi_source {
    const char *name; /* entry name without .roi: "multifidus_left"; letters, digits and "_-" */
    uint16_t label;
    uint8_t rgb[3]; /* stroke colour */
} myo_roi_source;

/*
 * Writes the regions that have pixels into a zip, in the order given, each as its outline along
 * pixel corners: polygon (traced) when it is one piece without holes, else a composite. ImageJ
 * counts exactly the same pixels. `slice_position` is the position in the stack (1 on), 0 none.
 * The same input gives the same bytes, and the file is either complete or not there. Errors:
 * MYO_E_NOT_FOUND when no region has a pixel, MYO_E_ARGUMENT when two regions share a name,
 * MYO_E_MEMORY, MYO_E_IO.
 */
bool myo_roi_write_zip(const char *path, const myo_labels *labels, const myo_roi_source *sources,
                       size_t count, int slice_position, myo_error *err);

/*
 * The same for regions of any origin, with their names, positions and colours: rectangles and ovals
 * by the pixels that they cover, one outline as a polygon of its type, several as a composite.
 * Outlines keep their places between pixels to a float. Further errors: MYO_E_UNSUPPORTED for a
 * region of type MYO_ROI_OTHER, whose shape is not known.
 */
bool myo_roi_write_list_zip(const char *path, const myo_roi_list *list, myo_error *err);

#endif
