/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Segmenter "unet": multifidus, erector spinae, psoas major and the vertebral body or disc on an
 * axial T2 slice. Small convolutional networks propose, the host's deciding step disposes.
 *
 *   1. The slice is resampled and scaled to fat = 1                               (input.c)
 *   2. Locators find where the patient lies in the image                         (locate.c)
 *   3. Networks say what each pixel of the patient's frame may be               (outline.c)
 *   4. Others say it of a second view, on the vertebra; the mean counts, by class (views.c)
 *   5. The host's deciding step draws outlines on the slice's pixels      (myo_host.decide)
 *   6. How far the networks agree says how good the outlines will be            (quality.c)
 *
 * plugin.c hands this over with the weights of unet.safetensors and unet-body.safetensors.
 */
#include "unet_private.h"

#include <math.h>

/* A pose that the outlines themselves contradict by more than this is corrected, once. */
#define MOVED_MM 5.0
#define MOVED_SIZE_LOG 0.1

#define FIELD_MAX_MM 1000.0

const myo_parameter unet_parameters[UNET_PARAMETERS] = {
    [UNET_CONFIDENCE_MIN] = {"confidence_min", "1",
                             "Structures whose expected Dice coefficient is below this are "
                             "flagged low_confidence.",
                             0.75, 0.0, 1.0},
    [UNET_FOUND_MIN] = {"found_min", "1",
                        "Share of the structures' usual area below which nothing counts as "
                        "found.",
                        0.35, 0.0, 1.0},
    [UNET_PSOAS_SHARPNESS_MIN] = {"psoas_sharpness_min", "1",
                                  "Agreement of the probabilities of psoas with the most probable "
                                  "classes below which only the view on the vertebra counts, if it "
                                  "is sharper; 0: never.",
                                  0.92, 0.0, 1.0},
    [UNET_SECOND_VIEW] =
        {"second_view", "1",
         "1: other networks look a second time, from the vertebra; 0: the same ones "
         "do, at the mirror image, as always on CT.",
         1.0, 0.0, 1.0},
};

/* Everything of one slice. */
typedef struct work {
    const myo_host *host;
    const unet_model *model;
    const myo_slice *slice;
    unet_grid fine, coarse;
    unet_view first, view; /* in the patient's frame; on the vertebra, and then both in one */
    double agreement[UNET_STRUCTURES];
    double size; /* mm of the view for each of the frame */
    double found;
} work;

static bool work_open(work *w, myo_error *err) {
    double width_mm = (double)w->slice->columns * w->slice->column_spacing_mm;
    double height_mm = (double)w->slice->rows * w->slice->row_spacing_mm;
    if (!(width_mm <= FIELD_MAX_MM && height_mm <= FIELD_MAX_MM)) {
        return w->host->error_set(err, MYO_E_RANGE,
                                  "the slice is wider or higher than 1 m, which no patient is: is "
                                  "its pixel spacing right?");
    }
    return unet_input(w->slice, &w->fine, &w->coarse) ||
           w->host->error_set(err, MYO_E_MEMORY, "unet: out of memory");
}

static void work_clear(work *w) {
    unet_grid_clear(&w->fine);
    unet_grid_clear(&w->coarse);
    unet_view_clear(&w->first);
    unet_view_clear(&w->view);
}

/* Looks a second time, and puts both in one. */
static bool look_twice(work *w, size_t which, double psoas_sharpness_min, myo_error *err) {
    if (!unet_outline(w->host, w->model, which, true, &w->fine, &w->view, err)) {
        return false;
    }
    w->size = hypot(w->first.pose.mx, w->first.pose.my) / hypot(w->view.pose.mx, w->view.pose.my);
    unet_compare_views(&w->first, &w->view, w->model->member_count, w->agreement);
    unet_join_views(&w->first, psoas_sharpness_min, &w->view);
    return true;
}

/* Not on CT: the networks of the second view have learned the sizes of bodies from MR alone, and
 * are less sure there than those of the first one. */
static bool has_second_view(const myo_slice *slice, const double *values) {
    size_t end = offsetof(myo_slice, modality) + sizeof slice->modality;
    bool is_ct = slice->struct_size >= end && slice->modality == MYO_MODALITY_CT;
    return values[UNET_SECOND_VIEW] >= 0.5 && !is_ct;
}

