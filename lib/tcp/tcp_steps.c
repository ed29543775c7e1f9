/* SPDX-License-Identifier: BSD-3-Clause */

#include "tcp_steps.h"

#include <string.h>

#include "check.h"
#include "frame.h"
#include "tcp_ack.h"
#include "tcp_ecn.h"
#include "tcp_emit.h"
#include "tcp_loss.h"
#include "tcp_pmtu.h"
#include "tcp_pressure.h"
#include "tcp_reassembly.h"
#include "tcp_seq.h"
#include "tcp_state.h"
#include "tcp_timers.h"
#include "units.h"

/* RFC 7323, 5.5: after 24 days without a segment TS.Recent says nothing any more. */
#define TS_RECENT_TICKS_MAX ticks_in_ns(UINT64_C(24) * 86400 * NS_PER_SECOND)

#define PROBE_PAUSE_TICKS ticks_in_ms(1000)

static bool
ts_recent_is_valid(const struct tcp_engine *engine, const struct tcp_tcb *tcb)
{
	return engine->tick - tcb->last_rx <= TS_RECENT_TICKS_MAX;
}

/* RFC 7323, 3.2 and 5.3.  A RST is exempt. */
static enum drop_reason
check_timestamp(struct tcp_engine *engine, uint32_t idx, const struct tcp_tcb *tcb,
		const struct tcp_seg *seg)
{
	if (!tcb_has(tcb, TCB_TIMESTAMPS))
		return DROP_NONE;
	if (!seg->options.has_timestamps)
		return DROP_timestamp_missing;
	if (seq_lt(seg->options.tsval, tcb->ts_recent) && ts_recent_is_valid(engine, tcb)) {
		tcp_emit_challenge_ack(engine, idx);
		return DROP_paws;
	}
	return DROP_NONE;
}

