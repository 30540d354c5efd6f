/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <myotome/api.h>

#include "myotome_version.h"

const char *myo_version(void) {
    return MYO_VERSION_STRING;
}
