/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The trunk that CT shows: landmarks lie where the tissues have them, muscles have human sizes. */
#include "cmocka_all.h"
#include "phantom/trunk_private.h"

#include <math.h>

#define STEP_MM 1.0
#define REACH_MM 200.0
#define GOLDEN_ANGLE 2.399963229728653

static const uint64_t seeds[] = {1, 2, 5, 8};
#define SEED_COUNT (sizeof seeds / sizeof seeds[0])

typedef struct body {
    phantom_anatomy anatomy;
    phantom_trunk trunk;
    phantom_landmarks marks;
} body;

static void init(body *b, uint64_t seed) {
    myo_phantom_options options = myo_phantom_defaults();
    options.seed = seed;
    phantom_anatomy_init(&b->anatomy, &options);
    phantom_anatomy_refine(&b->anatomy);
    phantom_trunk_init(&b->anatomy, &b->trunk);
    b->anatomy.trunk = &b->trunk;
    phantom_trunk_landmarks(&b->anatomy, &b->marks);
}

static phantom_sample at(const body *b, double x, double y, double z) {
    phantom_sample sample;
    phantom_sample_at(&b->anatomy, (myo_vec3){x, y, z}, &sample);
    return sample;
}

static bool is_bone(phantom_tissue tissue) {
    return tissue == TISSUE_CORTEX || tissue == TISSUE_MARROW || tissue == TISSUE_DENSE_BONE;
}

static void femoral_heads_are_balls_of_the_given_radius(void **state) {
    (void)state;
    enum { RAYS = 300 };
    for (size_t i = 0; i < SEED_COUNT; i++) {
        body b;
        init(&b, seeds[i]);
        for (int side = 0; side < MYO_SIDE_COUNT; side++) {
            myo_vec3 c = b.marks.head_mm[side];
            int bare = 0;
            assert_int_equal(at(&b, c.x, c.y, c.z).tissue, TISSUE_DENSE_BONE);
            for (int k = 0; k < RAYS; k++) { /* Fibonacci's sphere */
                double h = 1.0 - 2.0 * (k + 0.5) / RAYS, ring = sqrt(1.0 - h * h);
                double u = ring * cos(k * GOLDEN_ANGLE), v = ring * sin(k * GOLDEN_ANGLE);
                double in = b.marks.head_radius_mm - 0.4, out = b.marks.head_radius_mm + 0.8;
                assert_int_equal(at(&b, c.x + in * u, c.y + in * v, c.z + in * h).tissue,
                                 TISSUE_CORTEX);
                bare += !is_bone(at(&b, c.x + out * u, c.y + out * v, c.z + out * h).tissue);
            }
            /* Only the neck is bone beyond the surface. */
            assert_true(bare > RAYS * 7 / 10 && bare < RAYS * 95 / 100);
        }
        double top = 0.5 * (b.marks.head_mm[MYO_LEFT].z + b.marks.head_mm[MYO_RIGHT].z);
        assert_near(b.marks.roof_mm, top + b.marks.head_radius_mm + 3.0, 1e-9);
    }
}

/* The least width of what parts the sacrum from the ilium at a height, along lines to the side. */
static double joint_gap(const body *b, myo_side side, double z) {
    myo_vec3 origin = b->trunk.origin;
    double sign = side == MYO_LEFT ? 1.0 : -1.0, least = REACH_MM;
    for (double y = origin.y + 20.0; y < origin.y + 75.0; y += STEP_MM) {
        bool sacrum = false;
        double gap = 0.0;
        for (double x = 14.0; x < 90.0; x += 0.25) {
            bool bone = is_bone(at(b, origin.x + sign * x, y, z).tissue);
            if (bone && sacrum && gap > 0.0 && x > 35.0) {
                least = fmin(least, gap);
            }
            sacrum = sacrum || bone;
            gap = bone ? 0.0 : gap + 0.25;
        }
    }
    return least;
}

