/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The model files that the build puts into the library (embed.cmake). */
#ifndef MYO_RISK_BUILTIN_PRIVATE_H
#define MYO_RISK_BUILTIN_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>

extern const unsigned char risk_model_nvcf_tang2024[];
extern const size_t risk_model_nvcf_tang2024_size;
extern const unsigned char risk_model_rbp_2025[];
extern const size_t risk_model_rbp_2025_size;

/* Finds the JSON text of a built-in model; false when none has that name. */
bool risk_builtin_find(const char *name, const char **text, size_t *size);

#endif
