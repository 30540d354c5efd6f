/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A slice with every kind of value that a report has to show. */
#ifndef MYO_TESTS_REPORT_SLICE_FIXTURE_H
#define MYO_TESTS_REPORT_SLICE_FIXTURE_H

#include "report/tables.h"

#include <math.h>
#include <string.h>

typedef struct slice_fixture {
    myo_instance instance;
    myo_series series;
    myo_level_choice level;
    double fat_threshold[MYO_STRUCTURE_COUNT];
    uint32_t flags[MYO_STRUCTURE_COUNT][MYO_SIDE_COUNT];
    double confidence[MYO_STRUCTURE_COUNT][MYO_SIDE_COUNT];
    myo_slice_measures measures;
    myo_report_slice slice;
} slice_fixture;

static inline myo_area fixture_area(size_t pixels, double pixel_area_mm2, double fat_fraction) {
    double csa = (double)pixels * pixel_area_mm2;
    return (myo_area){.present = true,
                      .pixel_count = pixels,
                      .csa_mm2 = csa,
                      .fat_csa_mm2 = csa * fat_fraction,
                      .fcsa_mm2 = csa * (1.0 - fat_fraction),
                      .fat_fraction = fat_fraction,
                      .mean_intensity = 123.456,
                      .lean_intensity = 130.25};
}

/* Right erector spinae and left psoas are absent; the reference has no fat. */
static inline void fixture_init(slice_fixture *f) {
    memset(f, 0, sizeof *f);
    f->instance = (myo_instance){.path = "x", .sop_uid = "1.2.3.4", .instance_number = 12};
    f->series = (myo_series){.series_uid = "1.2.3", .number = 6001, .modality = MYO_MODALITY_MR};
    f->level = (myo_level_choice){.level = "L4/5",
                                  .source = "stack-order",
                                  .confidence = 0.4,
                                  .series = &f->series,
                                  .instance = &f->instance,
                                  .distance_mm = (double)NAN,
                                  .tilt_deg = 12.345,
                                  .note = "second-lowest tilted stack"};
    for (int s = 0; s < MYO_STRUCTURE_COUNT; s++) {
        f->fat_threshold[s] = (double)NAN;
        for (int side = 0; side < MYO_SIDE_COUNT; side++) {
            f->confidence[s][side] = 0.875;
        }
    }
    f->fat_threshold[MYO_MULTIFIDUS] = 210.5;
    myo_area(*area)[MYO_SIDE_COUNT] = f->measures.area;
    area[MYO_MULTIFIDUS][MYO_LEFT] = fixture_area(5000, 0.16, 0.25);
    area[MYO_MULTIFIDUS][MYO_RIGHT] = fixture_area(4001, 0.16, 0.5);
    area[MYO_ERECTOR_SPINAE][MYO_LEFT] = fixture_area(9000, 0.16, 0.1);
    area[MYO_PSOAS_MAJOR][MYO_RIGHT] = fixture_area(7000, 0.16, 0.0);
    area[MYO_VERTEBRAL_REFERENCE][MYO_LEFT] = fixture_area(8000, 0.16, 0.0);
    f->flags[MYO_ERECTOR_SPINAE][MYO_RIGHT] = MYO_FLAG_MISSING;
    f->flags[MYO_PSOAS_MAJOR][MYO_RIGHT] = MYO_FLAG_CLIPPED | MYO_FLAG_LEVEL;
    f->slice = (myo_report_slice){.patient_id = "P 1,a",
                                  .study_uid = "1.2",
                                  .study_date = "20240131",
                                  .level = &f->level,
                                  .method = "region 1",
                                  .roi_convention = "fascia",
                                  .fat_method = "gmm3 1",
                                  .fat_threshold = f->fat_threshold,
                                  .measures = &f->measures,
                                  .flags = (const uint32_t(*)[MYO_SIDE_COUNT])f->flags,
                                  .confidence = (const double(*)[MYO_SIDE_COUNT])f->confidence};
}

#endif