/* RFC 5961, 3.2: only the very next octet's number is proof. */
static enum drop_reason
take_rst(struct tcp_engine *engine, uint32_t idx, const struct tcp_tcb *tcb,
	 const struct tcp_seg *seg)
{
	if (seg->seq == tcb->rcv_nxt) {
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
 * RFC 9293, table 6, wider at three edges where the strict table makes two TCPs
 * wait for each other: a segment at RCV.NXT counts even if the window is shut
 * (its text is cut off, its ACK and RST are not: MUST-66), so does an empty one
 * at the right edge, and one that covers the whole window.
 */
static bool
is_acceptable(const struct tcp_tcb *tcb, const struct tcp_seg *seg)
{
	uint32_t edge = tcb_rcv_edge(tcb);

	if (seg->seq == tcb->rcv_nxt)
		return true;
	if (seg->len == 0)
		return seq_gt(seg->seq, tcb->rcv_nxt) && seq_leq(seg->seq, edge);
	return seq_lt(seg->seq, edge) && seq_gt(seg->end, tcb->rcv_nxt);
}

static bool
may_have_earned(const struct tcp_tcb *tcb, const struct tcp_seg *seg)
{
	return seq_leq(seg->ack, tcb->snd_nxt) &&
	       seq_geq(seg->ack, tcb->snd_una - tcb_max_snd_wnd(tcb));
}

/*
 * One octet or none just below RCV.NXT: its ACK and window are news all the same.
 * After a pause it is a keep-alive, and the peer gives up without an answer: the
 * limit on challenge ACKs, whose period repeats, must not take one for another.
 */
static void
take_probe(struct tcp_engine *engine, uint32_t idx, struct tcp_tcb *tcb, struct tcp_seg *seg)
{
	if (engine->tick - tcb->last_rx > PROBE_PAUSE_TICKS)
		tcb_clear(tcb, TCB_CHALLENGED);
	if ((seg->flags & TH_ACK) == 0 || !may_have_earned(tcb, seg))
		return;
	tcp_take_ack(engine, idx, seg);
	if (!tcb_fin_acked(tcb))
		return;
	/*
	 * No other ACK of our FIN may come: where that one was lost, this is the peer's
	 * FIN sent again, and all that it still has to say.
	 */
	switch ((enum tcp_state)tcb->state) {
	case TCPS_FIN_WAIT_1:
		tcp_enter(tcb, TCPS_FIN_WAIT_2);
		tcp_timer_restart(engine, idx);
		break;
	case TCPS_CLOSING:
		tcp_emit_ack(engine, idx);
		tcp_enter_time_wait(engine, idx);
		break;
	case TCPS_LAST_ACK:
		tcp_finish(engine, idx, WEIR_CLOSE_NORMAL);
		break;
	default:
		break;
	}
}

/*
 * Text below RCV.NXT came again: a report (RFC 2883), if there is a place to keep it
 * until the ACK leaves.  None is made for that.
 */
static void
note_twice(struct tcp_engine *engine, const struct tcp_tcb *tcb, uint32_t left, uint32_t right)
{
	if (tcb_has(tcb, TCB_SACK) && tcb->transfer != TCP_TRANSFER_NONE)
		tcp_reassembly_note_twice(tcp_transfer_get(&engine->transfers, tcb->transfer), left,
					  right);
}

/* An unacceptable segment is answered with an ACK. */
static enum drop_reason
refuse_sequence(struct tcp_engine *engine, uint32_t idx, struct tcp_tcb *tcb, struct tcp_seg *seg)
{
	/* In SYN-RECEIVED an ACK below RCV.NXT completes nothing: nobody probes there. */
	if (seg->seq == tcb->rcv_nxt - 1 && seg->len <= 1 && tcb->state != TCPS_SYN_RECEIVED)
		take_probe(engine, idx, tcb, seg);
	if (tcb->state == TCPS_CLOSED)
		return DROP_seq_outside_window;
	/* Text that was here before is the peer's retransmission: answer each, it waits for it. */
	if (seg->len > 0)
		tcp_defer(engine, idx, TCP_DEFER_ACK);
	else
		tcp_emit_challenge_ack(engine, idx);
	if (seg->text_bytes == 0 || seq_gt(seg->end, tcb->rcv_nxt))
		return DROP_seq_outside_window;
	note_twice(engine, tcb, seg->seq, seg->seq + seg->text_bytes);
	return DROP_text_duplicate;
}

/*
 * Cut off what lies beyond the window.  Where that is all, the peer is probing a
 * window that is shut and must hear that it still is (RFC 9293, 3.8.6.1).
 */
static void
trim_to_window(struct tcp_engine *engine, uint32_t idx, const struct tcp_tcb *tcb,
	       struct tcp_seg *seg)
{
	uint32_t beyond, edge = tcb_rcv_edge(tcb);

	if (seq_leq(seg->end, edge))
		return;
	beyond = seg->end - edge;
	if (seg->flags & TH_FIN) {
		seg->flags &= (uint8_t)~TH_FIN;
		beyond--;
	}
	check(beyond <= seg->text_bytes);
	seg->text_bytes = (uint16_t)(seg->text_bytes - beyond);
	seg->len = seg->text_bytes;
	seg->end = seg->seq + seg->len;
	if (seg->len == 0)
		tcp_defer(engine, idx, TCP_DEFER_ACK);
}

/* The peer's router may have changed: believe a segment that is in the window. */
static void
note_return_path(struct tcp_engine *engine, uint32_t idx, const struct tcp_seg *seg)
{
	struct flow *flow = flow_pool_get(&engine->flows, idx);

	if (memcmp(flow->peer_mac, seg->frame->mac_source, sizeof(flow->peer_mac)) != 0)
		memcpy(flow->peer_mac, seg->frame->mac_source, sizeof(flow->peer_mac));
}

enum drop_reason
tcp_check_synchronized(struct tcp_engine *engine, uint32_t idx, struct tcp_seg *seg)
{
	struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);
	enum drop_reason reason;

	if (seg->options_bad)
		return DROP_tcp_option_bad;

	/* Second: RST.  Before the others: neither PAWS nor the length of its text matter. */
	if (seg->flags & TH_RST)
		return take_rst(engine, idx, tcb, seg);

	/* Fourth: SYN, whatever its number (RFC 5961, 4). */
	if (seg->flags & TH_SYN) {
		tcp_emit_challenge_ack(engine, idx);
		return DROP_syn_challenged;
	}

	/* First: timestamp, then sequence number. */
	reason = check_timestamp(engine, idx, tcb, seg);
	if (reason != DROP_NONE)
		return reason;
	if (!is_acceptable(tcb, seg))
		return refuse_sequence(engine, idx, tcb, seg);
	trim_to_window(engine, idx, tcb, seg);

	/* RFC 7323, 4.3: never from beyond a hole; backwards only if the old one has expired. */
	if (tcb_has(tcb, TCB_TIMESTAMPS) && seq_leq(seg->seq, tcb->last_ack_sent) &&
	    (seq_geq(seg->options.tsval, tcb->ts_recent) || !ts_recent_is_valid(engine, tcb)))
		tcb->ts_recent = seg->options.tsval;
	return DROP_NONE;
}

/* The peer echoes a mark on what we have sent: RFC 3168, 6.1.2. */
static void
note_congestion(struct tcp_engine *engine, const struct tcp_tcb *tcb)
{
	if (tcb->transfer == TCP_TRANSFER_NONE)
		return;
	if (tcp_loss_congestion(tcb, tcp_transfer_get(&engine->transfers, tcb->transfer)))
		counter_increment(engine->counters, COUNTER_ecn_reduced);
}

enum drop_reason
tcp_take_ack(struct tcp_engine *engine, uint32_t idx, struct tcp_seg *seg)
{
	struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);

	if ((seg->flags & TH_ACK) == 0)
		return DROP_ack_missing;

	/* RFC 5961, 5.2 (MAY-12). */
	if (!may_have_earned(tcb, seg)) {
		tcp_emit_challenge_ack(engine, idx);
		return DROP_ack_outside_window;
	}

	/* Now it is the peer's beyond reasonable doubt. */
	tcb->last_rx = engine->tick;
	note_return_path(engine, idx, seg);

	if (unlikely(tcb->ecn) && (seg->flags & TH_ECE) != 0)
		note_congestion(engine, tcb);
	if (seq_gt(seg->ack, tcb->snd_una))
		tcp_ack_advance(engine, idx, seg);
	else if (seg->ack == tcb->snd_una)
		tcp_ack_repeat(engine, idx, seg);
	tcp_ack_take_window(engine, idx, seg);
	return DROP_NONE;
}

