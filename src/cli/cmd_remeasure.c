/* SPDX-License-Identifier: GPL-3.0-or-later */
/* myotome remeasure: measures again from outlines that a person or another program drew. */
#include "cli/commands.h"
#include "cli/measure_options.h"

#include <stdlib.h>
#include <string.h>

enum {
    OPTION_OUTPUT,
    OPTION_READER,
    OPTION_LABELS_FROM,
    OPTION_NAMES,
    OPTION_ROI_CONVENTION,
    OPTION_COUNT
};

static const char *const schemes[] = {"auto",
                                      "myotome",
                                      "musclemap",
                                      "totalsegmentator",
                                      "totalsegmentator-mr",
                                      "totalsegmentator-abdominal",
                                      "totalspineseg",
                                      NULL};

static const cli_option options[OPTION_COUNT] = {
    [OPTION_OUTPUT] = {.name = "output",
                       .letter = 'o',
                       .kind = CLI_TEXT,
                       .argument = "NEW",
                       .help = "result folder, created if need be; for the results of a folder OUT "
                               "it is OUT/remeasured unless given"},
    [OPTION_READER] = {.name = "reader",
                       .kind = CLI_TEXT,
                       .argument = "NAME",
                       .help = "who drew the outlines, written into every row (initials will do)"},
    [OPTION_LABELS_FROM] = {.name = "labels-from",
                            .kind = CLI_CHOICE,
                            .argument = "PROGRAM",
                            .help = "whose label values a NIfTI map has",
                            .default_text = "auto",
                            .choices = schemes},
    [OPTION_NAMES] = {.name = "names",
                      .kind = CLI_TEXT,
                      .argument = "CSV",
                      .help = "what names of regions or label values mean, in columns name, "
                              "structure, side; or a label description of ITK-SNAP"},
    [OPTION_ROI_CONVENTION] =
        {.name = "roi-convention",
         .kind = CLI_TEXT,
         .argument = "TEXT",
         .help = "what the readers' outlines follow, written into every row: fascia, or for "
                 "example muscle-edge. Without it: fascia for corrections of outlines that follow "
                 "it, else not stated"},
};

static const cli_example examples[] = {
    {"myotome remeasure out --reader AB",
     "After RoiSet.zip or _dseg.nii.gz files in out/ were corrected: writes out/remeasured."},
    {"myotome remeasure readerA/ study/ -o a --reader A",
     "A reader's ROI sets, named sub-<patient ID>_..., on the studies that they were drawn on."},
    {"myotome remeasure spine_muscles.nii.gz ct/ -o out --labels-from totalsegmentator-abdominal",
     "The label map of another program."},
    {"myotome remeasure out --fat otsu -o otsu", "Another fat method, with the corrections."},
};

/* Images that are not where they were are what most often goes wrong. */
static cli_status fail(const cli_call *call, const char *results, const myo_error *err) {
    myo_error explained = *err;
    if (err->code == MYO_E_IO && call->operand_count == 1) {
        explained = (myo_error){0};
        myo_error_set(&explained, err->code,
                      "%s; if the images of %s have moved, give their place behind it",
                      err->message, results);
    }
    return cli_fail(call, &explained);
}

/* Repeats the run that wrote a result folder; operands behind it are its inputs, where they moved.
 */
static cli_status run_results(const cli_call *call, myo_measure_options *repeat, myo_error *err) {
    const char *results = call->operands[0];
    const char *given = call->values[OPTION_OUTPUT].text;
    const char *convention = call->values[OPTION_ROI_CONVENTION].text;
    static const char folder[] = "/remeasured";
    char *output = malloc(strlen(results) + sizeof folder);
    myo_measure_summary summary = {0};
    cli_status status = CLI_NOTHING;
    if (!output) {
        fprintf(stderr, "myotome %s: out of memory\n", call->command->name);
        return status;
    }
    memcpy(output, results, strlen(results) + 1);
    memcpy(output + strlen(results), folder, sizeof folder);
    cli_measure_take_options(call, true, repeat);
    repeat->output = given ? given : output;
    repeat->traced_convention = convention ? convention : "fascia";
    repeat->results = results;
    if (call->operand_count > 1) {
        repeat->inputs = call->operands + 1;
        repeat->input_count = call->operand_count - 1;
    } else if (repeat->deidentify) {
        free(output);
        return cli_misuse(call->command, "%s holds no paths of its images: give them after it",
                          results);
    }
    if (myo_pipeline_measure(repeat, &summary, err)) {
        status = cli_measure_finish(call, repeat, &summary);
    } else {
        status = fail(call, results, err);
    }
    free(output);
    return status;
}

