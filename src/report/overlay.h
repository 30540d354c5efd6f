/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The overlay picture of a measured slice: what a person looks at to trust or refuse a result. */
#ifndef MYO_REPORT_OVERLAY_H
#define MYO_REPORT_OVERLAY_H

#include "report/tables.h"

/*
 * Draws image and outlines and writes a PNG: the slice in the radiological view (patient's right on
 * the left of the picture, front at the top) at least 1,000 pixels high, outlines in the colours of
 * structure.h, letters R and L, level with its source and confidence, a scale bar, and beside the
 * picture a table of CSA, FCSA and fat fraction of each structure and side, flags, and SMI where
 * known; the line "Not for clinical decisions without review." Drawn with cairo, written with
 * libpng. `features` may be NULL.
 *
 * Outlines are smoothed for drawing only. The patient ID is shown, the name is not known here.
 * Errors: MYO_E_ARGUMENT for a plane that is not axial or sizes that differ, MYO_E_MISSING without
 * pixel spacing, MYO_E_MEMORY, MYO_E_IO. Safe from any thread.
 */
bool myo_report_overlay_write(const char *path, const myo_image *image, const myo_labels *labels,
                              const myo_report_slice *slice, const myo_report_features *features,
                              myo_error *err);

#endif
