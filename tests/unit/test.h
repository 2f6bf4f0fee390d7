/* SPDX-License-Identifier: MIT */
/* test.h - cmocka with the headers it wants before itself, and its answers as TAP */
#ifndef UNIT_TEST_H
#define UNIT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* The body of main: runs the array of tests between two fixtures of the group, NULL for none. */
#define RUN(tests, setup, teardown)					\
	(cmocka_set_message_output(CM_OUTPUT_TAP),			\
	    cmocka_run_group_tests(tests, setup, teardown))

#endif
