/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Methods for a paper. Every sentence is there because something was done, with its numbers; each
 * cites what it rests on, and references are numbered in the order of their first use.
 */
#include "report/methods_text.h"

#include <math.h>
#include <myotome/measure.h>
#include <stdio.h>
#include <string.h>

#define REFERENCES_MAX 40

/* Works that are cited; [n] is their place in the list. */
typedef struct references {
    const char *works[REFERENCES_MAX];
    size_t count;
} references;

static const char indices_source[] =
    "Tang et al. Front Med 2024;11:1379078. doi:10.3389/fmed.2024.1379078";
static const char fascia_source[] =
    "Berry et al. BMC Musculoskelet Disord 2018;19:160. doi:10.1186/s12891-018-2059-x";
static const char uncertainty_source[] =
    "JCGM 100:2008. Evaluation of measurement data: guide to the expression of uncertainty in "
    "measurement";
static const char hounsfield_source[] =
    "Mitsiopoulos et al. J Appl Physiol 1998;85:115. doi:10.1152/jappl.1998.85.1.115";

void myo_value_range_add(myo_value_range *range, double value) {
    if (!isfinite(value) || value <= 0.0) {
        return;
    }
    range->minimum = range->count == 0 || value < range->minimum ? value : range->minimum;
    range->maximum = range->count == 0 || value > range->maximum ? value : range->maximum;
    range->count++;
}

/* The number of a work in the list, which it joins when it is new. */
static size_t cite(references *list, const char *work) {
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->works[i], work) == 0) {
            return i + 1;
        }
    }
    if (list->count < REFERENCES_MAX) {
        list->works[list->count++] = work;
    }
    return list->count;
}

static void append_range(myo_text *text, const char *before, const myo_value_range *range,
                         int decimals, const char *unit) {
    char smallest[32], greatest[32];
    if (range->count == 0) {
        return;
    }
    snprintf(smallest, sizeof smallest, "%.*f", decimals, range->minimum);
    snprintf(greatest, sizeof greatest, "%.*f", decimals, range->maximum);
    bool same = strcmp(smallest, greatest) == 0;
    myo_text_printf(text, "%s%s%s%s %s", before, smallest, same ? "" : " to ", same ? "" : greatest,
                    unit);
}

static const char *plural(size_t count, const char *one, const char *many) {
    return count == 1 ? one : many;
}

static void append_images(const myo_methods_facts *f, myo_text *text) {
    size_t studies = f->mr.studies + f->ct.studies;
    myo_text_printf(text, "%zu %s (", studies, plural(studies, "study", "studies"));
    if (f->mr.studies > 0) {
        myo_text_printf(text, "%zu of MRI%s", f->mr.studies, f->ct.studies > 0 ? ", " : "");
    }
    if (f->ct.studies > 0) {
        myo_text_printf(text, "%zu of CT", f->ct.studies);
    }
    myo_text_printf(text, ") %s measured with Myotome %s.", plural(studies, "was", "were"),
                    f->version);
    if (f->studies_failed > 0) {
        myo_text_printf(text, " %zu further %s could not be measured and %s left out.",
                        f->studies_failed, plural(f->studies_failed, "study", "studies"),
                        plural(f->studies_failed, "was", "were"));
    }
    if (f->mr.studies > 0) {
        myo_text_append(text, " On MRI the axial T2-weighted series was measured");
        append_range(text, " (repetition time ", &f->mr.repetition_time_ms, 0, "ms");
        append_range(text, ", echo time ", &f->mr.echo_time_ms, 0, "ms");
        append_range(text, f->mr.repetition_time_ms.count > 0 ? ", pixel " : " (pixel ",
                     &f->mr.pixel_mm, 2, "mm");
        append_range(text, ", slice thickness ", &f->mr.thickness_mm, 1, "mm");
        myo_text_append(text, f->mr.pixel_mm.count > 0 ? ")." : ".");
    }
    if (f->ct.studies > 0) {
        append_range(text, " CT images had pixels of ", &f->ct.pixel_mm, 2, "mm");
        append_range(text, " and a slice thickness of ", &f->ct.thickness_mm, 1, "mm");
        myo_text_append(text, ".");
    }
    myo_text_append(text, "\n\n");
}

static void append_level(const myo_methods_facts *f, myo_text *text) {
    const struct {
        size_t count;
        const char *how;
    } ways[] = {
        {f->by_sagittal_discs, "from the discs on the sagittal series, counted up from the sacrum"},
        {f->by_ct_vertebrae, "from the discs on the CT volume, counted up from the sacrum"},
        {f->by_reader, "by a reader, who named or outlined the slice"},
        {f->by_other, "from the order and the anatomy of the axial slices"}};
    myo_text_printf(
        text, "In each study the slice nearest to the centre of %s was measured, which was found",
        f->level);
    const char *separator = " ";
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        if (ways[i].count > 0) {
            myo_text_printf(text, "%s%s (n = %zu)", separator, ways[i].how, ways[i].count);
            separator = ", ";
        }
    }
    myo_text_append(text, ".");
    if (f->level_unconfirmed > 0) {
        myo_text_printf(text, " In %zu the level could not be confirmed automatically.",
                        f->level_unconfirmed);
    }
    myo_text_append(text, " ");
}

