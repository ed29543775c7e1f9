/* SPDX-License-Identifier: BSD-3-Clause */

#include "clock.h"

#include "check.h"
#include "units.h"

void
clock_init(struct clock *clock, uint64_t tsc, uint64_t hz)
{
	/* From 1 MHz on the quotient leaves 22 bits for the whole number of nanoseconds. */
	check(hz >= 1000000);
	clock->base_tsc = tsc;
	clock->ns_per_tick = ((NS_PER_SECOND << CLOCK_SHIFT) + hz / 2) / hz;
	atomic_store_explicit(&clock->unix_ns_offset, 0, memory_order_relaxed);
}

void
clock_set_unix(struct clock *clock, uint64_t now_ns, uint64_t unix_ns)
{
	atomic_store_explicit(&clock->unix_ns_offset, (int64_t)(unix_ns - now_ns),
			      memory_order_relaxed);
}
