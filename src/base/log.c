/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <myotome/log.h>

#include <stdarg.h>
#include <stdio.h>
#include <threads.h>

#define LOG_LINE_SIZE 1024

static myo_log_sink current_sink;
static void *current_user;
static mtx_t sink_lock;
static once_flag sink_lock_once = ONCE_FLAG_INIT;

static void create_lock(void) {
    (void)mtx_init(&sink_lock, mtx_plain);
}

void myo_log_set_sink(myo_log_sink sink, void *user) {
    current_sink = sink;
    current_user = user;
}

void myo_log(myo_log_level level, const char *format, ...) {
    if (!current_sink) {
        return;
    }
    char line[LOG_LINE_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    call_once(&sink_lock_once, create_lock);
    mtx_lock(&sink_lock);
    current_sink(current_user, level, line);
    mtx_unlock(&sink_lock);
}
