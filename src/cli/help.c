/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Help texts from the descriptors. */
#include "cli/cli.h"

#include <stdarg.h>
#include <string.h>

/* Column at which the explanations of options start. */
#define OPTION_COLUMN 26
#define COMMAND_COLUMN 13

static void pad(FILE *out, size_t from, size_t to) {
    for (size_t i = from; i < to; i++) {
        fputc(' ', out);
    }
}

void cli_wrap(FILE *out, const char *text, size_t indent, size_t column) {
    while (*text) {
        size_t word = strcspn(text, " \n");
        bool at_start = column <= indent;
        if (!at_start && column + 1 + word > CLI_WIDTH) {
            fputc('\n', out);
            column = 0;
            at_start = true;
        }
        if (word > 0) {
            if (at_start) {
                pad(out, column, indent);
                column = indent;
            } else {
                fputc(' ', out);
                column++;
            }
            fwrite(text, 1, word, out);
            column += word;
        }
        text += word;
        if (*text == '\n') {
            fputc('\n', out);
            column = 0;
        }
        if (*text) {
            text++;
        }
    }
    fputc('\n', out);
}

/* Appends to a text of `size` bytes; what does not fit is cut. */
static void append(char *text, size_t size, const char *format, ...) MYO_PRINTF(3, 4);
static void append(char *text, size_t size, const char *format, ...) {
    size_t length = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + length, size - length, format, arguments);
    va_end(arguments);
}

void cli_option_syntax(const cli_option *option, char *text, size_t size) {
    text[0] = '\0';
    if (option->letter) {
        append(text, size, "-%c, ", option->letter);
    }
    append(text, size, "--%s", option->name);
    if (option->kind != CLI_FLAG) {
        append(text, size, "=%s", option->argument);
    }
}

void cli_option_choices(const cli_option *option, char *text, size_t size) {
    text[0] = '\0';
    for (size_t i = 0; option->choices[i]; i++) {
        append(text, size, "%s%s", i == 0 ? "" : ", ", option->choices[i]);
    }
}

void cli_option_remarks(const cli_option *option, char *text, size_t size) {
    text[0] = '\0';
    if (option->kind == CLI_CHOICE) {
        char choices[CLI_WIDTH * 4];
        cli_option_choices(option, choices, sizeof choices);
        append(text, size, "One of: %s. ", choices);
    } else if (option->minimum < option->maximum) {
        append(text, size, "From %.15g to %.15g. ", option->minimum, option->maximum);
    } else if (option->kind == CLI_LIST) {
        append(text, size, "May be repeated. ");
    }
    if (option->required) {
        append(text, size, "Required. ");
    } else if (option->default_text) {
        append(text, size, "Default: %s. ", option->default_text);
    }
    size_t length = strlen(text);
    if (length > 0) {
        text[length - 1] = '\0';
    }
}

void cli_command_usage(const cli_command *command, char *text, size_t size) {
    text[0] = '\0';
    append(text, size, "myotome %s [OPTION...]", command->name);
    for (size_t i = 0; i < cli_option_count(command); i++) {
        const cli_option *option = cli_option_at(command, i);
        if (option->required && option->letter) {
            append(text, size, " -%c %s", option->letter, option->argument);
        } else if (option->required) {
            append(text, size, " --%s %s", option->name, option->argument);
        }
    }
    append(text, size, "%s%s", *command->operands ? " " : "", command->operands);
}

static void print_option(FILE *out, const cli_option *option) {
    char syntax[CLI_WIDTH], remarks[CLI_WIDTH * 5], text[CLI_WIDTH * 16];
    cli_option_syntax(option, syntax, sizeof syntax);
    cli_option_remarks(option, remarks, sizeof remarks);
    /* Long names stand below each other, whether there is a short name or not. */
    size_t column = (size_t)fprintf(out, "  %s%s", option->letter ? "" : "    ", syntax);
    if (column + 2 > OPTION_COLUMN) {
        fputc('\n', out);
        column = 0;
    }
    pad(out, column, OPTION_COLUMN);
    snprintf(text, sizeof text, "%s.%s%s", option->help, *remarks ? " " : "", remarks);
    cli_wrap(out, text, OPTION_COLUMN, OPTION_COLUMN);
}

void cli_help_command(FILE *out, const cli_command *command) {
    char usage[CLI_WIDTH * 2];
    cli_command_usage(command, usage, sizeof usage);
    fprintf(out, "Usage: %s\n\n", usage);
    fprintf(out, "%s.\n\n", command->summary);
    cli_wrap(out, command->description, 0, 0);
    fputs("\nOptions:\n", out);
    for (size_t i = 0; i < cli_option_count(command); i++) {
        print_option(out, cli_option_at(command, i));
    }
    for (size_t i = 0; i < CLI_COMMON_COUNT; i++) {
        print_option(out, &cli_common_options[i]);
    }
    fputs("\nExamples:\n", out);
    for (size_t i = 0; i < command->example_count; i++) {
        fprintf(out, "  %s\n", command->examples[i].command_line);
        cli_wrap(out, command->examples[i].text, 6, 0);
    }
    fputs("\nExit status:\n", out);
    for (int i = 0; i < CLI_STATUS_COUNT; i++) {
        if (command->statuses[i]) {
            size_t column = (size_t)fprintf(out, "  %d", i);
            pad(out, column, 5);
            cli_wrap(out, command->statuses[i], 5, 5);
        }
    }
}

void cli_help_program(FILE *out) {
    fputs("Usage: myotome COMMAND [OPTION...] [ARGUMENT...]\n\n"
          "Measures the muscles of the lower back on MRI and CT: cross-sectional areas,\n"
          "fat, and the risk models that read them.\n\n"
          "Commands:\n",
          out);
    size_t count;
    const cli_command *const *commands = cli_commands(&count);
    for (size_t i = 0; i < count; i++) {
        size_t column = (size_t)fprintf(out, "  %s", commands[i]->name);
        pad(out, column, COMMAND_COLUMN);
        fprintf(out, "%s\n", commands[i]->summary);
    }
    fputs("\nOptions:\n"
          "  --help      print this help and exit\n"
          "  --version   print the versions of the program and of its libraries and exit\n\n"
          "'myotome COMMAND --help' explains a command.\n"
          "Not for clinical decisions without review.\n",
          out);
}

void cli_help_version(FILE *out) {
    fprintf(out, "myotome %s\n", myo_version());
    fprintf(out, "libraries: %s\n", myo_library_versions());
    fputs("licence: GPL-3.0-or-later; there is no warranty\n", out);
}
