/* SPDX-License-Identifier: BSD-3-Clause */

#include "tcp_ack.h"

#include "check.h"
#include "tcp_loss.h"
#include "tcp_pmtu.h"
#include "tcp_pressure.h"
#include "tcp_recovery.h"
#include "tcp_rack.h"
#include "tcp_rto.h"
#include "tcp_seq.h"
#include "tcp_timers.h"

/* More than a minute ago: a TSecr that we never sent. */
#define RTT_MS_MAX 60000u

static struct tcp_transfer *
transfer_of(const struct tcp_engine *engine, const struct tcp_tcb *tcb)
{
	check(tcb->transfer != TCP_TRANSFER_NONE);
	return tcp_transfer_get(&engine->transfers, tcb->transfer);
}

/*
 * RFC 6298, 3: by the time an octet left that was sent once (Karn), else by timestamp.
 * A timeout that was doubled stays so until a sample says how long the path
 * takes now (RFC 6298, 5).
 */
static void
sample_rtt(const struct tcp_engine *engine, struct tcp_tcb *tcb, struct tcp_transfer *transfer,
	   const struct tcp_seg *seg)
{
	uint32_t rtt_us;

	if (tcb_has(tcb, TCB_SACK) &&
	    tcp_scoreboard_round_trip(&transfer->board, seg->ack, engine->now_us, &rtt_us)) {
		tcp_rack_note_rtt(&transfer->rack, rtt_us, engine->now_ms);
	} else if (tcb_has(tcb, TCB_TIMESTAMPS) && seg->options.has_timestamps) {
		uint32_t rtt_ms = engine->now_ms + tcb->ts_offset - seg->options.tsecr;

		if (rtt_ms > RTT_MS_MAX)
			return;
		rtt_us = rtt_ms * 1000;
	} else if (transfer->rtt_timing && seq_gt(seg->ack, transfer->rtt_seq)) {
		rtt_us = engine->now_us - transfer->rtt_start_us;
		transfer->rtt_timing = false;
	} else {
		return;
	}
	tcp_rto_sample(tcb, rtt_us);
	transfer->backoff = 0;
	transfer->is_unmeasured = false;
}

/* Half of the buffer free again is worth waking the application for. */
static void
tell_writable(struct tcp_engine *engine, uint32_t idx, struct tcp_tcb *tcb,
	      const struct tcp_transfer *transfer)
{
	if (!tcb_has(tcb, TCB_WANT_WRITABLE) ||
	    transfer->send.bytes > engine->config->send_buffer / 2)
		return;
	tcb_clear(tcb, TCB_WANT_WRITABLE);
	tcp_defer(engine, idx, TCP_DEFER_WRITABLE);
}

void
tcp_ack_advance(struct tcp_engine *engine, uint32_t idx, const struct tcp_seg *seg)
{
	struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);
	struct tcp_transfer *transfer = transfer_of(engine, tcb);
	uint32_t acked = seg->ack - tcb->snd_una;
	bool fin_acked = tcb_has(tcb, TCB_FIN_SENT) && seg->ack == tcb->snd_nxt;
	uint32_t text = acked - (fin_acked ? 1 : 0);

	sample_rtt(engine, tcb, transfer, seg);
	tcp_pressure_moved(transfer, acked);
	text_queue_drop(&transfer->send, text);
	counter_add(engine->counters, COUNTER_tx_data_bytes, text);
	tcb->snd_una = seg->ack;
	/*
	 * Whoever acknowledges more speaks later, also where it repeats old text: RFC
	 * 9293's test by SEG.SEQ would keep the window that came with text beyond a
	 * hole, and we would send more than the peer now takes.
	 */
	tcb->snd_wl1 = seg->seq;
	tcp_pmtu_acked(engine, idx, transfer, acked);
	if (tcb_has(tcb, TCB_SACK))
		tcp_recovery_ack(engine, idx, seg, acked);
	else
		tcp_loss_ack(tcb, transfer, acked, engine->now_ms);
	tell_writable(engine, idx, tcb, transfer);
	tcp_timer_restart(engine, idx);
	if (transfer->send.bytes > 0 || tcb_has(tcb, TCB_FIN_QUEUED))
		tcp_defer(engine, idx, TCP_DEFER_OUTPUT);
	tcp_pressure_settle(engine, idx);
}

/* Not the repetition tells of a loss but what it says beside it. */
static void
repeat_with_sack(struct tcp_engine *engine, uint32_t idx, const struct tcp_tcb *tcb,
		 const struct tcp_seg *seg)
{
	struct tcp_transfer *transfer = transfer_of(engine, tcb);
	bool had_probe = transfer->probe.is_out;

	if (seg->options.sack_count == 0 && !had_probe)
		return;
	tcp_recovery_ack(engine, idx, seg, 0);
	tcp_timer_loss(engine, idx);
	tcp_defer(engine, idx, TCP_DEFER_OUTPUT);
}

void
tcp_ack_repeat(struct tcp_engine *engine, uint32_t idx, const struct tcp_seg *seg)
{
	struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);

	if (tcb->snd_una == tcb->snd_nxt)
		return;
	if (tcb_has(tcb, TCB_SACK)) {
		repeat_with_sack(engine, idx, tcb, seg);
		return;
	}
	if (seg->len > 0 || seg->wnd != tcb->snd_wnd)
		return;
	if (tcp_loss_duplicate(tcb, transfer_of(engine, tcb)))
		counter_increment(engine->counters, COUNTER_fast_retransmit);
	tcp_defer(engine, idx, TCP_DEFER_OUTPUT);
}

void
tcp_ack_take_window(struct tcp_engine *engine, uint32_t idx, const struct tcp_seg *seg)
{
	struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);
	struct tcp_transfer *transfer;

	if (seq_lt(seg->ack, tcb->snd_una) || seq_lt(seg->seq, tcb->snd_wl1))
		return;
	tcb->snd_wl1 = seg->seq;
	if (seg->wnd == tcb->snd_wnd)
		return;
	tcb->snd_wnd = seg->wnd;
	if (seg->wnd > tcb->max_snd_wnd)
		tcb->max_snd_wnd = seg->wnd;
	if (tcb->transfer == TCP_TRANSFER_NONE)
		return;
	transfer = transfer_of(engine, tcb);
	if (transfer->send.bytes > tcb->snd_nxt - tcb->snd_una || tcb_has(tcb, TCB_FIN_QUEUED))
		tcp_defer(engine, idx, TCP_DEFER_OUTPUT);
}
