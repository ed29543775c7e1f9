/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * How many connections each network has, in memory of fixed size: two rows of
 * counters, and a network counts in one cell of each.  Its count is the smaller
 * of the two: what others in the same cell have only adds to it, so it is never
 * below the truth, and it is the truth unless others share both cells.
 *
 * Why no table of networks: that can be full, and then somebody must be refused
 * or forgotten.  Here nothing is created or evicted, and what is added is taken
 * away again to the last one.  What it costs: with as many cells in a row as there
 * can be connections, fewer than one cell in `limit` is at the limit, so a network
 * that is innocent is refused with a chance below 1 / limit^2.  Which networks
 * share a cell depends on the key of the hash: nobody can choose his victim.
 */
#ifndef WEIR_FLOW_PREFIX_COUNTS_H
#define WEIR_FLOW_PREFIX_COUNTS_H

#include <stddef.h>
#include <stdint.h>

struct prefix_counts {
	uint32_t *cells; /* one row after the other; NULL where nothing is counted */
	uint32_t width;	 /* cells in a row */
	uint32_t total;	 /* added and not yet taken away, over all networks */
};

size_t prefix_counts_bytes(uint32_t width);

/* `memory` is 4-aligned and has prefix_counts_bytes(width); `width` is not 0. */
void prefix_counts_init(struct prefix_counts *counts, void *memory, uint32_t width);

/* `hash` is source_prefix_hash() of the network. */
uint32_t prefix_counts_get(const struct prefix_counts *counts, uint64_t hash);
void prefix_counts_add(struct prefix_counts *counts, uint64_t hash);

/* Undoes one prefix_counts_add() of the same network. */
void prefix_counts_remove(struct prefix_counts *counts, uint64_t hash);

#endif