/* The notch opens by more than the 6 mm that part two bones within a slice of 4 mm. */
static void joints_end_at_the_given_height(void **state) {
    (void)state;
    for (size_t i = 0; i < SEED_COUNT; i++) {
        body b;
        init(&b, seeds[i]);
        for (int side = 0; side < MYO_SIDE_COUNT; side++) {
            double end = b.marks.joint_end_mm[side];
            assert_true(joint_gap(&b, (myo_side)side, end + 0.5) < 3.0);
            assert_true(joint_gap(&b, (myo_side)side, end + 8.0) < 3.0);
            assert_true(joint_gap(&b, (myo_side)side, end - 4.0) > 8.0);
            assert_true(joint_gap(&b, (myo_side)side, end - 8.0) > 12.0);
        }
    }
}

/* Areas at a height, mm2. */
typedef struct areas {
    double of[MYO_STRUCTURE_COUNT][MYO_SIDE_COUNT], wall, body;
} areas;

static areas measure(const body *b, double z) {
    areas a = {0};
    for (double y = -REACH_MM; y < REACH_MM; y += STEP_MM) {
        for (double x = -REACH_MM; x < REACH_MM; x += STEP_MM) {
            phantom_sample s = at(b, x, y, z);
            a.body += s.tissue != TISSUE_AIR;
            bool wall = s.kind == MYO_TISSUE_ABDOMINAL_WALL;
            a.wall += wall;
            assert_false(wall && s.measured);
            if (s.measured) {
                a.of[s.structure][s.side] += STEP_MM * STEP_MM;
            }
        }
    }
    return a;
}

static void assert_area(const areas *a, myo_structure structure, double lower, double upper) {
    for (int side = 0; side < MYO_SIDE_COUNT; side++) {
        double area = a->of[structure][side];
        if (!(area > lower && area < upper)) {
            fail_msg("%s: %.0f mm2", myo_structure_get(structure)->key, area);
        }
    }
}

static void muscles_have_human_sizes(void **state) {
    (void)state;
    double least_body = 1e9, greatest_body = 0.0;
    for (size_t i = 0; i < SEED_COUNT; i++) {
        body b;
        init(&b, seeds[i]);
        double end = 0.5 * (b.marks.joint_end_mm[MYO_LEFT] + b.marks.joint_end_mm[MYO_RIGHT]);
        areas joint = measure(&b, end), roof = measure(&b, b.marks.roof_mm);
        myo_vec3 above = phantom_disc_centre(&b.anatomy, 3),
                 below = phantom_disc_centre(&b.anatomy, 2);
        areas third = measure(&b, 0.5 * (above.z + below.z));
        assert_area(&joint, MYO_GLUTEUS_MEDIUS, 2000.0, 5000.0);
        assert_area(&joint, MYO_GLUTEUS_MAXIMUS, 2000.0, 6500.0);
        assert_area(&roof, MYO_GLUTEUS_MEDIUS, 1000.0, 3200.0);
        assert_area(&roof, MYO_GLUTEUS_MAXIMUS, 3000.0, 7000.0);
        assert_area(&third, MYO_QUADRATUS_LUMBORUM, 300.0, 900.0);
        assert_area(&third, MYO_GLUTEUS_MEDIUS, -1.0, 1.0);
        /* All muscle at L3: 80 to 220 cm2 in adults. */
        double all = third.wall;
        for (int s = MYO_MULTIFIDUS; s <= MYO_QUADRATUS_LUMBORUM; s++) {
            all += third.of[s][MYO_LEFT] + third.of[s][MYO_RIGHT];
        }
        assert_true(third.wall > 4000.0 && third.wall < 9000.0);
        assert_true(all > 11000.0 && all < 20000.0);
        least_body = fmin(least_body, third.body);
        greatest_body = fmax(greatest_body, third.body);
    }
    assert_true(greatest_body > 1.12 * least_body); /* bodies differ */
}

