/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * FIN-WAIT-1: we closed first; our FIN is queued or out, and not acknowledged.
 * RFC 9293, 3.6 and 3.10.7.4.
 *
 *	ACK of our FIN			-> FIN-WAIT-2
 *	FIN, ours unacknowledged	-> CLOSING	both sides closed at once
 *	FIN and ACK of our FIN		-> TIME-WAIT
 *
 * Only our sending half is closed.  Text is taken as in ESTABLISHED.
 */
#include "tcp_states.h"

#include "check.h"
#include "tcp_state.h"
#include "tcp_steps.h"
#include "tcp_timers.h"
#include "tcp_urgent.h"

enum drop_reason
tcp_input_fin_wait_1(struct tcp_engine *engine, uint32_t idx, struct tcp_seg *seg)
{
	struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);
	enum drop_reason reason;
	bool fin_is_next;

	check(tcb->state == TCPS_FIN_WAIT_1);

	/* First to fourth: sequence number, RST, security (not used), SYN. */
	reason = tcp_check_synchronized(engine, idx, seg);
	if (reason != DROP_NONE || tcb->state == TCPS_CLOSED)
		return reason;

	/* Fifth: ACK. */
	reason = tcp_take_ack(engine, idx, seg);
	if (reason != DROP_NONE)
		return reason;
	if (tcb_fin_acked(tcb)) {
		tcp_enter(tcb, TCPS_FIN_WAIT_2);
		tcp_timer_restart(engine, idx);
	}

	/* Sixth and seventh: URG, text. */
	tcp_take_urgent(engine, idx, seg);
	reason = tcp_take_text(engine, idx, seg, &fin_is_next);

	/* Eighth: FIN, but never across a hole: RCV.NXT would step over it. */
	if (fin_is_next) {
		tcp_take_fin(engine, idx);
		if (tcb->state == TCPS_FIN_WAIT_2)
			tcp_enter_time_wait(engine, idx);
		else
			tcp_enter(tcb, TCPS_CLOSING);
	}
	return reason;
}
