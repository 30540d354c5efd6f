/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * DICOM SEG as tracings. Frames are gathered into volumes of parallel planes by their position and
 * orientation in the patient, so that stacks of several tilts in one object stay apart. A segment
 * means what its codes say (SNOMED CT, with the laterality as modifier), or else its label.
 */
#include "tracing/names_private.h"

#include "base/memory.h"
#include "dicom/seg_read.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Frames of one volume differ by less, from rounding of decimal strings. */
#define COSINE_TOLERANCE 1e-4
#define SPACING_TOLERANCE_MM 1e-4
#define POSITION_TOLERANCE_MM 0.01

#define VOLUMES_MAX 256
#define PLANES_MAX 16384 /* of all volumes */
#define VOXELS_MAX ((size_t)1 << 29)
#define CODES_MAX 65536
#define UNKNOWN_SPACING_MM 1.0

#define SNOMED "SCT"

/* --- Meaning ---------------------------------------------------------------------------------- */

static const struct {
    const char *code;
    myo_structure structure;
    tracing_part part;
} type_codes[] = {
    {"5709001", MYO_MULTIFIDUS, TRACING_PART_REFERENCE},
    {"44947003", MYO_ERECTOR_SPINAE, TRACING_PART_REFERENCE},
    {"78333006", MYO_GLUTEUS_MEDIUS, TRACING_PART_REFERENCE},
    {"206007", MYO_GLUTEUS_MAXIMUS, TRACING_PART_REFERENCE},
    {"181674001", MYO_GLUTEUS_MAXIMUS, TRACING_PART_REFERENCE},   /* the entire muscle */
    {"3572006", MYO_VERTEBRAL_REFERENCE, TRACING_PART_BODY},      /* vertebral body */
    {"360499006", MYO_VERTEBRAL_REFERENCE, TRACING_PART_BODY},    /* intervertebral disc */
    {"84020006", MYO_VERTEBRAL_REFERENCE, TRACING_PART_BODY},     /* disc L4/5 */
    {"36470004", MYO_VERTEBRAL_REFERENCE, TRACING_PART_VERTEBRA}, /* L3 */
    {"11994002", MYO_VERTEBRAL_REFERENCE, TRACING_PART_VERTEBRA}, /* L4 */
    {"49668003", MYO_VERTEBRAL_REFERENCE, TRACING_PART_VERTEBRA}, /* L5 */
};

static bool is_snomed(const myo_seg_code *code) {
    return strcmp(code->scheme, SNOMED) == 0;
}

static bool find_code(const myo_seg_code *code, tracing_meaning *out) {
    for (size_t i = 0; is_snomed(code) && i < sizeof type_codes / sizeof type_codes[0]; i++) {
        if (strcmp(type_codes[i].code, code->value) == 0) {
            *out = (tracing_meaning){.used = true,
                                     .structure = type_codes[i].structure,
                                     .side = TRACING_NO_SIDE,
                                     .part = type_codes[i].part};
            return true;
        }
    }
    return false;
}

/* SNOMED CT, and its older codes in files of before 2017. */
static int find_laterality(const myo_seg_code *code) {
    static const struct {
        const char *code;
        int side;
    } codes[] = {{"7771000", MYO_LEFT},
                 {"24028007", MYO_RIGHT},
                 {"G-A101", MYO_LEFT},
                 {"G-A100", MYO_RIGHT}};
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        if (strcmp(codes[i].code, code->value) == 0) {
            return codes[i].side;
        }
    }
    return TRACING_NO_SIDE;
}

static int find_side(const myo_seg_segment *segment) {
    int side = find_laterality(&segment->type_modifier);
    side = side == TRACING_NO_SIDE ? find_laterality(&segment->region_modifier) : side;
    return side == TRACING_NO_SIDE ? tracing_name_find_side(segment->label) : side;
}

/* By codes and label; the user's table is asked before. */
static tracing_name_kind read_meaning(const myo_seg_segment *segment, tracing_meaning *out,
                                      char *notes) {
    tracing_meaning named, coded;
    tracing_name_kind kind = tracing_name_parse(segment->label, &named);
    if (kind == TRACING_NAME_MERGED || (kind == TRACING_NAME_KNOWN && named.lean)) {
        *out = named;
        return kind;
    }
    if (find_code(&segment->type, &coded) || find_code(&segment->region, &coded)) {
        if (kind == TRACING_NAME_KNOWN && named.structure != coded.structure) {
            tracing_note(notes, "segment \"%s\" has the code of %s, which counts", segment->label,
                         myo_structure_get(coded.structure)->name);
        }
        *out = coded;
    } else if (kind == TRACING_NAME_KNOWN) {
        *out = named;
    } else {
        return kind;
    }
    int side = find_side(segment);
    out->side = myo_structure_get(out->structure)->paired ? side : MYO_LEFT;
    return TRACING_NAME_KNOWN;
}

