/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * SYN-SENT: our SYN is out, or about to be (RFC 9293, 3.10.7.3).
 *
 *	ACK of something else	-> RST		a peer that still has an old connection
 *						drops it, and our next SYN finds it free
 *	RST with ACK of our SYN	-> CLOSED	nobody listens there
 *	SYN with ACK of our SYN	-> ESTABLISHED	and its text and FIN count
 *	SYN alone		-> SYN-RECEIVED	both sides have opened at once (MUST-10)
 *	anything else		-> dropped
 *
 * Text on a SYN without ACK is not taken and not acknowledged, as in LISTEN: the peer
 * sends it again.  RFC 5961 adds nothing here (RFC 9293, erratum 8167).
 */
#include "tcp_states.h"

#include <string.h>

#include "check.h"
#include "frame.h"
#include "tcp_connect.h"
#include "tcp_emit.h"
#include "tcp_open.h"
#include "tcp_seq.h"
#include "tcp_state.h"
#include "tcp_timers.h"

static bool
ack_is_acceptable(const struct tcp_tcb *tcb, const struct tcp_seg *seg)
{
	return seq_gt(seg->ack, tcb->snd_una) && seq_leq(seg->ack, tcb->snd_nxt);
}

/* What the peer's SYN says, with ACK or without. */
static void
take_offer(struct tcp_engine *engine, struct tcp_tcb *tcb, const struct tcp_seg *seg)
{
	struct tcp_peer peer = tcp_peer_of(seg);
	struct cookie_options agreed;

	tcp_open_agree(engine->config, &seg->options, &agreed);
	tcp_open_take_options(engine, tcb, &agreed, &peer);
	tcb->rcv_nxt = seg->seq + 1;
	tcp_open_promise_window(engine->config, tcb);
}

/* The peer's SYN shows the way to it, even if nobody has told us yet where it is. */
static enum drop_reason
cross(struct tcp_engine *engine, uint32_t idx, struct tcp_tcb *tcb, const struct tcp_seg *seg)
{
	struct flow *flow = flow_pool_get(&engine->flows, idx);

	memcpy(flow->peer_mac, seg->frame->mac_source, sizeof(flow->peer_mac));
	flow->deferred &= (uint8_t)~TCP_DEFER_OUTPUT;
	tcb->snd_nxt = tcb->snd_una + 1;
	take_offer(engine, tcb, seg);
	tcp_enter(tcb, TCPS_SYN_RECEIVED);
	counter_increment(engine->counters, COUNTER_syn_ack_sent);
	tcp_emit_syn_ack(engine, idx);
	tcp_timer_restart(engine, idx);
	return DROP_NONE;
}

enum drop_reason
tcp_input_syn_sent(struct tcp_engine *engine, uint32_t idx, struct tcp_seg *seg)
{
	struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);
	bool has_ack = (seg->flags & TH_ACK) != 0;

	check(tcb->state == TCPS_SYN_SENT);
	if (seg->options_bad)
		return DROP_tcp_option_bad;

	/* First: ACK. */
	if (has_ack && !ack_is_acceptable(tcb, seg)) {
		if ((seg->flags & TH_RST) == 0)
			tcp_reply_rst(engine, seg);
		return DROP_ack_outside_window;
	}

	/* Second: RST. */
	if (seg->flags & TH_RST) {
		if (!has_ack)
			return DROP_ack_missing;
		tcp_finish(engine, idx, WEIR_CLOSE_REFUSED);
		return DROP_NONE;
	}

	/* Third: security is not used.  Fourth: SYN. */
	if ((seg->flags & TH_SYN) == 0)
		return DROP_syn_sent_stray;
	if (!has_ack)
		return seg->flags & TH_FIN ? DROP_tcp_flags_nonsense : cross(engine, idx, tcb, seg);
	take_offer(engine, tcb, seg);
	tcp_connect_strip_syn(tcb, seg);
	tcp_connect_established(engine, idx, seg);

	/* Sixth to eighth, as for what comes after: URG, text, FIN. */
	return tcp_input_established(engine, idx, seg);
}
