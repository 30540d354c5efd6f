/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The picture of what myo_locate_level() decided. */
#include <myotome/locate.h>

bool myo_locate_draw(const myo_study *study, const myo_location *location, const char *folder,
                     myo_error *err) {
    (void)study;
    (void)location;
    (void)folder;
    return myo_error_set(err, MYO_E_INTERNAL, "not drawn");
}
