/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * A limit of so many events a second for each network, in memory of fixed size:
 * a token bucket per cell, kept as the one time at which it will be full again,
 * so that it fills up without being touched (GCRA).  A full bucket holds what a
 * second brings: after a second of quiet that many may come at once.
 *
 * Two rows as in prefix_counts.h: of its two buckets a network has the fuller, and
 * an event only takes from a bucket what that one has to spare (conservative
 * update).  Nothing is created or evicted.
 */
#ifndef WEIR_FLOW_PREFIX_RATES_H
#define WEIR_FLOW_PREFIX_RATES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct prefix_rates {
	uint64_t *full_ns; /* by cell: when its bucket is full; NULL where nothing is limited */
	uint32_t width;	   /* cells in a row */
	uint64_t event_ns; /* time that brings room for one event */
};

size_t prefix_rates_bytes(uint32_t width);

/* `memory` is 8-aligned and has prefix_rates_bytes(width); neither number is 0. */
void prefix_rates_init(struct prefix_rates *rates, void *memory, uint32_t width,
		       uint32_t per_second);

/* May one more event of this network happen now?  Asking takes nothing. */
bool prefix_rates_allows(const struct prefix_rates *rates, uint64_t hash, uint64_t now_ns);

/* It happens, allowed or not. */
void prefix_rates_charge(struct prefix_rates *rates, uint64_t hash, uint64_t now_ns);

#endif
