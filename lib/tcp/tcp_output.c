/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * What leaves for a connection at the end of a burst, in this order:
 *
 *	1. octets to send again, if loss recovery says so
 *	2. new text, as far as the peer's window, the congestion window, Nagle
 *	   (RFC 9293, 3.7.4) and silly-window avoidance (3.8.6.2.1) let it
 *	3. the FIN, with the last text or alone
 *	4. the ACK that is owed, if none of these carried it
 *
 * The trap: SND.NXT counts a FIN as an octet that the send queue does not have.
 */
#include "tcp_output.h"

#include <rte_common.h>

#include "check.h"
#include "tcp_emit.h"
#include "tcp_loss.h"
#include "tcp_pmtu.h"
#include "tcp_pressure.h"
#include "tcp_recovery.h"
#include "tcp_rto.h"
#include "tcp_segment_text.h"
#include "tcp_seq.h"
#include "tcp_steps.h"
#include "tcp_timers.h"

/* One segment to be sent. */
struct plan {
	uint32_t seq;
	uint32_t bytes;
	bool has_fin;
	bool is_again;
};

struct sender {
	struct tcp_engine *engine;
	struct tcp_tcb *tcb;
	struct tcp_transfer *transfer;
	uint32_t idx;
	uint32_t fin_seq;    /* one past the last octet of text queued: the FIN's place */
	uint32_t full_bytes; /* of text in a full segment: the MSS without our SACK blocks */
};

static bool
may_send_text(enum tcp_state state)
{
	return state == TCPS_ESTABLISHED || state == TCPS_CLOSE_WAIT || state == TCPS_FIN_WAIT_1 ||
	       state == TCPS_CLOSING || state == TCPS_LAST_ACK;
}

static uint32_t
flight(const struct tcp_tcb *tcb)
{
	return tcb->snd_nxt - tcb->snd_una;
}

/* At most `limit` octets from `seq`; where they reach the FIN's place it comes with them. */
static void
plan_octets(const struct sender *s, struct plan *plan, uint32_t seq, uint32_t limit)
{
	plan->is_again = true;
	plan->seq = seq;
	plan->bytes = RTE_MIN(s->full_bytes, limit);
	plan->has_fin = false;
	if (seq_gt(plan->seq + plan->bytes, s->fin_seq)) {
		plan->bytes = s->fin_seq - plan->seq;
		plan->has_fin = true;
	}
}

static uint32_t
pipe_of(const struct sender *s)
{
	return tcp_scoreboard_pipe(&s->transfer->board, flight(s->tcb));
}

/* 1, with SACK: what is lost, as far as there is room on the path. */
static bool
plan_lost(const struct sender *s, struct plan *plan)
{
	const struct tcp_transfer *transfer = s->transfer;
	uint32_t from, to;

	if (transfer->board.lost_bytes == 0 || transfer->recovery < RECOVERY_FAST ||
	    !tcp_scoreboard_lost(&transfer->board, &from, &to))
		return false;
	plan_octets(s, plan, from, to - from);
	return transfer->must_send || pipe_of(s) + plan->bytes <= transfer->cwnd;
}

/* 1. */
static bool
plan_again(const struct sender *s, struct plan *plan)
{
	const struct tcp_transfer *transfer = s->transfer;
	uint32_t limit;

	if (tcb_has(s->tcb, TCB_SACK))
		return plan_lost(s, plan);
	if (transfer->recovery < RECOVERY_FAST || seq_geq(transfer->rtx_nxt, transfer->rtx_end))
		return false;
	/* After a timeout what is out counts as lost: cwnd begins at SND.UNA again. */
	limit = s->tcb->snd_una + transfer->cwnd;
	if (seq_geq(transfer->rtx_nxt, limit))
		return false;
	plan_octets(s, plan, transfer->rtx_nxt, transfer->rtx_end - transfer->rtx_nxt);
	return true;
}

