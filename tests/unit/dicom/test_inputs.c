/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What may be given as input: folders as they come, DICOM directories, zip files. */
#include "builder.h"

#include <sys/stat.h>

static void write_image(const char *folder, const char *name) {
    char path[FIXTURE_PATH_SIZE];
    recipe r = default_recipe(name);
    path_of(folder, name, path);
    *strrchr(path, '/') = '\0';
    assert_true(myo_folder_create(path, NULL));
    write_recipe(folder, &r);
}

static myo_catalogue *read_input(const char *folder, const char *name) {
    char path[FIXTURE_PATH_SIZE];
    path_of(folder, name, path);
    return read_folder(path);
}

static size_t image_count(const myo_catalogue *catalogue) {
    size_t count = 0;
    for (size_t i = 0; i < myo_catalogue_get_study_count(catalogue); i++) {
        const myo_study *study = myo_catalogue_get_study(catalogue, i);
        for (size_t k = 0; k < study->series_count; k++) {
            count += study->series[k].instance_count;
        }
    }
    return count;
}

/* Asserts that this file, whose name is relative to the folder, was skipped for this reason. */
static void assert_reason(const myo_catalogue *catalogue, const char *folder, const char *name,
                          const char *reason) {
    char path[FIXTURE_PATH_SIZE];
    path_of(folder, name, path);
    for (size_t i = 0; i < myo_catalogue_get_skipped_count(catalogue); i++) {
        const myo_skipped *skipped = myo_catalogue_get_skipped(catalogue, i);
        if (strcmp(skipped->path, path) == 0 && strcmp(skipped->reason, reason) == 0) {
            return;
        }
    }
    fail_msg("%s was not skipped for: %s", path, reason);
}

/* --- Folders ---------------------------------------------------------------------------------- */

static void searches_folders_as_they_come(void **state) {
    char path[FIXTURE_PATH_SIZE];
    write_image(*state, "a/b/c/d/image");
    write_image(*state, "notes.dcm/image2");
    write_bytes(*state, "a/readme.txt", "hello\n", 6);
    path_of(*state, "a/loop", path);
    assert_int_equal(symlink("..", path), 0);
    path_of(*state, "a/nowhere", path);
    assert_int_equal(symlink("nothing", path), 0);
    path_of(*state, "a/pipe", path);
    assert_int_equal(mkfifo(path, 0600), 0);
    myo_catalogue *catalogue = read_folder(*state);
    assert_int_equal(image_count(catalogue), 2);
    assert_int_equal(myo_catalogue_get_skipped_count(catalogue), 1);
    assert_reason(catalogue, *state, "a/readme.txt", "not a DICOM file");
    myo_catalogue_destroy(catalogue);
    /* A pipe that is named is not opened, either: nobody writes to it. */
    catalogue = read_input(*state, "a/pipe");
    assert_reason(catalogue, *state, "a/pipe", "a pipe or a device, not a file");
    myo_catalogue_destroy(catalogue);
}

static void says_which_folder_cannot_be_searched(void **state) {
    char path[FIXTURE_PATH_SIZE];
    if (geteuid() == 0) {
        skip(); /* nothing is closed to root */
    }
    write_image(*state, "open/image");
    write_image(*state, "closed/image2");
    path_of(*state, "closed", path);
    assert_int_equal(chmod(path, 0), 0);
    myo_catalogue *catalogue = read_folder(*state);
    assert_int_equal(chmod(path, 0700), 0);
    assert_int_equal(image_count(catalogue), 1);
    assert_reason(catalogue, *state, "closed", "cannot open: Permission denied");
    myo_catalogue_destroy(catalogue);
}

/* --- DICOM directories ------------------------------------------------------------------------ */

