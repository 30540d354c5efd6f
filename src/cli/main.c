/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program: finds the command and hands over. */
#include "cli/cli.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static cli_status print_reference(const char *form) {
    if (form && strcmp(form, "markdown") == 0) {
        cli_reference_markdown(stdout);
        return CLI_DONE;
    }
    if (form && strcmp(form, "man") == 0) {
        cli_reference_man(stdout);
        return CLI_DONE;
    }
    return cli_misuse(NULL, "--reference: needs 'markdown' or 'man'");
}

static cli_status dispatch(int argc, const char **argv) {
    if (argc < 2) {
        return cli_misuse(NULL, "COMMAND is missing");
    }
    const char *first = argv[1];
    if (strcmp(first, "--help") == 0 || strcmp(first, "-h") == 0 || strcmp(first, "help") == 0) {
        cli_help_program(stdout);
        return CLI_DONE;
    }
    if (strcmp(first, "--version") == 0) {
        cli_help_version(stdout);
        return CLI_DONE;
    }
    if (strcmp(first, "--reference") == 0) {
        return print_reference(argc > 2 ? argv[2] : NULL);
    }
    if (first[0] == '-') {
        return cli_misuse(NULL, "%s: unknown option", first);
    }
    const cli_command *command = cli_find_command(first);
    return command ? cli_run(command, argc, argv)
                   : cli_misuse(NULL, "'%s': unknown command", first);
}

/* Output that did not reach its file is a failure, however well the command went. A reader that
 * went away (`| head`) has what it wanted; poll() tells, as errno is long gone by now. */
static cli_status close_output(cli_status status) {
    bool failed = fflush(stdout) != 0 || ferror(stdout) != 0;
    int error = errno;
    struct pollfd reader = {.fd = STDOUT_FILENO, .events = POLLOUT};
    bool reader_left = poll(&reader, 1, 0) > 0 && (reader.revents & POLLERR) != 0;
    if (fclose(stdout) != 0 && !failed) {
        failed = true;
        error = errno;
    }
    if (failed && !reader_left) {
        fprintf(stderr, "myotome: standard output: %s\n", strerror(error));
        return CLI_NOTHING;
    }
    return status;
}

int main(int argc, char **argv) {
    /* A log that nobody reads any more must not end a measurement halfway. */
    signal(SIGPIPE, SIG_IGN);
    /* popt wants pointers to const, which C does not convert to by itself. */
    return (int)close_output(dispatch(argc, (const char **)(void *)argv));
}
