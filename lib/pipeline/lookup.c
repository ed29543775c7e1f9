/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Second stage: hash the keys that no batch has hashed, find all flows, and start
 * fetching what the segment stage is going to read of each.
 */

#include <rte_prefetch.h>

#include "stages.h"

/* 56 octets in an array: seven in eight lie across two lines. */
static void
prefetch_tcb(const struct tcp_tcb *tcb)
{
	rte_prefetch0(tcb);
	rte_prefetch0((const uint8_t *)(tcb + 1) - 1);
}

/* Batches have been hashed while the others were still classified. */
static void
hash_singles(const struct tcp_engine *engine, struct burst *burst)
{
	uint64_t singles = burst_all(burst) & ~burst->batched;

	flow_hash_burst(&engine->flow_hash, burst->keys, singles, burst->hashes);
	for (uint64_t left = singles; left != 0; left &= left - 1)
		flow_pool_prefetch(&engine->flows, burst->hashes[__builtin_ctzll(left)]);
}

void
pipeline_lookup(struct weir_core *core, struct burst *burst)
{
	struct tcp_engine *engine = &core->tcp;
	uint64_t guesses;

	burst->has_new_flow = false;
	burst->known = 0;
	if (burst->count == 0)
		return;
	hash_singles(engine, burst);
	guesses = flow_pool_guess_burst(&engine->flows, burst->hashes, burst->count, burst->found);
	burst_unbatch_set(burst, guesses & burst->batched);
	burst->known = flow_pool_settle_burst(&engine->flows, burst->hashes, burst->keys, guesses,
					      burst->found);
	for (uint64_t left = burst->known; left != 0; left &= left - 1)
		prefetch_tcb(tcp_engine_tcb(engine, burst->found[__builtin_ctzll(left)]));
	if (engine->time_wait.live == 0)
		return;
	for (uint64_t left = burst_all(burst) & ~burst->known; left != 0; left &= left - 1)
		tag_table_prefetch(&engine->time_wait.index, burst->hashes[__builtin_ctzll(left)]);
}
