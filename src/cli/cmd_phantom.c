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
    OPTION_LUMBAR,
    OPTION_TRANSITIONAL,
    OPTION_DISCS,
    OPTION_SCOLIOSIS,
    OPTION_CEMENT,
    OPTION_FRACTURE,
    OPTION_COIL,
    OPTION_SAGITTAL_FOV,
    OPTION_SAGITTAL_OFFSET,
    OPTION_SAGITTAL_CONTRAST,
    OPTION_AXIAL_PROTOCOL,
    OPTION_AXIAL_FROM,
    OPTION_AXIAL_STACKS,
    OPTION_FRAMES,
    OPTION_TRABECULAR,
    OPTION_CT_NOISE,
    OPTION_CT_THICKNESS,
    OPTION_PATIENTS,
    OPTION_READERS,
    OPTION_COUNT
};

/* A default of the library as text. */
#define TEXT_OF(literal) #literal
#define DEFAULT_TEXT(macro) TEXT_OF(macro)

static const char *const series_choices[] = {"both", "axial", "sagittal", "ct", "all", NULL};
/* In the order of myo_phantom_transition and myo_phantom_discs. */
static const char *const transition_choices[] = {"none", "sacralised", "lumbarised", NULL};
static const char *const disc_choices[] = {"varied", "bright", "dark", "mixed", NULL};
static const char *const vertebra_choices[] = {"none", "L1", "L2", "L3", "L4", "L5", "L6", NULL};
static const char *const contrast_choices[] = {"t2", "water", NULL};
static const char *const protocol_choices[] = {"stacks", "block", NULL};
static const char *const lowest_choices[] = {"last", "L6/S1", "L5/S1", "L4/S1", "L5/6",
                                             "L4/5", "L3/4",  "L2/3",  NULL};
