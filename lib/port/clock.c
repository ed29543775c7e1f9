/* SPDX-License-Identifier: BSD-3-Clause */

#include "clock.h"

#include <time.h>

#include <rte_cycles.h>

#include "check.h"
#include "units.h"

#define MEASURE_NS   (20 * NS_PER_MS)
#define MOMENT_TRIES 20

/* The two clocks at one moment. */
struct moment {
	uint64_t tsc;
	uint64_t ns;
};

static uint64_t
kernel_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_RAW, &now);
	return (uint64_t)now.tv_sec * NS_PER_SECOND + (uint64_t)now.tv_nsec;
}

/* Of several readings the one least disturbed: where the TSC moved least around it. */
static struct moment
read_moment(void)
{
	struct moment best = {0};
	uint64_t gap_min = UINT64_MAX;

	for (int i = 0; i < MOMENT_TRIES; i++) {
		uint64_t before = rte_rdtsc();
		uint64_t ns = kernel_ns();
		uint64_t gap = rte_rdtsc() - before;

		if (gap < gap_min) {
			gap_min = gap;
			best = (struct moment){.tsc = before + gap / 2, .ns = ns};
		}
	}
	return best;
}

uint64_t
clock_measure_hz(void)
{
	const struct timespec pause = {.tv_nsec = MEASURE_NS};
	struct moment start = read_moment(), end;

	do {
		nanosleep(&pause, NULL);
		end = read_moment();
	} while (end.ns - start.ns < MEASURE_NS); /* a signal may cut the pause short */
	return (uint64_t)((double)(end.tsc - start.tsc) * (double)NS_PER_SECOND /
			  (double)(end.ns - start.ns));
}

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
