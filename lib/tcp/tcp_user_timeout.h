/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * A connection's own R2 (RFC 9293, 3.8.3, MUST-21; RFC 5482's user timeout, local)
 * in eight bits of its control block, because it counts for as long as the
 * connection lives:
 *
 *	 7      4 3      0
 *	+--------+--------+
 *	| shift  |  part  |	(16 + part) << shift, in units of 2^6 ticks
 *	+--------+--------+
 *
 * so from 1.14 s to 18.9 h, rounded up by at most a sixteenth.  The code 0 stands
 * for the configuration's [tcp] retransmit_timeout.
 */
#ifndef WEIR_TCP_TCP_USER_TIMEOUT_H
#define WEIR_TCP_TCP_USER_TIMEOUT_H

#include <stdint.h>

#define USER_TIMEOUT_UNIT_SHIFT 6
#define USER_TIMEOUT_PARTS	16u

/* The code of the shortest timeout that is not shorter than `ticks`; the longest if none is. */
static inline uint8_t
user_timeout_code(uint32_t ticks)
{
	uint32_t units = (ticks >> USER_TIMEOUT_UNIT_SHIFT) +
			 ((ticks & ((1u << USER_TIMEOUT_UNIT_SHIFT) - 1)) != 0);
	uint32_t shift = 0, part;

	for (; units >= 2 * USER_TIMEOUT_PARTS; shift++)
		units = units / 2 + (units & 1);
	if (shift > 15)
		return UINT8_MAX;
	part = units > USER_TIMEOUT_PARTS ? units - USER_TIMEOUT_PARTS : 0;
	return (uint8_t)(shift == 0 && part == 0 ? 1 : shift << 4 | part);
}

/* In ticks; `code` is not 0. */
static inline uint32_t
user_timeout_ticks(uint8_t code)
{
	return (USER_TIMEOUT_PARTS + (code & 0xfu)) << (code >> 4) << USER_TIMEOUT_UNIT_SHIFT;
}

#endif
