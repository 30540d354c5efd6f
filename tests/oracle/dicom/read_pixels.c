/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Prints what the library makes of files and folders, one image a line, for comparison with other
 * decoders (tools/accuracy/robustness):
 *
 *     pixels TAB path TAB frame TAB rows TAB columns TAB SHA-256 of the stored values
 *     refused TAB path TAB reason
 */
#include <myotome/dicom.h>
#include <stdio.h>

static void print_instance(const myo_instance *instance) {
    myo_image *image = NULL;
    myo_error err = {0};
    char hash[MYO_SHA256_HEX_SIZE];
    if (myo_dicom_read_slice(instance, &image, hash, &err)) {
        printf("pixels\t%s\t%zu\t%zu\t%zu\t%s\n", instance->path, instance->frame,
               instance->geometry.rows, instance->geometry.columns, hash);
    } else {
        printf("refused\t%s\t%s\n", instance->path, err.message);
    }
    myo_image_destroy(image);
}

static void print_study(const myo_study *study) {
    for (size_t s = 0; s < study->series_count; s++) {
        const myo_series *series = &study->series[s];
        for (size_t i = 0; i < series->instance_count; i++) {
            print_instance(&series->instances[i]);
        }
    }
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
        print_study(myo_catalogue_get_study(catalogue, i));
    }
    for (size_t i = 0; i < myo_catalogue_get_skipped_count(catalogue); i++) {
        const myo_skipped *skipped = myo_catalogue_get_skipped(catalogue, i);
        printf("refused\t%s\t%s\n", skipped->path, skipped->reason);
    }
    myo_catalogue_destroy(catalogue);
    return 0;
}
