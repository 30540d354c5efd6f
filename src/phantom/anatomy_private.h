/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A lumbar region in patient coordinates (mm, LPS) from which every slice is cut.
 *
 * The spine is a curve in a sagittal plane. A point of the body has the coordinates (u, v, level):
 * u to the left of the curve, v behind it, both in mm, and level along it: 0 in the disc L5/S1,
 * 1 in L4/5, ... 4 in L1/2, and n + 0.5 in the middle of a vertebral body. Near the spine the
 * surfaces of one level are tilted with the discs; further back they run on horizontally, so that
 * they never cross behind a lordosis.
 *
 * Numbers in the shape functions are mm in (u, v) unless they say otherwise, or fractions of a
 * level. They are drawn by hand so that slices look like axial and sagittal T2 images of adults;
 * the sizes that matter (areas, bodies, tilts) are checked against published ranges by the tests.
 */
#ifndef MYO_PHANTOM_ANATOMY_PRIVATE_H
#define MYO_PHANTOM_ANATOMY_PRIVATE_H

#include <myotome/error.h>
#include <myotome/geometry.h>
#include <myotome/phantom.h>
#include <myotome/structure.h>
#include <myotome/tissue.h>

#define PHANTOM_LUMBAR_MAX 6 /* lumbar vertebrae, and discs below them */

/* Tables over the levels -1 (S1/2) to 7. */
#define LEVEL_NODES 9
#define LEVEL_FIRST (-1.0)
#define NO_VERTEBRA (-100)

/* Heights that the table of the curve covers, in mm from the disc L5/S1. */
#define SPINE_BOTTOM_MM (-160.0)
#define SPINE_STEP_MM 0.5
#define SPINE_STEPS 961

typedef enum phantom_tissue {
    TISSUE_AIR = 0,
    TISSUE_FAT,
    TISSUE_SKIN,
    TISSUE_MUSCLE, /* part of it is fat: see phantom_sample.texture */
    TISSUE_FASCIA,
    TISSUE_LIGAMENT,
    TISSUE_CORTEX,
    TISSUE_MARROW,
    TISSUE_ANNULUS,
    TISSUE_CSF,
    TISSUE_NERVE,
    TISSUE_BLOOD,
    TISSUE_BOWEL,
    TISSUE_KIDNEY,
    TISSUE_CEMENT,
    TISSUE_DENSE_BONE, /* trabecular bone of the femoral heads */
    TISSUE_GAS,        /* in the bowel */
    TISSUE_COUNT
} phantom_tissue;

/* Noise fields, told apart by a key that is mixed into the seed. Each muscle's texture uses a few
 * keys from its own on, and another hundred for the right side. */
enum {
    FIELD_MARROW = 11,
    FIELD_ROOTS,
    FIELD_INTERSPINOUS,
    FIELD_DISC,
    FIELD_CEMENT,
    FIELD_MUSCLE_SHADE = 21,
    FIELD_SEPTUM,
    FIELD_PSOAS_SHAPE,
    FIELD_MULTIFIDUS = 30,
    FIELD_BOWEL_BEND = 40,
    FIELD_BOWEL,
    FIELD_BOWEL_CONTENT,
    FIELD_BOWEL_FOLDS,
    FIELD_LOBULES,
    FIELD_FAT_CLOUD,
    FIELD_KIDNEY,
    FIELD_ERECTOR = 50,
    FIELD_PSOAS = 70,
    FIELD_OTHER_MUSCLE = 90,
    FIELD_GLUTEAL = 210
};

/* What is at a point. */
typedef struct phantom_sample {
    phantom_tissue tissue;
    bool measured; /* belongs to a structure that is measured */
    myo_structure structure;
    myo_side side;
    myo_tissue kind; /* with a trunk: what a tissue map calls it */
    double texture;  /* muscles: where fat comes first (high) and last (low) */
    double shade;    /* factor on the tissue's signal, about 1 */
    double level;    /* as in phantom_local */
} phantom_sample;

