/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The parts of the segmenter "unet", in the order in which a slice passes them: input.c (normalised
 * images), locate.c (where the patient lies), outline.c (class probabilities in a view of the
 * slice), views.c (the second view, and how both become one), quality.c (how good the outlines
 * will be), and unet.c, which puts them together and hands the probabilities to the host's
 * deciding step. tissue.c is the tissue mapper for CT. plugin.c is what the host sees. weights.c
 * and network.c are the networks.
 *
 * Points of the image are mm from its centre, x to the patient's left, y to the back. The frame is
 * that of the mean patient, in its mm; a pose takes it to the image.
 */
#ifndef MYO_PLUGIN_UNET_PRIVATE_H
#define MYO_PLUGIN_UNET_PRIVATE_H

#include <myotome/decide.h>
#include <myotome/plugin.h>
#include <myotome/tensors.h>
#include <myotome/tissue.h>

/* ---- grids ---------------------------------------------------------------------------------- */

/* One plane of numbers, row-major; its centre is the centre of the image. */
typedef struct unet_grid {
    float *pixels; /* owned */
    size_t columns, rows;
    double step_mm;
} unet_grid;

void unet_grid_clear(unet_grid *grid);

/* A similarity: image = m frame + t with complex m (size and rotation). */
typedef struct unet_pose {
    double mx, my, tx, ty;
} unet_pose;

/* The least-squares similarity that takes points a to points b (count x 2 each). */
unet_pose unet_pose_fit(const double *a, const double *b, const double *weights, size_t count);
/* outer after inner. */
unet_pose unet_pose_compose(const unet_pose *outer, const unet_pose *inner);
unet_pose unet_pose_invert(const unet_pose *pose);

/* input.c: the slice with air = 0 and fat = 1, cut at 1.5, on pixels of UNET_FINE_MM and of
 * UNET_COARSE_MM. False without memory; the caller clears both grids in any case. */
#define UNET_FINE_MM 0.8
#define UNET_COARSE_MM 3.2
bool unet_input(const myo_slice *slice, unet_grid *fine, unet_grid *coarse);

/* Resamples rows x columns pixels to `step_mm`, about the same centre; spacing is that of columns
 * and rows, mm. False without memory; the caller clears *out in any case. */
bool unet_resample(const float *pixels, size_t columns, size_t rows, double column_spacing_mm,
                   double row_spacing_mm, double step_mm, unet_grid *out);

/* ---- networks ------------------------------------------------------------------------------- */

#define UNET_CLASSES MYO_PROPOSAL_CLASSES
#define UNET_STRUCTURES (UNET_CLASSES - 1)
#define UNET_INPUTS 3 /* intensity, and where the pixel lies in the frame */
#define UNET_STAGES 4 /* resolutions */
#define UNET_CONVOLUTIONS (4 * UNET_STAGES - 1)

/* What a network works on: the size of its grid and of its pixels. */
typedef struct unet_field {
    size_t columns, rows;
    double step_mm;
} unet_field;

/* The whole image, for the locator (mm of the image); the frame, for the first view (of the frame);
 * what lies around the vertebra, for the second one (of the image); what is seen of a CT slice.
 * Columns and rows are multiples of 2 to the power of UNET_STAGES. */
extern const unet_field unet_locate_field, unet_outline_field, unet_body_field, unet_ct_field;

/* What a network is asked: of which field, which classes, and how it sees a pixel of it. */
typedef struct unet_task {
    const unet_field *field;
    size_t classes;
    void (*see)(const unet_field *field, size_t column, size_t row, float value,
                float inputs[UNET_INPUTS]);
} unet_task;

/* The sizes of unet_ct_field, of which descriptors need constants. */
#define UNET_CT_COLUMNS 192
#define UNET_CT_ROWS 144
#define UNET_CT_STEP_MM 2.25

/* The networks of a member. All tell the classes of a proposal from intensities (fat = 1). */
enum { UNET_LOCATE, UNET_OUTLINE, UNET_BODY, UNET_NETWORKS };
extern const unet_task unet_tasks[UNET_NETWORKS];
/* On CT: the classes of tissue.h from HU. */
extern const unet_task unet_ct_task;

/* Weights of one network; borrowed from the file. Half precision numbers are kept as they are. */
typedef struct unet_network {
    const uint16_t *weight[UNET_CONVOLUTIONS]; /* outputs x inputs x 3 x 3 */
    const float *bias[UNET_CONVOLUTIONS];
    size_t channels[UNET_STAGES];
} unet_network;

/* One member of the ensemble. */
typedef struct unet_member {
    unet_network networks[UNET_NETWORKS];
    double centers[2 * UNET_STRUCTURES]; /* of the mean patient's structures, frame mm */
    double mass_mm2[UNET_STRUCTURES];    /* their mean areas */
} unet_member;

#define UNET_MEMBERS_MAX 8
#define UNET_FEATURES 5
typedef struct unet_model {
    myo_tensors *tensors, *body_tensors; /* the latter of the second view */
    unet_member members[UNET_MEMBERS_MAX];
    size_t member_count;
    /* Fitted to what the networks do on cases that they have not seen: */
    const float *class_factors;  /* UNET_CLASSES: see unet_weigh_classes() */
    const float *quality;        /* UNET_STRUCTURES x UNET_FEATURES: see quality.c */
    const float *usual_area_mm2; /* of each structure, in the frame */
} unet_model;

/* weights.c: opens a file of weights in memory (aligned to 64 bytes), which must live as long. */
bool unet_model_parse(const myo_host *host, const void *data, size_t size, const char *origin,
                      unet_model *model, myo_error *err);
/* weights.c: adds the members' networks UNET_BODY from another such file. */
bool unet_model_add_body(const myo_host *host, const void *data, size_t size, const char *origin,
                         unet_model *model, myo_error *err);
