/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/method_spec_private.h"

#include "base/number.h"

#include <string.h>

#define VALUE_SIZE 64

bool method_spec_name(const char *spec, char name[METHOD_NAME_SIZE], myo_error *err) {
    size_t length = strcspn(spec, ":");
    if (length >= METHOD_NAME_SIZE) {
        return myo_error_set(err, MYO_E_ARGUMENT, "method name of %zu characters", length);
    }
    memcpy(name, spec, length);
    name[length] = '\0';
    return true;
}

static bool set_value(const myo_method_info *info, const char *name, const char *text,
                      double *values, myo_error *err) {
    for (size_t i = 0; i < info->parameter_count; i++) {
        const myo_parameter *p = &info->parameters[i];
        if (strcmp(p->name, name) != 0) {
            continue;
        }
        if (!myo_number_parse(text, &values[i])) {
            return myo_error_set(err, MYO_E_ARGUMENT, "%s: %s is no number: '%s'", info->name, name,
                                 text);
        }
        if (values[i] < p->minimum || values[i] > p->maximum) {
            return myo_error_set(err, MYO_E_ARGUMENT, "%s: %s is not within %g to %g: %s",
                                 info->name, name, p->minimum, p->maximum, text);
        }
        return true;
    }
    return myo_error_set(err, MYO_E_ARGUMENT,
                         "%s has no parameter '%s'; 'myotome methods' lists them", info->name,
                         name);
}

bool method_spec_values(const char *spec, const myo_method_info *info,
                        double values[METHOD_PARAMETERS_MAX], myo_error *err) {
    if (info->parameter_count > METHOD_PARAMETERS_MAX) {
        return myo_error_set(err, MYO_E_UNSUPPORTED, "%s has more than %d parameters", info->name,
                             METHOD_PARAMETERS_MAX);
    }
    for (size_t i = 0; i < info->parameter_count; i++) {
        values[i] = info->parameters[i].default_value;
    }
    const char *at = strchr(spec, ':');
    while (at) {
        const char *name = at + 1;
        size_t name_length = strcspn(name, "=,");
        char key[METHOD_NAME_SIZE], text[VALUE_SIZE];
        const char *value = name + name_length + 1;
        size_t value_length = name[name_length] == '=' ? strcspn(value, ",") : 0;
        if (name[name_length] != '=' || name_length >= sizeof key || value_length >= sizeof text) {
            return myo_error_set(err, MYO_E_ARGUMENT,
                                 "%s: parameters are written PARAMETER=VALUE, with commas between "
                                 "them",
                                 info->name);
        }
        memcpy(key, name, name_length);
        key[name_length] = '\0';
        memcpy(text, value, value_length);
        text[value_length] = '\0';
        if (!set_value(info, key, text, values, err)) {
            return false;
        }
        at = strchr(value, ',');
    }
    return true;
}
