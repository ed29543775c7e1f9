/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * CLOSE-WAIT: the peer has closed, we have not (RFC 9293, 3.10.7.4).  We send as
 * in ESTABLISHED; what comes is ACKs.  The peer's FIN sent again lies below
 * RCV.NXT and is acknowledged by the sequence check.
 */
#include "tcp_states.h"

#include "check.h"
#include "tcp_steps.h"

enum drop_reason
tcp_input_close_wait(struct tcp_engine *engine, uint32_t idx, struct tcp_seg *seg)
{
	struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);
	enum drop_reason reason;

	check(tcb->state == TCPS_CLOSE_WAIT);

	reason = tcp_check_synchronized(engine, idx, seg);
	if (reason != DROP_NONE || tcb->state == TCPS_CLOSED)
		return reason;
	reason = tcp_take_ack(engine, idx, seg);
	if (reason != DROP_NONE)
		return reason;
	return tcp_refuse_text(seg);
}