/* Looks from the pose of the first view; `better` is the pose that what is seen suggests. */
static bool look(work *w, const double *values, unet_sight *seen, unet_pose *better,
                 myo_error *err) {
    const unet_view *view = &w->first;
    if (!unet_outline(w->host, w->model, UNET_OUTLINE, false, &w->fine, &w->first, err)) {
        return false;
    }
    if (!has_second_view(w->slice, values)) {
        view = &w->view;
        w->view.pose = w->first.pose;
        if (!look_twice(w, UNET_OUTLINE, 0.0, err)) {
            return false;
        }
    }
    *better = w->first.pose;
    unet_see(&view->field, view->probabilities, seen);
    unet_improve_pose(w->model, seen, better, &w->found);
    return true;
}

static bool has_moved(const unet_pose *from, const unet_pose *to) {
    double size = hypot(to->mx, to->my) / hypot(from->mx, from->my);
    return hypot(to->tx - from->tx, to->ty - from->ty) > MOVED_MM ||
           fabs(log(size)) > MOVED_SIZE_LOG;
}

static bool find(work *w, const double *values, unet_sight *seen, myo_error *err) {
    unet_pose better;
    bool done = unet_locate(w->host, w->model, &w->coarse, &w->first.pose, err) &&
                look(w, values, seen, &better, err);
    if (done && has_moved(&w->first.pose, &better)) {
        w->first.pose = better;
        done = look(w, values, seen, &better, err);
    }
    if (done && w->found < values[UNET_FOUND_MIN]) {
        done = w->host->error_set(err, MYO_E_NOT_FOUND,
                                  "no lumbar muscles found on this slice: is it an axial T2 slice "
                                  "of the lower back?");
    }
    return done;
}

static bool look_from_vertebra(work *w, const double *values, const unet_sight *seen,
                               myo_error *err) {
    if (!has_second_view(w->slice, values)) {
        return true;
    }
    w->view.pose = unet_body_pose(w->model, &w->first.pose, seen);
    if (!look_twice(w, UNET_BODY, values[UNET_PSOAS_SHARPNESS_MIN], err)) {
        return false;
    }
    unet_weigh_classes(w->model->class_factors, &w->view);
    return true;
}

/* Lays the view over the slice, whose pixel (0, 0) lies at 0. */
static myo_proposal propose(const work *w) {
    const unet_field *field = &w->view.field;
    const unet_pose *pose = &w->view.pose;
    double x = -0.5 * (double)(field->columns - 1) * field->step_mm;
    double y = -0.5 * (double)(field->rows - 1) * field->step_mm;
    double centre_x = 0.5 * (double)(w->slice->columns - 1) * w->slice->column_spacing_mm;
    double centre_y = 0.5 * (double)(w->slice->rows - 1) * w->slice->row_spacing_mm;
    return (myo_proposal){.struct_size = sizeof(myo_proposal),
                          .columns = field->columns,
                          .rows = field->rows,
                          .origin_mm = {pose->mx * x - pose->my * y + pose->tx + centre_x,
                                        pose->my * x + pose->mx * y + pose->ty + centre_y},
                          .step_mm = {pose->mx * field->step_mm, pose->my * field->step_mm},
                          .probability = w->view.probabilities};
}

static void judge(const work *w, const double *values, myo_segmentation *result,
                  unet_signs *signs) {
    unet_sight seen;
    unet_see(&w->view.field, w->view.probabilities, &seen);
    for (size_t k = 0; k < UNET_STRUCTURES; k++) {
        myo_structure structure;
        myo_side side;
        w->host->proposal_structure(k + 1, &structure, &side);
        double *confidence = &result->confidence[structure][side];
        signs[k] = (unet_signs){.agreement = w->agreement[k],
                                .sharpness = *confidence,
                                .area_mm2 = seen.mass_mm2[k] / (w->size * w->size)};
        *confidence = *confidence > 0.0 ? unet_expected_dice(w->model, k, &signs[k]) : 0.0;
        if (*confidence < values[UNET_CONFIDENCE_MIN]) {
            result->flags[structure][side] |= MYO_FLAG_LOW_CONFIDENCE;
        }
    }
}

bool unet_segment(const myo_host *host, const unet_model *model, const myo_slice *slice,
                  const double *values, myo_segmentation *result, unet_signs *signs,
                  myo_error *err) {
    work w = {.host = host, .model = model, .slice = slice};
    unet_sight seen;
    bool done = work_open(&w, err) && find(&w, values, &seen, err) &&
                look_from_vertebra(&w, values, &seen, err);
    if (done) {
        myo_proposal proposal = propose(&w);
        done = host->decide(slice, &proposal, result, err);
    }
    if (done) {
        judge(&w, values, result, signs);
    }
    work_clear(&w);
    return done;
}
