/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The clock of weir: the CPU's time-stamp counter (TSC) in nanoseconds, by a
 * multiplication and a shift; and how far UTC is ahead of it.
 *
 * The trap: a TSC may differ a little between sockets, so each reader keeps
 * the last value it saw and never returns less.
 */
#ifndef WEIR_PORT_CLOCK_H
#define WEIR_PORT_CLOCK_H

#include <stdatomic.h>
#include <stdint.h>

#define CLOCK_SHIFT 32

/* Time starts here and not at 0, which means "never" to some. */
#define CLOCK_START_NS UINT64_C(1000000000)

struct clock {
	uint64_t base_tsc;
	uint64_t ns_per_tick;		/* times 2^CLOCK_SHIFT */
	_Atomic int64_t unix_ns_offset; /* UTC minus our time; the main thread keeps it right */
};

/*
 * The TSC's frequency, from the kernel's clock over some milliseconds, to a few
 * parts in a million.  EAL's own estimate is a per cent off and more where it
 * was interrupted, and timeouts would be as well.
 */
uint64_t clock_measure_hz(void);

/* `hz` is the TSC's frequency, at least 1 MHz. */
void clock_init(struct clock *clock, uint64_t tsc, uint64_t hz);

/* The time at `tsc`, but not before *last_ns, which becomes it. */
static inline uint64_t
clock_read(const struct clock *clock, uint64_t tsc, uint64_t *last_ns)
{
	uint64_t ticks = tsc > clock->base_tsc ? tsc - clock->base_tsc : 0;
	__extension__ unsigned __int128 product = (unsigned __int128)ticks * clock->ns_per_tick;
	uint64_t ns = CLOCK_START_NS + (uint64_t)(product >> CLOCK_SHIFT);

	if (ns > *last_ns)
		*last_ns = ns;
	return *last_ns;
}

/* Say what UTC is at our time `now_ns`. */
void clock_set_unix(struct clock *clock, uint64_t now_ns, uint64_t unix_ns);

#endif
