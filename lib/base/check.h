/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Assertions that stay on in release builds.
 *
 * check() is for a programmer's error only: a broken invariant, a call in the
 * wrong state.  What a peer, an operator or a NIC can cause is never checked
 * here; it gets a drop reason or an error code.
 */
#ifndef WEIR_BASE_CHECK_H
#define WEIR_BASE_CHECK_H

#include <assert.h> /* static_assert */

__attribute__((noreturn, cold)) void check_failed(const char *expression, const char *file,
						  int line, const char *function);

#define check(expression)                                                                          \
	(__builtin_expect(!!(expression), 1)                                                       \
		 ? (void)0                                                                         \
		 : check_failed(#expression, __FILE__, __LINE__, __func__))

#endif
