/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files and folders in a scratch folder of their own. */
#define _XOPEN_SOURCE 700 /* nftw */
#include "cmocka_all.h"

#include "base/file.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int enter_scratch(void **state) {
    char *folder = strdup("/tmp/myotome-file-XXXXXX");
    if (!mkdtemp(folder) || chdir(folder) != 0) {
        return -1;
    }
    *state = folder;
    return 0;
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *where) {
    (void)status;
    (void)kind;
    (void)where;
    return remove(path);
}

static int leave_scratch(void **state) {
    int status = chdir("/") == 0 ? nftw(*state, remove_entry, 8, FTW_DEPTH | FTW_PHYS) : -1;
    free(*state);
    return status;
}

static void writes_and_reads_back(void **state) {
    (void)state;
    assert_true(myo_folder_create("a/b/c", NULL));
    assert_true(myo_folder_create("a/b/c", NULL)); /* once more is fine */
    assert_true(myo_file_write("a/b/c/x", "one\0two", 7, NULL));
    assert_true(myo_file_write("a/b/c/x", "three", 5, NULL)); /* replaces */
    assert_int_equal(access("a/b/c/x.part", F_OK), -1);       /* nothing is left over */
    char *data;
    size_t size;
    assert_true(myo_file_read("a/b/c/x", 5, &data, &size, NULL));
    assert_int_equal(size, 5);
    assert_string_equal(data, "three");
    free(data);
}

static void says_what_cannot_be_read(void **state) {
    (void)state;
    char *data;
    size_t size;
    myo_error err = {0};
    assert_true(myo_file_write("big", "123456", 6, NULL));
    assert_false(myo_file_read("big", 5, &data, &size, &err));
    assert_string_equal(err.message, "big: larger than 5 bytes");
    err = (myo_error){0};
    assert_false(myo_file_read("none", 5, &data, &size, &err));
    assert_string_equal(err.message, "none: cannot open: No such file or directory");
    err = (myo_error){0};
    assert_false(myo_file_write("big/x", "1", 1, &err));
    assert_int_equal(err.code, MYO_E_IO);
    err = (myo_error){0};
    assert_false(myo_folder_create("big/folder", &err));
    assert_string_equal(err.message, "big: cannot create folder: File exists");
}

/* Sorted by name, links to files followed, links to folders not: the loop must not hang. */
static void walks_folders_without_looping(void **state) {
    (void)state;
    assert_true(myo_folder_create("walk/sub", NULL));
    assert_true(myo_file_write("walk/z", "", 0, NULL));
    assert_true(myo_file_write("walk/sub/m", "", 0, NULL));
    assert_true(myo_file_write("walk/a", "", 0, NULL));
    assert_int_equal(symlink("..", "walk/sub/loop"), 0);
    assert_int_equal(symlink("a", "walk/link"), 0);
    assert_int_equal(symlink("nothing", "walk/dangling"), 0);
    myo_path_list list = {0};
    assert_true(myo_path_list_walk(&list, "walk", NULL));
    const char *const expected[] = {"walk/a", "walk/link", "walk/sub/m", "walk/z"};
    assert_int_equal(list.count, 4);
    for (size_t i = 0; i < list.count; i++) {
        assert_string_equal(list.paths[i], expected[i]);
    }
    myo_error err = {0};
    assert_false(myo_path_list_walk(&list, "nowhere", &err));
    assert_string_equal(err.message, "nowhere: cannot open: No such file or directory");
    myo_path_list_clear(&list);
}

static void joins_paths(void **state) {
    (void)state;
    char *path;
    assert_true(myo_path_join("a", "b", &path, NULL));
    assert_string_equal(path, "a/b");
    free(path);
    assert_true(myo_path_join("a/", "b", &path, NULL));
    assert_string_equal(path, "a/b");
    assert_string_equal(myo_path_name(path), "b");
    free(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(writes_and_reads_back, enter_scratch, leave_scratch),
        cmocka_unit_test_setup_teardown(says_what_cannot_be_read, enter_scratch, leave_scratch),
        cmocka_unit_test_setup_teardown(walks_folders_without_looping, enter_scratch,
                                        leave_scratch),
        cmocka_unit_test(joins_paths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
