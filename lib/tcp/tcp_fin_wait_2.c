/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * FIN-WAIT-2: our FIN is acknowledged, the peer still sends (RFC 9293, 3.6).
 *
 *	FIN	-> TIME-WAIT
 *
 * A peer that never sends it would keep us here for ever, so a timer of our own
 * ends the wait (tcp_timers.h); the RFC has none.
 */
#include "tcp_states.h"

#include "check.h"
#include "tcp_state.h"
#include "tcp_steps.h"
#include "tcp_timers.h"
#include "tcp_urgent.h"

enum drop_reason
tcp_input_fin_wait_2(struct tcp_engine *engine, uint32_t idx, struct tcp_seg *seg)
{
	struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);
	enum drop_reason reason;
	bool fin_is_next;

	check(tcb->state == TCPS_FIN_WAIT_2);

	reason = tcp_check_synchronized(engine, idx, seg);
	if (reason != DROP_NONE || tcb->state == TCPS_CLOSED)
		return reason;
	reason = tcp_take_ack(engine, idx, seg);
	if (reason != DROP_NONE)
		return reason;
	tcp_take_urgent(engine, idx, seg);
	reason = tcp_take_text(engine, idx, seg, &fin_is_next);
	if (fin_is_next) {
		tcp_take_fin(engine, idx);
		tcp_enter_time_wait(engine, idx);
	} else if (seg->len > 0) {
		tcp_timer_restart(engine, idx); /* the peer is at work: wait on */
	}
	return reason;
}