/* RFC 9293, 3.8.6.2.1 and 3.7.4: is a segment this small worth sending now? */
static bool
is_worth_sending(const struct sender *s, uint32_t bytes, uint32_t unsent)
{
	const struct tcp_tcb *tcb = s->tcb;

	if (bytes >= s->full_bytes)
		return true;
	if (bytes == unsent)
		return flight(tcb) == 0 || tcb_has(tcb, TCB_NODELAY | TCB_FIN_QUEUED);
	return bytes > 0 && bytes >= tcb_max_snd_wnd(tcb) / 2;
}

/* Octets of new text that both windows let go. */
static uint32_t
usable_window(const struct sender *s)
{
	const struct tcp_tcb *tcb = s->tcb;
	uint32_t window = tcb_snd_wnd(tcb), out = flight(tcb), path, pipe;

	if (!tcb_has(tcb, TCB_SACK)) {
		window = RTE_MIN(window, tcp_loss_window(tcb, s->transfer));
		return window > out ? window - out : 0;
	}
	pipe = pipe_of(s);
	path = s->transfer->cwnd > pipe ? s->transfer->cwnd - pipe : 0;
	return RTE_MIN(path, window > out ? window - out : 0);
}

/* 2 and 3.  `force`: the window stayed small for long, send what it allows. */
static bool
plan_new(const struct sender *s, struct plan *plan, bool force)
{
	const struct tcp_tcb *tcb = s->tcb;
	uint32_t usable = usable_window(s);
	uint32_t unsent;

	if (tcb_has(tcb, TCB_FIN_SENT))
		return false;
	unsent = s->fin_seq - tcb->snd_nxt;
	plan->is_again = false;
	plan->seq = tcb->snd_nxt;
	plan->bytes = RTE_MIN(RTE_MIN(unsent, usable), s->full_bytes);
	plan->has_fin =
		tcb_has(tcb, TCB_FIN_QUEUED) && plan->bytes == unsent && usable > plan->bytes;
	if (plan->bytes == 0)
		return plan->has_fin;
	return force || is_worth_sending(s, plan->bytes, unsent);
}

static void
note_sent(const struct sender *s, const struct plan *plan)
{
	struct tcp_transfer *transfer = s->transfer;
	struct tcp_tcb *tcb = s->tcb;
	uint32_t end = plan->seq + plan->bytes + (plan->has_fin ? 1 : 0);
	uint32_t was_out = flight(tcb);

	transfer->last_tx = s->engine->tick;
	if (tcb_has(tcb, TCB_SACK))
		tcp_recovery_note_sent(s->engine, tcb, transfer, plan->seq, end, plan->is_again);
	if (plan->is_again) {
		transfer->rtx_nxt = end;
		counter_increment(s->engine->counters, COUNTER_segment_retransmitted);
		return;
	}
	if (!transfer->rtt_timing && transfer->recovery < RECOVERY_FAST &&
	    !tcb_has(tcb, TCB_SACK)) {
		transfer->rtt_timing = true;
		transfer->rtt_seq = plan->seq;
		transfer->rtt_start_us = s->engine->now_us;
	}
	tcb->snd_nxt = end;
	if (plan->has_fin)
		tcb_set(tcb, TCB_FIN_SENT);
	if (transfer->persisting) {
		transfer->persisting = false;
		transfer->backoff = 0;
	}
	if (was_out == 0)
		tcp_timer_restart(s->engine, s->idx);
	else if (was_out <= tcb->mss && flight(tcb) > tcb->mss)
		tcp_timer_second(s->engine, s->idx);
}