/* Group of each segment by its number, plus 1; 0 for those that are not measured. */
static bool make_groups(myo_tracing *tracing, const myo_seg *seg, const tracing_names *user,
                        uint16_t *group_of, myo_error *err) {
    tracing_left_out unknown = {.count = 0}, merged = {.count = 0};
    for (size_t i = 0; i < seg->segment_count; i++) {
        const myo_seg_segment *segment = &seg->segments[i];
        const tracing_name_row *row = tracing_names_find(user, segment->label);
        row = row ? row : tracing_names_find_value(user, segment->number);
        tracing_meaning meaning = {.used = false};
        tracing_name_kind kind = row ? row->kind : read_meaning(segment, &meaning, tracing->notes);
        meaning = row ? row->meaning : meaning;
        size_t group;
        if (segment->number == 0) { /* background of a label map */
            continue;
        }
        if (kind == TRACING_NAME_MERGED) {
            tracing_leave_out(&merged, segment->label);
        } else if (kind != TRACING_NAME_KNOWN) {
            tracing_leave_out(&unknown, segment->label);
        } else if (meaning.used) {
            if (!tracing_add_group(tracing, &meaning, segment->label, &group, err)) {
                return false;
            }
            group_of[segment->number] = (uint16_t)(group + 1);
        }
    }
    tracing_note_left_out(tracing->notes, &merged,
                          "all back muscles in one, which cannot be told apart");
    tracing_note_left_out(tracing->notes, &unknown, "no structure that is measured");
    return tracing->group_count > 0 ||
           myo_error_set(err, MYO_E_NOT_FOUND, "%s: no segment is a structure that is measured%s%s",
                         tracing->path, tracing->notes[0] ? "; " : "", tracing->notes);
}

/* --- Codes ------------------------------------------------------------------------------------ */

/* Sets of groups that lie upon each other, as codes: code 0 is none. */
typedef struct code_table {
    uint64_t *masks;
    size_t count, capacity;
    uint32_t (*next)[TRACING_GROUPS_MAX]; /* code with one more group; 0: not known yet */
    size_t next_capacity;
} code_table;

static bool add_code(code_table *table, uint64_t mask, uint32_t *out, myo_error *err) {
    for (size_t i = 0; i < table->count; i++) {
        if (table->masks[i] == mask) {
            *out = (uint32_t)i;
            return true;
        }
    }
    if (table->count == CODES_MAX) {
        return myo_error_set(err, MYO_E_RANGE, "more than %d ways of overlap", CODES_MAX);
    }
    void *masks = table->masks, *next = table->next;
    if (!myo_array_reserve(&masks, &table->capacity, table->count + 1, sizeof *table->masks, err)) {
        return false;
    }
    table->masks = masks;
    if (!myo_array_reserve(&next, &table->next_capacity, table->count + 1, sizeof *table->next,
                           err)) {
        return false;
    }
    table->next = next;
    memset(table->next[table->count], 0, sizeof table->next[0]);
    table->masks[table->count] = mask;
    *out = (uint32_t)table->count++;
    return true;
}

static bool add_group_to(code_table *table, uint16_t *code, size_t group, myo_error *err) {
    uint32_t next = table->next[*code][group];
    if (next == 0) {
        if (!add_code(table, table->masks[*code] | (uint64_t)1 << group, &next, err)) {
            return false;
        }
        table->next[*code][group] = next;
    }
    *code = (uint16_t)next;
    return true;
}

/* --- Volumes ---------------------------------------------------------------------------------- */

/* Where a frame goes. */
typedef struct place {
    size_t volume, plane;
} place;

/* A volume that grows. */
typedef struct stack {
    const myo_seg_frame *first;
    tracing_plane *planes;
    size_t plane_count, plane_capacity;
} stack;

typedef struct stacks {
    stack items[VOLUMES_MAX];
    size_t count, plane_count;
} stacks;

static double distance(myo_vec3 a, myo_vec3 b) {
    myo_vec3 d = {a.x - b.x, a.y - b.y, a.z - b.z};
    return sqrt(myo_vec3_dot(d, d));
}

static bool is_parallel(const myo_geometry *a, const myo_geometry *b) {
    return distance(a->row_cosine, b->row_cosine) <= COSINE_TOLERANCE &&
           distance(a->column_cosine, b->column_cosine) <= COSINE_TOLERANCE &&
           fabs(a->row_spacing_mm - b->row_spacing_mm) <= SPACING_TOLERANCE_MM &&
           fabs(a->column_spacing_mm - b->column_spacing_mm) <= SPACING_TOLERANCE_MM;
}

