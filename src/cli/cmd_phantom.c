/* SPDX-License-Identifier: GPL-3.0-or-later */
/* myotome phantom: writes a synthetic study with its truth. */
#include "cli/commands.h"

#include <string.h>

enum {
    OPTION_OUTPUT,
    OPTION_SEED,
    OPTION_MATRIX,
    OPTION_PIXEL,
    OPTION_FAT,
    OPTION_NOISE,
    OPTION_BIAS,
    OPTION_HEIGHT,
    OPTION_SERIES,
    OPTION_COUNT
};

static const char *const series_choices[] = {"both", "axial", "sagittal", NULL};

static const cli_option options[OPTION_COUNT] = {
    [OPTION_OUTPUT] = {.name = "output",
                       .letter = 'o',
                       .kind = CLI_TEXT,
                       .argument = "DIR",
                       .help = "folder that is written; created if need be, must be empty",
                       .required = true},
    [OPTION_SEED] = {.name = "seed",
                     .kind = CLI_COUNT,
                     .argument = "N",
                     .help = "number that the anatomy and the noise follow from",
                     .default_text = "1",
                     .minimum = 0,
                     .maximum = 4294967295.0},
    [OPTION_MATRIX] = {.name = "matrix",
                       .kind = CLI_COUNT,
                       .argument = "N",
                       .help = "columns and rows of an axial slice",
                       .default_text = "384",
                       .minimum = 128,
                       .maximum = 1024},
    [OPTION_PIXEL] = {.name = "pixel",
                      .kind = CLI_NUMBER,
                      .argument = "MM",
                      .help = "pixel size of an axial slice in mm",
                      .default_text = "0.55",
                      .minimum = 0.2,
                      .maximum = 2.0},
    [OPTION_FAT] = {.name = "fat-fraction",
                    .kind = CLI_NUMBER,
                    .argument = "FRACTION",
                    .help =
                        "fat fraction of multifidus, from which that of the other muscles follows",
                    .default_text = "0.2",
                    .minimum = 0.0,
                    .maximum = 0.6},
    [OPTION_NOISE] =
        {.name = "noise",
         .kind = CLI_NUMBER,
         .argument = "PERCENT",
         .help = "standard deviation of the noise in percent of the muscle signal at the back",
         .default_text = "10",
         .minimum = 0.0,
         .maximum = 100.0},
    [OPTION_BIAS] = {.name = "bias",
                     .kind = CLI_NUMBER,
                     .argument = "RATIO",
                     .help = "brightness of the back over the front",
                     .default_text = "2.5",
                     .minimum = 1.0,
                     .maximum = 5.0},
    [OPTION_HEIGHT] = {.name = "height",
                       .kind = CLI_NUMBER,
                       .argument = "METRES",
                       .help = "body height in the header; 0 leaves it out",
                       .default_text = "1.66",
                       .minimum = 0.0,
                       .maximum = 2.5},
    [OPTION_SERIES] = {.name = "series",
                       .kind = CLI_CHOICE,
                       .argument = "WHICH",
                       .help = "series that are written",
                       .default_text = "both",
                       .choices = series_choices},
};

static const cli_example examples[] = {
    {"myotome phantom -o phantom", "A study of two series in phantom/dicom, its truth beside it."},
    {"myotome phantom -o lean --seed 7 --fat-fraction 0 --series axial",
     "Another anatomy without fat, only the axial series."},
};

static cli_status run(const cli_call *call) {
    const cli_value *v = call->values;
    myo_phantom_options phantom = myo_phantom_defaults();
    phantom.seed = (uint64_t)v[OPTION_SEED].number;
    phantom.matrix = (size_t)v[OPTION_MATRIX].number;
    phantom.pixel_mm = v[OPTION_PIXEL].number;
    phantom.fat_fraction = v[OPTION_FAT].number;
    phantom.noise_percent = v[OPTION_NOISE].number;
    phantom.bias = v[OPTION_BIAS].number;
    phantom.height_m = v[OPTION_HEIGHT].number;
    phantom.axial = strcmp(v[OPTION_SERIES].text, "sagittal") != 0;
    phantom.sagittal = strcmp(v[OPTION_SERIES].text, "axial") != 0;
    myo_error err = {0};
    if (!myo_phantom_write(&phantom, v[OPTION_OUTPUT].text, &err)) {
        return cli_fail(call, &err);
    }
    return CLI_DONE;
}

const cli_command cli_cmd_phantom = {
    .name = "phantom",
    .summary = "Write a synthetic study with its truth",
    .operands = "",
    .description =
        "Draws a lumbar anatomy and writes it as a study: DICOM files below DIR/dicom, and below "
        "DIR/truth the label map of each axial slice and truth.json with the true areas, fat "
        "fractions and disc centres. The same options give the same bytes. The images are for "
        "tests and demonstration; they show no patient.",
    .options = options,
    .option_count = OPTION_COUNT,
    .examples = examples,
    .example_count = CLI_LENGTH(examples),
    .statuses = {"the study was written", NULL,
                 "wrong use, or the folder is not empty or cannot be written", "out of memory"},
    .run = run,
};
