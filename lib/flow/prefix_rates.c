/* SPDX-License-Identifier: BSD-3-Clause */

#include "prefix_rates.h"

#include <string.h>

#include "check.h"
#include "prefix_cell.h"
#include "units.h"

#define BURST_NS NS_PER_SECOND

size_t
prefix_rates_bytes(uint32_t width)
{
	return PREFIX_ROWS * (size_t)width * sizeof(uint64_t);
}

void
prefix_rates_init(struct prefix_rates *rates, void *memory, uint32_t width, uint32_t per_second)
{
	check(width > 0 && per_second > 0);
	*rates = (struct prefix_rates){
		.full_ns = memory,
		.width = width,
		.event_ns = BURST_NS / per_second,
	};
	memset(memory, 0, prefix_rates_bytes(width));
}

/* When the fuller of a network's two buckets is full: never before now. */
static uint64_t
full_at(const struct prefix_rates *rates, uint64_t hash, uint64_t now_ns)
{
	uint64_t first = rates->full_ns[prefix_cell(hash, 0, rates->width)];
	uint64_t second = rates->full_ns[prefix_cell(hash, 1, rates->width)];
	uint64_t full_ns = first < second ? first : second;

	return full_ns > now_ns ? full_ns : now_ns;
}

bool
prefix_rates_allows(const struct prefix_rates *rates, uint64_t hash, uint64_t now_ns)
{
	return full_at(rates, hash, now_ns) + rates->event_ns <= now_ns + BURST_NS;
}

void
prefix_rates_charge(struct prefix_rates *rates, uint64_t hash, uint64_t now_ns)
{
	uint64_t full_ns = full_at(rates, hash, now_ns) + rates->event_ns;

	for (uint32_t row = 0; row < PREFIX_ROWS; row++) {
		uint64_t *cell = &rates->full_ns[prefix_cell(hash, row, rates->width)];

		if (*cell < full_ns)
			*cell = full_ns;
	}
}
