/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Prints what the catalogue says of the images in files and folders, for comparison with another
 * reader (headers.py): one image a line, `key=value` with tabs between them.
 */
#include <myotome/dicom.h>
#include <stdio.h>

static void print_vector(const char *name, myo_vec3 v) {
    printf("\t%s=%.12g,%.12g,%.12g", name, v.x, v.y, v.z);
}

static void print_instance(const myo_study *study, const myo_series *series,
                           const myo_instance *instance) {
    const myo_geometry *geometry = &instance->geometry;
    printf("path=%s\tframe=%zu\tframes=%zu\tsop=%s\tinstance=%d", instance->path, instance->frame,
           instance->frame_count, instance->sop_uid, instance->instance_number);
    printf("\tpatient=%s\tstudy=%s\tdate=%s\theight=%.12g", study->patient_id, study->study_uid,
           study->study_date, study->patient_size_m);
    printf("\tseries=%s\tnumber=%d\tdescription=%s\treference=%s\tmodality=%s\techo=%.12g"
           "\trepetition=%.12g",
           series->series_uid, series->number, series->description, series->frame_of_reference_uid,
           myo_modality_name(series->modality), series->echo_time_ms, series->repetition_time_ms);
    printf("\trows=%zu\tcolumns=%zu\tthickness=%.12g", geometry->rows, geometry->columns,
           geometry->thickness_mm);
    if (instance->has_spacing) {
        printf("\tspacing=%.12g,%.12g", geometry->row_spacing_mm, geometry->column_spacing_mm);
    }
    if (instance->has_position) {
        print_vector("position", geometry->position_mm);
        print_vector("row_cosine", geometry->row_cosine);
        print_vector("column_cosine", geometry->column_cosine);
    }
    putchar('\n');
}

int main(int count, char **arguments) {
    myo_catalogue *catalogue = NULL;
    myo_error err = {0};
    if (!myo_catalogue_create((const char *const *)arguments + 1, (size_t)count - 1, NULL, NULL,
                              &catalogue, &err)) {
        fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    for (size_t i = 0; i < myo_catalogue_get_study_count(catalogue); i++) {
        const myo_study *study = myo_catalogue_get_study(catalogue, i);
        for (size_t s = 0; s < study->series_count; s++) {
            const myo_series *series = &study->series[s];
            for (size_t k = 0; k < series->instance_count; k++) {
                print_instance(study, series, &series->instances[k]);
            }
        }
    }
    myo_catalogue_destroy(catalogue);
    return 0;
}
