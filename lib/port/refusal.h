/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Why a set-up call did not do what it was asked: a negative errno and, where
 * the caller gave room for it, one sentence.
 */
#ifndef WEIR_PORT_REFUSAL_H
#define WEIR_PORT_REFUSAL_H

#include <stddef.h>

struct refusal {
	char *message; /* may be NULL when bytes is 0 */
	size_t bytes;
};

/* Write the sentence and return `error` (a negative errno). */
__attribute__((format(printf, 3, 4))) int refuse(const struct refusal *refusal, int error,
						 const char *format, ...);

#endif