void unet_model_close(const myo_host *host, unet_model *model);

/* weights.c: the network whose tensors are called `prefix`.<convolution>, for so many classes. */
bool unet_network_open(const myo_host *host, const myo_tensors *tensors, const char *prefix,
                       size_t classes, unet_network *network, myo_error *err);

/* network.c: runs one network on a batch of images of one task.
 *
 * `images` holds batch x rows x columns values; out receives batch x rows x columns x classes
 * probabilities. The same input gives the same bytes for any number of threads. The weights
 * are laid out once for as long as the same network is run: it must not change meanwhile. */
typedef struct unet_engine unet_engine;
bool unet_engine_create(const myo_host *host, const unet_task *task, const size_t *channels,
                        size_t batch, unet_engine **out, myo_error *err);
void unet_engine_destroy(unet_engine *engine);
bool unet_engine_run(unet_engine *engine, const unet_network *network, const float *images,
                     float *out, myo_error *err);

/* What is seen of the structures in some field: centres (field mm) and areas. */
typedef struct unet_sight {
    double centers[2 * UNET_STRUCTURES], mass_mm2[UNET_STRUCTURES];
} unet_sight;

/* locate.c: measures probabilities (rows x columns x UNET_CLASSES), and moves the pose in which
 * they were seen so that the structures lie where they do in the mean patient of the model;
 * `found` (may be NULL) is the share of the structures' expected area that is there. */
void unet_see(const unet_field *field, const float *probabilities, unet_sight *out);
void unet_improve_pose(const unet_model *model, const unet_sight *seen, unet_pose *pose,
                       double *found);

/* The pose that the mean of the members' locators suggests on the coarse image. */
bool unet_locate(const myo_host *host, const unet_model *model, const unet_grid *coarse,
                 unet_pose *pose, myo_error *err);

/* What the networks see in a field that a pose lays over the slice. */
typedef struct unet_view {
    unet_field field;
    unet_pose pose;
    float *probabilities; /* owned; rows x columns x UNET_CLASSES: the mean of the members */
    uint8_t *classes;     /* owned; members x rows x columns: the most probable of each member */
} unet_view;

void unet_view_clear(unet_view *view);

/* outline.c: fills a view whose pose is given with what the members' networks UNET_OUTLINE or
 * UNET_BODY see, each in the image or in its mirror image; in the `second` view it is the other one
 * of both. The caller clears the view in any case. */
bool unet_outline(const myo_host *host, const unet_model *model, size_t which, bool second,
                  const unet_grid *fine, unet_view *view, myo_error *err);

/* The class of the mirror image of each class; the most probable of the classes of a pixel. */
extern const size_t unet_mirrored[UNET_CLASSES];
size_t unet_most_probable(const float *probabilities);

/* views.c: the pose of the second view (UNET_BODY): on the vertebra that is seen in the first one,
 * turned as that, at the body's own size. */
unet_pose unet_body_pose(const unet_model *model, const unet_pose *first, const unet_sight *seen);

/* views.c: puts the mean of both views into the second one. A psoas whose probabilities in the
 * first agree with its most probable classes by less than `psoas_sharpness_min` (a soft Dice
 * coefficient) is that of the second one alone, if it is sharper there. */
void unet_join_views(const unet_view *first, double psoas_sharpness_min, unet_view *second);

/* views.c: multiplies the probability of each class by its factor, so that structures whose borders
 * are not certain are not too large or small in the mean. */
void unet_weigh_classes(const float factors[UNET_CLASSES], unet_view *view);

/* views.c: the Dice coefficient of what a member draws in both views, mean over the members; 0 for
 * what none draws. Call it before the views are joined or after. */
void unet_compare_views(const unet_view *first, const unet_view *second, size_t members,
                        double agreement[UNET_STRUCTURES]);

/* quality.c: the Dice coefficient that an outline is expected to have with that of a reader. */
typedef struct unet_signs {
    double agreement; /* of a member's two views */
    double sharpness; /* of the outline with the probabilities: a soft Dice coefficient */
    double area_mm2;  /* expected area in the frame */
} unet_signs;
double unet_expected_dice(const unet_model *model, size_t structure, const unet_signs *signs);

/* Where a pixel of a field lies among the pixels of another, to which a pose takes its points. */
typedef struct unet_place {
    double column, row;
} unet_place;
unet_place unet_place_of(const unet_field *from, size_t column, size_t row, const unet_pose *pose,
                         const unet_field *to);

/* Samples an image on a field in a pose: rows x columns values, 0 beyond the image. */
void unet_sample(const unet_grid *image, const unet_field *field, const unet_pose *pose,
                 float *out);

/* ---- the segmenter -------------------------------------------------------------------------- */

enum {
    UNET_CONFIDENCE_MIN,
    UNET_FOUND_MIN,
    UNET_PSOAS_SHARPNESS_MIN,
    UNET_SECOND_VIEW,
    UNET_PARAMETERS
};
extern const myo_parameter unet_parameters[UNET_PARAMETERS];

/* unet.c: outlines one slice with given weights; arguments as those of myo_segmenter.segment, and
 * `signs` (one for each structure) receives what the quality was estimated from. */
bool unet_segment(const myo_host *host, const unet_model *model, const myo_slice *slice,
                  const double *values, myo_segmentation *result, unet_signs *signs,
                  myo_error *err);

/* ---- the tissue mapper ---------------------------------------------------------------------- */

/* tissue.c: maps CT slices with given weights; arguments as those of myo_tissue_mapper.map. */
bool unet_map_tissues(const myo_host *host, const unet_network *network, const myo_slice *slices,
                      size_t count, bool twice, double (*origin_mm)[2], float *probability,
                      myo_error *err);

#endif