static bool find_stack(stacks *all, const myo_seg_frame *frame, size_t *out, myo_error *err) {
    for (*out = 0; *out < all->count; (*out)++) {
        if (is_parallel(&all->items[*out].first->geometry, &frame->geometry)) {
            return true;
        }
    }
    if (all->count == VOLUMES_MAX) {
        return myo_error_set(err, MYO_E_RANGE, "frames of more than %d orientations", VOLUMES_MAX);
    }
    all->items[all->count++].first = frame;
    return true;
}

/* Frames of several segments share a plane. The last one is the likeliest. */
static bool find_plane(stacks *all, stack *s, const myo_seg_frame *frame, size_t *out,
                       myo_error *err) {
    for (size_t i = s->plane_count; i > 0; i--) {
        if (distance(s->planes[i - 1].origin_mm, frame->geometry.position_mm) <=
            POSITION_TOLERANCE_MM) {
            *out = i - 1;
            return true;
        }
    }
    if (all->plane_count == PLANES_MAX) {
        return myo_error_set(err, MYO_E_RANGE, "frames on more than %d planes", PLANES_MAX);
    }
    void *planes = s->planes;
    if (!myo_array_reserve(&planes, &s->plane_capacity, s->plane_count + 1, sizeof *s->planes,
                           err)) {
        return false;
    }
    s->planes = planes;
    s->planes[s->plane_count] = (tracing_plane){.origin_mm = frame->geometry.position_mm};
    *out = s->plane_count++;
    all->plane_count++;
    return true;
}

/* The source that all frames of a plane have; a plane of several has none. */
static const char *find_source(myo_tracing *tracing, const char *uid) {
    for (size_t i = 0; uid[0] && i < tracing->source_count; i++) {
        if (strcmp(tracing->sources[i], uid) == 0) {
            return tracing->sources[i];
        }
    }
    return NULL;
}

/* Frames of segments that are not measured take no room. */
static bool is_wanted(const myo_seg *seg, size_t frame, const uint16_t *group_of) {
    return seg->kind == MYO_SEG_LABELMAP || group_of[seg->frames[frame].segment] != 0;
}

static bool place_frames(myo_tracing *tracing, const myo_seg *seg, const uint16_t *group_of,
                         stacks *all, place *places, myo_error *err) {
    for (size_t i = 0; i < seg->frame_count; i++) {
        const myo_seg_frame *frame = &seg->frames[i];
        if (!is_wanted(seg, i, group_of)) {
            continue;
        }
        if (!find_stack(all, frame, &places[i].volume, err)) {
            return false;
        }
        stack *s = &all->items[places[i].volume];
        size_t before = s->plane_count;
        if (!find_plane(all, s, frame, &places[i].plane, err)) {
            return false;
        }
        if (s->plane_count > before) {
            s->planes[places[i].plane].source_uid = find_source(tracing, frame->source_uid);
        }
    }
    return true;
}

/* SpacingBetweenSlices, or the least distance of planes, or the thickness. */
static double find_spacing(const stack *s, const tracing_volume *volume) {
    double least = INFINITY;
    if (s->first->spacing_mm > 0.0) {
        return s->first->spacing_mm;
    }
    for (size_t i = 1; i < volume->plane_count; i++) {
        double gap = volume->planes[i].height_mm - volume->planes[i - 1].height_mm;
        least = gap > POSITION_TOLERANCE_MM && gap < least ? gap : least;
    }
    if (isfinite(least)) {
        return least;
    }
    double thickness = s->first->geometry.thickness_mm;
    return thickness > 0.0 ? thickness : UNKNOWN_SPACING_MM;
}

/* Takes the planes over from the stack, in the order of its frames. */
static bool make_volume(const myo_seg *seg, stack *s, tracing_volume *out, myo_error *err) {
    const myo_geometry *g = &s->first->geometry;
    size_t pixels = seg->columns * seg->rows;
    *out = (tracing_volume){
        .columns = seg->columns,
        .rows = seg->rows,
        .plane_count = s->plane_count,
        .column_stride = 1,
        .row_stride = seg->columns,
        .column_step_mm = {g->row_cosine.x * g->column_spacing_mm,
                           g->row_cosine.y * g->column_spacing_mm,
                           g->row_cosine.z * g->column_spacing_mm},
        .row_step_mm = {g->column_cosine.x * g->row_spacing_mm,
                        g->column_cosine.y * g->row_spacing_mm,
                        g->column_cosine.z * g->row_spacing_mm},
        .planes = s->planes,
        .codes = myo_alloc_array(pixels * s->plane_count, sizeof *out->codes, err),
    };
    s->planes = NULL;
    for (size_t i = 0; i < out->plane_count; i++) {
        out->planes[i].first = i * pixels;
    }
    return out->codes != NULL;
}

