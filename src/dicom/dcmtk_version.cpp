/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dicom/dcmtk_version.h"

#include <dcmtk/config/osconfig.h>

const char *myo_dcmtk_version(void) {
    return PACKAGE_VERSION;
}
