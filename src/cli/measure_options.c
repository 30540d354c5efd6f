/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The options of the main job, as measure and remeasure have them. */
#include "cli/measure_options.h"

#include "cli/table.h"
#include "cli/terminal.h"

/* Beyond these a value is a slip of the hand. */
#define JOBS_MAX 1024
#define STUDY_TIMEOUT_MAX_S 1000000
#define STUDY_MEMORY_MAX_GIB 4096

static const char *const levels[] = {"L1/2", "L2/3", "L3", "L3/4", "L4/5", "L5/S1", NULL};
static const char *const landmarks[] = {"acetabular-roof", "sacroiliac-joint", NULL};
static const char *const references[] = {"auto", "vertebra", "disc", NULL};

const cli_option cli_measure_options[CLI_MEASURE_COUNT] = {
    [CLI_MEASURE_LEVEL] = {.name = "level",
                           .kind = CLI_CHOICE,
                           .argument = "LEVEL",
                           .help = "level to measure at",
                           .default_text = "L4/5",
                           .choices = levels},
    [CLI_MEASURE_SLICE] =
        {.name = "slice",
         .kind = CLI_TEXT,
         .argument = "UID|SERIES:INSTANCE",
         .help = "measure this slice: its SOP instance UID, or the numbers of its series and "
                 "instance. UID:FRAME is one frame, from 1, of a file with several"},
    [CLI_MEASURE_LEVEL_CONFIDENCE] =
        {.name = "level-confidence",
         .kind = CLI_NUMBER,
         .argument = "MIN",
         .help = "least confidence from which the level of a slice counts as confirmed; below it "
                 "results are flagged and no risk is computed",
         .default_text = "0.5",
         .minimum = 0.01,
         .maximum = 1.0},
    [CLI_MEASURE_ACCEPT_LEVEL] = {.name = "accept-level",
                                  .kind = CLI_FLAG,
                                  .help = "compute risks even where the level is not confirmed"},
    [CLI_MEASURE_PAIR] = {.name = "pair",
                          .kind = CLI_FLAG,
                          .help = "CT and MR of a patient, in different studies, make one row of "
                                  "features: the study on MR takes what it lacks from the CT"},
    [CLI_MEASURE_VERTEBRA] =
        {.name = "vertebra",
         .kind = CLI_TEXT,
         .argument = "L1,L3",
         .help = "on CT: the vertebrae next to the fracture, whose trabecular bone "
                 "gives the spinal CT value",
         .default_text = "L1"},
    [CLI_MEASURE_GLUTEUS_MAXIMUS_AT] = {.name = "gluteus-maximus-at",
                                        .kind = CLI_CHOICE,
                                        .argument = "LANDMARK",
                                        .help = "on CT: where gluteus maximus is measured",
                                        .default_text = "acetabular-roof",
                                        .choices = landmarks},
    [CLI_MEASURE_GLUTEUS_MEDIUS_AT] = {.name = "gluteus-medius-at",
                                       .kind = CLI_CHOICE,
                                       .argument = "LANDMARK",
                                       .help = "on CT: where gluteus medius is measured",
                                       .default_text = "sacroiliac-joint",
                                       .choices = landmarks},
    [CLI_MEASURE_SERIES] =
        {.name = "series",
         .kind = CLI_TEXT,
         .argument = "NUMBER|UID",
         .help = "take this series instead of choosing the axial T2 series, or else the CT"},
    [CLI_MEASURE_METHOD] =
        {.name = "method",
         .kind = CLI_TEXT,
         .argument = "NAME",
         .help = "segmenter that outlines the structures, with parameters as NAME:PARAMETER=VALUE,"
                 "...; 'myotome methods' lists them",
         .default_text = "auto"},
    [CLI_MEASURE_FAT] = {.name = "fat",
                         .kind = CLI_TEXT,
                         .argument = "NAME|all",
                         .help =
                             "fat method, or all of them; parameters as for --method, for example "
                             "fixed:threshold=300. Without it gmm3 on MR and hu on CT"},
    [CLI_MEASURE_REFERENCE] =
        {.name = "reference",
         .kind = CLI_CHOICE,
         .argument = "WHICH",
         .help = "what the slice cuts in front of the canal, the denominator of rCSA",
         .default_text = "auto",
         .choices = references},
    [CLI_MEASURE_HEIGHT] =
        {.name = "height",
         .kind = CLI_NUMBER,
         .argument = "METRES",
         .help = "body height of patients that are not in --heights; a study with a height "
                 "outside of 0.5 to 2.5 fails"},
    [CLI_MEASURE_HEIGHTS] = {.name = "heights",
                             .kind = CLI_TEXT,
                             .argument = "CSV",
                             .help = "heights in columns patient_id, height_m"},
    [CLI_MEASURE_CLINICAL] =
        {.name = "clinical",
         .kind = CLI_TEXT,
         .argument = "CSV",
         .help = "variables of the risk models that images do not hold, in columns of "
                 "their names beside patient_id"},
    [CLI_MEASURE_MODEL] = {.name = "model",
                           .kind = CLI_LIST,
                           .argument = "NAME|FILE",
                           .help = "risk model to apply, instead of every built-in one"},
    [CLI_MEASURE_PLUGINS] = {.name = "plugins",
                             .kind = CLI_TEXT,
                             .argument = "DIR",
                             .help = "load the plugins of this folder"},
    [CLI_MEASURE_JOBS] =
        {.name = "jobs",
         .kind = CLI_COUNT,
         .argument = "N",
         .help = "studies that are measured at the same time; without it as many as the "
                 "machine has processors",
         .minimum = 1,
         .maximum = JOBS_MAX,
         .unrecorded = true},
    [CLI_MEASURE_RESUME] =
        {.name = "resume",
         .kind = CLI_FLAG,
         .help = "keep what an earlier run in OUT has finished, with the same version, options and "
                 "files; measure what is missing or has changed",
         .unrecorded = true},
    [CLI_MEASURE_STUDY_TIMEOUT] = {.name = "study-timeout",
                                   .kind = CLI_NUMBER,
                                   .argument = "SECONDS",
                                   .help = "a study that takes longer fails",
                                   .default_text = "600",
                                   .minimum = 1,
                                   .maximum = STUDY_TIMEOUT_MAX_S,
                                   .unrecorded = true},
    [CLI_MEASURE_STUDY_MEMORY] = {.name = "study-memory",
                                  .kind = CLI_NUMBER,
                                  .argument = "GIB",
                                  .help = "a study that needs more memory fails",
                                  .default_text = "8",
                                  .minimum = 0.25,
                                  .maximum = STUDY_MEMORY_MAX_GIB,
                                  .unrecorded = true},
    [CLI_MEASURE_DEIDENTIFY] = {.name = "deidentify",
                                .kind = CLI_FLAG,
                                .help =
                                    "write pseudonyms in place of patient IDs, UIDs and paths, and "
                                    "no dates"},
    [CLI_MEASURE_DEIDENTIFY_KEY] =
        {.name = "deidentify-key",
         .kind = CLI_TEXT,
         .argument = "FILE",
         .help = "secret of the pseudonyms, any file of 16 to 4096 bytes; without it an ID can be "
                 "found from its pseudonym by trying"},
    [CLI_MEASURE_DEIDENTIFY_MAP] =
        {.name = "deidentify-map",
         .kind = CLI_TEXT,
         .argument = "FILE",
         .help = "write a table of patients and studies with their pseudonyms, outside of OUT"},
    [CLI_MEASURE_UNCERTAINTY] =
        {.name = "uncertainty",
         .kind = CLI_TEXT,
         .argument = "PARTS",
         .help = "what the intervals of SMI contain, and through them those of risks: fat (spread "
                 "of fat methods), outline (expected error of the outlines), height (its "
                 "rounding), with commas between them, or none",
         .default_text = "fat,outline,height"},
    [CLI_MEASURE_READER_SEM] =
        {.name = "reader-sem",
         .kind = CLI_TEXT,
         .argument = "CSV",
         .help = "agreement.csv of a reader study (myotome agree --measure fcsa_mm2): its standard "
                 "errors of measurement take the place of the expected error of the outlines"},
    [CLI_MEASURE_METHODS_TEXT] = {.name = "methods-text",
                                  .kind = CLI_FLAG,
                                  .help =
                                      "write methods.txt: the methods paragraph of a paper, made "
                                      "from what was done, with references",
                                  .unrecorded = true},
    [CLI_MEASURE_JSON] = {.name = "json",
                          .kind = CLI_FLAG,
                          .help = "print the summary of the run as JSON",
                          .unrecorded = true},
};

