/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The options of the main job, which measure and remeasure share, and what they print at its end.
 */
#ifndef MYO_CLI_MEASURE_OPTIONS_H
#define MYO_CLI_MEASURE_OPTIONS_H

#include "cli/cli.h"

enum {
    CLI_MEASURE_LEVEL,
    CLI_MEASURE_SLICE,
    CLI_MEASURE_LEVEL_CONFIDENCE,
    CLI_MEASURE_ACCEPT_LEVEL,
    CLI_MEASURE_PAIR,
    CLI_MEASURE_VERTEBRA,
    CLI_MEASURE_GLUTEUS_MAXIMUS_AT,
    CLI_MEASURE_GLUTEUS_MEDIUS_AT,
    CLI_MEASURE_SERIES,
    CLI_MEASURE_METHOD,
    CLI_MEASURE_FAT,
    CLI_MEASURE_REFERENCE,
    CLI_MEASURE_HEIGHT,
    CLI_MEASURE_HEIGHTS,
    CLI_MEASURE_CLINICAL,
    CLI_MEASURE_MODEL,
    CLI_MEASURE_PLUGINS,
    CLI_MEASURE_JOBS,
    CLI_MEASURE_RESUME,
    CLI_MEASURE_STUDY_TIMEOUT,
    CLI_MEASURE_STUDY_MEMORY,
    CLI_MEASURE_DEIDENTIFY,
    CLI_MEASURE_DEIDENTIFY_KEY,
    CLI_MEASURE_DEIDENTIFY_MAP,
    CLI_MEASURE_UNCERTAINTY,
    CLI_MEASURE_READER_SEM,
    CLI_MEASURE_METHODS_TEXT,
    CLI_MEASURE_JSON,
    CLI_MEASURE_COUNT
};

extern const cli_option cli_measure_options[CLI_MEASURE_COUNT];

/* Puts what the call says into the options of a run. `only_given`: what is not given stays as it
 * is, instead of becoming the default. Inputs and output are left to the caller. */
void cli_measure_take_options(const cli_call *call, bool only_given, myo_measure_options *out);

/* Prints the closing line on stderr and says which exit status belongs to it. `inputs` are named
 * where nothing could be read. */
cli_status cli_measure_finish(const cli_call *call, const myo_measure_options *options,
                              const myo_measure_summary *summary);

#endif
