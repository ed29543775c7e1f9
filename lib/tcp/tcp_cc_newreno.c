/* SPDX-License-Identifier: BSD-3-Clause */

/* Congestion avoidance as it always was: one segment a window, half after a loss (RFC 5681). */
#include "tcp_cc.h"

#include <stddef.h>

/* RFC 5681, 3.1, and RFC 3465: octets are counted, not ACKs. */
static void
avoid(const struct tcp_tcb *tcb, struct tcp_transfer *transfer, uint32_t acked, uint32_t now_ms)
{
	uint32_t *counted = &transfer->cc_state.newreno.acked;

	(void)now_ms;
	*counted += acked;
	if (*counted >= transfer->cwnd) {
		*counted -= transfer->cwnd;
		transfer->cwnd += tcb->mss;
	}
}

static void
forget(struct tcp_transfer *transfer)
{
	transfer->cc_state.newreno.acked = 0;
}

/* RFC 5681, equation 4; by half for ECN too (RFC 3168, 6.1.2). */
static uint32_t
on_congestion(const struct tcp_tcb *tcb, struct tcp_transfer *transfer, uint32_t flight,
	      enum tcp_congestion congestion)
{
	(void)congestion;
	forget(transfer);
	return tcp_cc_ssthresh_floor(tcb, flight / 2);
}

const struct tcp_cc tcp_cc_newreno = {
	.avoid = avoid,
	.on_congestion = on_congestion,
	.on_undo = forget,
	.on_restart = forget,
};
