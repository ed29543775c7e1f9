/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * A free record keeps the link of the free list in the place of its timer node,
 * and has no remote address: "::" is nobody's, so that tells it from one in use.
 */

#include "flow_pool.h"

#include <string.h>

#include <rte_prefetch.h>

#include "check.h"

static_assert(FLOW_NONE == TAG_NOT_FOUND, "the table's answer is ours");

/* What the table asks about: is this flow the one with that key? */
struct wanted {
	const struct flow *flows;
	const struct flow_key *key;
};

static bool
is_wanted(const void *arg, uint32_t idx)
{
	const struct wanted *wanted = arg;

	return flow_key_equal(&wanted->flows[idx].key, wanted->key);
}

static bool
is_free(const struct flow *flow)
{
	return flow->key.remote.half[0] == 0 && flow->key.remote.half[1] == 0;
}

static void
give_back(struct flow_pool *pool, uint32_t idx)
{
	struct flow *flow = &pool->flows[idx];

	memset(flow, 0, sizeof(*flow));
	timer_node_init(&flow->timer);
	flow->timer.next = pool->free;
	pool->free = idx;
}

size_t
flow_pool_bytes(uint32_t capacity)
{
	return (size_t)capacity * sizeof(struct flow) + tag_table_bytes(capacity);
}

void
flow_pool_init(struct flow_pool *pool, void *memory, uint32_t capacity)
{
	*pool = (struct flow_pool){
		.flows = memory,
		.capacity = capacity,
		.free = FLOW_NONE,
	};
	tag_table_init(&pool->table, pool->flows + capacity, capacity);
	for (uint32_t idx = capacity; idx > 0; idx--)
		give_back(pool, idx - 1);
}

uint32_t
flow_pool_lookup(const struct flow_pool *pool, uint64_t hash, const struct flow_key *key)
{
	struct wanted wanted = {pool->flows, key};

	return tag_table_lookup(&pool->table, hash, is_wanted, &wanted);
}

uint64_t
flow_pool_guess_burst(const struct flow_pool *pool, const uint64_t *hashes, uint32_t count,
		      uint32_t *found)
{
	uint64_t guesses = 0;

	check(count <= FLOW_BURST_MAX);
	for (uint32_t i = 0; i < count; i++) {
		found[i] = tag_table_guess(&pool->table, hashes[i]);
		if (found[i] != FLOW_NONE) {
			rte_prefetch0(&pool->flows[found[i]]);
			guesses |= UINT64_C(1) << i;
		}
	}
	return guesses;
}

uint64_t
flow_pool_settle_burst(const struct flow_pool *pool, const uint64_t *hashes,
		       const struct flow_key *keys, uint64_t guesses, uint32_t *found)
{
	uint64_t known = 0;

	for (uint64_t left = guesses; left != 0; left &= left - 1) {
		uint32_t i = (uint32_t)__builtin_ctzll(left);

		if (!flow_key_equal(&pool->flows[found[i]].key, &keys[i]))
			found[i] = flow_pool_lookup(pool, hashes[i], &keys[i]);
		known |= found[i] != FLOW_NONE ? left & -left : 0;
	}
	return known;
}

uint32_t
flow_pool_create(struct flow_pool *pool, uint64_t hash, const struct flow_key *key)
{
	uint32_t idx = pool->free;
	struct flow *flow;

	if (idx == FLOW_NONE || !tag_table_insert(&pool->table, hash, idx))
		return FLOW_NONE;
	flow = &pool->flows[idx];
	check(is_free(flow));
	pool->free = flow->timer.next;
	pool->used++;
	timer_node_init(&flow->timer);
	flow->key = *key;
	check(!is_free(flow));
	return idx;
}

void
flow_pool_unlink(struct flow_pool *pool, uint64_t hash, uint32_t idx)
{
	check(!is_free(&pool->flows[idx]));
	tag_table_remove(&pool->table, hash, idx);
}

void
flow_pool_free(struct flow_pool *pool, uint32_t idx)
{
	const struct flow *flow = &pool->flows[idx];

	check(!is_free(flow));
	check(!timer_node_is_armed(&flow->timer));
	check(pool->used > 0);
	pool->used--;
	check(pool->table.used <= pool->used); /* or it was not unlinked */
	give_back(pool, idx);
}
