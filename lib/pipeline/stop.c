/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The end of service: a walk over all flow records, some per turn, that gives
 * each live connection a FIN or a RST.
 *
 * The trap: a RST leaves through tx, which belongs to a turn, and its
 * connection's on_close must be called from within one.  So pipeline_stop() only
 * says what is wanted, and the walk is a part of pipeline_poll().
 */

#include "stages.h"
#include "tcp_user.h"

/* Told per turn: at most half of the room that is kept for replies. */
#define TOLD_MAX (TCP_TX_RESERVE / 2)

/* Looked at per turn: most records may be free. */
#define SEEN_MAX 4096

bool
pipeline_stop(struct weir_core *core, bool with_rst)
{
	if (!core->tcp.is_stopping || (with_rst && !core->stop_with_rst)) {
		core->tcp.is_stopping = true;
		core->stop_with_rst = with_rst;
		core->stop_next = 0;
	}
	return core->stop_next == core->tcp.flows.capacity;
}

/*
 * A listed flow's record stays until its on_close has been called.  One that is
 * parked (application.c) has no RST to send; what text it holds is given up.
 */
static bool
abort_flow(struct tcp_engine *engine, uint32_t idx)
{
	struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);

	if (!tcp_defer(engine, idx, TCP_DEFER_CLOSED))
		return false;
	tcp_user_abort(engine, idx);
	tcb_clear(tcb, TCB_REASON_MASK | TCB_PAUSED);
	tcb_set(tcb, WEIR_CLOSE_SHUTDOWN << TCB_REASON_SHIFT);
	return true;
}

/* False if the deferred list has no place: it comes first in the next turn. */
static bool
tell(struct weir_core *core, uint32_t idx)
{
	struct tcp_engine *engine = &core->tcp;
	uint8_t state = tcp_engine_tcb(engine, idx)->state;

	if (core->stop_with_rst || state == TCPS_SYN_SENT || state == TCPS_SYN_RECEIVED)
		return abort_flow(engine, idx);
	if (state != TCPS_CLOSED)
		tcp_user_close(engine, idx);
	return true;
}

/* Not free records, but those of parked connections. */
static bool
needs_telling(const struct tcp_engine *engine, uint32_t idx)
{
	const struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);

	return tcb->state != TCPS_CLOSED || tcb_has(tcb, TCB_OPENED);
}

void
pipeline_tell_stop(struct weir_core *core)
{
	struct tcp_engine *engine = &core->tcp;
	uint32_t told = 0, seen = 0;

	if (!engine->is_stopping)
		return;
	while (core->stop_next < engine->flows.capacity && told < TOLD_MAX && seen < SEEN_MAX) {
		if (needs_telling(engine, core->stop_next)) {
			if (!tell(core, core->stop_next))
				return;
			told++;
		}
		seen++;
		core->stop_next++;
	}
}
