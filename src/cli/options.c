/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a command's descriptor and argv to checked values, through popt. */
#include "cli/cli.h"
#include "cli/terminal.h"

#include <math.h>
#include <popt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

const cli_option cli_common_options[CLI_COMMON_COUNT] = {
    [CLI_COMMON_HELP] = {.name = "help",
                         .letter = 'h',
                         .kind = CLI_FLAG,
                         .help = "print this help and exit"},
    [CLI_COMMON_VERBOSE] = {.name = "verbose",
                            .letter = 'v',
                            .kind = CLI_FLAG,
                            .help = "say on stderr what is being done; twice: in detail"},
    [CLI_COMMON_QUIET] = {.name = "quiet",
                          .letter = 'q',
                          .kind = CLI_FLAG,
                          .help = "print nothing but errors on stderr, and no progress"},
};

/* Everything that parsing a call allocates. */
typedef struct parser {
    const cli_command *command;
    struct poptOption *table;
    poptContext context;
    cli_value *values;   /* the command's options, then the common ones */
    const char ***lists; /* of CLI_LIST options, capacity argc */
    char **owned;        /* option arguments, handed out by popt */
    size_t owned_count;
    char *command_line;
} parser;

size_t cli_option_count(const cli_command *command) {
    return command->option_count + command->shared_count;
}

const cli_option *cli_option_at(const cli_command *command, size_t index) {
    return index < command->option_count ? &command->options[index]
                                         : &command->shared_options[index - command->option_count];
}

static size_t value_count(const cli_command *command) {
    return cli_option_count(command) + CLI_COMMON_COUNT;
}

static const cli_option *option_at(const cli_command *command, size_t index) {
    size_t count = cli_option_count(command);
    return index < count ? cli_option_at(command, index) : &cli_common_options[index - count];
}

cli_status cli_misuse(const cli_command *command, const char *format, ...) {
    fprintf(stderr, "myotome%s%s: ", command ? " " : "", command ? command->name : "");
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, "; see 'myotome %s%s--help'\n", command ? command->name : "",
            command ? " " : "");
    return CLI_MISUSE;
}

cli_status cli_fail(const cli_call *call, const myo_error *err) {
    fprintf(stderr, "myotome %s: %s\n", call->command->name, err->message);
    /* What the user gave is at fault, unless it is the machine or this program. */
    return err->code == MYO_E_MEMORY || err->code == MYO_E_INTERNAL ? CLI_NOTHING : CLI_MISUSE;
}

static cli_status out_of_memory(void) {
    fputs("myotome: out of memory\n", stderr);
    return CLI_NOTHING;
}

/* Quotes a word where a shell needs it. Returns the new end. */
static char *append_quoted(char *end, const char *word) {
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@%";
    if (*word && strspn(word, plain) == strlen(word)) {
        size_t length = strlen(word);
        memcpy(end, word, length);
        return end + length;
    }
    *end++ = '\'';
    for (; *word; word++) {
        if (*word == '\'') {
            memcpy(end, "'\\''", 4);
            end += 4;
        } else {
            *end++ = *word;
        }
    }
    *end++ = '\'';
    return end;
}

/* Appends " --name" or " --name=value". */
static char *append_option(char *end, const char *name, const char *value) {
    size_t length = strlen(name);
    memcpy(end, " --", 3);
    memcpy(end + 3, name, length);
    end += 3 + length;
    if (value) {
        *end++ = '=';
        end = append_quoted(end, value);
    }
    return end;
}

/* The longest that a text can become: every character a quote, a blank and two quotes around it. */
static size_t quoted_size(const char *text) {
    return text ? 4 * strlen(text) + 3 : 0;
}

static size_t command_line_size(const parser *p, const char *const *operands, size_t count) {
    const cli_command *command = p->command;
    size_t size = sizeof "myotome  --" + strlen(command->name);
    for (size_t i = 0; i < cli_option_count(command); i++) {
        const cli_value *value = &p->values[i];
        size_t name_size = strlen(cli_option_at(command, i)->name) + sizeof " --=";
        size += name_size + quoted_size(value->text);
        for (size_t k = 0; p->lists[i] && k < value->count; k++) {
            size += name_size + quoted_size(p->lists[i][k]);
        }
    }
    for (size_t i = 0; i < count; i++) {
        size += quoted_size(operands[i]);
    }
    return size;
}

