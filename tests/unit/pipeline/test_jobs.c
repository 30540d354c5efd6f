/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Worker processes: whatever a worker does, its item ends with a reason, and the others go on. */
#include "cmocka_all.h"

#include "base/processors.h"
#include "pipeline/jobs_private.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FINE, FAIL, CRASH, LOOP, LEAVE, NOT_NEEDED, KIND_COUNT };
#define ROUNDS 3
#define COUNT (ROUNDS * KIND_COUNT)

typedef struct outcome {
    size_t ends[COUNT];
    myo_error failures[COUNT];
    size_t done, stop_at;
} outcome;

static bool is_needed(void *user, size_t index) {
    (void)user;
    return index % KIND_COUNT != NOT_NEEDED;
}

static bool work(void *user, size_t index, myo_error *err) {
    (void)user;
    switch (index % KIND_COUNT) {
    case FAIL:
        return myo_error_set(err, MYO_E_FORMAT, "item %zu is broken", index);
    case CRASH:
        raise(SIGKILL);
        return true;
    case LOOP:
        for (;;) {
            pause();
        }
    case LEAVE:
        _exit(7);
    default:
        return true;
    }
}

static bool ended(void *user, size_t index, const myo_error *failure, myo_error *err) {
    outcome *o = user;
    o->ends[index]++;
    o->failures[index] = *failure;
    return index != o->stop_at || myo_error_set(err, MYO_E_IO, "enough");
}

static void tick(void *user, size_t done) {
    outcome *o = user;
    assert_true(done >= o->done && done <= COUNT);
    o->done = done;
}

static jobs all_kinds(outcome *o, size_t slots) {
    return (jobs){.count = COUNT,
                  .slots = slots,
                  .timeout_s = 0.5,
                  .memory_gib = 1.0,
                  .is_needed = is_needed,
                  .work = work,
                  .ended = ended,
                  .tick = tick,
                  .user = o};
}

static void check(const outcome *o) {
    static const char *const texts[KIND_COUNT] = {
        [FAIL] = "is broken",
        [CRASH] = "stopped by signal 9 (Killed)",
        [LOOP] = "took longer than 0.5 s",
        [LEAVE] = "ended by itself with status 7",
    };
    assert_int_equal(o->done, COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        const char *text = texts[i % KIND_COUNT];
        assert_int_equal(o->ends[i], i % KIND_COUNT == NOT_NEEDED ? 0 : 1);
        assert_true(text ? strstr(o->failures[i].message, text) != NULL
                         : o->failures[i].code == MYO_OK);
    }
    assert_int_equal(o->failures[FAIL].code, MYO_E_FORMAT);
}

static void every_item_ends_once(void **state) {
    (void)state;
    const size_t slots[] = {1, 2, 5, 100};
    for (size_t i = 0; i < sizeof slots / sizeof slots[0]; i++) {
        outcome o = {.stop_at = COUNT};
        const jobs work_list = all_kinds(&o, slots[i]);
        myo_error err = {0};
        assert_true(jobs_run(&work_list, &err));
        check(&o);
    }
}

static void an_error_of_the_caller_stops_all(void **state) {
    (void)state;
    outcome o = {.stop_at = FINE};
    const jobs work_list = all_kinds(&o, 4);
    myo_error err = {0};
    assert_false(jobs_run(&work_list, &err));
    assert_string_equal(err.message, "enough");
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no worker is left */
}

/* Items that run side by side share the processors; one alone has all of them. */
static void few_items_have_more_threads(void **state) {
    (void)state;
    size_t processors = myo_processor_count();
    static const struct {
        size_t slots, count, together;
    } cases[] = {{0, 1, 1}, {1, 50, 1}, {2, 50, 2}, {8, 2, 2}, {1000, 1000, 1000}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const jobs work_list = {.slots = cases[i].slots, .count = cases[i].count};
        size_t share = processors / cases[i].together;
        assert_int_equal(jobs_threads(&work_list), share > 0 ? share : 1);
    }
    const jobs nothing = {.slots = 2};
    assert_int_equal(jobs_threads(&nothing), 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(few_items_have_more_threads),
        cmocka_unit_test(every_item_ends_once),
        cmocka_unit_test(an_error_of_the_caller_stops_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
