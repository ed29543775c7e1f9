/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Last stage: each flow that was touched in this turn gets to send once, so that
 * one ACK, on text where there is some, answers a whole burst.
 */

#include "stages.h"
#include "tcp_output.h"
#include "tcp_user.h"

static void
unlist(struct tcp_engine *engine, uint32_t idx)
{
	struct flow *flow = flow_pool_get(&engine->flows, idx);

	flow->deferred = (uint8_t)(flow->deferred & ~TCP_DEFER_LISTED);
}

/* One that ended after it had had its turn with the applications. */
static bool
settle_closed(struct tcp_engine *engine, uint32_t idx)
{
	bool is_parked = pipeline_is_parked(engine, idx);

	if (!is_parked && tcb_has(tcp_engine_tcb(engine, idx), TCB_OPENED))
		return true; /* on_close is due */
	unlist(engine, idx);
	if (!is_parked)
		tcp_flow_free(engine, idx);
	return false;
}

static bool
output(struct weir_core *core, uint32_t idx)
{
	if (unlikely(tcp_engine_tcb(&core->tcp, idx)->state == TCPS_SYN_SENT))
		return pipeline_send_syn(core, idx);
	return tcp_output(&core->tcp, idx);
}

/* True if the flow must be seen again in the next turn; else it is not listed any more. */
static bool
emit_flow(struct weir_core *core, uint32_t idx)
{
	struct tcp_engine *engine = &core->tcp;
	const uint8_t sends = TCP_DEFER_OUTPUT | TCP_DEFER_ACK;
	const uint8_t events = TCP_DEFER_OPEN | TCP_DEFER_TEXT | TCP_DEFER_WRITABLE;
	struct flow *flow = flow_pool_get(&engine->flows, idx);

	if (tcp_engine_tcb(engine, idx)->state == TCPS_CLOSED)
		return settle_closed(engine, idx);
	if ((flow->deferred & sends) != 0) {
		if (output(core, idx))
			return true;
		flow->deferred = (uint8_t)(flow->deferred & ~sends);
	}
	if ((flow->deferred & events) != 0)
		return true;
	unlist(engine, idx);
	return false;
}

void
pipeline_emit(struct weir_core *core)
{
	struct tcp_engine *engine = &core->tcp;
	uint32_t kept = 0, idx;

	for (uint32_t i = 0; i < engine->deferred_count; i++) {
		idx = engine->deferred[i];
		if (idx != FLOW_NONE && emit_flow(core, idx))
			engine->deferred[kept++] = idx;
	}
	engine->deferred_count = kept;
}