static void append_outlines(const myo_methods_facts *f, references *list, myo_text *text) {
    myo_text_printf(text,
                    "Multifidus, erector spinae and psoas major of both sides and the vertebral "
                    "body or disc were outlined automatically by the segmenter %s (version %s), "
                    "along the fascia, so that the fat between fascia and muscle is part of the "
                    "outline [%zu].",
                    f->segmenter->name, f->segmenter->version, cite(list, fascia_source));
    if (f->ct.studies > 0) {
        myo_text_printf(text,
                        " On CT gluteus maximus and medius were outlined at their landmarks, and "
                        "quadratus lumborum and the whole muscle at L3%s.",
                        f->has_tissue_mapper ? ", with a map of tissues by a neural network" : "");
    }
    if (f->outlines_traced > 0) {
        myo_text_printf(text,
                        " In %zu %s %zu %s drawn or corrected by %s%s and replaced the automatic "
                        "ones (convention: %s).",
                        f->studies_traced, plural(f->studies_traced, "study", "studies"),
                        f->outlines_traced,
                        plural(f->outlines_traced, "outline was", "outlines were"),
                        f->reader ? "reader " : "a reader", f->reader ? f->reader : "",
                        f->traced_convention ? f->traced_convention : "not stated");
    }
    myo_text_append(text, "\n\n");
}

static void append_fat(const myo_methods_facts *f, references *list, myo_text *text) {
    for (size_t i = 0; i < f->fat_count; i++) {
        const myo_method_info *info = f->fat[i];
        myo_text_printf(text, "%s%s (version %s) [%zu]",
                        i == 0   ? "Fat was separated from muscle by the method "
                        : i == 1 ? ", and for comparison by "
                                 : ", ",
                        info->name, info->version, cite(list, info->reference));
    }
    myo_text_append(text, ". ");
    if (f->ct.studies > 0 && f->mr.studies > 0) {
        myo_text_printf(text, "On CT fat was separated by attenuation [%zu]. ",
                        cite(list, hounsfield_source));
    }
    myo_text_printf(text,
                    "CSA is the area of an outline, FCSA the CSA without its fat, and SMI the mean "
                    "FCSA of both sides divided by the square of the body height (mm2/m2) [%zu]; "
                    "rCSA is the mean CSA of both sides divided by the area of the vertebral body "
                    "or disc on the slice. ",
                    cite(list, indices_source));
}

static void append_heights(const myo_methods_facts *f, myo_text *text) {
    const struct {
        size_t count;
        const char *source;
    } sources[] = {{f->heights_table, "a table"},
                   {f->heights_dicom, "the image headers"},
                   {f->heights_option, "one value for all"},
                   {f->heights_unknown, "unknown, so that no SMI was computed"}};
    const char *separator = "Heights came from ";
    for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++) {
        if (sources[i].count > 0) {
            bool unknown = i == 3;
            bool first = strcmp(separator, ", ") != 0;
            myo_text_printf(text, "%s%s (n = %zu)", unknown && first ? "Heights were " : separator,
                            sources[i].source, sources[i].count);
            separator = ", ";
        }
    }
    myo_text_append(text, ".");
}

static void append_ct_value(const myo_methods_facts *f, references *list, myo_text *text) {
    if (f->studies_with_ct_value > 0) {
        myo_text_printf(text,
                        " The spinal CT value is the mean attenuation of the largest ellipses of "
                        "trabecular bone in three sections of %s [%zu] (n = %zu).",
                        f->vertebrae, cite(list, indices_source), f->studies_with_ct_value);
    }
}

static void append_uncertainty(const myo_methods_facts *f, references *list, myo_text *text) {
    static const char *const parts[MYO_UNCERTAINTY_PARTS] = {"the spread of fat methods",
                                                             "the expected error of the outlines",
                                                             "the rounding of the height"};
    if (f->uncertainty == 0) {
        return;
    }
    const char *separator = " 95 % intervals of SMI contain ";
    for (unsigned i = 0; i < MYO_UNCERTAINTY_PARTS; i++) {
        if (f->uncertainty >> i & 1u) {
            myo_text_printf(text, "%s%s", separator, parts[i]);
            separator = ", ";
        }
    }
    myo_text_printf(text, ", added in squares [%zu].", cite(list, uncertainty_source));
}

void myo_report_methods_text(const myo_methods_facts *f, myo_text *text) {
    references list = {0};
    append_images(f, text);
    append_level(f, text);
    append_outlines(f, &list, text);
    append_fat(f, &list, text);
    append_heights(f, text);
    append_ct_value(f, &list, text);
    append_uncertainty(f, &list, text);
    if (f->model_count > 0) {
        myo_text_append(text, " Risk models applied: ");
        for (size_t i = 0; i < f->model_count; i++) {
            myo_text_printf(text, "%s%s", i > 0 ? ", " : "", f->models[i]);
        }
        myo_text_append(text, ".");
    }
    myo_text_append(text, "\n\nReferences\n\n");
    for (size_t i = 0; i < list.count; i++) {
        myo_text_printf(text, "%zu. %s\n", i + 1, list.works[i]);
    }
}