/* The command line for the record of a run, the same however its options were ordered and
 * abbreviated. Options that change no result are left out. */
static char *join_command_line(const parser *p, const char *const *operands, size_t count) {
    const cli_command *command = p->command;
    char *line = calloc(command_line_size(p, operands, count), 1);
    if (!line) {
        return NULL;
    }
    char *end = line + strlen("myotome ");
    memcpy(line, "myotome ", strlen("myotome "));
    memcpy(end, command->name, strlen(command->name));
    end += strlen(command->name);
    for (size_t i = 0; i < cli_option_count(command); i++) {
        const cli_option *option = cli_option_at(command, i);
        const cli_value *value = &p->values[i];
        for (size_t k = 0; k < value->count && !option->unrecorded; k++) {
            end = append_option(end, option->name,
                                option->kind == CLI_LIST ? p->lists[i][k] : value->text);
        }
    }
    for (size_t i = 0; i < count; i++) {
        *end++ = ' ';
        end = append_quoted(end, operands[i]);
    }
    return line;
}

static bool create_parser(parser *p, const cli_command *command, int argc, const char **argv) {
    size_t count = value_count(command);
    *p = (parser){.command = command};
    p->table = calloc(count + 1, sizeof *p->table);
    p->values = calloc(count, sizeof *p->values);
    p->lists = calloc(count, sizeof *p->lists);
    p->owned = calloc((size_t)argc + 1, sizeof *p->owned);
    if (!p->table || !p->values || !p->lists || !p->owned) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        const cli_option *option = option_at(command, i);
        p->table[i] = (struct poptOption){.longName = option->name,
                                          .shortName = option->letter,
                                          .argInfo = option->kind == CLI_FLAG ? POPT_ARG_NONE
                                                                              : POPT_ARG_STRING,
                                          .val = (int)i + 1};
        if (option->kind == CLI_LIST) {
            p->lists[i] = calloc((size_t)argc, sizeof *p->lists[i]);
            if (!p->lists[i]) {
                return false;
            }
            p->values[i].list = p->lists[i];
        }
    }
    p->context = poptGetContext("myotome", argc - 1, argv + 1, p->table, 0);
    return p->context != NULL;
}

static void clear_parser(parser *p) {
    for (size_t i = 0; p->lists && i < value_count(p->command); i++) {
        free((void *)p->lists[i]);
    }
    for (size_t i = 0; i < p->owned_count; i++) {
        free(p->owned[i]);
    }
    if (p->context) {
        poptFreeContext(p->context);
    }
    free((void *)p->lists);
    free(p->owned);
    free(p->values);
    free(p->table);
    free(p->command_line);
}

/* A finite decimal number that fills the whole text. strtod alone takes "0x10", "nan", "inf". */
static bool parse_number(const char *text, double *number) {
    if (strspn(text, "+-.0123456789eE") != strlen(text) || !*text) {
        return false;
    }
    char *end;
    *number = strtod(text, &end);
    return *end == '\0' && isfinite(*number);
}

/* Checks the text of an option against its descriptor and reads its number. */
static cli_status check_value(const cli_command *command, const cli_option *option,
                              cli_value *value) {
    const char *text = value->text;
    if (!*text) {
        return cli_misuse(command, "--%s: needs a value that is not empty", option->name);
    }
    if (option->kind == CLI_CHOICE) {
        char remarks[CLI_WIDTH * 4];
        for (size_t i = 0; option->choices[i]; i++) {
            if (strcmp(option->choices[i], text) == 0) {
                return CLI_DONE;
            }
        }
        cli_option_choices(option, remarks, sizeof remarks);
        return cli_misuse(command, "--%s: '%s' is none of %s", option->name, text, remarks);
    }
    if (option->kind != CLI_NUMBER && option->kind != CLI_COUNT) {
        return CLI_DONE;
    }
    if (!parse_number(text, &value->number)) {
        return cli_misuse(command, "--%s: '%s' is not a number", option->name, text);
    }
    if (option->kind == CLI_COUNT && value->number != floor(value->number)) {
        return cli_misuse(command, "--%s: '%s' is not a whole number", option->name, text);
    }
    if (option->minimum < option->maximum &&
        (value->number < option->minimum || value->number > option->maximum)) {
        return cli_misuse(command, "--%s: %s is not between %.15g and %.15g", option->name, text,
                          option->minimum, option->maximum);
    }
    return CLI_DONE;
}

