/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fat method "misbehave": does what no decoder or plugin should, on images with a given pixel
 * spacing. */
#include <math.h>
#include <myotome/plugin.h>
#include <stdlib.h>
#include <unistd.h>

enum { HOW, SPACING, PARAMETER_COUNT };
enum { CRASH, LOOP, LEAVE, EAT_MEMORY, PRINT };

#define CHUNK ((size_t)16 << 20)
#define EATEN_MAX ((size_t)1 << 30)

static const myo_parameter parameters[PARAMETER_COUNT] = {
    [HOW] = {"how", "1", "0 crash, 1 loop, 2 exit, 3 eat memory, 4 print.", CRASH, CRASH, PRINT},
    [SPACING] = {"spacing_mm", "mm", "Distance of columns of the images that it happens on.", 0, 0,
                 10},
};

static const myo_host *the_host;

/* Ends at a limit of the host's, and not far beyond it where there is none. */
static bool eat_memory(myo_error *err) {
    for (size_t eaten = 0; eaten < EATEN_MAX; eaten += CHUNK) {
        volatile char *chunk = malloc(CHUNK);
        if (!chunk) {
            return the_host->error_set(err, MYO_E_MEMORY, "out of memory");
        }
        for (size_t i = 0; i < CHUNK; i += 512) {
            chunk[i] = 1;
        }
    }
    return the_host->error_set(err, MYO_E_INTERNAL, "there was no limit");
}

static bool separate(const myo_fat_input *input, const double *values, myo_fat_output *output,
                     myo_error *err) {
    static const char text[] = "nobody asked for this\n";
    for (int s = 0; s < MYO_STRUCTURE_COUNT; s++) {
        output->threshold[s] = (double)NAN;
    }
    if (fabs(input->column_spacing_mm - values[SPACING]) > 1e-6) {
        return true;
    }
    switch ((int)values[HOW]) {
    case CRASH:
        abort();
    case LOOP:
        for (volatile int forever = 1; forever;) {
        }
        return true;
    case LEAVE:
        _exit(0); /* as exit() does, without what sanitizers do there */
    case EAT_MEMORY:
        return eat_memory(err);
    default:
        the_host->log(MYO_LOG_WARNING, "this is logged");
        return write(STDOUT_FILENO, text, sizeof text - 1) > 0;
    }
}

static const myo_fat_method method = {
    .abi_version = MYO_ABI_VERSION,
    .struct_size = sizeof method,
    .info = {.name = "misbehave",
             .version = "1",
             .summary = "Crashes, loops, leaves, eats memory or prints",
             .reference = "none",
             .parameters = parameters,
             .parameter_count = PARAMETER_COUNT},
    .separate = separate,
};

static const myo_fat_method *const methods[] = {&method};

static const myo_plugin plugin = {.abi_version = MYO_ABI_VERSION,
                                  .struct_size = sizeof plugin,
                                  .name = "misbehave",
                                  .version = "1",
                                  .licence = "GPL-3.0-or-later",
                                  .fat_methods = methods,
                                  .fat_method_count = 1};

__attribute__((visibility("default"))) const myo_plugin *myo_plugin_entry(const myo_host *host);

const myo_plugin *myo_plugin_entry(const myo_host *host) {
    the_host = host;
    return &plugin;
}
