/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Flows that found the deferred list full: an application that turns to thousands
 * of connections in one turn can bring that about.  Their marks stand in their
 * records, so a walk over all records, some per turn, finds them.
 *
 * The trap: one that is parked, or whose FIN waits behind paused text, has a mark
 * and no place in the list by right.
 */

#include "stages.h"

/* Looked at per turn. */
#define SEEN_MAX 4096

static bool
has_no_place(const struct flow *flow)
{
	const uint8_t marks = (uint8_t) ~(TCP_DEFER_LISTED | TCP_DEFER_PEER_FIN);

	return (flow->deferred & marks) != 0 && (flow->deferred & TCP_DEFER_LISTED) == 0;
}

void
pipeline_relist(struct weir_core *core)
{
	struct tcp_engine *engine = &core->tcp;
	uint32_t seen = 0, idx;

	if (engine->deferred_missed) {
		engine->deferred_missed = false;
		core->relist_left = engine->flows.capacity;
	}
	for (; core->relist_left > 0 && seen < SEEN_MAX; seen++) {
		if (engine->deferred_count >= TCP_DEFERRED_MAX - TCP_DEFERRED_RESERVE)
			return;
		idx = --core->relist_left;
		if (has_no_place(flow_pool_get(&engine->flows, idx)))
			tcp_defer(engine, idx, 0);
	}
}