/* The trunk around the spine, which CT shows (trunk_private.h). */
typedef struct phantom_trunk phantom_trunk;

typedef struct phantom_anatomy {
    uint64_t seed;
    int lumbar;              /* number of lumbar vertebrae */
    bool sacralised;         /* the last of them has the wings of a sacral one */
    bool lumbarised;         /* S1 has the shape of a lumbar one */
    int cemented, fractured; /* level of the lower disc of that vertebra, or NO_VERTEBRA */
    double bend_mm;          /* of a scoliosis, to the left */
    /* The finer look of sagittal images. Axial slices are painted without it. */
    bool fine;
    double conus_level, marrow_signal, csf_signal; /* the signals relative to the usual ones */
    double pitch_mm[LEVEL_NODES - 1];              /* along the curve between neighbouring discs */
    double disc_half_height[LEVEL_NODES];
    double body_half_width[LEVEL_NODES], body_half_depth[LEVEL_NODES];
    double disc_height[LEVEL_NODES];                 /* of the disc centres, LPS z */
    double tilt[LEVEL_NODES];                        /* of the discs, radians, back side up */
    double curve_y[SPINE_STEPS], slope[SPINE_STEPS]; /* of the curve over its height */
    double sway_mm, roll_cos, roll_sin; /* slight sideways bend, turn about the long axis */
    double body_scale;                  /* of bones and of the whole trunk */
    double muscle_scale[MYO_STRUCTURE_COUNT][MYO_SIDE_COUNT];
    double back_fat_mm, trunk_half_width_mm, trunk_front_mm;
    double nucleus[LEVEL_NODES]; /* signal of each disc's nucleus relative to a healthy one */
    double origin_x, origin_y;
    const phantom_trunk *trunk; /* NULL on MR, which is painted without it */
} phantom_anatomy;

/* A point in the coordinates of the spine. */
typedef struct phantom_local {
    double u, v, a; /* mm; a = |u| */
    double level;
    double along;   /* mm along the curve from the nearest disc's centre, up positive */
    int disc;       /* index of that disc in the tables: level = LEVEL_FIRST + disc */
    double recess;  /* mm that the skin lies nearer, because the sacrum recedes from it */
    double x, y, z; /* patient coordinates, for noise */
    myo_side side;
} phantom_local;

/* Draws an anatomy from the seed of the options, with the findings that they ask for. */
void phantom_anatomy_init(phantom_anatomy *anatomy, const myo_phantom_options *options);

/* Sizes of bodies and discs, and the findings that change them (findings.c): before the curve is
 * made, and what depends on the curve or replaces drawn values. */
void phantom_init_sizes(phantom_anatomy *anatomy, const myo_phantom_options *options);
void phantom_tilt_findings(phantom_anatomy *anatomy);
void phantom_init_nuclei(phantom_anatomy *anatomy, const myo_phantom_options *options);

/* Gives an anatomy the finer look of sagittal images; discs stay where they are. */
void phantom_anatomy_refine(phantom_anatomy *anatomy);

/* Centre (LPS) and tilt of a disc: -1 is S1/2, 0 the last mobile one, lumbar - 1 is
 * L1/2. */
myo_vec3 phantom_disc_centre(const phantom_anatomy *anatomy, int disc);
double phantom_disc_tilt(const phantom_anatomy *anatomy, int disc);

/* Which tissue is at a point. */
void phantom_sample_at(const phantom_anatomy *anatomy, myo_vec3 point, phantom_sample *out);

/* Draws the trunk that belongs to an anatomy; paints with it once anatomy->trunk points to it. */
void phantom_trunk_init(const phantom_anatomy *anatomy, phantom_trunk *trunk);
/* Greatest width of the body with its trunk, mm. */
double phantom_trunk_width_mm(const phantom_anatomy *anatomy);

