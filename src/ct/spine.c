/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The discs of a CT volume with their names. People, and reconstructions, differ in size: the chain
 * of discs is found once for an adult, and again for the size that the spacing of the discs tells.
 */
#include "ct/spine_private.h"

#include "base/memory.h"
#include "base/sort.h"

#include <math.h>
#include <stdlib.h>

#define SPACING_ADULT_MM 36.0 /* between the middles of lumbar discs */
#define SIZE_MIN 0.5
#define SIZE_MAX_FACTOR 1.3
/* Half of the width of a lumbar body, mm (L5: 43 mm in women, 46 mm in men; the others are a little
 * narrower), and where it is looked for. */
#define HALF_WIDTH_ADULT_MM 22.0
#define WIDTH_NEAR_MM 9.0
#define WIDTH_FAR_MM 34.0
#define WIDTH_STEP_MM 0.5
#define WIDTH_BONE_HU 150.0
#define BODIES_MEASURED 4
#define ROUNDS 3
#define SAME_SIZE_LOG 0.05
#define ADULT_LOG 0.15
#define SKIPPED_MAX 1 /* more clear places between its discs, and the chain was made too wide */

/* From the foot. */
static const char *const names[] = {"L5/S1",  "L4/5",   "L3/4",  "L2/3", "L1/2", "T12/L1",
                                    "T11/12", "T10/11", "T9/10", "T8/9", "T7/8", "T6/7",
                                    "T5/6",   "T4/5",   "T3/4",  "T2/3", "T1/2", "C7/T1"};
#define NAME_COUNT (sizeof names / sizeof names[0])

/* Below this the lower end of the chain is no sacrum. */
#define SACRAL_MIN 0.45
/* A difference of evidence at which the count is about 9 in 10 sure. */
#define SACRAL_MARGIN 0.2
#define FEW_DISCS 4
/* A slice further from the end of the canal does not show it. */
#define CANAL_AT_MAX_MM 5.0

static double confidence_of_count(const ct_chain *chain, double *next, int *shift) {
    size_t last = chain->lumbosacral;
    double evidence = chain->sacral[last], other = 0.0;
    *shift = 0;
    if (last > 0 && chain->sacral[last - 1] > other) {
        other = chain->sacral[last - 1];
        *shift =
            -1; /* L5/S1 lies one higher: L4/5 is called L5/S1 then, and each name moves down */
    }
    double sure = 1.0 / (1.0 + exp(-2.2 * (evidence - other) / SACRAL_MARGIN));
    *next = 1.0 - sure;
    return evidence >= SACRAL_MIN ? sure : sure * evidence / SACRAL_MIN;
}

static void name_discs(const ct_curve *curve, const ct_chain *chain, double size, myo_spine *out) {
    double other;
    int shift;
    out->count_confidence = confidence_of_count(chain, &other, &shift);
    bool doubtful = shift != 0 && other > 0.1;
    out->other_shift = doubtful ? shift : 0;
    out->other_confidence = doubtful ? other : 0.0;
    size_t count = chain->count < NAME_COUNT ? chain->count : NAME_COUNT;
    for (size_t i = 0; i < count; i++) {
        size_t from = chain->count - count + i;
        double seen = chain->strength[from] > 0.0 ? 0.6 + 0.4 * chain->strength[from] : 0.5;
        out->discs[out->count++] =
            (myo_disc){.name = names[chain->count - 1 - from],
                       .centre_mm = ct_body_centre(&curve->points[chain->at[from]], size),
                       .confidence = seen * out->count_confidence,
                       .interpolated = !(chain->strength[from] > 0.0)};
        out->signs |= chain->strength[from] > 0.0 ? 0 : MYO_SPINE_GAP;
    }
    out->signs |= chain->sacral[chain->lumbosacral] < SACRAL_MIN ? MYO_SPINE_NO_SACRUM : 0;
    out->signs |= doubtful ? MYO_SPINE_SACRUM_UNSURE : 0;
    out->signs |= chain->count < FEW_DISCS ? MYO_SPINE_FEW_DISCS : 0;
}

static bool find_chain(const myo_ct *ct, const ct_tissues *tissues, const ct_curve *curve,
                       double size, ct_chain *out, myo_error *err) {
    ct_profile *profile = NULL;
    bool done = ct_profile_create(ct, tissues, curve, size, &profile, err) &&
                ct_chain_find(curve, profile, size, out, err);
    free(profile);
    return done;
}

/* The size that the distances of a chain's discs tell. */
static double told_size(const ct_chain *chain) {
    return fmin(fmax(chain->spacing_mm / SPACING_ADULT_MM, SIZE_MIN), SIZE_MAX_FACTOR);
}

/* Starts from several sizes, follows each to the size that its own chain tells, and keeps the chain
 * with the best score. */
