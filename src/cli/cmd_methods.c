/* SPDX-License-Identifier: GPL-3.0-or-later */
/* myotome methods: segmenters and fat methods with their parameters. */
#include "cli/commands.h"

enum { OPTION_PLUGINS, OPTION_COUNT };

static const cli_option options[OPTION_COUNT] = {
    [OPTION_PLUGINS] = {.name = "plugins",
                        .kind = CLI_TEXT,
                        .argument = "DIR",
                        .help = "also load the plugins of this folder"},
};

static const cli_example examples[] = {
    {"myotome methods", "The methods that are built in."},
    {"myotome methods --plugins ./plugins", "With those of the plugins in a folder."},
};

static void print_labelled(const char *label, const char *text) {
    int column = printf("    %s:", label);
    cli_wrap(stdout, text, 6, (size_t)column);
}

static void print_method(const myo_registry *registry, const myo_method_info *info) {
    printf("  %s (version %s, %s)\n    ", info->name, info->version,
           myo_registry_get_origin(registry, info));
    cli_wrap(stdout, info->summary, 4, 4);
    print_labelled("reference", info->reference);
    for (size_t i = 0; i < info->parameter_count; i++) {
        const myo_parameter *p = &info->parameters[i];
        printf("    parameter %s = %.15g", p->name, p->default_value);
        if (!(p->unit[0] == '1' && p->unit[1] == '\0')) {
            printf(" %s", p->unit);
        }
        printf(", from %.15g to %.15g\n", p->minimum, p->maximum);
        cli_wrap(stdout, p->help, 6, 0);
    }
}

static void print_all(const myo_registry *registry) {
    printf("Segmenters (--method); 'auto' takes the first:\n");
    const myo_segmenter *segmenter;
    for (size_t i = 0; (segmenter = myo_registry_get_segmenter(registry, i)); i++) {
        print_method(registry, &segmenter->info);
        print_labelled("outlines", segmenter->roi_convention);
    }
    printf("\nFat methods (--fat); the first is the default, 'all' takes all:\n");
    const myo_fat_method *fat;
    for (size_t i = 0; (fat = myo_registry_get_fat_method(registry, i)); i++) {
        print_method(registry, &fat->info);
    }
    const myo_tissue_mapper *mapper = myo_registry_get_tissue_mapper(registry);
    if (mapper) {
        printf("\nTissue mapper, which proposes on CT:\n");
        print_method(registry, &mapper->info);
    }
}

static cli_status run(const cli_call *call) {
    const char *folder = call->values[OPTION_PLUGINS].text;
    myo_registry *registry = NULL;
    myo_error err = {0};
    cli_status status = CLI_DONE;
    if (myo_registry_create(&registry, &err) && myo_registry_load_bundled(registry, &err) &&
        (!folder || myo_registry_load_plugins(registry, folder, &err))) {
        print_all(registry);
    } else {
        status = cli_fail(call, &err);
    }
    myo_registry_destroy(registry);
    return status;
}

const cli_command cli_cmd_methods = {
    .name = "methods",
    .summary = "List segmenters, fat methods and plugins with their parameters",
    .operands = "",
    .description =
        "Prints what `myotome measure` can be asked to use: the methods that outline structures "
        "and the methods that separate fat, each with its version, its source, and its parameters "
        "with their limits. A version changes whenever results can change; it is written into "
        "every result.",
    .options = options,
    .option_count = OPTION_COUNT,
    .examples = examples,
    .example_count = CLI_LENGTH(examples),
    .statuses = {"printed", NULL, "wrong use, or a plugin that cannot be loaded", NULL},
    .run = run,
};