/* Landmarks of the pelvis in patient coordinates (LPS); heights are z. */
typedef struct phantom_landmarks {
    myo_vec3 head_mm[MYO_SIDE_COUNT]; /* middles of the femoral heads */
    double head_radius_mm, roof_mm, joint_end_mm[MYO_SIDE_COUNT];
} phantom_landmarks;
void phantom_trunk_landmarks(const phantom_anatomy *anatomy, phantom_landmarks *out);

/* Which tissue is at a point of an anatomy with its trunk. */
void phantom_trunk_sample_at(const phantom_anatomy *anatomy, const phantom_local *p,
                             phantom_sample *out);

/* Coordinates of the spine of a point (spine.c). */
phantom_local phantom_to_local(const phantom_anatomy *anatomy, myo_vec3 point);

/* Depth of the curve (y, mm) at a height above the disc L5/S1, relative to that disc (spine.c). */
double phantom_curve_y(const phantom_anatomy *anatomy, double height);

/* Linear interpolation in a table over the levels, constant outside. */
double phantom_by_level(const double table[LEVEL_NODES], double level);
/* The same in any table of ascending knots. */
double phantom_interpolate(const double *knots, const double *values, size_t count, double at);
/* Radius of a point relative to a superellipse of exponent 2.5: below 1 inside. */
double phantom_superellipse(double x, double y, double half_width, double half_height);
/* Signed distance in mm, about right near the border, to an ellipse. */
double phantom_ellipse(double x, double y, double half_width, double half_height);

/* Place on the iliac bone, a bowed plate beside the sacrum: *q from 0 at its back to 1 at its
 * front, *off in mm from its middle, outwards positive (bones.c). */
void phantom_on_iliac_plate(const phantom_local *p, double *q, double *off);

/* Level in this anatomy of what lies at `level` when there are five lumbar vertebrae and is bound
 * to the thorax rather than to the sacrum: cord, great vessels, kidneys. */
double phantom_lumbar_level(const phantom_anatomy *anatomy, double level);
/* Depth of the tips of the spinous processes, mm (canal.c). */
double phantom_spinous_tip(double level);

/* Bone with a cortical shell: true when `distance` is inside (bodies.c). */
bool phantom_bone(double distance, phantom_sample *out);

/* Each returns false when the point belongs to nothing of its kind. */
bool phantom_body_at(const phantom_anatomy *anatomy, const phantom_local *p, phantom_sample *out);
bool phantom_bone_at(const phantom_anatomy *anatomy, const phantom_local *p, phantom_sample *out);
bool phantom_canal_at(const phantom_anatomy *anatomy, const phantom_local *p, phantom_sample *out);
bool phantom_muscle_at(const phantom_anatomy *anatomy, const phantom_local *p, phantom_sample *out);
bool phantom_vessel_at(const phantom_anatomy *anatomy, const phantom_local *p, phantom_sample *out);
bool phantom_organ_at(const phantom_anatomy *anatomy, const phantom_local *p, double depth_mm,
                      phantom_sample *out);
/* Air and skin; *depth_mm is how far inside of the skin the point lies. */
bool phantom_surface_at(const phantom_anatomy *anatomy, const phantom_local *p, double *depth_mm,
                        phantom_sample *out);

/* Depth behind the curve of the thoracolumbar fascia where it is deepest, mm (muscles.c). */
double phantom_fascia_depth(double level);
/* Depth behind the curve at which the compartment of the back muscles begins; INFINITY beside it.
 */
double phantom_back_floor(const phantom_anatomy *anatomy, const phantom_local *p);
/* Signed distance to psoas, mm. */
double phantom_psoas_distance(const phantom_anatomy *anatomy, const phantom_local *p);
/* Texture of fibre bundles that radiate from a place, `fan_mm` away in the mean; `key` and the next
 * ten name its fields. */
double phantom_sheets(const phantom_anatomy *anatomy, const phantom_local *p, uint64_t key,
                      double centre_a, double centre_v, double fan_mm);

#endif