static void quadratus_reaches_from_crest_to_rib(void **state) {
    (void)state;
    body b;
    init(&b, 1);
    for (int disc = 1; disc <= 4; disc++) {
        areas a = measure(&b, phantom_disc_centre(&b.anatomy, disc).z);
        assert_area(&a, MYO_QUADRATUS_LUMBORUM, 150.0, 1000.0);
    }
    areas low = measure(&b, phantom_disc_centre(&b.anatomy, 0).z);
    assert_area(&low, MYO_QUADRATUS_LUMBORUM, -1.0, 1.0);
}

/* What a tissue map calls the tissues: the network of the tissue map learns from that. */
static void kinds_fit_tissues(void **state) {
    (void)state;
    body b;
    init(&b, 2);
    for (int disc = 0; disc < 5; disc++) {
        myo_vec3 lower = phantom_disc_centre(&b.anatomy, disc),
                 upper = phantom_disc_centre(&b.anatomy, disc + 1);
        assert_int_equal(at(&b, lower.x, lower.y, lower.z).kind, MYO_TISSUE_DISC);
        assert_int_equal(
            at(&b, 0.5 * (lower.x + upper.x), 0.5 * (lower.y + upper.y), 0.5 * (lower.z + upper.z))
                .kind,
            MYO_TISSUE_VERTEBRA);
    }
    myo_vec3 sacral = phantom_disc_centre(&b.anatomy, 0), head = b.marks.head_mm[MYO_LEFT];
    assert_int_equal(at(&b, sacral.x, sacral.y + 3.0, sacral.z - 14.0).kind, MYO_TISSUE_SACRUM);
    assert_int_equal(at(&b, head.x, head.y, head.z).kind, MYO_TISSUE_PELVIS);
    size_t seen[MYO_TISSUE_COUNT] = {0};
    double z[] = {b.marks.roof_mm, b.marks.joint_end_mm[MYO_LEFT],
                  phantom_disc_centre(&b.anatomy, 1).z, phantom_disc_centre(&b.anatomy, 5).z};
    for (size_t i = 0; i < sizeof z / sizeof z[0]; i++) {
        for (double y = -REACH_MM; y < REACH_MM; y += STEP_MM) {
            for (double x = -REACH_MM; x < REACH_MM; x += STEP_MM) {
                phantom_sample s = at(&b, x, y, z[i]);
                bool muscle = s.kind >= MYO_TISSUE_PSOAS_MAJOR && s.kind <= MYO_TISSUE_ILIACUS;
                bool bone = s.kind == MYO_TISSUE_PELVIS || s.kind == MYO_TISSUE_RIB;
                seen[s.kind]++;
                assert_true(!muscle || s.tissue == TISSUE_MUSCLE);
                assert_true(!bone || is_bone(s.tissue));
                assert_true(!is_bone(s.tissue) || s.kind != MYO_TISSUE_OTHER);
                assert_true(!s.measured || s.kind != MYO_TISSUE_OTHER);
            }
        }
    }
    for (int k = 1; k < MYO_TISSUE_COUNT; k++) {
        assert_true(seen[k] > 0);
    }
}

/* MR is painted without a trunk, so nothing of it may show there. */
static void without_a_trunk_there_is_none(void **state) {
    (void)state;
    body b;
    init(&b, 1);
    b.anatomy.trunk = NULL;
    double levels[] = {b.marks.roof_mm, phantom_disc_centre(&b.anatomy, 2).z};
    for (size_t i = 0; i < 2; i++) {
        areas a = measure(&b, levels[i]);
        assert_area(&a, MYO_GLUTEUS_MAXIMUS, -1.0, 1.0);
        assert_area(&a, MYO_QUADRATUS_LUMBORUM, -1.0, 1.0);
        assert_near(a.wall, 0.0, 0.0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(femoral_heads_are_balls_of_the_given_radius),
        cmocka_unit_test(joints_end_at_the_given_height),
        cmocka_unit_test(muscles_have_human_sizes),
        cmocka_unit_test(quadratus_reaches_from_crest_to_rib),
        cmocka_unit_test(kinds_fit_tissues),
        cmocka_unit_test(without_a_trunk_there_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
