/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The descriptors of all commands, each in its cmd_<name>.c. */
#ifndef MYO_CLI_COMMANDS_H
#define MYO_CLI_COMMANDS_H

#include "cli/cli.h"

extern const cli_command cli_cmd_remeasure;
extern const cli_command cli_cmd_measure;
extern const cli_command cli_cmd_inspect;
extern const cli_command cli_cmd_level;
extern const cli_command cli_cmd_agree;
extern const cli_command cli_cmd_risk;
extern const cli_command cli_cmd_fit;
extern const cli_command cli_cmd_validate;
extern const cli_command cli_cmd_nomogram;
extern const cli_command cli_cmd_models;
extern const cli_command cli_cmd_methods;
extern const cli_command cli_cmd_phantom;

#endif
