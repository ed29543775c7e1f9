/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Two rules pull in different directions: the right edge never moves left
 * (SHLD-14), and it moves right only in steps worth a segment (MUST-39).  The
 * trap is scaling: the field counts in units of 2^shift, so what was promised
 * is rounded up and what is new is rounded down.
 *
 * Growth.  A peer can have a window of octets under way in a round trip and no
 * more, so over a long path it is the window that bounds it; but a window is also a
 * promise of memory, which a slow reader would let us keep.  So the buffer begins at
 * the configuration's size and doubles whenever the application has read as much as
 * it holds within two round trips.  That takes at least one, because what lies a
 * whole buffer beyond RCV.NXT can only be sent once the ACK of RCV.NXT is there.  A
 * slow reader never gets there, nor does a peer whom something else holds back.
 *
 * Where we have sent nothing that was acknowledged, the round trip is not known.
 * Then it is the shortest time in which a buffer was ever filled and read, which is
 * never less than a round trip; the first such time only sets it.  Growth that does
 * not shorten the time again ends by itself.
 *
 * What has grown belongs to the transfer and goes with it.
 */
#include "tcp_window.h"

#include <rte_common.h>

#include "tcp_seq.h"

/* A shorter round trip can not be told from the time that a turn takes. */
#define RTT_FLOOR_US 1000u

uint16_t
tcp_window_of_syn(const struct tcp_config *config)
{
	return (uint16_t)RTE_MIN(config->receive_buffer, (uint32_t)UINT16_MAX);
}

/* The step below which an opening is not worth telling (RFC 9293, 3.8.6.2.2). */
static uint32_t
step(uint32_t buffer, const struct tcp_tcb *tcb)
{
	return RTE_MIN(buffer / 2, (uint32_t)tcb->mss);
}

static uint32_t
room(uint32_t buffer, uint32_t unread)
{
	return buffer > unread ? buffer - unread : 0;
}

uint16_t
tcp_window_advertise(uint32_t buffer, struct tcp_tcb *tcb, uint32_t unread)
{
	unsigned int shift = tcb_rcv_shift(tcb);
	uint32_t promised = tcb_rcv_edge(tcb) - tcb->rcv_nxt;
	uint32_t window = room(buffer, unread);
	uint32_t field;

	if (window < promised + step(buffer, tcb))
		field = (promised + (1u << shift) - 1) >> shift;
	else
		field = window >> shift;
	tcb->rcv_wnd = (uint16_t)RTE_MIN(field, (uint32_t)UINT16_MAX);
	tcb->last_ack_sent = tcb->rcv_nxt;
	return tcb->rcv_wnd;
}

bool
tcp_window_has_opened(uint32_t buffer, const struct tcp_tcb *tcb, uint32_t unread)
{
	uint32_t promised = tcb_rcv_edge(tcb) - tcb->rcv_nxt;
	uint32_t most = (uint32_t)UINT16_MAX << tcb_rcv_shift(tcb);
	uint32_t window = RTE_MIN(room(buffer, unread), most);

	if (promised < tcb->mss)
		return window >= promised + step(buffer, tcb);
	return window >= promised + buffer / 2;
}

/* So short a time for a buffer means that the buffer is what bounds the peer. */
static bool
is_fast(const struct tcp_tcb *tcb, struct tcp_transfer *transfer, uint32_t elapsed_us)
{
	uint32_t shortest = transfer->read_us_min;

	if (tcb->srtt_us != 0)
		return elapsed_us <= 2 * RTE_MAX((uint32_t)tcb->srtt_us, RTT_FLOOR_US);
	if (shortest == 0 || elapsed_us < shortest)
		transfer->read_us_min = RTE_MAX(elapsed_us, RTT_FLOOR_US);
	return shortest != 0 && elapsed_us <= shortest + shortest / 2;
}

/* With a scale the field may say as much as the buffer holds; without one, 65535. */
static uint32_t
most_growth(const struct tcp_config *config, const struct tcp_tcb *tcb)
{
	uint32_t most =
		RTE_MIN(config->receive_buffer_max, (uint32_t)UINT16_MAX << tcb_rcv_shift(tcb));

	return most > config->receive_buffer ? most - config->receive_buffer : 0;
}

void
tcp_window_note_read(const struct tcp_config *config, const struct tcp_tcb *tcb,
		     struct tcp_transfer *transfer, uint32_t now_us, bool buffers_short)
{
	uint32_t buffer = config->receive_buffer + transfer->grown;
	uint32_t elapsed_us = now_us - transfer->read_since_us;

	if (transfer->is_reading) {
		if (seq_lt(tcb->rcv_nxt, transfer->read_mark))
			return;
		if (is_fast(tcb, transfer, elapsed_us) && !buffers_short) {
			transfer->grown = RTE_MIN(2 * buffer - config->receive_buffer,
						  most_growth(config, tcb));
			buffer = config->receive_buffer + transfer->grown;
		}
	}
	transfer->is_reading = true;
	transfer->read_mark = tcb->rcv_nxt + buffer;
	transfer->read_since_us = now_us;
}
