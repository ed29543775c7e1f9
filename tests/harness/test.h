/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * TEST(a_sentence_in_the_present_tense) { ... } defines and registers a test for
 * cmocka, whose assert_ functions the body uses.  A file of tests, linked with
 * the harness, is a program: it runs all its tests, or those whose name contains
 * its first argument.  Set CMOCKA_MESSAGE_OUTPUT=TAP for a report that counts.
 */
#ifndef WEIR_TESTS_HARNESS_TEST_H
#define WEIR_TESTS_HARNESS_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

void test_register(const char *name, void (*body)(void **));

#define TEST(name)                                                     \
	static void test_##name(void **unused);                        \
	__attribute__((constructor)) static void register_##name(void) \
	{                                                              \
		test_register(#name, test_##name);                     \
	}                                                              \
	static void test_##name(__attribute__((unused)) void **unused)

#endif