/* The summary goes to standard output as it is made. */
static void print_piece(void *user, const char *text, size_t size) {
    (void)user;
    fwrite(text, 1, size, stdout);
}

void cli_measure_take_options(const cli_call *call, bool only_given, myo_measure_options *out) {
    const cli_value *v = call->values + call->command->option_count;
    const struct {
        int option;
        const char **text;
    } texts[] = {
        {CLI_MEASURE_LEVEL, &out->level},
        {CLI_MEASURE_SLICE, &out->slice},
        {CLI_MEASURE_VERTEBRA, &out->vertebra},
        {CLI_MEASURE_UNCERTAINTY, &out->uncertainty},
        {CLI_MEASURE_READER_SEM, &out->reader_sem_csv},
        {CLI_MEASURE_GLUTEUS_MAXIMUS_AT, &out->gluteus_maximus_at},
        {CLI_MEASURE_GLUTEUS_MEDIUS_AT, &out->gluteus_medius_at},
        {CLI_MEASURE_SERIES, &out->series},
        {CLI_MEASURE_METHOD, &out->method},
        {CLI_MEASURE_FAT, &out->fat},
        {CLI_MEASURE_REFERENCE, &out->reference},
        {CLI_MEASURE_HEIGHTS, &out->heights_csv},
        {CLI_MEASURE_CLINICAL, &out->clinical_csv},
        {CLI_MEASURE_PLUGINS, &out->plugin_directory},
        {CLI_MEASURE_DEIDENTIFY_KEY, &out->deidentify_key},
        {CLI_MEASURE_DEIDENTIFY_MAP, &out->deidentify_map},
    };
    const struct {
        int option;
        double *number;
    } numbers[] = {
        {CLI_MEASURE_LEVEL_CONFIDENCE, &out->level_confidence},
        {CLI_MEASURE_HEIGHT, &out->height_m},
        {CLI_MEASURE_STUDY_TIMEOUT, &out->study_timeout_s},
        {CLI_MEASURE_STUDY_MEMORY, &out->study_memory_gib},
    };
    const struct {
        int option;
        bool *flag;
    } flags[] = {
        {CLI_MEASURE_ACCEPT_LEVEL, &out->accept_level},
        {CLI_MEASURE_PAIR, &out->pair},
        {CLI_MEASURE_RESUME, &out->resume},
        {CLI_MEASURE_METHODS_TEXT, &out->methods_text},
        {CLI_MEASURE_DEIDENTIFY, &out->deidentify},
    };
    for (size_t i = 0; i < CLI_LENGTH(texts); i++) {
        if (!only_given || v[texts[i].option].count > 0) {
            *texts[i].text = v[texts[i].option].text;
        }
    }
    for (size_t i = 0; i < CLI_LENGTH(numbers); i++) {
        if (!only_given || v[numbers[i].option].count > 0) {
            *numbers[i].number = v[numbers[i].option].number;
        }
    }
    for (size_t i = 0; i < CLI_LENGTH(flags); i++) {
        *flags[i].flag = (only_given && *flags[i].flag) || v[flags[i].option].count > 0;
    }
    if (!only_given || v[CLI_MEASURE_MODEL].count > 0) {
        out->models = v[CLI_MEASURE_MODEL].list;
        out->model_count = v[CLI_MEASURE_MODEL].count;
    }
    out->jobs = (size_t)v[CLI_MEASURE_JOBS].number;
    out->command_line = call->command_line;
    out->summary = v[CLI_MEASURE_JSON].count > 0 ? print_piece : NULL;
    out->progress = cli_terminal_progress;
    out->progress_user = call->terminal;
}

