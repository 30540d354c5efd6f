/* SPDX-License-Identifier: GPL-3.0-or-later */
/* myotome measure: the main job. */
#include "cli/commands.h"
#include "cli/table.h"
#include "cli/terminal.h"

enum {
    OPTION_OUTPUT,
    OPTION_LEVEL,
    OPTION_SLICE,
    OPTION_LEVEL_CONFIDENCE,
    OPTION_ACCEPT_LEVEL,
    OPTION_PAIR,
    OPTION_VERTEBRA,
    OPTION_GLUTEUS_MAXIMUS_AT,
    OPTION_GLUTEUS_MEDIUS_AT,
    OPTION_SERIES,
    OPTION_METHOD,
    OPTION_FAT,
    OPTION_REFERENCE,
    OPTION_HEIGHT,
    OPTION_HEIGHTS,
    OPTION_CLINICAL,
    OPTION_MODEL,
    OPTION_PLUGINS,
    OPTION_JOBS,
    OPTION_RESUME,
    OPTION_STUDY_TIMEOUT,
    OPTION_STUDY_MEMORY,
    OPTION_DEIDENTIFY,
    OPTION_DEIDENTIFY_KEY,
    OPTION_DEIDENTIFY_MAP,
    OPTION_JSON,
    OPTION_COUNT
};

/* Beyond these a value is a slip of the hand. */
#define JOBS_MAX 1024
#define STUDY_TIMEOUT_MAX_S 1000000
#define STUDY_MEMORY_MAX_GIB 4096

static const char *const levels[] = {"L1/2", "L2/3", "L3", "L3/4", "L4/5", "L5/S1", NULL};
static const char *const landmarks[] = {"acetabular-roof", "sacroiliac-joint", NULL};
static const char *const references[] = {"auto", "vertebra", "disc", NULL};

