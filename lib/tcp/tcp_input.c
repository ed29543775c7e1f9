/* SPDX-License-Identifier: BSD-3-Clause */

#include "tcp_input.h"

#include "check.h"
#include "tcp_emit.h"
#include "tcp_states.h"

/* LISTEN and TIME-WAIT have no record. */
static const tcp_input_fn input_by_state[TCPS_N] = {
	[TCPS_SYN_SENT] = tcp_input_syn_sent,	    [TCPS_SYN_RECEIVED] = tcp_input_syn_received,
	[TCPS_ESTABLISHED] = tcp_input_established, [TCPS_CLOSE_WAIT] = tcp_input_close_wait,
	[TCPS_FIN_WAIT_1] = tcp_input_fin_wait_1,   [TCPS_FIN_WAIT_2] = tcp_input_fin_wait_2,
	[TCPS_CLOSING] = tcp_input_closing,	    [TCPS_LAST_ACK] = tcp_input_last_ack,
};

enum drop_reason
tcp_input_flow(struct tcp_engine *engine, uint32_t idx, struct tcp_seg *seg)
{
	const struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);

	check(input_by_state[tcb->state] != NULL);
	return input_by_state[tcb->state](engine, idx, seg);
}

/* RFC 9293, 3.10.7.1. */
enum drop_reason
tcp_input_closed(struct tcp_engine *engine, struct tcp_seg *seg)
{
	if (seg->flags & TH_RST)
		return DROP_rst_no_connection;
	tcp_reply_rst(engine, seg);
	return DROP_no_listener;
}
