/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/silence.h"

#include <gsl/gsl_errno.h>
#include <threads.h>

static void switch_off(void) {
    gsl_set_error_handler_off();
}

void myo_silence_gsl(void) {
    static once_flag once = ONCE_FLAG_INIT;
    call_once(&once, switch_off);
}
