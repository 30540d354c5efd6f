/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The discs of a CT volume with their names. People, and reconstructions, differ in size: the chain
 * of discs is found once for an adult, and again for the size that the spacing of the discs tells.
 */
#include "ct/flank_private.h"

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
/* More clear places between its discs, in parts of the gaps, and the chain was made too wide: at
 * twice the true spacing every gap holds one. */
#define SKIPPED_SHARE 0.5

#define FEW_DISCS 4
/* A slice further from the end of the canal does not show it. */
#define CANAL_AT_MAX_MM 5.0

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

static bool is_too_wide(const ct_chain *chain) {
    return (double)chain->skipped > fmax(SKIPPED_SHARE * (double)(chain->count - 1), 1.0);
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
        if (best->count >= FEW_DISCS && fabs(log(*size)) < ADULT_LOG && !is_too_wide(best)) {
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

/* Names the discs after what lies at both sides of them. */
static bool name_discs(const myo_ct *ct, const ct_curve *curve, const ct_chain *chain, double size,
                       myo_spine *out, myo_error *err) {
    ct_flank flanks[MYO_SIDE_COUNT] = {0};
    ct_ribs ribs;
    bool done = ct_flank_create(ct, curve, size, 1.0, &flanks[MYO_LEFT], err) &&
                ct_flank_create(ct, curve, size, -1.0, &flanks[MYO_RIGHT], err) &&
                ct_ribs_find(flanks, chain, &ribs, err);
    if (done) {
        ct_junction junction = ct_junction_look(flanks, chain);
        ct_name_discs(curve, chain, &ribs, &junction, size, out);
    }
    ct_flank_clear(&flanks[MYO_LEFT]);
    ct_flank_clear(&flanks[MYO_RIGHT]);
    return done;
}

bool myo_ct_find_anatomy(const myo_ct *ct, const myo_tissue_mapper *mapper, size_t threads,
                         myo_ct_anatomy *out, myo_error *err) {
    ct_curve curve = {0};
    ct_chain chain = {0};
    ct_tissues mapped = {0};
    const ct_tissues *tissues = mapper ? &mapped : NULL;
    *out = (myo_ct_anatomy){.size = 1.0};
    bool done = (!mapper || ct_tissues_map(ct, mapper, threads, &mapped, err)) &&
                ct_canal_find(ct, tissues, &curve, err) && keep_canal(&curve, out, err);
    if (done && curve.count > 0) {
        done = find_best_chain(ct, tissues, &curve, &chain, &out->size, err);
        if (done && chain.count > 1) {
            out->size = measure_size(ct, &curve, &chain, out->size);
            done = name_discs(ct, &curve, &chain, out->size, &out->spine, err) &&
                   ct_pelvis_find(ct, tissues, out, &out->pelvis, err);
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