struct tcp_transfer *
tcp_need_transfer(struct tcp_engine *engine, uint32_t idx)
{
	struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);
	uint32_t robbed;

	if (tcb->transfer == TCP_TRANSFER_NONE) {
		tcp_pmtu_end(engine, tcp_transfer_victim(&engine->transfers));
		tcb->transfer = tcp_transfer_create(&engine->transfers, idx, &robbed);
		if (robbed != FLOW_NONE)
			tcp_engine_tcb(engine, robbed)->transfer = TCP_TRANSFER_NONE;
		if (tcb->transfer == TCP_TRANSFER_NONE)
			return NULL;
		tcp_pmtu_begin(engine, idx);
		tcp_loss_init(tcb, tcp_transfer_get(&engine->transfers, tcb->transfer),
			      engine->config->congestion_control);
	}
	return tcp_transfer_get(&engine->transfers, tcb->transfer);
}

/* RFC 5681, 4.2: at once when something was out of order, else every second segment. */
static void
acknowledge_text(struct tcp_engine *engine, uint32_t idx, const struct tcp_tcb *tcb,
		 bool fills_hole)
{
	if (fills_hole || tcb_has(tcb, TCB_ACK_DELAYED))
		tcp_defer(engine, idx, TCP_DEFER_ACK);
	else
		tcp_timer_delay_ack(engine, idx);
}