static bool read_frame(const myo_seg *seg, size_t number, const uint16_t *group_of, uint16_t *codes,
                       uint16_t *numbers, code_table *table, myo_error *err) {
    if (!myo_seg_read_frame(seg, number, numbers, err)) {
        return false;
    }
    for (size_t i = 0; i < seg->columns * seg->rows; i++) {
        size_t group = numbers[i] ? group_of[numbers[i]] : 0;
        if (group && !add_group_to(table, &codes[i], group - 1, err)) {
            return false;
        }
    }
    return true;
}

static bool fill_volumes(myo_tracing *tracing, const myo_seg *seg, stacks *all, const place *places,
                         const uint16_t *group_of, code_table *table, myo_error *err) {
    size_t pixels = seg->columns * seg->rows;
    uint32_t none;
    if (all->plane_count == 0) {
        return myo_error_set(err, MYO_E_NOT_FOUND, "no frame shows a structure that is measured");
    }
    if (pixels > VOXELS_MAX / all->plane_count) {
        return myo_error_set(err, MYO_E_RANGE, "%zu planes of %zu x %zu pixels are too many",
                             all->plane_count, seg->columns, seg->rows);
    }
    tracing->volumes = myo_alloc_array(all->count, sizeof *tracing->volumes, err);
    uint16_t *numbers = myo_alloc_array(pixels, sizeof *numbers, err);
    /* Reading the last frame shows whether all are there, before much is allocated for them. */
    bool done = tracing->volumes && numbers && add_code(table, 0, &none, err) &&
                myo_seg_read_frame(seg, seg->frame_count - 1, numbers, err);
    for (size_t i = 0; done && i < all->count; i++) {
        done = make_volume(seg, &all->items[i], &tracing->volumes[i], err);
        tracing->volume_count = i + 1;
    }
    for (size_t i = 0; done && i < seg->frame_count; i++) {
        if (!is_wanted(seg, i, group_of)) {
            continue;
        }
        uint16_t *codes = tracing->volumes[places[i].volume].codes + places[i].plane * pixels;
        done = read_frame(seg, i, group_of, codes, numbers, table, err);
    }
    for (size_t i = 0; done && i < all->count; i++) {
        tracing_volume_arrange(&tracing->volumes[i], UNKNOWN_SPACING_MM); /* sorts */
        tracing_volume_arrange(&tracing->volumes[i],
                               find_spacing(&all->items[i], &tracing->volumes[i]));
    }
    free(numbers);
    return done;
}

static bool make_volumes(myo_tracing *tracing, const myo_seg *seg, const uint16_t *group_of,
                         myo_error *err) {
    code_table table = {.count = 0};
    stacks *all = myo_alloc_array(1, sizeof *all, err);
    place *places = myo_alloc_array(seg->frame_count, sizeof *places, err);
    bool done = all && places && place_frames(tracing, seg, group_of, all, places, err) &&
                fill_volumes(tracing, seg, all, places, group_of, &table, err);
    tracing->masks = table.masks;
    tracing->mask_count = table.count;
    for (size_t i = 0; all && i < all->count; i++) {
        free(all->items[i].planes);
    }
    free(table.next);
    free(places);
    free(all);
    return done;
}

/* --- All of it -------------------------------------------------------------------------------- */

static bool copy_sources(myo_tracing *tracing, const myo_seg *seg, myo_error *err) {
    free(tracing->frame_of_reference_uid);
    tracing->frame_of_reference_uid = myo_string_copy(seg->frame_of_reference_uid, err);
    tracing->sources = myo_alloc_array(seg->source_count, sizeof *tracing->sources, err);
    if (!tracing->frame_of_reference_uid || !tracing->sources) {
        return false;
    }
    for (size_t i = 0; i < seg->source_count; i++) {
        tracing->sources[i] = myo_string_copy(seg->sources[i], err);
        if (!tracing->sources[i]) {
            return false;
        }
        tracing->source_count++;
    }
    return true;
}

bool tracing_open_seg(myo_tracing *tracing, const myo_tracing_options *options, myo_error *err) {
    myo_seg *seg = NULL;
    tracing_names user = {0};
    uint16_t *group_of = myo_alloc_array((size_t)UINT16_MAX + 1, sizeof *group_of, err);
    const char *table = options ? options->names_csv : NULL;
    myo_error reason = {0};
    bool done = group_of && (!table || tracing_names_read(table, &user, err)) &&
                myo_seg_open(tracing->path, &seg, err) && copy_sources(tracing, seg, err) &&
                make_groups(tracing, seg, &user, group_of, err);
    if (done && !make_volumes(tracing, seg, group_of, &reason)) {
        done = myo_error_set(err, reason.code, "%s: %s", tracing->path, reason.message);
    }
    tracing->naming = table ? "names file" : "SEG codes";
    tracing_names_clear(&user);
    myo_seg_close(seg);
    free(group_of);
    return done;
}
