/* SPDX-License-Identifier: GPL-3.0-or-later */
/* myotome measure: the main job. */
#include "cli/commands.h"
#include "cli/measure_options.h"

enum { OPTION_OUTPUT, OPTION_COUNT };

static const cli_option options[OPTION_COUNT] = {
    [OPTION_OUTPUT] = {.name = "output",
                       .letter = 'o',
                       .kind = CLI_TEXT,
                       .argument = "OUT",
                       .help = "result folder, created if need be",
                       .required = true},
};

static const cli_example examples[] = {
    {"myotome measure study/ -o out", "Measures every study in the folder at L4/5."},
    {"myotome measure study/ -o out --height 1.66 --clinical clinical.csv --model nvcf-tang2024",
     "With a height, and what the risk model needs besides the image."},
    {"myotome measure study/ -o out --slice 6001:12 --fat all",
     "A slice that a person chose, and all fat methods for comparison."},
    {"myotome measure export/ -o out --resume",
     "Goes on after an interruption, or after studies were added."},
    {"myotome measure export/ -o release --deidentify --deidentify-key key --deidentify-map "
     "map.csv",
     "Results without identifiers; the key and the table stay with you."},
};

static cli_status run(const cli_call *call) {
    const cli_value *height = &call->values[OPTION_COUNT + CLI_MEASURE_HEIGHT];
    if (height->count > 0 && height->number <= 0.0) {
        return cli_misuse(call->command, "--height: %s is not above 0", height->text);
    }
    myo_measure_options measure = {.inputs = call->operands,
                                   .input_count = call->operand_count,
                                   .output = call->values[OPTION_OUTPUT].text};
    myo_measure_summary summary = {0};
    myo_error err = {0};
    cli_measure_take_options(call, false, &measure);
    return myo_pipeline_measure(&measure, &summary, &err)
               ? cli_measure_finish(call, &measure, &summary)
               : cli_fail(call, &err);
}

const cli_command cli_cmd_measure = {
    .name = "measure",
    .summary = "Measure muscles, fat and risk on lumbar MRI and CT studies",
    .operands = "INPUT...",
    .description =
        "INPUT is any mix of DICOM files and folders, which are searched through. For each study "
        "the axial T2 series and its slice at the level asked for are chosen, multifidus, erector "
        "spinae and psoas major of both sides and the vertebral body or disc are outlined, fat is "
        "separated, and areas, indices and risks are written into OUT. A study of CT is measured "
        "at "
        "the level and at L3, with quadratus lumborum and the whole muscle at L3, gluteus maximus "
        "and medius at landmarks of the pelvis, and the trabecular bone of L1 to L5 "
        "(vertebrae.csv).\n\n"
        "OUT receives measurements.csv (areas of each structure, side and fat method), "
        "features.csv (a row for each study, what a model reads), risk.csv (a row for each study "
        "and model), with --fat all fat_methods.csv (how far the methods spread), run.json (the "
        "record of the run with everything that was left out and why), and a folder for each "
        "patient with the label map, pictures of the outlines, of the fat and of the level, and "
        "the outlines as ImageJ RoiSet.zip.\n\n"
        "The height comes from --heights, then --height, then the header. Without one SMI is left "
        "empty. A study that fails is recorded and costs no other. Look at the overlay before a "
        "result is used: not for clinical decisions without review.\n\n"
        "Studies are measured side by side, each in a process of its own: one that crashes, takes "
        "too long or needs too much memory fails alone. Results do not depend on --jobs. Finished "
        "studies are kept in OUT/.myotome, so that --resume goes on after an interruption at any "
        "moment; a study that failed for a reason of the machine (memory, disk, a crash) is tried "
        "again. Without --resume everything is measured anew.\n\n"
        "With --deidentify results name patients, studies and images by pseudonyms that are the "
        "same in every run with the same key, and hold no date, path, name or free text of the "
        "files; --heights and --clinical still name patients by their IDs. What is burned into the "
        "pixels stays in the overlay picture.",
    .options = options,
    .option_count = OPTION_COUNT,
    .shared_options = cli_measure_options,
    .shared_count = CLI_MEASURE_COUNT,
    .examples = examples,
    .example_count = CLI_LENGTH(examples),
    .statuses = {"every study was measured",
                 "some studies failed, or a risk could not be computed from what was given; all "
                 "else is complete and on disk",
                 "wrong use: an option, an input, a table or OUT cannot be used",
                 "nothing could be measured"},
    .operand_min = 1,
    .operand_max = CLI_OPERANDS_ANY,
    .run = run,
};