static enum drop_reason
hold_text(struct tcp_engine *engine, uint32_t idx, struct tcp_transfer *transfer,
	  struct tcp_seg *seg)
{
	enum drop_reason reason = DROP_buffers_short;

	/* One duplicate ACK for each, but only when the burst is over (MUST-59). */
	if (transfer->dupacks_owed < UINT8_MAX)
		transfer->dupacks_owed++;
	tcp_defer(engine, idx, TCP_DEFER_ACK);
	if (!engine->buffers_short)
		reason =
			tcp_reassembly_hold(transfer, seg, engine->config->reassembly_segments_max);
	if (reason == DROP_NONE)
		counter_increment(engine->counters, COUNTER_segment_out_of_order);
	return reason;
}

static void
take_in_order(struct tcp_engine *engine, uint32_t idx, struct tcp_transfer *transfer,
	      struct tcp_seg *seg, bool *fin_is_next)
{
	struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);
	uint32_t known = tcb->rcv_nxt - seg->seq;
	bool fills_hole = transfer->held != NULL;

	if (known > 0)
		note_twice(engine, tcb, seg->seq,
			   seg->seq + RTE_MIN(known, (uint32_t)seg->text_bytes));
	if (seg->text_bytes > known) {
		text_chain_keep(seg->m, seg->text_off + known, seg->text_bytes - known);
		text_queue_append(&transfer->receive, seg->m);
		seg->m = NULL;
		tcb->rcv_nxt += seg->text_bytes - known;
		if (transfer->send.bytes == 0)
			tcp_pressure_moved(transfer, seg->text_bytes - known);
		counter_increment(engine->counters, COUNTER_segment_in_order);
		if (tcb->awaits == TCP_AWAITS_TEXT)
			tcp_timer_await(engine, idx, TCP_AWAITS_NOTHING);
	}
	*fin_is_next = (seg->flags & TH_FIN) != 0;
	if (*fin_is_next)
		tcp_reassembly_clear(transfer); /* nothing comes after a FIN */
	else if (fills_hole)
		tcp_reassembly_pull(transfer, &tcb->rcv_nxt, fin_is_next);
	acknowledge_text(engine, idx, tcb, fills_hole);
	if (transfer->receive.bytes > 0)
		tcp_defer(engine, idx, TCP_DEFER_TEXT);
}

enum drop_reason
tcp_take_text(struct tcp_engine *engine, uint32_t idx, struct tcp_seg *seg, bool *fin_is_next)
{
	struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);
	struct tcp_transfer *transfer;
	enum drop_reason reason = DROP_NONE;

	*fin_is_next = false;
	if (seg->len == 0)
		return DROP_NONE;
	if (unlikely(tcb->ecn))
		tcp_ecn_take(tcb, seg);
	if (seg->text_bytes == 0 && seg->seq == tcb->rcv_nxt) {
		*fin_is_next = true; /* a bare FIN needs no memory */
		return DROP_NONE;
	}
	transfer = tcp_need_transfer(engine, idx);
	if (transfer == NULL)
		return DROP_buffers_short;
	if (seq_gt(seg->seq, tcb->rcv_nxt))
		reason = hold_text(engine, idx, transfer, seg);
	else
		take_in_order(engine, idx, transfer, seg, fin_is_next);
	tcp_pressure_settle(engine, idx);
	return reason;
}

void
tcp_take_fin(struct tcp_engine *engine, uint32_t idx)
{
	struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);

	tcb->rcv_nxt++;
	if (tcb->awaits != TCP_AWAITS_NOTHING)
		tcp_timer_await(engine, idx, TCP_AWAITS_NOTHING); /* nothing more will come */
	tcp_defer(engine, idx, TCP_DEFER_ACK | TCP_DEFER_PEER_FIN);
}

enum drop_reason
tcp_refuse_text(const struct tcp_seg *seg)
{
	return seg->text_bytes > 0 ? DROP_text_after_fin : DROP_NONE;
}