/* Takes one option that popt has found. */
static cli_status take_option(parser *p, size_t index) {
    const cli_option *option = option_at(p->command, index);
    cli_value *value = &p->values[index];
    if (option->kind != CLI_FLAG) {
        char *text = poptGetOptArg(p->context);
        if (!text) {
            return out_of_memory();
        }
        p->owned[p->owned_count++] = text;
        if (value->count > 0 && option->kind != CLI_LIST) {
            return cli_misuse(p->command, "--%s: given more than once", option->name);
        }
        value->text = text;
        if (option->kind == CLI_LIST) {
            p->lists[index][value->count] = text;
        }
        cli_status status = check_value(p->command, option, value);
        if (status != CLI_DONE) {
            return status;
        }
    }
    value->count++;
    return CLI_DONE;
}

static cli_status refuse_option(const parser *p, int code) {
    const char *bad = poptBadOption(p->context, POPT_BADOPTION_NOALIAS);
    switch (code) {
    case POPT_ERROR_BADOPT:
        return cli_misuse(p->command, "%s: unknown option", bad);
    case POPT_ERROR_NOARG:
        return cli_misuse(p->command, "%s: needs a value", bad);
    case POPT_ERROR_UNWANTEDARG:
        return cli_misuse(p->command, "%s: takes no value", bad);
    default:
        return cli_misuse(p->command, "%s: %s", bad, poptStrerror(code));
    }
}

/* Fills in defaults and refuses what is missing. */
static cli_status complete_values(parser *p) {
    for (size_t i = 0; i < cli_option_count(p->command); i++) {
        const cli_option *option = cli_option_at(p->command, i);
        cli_value *value = &p->values[i];
        if (value->count > 0) {
            continue;
        }
        if (option->required) {
            char syntax[CLI_WIDTH];
            cli_option_syntax(option, syntax, sizeof syntax);
            return cli_misuse(p->command, "%s is missing", syntax);
        }
        if (option->default_text) {
            value->text = option->default_text;
            cli_status status = check_value(p->command, option, value);
            if (status != CLI_DONE) {
                return status;
            }
        }
    }
    return CLI_DONE;
}

static cli_status run_parsed(parser *p) {
    const cli_command *command = p->command;
    const cli_value *common = p->values + cli_option_count(command);
    const char **operands = poptGetArgs(p->context);
    size_t count = 0;
    while (operands && operands[count]) {
        count++;
    }
    if (count < command->operand_min) {
        return cli_misuse(command, "%s is missing", command->operands);
    }
    if (count > command->operand_max) {
        return cli_misuse(command, "'%s' is one argument too many", operands[command->operand_max]);
    }
    cli_status status = complete_values(p);
    if (status != CLI_DONE) {
        return status;
    }
    p->command_line = join_command_line(p, operands, count);
    if (!p->command_line) {
        return out_of_memory();
    }
    cli_terminal terminal;
    cli_terminal_open(&terminal, common[CLI_COMMON_VERBOSE].count,
                      common[CLI_COMMON_QUIET].count > 0);
    const cli_call call = {.command = command,
                           .values = p->values,
                           .operands = operands,
                           .operand_count = count,
                           .command_line = p->command_line,
                           .quiet = common[CLI_COMMON_QUIET].count > 0,
                           .verbose = common[CLI_COMMON_VERBOSE].count > 0,
                           .terminal = &terminal};
    status = command->run(&call);
    cli_terminal_close(&terminal);
    return status;
}

cli_status cli_run(const cli_command *command, int argc, const char **argv) {
    parser p;
    if (!create_parser(&p, command, argc, argv)) {
        clear_parser(&p);
        return out_of_memory();
    }
    cli_status status = CLI_DONE;
    int found = 0;
    while (status == CLI_DONE && (found = poptGetNextOpt(p.context)) > 0) {
        status = take_option(&p, (size_t)found - 1);
    }
    if (status == CLI_DONE && found < -1) {
        status = refuse_option(&p, found);
    }
    if (status == CLI_DONE) {
        if (p.values[cli_option_count(command) + CLI_COMMON_HELP].count > 0) {
            cli_help_command(stdout, command);
        } else {
            status = run_parsed(&p);
        }
    }
    clear_parser(&p);
    return status;
}
