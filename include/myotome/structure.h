/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The structures that are measured, their sides, their label values and their coded names.
 * Sides are the patient's. Values of the muscles are those of the MuscleMap project.
 */
#ifndef MYOTOME_STRUCTURE_H
#define MYOTOME_STRUCTURE_H

#include <myotome/api.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum myo_structure {
    MYO_MULTIFIDUS = 0,
    MYO_ERECTOR_SPINAE,
    MYO_PSOAS_MAJOR,
    MYO_QUADRATUS_LUMBORUM,
    MYO_GLUTEUS_MEDIUS,
    MYO_GLUTEUS_MAXIMUS,
    MYO_ABDOMINAL_WALL, /* rectus abdominis, the obliques and transversus abdominis */
    MYO_VERTEBRAL_REFERENCE,
    MYO_STRUCTURE_COUNT
} myo_structure;

typedef enum myo_side { MYO_LEFT = 0, MYO_RIGHT, MYO_SIDE_COUNT } myo_side;

/* Descriptor of a structure; static storage. */
typedef struct myo_structure_info {
    const char *key;  /* as in files: "erector_spinae" */
    const char *name; /* as a person reads it: "erector spinae" */
    bool paired;      /* false: only the left entry of label[] is used */
    bool muscle;      /* has fat separated and FCSA computed */
    uint16_t label[MYO_SIDE_COUNT];
    const char *snomed_code; /* SNOMED CT type code */
    uint8_t rgb[3];          /* colour in overlays and label tables */
} myo_structure_info;

/* Descriptor of `structure`, which must be below MYO_STRUCTURE_COUNT. */
MYO_API const myo_structure_info *myo_structure_get(myo_structure structure);

/* Finds structure and side of a label value. Returns false for a value that names none. */
MYO_API bool myo_structure_from_label(uint16_t label, myo_structure *structure, myo_side *side);

/* Finds a structure by its key. Returns false when there is none. */
MYO_API bool myo_structure_from_key(const char *key, myo_structure *structure);

/* Key of the side in files: "left" or "right"; "none" for an unpaired structure. */
MYO_API const char *myo_side_key(myo_structure structure, myo_side side);

#ifdef __cplusplus
}
#endif
#endif
