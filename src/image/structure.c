/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of structures: label values (MuscleMap), SNOMED CT codes, colours. */
#include <myotome/structure.h>

#include <assert.h>
#include <string.h>

static const myo_structure_info structures[MYO_STRUCTURE_COUNT] = {
    [MYO_MULTIFIDUS] =
        {"multifidus", "multifidus", true, true, {5101, 5102}, "5709001", {230, 75, 60}},
    [MYO_ERECTOR_SPINAE] =
        {"erector_spinae", "erector spinae", true, true, {5111, 5112}, "44947003", {60, 150, 240}},
    /* No verified SNOMED code for psoas major and quadratus lumborum: 91727004 is "muscle". */
    [MYO_PSOAS_MAJOR] =
        {"psoas_major", "psoas major", true, true, {5121, 5122}, "91727004", {250, 190, 40}},
    [MYO_QUADRATUS_LUMBORUM] = {"quadratus_lumborum",
                                "quadratus lumborum",
                                true,
                                true,
                                {5131, 5132},
                                "91727004",
                                {170, 110, 220}},
    [MYO_GLUTEUS_MEDIUS] =
        {"gluteus_medius", "gluteus medius", true, true, {6111, 6112}, "78333006", {60, 190, 170}},
    [MYO_GLUTEUS_MAXIMUS] =
        {"gluteus_maximus", "gluteus maximus", true, true, {6121, 6122}, "206007", {240, 130, 180}},
    /* No label of MuscleMap and no verified code either: the value lies beside its muscles'. */
    [MYO_ABDOMINAL_WALL] =
        {"abdominal_wall", "abdominal wall", true, true, {5991, 5992}, "91727004", {150, 160, 175}},
    [MYO_VERTEBRAL_REFERENCE] = {"vertebral_reference",
                                 "vertebral body or disc",
                                 false,
                                 false,
                                 {9001, 0},
                                 "3572006",
                                 {110, 210, 90}},
};

const myo_structure_info *myo_structure_get(myo_structure structure) {
    assert(structure >= 0 && structure < MYO_STRUCTURE_COUNT);
    return &structures[structure];
}

bool myo_structure_from_label(uint16_t label, myo_structure *structure, myo_side *side) {
    for (int s = 0; label && s < MYO_STRUCTURE_COUNT; s++) {
        for (int i = 0; i < MYO_SIDE_COUNT; i++) {
            if (structures[s].label[i] == label) {
                *structure = (myo_structure)s;
                *side = (myo_side)i;
                return true;
            }
        }
    }
    return false;
}

bool myo_structure_from_key(const char *key, myo_structure *structure) {
    for (int s = 0; s < MYO_STRUCTURE_COUNT; s++) {
        if (strcmp(structures[s].key, key) == 0) {
            *structure = (myo_structure)s;
            return true;
        }
    }
    return false;
}

const char *myo_side_key(myo_structure structure, myo_side side) {
    if (!myo_structure_get(structure)->paired) {
        return "none";
    }
    return side == MYO_LEFT ? "left" : "right";
}
