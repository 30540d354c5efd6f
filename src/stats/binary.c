/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/binary.h"

size_t myo_binary_events(const myo_binary *data) {
    size_t events = 0;
    for (size_t i = 0; i < data->count; i++) {
        events += data->event[i];
    }
    return events;
}
