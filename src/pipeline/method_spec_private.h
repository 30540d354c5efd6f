/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A method as users name it: NAME, or NAME:PARAMETER=VALUE,PARAMETER=VALUE. */
#ifndef MYO_PIPELINE_METHOD_SPEC_PRIVATE_H
#define MYO_PIPELINE_METHOD_SPEC_PRIVATE_H

#include <myotome/method.h>

#define METHOD_NAME_SIZE 64
#define METHOD_PARAMETERS_MAX 32

/* Copies the name in front of the colon. Fails with MYO_E_ARGUMENT when it does not fit. */
bool method_spec_name(const char *spec, char name[METHOD_NAME_SIZE], myo_error *err);

/* Fills the values of all parameters: those that the text names, the others by default. Errors
 * (MYO_E_ARGUMENT) name the parameter: unknown, no number, outside of its limits. */
bool method_spec_values(const char *spec, const myo_method_info *info,
                        double values[METHOD_PARAMETERS_MAX], myo_error *err);

#endif
