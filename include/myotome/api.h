/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Export macro and version of the public C API. */
#ifndef MYOTOME_API_H
#define MYOTOME_API_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(MYO_BUILDING)
#define MYO_API __attribute__((visibility("default")))
#else
#define MYO_API
#endif

#if defined(__GNUC__)
#define MYO_PRINTF(format_index, first_index)                                                      \
    __attribute__((format(printf, format_index, first_index)))
#else
#define MYO_PRINTF(format_index, first_index)
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Version of the library, for example "0.1.0". Static storage; safe from any thread. */
MYO_API const char *myo_version(void);

#ifdef __cplusplus
}
#endif
#endif