static cli_status status_of(const myo_measure_summary *summary) {
    if (summary->studies_measured == 0) {
        return CLI_NOTHING;
    }
    return summary->studies_failed + summary->studies_incomplete > 0 ? CLI_PARTLY : CLI_DONE;
}

/* Without a single image, the reasons are what a person wants to read first. */
#define REASONS_MAX 10

static void explain_nothing(const cli_call *call, const myo_measure_options *options) {
    const char *name = call->command->name;
    myo_catalogue *catalogue = NULL;
    if (options->deidentify) {
        fprintf(stderr, "myotome %s: no study among the inputs; see run.json\n", name);
        return;
    }
    if (!myo_catalogue_create(options->inputs, options->input_count, NULL, NULL, &catalogue,
                              NULL)) {
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
static void print_summary(const cli_call *call, const myo_measure_options *options,
                          const myo_measure_summary *summary) {
    if (summary->studies_measured + summary->studies_failed == 0) {
        explain_nothing(call, options);
    } else if (!call->quiet) {
        fprintf(stderr, "measured %zu, failed %zu, incomplete %zu, files skipped %zu; see %s\n",
                summary->studies_measured, summary->studies_failed, summary->studies_incomplete,
                summary->files_skipped, options->output);
    }
}

cli_status cli_measure_finish(const cli_call *call, const myo_measure_options *options,
                              const myo_measure_summary *summary) {
    cli_terminal_clear(call->terminal);
    print_summary(call, options, summary);
    return status_of(summary);
}