static const char *const frame_choices[] = {"same", "different", NULL};

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
                     .default_text = DEFAULT_TEXT(MYO_PHANTOM_SEED),
                     .minimum = 0,
                     .maximum = 4294967295.0},
    [OPTION_MATRIX] = {.name = "matrix",
                       .kind = CLI_COUNT,
                       .argument = "N",
                       .help = "columns and rows of a slice",
                       .default_text = DEFAULT_TEXT(MYO_PHANTOM_MATRIX),
                       .minimum = 128,
                       .maximum = 1024},
    [OPTION_PIXEL] = {.name = "pixel",
                      .kind = CLI_NUMBER,
                      .argument = "MM",
                      .help = "pixel size of an axial slice in mm",
                      .default_text = DEFAULT_TEXT(MYO_PHANTOM_PIXEL_MM),
                      .minimum = 0.2,
                      .maximum = 2.0},
    [OPTION_FAT] = {.name = "fat-fraction",
                    .kind = CLI_NUMBER,
                    .argument = "FRACTION",
                    .help =
                        "fat fraction of multifidus, from which that of the other muscles follows",
                    .default_text = DEFAULT_TEXT(MYO_PHANTOM_FAT_FRACTION),
                    .minimum = 0.0,
                    .maximum = 0.6},
    [OPTION_NOISE] =
        {.name = "noise",
         .kind = CLI_NUMBER,
         .argument = "PERCENT",
         .help = "standard deviation of the noise in percent of the muscle signal at the back",
         .default_text = DEFAULT_TEXT(MYO_PHANTOM_NOISE_PERCENT),
         .minimum = 0.0,
         .maximum = 100.0},
    [OPTION_BIAS] = {.name = "bias",
                     .kind = CLI_NUMBER,
                     .argument = "RATIO",
                     .help = "brightness of the back over the front",
                     .default_text = DEFAULT_TEXT(MYO_PHANTOM_BIAS),
                     .minimum = 1.0,
                     .maximum = 5.0},
    [OPTION_HEIGHT] = {.name = "height",
                       .kind = CLI_NUMBER,
                       .argument = "METRES",
                       .help = "body height in the header; 0 leaves it out",
                       .default_text = DEFAULT_TEXT(MYO_PHANTOM_HEIGHT_M),
                       .minimum = 0.0,
                       .maximum = 2.5},
    [OPTION_SERIES] = {.name = "series",
                       .kind = CLI_CHOICE,
                       .argument = "WHICH",
                       .help = "series that are written: both are those of MR, all those and CT",
                       .default_text = "both",
                       .choices = series_choices},
    [OPTION_LUMBAR] = {.name = "lumbar",
                       .kind = CLI_COUNT,
                       .argument = "N",
                       .help = "number of lumbar vertebrae; the last mobile disc is L5/S1 of five, "
                               "L4/S1 of four and L6/S1 of six",
                       .default_text = DEFAULT_TEXT(MYO_PHANTOM_LUMBAR),
                       .minimum = 4,
                       .maximum = 6},
    [OPTION_TRANSITIONAL] =
        {.name = "transitional",
         .kind = CLI_CHOICE,
         .argument = "LOOK",
         .help = "look of the lumbosacral transition: sacralised has a last lumbar vertebra with "
                 "wide wings on a narrow disc, lumbarised a squared S1 on a well-formed disc S1/2",
         .default_text = "none",
         .choices = transition_choices},
    [OPTION_DISCS] = {.name = "discs",
                      .kind = CLI_CHOICE,
                      .argument = "LOOK",
                      .help = "degeneration of the discs: varied differ a little, dark are narrow, "
                              "too, mixed are bright or dark as the seed has it",
                      .default_text = "varied",
                      .choices = disc_choices},
    [OPTION_SCOLIOSIS] = {.name = "scoliosis",
                          .kind = CLI_NUMBER,
                          .argument = "MM",
                          .help = "how far the spine bends to the left at the apex of one arch",
                          .default_text = "0",
                          .minimum = -40.0,
                          .maximum = 40.0},
    [OPTION_CEMENT] = {.name = "cement",
                       .kind = CLI_CHOICE,
                       .argument = "VERTEBRA",
                       .help = "vertebra that is filled with cement, which gives no signal",
                       .default_text = "none",
                       .choices = vertebra_choices},
    [OPTION_FRACTURE] = {.name = "fracture",
                         .kind = CLI_CHOICE,
                         .argument = "VERTEBRA",
                         .help = "vertebra that is compressed to a wedge",
                         .default_text = "none",
                         .choices = vertebra_choices},
    [OPTION_COIL] = {.name = "coil-falloff",
                     .kind = CLI_NUMBER,
                     .argument = "RATIO",
                     .help = "brightness of the middle over the head and foot ends of the "
                             "sagittal images",
                     .default_text = DEFAULT_TEXT(MYO_PHANTOM_COIL_FALLOFF),
                     .minimum = 1.0,
                     .maximum = 20.0},
    [OPTION_SAGITTAL_FOV] = {.name = "sagittal-fov",
                             .kind = CLI_NUMBER,
                             .argument = "MM",
                             .help = "field of view of the sagittal series",
                             .default_text = DEFAULT_TEXT(MYO_PHANTOM_SAGITTAL_FOV_MM),
                             .minimum = 120.0,
                             .maximum = 500.0},
    [OPTION_SAGITTAL_OFFSET] =
        {.name = "sagittal-offset",
         .kind = CLI_NUMBER,
         .argument = "MM",
         .help = "how far its middle lies above the fourth disc from below; with the usual field "
                 "of view, 60 ends it within S1 and 95 within the vertebra above",
         .default_text = "0",
         .minimum = -150.0,
         .maximum = 150.0},
    [OPTION_SAGITTAL_CONTRAST] = {.name = "sagittal-contrast",
                                  .kind = CLI_CHOICE,
                                  .argument = "KIND",
                                  .help = "contrast of the sagittal series; water has no fat",
                                  .default_text = "t2",
                                  .choices = contrast_choices},
    [OPTION_AXIAL_PROTOCOL] = {.name = "axial-protocol",
                               .kind = CLI_CHOICE,
                               .argument = "KIND",
                               .help = "a stack of three slices for each disc, tilted with it, or "
                                       "one block without tilt",
                               .default_text = "stacks",
                               .choices = protocol_choices},
    [OPTION_AXIAL_FROM] = {.name = "axial-from",
                           .kind = CLI_CHOICE,
                           .argument = "DISC",
                           .help = "lowest disc of the axial series; last is the last mobile one",
                           .default_text = "last",
                           .choices = lowest_choices},
    [OPTION_AXIAL_STACKS] = {.name = "axial-stacks",
                             .kind = CLI_COUNT,
                             .argument = "N",
                             .help = "number of discs that the axial series covers, from the "
                                     "lowest up; 0: up to L1/2",
                             .default_text = "0",
                             .minimum = 0,
                             .maximum = 6},
    [OPTION_FRAMES] = {.name = "frames",
                       .kind = CLI_CHOICE,
                       .argument = "KIND",
                       .help = "frame of reference of the two series: same, or different as after "
                               "a pause",
                       .default_text = "same",
                       .choices = frame_choices},
    [OPTION_TRABECULAR] = {.name = "trabecular",
                           .kind = CLI_NUMBER,
                           .argument = "HU",
                           .help = "attenuation of trabecular bone on CT",
                           .default_text = DEFAULT_TEXT(MYO_PHANTOM_TRABECULAR_HU),
                           .minimum = -50.0,
                           .maximum = 400.0},
    [OPTION_CT_NOISE] = {.name = "ct-noise",
                         .kind = CLI_NUMBER,
                         .argument = "HU",
                         .help = "standard deviation of the noise on CT",
                         .default_text = DEFAULT_TEXT(MYO_PHANTOM_CT_NOISE_HU),
                         .minimum = 0.0,
                         .maximum = 100.0},
    [OPTION_CT_THICKNESS] = {.name = "ct-thickness",
                             .kind = CLI_NUMBER,
                             .argument = "MM",
                             .help = "thickness of CT slices, which touch each other",
                             .default_text = DEFAULT_TEXT(MYO_PHANTOM_CT_THICKNESS_MM),
                             .minimum = 0.5,
                             .maximum = 10.0},
    [OPTION_PATIENTS] = {.name = "patients",
                         .kind = CLI_COUNT,
                         .argument = "N",
                         .help = "number of patients, with seeds that follow each other and fat "
                                 "fractions of their own; of more than one, each has a folder "
                                 "below DIR/dicom and DIR/truth",
                         .default_text = DEFAULT_TEXT(MYO_PHANTOM_PATIENTS),
                         .minimum = 1,
                         .maximum = MYO_PHANTOM_PATIENTS_MAX},
    [OPTION_READERS] = {.name = "readers",
                        .kind = CLI_COUNT,
                        .argument = "N",
                        .help = "number of simulated readers, whose outlines of the axial slice "
                                "at L4/5 are written as DIR/reader1/sub-<id>_RoiSet.zip and so on",
                        .default_text = DEFAULT_TEXT(MYO_PHANTOM_READERS),
                        .minimum = 0,
                        .maximum = MYO_PHANTOM_READERS_MAX},
};

