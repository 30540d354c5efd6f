/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/commands.h"

#include <string.h>

static const cli_command *const commands[] = {
    &cli_cmd_measure,  &cli_cmd_remeasure, &cli_cmd_inspect, &cli_cmd_level,
    &cli_cmd_agree,    &cli_cmd_risk,      &cli_cmd_fit,     &cli_cmd_validate,
    &cli_cmd_nomogram, &cli_cmd_models,    &cli_cmd_methods, &cli_cmd_phantom,
};

const cli_command *const *cli_commands(size_t *count) {
    *count = CLI_LENGTH(commands);
    return commands;
}

const cli_command *cli_find_command(const char *name) {
    for (size_t i = 0; i < CLI_LENGTH(commands); i++) {
        if (strcmp(commands[i]->name, name) == 0) {
            return commands[i];
        }
    }
    return NULL;
}