/* False when no buffer could be had. */
static bool
send_planned(const struct sender *s, const struct plan *plan)
{
	struct text_cursor *cursor = plan->is_again ? &s->transfer->again : &s->transfer->unsent;
	uint32_t text_end = plan->seq + plan->bytes;
	uint8_t flags = TH_ACK;
	struct rte_mbuf *m;

	text_cursor_seek(cursor, &s->transfer->send, s->tcb->snd_una, plan->seq);
	m = tcp_segment_text(s->engine, flow_pool_get(&s->engine->flows, s->idx)->port, cursor,
			     plan->bytes);
	if (m == NULL)
		return false;
	if (plan->bytes > 0 && text_end == s->fin_seq)
		flags |= TH_PSH; /* MUST-61 */
	if (plan->has_fin)
		flags |= TH_FIN;
	tcp_emit_segment(s->engine, s->idx, m, plan->seq, flags);
	note_sent(s, plan);
	return true;
}

/* Nothing is out, so no ACK will come by itself: the timer must ask for the window. */
static void
begin_to_persist(const struct sender *s)
{
	bool text_waits = s->fin_seq != s->tcb->snd_nxt || tcb_has(s->tcb, TCB_FIN_QUEUED);

	if (flight(s->tcb) > 0 || tcb_has(s->tcb, TCB_FIN_SENT) || !text_waits ||
	    s->transfer->persisting)
		return;
	s->transfer->persisting = true;
	s->transfer->backoff = 0;
	s->transfer->since = s->engine->tick;
	tcp_timer_restart(s->engine, s->idx);
}

/* RFC 5681, 4.1. */
static void
restart_after_idle(const struct sender *s)
{
	uint32_t idle = s->engine->tick - s->transfer->last_tx;

	if (flight(s->tcb) == 0 && s->transfer->last_tx != 0 &&
	    idle > tcp_rto_ticks(s->engine->config, s->tcb, 0))
		tcp_loss_restart(s->tcb, s->transfer);
}

/*
 * Was the congestion window what held text back?  In slow start it doubles, so there
 * half of it is use enough.
 */
static void
note_use_of_cwnd(const struct sender *s)
{
	struct tcp_transfer *transfer = s->transfer;
	uint32_t out = tcb_has(s->tcb, TCB_SACK) ? pipe_of(s) : flight(s->tcb);

	transfer->cwnd_full = transfer->cwnd < transfer->ssthresh
				      ? out >= transfer->cwnd / 2
				      : out + s->full_bytes > transfer->cwnd;
}

/* True if tx or the buffers ran out before the plans did. */
static bool
send_all(const struct sender *s)
{
	struct plan plan;

	restart_after_idle(s);
	while (plan_again(s, &plan) || plan_new(s, &plan, false)) {
		if (s->engine->tx_count >= s->engine->tx_room || !send_planned(s, &plan))
			return true;
	}
	note_use_of_cwnd(s);
	begin_to_persist(s);
	return false;
}

static bool
begin(struct sender *s, struct tcp_engine *engine, uint32_t idx)
{
	struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);

	s->engine = engine;
	s->idx = idx;
	s->tcb = tcb;
	if (!may_send_text((enum tcp_state)tcb->state))
		return false;
	if (tcb->transfer == TCP_TRANSFER_NONE && !tcb_has(tcb, TCB_FIN_QUEUED))
		return false;
	s->transfer = tcp_need_transfer(engine, idx);
	if (s->transfer == NULL) {
		tcp_timer_soon(engine, idx); /* a FIN waits for a transfer */
		return false;
	}
	tcp_pmtu_review(engine, idx, s->transfer);
	/* A FIN that is out is the last octet before SND.NXT; else it will follow the queue. */
	s->fin_seq = tcb_has(tcb, TCB_FIN_SENT) ? tcb->snd_nxt - 1
						: tcb->snd_una + s->transfer->send.bytes;
	s->full_bytes = tcb->mss - tcp_emit_sack_bytes(engine, tcb);
	return true;
}

/*
 * Beyond a hole the peer counts our ACKs (RFC 5681, 3.2): as many as segments
 * came.  If the burst has filled the hole, one ACK says it all.
 */