static const cli_example examples[] = {
    {"myotome phantom -o phantom", "A study of two series in phantom/dicom, its truth beside it."},
    {"myotome phantom -o lean --seed 7 --fat-fraction 0 --series axial",
     "Another anatomy without fat, only the axial series."},
    {"myotome phantom -o six --lumbar 6 --discs mixed --cement L3 --sagittal-offset 60",
     "Six lumbar vertebrae, one of them cemented; the sagittal images end within S1."},
    {"myotome phantom -o group --patients 20 --readers 2",
     "Twenty patients, each outlined by two readers."},
};

/* Place of a choice in its list. */
static int choice(const cli_call *call, int option) {
    int at = 0;
    while (strcmp(options[option].choices[at], call->values[option].text) != 0) {
        at++;
    }
    return at;
}

/* Number of the vertebra above a disc: 4 of "L4/5"; 0 of "last". */
static int vertebra_above(const char *disc) {
    return *disc == 'L' ? disc[1] - '0' : 0;
}

/* True when a series is among those that were asked for. */
static bool writes(const char *asked, const char *series, const char *group) {
    return strcmp(asked, series) == 0 || strcmp(asked, group) == 0 || strcmp(asked, "all") == 0;
}

static cli_status run(const cli_call *call) {
    const cli_value *v = call->values;
    myo_phantom_options phantom = {.seed = (uint64_t)v[OPTION_SEED].number,
                                   .matrix = (size_t)v[OPTION_MATRIX].number,
                                   .pixel_mm = v[OPTION_PIXEL].number,
                                   .fat_fraction = v[OPTION_FAT].number,
                                   .noise_percent = v[OPTION_NOISE].number,
                                   .bias = v[OPTION_BIAS].number,
                                   .coil_falloff = v[OPTION_COIL].number,
                                   .height_m = v[OPTION_HEIGHT].number,
                                   .axial = writes(v[OPTION_SERIES].text, "axial", "both"),
                                   .sagittal = writes(v[OPTION_SERIES].text, "sagittal", "both"),
                                   .ct = writes(v[OPTION_SERIES].text, "ct", "ct"),
                                   .trabecular_hu = v[OPTION_TRABECULAR].number,
                                   .ct_noise_hu = v[OPTION_CT_NOISE].number,
                                   .ct_thickness_mm = v[OPTION_CT_THICKNESS].number,
                                   .lumbar = (int)v[OPTION_LUMBAR].number,
                                   .transition =
                                       (myo_phantom_transition)choice(call, OPTION_TRANSITIONAL),
                                   .discs = (myo_phantom_discs)choice(call, OPTION_DISCS),
                                   .scoliosis_mm = v[OPTION_SCOLIOSIS].number,
                                   .cement = choice(call, OPTION_CEMENT),
                                   .fracture = choice(call, OPTION_FRACTURE),
                                   .sagittal_fov_mm = v[OPTION_SAGITTAL_FOV].number,
                                   .sagittal_offset_mm = v[OPTION_SAGITTAL_OFFSET].number,
                                   .sagittal_water = choice(call, OPTION_SAGITTAL_CONTRAST) == 1,
                                   .axial_block = choice(call, OPTION_AXIAL_PROTOCOL) == 1,
                                   .axial_from = vertebra_above(v[OPTION_AXIAL_FROM].text),
                                   .axial_stacks = (int)v[OPTION_AXIAL_STACKS].number,
                                   .own_frames = choice(call, OPTION_FRAMES) == 1};
    myo_error err = {0};
    if (!myo_phantom_write_cohort(&phantom, (int)v[OPTION_PATIENTS].number,
                                  (int)v[OPTION_READERS].number, v[OPTION_OUTPUT].text, &err)) {
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
        "fractions and disc centres. Several patients have folders of their own there, and "
        "simulated readers a folder each, DIR/reader1 and so on, with their outlines for ImageJ. "
        "The same options give the same bytes. The images are for tests and demonstration; they "
        "show no patient.",
    .options = options,
    .option_count = OPTION_COUNT,
    .examples = examples,
    .example_count = CLI_LENGTH(examples),
    .statuses = {"the study was written", NULL,
                 "wrong use, or the folder is not empty or cannot be written", "out of memory"},
    .run = run,
};
