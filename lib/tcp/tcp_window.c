/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Two rules pull in different directions: the right edge never moves left
 * (SHLD-14), and it moves right only in steps worth a segment (MUST-39).  The
 * trap is scaling: the field counts in units of 2^shift, so what was promised
 * is rounded up and what is new is rounded down.
 */
#include "tcp_window.h"

#include <rte_common.h>

uint16_t
tcp_window_of_syn(const struct tcp_config *config)
{
	return (uint16_t)RTE_MIN(config->receive_buffer, (uint32_t)UINT16_MAX);
}

/* The step below which an opening is not worth telling (RFC 9293, 3.8.6.2.2). */
static uint32_t
step(const struct tcp_config *config, const struct tcp_tcb *tcb)
{
	return RTE_MIN(config->receive_buffer / 2, (uint32_t)tcb->mss);
}

static uint32_t
room(const struct tcp_config *config, uint32_t unread)
{
	return config->receive_buffer > unread ? config->receive_buffer - unread : 0;
}

uint16_t
tcp_window_advertise(const struct tcp_config *config, struct tcp_tcb *tcb, uint32_t unread)
{
	unsigned int shift = tcb_rcv_shift(tcb);
	uint32_t promised = tcb_rcv_edge(tcb) - tcb->rcv_nxt;
	uint32_t window = room(config, unread);
	uint32_t field;

	if (window < promised + step(config, tcb))
		field = (promised + (1u << shift) - 1) >> shift;
	else
		field = window >> shift;
	tcb->rcv_wnd = (uint16_t)RTE_MIN(field, (uint32_t)UINT16_MAX);
	tcb->last_ack_sent = tcb->rcv_nxt;
	return tcb->rcv_wnd;
}

bool
tcp_window_has_opened(const struct tcp_config *config, const struct tcp_tcb *tcb, uint32_t unread)
{
	uint32_t promised = tcb_rcv_edge(tcb) - tcb->rcv_nxt;
	uint32_t most = (uint32_t)UINT16_MAX << tcb_rcv_shift(tcb);
	uint32_t window = RTE_MIN(room(config, unread), most);

	if (promised < tcb->mss)
		return window >= promised + step(config, tcb);
	return window >= promised + config->receive_buffer / 2;
}
