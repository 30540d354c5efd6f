/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The result tables, line by line. */
#include "cmocka_all.h"

#include "io/csv.h"
#include "report/slice_fixture.h"

#define HEAD "\"P 1,a\",1.2,20240131,MR,1.2.3,1.2.3.4,12,L4/5,stack-order,0.400,,12.35,"
#define METHOD "region 1,fascia,gmm3 1,"

static void measurements_have_a_line_for_each_structure_and_side(void **state) {
    (void)state;
    slice_fixture f;
    fixture_init(&f);
    myo_text text = {0};
    myo_report_measurements_header(&text);
    myo_report_measurements_rows(&text, &f.slice);
    assert_string_equal(
        text.data,
        "patient_id,study_uid,study_date,modality,series_uid,sop_uid,instance_number,level,"
        "level_source,level_confidence,slice_distance_mm,slice_tilt_deg,structure,side,method,"
        "roi_convention,fat_method,fat_threshold,csa_mm2,fat_csa_mm2,fcsa_mm2,fat_fraction,"
        "mean_intensity,flags,confidence,pixel_count,lean_intensity\n" /* */
        HEAD "multifidus,left," METHOD
        "210.50,800.00,200.00,600.00,0.2500,123.46,,0.875,5000,130.25\n" HEAD
        "multifidus,right," METHOD
        "210.50,640.16,320.08,320.08,0.5000,123.46,,0.875,4001,130.25\n" HEAD
        "erector_spinae,left," METHOD
        ",1440.00,144.00,1296.00,0.1000,123.46,,0.875,9000,130.25\n" HEAD
        "erector_spinae,right," METHOD ",,,,,,missing,,,\n" HEAD "psoas_major,left," METHOD
        ",,,,,,,,,\n" HEAD "psoas_major,right," METHOD ",1120.00,0.00,1120.00,0.0000,123.46,"
        "clipped;level_not_confirmed,0.875,7000,130.25\n" HEAD "vertebral_reference,none," METHOD
        ",1280.00,,,,123.46,,0.875,8000,\n");
    myo_text_clear(&text);
}

/* A structure that no segmenter must find gets its lines when one side is there. */
static void optional_structures_appear_when_present(void **state) {
    (void)state;
    slice_fixture f;
    fixture_init(&f);
    f.measures.area[MYO_GLUTEUS_MEDIUS][MYO_RIGHT] = fixture_area(100, 0.16, 0.5);
    myo_text text = {0};
    myo_report_measurements_header(&text);
    myo_report_measurements_rows(&text, &f.slice);
    assert_null(strstr(text.data, "quadratus_lumborum"));
    assert_null(strstr(text.data, "gluteus_maximus"));
    assert_non_null(strstr(text.data, "gluteus_medius,left," METHOD ",,,,,,,,,\n"));
    assert_non_null(strstr(text.data, "gluteus_medius,right," METHOD
                                      ",16.00,8.00,8.00,0.5000,123.46,,0.875,100,130.25\n"));
    myo_csv *csv = NULL;
    assert_true(myo_csv_parse(text.data, text.length, "rows", &csv, NULL));
    assert_int_equal(myo_csv_get_row_count(csv), 9);
    assert_string_equal(myo_csv_get(csv, 8, 0), "P 1,a");
    myo_csv_destroy(csv);
    myo_text_clear(&text);
}

static void the_whole_muscle_has_one_line(void **state) {
    (void)state;
    slice_fixture f;
    fixture_init(&f);
    const myo_whole_muscle whole = {.area = fixture_area(20000, 0.16, 0.25)};
    f.slice.whole_muscle = &whole;
    f.slice.whole_muscle_flags = MYO_FLAG_CLIPPED;
    f.fat_threshold[MYO_ABDOMINAL_WALL] = -30.0;
    myo_text text = {0};
    myo_report_measurements_rows(&text, &f.slice);
    assert_non_null(strstr(text.data, "skeletal_muscle,none," METHOD
                                      "-30.00,3200.00,800.00,2400.00,0.2500,123.46,clipped,,20000,"
                                      "130.25\n"));
    assert_null(strstr(text.data, "abdominal_wall"));
    myo_text_clear(&text);
    f.slice.whole_muscle = NULL;
    myo_report_measurements_rows(&text, &f.slice);
    assert_null(strstr(text.data, "skeletal_muscle"));
    myo_text_clear(&text);
}

