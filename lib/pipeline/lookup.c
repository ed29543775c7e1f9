/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Second stage: hash all keys of the burst, find all flows, and start fetching
 * what the segment stage is going to read of each.
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

void
pipeline_lookup(struct weir_core *core, struct burst *burst)
{
	struct tcp_engine *engine = &core->tcp;
	bool look_for_time_wait = engine->time_wait.live > 0;

	burst->has_new_flow = false;
	if (burst->count == 0)
		return;
	flow_hash_burst(&engine->flow_hash, burst->keys, burst->count, burst->hashes);
	flow_pool_lookup_burst(&engine->flows, burst->hashes, burst->keys, burst->count,
			       burst->found);
	for (uint32_t i = 0; i < burst->count; i++) {
		if (burst->found[i] != FLOW_NONE)
			prefetch_tcb(tcp_engine_tcb(engine, burst->found[i]));
		else if (look_for_time_wait)
			tag_table_prefetch(&engine->time_wait.index, burst->hashes[i]);
	}
}