/* Media change letters, add versions and extensions. What is not listed is not read. */
static void reads_what_a_directory_lists(void **state) {
    static const char *const references[] = {"IMAGES\\ST0\\EXACT",   "IMAGES\\ST0\\SMALL",
                                             "IMAGES\\ST0\\VERSION", "IMAGES\\ST0\\EXT",
                                             "IMAGES\\ST0\\LOST",    "IMAGES\\ST0\\EXACT"};
    write_image(*state, "cd/IMAGES/ST0/EXACT");
    write_image(*state, "cd/IMAGES/ST0/small");
    write_image(*state, "cd/IMAGES/ST0/VERSION.;1");
    write_image(*state, "cd/IMAGES/ST0/ext.dcm");
    write_image(*state, "cd/IMAGES/ST0/NOTLISTED");
    write_directory(*state, "cd/DICOMDIR", references, 6);
    myo_catalogue *catalogue = read_input(*state, "cd/DICOMDIR");
    assert_int_equal(image_count(catalogue), 4);
    assert_int_equal(myo_catalogue_get_skipped_count(catalogue), 1);
    assert_reason(catalogue, *state, "cd/IMAGES/ST0/LOST", "listed in DICOMDIR but missing");
    myo_catalogue_destroy(catalogue);
    /* The folder is searched; its directory says what is missing. */
    catalogue = read_folder(*state);
    assert_int_equal(image_count(catalogue), 5);
    assert_int_equal(myo_catalogue_get_skipped_count(catalogue), 2);
    assert_reason(catalogue, *state, "cd/DICOMDIR", "a DICOM directory, not an image");
    assert_reason(catalogue, *state, "cd/IMAGES/ST0/LOST", "listed in DICOMDIR but missing");
    myo_catalogue_destroy(catalogue);
}

static void says_that_a_directory_lists_nothing(void **state) {
    write_directory(*state, "DICOMDIR", NULL, 0);
    myo_catalogue *catalogue = read_input(*state, "DICOMDIR");
    assert_reason(catalogue, *state, "DICOMDIR", "a DICOM directory that lists no file");
    myo_catalogue_destroy(catalogue);
}

static void prefers_the_exact_name(void **state) {
    static const char *const references[] = {"IMAGE"};
    char path[FIXTURE_PATH_SIZE];
    write_image(*state, "IMAGE.dcm");
    write_image(*state, "IMAGE");
    write_directory(*state, "DICOMDIR", references, 1);
    myo_catalogue *catalogue = read_input(*state, "DICOMDIR");
    path_of(*state, "IMAGE", path);
    assert_int_equal(image_count(catalogue), 1);
    assert_string_equal(only_series(catalogue)->instances[0].path, path);
    myo_catalogue_destroy(catalogue);
}

static void stays_in_the_folder_of_a_directory(void **state) {
    static const char *const references[] = {"..\\SECRET", "A\\..\\..\\SECRET", "/etc/passwd", "."};
    static const char reason[] = "listed in DICOMDIR under a name that leads out of its folder";
    write_image(*state, "SECRET");
    write_image(*state, "cd/A/IMAGE");
    write_directory(*state, "cd/DICOMDIR", references, 4);
    myo_catalogue *catalogue = read_input(*state, "cd/DICOMDIR");
    assert_int_equal(image_count(catalogue), 0);
    assert_int_equal(myo_catalogue_get_skipped_count(catalogue), 4);
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(myo_catalogue_get_skipped(catalogue, i)->reason, reason);
    }
    myo_catalogue_destroy(catalogue);
}

static void reads_a_directory_of_the_working_folder(void **state) {
    static const char *const references[] = {"SUB\\IMAGE"};
    static const char *const input = "DICOMDIR";
    char before[4096];
    assert_non_null(getcwd(before, sizeof before));
    write_image(*state, "SUB/IMAGE");
    write_directory(*state, "DICOMDIR", references, 1);
    assert_int_equal(chdir(*state), 0);
    myo_catalogue *catalogue = read_folder(input);
    assert_int_equal(image_count(catalogue), 1);
    assert_string_equal(only_series(catalogue)->instances[0].path, "SUB/IMAGE");
    myo_catalogue_destroy(catalogue);
    assert_int_equal(chdir(before), 0);
}

