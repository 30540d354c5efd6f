/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The command line. A command is one file cmd_<name>.c and describes itself as data in one const
 * cli_command; option parsing, `--help`, the man page and docs/cli.md are all made from that.
 */
#ifndef MYO_CLI_CLI_H
#define MYO_CLI_CLI_H

#include <myotome/myotome.h>
#include <stdio.h>

/* Exit statuses, the same for every command. */
typedef enum cli_status {
    CLI_DONE = 0,    /* all done */
    CLI_PARTLY = 1,  /* done, but a part of the input failed */
    CLI_MISUSE = 2,  /* an option or an argument is wrong */
    CLI_NOTHING = 3, /* nothing could be done */
    CLI_STATUS_COUNT
} cli_status;

typedef enum cli_kind {
    CLI_FLAG,   /* takes no argument; may be repeated */
    CLI_TEXT,   /* any text but an empty one */
    CLI_LIST,   /* the same, may be repeated */
    CLI_NUMBER, /* a decimal number from minimum to maximum */
    CLI_COUNT,  /* a whole number from minimum to maximum */
    CLI_CHOICE  /* one of choices */
} cli_kind;

typedef struct cli_option {
    const char *name; /* long name, without dashes */
    char letter;      /* short name, or 0 */
    cli_kind kind;
    const char *argument; /* name of the argument in help texts */
    const char *help;     /* a sentence without its full stop */
    /* What the command gets when the option is not given; NULL: nothing. */
    const char *default_text;
    double minimum, maximum;    /* both 0: any number */
    const char *const *choices; /* ends with NULL */
    bool required;
    bool unrecorded; /* left out of the recorded command line: it changes no result */
} cli_option;

/* The value of one option. Text is borrowed from the parser. */
typedef struct cli_value {
    const char *text; /* NULL when not given and without a default */
    double number;
    const char *const *list;
    size_t count; /* how often it was given */
} cli_value;

typedef struct cli_terminal cli_terminal;
typedef struct cli_command cli_command;

/* One call of a command. */
typedef struct cli_call {
    const cli_command *command;
    const cli_value *values; /* in the order of the command's options, shared ones last */
    const char *const *operands;
    size_t operand_count;
    const char *command_line; /* as understood, quoted for a shell */
    bool quiet, verbose;
    cli_terminal *terminal; /* `user` of cli_terminal_progress */
} cli_call;

typedef struct cli_example {
    const char *command_line;
    const char *text;
} cli_example;

struct cli_command {
    const char *name;
    const char *summary;     /* one line, no full stop */
    const char *operands;    /* "INPUT..." or "" */
    const char *description; /* paragraphs with an empty line between them */
    const cli_option *options;
    size_t option_count;
    /* Options that another command has as well, behind its own; NULL: none. */
    const cli_option *shared_options;
    size_t shared_count;
    const cli_example *examples;
    size_t example_count;
    const char *statuses[CLI_STATUS_COUNT]; /* NULL: never ends with that one */
    size_t operand_min, operand_max;
    cli_status (*run)(const cli_call *call);
};

#define CLI_OPERANDS_ANY ((size_t)-1)
#define CLI_LENGTH(array) (sizeof(array) / sizeof(array)[0])

/* Options of a command without the common ones: how many, and the n-th. */
size_t cli_option_count(const cli_command *command);
const cli_option *cli_option_at(const cli_command *command, size_t index);

/* All commands, in the order of the help text; *count entries. */
const cli_command *const *cli_commands(size_t *count);
/* The command with that name, or NULL. */
const cli_command *cli_find_command(const char *name);

/* Options that every command has: help, verbose, quiet. */
enum { CLI_COMMON_HELP, CLI_COMMON_VERBOSE, CLI_COMMON_QUIET, CLI_COMMON_COUNT };
extern const cli_option cli_common_options[CLI_COMMON_COUNT];

/* Parses argv[2...] for `command` and runs it, or prints its help. */
cli_status cli_run(const cli_command *command, int argc, const char **argv);

/* One line on stderr about wrong use, with the hint to the help text; CLI_MISUSE. `command` may be
 * NULL. */
cli_status cli_misuse(const cli_command *command, const char *format, ...) MYO_PRINTF(2, 3);
/* One line on stderr for an error of the library, and the exit status that belongs to it. */
cli_status cli_fail(const cli_call *call, const myo_error *err);

/* Help texts on `out`. */
void cli_help_program(FILE *out);
void cli_help_command(FILE *out, const cli_command *command);
void cli_help_version(FILE *out);
/* The whole reference. */
void cli_reference_markdown(FILE *out);
void cli_reference_man(FILE *out);
/* "myotome measure [OPTION...] -o OUT INPUT...". */
void cli_command_usage(const cli_command *command, char *text, size_t size);
/* "-o, --output=OUT" or, without a short name, "--level=LEVEL". */
void cli_option_syntax(const cli_option *option, char *text, size_t size);
/* The choices of a CLI_CHOICE, ", " between them. */
void cli_option_choices(const cli_option *option, char *text, size_t size);
/* Default, range, choices and repetition as sentences ("Default: auto."), or "". */
void cli_option_remarks(const cli_option *option, char *text, size_t size);

/* Prints a text in lines of at most CLI_WIDTH columns, each indented by `indent`; the cursor is at
 * `column`. A line break in the text is kept. Ends with a line break. */
#define CLI_WIDTH 79
void cli_wrap(FILE *out, const char *text, size_t indent, size_t column);

#endif
