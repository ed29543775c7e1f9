/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * ESTABLISHED: text in both directions (RFC 9293, 3.10.7.4).
 *
 *	FIN	-> CLOSE-WAIT	the peer has closed, we may still send
 *
 * Our own close, which leads to FIN-WAIT-1, is the user's call: tcp_user.c.
 */
#include "tcp_states.h"

#include "check.h"
#include "tcp_state.h"
#include "tcp_steps.h"
#include "tcp_urgent.h"

enum drop_reason
tcp_input_established(struct tcp_engine *engine, uint32_t idx, struct tcp_seg *seg)
{
	struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);
	enum drop_reason reason;
	bool fin_is_next;

	check(tcb->state == TCPS_ESTABLISHED);

	/* First to fourth: sequence number, RST, security (not used), SYN. */
	reason = tcp_check_synchronized(engine, idx, seg);
	if (reason != DROP_NONE || tcb->state == TCPS_CLOSED)
		return reason;

	/* Fifth: ACK. */
	reason = tcp_take_ack(engine, idx, seg);
	if (reason != DROP_NONE)
		return reason;

	/* Sixth and seventh: URG, text. */
	tcp_take_urgent(engine, idx, seg);
	reason = tcp_take_text(engine, idx, seg, &fin_is_next);

	/* Eighth: FIN. */
	if (fin_is_next) {
		tcp_take_fin(engine, idx);
		tcp_enter(tcb, TCPS_CLOSE_WAIT);
	}
	return reason;
}
