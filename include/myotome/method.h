/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What every measuring method (segmenter, fat method) declares of itself. The command line, the
 * JSON record of a run and the documentation read these descriptors; plugins hand over the same.
 */
#ifndef MYOTOME_METHOD_H
#define MYOTOME_METHOD_H

#include <myotome/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Version of the binary interface of all descriptors; a plugin with another one is refused. */
#define MYO_ABI_VERSION 2u

/* One numeric parameter of a method. Its index is its place in the array of values. */
typedef struct myo_parameter {
    const char *name; /* "fat_fraction_min", the unit in the name where there is one */
    const char *unit; /* "mm", "1" */
    const char *help; /* one sentence, with the source of the default */
    double default_value, minimum, maximum;
} myo_parameter;

/* The head of every descriptor. */
typedef struct myo_method_info {
    const char *name;      /* as on the command line: "region" */
    const char *version;   /* changes whenever results can change */
    const char *summary;   /* one line */
    const char *reference; /* where the method is described */
    const myo_parameter *parameters;
    size_t parameter_count;
} myo_method_info;

#ifdef __cplusplus
}
#endif
#endif
