/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/processors.h"

#include <unistd.h>

size_t myo_processor_count(void) {
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count > 0 ? (size_t)count : 1;
}