static const cli_option options[OPTION_COUNT] = {
    [OPTION_OUTPUT] = {.name = "output",
                       .letter = 'o',
                       .kind = CLI_TEXT,
                       .argument = "OUT",
                       .help = "result folder, created if need be",
                       .required = true},
    [OPTION_LEVEL] = {.name = "level",
                      .kind = CLI_CHOICE,
                      .argument = "LEVEL",
                      .help = "level to measure at",
                      .default_text = "L4/5",
                      .choices = levels},
    [OPTION_SLICE] =
        {.name = "slice",
         .kind = CLI_TEXT,
         .argument = "UID|SERIES:INSTANCE",
         .help = "measure this slice: its SOP instance UID, or the numbers of its series and "
                 "instance. UID:FRAME is one frame, from 1, of a file with several"},
    [OPTION_LEVEL_CONFIDENCE] =
        {.name = "level-confidence",
         .kind = CLI_NUMBER,
         .argument = "MIN",
         .help = "least confidence from which the level of a slice counts as confirmed; below it "
                 "results are flagged and no risk is computed",
         .default_text = "0.5",
         .minimum = 0.01,
         .maximum = 1.0},
    [OPTION_ACCEPT_LEVEL] = {.name = "accept-level",
                             .kind = CLI_FLAG,
                             .help = "compute risks even where the level is not confirmed"},
    [OPTION_PAIR] = {.name = "pair",
                     .kind = CLI_FLAG,
                     .help = "CT and MR of a patient, in different studies, make one row of "
                             "features: the study on MR takes what it lacks from the CT"},
    [OPTION_VERTEBRA] = {.name = "vertebra",
                         .kind = CLI_TEXT,
                         .argument = "L1,L3",
                         .help = "on CT: the vertebrae next to the fracture, whose trabecular bone "
                                 "gives the spinal CT value",
                         .default_text = "L1"},
    [OPTION_GLUTEUS_MAXIMUS_AT] = {.name = "gluteus-maximus-at",
                                   .kind = CLI_CHOICE,
                                   .argument = "LANDMARK",
                                   .help = "on CT: where gluteus maximus is measured",
                                   .default_text = "acetabular-roof",
                                   .choices = landmarks},
    [OPTION_GLUTEUS_MEDIUS_AT] = {.name = "gluteus-medius-at",
                                  .kind = CLI_CHOICE,
                                  .argument = "LANDMARK",
                                  .help = "on CT: where gluteus medius is measured",
                                  .default_text = "sacroiliac-joint",
                                  .choices = landmarks},
    [OPTION_SERIES] =
        {.name = "series",
         .kind = CLI_TEXT,
         .argument = "NUMBER|UID",
         .help = "take this series instead of choosing the axial T2 series, or else the CT"},
    [OPTION_METHOD] =
        {.name = "method",
         .kind = CLI_TEXT,
         .argument = "NAME",
         .help = "segmenter that outlines the structures, with parameters as NAME:PARAMETER=VALUE,"
                 "...; 'myotome methods' lists them",
         .default_text = "auto"},
    [OPTION_FAT] = {.name = "fat",
                    .kind = CLI_TEXT,
                    .argument = "NAME|all",
                    .help = "fat method, or all of them; parameters as for --method, for example "
                            "fixed:threshold=300. Without it gmm3 on MR and hu on CT"},
    [OPTION_REFERENCE] = {.name = "reference",
                          .kind = CLI_CHOICE,
                          .argument = "WHICH",
                          .help =
                              "what the slice cuts in front of the canal, the denominator of rCSA",
                          .default_text = "auto",
                          .choices = references},
    [OPTION_HEIGHT] =
        {.name = "height",
         .kind = CLI_NUMBER,
         .argument = "METRES",
         .help = "body height of patients that are not in --heights; a study with a height "
                 "outside of 0.5 to 2.5 fails"},
    [OPTION_HEIGHTS] = {.name = "heights",
                        .kind = CLI_TEXT,
                        .argument = "CSV",
                        .help = "heights in columns patient_id, height_m"},
    [OPTION_CLINICAL] = {.name = "clinical",
                         .kind = CLI_TEXT,
                         .argument = "CSV",
                         .help =
                             "variables of the risk models that images do not hold, in columns of "
                             "their names beside patient_id"},
    [OPTION_MODEL] = {.name = "model",
                      .kind = CLI_LIST,
                      .argument = "NAME|FILE",
                      .help = "risk model to apply, instead of every built-in one"},
    [OPTION_PLUGINS] = {.name = "plugins",
                        .kind = CLI_TEXT,
                        .argument = "DIR",
                        .help = "load the plugins of this folder"},
    [OPTION_JOBS] = {.name = "jobs",
                     .kind = CLI_COUNT,
                     .argument = "N",
                     .help =
                         "studies that are measured at the same time; without it as many as the "
                         "machine has processors",
                     .minimum = 1,
                     .maximum = JOBS_MAX,
                     .unrecorded = true},
    [OPTION_RESUME] =
        {.name = "resume",
         .kind = CLI_FLAG,
         .help = "keep what an earlier run in OUT has finished, with the same version, options and "
                 "files; measure what is missing or has changed",
         .unrecorded = true},
    [OPTION_STUDY_TIMEOUT] = {.name = "study-timeout",
                              .kind = CLI_NUMBER,
                              .argument = "SECONDS",
                              .help = "a study that takes longer fails",
                              .default_text = "600",
                              .minimum = 1,
                              .maximum = STUDY_TIMEOUT_MAX_S,
                              .unrecorded = true},
    [OPTION_STUDY_MEMORY] = {.name = "study-memory",
                             .kind = CLI_NUMBER,
                             .argument = "GIB",
                             .help = "a study that needs more memory fails",
                             .default_text = "8",
                             .minimum = 0.25,
                             .maximum = STUDY_MEMORY_MAX_GIB,
                             .unrecorded = true},
    [OPTION_DEIDENTIFY] = {.name = "deidentify",
                           .kind = CLI_FLAG,
                           .help = "write pseudonyms in place of patient IDs, UIDs and paths, and "
                                   "no dates"},
    [OPTION_DEIDENTIFY_KEY] =
        {.name = "deidentify-key",
         .kind = CLI_TEXT,
         .argument = "FILE",
         .help = "secret of the pseudonyms, any file of 16 to 4096 bytes; without it an ID can be "
                 "found from its pseudonym by trying"},
    [OPTION_DEIDENTIFY_MAP] =
        {.name = "deidentify-map",
         .kind = CLI_TEXT,
         .argument = "FILE",
         .help = "write a table of patients and studies with their pseudonyms, outside of OUT"},
    [OPTION_JSON] = {.name = "json",
                     .kind = CLI_FLAG,
                     .help = "print the summary of the run as JSON",
                     .unrecorded = true},
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

/* The summary goes to standard output as it is made. */
static void print_piece(void *user, const char *text, size_t size) {
    (void)user;
    fwrite(text, 1, size, stdout);
}

static myo_measure_options make_options(const cli_call *call) {
    const cli_value *v = call->values;
    return (myo_measure_options){
        .inputs = call->operands,
        .input_count = call->operand_count,
        .output = v[OPTION_OUTPUT].text,
        .level = v[OPTION_LEVEL].text,
        .slice = v[OPTION_SLICE].text,
        .level_confidence = v[OPTION_LEVEL_CONFIDENCE].number,
        .accept_level = v[OPTION_ACCEPT_LEVEL].count > 0,
        .pair = v[OPTION_PAIR].count > 0,
        .vertebra = v[OPTION_VERTEBRA].text,
        .gluteus_maximus_at = v[OPTION_GLUTEUS_MAXIMUS_AT].text,
        .gluteus_medius_at = v[OPTION_GLUTEUS_MEDIUS_AT].text,
        .series = v[OPTION_SERIES].text,
        .method = v[OPTION_METHOD].text,
        .fat = v[OPTION_FAT].text,
        .reference = v[OPTION_REFERENCE].text,
        .height_m = v[OPTION_HEIGHT].number,
        .heights_csv = v[OPTION_HEIGHTS].text,
        .clinical_csv = v[OPTION_CLINICAL].text,
        .models = v[OPTION_MODEL].list,
        .model_count = v[OPTION_MODEL].count,
        .plugin_directory = v[OPTION_PLUGINS].text,
        .command_line = call->command_line,
        .jobs = (size_t)v[OPTION_JOBS].number,
        .study_timeout_s = v[OPTION_STUDY_TIMEOUT].number,
        .study_memory_gib = v[OPTION_STUDY_MEMORY].number,
        .resume = v[OPTION_RESUME].count > 0,
        .deidentify = v[OPTION_DEIDENTIFY].count > 0,
        .deidentify_key = v[OPTION_DEIDENTIFY_KEY].text,
        .deidentify_map = v[OPTION_DEIDENTIFY_MAP].text,
        .summary = v[OPTION_JSON].count > 0 ? print_piece : NULL,
        .progress = cli_terminal_progress,
        .progress_user = call->terminal,
    };
}

static cli_status status_of(const myo_measure_summary *summary) {
    if (summary->studies_measured == 0) {
        return CLI_NOTHING;
    }
    return summary->studies_failed + summary->studies_incomplete > 0 ? CLI_PARTLY : CLI_DONE;
}

/* Without a single image, the reasons are what a person wants to read first. */
#define REASONS_MAX 10

static void explain_nothing(const cli_call *call) {
    const char *name = call->command->name;
    myo_catalogue *catalogue = NULL;
    if (call->values[OPTION_DEIDENTIFY].count > 0) {
        fprintf(stderr, "myotome %s: no study among the inputs; see run.json\n", name);
        return;
    }
    if (!myo_catalogue_create(call->operands, call->operand_count, NULL, NULL, &catalogue, NULL)) {
        return;
    }
    size_t count = myo_catalogue_get_skipped_count(catalogue);
    for (size_t i = 0; i < count && i < REASONS_MAX; i++) {
        const myo_skipped *file = myo_catalogue_get_skipped(catalogue, i);
        fprintf(stderr, "myotome %s: ", name);
        cli_print_safely(stderr, file->path);
        fputs(": ", stderr);
        cli_print_safely(stderr, file->reason);
        fputc('\n', stderr);
    }
    if (count > REASONS_MAX) {
        fprintf(stderr, "myotome %s: %zu more files were skipped, see run.json\n", name,
                count - REASONS_MAX);
    } else if (count == 0) {
        fprintf(stderr, "myotome %s: no file among the inputs\n", name);
    }
    myo_catalogue_destroy(catalogue);
}

/* The closing line for a person, on stderr. */
static void print_summary(const cli_call *call, const myo_measure_summary *summary) {
    if (summary->studies_measured + summary->studies_failed == 0) {
        explain_nothing(call);
    } else if (!call->quiet) {
        fprintf(stderr, "measured %zu, failed %zu, incomplete %zu, files skipped %zu; see %s\n",
                summary->studies_measured, summary->studies_failed, summary->studies_incomplete,
                summary->files_skipped, call->values[OPTION_OUTPUT].text);
    }
}

static cli_status run(const cli_call *call) {
    const cli_value *height = &call->values[OPTION_HEIGHT];
    if (height->count > 0 && height->number <= 0.0) {
        return cli_misuse(call->command, "--height: %s is not above 0", height->text);
    }
    myo_measure_options measure = make_options(call);
    myo_measure_summary summary = {0};
    myo_error err = {0};
    if (!myo_pipeline_measure(&measure, &summary, &err)) {
        return cli_fail(call, &err);
    }
    cli_terminal_clear(call->terminal);
    print_summary(call, &summary);
    return status_of(&summary);
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