static bool find_best_chain(const myo_ct *ct, const ct_tissues *tissues, const ct_curve *curve,
                            ct_chain *best, double *size, myo_error *err) {
    static const double starts[] = {1.0, 0.7};
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
        double at = starts[i];
        for (int round = 0; round < ROUNDS; round++) {
            ct_chain chain;
            if (!find_chain(ct, tissues, curve, at, &chain, err)) {
                return false;
            }
            if (chain.count > 1 && (best->count == 0 || chain.score > best->score)) {
                *best = chain;
                *size = at;
            }
            double told = told_size(&chain);
            if (chain.count < 2 || fabs(log(told / at)) < SAME_SIZE_LOG) {
                break;
            }
            at = told;
        }
        if (best->count >= FEW_DISCS && fabs(log(*size)) < ADULT_LOG &&
            best->skipped <= SKIPPED_MAX) {
            break; /* nothing speaks for another size */
        }
    }
    return true;
}

static bool keep_canal(const ct_curve *curve, myo_ct_anatomy *out, myo_error *err) {
    out->canal_mm = myo_alloc_array(curve->count, sizeof *out->canal_mm, err);
    for (size_t i = 0; out->canal_mm && i < curve->count; i++) {
        out->canal_mm[out->canal_count++] = curve->points[i].centre;
    }
    return out->canal_mm != NULL;
}

/* Half of a body's width on one side: where density falls most from bone to the outside. */
static double measure_half_width(const myo_ct *ct, const ct_curve_point *p, double size,
                                 double sign) {
    myo_vec3 centre = ct_body_centre(p, size);
    double best = 0.0, at = 0.0;
    for (int k = 0; k <= ct_steps(WIDTH_NEAR_MM, WIDTH_FAR_MM, WIDTH_STEP_MM); k++) {
        double r = WIDTH_NEAR_MM + WIDTH_STEP_MM * k;
        double inside = (double)myo_ct_sample(ct, ct_along(centre, sign * (r - 1.5), p->left));
        double outside = (double)myo_ct_sample(ct, ct_along(centre, sign * (r + 1.5), p->left));
        if (inside > WIDTH_BONE_HU && inside - outside > best) {
            best = inside - outside;
            at = r;
        }
    }
    return at;
}

/* The size in the plane of the slices: by the width of the lumbar bodies. Where no width can be
 * measured, the size at which the chain was found. */
static double measure_size(const myo_ct *ct, const ct_curve *curve, const ct_chain *chain,
                           double size) {
    double widths[BODIES_MEASURED];
    size_t count = 0;
    for (size_t i = chain->count - 1; i > 0 && count < BODIES_MEASURED; i--) {
        const ct_curve_point *p = &curve->points[(chain->at[i] + chain->at[i - 1]) / 2];
        double left = measure_half_width(ct, p, size, 1.0);
        double right = measure_half_width(ct, p, size, -1.0);
        if (left > 0.0 && right > 0.0) {
            widths[count++] = 0.5 * (left + right);
        }
    }
    if (count == 0) {
        return size;
    }
    myo_sort_doubles(widths, count);
    return fmin(fmax(widths[count / 2] / HALF_WIDTH_ADULT_MM, SIZE_MIN), SIZE_MAX_FACTOR);
}

bool myo_ct_find_anatomy(const myo_ct *ct, const myo_tissue_mapper *mapper, myo_ct_anatomy *out,
                         myo_error *err) {
    ct_curve curve = {0};
    ct_chain chain = {0};
    ct_tissues mapped = {0};
    const ct_tissues *tissues = mapper ? &mapped : NULL;
    *out = (myo_ct_anatomy){.size = 1.0};
    bool done = (!mapper || ct_tissues_map(ct, mapper, &mapped, err)) &&
                ct_canal_find(ct, tissues, &curve, err) && keep_canal(&curve, out, err);
    if (done && curve.count > 0) {
        done = find_best_chain(ct, tissues, &curve, &chain, &out->size, err);
        if (done && chain.count > 1) {
            out->size = measure_size(ct, &curve, &chain, out->size);
            name_discs(&curve, &chain, out->size, &out->spine);
            done = ct_pelvis_find(ct, out, &out->pelvis, err);
        }
    }
    ct_curve_clear(&curve);
    ct_tissues_clear(&mapped);
    if (!done) {
        myo_ct_anatomy_clear(out);
    }
    return done;
}

void myo_ct_anatomy_clear(myo_ct_anatomy *anatomy) {
    free(anatomy->canal_mm);
    *anatomy = (myo_ct_anatomy){0};
}

bool myo_ct_find_canal_at(const myo_ct_anatomy *anatomy, const myo_geometry *image,
                          myo_vec3 *point_mm) {
    double nearest = CANAL_AT_MAX_MM;
    bool found = false;
    for (size_t i = 0; i < anatomy->canal_count; i++) {
        double distance;
        myo_geometry_from_patient(image, anatomy->canal_mm[i], NULL, NULL, &distance);
        if (fabs(distance) <= nearest) {
            nearest = fabs(distance);
            *point_mm = anatomy->canal_mm[i];
            found = true;
        }
    }
    return found;
}
