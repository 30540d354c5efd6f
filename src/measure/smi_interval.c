/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The interval of an SMI. SMI = A / h^2 with the area without fat A and the height h, so that
 * relative uncertainties add up in squares: u^2 = (u_A / A)^2 + (2 u_h / h)^2 (JCGM
 * 100:2008, 5.1.2, uncorrelated inputs), and the 95 % interval is SMI +- 1.96 u.
 *
 * u_A has two parts. Fat: the standard deviation of A over the fat methods, none of which is the
 * true one. Outline: the standard error of measurement of a reader study, or what an outline with
 * that expected Dice coefficient is off by.
 */
#include <math.h>
#include <myotome/measure.h>

/* Half of the width of the 95 % interval of a normal distribution, in standard deviations. */
#define Z95 1.959963984540054

/* Root mean square of the relative error of areas over that of 1 - expected Dice: 1.59 for
 * multifidus, 1.58 for erector spinae, 1.93 for psoas in the cross-validation of the segmenter unet
 * on 100 cases (docs/validation.md, section Uncertainty). Both sides err together, as readers do.
 */
#define AREA_ERROR_PER_MISS 1.6

/* A value that was rounded to steps of s lies anywhere within +- s / 2: s / sqrt(12). */
#define ROUNDING_SD 0.288675134594813

#define HEIGHT_TOLERANCE 1e-6

const char *myo_uncertainty_part_name(unsigned bit) {
    static const char *const names[MYO_UNCERTAINTY_PARTS] = {"fat", "outline", "height"};
    return bit < MYO_UNCERTAINTY_PARTS ? names[bit] : "";
}

double myo_height_step_m(double height_m) {
    static const double steps_m[] = {0.01, 0.005, 0.001};
    for (size_t i = 0; i < sizeof steps_m / sizeof steps_m[0]; i++) {
        double count = height_m / steps_m[i];
        if (fabs(count - round(count)) < HEIGHT_TOLERANCE / steps_m[i]) {
            return steps_m[i];
        }
    }
    return steps_m[sizeof steps_m / sizeof steps_m[0] - 1];
}

/* Relative standard uncertainty of each part; NaN where it is not known. */
static void list_parts(const myo_smi_evidence *e, double relative[MYO_UNCERTAINTY_PARTS]) {
    relative[0] = e->fat_methods_sd_mm2 / e->fcsa_mm2;
    relative[1] = isfinite(e->reader_sem_mm2) ? e->reader_sem_mm2 / e->fcsa_mm2
                                              : AREA_ERROR_PER_MISS * (1.0 - e->expected_dice);
    relative[2] = 2.0 * ROUNDING_SD * e->height_rounded_to_m / e->height_m;
}

void myo_measure_smi_interval(const myo_smi_evidence *evidence, uint32_t parts,
                              myo_smi_interval *out) {
    *out = (myo_smi_interval){(double)NAN, (double)NAN, (double)NAN, 0};
    double smi = evidence->fcsa_mm2 / (evidence->height_m * evidence->height_m);
    if (!isfinite(smi) || evidence->fcsa_mm2 <= 0.0) {
        return;
    }
    double relative[MYO_UNCERTAINTY_PARTS], variance = 0.0;
    list_parts(evidence, relative);
    for (unsigned i = 0; i < MYO_UNCERTAINTY_PARTS; i++) {
        if (parts >> i & 1u && isfinite(relative[i])) {
            variance += relative[i] * relative[i];
            out->contains |= 1u << i;
        }
    }
    if (out->contains == 0) {
        return;
    }
    out->standard_mm2_m2 = smi * sqrt(variance);
    out->lower = fmax(0.0, smi - Z95 * out->standard_mm2_m2);
    out->upper = smi + Z95 * out->standard_mm2_m2;
}
