/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names and versions of the libraries in use. */
#include "dicom/dcmtk_version.h"

#include <cairo.h>
#include <gsl/gsl_version.h>
#include <jansson.h>
#include <myotome/pipeline.h>
#include <png.h>
#include <stdio.h>
#include <threads.h>
#include <zip.h>

#define TEXT_SIZE 256

static char text[TEXT_SIZE];
static once_flag text_once = ONCE_FLAG_INIT;

static void write_text(void) {
    snprintf(text, sizeof text, "DCMTK %s, GSL %s, libpng %s, cairo %s, jansson %s, libzip %s",
             myo_dcmtk_version(), gsl_version, png_get_libpng_ver(NULL), cairo_version_string(),
             jansson_version_str(), zip_libzip_version());
}

const char *myo_library_versions(void) {
    call_once(&text_once, write_text);
    return text;
}