/* An image of that name is an image, and a broken directory is a file that is skipped. */
static void takes_no_other_file_for_a_directory(void **state) {
    write_image(*state, "DICOMDIR");
    myo_catalogue *catalogue = read_input(*state, "DICOMDIR");
    assert_int_equal(image_count(catalogue), 1);
    myo_catalogue_destroy(catalogue);
    write_bytes(*state, "DICOMDIR", "hello\n", 6);
    catalogue = read_input(*state, "DICOMDIR");
    assert_reason(catalogue, *state, "DICOMDIR", "not a DICOM file");
    myo_catalogue_destroy(catalogue);
}

/* --- Zip files -------------------------------------------------------------------------------- */

static zip_t *open_zip(const char *folder, const char *name) {
    char path[FIXTURE_PATH_SIZE];
    path_of(folder, name, path);
    zip_t *zip = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, NULL);
    assert_non_null(zip);
    return zip;
}

static void add_bytes(zip_t *zip, const char *name, const void *bytes, size_t size) {
    void *copy = size ? malloc(size) : NULL;
    if (copy) {
        memcpy(copy, bytes, size);
    }
    zip_source_t *source = zip_source_buffer(zip, copy, size, 1);
    assert_non_null(source);
    assert_true(zip_file_add(zip, name, source, ZIP_FL_ENC_UTF_8) >= 0);
}

/* Adds a file of the folder under a name. */
static void add_file(zip_t *zip, const char *folder, const char *file, const char *name) {
    char *bytes, path[FIXTURE_PATH_SIZE];
    size_t size;
    path_of(folder, file, path);
    assert_true(myo_file_read(path, FIXTURE_FILE_MAX, &bytes, &size, NULL));
    add_bytes(zip, name, bytes, size);
    free(bytes);
}

static void reads_zip_files(void **state) {
    char path[FIXTURE_PATH_SIZE], archive[FIXTURE_PATH_SIZE];
    write_image(*state, "one");
    write_image(*state, "two");
    zip_t *zip = open_zip(*state, "export.ZIP");
    zip_dir_add(zip, "study", ZIP_FL_ENC_UTF_8);
    add_file(zip, *state, "one", "study/one");
    add_file(zip, *state, "two", "../../two"); /* a name, and nothing else */
    add_bytes(zip, "study/readme", "hello\n", 6);
    add_bytes(zip, "inner.zip", "PK\5\6", 4);
    add_bytes(zip, "empty", "", 0);
    assert_int_equal(zip_close(zip), 0);
    path_of(*state, "one", path);
    unlink(path);
    path_of(*state, "two", path);
    unlink(path);
    path_of(*state, "export.ZIP", archive);
    const char *const inputs[] = {*state, archive}; /* found, or named */
    for (size_t i = 0; i < 2; i++) {
        myo_catalogue *catalogue = read_folder(inputs[i]);
        assert_int_equal(image_count(catalogue), 2);
        assert_int_equal(myo_catalogue_get_skipped_count(catalogue), 3);
        assert_reason(catalogue, archive, "study/readme", "not a DICOM file");
        assert_reason(catalogue, archive, "empty", "the file is empty");
        assert_reason(catalogue, archive, "inner.zip",
                      "a zip file within a zip file, which is not opened");
        const myo_series *series = only_series(catalogue);
        for (size_t k = 0; k < series->instance_count; k++) {
            const myo_instance *instance = &series->instances[k];
            path_of(archive, strstr(instance->path, "one") ? "study/one" : "../../two", path);
            assert_string_equal(instance->path, path);
            assert_string_equal(instance->archive, archive);
            myo_image *image = NULL;
            assert_true(myo_dicom_read_slice(instance, &image, NULL, NULL));
            assert_float_equal(myo_image_get_const_pixels(image)[5], 105.0, 0.0);
            myo_image_destroy(image);
        }
        myo_catalogue_destroy(catalogue);
    }
}

static void says_when_a_zip_file_is_empty(void **state) {
    zip_t *zip = open_zip(*state, "folders.zip");
    zip_dir_add(zip, "study", ZIP_FL_ENC_UTF_8);
    assert_int_equal(zip_close(zip), 0);
    myo_catalogue *catalogue = read_folder(*state);
    assert_reason(catalogue, *state, "folders.zip", "a zip file without a file in it");
    myo_catalogue_destroy(catalogue);
}