/* Measures studies with the outlines among the operands. */
static cli_status run_files(const cli_call *call, const myo_sorted_inputs *sorted,
                            myo_measure_options *measure, myo_error *err) {
    myo_measure_summary summary = {0};
    if (sorted->tracing_count == 0) {
        return cli_misuse(call->command,
                          "no outlines among the arguments: give a result folder, or ROI files or "
                          "label maps with the images that they were drawn on");
    }
    if (sorted->input_count == 0) {
        return cli_misuse(call->command, "no images among the arguments: outlines are measured on "
                                         "the images that they were drawn on");
    }
    if (!call->values[OPTION_OUTPUT].text) {
        return cli_misuse(call->command, "-o NEW is missing");
    }
    cli_measure_take_options(call, false, measure);
    measure->inputs = (const char *const *)sorted->inputs;
    measure->input_count = sorted->input_count;
    measure->tracings = (const char *const *)sorted->tracings;
    measure->tracing_count = sorted->tracing_count;
    measure->output = call->values[OPTION_OUTPUT].text;
    measure->traced_convention = call->values[OPTION_ROI_CONVENTION].text;
    return myo_pipeline_measure(measure, &summary, err)
               ? cli_measure_finish(call, measure, &summary)
               : cli_fail(call, err);
}

static void take_own_options(const cli_call *call, myo_measure_options *out) {
    out->reader = call->values[OPTION_READER].text;
    out->labels_from = call->values[OPTION_LABELS_FROM].text;
    out->names_csv = call->values[OPTION_NAMES].text;
}

static cli_status run(const cli_call *call) {
    const cli_value *height = &call->values[OPTION_COUNT + CLI_MEASURE_HEIGHT];
    myo_error err = {0};
    if (height->count > 0 && height->number <= 0.0) {
        return cli_misuse(call->command, "--height: %s is not above 0", height->text);
    }
    if (myo_pipeline_is_results(call->operands[0])) {
        myo_repeated_run repeat;
        if (!myo_pipeline_repeat(call->operands[0], &repeat, &err)) {
            return cli_fail(call, &err);
        }
        take_own_options(call, &repeat.options);
        cli_status status = run_results(call, &repeat.options, &err);
        myo_repeated_run_clear(&repeat);
        return status;
    }
    myo_sorted_inputs sorted;
    myo_measure_options measure = {0};
    if (!myo_pipeline_sort_inputs(call->operands, call->operand_count, &sorted, &err)) {
        return cli_fail(call, &err);
    }
    take_own_options(call, &measure);
    cli_status status = run_files(call, &sorted, &measure, &err);
    myo_sorted_inputs_clear(&sorted);
    return status;
}

const cli_command cli_cmd_remeasure = {
    .name = "remeasure",
    .summary = "Measure again from outlines that were corrected or drawn by hand",
    .operands = "OUT [INPUT...] | TRACING... INPUT...",
    .description =
        "OUT is a result folder of `myotome measure` in which outlines were changed: the "
        "RoiSet.zip "
        "of a slice, opened in ImageJ and saved again, or its _dseg.nii.gz, in any editor of label "
        "maps. The run is repeated with its own options, but for those that are given, and what "
        "was changed takes the place of the automatic outlines. INPUT is only needed where the "
        "images have moved. Results go into OUT/remeasured; OUT stays as it is.\n\n"
        "TRACING is an ImageJ .roi or RoiSet.zip, a NIfTI label map, a DICOM SEG, or a folder of "
        "these, and INPUT the studies that they were drawn on. A file belongs to the study whose "
        "patient ID its path says (sub-<id>, or a name or folder that begins with the ID), or to "
        "the only study. The slice that was drawn on is measured; a volume with many slices is cut "
        "by the slice at the level. docs/tracings.md says which names and label values are "
        "understood.\n\n"
        "Only the structures and sides that were drawn are replaced. Besides the results of "
        "`myotome measure`, changes.csv says for each of them who drew it, in which file, when, "
        "and how it differs from the automatic outline: Dice coefficient, areas before and after. "
        "A study whose outlines cannot be used fails, with the reason, and costs no other. Not for "
        "clinical decisions without review.",
    .options = options,
    .option_count = OPTION_COUNT,
    .shared_options = cli_measure_options,
    .shared_count = CLI_MEASURE_COUNT,
    .examples = examples,
    .example_count = CLI_LENGTH(examples),
    .statuses = {"every study was measured",
                 "some studies failed, or a risk could not be computed from what was given; all "
                 "else is complete and on disk",
                 "wrong use: an option, an input, a table or a result folder cannot be used",
                 "nothing could be measured"},
    .operand_min = 1,
    .operand_max = CLI_OPERANDS_ANY,
    .run = run,
};
