/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * CLOSING: both sides closed at once; the peer's FIN is here, our own is not
 * acknowledged (RFC 9293, 3.6, figure 13).
 *
 *	ACK of our FIN	-> TIME-WAIT
 */
#include "tcp_states.h"

#include "check.h"
#include "tcp_state.h"
#include "tcp_steps.h"

enum drop_reason
tcp_input_closing(struct tcp_engine *engine, uint32_t idx, struct tcp_seg *seg)
{
	struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);
	enum drop_reason reason;

	check(tcb->state == TCPS_CLOSING);

	reason = tcp_check_synchronized(engine, idx, seg);
	if (reason != DROP_NONE || tcb->state == TCPS_CLOSED)
		return reason;
	reason = tcp_take_ack(engine, idx, seg);
	if (reason != DROP_NONE)
		return reason;
	if (tcb_fin_acked(tcb)) {
		tcp_enter_time_wait(engine, idx);
		return DROP_NONE;
	}
	return tcp_refuse_text(seg);
}
