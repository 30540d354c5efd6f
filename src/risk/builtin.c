/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The built-in models, listed by hand. */
#include "risk/builtin_private.h"

#include <myotome/risk.h>
#include <string.h>

#define BUILTIN_COUNT 2

static const char *const names[BUILTIN_COUNT] = {"nvcf-tang2024", "rbp-2025"};
static const unsigned char *const texts[BUILTIN_COUNT] = {risk_model_nvcf_tang2024,
                                                          risk_model_rbp_2025};
static const size_t *const sizes[BUILTIN_COUNT] = {&risk_model_nvcf_tang2024_size,
                                                   &risk_model_rbp_2025_size};

const char *const *myo_model_builtins(size_t *count) {
    *count = BUILTIN_COUNT;
    return names;
}

bool risk_builtin_find(const char *name, const char **text, size_t *size) {
    for (size_t i = 0; i < BUILTIN_COUNT; i++) {
        if (strcmp(name, names[i]) == 0) {
            *text = (const char *)texts[i];
            *size = *sizes[i];
            return true;
        }
    }
    return false;
}
