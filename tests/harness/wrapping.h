/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Sequence numbers wrap (RFC 9293, 3.4).  Without a line of lib/tcp, which those who ask
 * here judge.
 */
#ifndef WEIR_TESTS_WRAPPING_H
#define WEIR_TESTS_WRAPPING_H

#include <stdbool.h>
#include <stdint.h>

static inline bool
is_before(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

#endif
