/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The flows of one core: a fixed array of records, a free list through it, and
 * the table that finds them.  A flow is in the table from creation until
 * flow_pool_unlink(); it keeps its record, out of reach of lookups, until
 * flow_pool_free().
 */
#ifndef WEIR_FLOW_FLOW_POOL_H
#define WEIR_FLOW_FLOW_POOL_H

#include <stddef.h>
#include <stdint.h>

#include "flow.h"
#include "tag_table.h"

struct flow_pool {
	struct flow *flows;
	struct tag_table table;
	uint32_t capacity;
	uint32_t used; /* records not on the free list */
	uint32_t free; /* head of the free list, FLOW_NONE when empty */
};

size_t flow_pool_bytes(uint32_t capacity);

/* `memory` is 64-aligned and has flow_pool_bytes(capacity). */
void flow_pool_init(struct flow_pool *pool, void *memory, uint32_t capacity);

static inline struct flow *
flow_pool_get(const struct flow_pool *pool, uint32_t idx)
{
	return &pool->flows[idx];
}

static inline uint32_t
flow_pool_index(const struct flow_pool *pool, const struct flow *flow)
{
	return (uint32_t)(flow - pool->flows);
}

/* FLOW_NONE if there is none. */
uint32_t flow_pool_lookup(const struct flow_pool *pool, uint64_t hash, const struct flow_key *key);

/* Where keys of such a hash are looked for first: fetch that some time before the guess. */
static inline void
flow_pool_prefetch(const struct flow_pool *pool, uint64_t hash)
{
	tag_table_prefetch(&pool->table, hash);
}

/*
 * Up to FLOW_BURST_MAX keys, by their hashes alone: found[i] is FLOW_NONE or a guess,
 * whose record is prefetched.  Returns which are guesses, bit by key: these
 * are settled by flow_pool_settle_burst().
 */
uint64_t flow_pool_guess_burst(const struct flow_pool *pool, const uint64_t *hashes, uint32_t count,
			       uint32_t *found);

/*
 * Make of those `guesses` in `found` what is true, an index or FLOW_NONE; a guess is
 * wrong only where two tags in one bucket agree.  Returns which were found.
 */
uint64_t flow_pool_settle_burst(const struct flow_pool *pool, const uint64_t *hashes,
				const struct flow_key *keys, uint64_t guesses, uint32_t *found);

/*
 * A fresh record, zeroed but for its key, in the table under `hash`, which is
 * the key's; its timer is not armed.  FLOW_NONE when the pool is full.  The key
 * must not be there yet.
 */
uint32_t flow_pool_create(struct flow_pool *pool, uint64_t hash, const struct flow_key *key);

/* Out of the table, where it stands under `hash`; the key may be used again at once. */
void flow_pool_unlink(struct flow_pool *pool, uint64_t hash, uint32_t idx);

/* Give an unlinked record back. Its timer must not be armed. */
void flow_pool_free(struct flow_pool *pool, uint32_t idx);

#endif