/* A document of an office is a zip file, too; it is opened only where a user names it. */
static void opens_no_zip_file_by_another_name(void **state) {
    zip_t *zip = open_zip(*state, "report.docx");
    add_bytes(zip, "content.xml", "<a/>", 4);
    assert_int_equal(zip_close(zip), 0);
    myo_catalogue *catalogue = read_folder(*state);
    assert_reason(catalogue, *state, "report.docx", "not a DICOM file");
    myo_catalogue_destroy(catalogue);
    catalogue = read_input(*state, "report.docx");
    assert_reason(catalogue, *state, "report.docx/content.xml", "not a DICOM file");
    myo_catalogue_destroy(catalogue);
}

static void compares_a_directory_in_a_zip_file(void **state) {
    static const char *const references[] = {"IM\\ONE", "IM\\TWO"};
    write_image(*state, "one");
    zip_t *zip = open_zip(*state, "cd.zip");
    builder *file = finish(build_directory(references, 2), CLASS_DIRECTORY, SYNTAX_EXPLICIT);
    add_bytes(zip, "cd/DICOMDIR", file->data, file->size);
    add_file(zip, *state, "one", "cd/IM/ONE");
    assert_int_equal(zip_close(zip), 0);
    free(file);
    myo_catalogue *catalogue = read_input(*state, "cd.zip");
    assert_int_equal(image_count(catalogue), 1);
    assert_int_equal(myo_catalogue_get_skipped_count(catalogue), 2);
    assert_reason(catalogue, *state, "cd.zip/cd/DICOMDIR", "a DICOM directory, not an image");
    assert_reason(catalogue, *state, "cd.zip/cd/IM/TWO", "listed in DICOMDIR but missing");
    myo_catalogue_destroy(catalogue);
}

static void refuses_members_that_are_encrypted_or_bombs(void **state) {
    enum { BOMB_SIZE = 32 << 20 };
    void *zeros = calloc(BOMB_SIZE, 1);
    assert_non_null(zeros);
    write_image(*state, "one");
    zip_t *zip = open_zip(*state, "bad.zip");
    add_bytes(zip, "bomb", zeros, BOMB_SIZE);
    add_file(zip, *state, "one", "secret");
    add_file(zip, *state, "one", "plain");
    zip_int64_t secret = zip_name_locate(zip, "secret", 0);
    assert_int_equal(zip_file_set_encryption(zip, (zip_uint64_t)secret, ZIP_EM_AES_256, "password"),
                     0);
    assert_int_equal(zip_close(zip), 0);
    free(zeros);
    myo_catalogue *catalogue = read_input(*state, "bad.zip");
    assert_int_equal(image_count(catalogue), 1);
    assert_int_equal(myo_catalogue_get_skipped_count(catalogue), 2);
    assert_reason(catalogue, *state, "bad.zip/secret", "encrypted within the zip file");
    assert_reason(catalogue, *state, "bad.zip/bomb",
                  "unpacks to more than 400 times its size, as no image does");
    myo_catalogue_destroy(catalogue);
}

/* Asserts that the only image is read, or refused for a reason, without much memory. */
static void assert_small(const char *folder, const char *archive, const char *reason) {
    size_t before = peak_memory_mb();
    myo_catalogue *catalogue = read_input(folder, archive);
    myo_image *image = NULL;
    myo_error err = {0};
    bool done = myo_dicom_read_slice(&only_series(catalogue)->instances[0], &image, NULL, &err);
    assert_int_equal(done, !reason);
    if (reason) {
        assert_non_null(strstr(err.message, reason));
    }
    assert_true(peak_memory_mb() - before < 512);
    myo_image_destroy(image);
    myo_catalogue_destroy(catalogue);
}

