/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Units of time.  There is no clock in here: time comes from the caller, as
 * nanoseconds of a clock that never goes back.
 *
 * Timers count in ticks of 2^20 ns (1.048576 ms), so that a deadline costs a
 * shift and no division.  A tick is 32 bits wide and wraps after 52 days:
 * compare ticks with tick_before() only.
 */
#ifndef WEIR_BASE_UNITS_H
#define WEIR_BASE_UNITS_H

#include <stdbool.h>
#include <stdint.h>

/* Not NS_PER_S: rte_cycles.h has one of that name, an int that overflows when multiplied. */
#define NS_PER_US     UINT64_C(1000)
#define NS_PER_MS     UINT64_C(1000000)
#define NS_PER_SECOND UINT64_C(1000000000)

#define TICK_SHIFT 20

static inline uint32_t
tick_of_ns(uint64_t ns)
{
	return (uint32_t)(ns >> TICK_SHIFT);
}

/* Rounds up: a timeout never fires early. */
static inline uint32_t
ticks_in_ns(uint64_t ns)
{
	return (uint32_t)((ns + (UINT64_C(1) << TICK_SHIFT) - 1) >> TICK_SHIFT);
}

static inline uint32_t
ticks_in_ms(uint32_t ms)
{
	return ticks_in_ns((uint64_t)ms * NS_PER_MS);
}

static inline bool
tick_before(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

#endif
