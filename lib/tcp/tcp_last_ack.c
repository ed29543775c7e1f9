/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * LAST-ACK: the peer closed first, then we did; our FIN is queued or out
 * (RFC 9293, 3.6).
 *
 *	ACK of our FIN	-> CLOSED, at once: the peer is the one that waits 2 MSL
 */
#include "tcp_states.h"

#include "check.h"
#include "tcp_state.h"
#include "tcp_steps.h"

enum drop_reason
tcp_input_last_ack(struct tcp_engine *engine, uint32_t idx, struct tcp_seg *seg)
{
	struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);
	enum drop_reason reason;

	check(tcb->state == TCPS_LAST_ACK);

	reason = tcp_check_synchronized(engine, idx, seg);
	if (reason != DROP_NONE || tcb->state == TCPS_CLOSED)
		return reason;
	reason = tcp_take_ack(engine, idx, seg);
	if (reason != DROP_NONE)
		return reason;
	if (tcb_fin_acked(tcb)) {
		tcp_finish(engine, idx, WEIR_CLOSE_NORMAL);
		return DROP_NONE;
	}
	return tcp_refuse_text(seg);
}