/* Members are unpacked into memory, where DCMTK makes room for what an element says it has. */
static void survives_members_that_claim_gigabytes(void **state) {
    static const unsigned char behind[] = {0xfc, 0xff, 0xfc, 0xff, 'O', 'B',
                                           0,    0,    0,    0,    0,   0xc0}; /* 3 GB */
    static const unsigned char fragments[] = {
        0xe0, 0x7f, 0x10, 0,    'O', 'B', 0, 0,   0xff, 0xff, 0xff, 0xff, /* pixel data */
        0xfe, 0xff, 0,    0xe0, 0,   0,   0, 0,                           /* no offset table */
        0xfe, 0xff, 0,    0xe0, 0,   0,   0, 0xc0};                       /* 3 GB */
    char *bytes, path[FIXTURE_PATH_SIZE];
    size_t size;
    path_of(*state, "one", path);
    write_image(*state, "one");
    assert_true(myo_file_read(path, FIXTURE_FILE_MAX, &bytes, &size, NULL));
    bytes = realloc(bytes, size + sizeof behind);
    assert_non_null(bytes);
    memcpy(bytes + size, behind, sizeof behind);
    zip_t *zip = open_zip(*state, "behind.zip");
    add_bytes(zip, "one", bytes, size + sizeof behind);
    assert_int_equal(zip_close(zip), 0);
    free(bytes);
    assert_small(*state, "behind.zip", NULL);
    set_text(*state, "one", 0x00020010u, "UI", "1.2.840.10008.1.2.5");
    replace_raw(path, 0x7fe00010u, fragments, sizeof fragments);
    zip = open_zip(*state, "fragments.zip");
    add_file(zip, *state, "one", "one");
    assert_int_equal(zip_close(zip), 0);
    assert_small(*state, "fragments.zip", "compressed pixel data are broken or truncated");
}

/* Cut anywhere, or with bytes turned over, a zip file gives reasons and no crash. */
static void survives_broken_zip_files(void **state) {
    char *bytes, path[FIXTURE_PATH_SIZE];
    size_t size;
    write_image(*state, "one");
    zip_t *zip = open_zip(*state, "whole.zip");
    add_file(zip, *state, "one", "one");
    add_bytes(zip, "two", "hello\n", 6);
    assert_int_equal(zip_close(zip), 0);
    path_of(*state, "whole.zip", path);
    assert_true(myo_file_read(path, FIXTURE_FILE_MAX, &bytes, &size, NULL));
    for (size_t cut = 4; cut < size; cut += 5) {
        write_bytes(*state, "cut.zip", bytes, cut);
        myo_catalogue *catalogue = read_input(*state, "cut.zip");
        assert_int_equal(image_count(catalogue), 0);
        assert_true(myo_catalogue_get_skipped_count(catalogue) >= 1);
        myo_catalogue_destroy(catalogue);
    }
    for (size_t at = 2; at < size; at++) {
        bytes[at] = (char)(bytes[at] ^ 0x55);
        write_bytes(*state, "cut.zip", bytes, size);
        bytes[at] = (char)(bytes[at] ^ 0x55);
        myo_catalogue *catalogue = read_input(*state, "cut.zip");
        assert_true(image_count(catalogue) <= 1);
        myo_catalogue_destroy(catalogue);
    }
    free(bytes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        FOLDER_TEST(searches_folders_as_they_come),
        FOLDER_TEST(says_which_folder_cannot_be_searched),
        FOLDER_TEST(reads_what_a_directory_lists),
        FOLDER_TEST(says_that_a_directory_lists_nothing),
        FOLDER_TEST(prefers_the_exact_name),
        FOLDER_TEST(stays_in_the_folder_of_a_directory),
        FOLDER_TEST(reads_a_directory_of_the_working_folder),
        FOLDER_TEST(takes_no_other_file_for_a_directory),
        FOLDER_TEST(reads_zip_files),
        FOLDER_TEST(says_when_a_zip_file_is_empty),
        FOLDER_TEST(opens_no_zip_file_by_another_name),
        FOLDER_TEST(compares_a_directory_in_a_zip_file),
        FOLDER_TEST(refuses_members_that_are_encrypted_or_bombs),
        FOLDER_TEST(survives_members_that_claim_gigabytes),
        FOLDER_TEST(survives_broken_zip_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