static void features_leave_unknown_numbers_empty(void **state) {
    (void)state;
    double none = (double)NAN;
    myo_report_features features = {.patient_id = "P1",
                                    .study_uid = "1.2",
                                    .level = "L4/5",
                                    .height_m = 1.66,
                                    .height_source = "dicom",
                                    .vertebral_reference_csa_mm2 = 1280.0,
                                    .spinal_ct_hu = none,
                                    .flags = MYO_FLAG_LEVEL | MYO_FLAG_FAT};
    features.indices[MYO_MULTIFIDUS] = (myo_muscle_indices){142.934, 0.56264, 0.35939, 0.36111, 20};
    features.indices[MYO_ERECTOR_SPINAE] = (myo_muscle_indices){none, none, none, none, none};
    features.indices[MYO_PSOAS_MAJOR] = (myo_muscle_indices){406.445, 0.875, 0.875, 0, 1.005};
    features.indices[MYO_QUADRATUS_LUMBORUM] = (myo_muscle_indices){310, 0.5, 0.45, 0.1, 3};
    features.whole_muscle.smi_cm2_m2 = 43.25;
    features.whole_muscle.area = (myo_area){.present = true, .lean_intensity = 41.5};
    features.indices[MYO_GLUTEUS_MAXIMUS] = features.indices[MYO_ERECTOR_SPINAE];
    features.indices[MYO_GLUTEUS_MEDIUS] = (myo_muscle_indices){none, 0.4, 0.3, 0.25, 2};
    for (int s = 0; s < MYO_STRUCTURE_COUNT; s++) {
        features.smi_interval[s] = (myo_smi_interval){none, none, none, 0};
    }
    features.smi_interval[MYO_MULTIFIDUS] =
        (myo_smi_interval){11.65, 120.1, 165.76, MYO_UNCERTAINTY_FAT | MYO_UNCERTAINTY_HEIGHT};
    features.measured[MYO_MULTIFIDUS] = (myo_measured){"MR", "L4/5", "gmm3 1", "fascia", 0.0};
    myo_text text = {0};
    myo_report_features_header(&text);
    myo_report_features_row(&text, &features);
    assert_string_equal(
        text.data,
        "patient_id,study_uid,height_m,height_source,level,multifidus_smi_mm2_m2,"
        "erector_spinae_smi_mm2_m2,psoas_major_smi_mm2_m2,quadratus_lumborum_smi_mm2_m2,"
        "gluteus_maximus_smi_mm2_m2,"
        "gluteus_medius_smi_mm2_m2,multifidus_rcsa,multifidus_rfcsa,"
        "multifidus_fat_fraction,multifidus_asymmetry_percent,erector_spinae_rcsa,"
        "erector_spinae_rfcsa,erector_spinae_fat_fraction,erector_spinae_asymmetry_percent,"
        "psoas_major_rcsa,psoas_major_rfcsa,psoas_major_fat_fraction,"
        "psoas_major_asymmetry_percent,quadratus_lumborum_rcsa,quadratus_lumborum_rfcsa,"
        "quadratus_lumborum_fat_fraction,quadratus_lumborum_asymmetry_percent,"
        "gluteus_maximus_rcsa,gluteus_maximus_rfcsa,"
        "gluteus_maximus_fat_fraction,gluteus_maximus_asymmetry_percent,gluteus_medius_rcsa,"
        "gluteus_medius_rfcsa,gluteus_medius_fat_fraction,gluteus_medius_asymmetry_percent,"
        "vertebral_reference_csa_mm2,spinal_ct_hu,skeletal_muscle_smi_cm2_m2,"
        "skeletal_muscle_attenuation_hu,multifidus_smi_mm2_m2_lower,multifidus_smi_mm2_m2_upper,"
        "multifidus_smi_mm2_m2_contains,erector_spinae_smi_mm2_m2_lower,"
        "erector_spinae_smi_mm2_m2_upper,erector_spinae_smi_mm2_m2_contains,"
        "psoas_major_smi_mm2_m2_lower,psoas_major_smi_mm2_m2_upper,"
        "psoas_major_smi_mm2_m2_contains,quadratus_lumborum_smi_mm2_m2_lower,"
        "quadratus_lumborum_smi_mm2_m2_upper,quadratus_lumborum_smi_mm2_m2_contains,"
        "gluteus_maximus_smi_mm2_m2_lower,gluteus_maximus_smi_mm2_m2_upper,"
        "gluteus_maximus_smi_mm2_m2_contains,gluteus_medius_smi_mm2_m2_lower,"
        "gluteus_medius_smi_mm2_m2_upper,gluteus_medius_smi_mm2_m2_contains,flags,modality,fat_"
        "method,roi_convention\n"
        "P1,1.2,1.660,dicom,L4/5,142.93,,406.44,310.00,,,0.5626,0.3594,0.3611,20.00,,,,,"
        "0.8750,0.8750,0.0000,1.00,0.5000,0.4500,0.1000,3.00,,,,,0.4000,0.3000,0.2500,2.00,"
        "1280.00,,43.25,41.50,120.10,165.76,fat;height,,,,,,,,,,,,,,,,level_not_confirmed;fat_"
        "unreliable,MR,gmm3 1,fascia\n");
    myo_text_clear(&text);
}

