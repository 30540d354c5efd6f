/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MYO_BASE_PROCESSORS_H
#define MYO_BASE_PROCESSORS_H

#include <stddef.h>

/* Processors that are online; 1 where the system does not say. */
size_t myo_processor_count(void);

#endif
