/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cmocka wants these headers in this order. */
#ifndef MYO_TESTS_CMOCKA_ALL_H
#define MYO_TESTS_CMOCKA_ALL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