static void risk_rows_say_what_is_missing(void **state) {
    (void)state;
    double none = (double)NAN;
    myo_prediction known = {.probability = 0.05191,
                            .lower = 0.0123,
                            .upper = 0.2,
                            .linear_predictor = -2.90486,
                            .warnings = "intercept reconstructed; x, y",
                            .contains = "coefficients; multifidus_smi_mm2_m2"};
    myo_prediction unknown = {none, none,          none, none, "spinal_ct_hu; surgical_approach",
                              "",   "coefficients"};
    myo_report_risk rows[2] = {{"P1", "1.2", "model-a", &known}, {"P1", "1.2", "b", &unknown}};
    myo_text text = {0};
    myo_report_risk_header(&text);
    myo_report_risk_row(&text, &rows[0]);
    myo_report_risk_row(&text, &rows[1]);
    assert_string_equal(text.data,
                        "patient_id,study_uid,model,probability,lower,upper,linear_predictor,"
                        "missing,warnings,interval_contains\n"
                        "P1,1.2,model-a,0.0519,0.0123,0.2000,-2.9049,,"
                        "\"intercept reconstructed; x, y\",coefficients; multifidus_smi_mm2_m2\n"
                        "P1,1.2,b,,,,,spinal_ct_hu; surgical_approach,,\n");
    myo_text_clear(&text);
}

static void flags_are_names_with_semicolons(void **state) {
    (void)state;
    myo_text text = {0};
    myo_report_flags(&text, 0);
    assert_int_equal(text.length, 0);
    myo_report_flags(&text, MYO_FLAG_MISSING | MYO_FLAG_AREA | MYO_FLAG_NO_HEIGHT);
    assert_string_equal(text.data, "missing;implausible_area;no_height");
    myo_text_clear(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(measurements_have_a_line_for_each_structure_and_side),
        cmocka_unit_test(optional_structures_appear_when_present),
        cmocka_unit_test(the_whole_muscle_has_one_line),
        cmocka_unit_test(features_leave_unknown_numbers_empty),
        cmocka_unit_test(risk_rows_say_what_is_missing),
        cmocka_unit_test(flags_are_names_with_semicolons),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
