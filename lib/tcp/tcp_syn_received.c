/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * SYN-RECEIVED: the peer's SYN is here, our SYN-ACK is out (RFC 9293, 3.10.7.4).
 *
 *	ACK of our SYN	-> ESTABLISHED	and the segment goes on there
 *	RST		-> the entry is gone
 *
 * There are two ways into it, and the record says which (MUST-11).  A client's SYN
 * that is in the SYN queue (with cookies that does not exist): its end is silent, as
 * if back in LISTEN.  Or both sides have opened at once (MUST-10): then our
 * application hears that it was refused, and a new SYN is challenged, not believed.
 * There the ACK of our SYN may come with the peer's own SYN again (figure 8).
 */
#include "tcp_states.h"

#include "check.h"
#include "tcp_connect.h"
#include "tcp_emit.h"
#include "tcp_input.h"
#include "tcp_open.h"
#include "tcp_seq.h"
#include "tcp_state.h"
#include "tcp_steps.h"

static bool
is_ours(const struct tcp_engine *engine, uint32_t idx)
{
	return flow_is_outgoing(flow_pool_get(&engine->flows, idx));
}

static enum drop_reason
take_rst(struct tcp_engine *engine, uint32_t idx, const struct tcp_tcb *tcb,
	 const struct tcp_seg *seg)
{
	if (seg->seq == tcb->rcv_nxt && is_ours(engine, idx)) {
		tcp_finish(engine, idx, WEIR_CLOSE_REFUSED);
		return DROP_NONE;
	}
	if (seg->seq == tcb->rcv_nxt) {
		counter_increment(engine->counters, COUNTER_syn_queue_reset);
		tcp_finish(engine, idx, WEIR_CLOSE_RESET);
		return DROP_NONE;
	}
	if (seq_gt(seg->seq, tcb->rcv_nxt) && seq_lt(seg->seq, tcb_rcv_edge(tcb))) {
		tcp_emit_challenge_ack(engine, idx);
		return DROP_rst_challenged;
	}
	return DROP_seq_outside_window;
}

/*
 * The client's SYN again: our answer was lost or is late, so it gets it again.
 * Another SYN in the window means that the client has begun anew: the entry
 * makes room, and the SYN's next copy finds LISTEN.  One outside may be old; the
 * ACK lets a live client object with a RST (RFC 9293, 3.5, figure 7).
 */
static enum drop_reason
take_syn(struct tcp_engine *engine, uint32_t idx, const struct tcp_tcb *tcb,
	 const struct tcp_seg *seg)
{
	if (seg->seq == tcb->rcv_nxt - 1 && (seg->flags & TH_ACK) == 0) {
		counter_increment(engine->counters, COUNTER_syn_ack_retransmitted);
		tcp_emit_syn_ack(engine, idx);
		return DROP_NONE;
	}
	if (seq_geq(seg->seq, tcb->rcv_nxt) && seq_lt(seg->seq, tcb_rcv_edge(tcb)) &&
	    !is_ours(engine, idx)) {
		tcp_finish(engine, idx, WEIR_CLOSE_RESET);
		return DROP_NONE;
	}
	tcp_emit_challenge_ack(engine, idx);
	return DROP_syn_challenged;
}

/* Of two SYN-ACKs that cross, the peer's: <SEQ=IRS><ACK=ISS+1><CTL=SYN,ACK>. */
static bool
is_crossing_syn_ack(const struct tcp_engine *engine, uint32_t idx, const struct tcp_tcb *tcb,
		    const struct tcp_seg *seg)
{
	return (seg->flags & (TH_SYN | TH_ACK)) == (TH_SYN | TH_ACK) && is_ours(engine, idx) &&
	       seg->seq == tcb->rcv_nxt - 1 && seg->ack == tcb->snd_nxt;
}

static enum drop_reason
establish(struct tcp_engine *engine, uint32_t idx, struct tcp_seg *seg)
{
	enum drop_reason reason;

	if (is_ours(engine, idx)) {
		tcp_connect_established(engine, idx, seg);
		return tcp_input_flow(engine, idx, seg);
	}
	reason = tcp_open_queued(engine, idx, seg);
	return reason == DROP_NONE ? tcp_input_established(engine, idx, seg) : reason;
}

enum drop_reason
tcp_input_syn_received(struct tcp_engine *engine, uint32_t idx, struct tcp_seg *seg)
{
	struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);
	enum drop_reason reason;

	check(tcb->state == TCPS_SYN_RECEIVED);
	if (seg->options_bad)
		return DROP_tcp_option_bad;
	if (seg->flags & TH_RST)
		return take_rst(engine, idx, tcb, seg);
	if (is_crossing_syn_ack(engine, idx, tcb, seg))
		tcp_connect_strip_syn(tcb, seg);
	if (seg->flags & TH_SYN)
		return take_syn(engine, idx, tcb, seg);

	/* First: timestamp and sequence number. */
	reason = tcp_check_synchronized(engine, idx, seg);
	if (reason != DROP_NONE)
		return reason;

	/* Fifth: the ACK must be of our SYN, else it is no half of this handshake. */
	if ((seg->flags & TH_ACK) == 0)
		return DROP_ack_missing;
	if (seg->ack != tcb->snd_nxt) {
		tcp_reply_rst(engine, seg);
		return DROP_ack_outside_window;
	}
	return establish(engine, idx, seg);
}
