/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command reference as Markdown (docs/cli.md) and as a man page, from the descriptors. */
#include "cli/cli.h"

#include <string.h>

#define REMARKS_SIZE (CLI_WIDTH * 5)
#define USAGE_SIZE (CLI_WIDTH * 2)

/* Text of a table cell: a bar would end it, inside of code as well. */
static void markdown_cell(FILE *out, const char *text) {
    for (; *text; text++) {
        if (*text == '|') {
            fputc('\\', out);
        }
        fputc(*text, out);
    }
}

static void markdown_options(FILE *out, const cli_option *options, size_t count) {
    for (size_t i = 0; i < count; i++) {
        char syntax[CLI_WIDTH], remarks[REMARKS_SIZE];
        cli_option_syntax(&options[i], syntax, sizeof syntax);
        cli_option_remarks(&options[i], remarks, sizeof remarks);
        fputs("| `", out);
        markdown_cell(out, syntax);
        fputs("` | ", out);
        markdown_cell(out, options[i].help);
        fprintf(out, ".%s%s |\n", *remarks ? " " : "", remarks);
    }
}

static void markdown_command(FILE *out, const cli_command *command) {
    char usage[USAGE_SIZE];
    cli_command_usage(command, usage, sizeof usage);
    fprintf(out, "\n## myotome %s\n\n%s.\n\n```\n%s\n```\n\n%s\n", command->name, command->summary,
            usage, command->description);
    fputs("\n| option | |\n| --- | --- |\n", out);
    markdown_options(out, command->options, command->option_count);
    markdown_options(out, command->shared_options, command->shared_count);
    markdown_options(out, cli_common_options, CLI_COMMON_COUNT);
    fputs("\n| exit status | |\n| --- | --- |\n", out);
    for (int i = 0; i < CLI_STATUS_COUNT; i++) {
        if (command->statuses[i]) {
            fprintf(out, "| %d | %s |\n", i, command->statuses[i]);
        }
    }
    fputs("\nExamples:\n\n", out);
    for (size_t i = 0; i < command->example_count; i++) {
        fprintf(out, "* `%s`: %s\n", command->examples[i].command_line, command->examples[i].text);
    }
}

void cli_reference_markdown(FILE *out) {
    fputs("# Command line reference\n\n"
          "<!-- Made by `make docs` from the descriptors in src/cli. Do not edit. -->\n\n"
          "Data go to standard output or into the result folder, everything else to standard\n"
          "error. `myotome --help` lists the commands, `myotome --version` names the version of\n"
          "the program and of its libraries.\n\n"
          "| command | |\n| --- | --- |\n",
          out);
    size_t count;
    const cli_command *const *commands = cli_commands(&count);
    for (size_t i = 0; i < count; i++) {
        fprintf(out, "| [%s](#myotome-%s) | %s |\n", commands[i]->name, commands[i]->name,
                commands[i]->summary);
    }
    for (size_t i = 0; i < count; i++) {
        markdown_command(out, commands[i]);
    }
}

/* Text for troff: dashes that can be copied, and no line that is taken for a request. */
static void man_text(FILE *out, const char *text) {
    bool line_start = true;
    for (; *text; text++) {
        if (line_start && (*text == '.' || *text == '\'')) {
            fputs("\\&", out);
        }
        line_start = *text == '\n';
        if (*text == '\n' && text[1] == '\n') {
            fputs("\n.PP\n", out);
            text++;
        } else if (*text == '-') {
            fputs("\\-", out);
        } else if (*text == '\\') {
            fputs("\\e", out);
        } else if (*text == '\'') {
            fputs("\\(aq", out);
        } else {
            fputc(*text, out);
        }
    }
}

static void man_options(FILE *out, const cli_option *options, size_t count) {
    for (size_t i = 0; i < count; i++) {
        char syntax[CLI_WIDTH], remarks[REMARKS_SIZE];
        cli_option_syntax(&options[i], syntax, sizeof syntax);
        cli_option_remarks(&options[i], remarks, sizeof remarks);
        fputs(".TP\n.B ", out);
        man_text(out, syntax);
        fputc('\n', out);
        man_text(out, options[i].help);
        fputs(*remarks ? ".\n" : ".", out);
        man_text(out, remarks);
        fputc('\n', out);
    }
}

static void man_command(FILE *out, const cli_command *command) {
    char usage[USAGE_SIZE];
    cli_command_usage(command, usage, sizeof usage);
    fputs(".SS ", out);
    man_text(out, usage);
    fputc('\n', out);
    man_text(out, command->summary);
    fputs(".\n.PP\n", out);
    man_text(out, command->description);
    fputc('\n', out);
    man_options(out, command->options, command->option_count);
    man_options(out, command->shared_options, command->shared_count);
    man_options(out, cli_common_options, CLI_COMMON_COUNT);
    fputs(".PP\nExit status:\n", out);
    for (int i = 0; i < CLI_STATUS_COUNT; i++) {
        if (command->statuses[i]) {
            fprintf(out, ".TP\n.B %d\n", i);
            man_text(out, command->statuses[i]);
            fputc('\n', out);
        }
    }
    fputs(".PP\nExamples:\n", out);
    for (size_t i = 0; i < command->example_count; i++) {
        fputs(".TP\n.B ", out);
        man_text(out, command->examples[i].command_line);
        fputc('\n', out);
        man_text(out, command->examples[i].text);
        fputc('\n', out);
    }
}

void cli_reference_man(FILE *out) {
    fprintf(out, ".TH MYOTOME 1 \"\" \"myotome %s\" \"User Commands\"\n", myo_version());
    fputs(".SH NAME\nmyotome \\- measures the muscles of the lower back on MRI and CT\n"
          ".SH SYNOPSIS\n.B myotome\n.I COMMAND\n[\\fIOPTION\\fR...] [\\fIARGUMENT\\fR...]\n.br\n"
          ".B myotome \\-\\-help\n.br\n.B myotome \\-\\-version\n"
          ".SH DESCRIPTION\nReads a lumbar MRI study, outlines the muscles on the slice at the "
          "level\nasked for, separates fat, and writes areas, indices and risks.\nNot for clinical "
          "decisions without review.\n.PP\nData go to standard output or into the result folder,\n"
          "everything else to standard error.\n.SH COMMANDS\n",
          out);
    size_t count;
    const cli_command *const *commands = cli_commands(&count);
    for (size_t i = 0; i < count; i++) {
        man_command(out, commands[i]);
    }
}