static void
send_owed_acks(struct tcp_engine *engine, uint32_t idx)
{
	struct flow *flow = flow_pool_get(&engine->flows, idx);
	struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);
	struct tcp_transfer *transfer = NULL;
	uint8_t owed = 0;

	if (tcb->transfer != TCP_TRANSFER_NONE) {
		transfer = tcp_transfer_get(&engine->transfers, tcb->transfer);
		owed = transfer->held != NULL ? transfer->dupacks_owed : 0;
		transfer->dupacks_owed = 0;
	}
	for (; owed > 1 && engine->tx_count < engine->tx_room; owed--)
		tcp_emit_ack(engine, idx);
	if (flow->deferred & TCP_DEFER_ACK || owed > 0)
		tcp_emit_ack(engine, idx);
	flow->deferred &= (uint8_t)~TCP_DEFER_ACK;
}

bool
tcp_output(struct tcp_engine *engine, uint32_t idx)
{
	struct flow *flow = flow_pool_get(&engine->flows, idx);
	struct sender sender;
	bool is_stuck = false;

	if (tcp_engine_tcb(engine, idx)->state == TCPS_CLOSED)
		return false;
	if (begin(&sender, engine, idx)) {
		is_stuck = send_all(&sender);
		tcp_pressure_settle(engine, idx);
	}
	send_owed_acks(engine, idx);
	/* The list must keep places for events: what does not fit waits for an ACK or the timer. */
	if (is_stuck && engine->deferred_count > TCP_DEFERRED_MAX / 2) {
		tcp_timer_soon(engine, idx);
		is_stuck = false;
	}
	if (!is_stuck)
		flow->deferred &= (uint8_t)~TCP_DEFER_OUTPUT;
	return is_stuck;
}

void
tcp_output_probe(struct tcp_engine *engine, uint32_t idx)
{
	struct sender sender;
	struct plan plan;

	if (begin(&sender, engine, idx) && plan_new(&sender, &plan, true) &&
	    send_planned(&sender, &plan))
		return;
	tcp_emit_probe(engine, idx);
}

/* One segment of new text, whatever cwnd and Nagle say, if the peer's window has room for it. */
static bool
plan_probe_of_new(const struct sender *s, struct plan *plan)
{
	uint32_t window = tcb_snd_wnd(s->tcb), out = flight(s->tcb);
	uint32_t unsent = s->fin_seq - s->tcb->snd_nxt;

	if (tcb_has(s->tcb, TCB_FIN_SENT) || window <= out || unsent == 0)
		return false;
	plan->is_again = false;
	plan->seq = s->tcb->snd_nxt;
	plan->bytes = RTE_MIN(RTE_MIN(unsent, window - out), s->full_bytes);
	plan->has_fin =
		tcb_has(s->tcb, TCB_FIN_QUEUED) && plan->bytes == unsent && window - out > unsent;
	return true;
}

/* The last segment's worth of what is out. */
static void
plan_probe_of_old(const struct sender *s, struct plan *plan)
{
	uint32_t fin = tcb_has(s->tcb, TCB_FIN_SENT) ? 1 : 0;
	uint32_t bytes = RTE_MIN(s->full_bytes, flight(s->tcb) - fin);

	plan->is_again = true;
	plan->seq = s->tcb->snd_nxt - fin - bytes;
	plan->bytes = bytes;
	plan->has_fin = fin != 0;
}

void
tcp_output_tail_probe(struct tcp_engine *engine, uint32_t idx)
{
	struct sender sender;
	struct plan plan;

	if (!begin(&sender, engine, idx) || flight(sender.tcb) == 0 ||
	    engine->tx_count >= engine->tx_room)
		return;
	if (!plan_probe_of_new(&sender, &plan))
		plan_probe_of_old(&sender, &plan);
	sender.transfer->again.m = NULL; /* what it points at may be long freed */
	if (!send_planned(&sender, &plan))
		return;
	counter_increment(engine->counters, COUNTER_loss_probe_sent);
	tcp_recovery_note_probe(sender.tcb, sender.transfer, plan.is_again);
}
