/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A host for the parts of the plugin in programs that do not load it. Development only. */
#ifndef MYO_TOOLS_STAND_IN_H
#define MYO_TOOLS_STAND_IN_H

#include <myotome/plugin.h>

extern const myo_host stand_in_host;

#endif
