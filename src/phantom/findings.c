/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sizes of bodies and discs, and what may be found on a spine: degenerated discs, a lumbosacral
 * transition, a fracture. A finding changes the tables from which the whole anatomy follows, so
 * that all series and the truth show it alike. Draws here come from a stream of their own: a
 * finding leaves the rest of the anatomy as the seed has it.
 */
#include "phantom/anatomy_private.h"
#include "phantom/random_private.h"

#include <math.h>
#include <string.h>

#define DEGREE (3.14159265358979323846 / 180.0)
#define FINDINGS_KEY UINT64_C(0x66696e64696e6773)

/* S1/2, L5/S1, L4/5, L3/4, L2/3, L1/2, T12/L1, and on. Bodies are about 27 mm high and discs 9 to
 * 11 mm; L5 bodies measure 33 to 37 x 43 to 46 mm. */
static const double half_width[LEVEL_NODES] = {19.0, 24.5, 25.5, 24.5, 23.5,
                                               22.0, 21.0, 21.0, 21.0};
static const double half_depth[LEVEL_NODES] = {11.5, 17.5, 18.2, 17.8, 17.0,
                                               16.0, 15.5, 15.5, 15.5};
static const double half_height[LEVEL_NODES] = {1.6, 5.2, 5.6, 5.2, 4.8, 4.3, 3.8, 3.5, 3.2};
static const double pitch[LEVEL_NODES - 1] = {29.0, 36.5, 37.5, 37.0, 36.0, 34.5, 33.0, 31.0};

/* Nodes of the tables. */
enum { NODE_S12, NODE_LAST };

/* A degenerated disc: part of its height, and signal of its nucleus relative to a healthy one. */
#define DARK_HEIGHT_MIN 0.45
#define DARK_HEIGHT_MAX 0.75
#define DARK_NUCLEUS_MAX 0.04
#define BRIGHT_NUCLEUS_MIN 0.75

/* A sacralised vertebra sits on a rest of a disc. */
#define FUSED_HEIGHT 0.45
#define FUSED_NUCLEUS 0.03

/* A lumbarised S1: its lower end is nearly as large as its upper one, and the disc is a real one.
 */
#define FREE_HALF_WIDTH 23.5
#define FREE_HALF_DEPTH 16.0
#define FREE_HALF_HEIGHT 4.2
#define FREE_PITCH_MM 33.5
#define FREE_TILT_LOSS_DEG 9.0
#define FREE_NUCLEUS 0.8

/* A wedge fracture: loss of height in the middle of the body, and kyphosis, which the next two
 * levels take back in part. */
#define WEDGE_LOSS_MM 7.0
static const double wedge_tilt_deg[] = {13.0, 8.0, 4.0};

/* Makes a disc lower; its neighbours come nearer by as much. */
static void narrow_disc(phantom_anatomy *anatomy, int node, double factor) {
    double loss = (1.0 - factor) * anatomy->disc_half_height[node];
    anatomy->disc_half_height[node] -= loss;
    anatomy->pitch_mm[node] -= loss;
    if (node > 0) {
        anatomy->pitch_mm[node - 1] -= loss;
    }
}

static phantom_random findings_stream(const phantom_anatomy *anatomy, int node) {
    return (phantom_random){phantom_hash(anatomy->seed ^ FINDINGS_KEY) + (uint64_t)node};
}

/* Whether a mobile disc is degenerated. */
static bool is_dark(const phantom_anatomy *anatomy, const myo_phantom_options *options, int node) {
    phantom_random random = findings_stream(anatomy, node);
    return options->discs == MYO_PHANTOM_DISCS_DARK ||
           (options->discs == MYO_PHANTOM_DISCS_MIXED &&
            phantom_random_uniform(&random, 0.0, 1.0) < 0.5);
}

void phantom_init_sizes(phantom_anatomy *anatomy, const myo_phantom_options *options) {
    memcpy(anatomy->body_half_width, half_width, sizeof half_width);
    memcpy(anatomy->body_half_depth, half_depth, sizeof half_depth);
    memcpy(anatomy->disc_half_height, half_height, sizeof half_height);
    memcpy(anatomy->pitch_mm, pitch, sizeof pitch);
    anatomy->lumbar = options->lumbar;
    anatomy->sacralised = options->transition == MYO_PHANTOM_SACRALISED;
    anatomy->lumbarised = options->transition == MYO_PHANTOM_LUMBARISED;
    anatomy->cemented = options->cement ? options->lumbar - options->cement : NO_VERTEBRA;
    anatomy->fractured = options->fracture ? options->lumbar - options->fracture : NO_VERTEBRA;
    anatomy->bend_mm = options->scoliosis_mm;
    for (int node = NODE_LAST; node < LEVEL_NODES - 1; node++) {
        phantom_random random = findings_stream(anatomy, node);
        phantom_random_next(&random); /* the first number decides is_dark() */
        double factor = phantom_random_uniform(&random, DARK_HEIGHT_MIN, DARK_HEIGHT_MAX);
        if (is_dark(anatomy, options, node)) {
            narrow_disc(anatomy, node, factor);
        }
    }
    if (anatomy->sacralised) {
        narrow_disc(anatomy, NODE_LAST, FUSED_HEIGHT);
    }
    if (anatomy->lumbarised) {
        anatomy->body_half_width[NODE_S12] = FREE_HALF_WIDTH;
        anatomy->body_half_depth[NODE_S12] = FREE_HALF_DEPTH;
        anatomy->disc_half_height[NODE_S12] = FREE_HALF_HEIGHT;
        anatomy->pitch_mm[NODE_S12] = FREE_PITCH_MM;
    }
    if (anatomy->fractured != NO_VERTEBRA) {
        anatomy->pitch_mm[anatomy->fractured + NODE_LAST] -= WEDGE_LOSS_MM;
    }
}

void phantom_tilt_findings(phantom_anatomy *anatomy) {
    if (anatomy->lumbarised) {
        anatomy->tilt[NODE_S12] -= FREE_TILT_LOSS_DEG * DEGREE;
    }
    int above = anatomy->fractured + NODE_LAST + 1;
    for (int i = 0; anatomy->fractured != NO_VERTEBRA && i < 3 && above + i < LEVEL_NODES; i++) {
        anatomy->tilt[above + i] += wedge_tilt_deg[i] * DEGREE;
    }
}

void phantom_init_nuclei(phantom_anatomy *anatomy, const myo_phantom_options *options) {
    for (int node = NODE_LAST; node < LEVEL_NODES; node++) {
        double *nucleus = &anatomy->nucleus[node];
        if (is_dark(anatomy, options, node)) {
            *nucleus *= DARK_NUCLEUS_MAX;
        } else if (options->discs != MYO_PHANTOM_DISCS_VARIED) {
            *nucleus = fmax(*nucleus, BRIGHT_NUCLEUS_MIN);
        }
    }
    if (anatomy->sacralised) {
        anatomy->nucleus[NODE_LAST] = FUSED_NUCLEUS;
    }
    if (anatomy->lumbarised) {
        anatomy->nucleus[NODE_S12] = FREE_NUCLEUS;
    }
}
