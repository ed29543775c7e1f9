/* SPDX-License-Identifier: BSD-3-Clause */

#include "tcp_recovery.h"

#include <rte_common.h>

#include "tcp_cc.h"
#include "tcp_loss.h"
#include "tcp_rack.h"
#include "tcp_rto.h"
#include "tcp_seq.h"
#include "units.h"

/* RFC 8985, 7.2: a lone segment's ACK may be delayed. */
#define PROBE_ACK_DELAY_US 200000u

/*
 * On a path shorter than the time for which a busy peer is kept from its CPU a probe
 * would tell of that and of no loss.
 */
#define PROBE_US_MIN 10000u

#define ECHO_MS_MAX 60000u /* more than that ago: a TSecr that we never sent */
#define GRAIN_SHIFT 5	   /* what left within a 32nd of a round trip left at one time */
#define RATIO_SHIFT 16

static uint32_t
flight(const struct tcp_tcb *tcb)
{
	return tcb->snd_nxt - tcb->snd_una;
}

static uint32_t
pipe_of(const struct tcp_tcb *tcb, const struct tcp_transfer *transfer)
{
	return tcp_scoreboard_pipe(&transfer->board, flight(tcb));
}

/* --- What is undone if it was a mistake. --- */

static void
remember(const struct tcp_tcb *tcb, struct tcp_transfer *transfer)
{
	transfer->undo = (struct tcp_undo){
		.cwnd = transfer->cwnd,
		.ssthresh = transfer->ssthresh,
		.from = tcb->snd_una,
		.is_valid = true,
	};
}

static void
undo(struct tcp_engine *engine, struct tcp_transfer *transfer)
{
	transfer->cwnd = RTE_MAX(transfer->cwnd, transfer->undo.cwnd);
	transfer->ssthresh = RTE_MAX(transfer->ssthresh, transfer->undo.ssthresh);
	transfer->undo.is_valid = false;
	transfer->recovery = RECOVERY_NONE;
	tcp_scoreboard_unlose(&transfer->board);
	tcp_cc_of(transfer)->on_undo(transfer);
	counter_increment(engine->counters, COUNTER_recovery_undone);
}

/* RFC 3522: what is acknowledged left before anything was sent again. */
static bool
is_answer_to_original(const struct tcp_tcb *tcb, const struct tcp_undo *undo,
		      const struct tcp_seg *seg)
{
	return undo->is_valid && undo->has_first && tcb_has(tcb, TCB_TIMESTAMPS) &&
	       seg->options.has_timestamps &&
	       seq_lt(seg->options.tsecr, undo->first_ms + tcb->ts_offset);
}

/* RFC 3708: part of what was sent again came twice.  True if that was the last part. */
static bool
take_duplicate(struct tcp_undo *undo, const struct tcp_sack_block *block)
{
	uint32_t bytes = block->right - block->left;

	if (undo->bytes == 0)
		return false;
	undo->bytes -= RTE_MIN(undo->bytes, bytes);
	return undo->is_valid && undo->bytes == 0;
}

/* --- SACK blocks. --- */

/* RFC 2883, 4: the first block may tell of what came twice. */
static bool
is_duplicate_report(const struct tcp_seg *seg)
{
	const struct tcp_sack_block *block = seg->options.sack;

	if (seg->options.sack_count == 0 || !seq_lt(block[0].left, block[0].right))
		return false;
	if (seq_leq(block[0].right, seg->ack))
		return true;
	return seg->options.sack_count > 1 && seq_geq(block[0].left, block[1].left) &&
	       seq_leq(block[0].right, block[1].right);
}

/* A report counts if it is about something that we did send again: others prove nothing. */
static bool
take_report(struct tcp_engine *engine, const struct tcp_tcb *tcb, struct tcp_transfer *transfer,
	    const struct tcp_sack_block *block)
{
	const struct tcp_undo *undo = &transfer->undo;

	counter_increment(engine->counters, COUNTER_dsack_received);
	if (!undo->has_first || seq_lt(block->left, undo->from) || seq_gt(block->right, undo->to))
		return false;
	tcp_rack_widen(&transfer->rack, tcb);
	return take_duplicate(&transfer->undo, block);
}

/* `was_full`: the scoreboard's word that it had to forget. */
static inline void
count_full(const struct tcp_engine *engine, bool was_full)
{
	if (unlikely(was_full))
		counter_increment(engine->counters, COUNTER_scoreboard_full);
}

static void
take_blocks(struct tcp_engine *engine, const struct tcp_tcb *tcb, struct tcp_transfer *transfer,
	    const struct tcp_seg *seg, uint32_t first, struct tcp_delivered *delivered)
{
	for (uint32_t i = first; i < seg->options.sack_count; i++) {
		const struct tcp_sack_block *block = &seg->options.sack[i];

		if (seq_lt(block->left, block->right) && seq_leq(block->right, tcb->snd_una))
			continue; /* acknowledged meanwhile */
		if (!seq_lt(block->left, block->right) || seq_leq(block->left, tcb->snd_una) ||
		    seq_gt(block->right, tcb->snd_nxt)) {
			counter_increment(engine->counters, COUNTER_sack_block_invalid);
			continue;
		}
		count_full(engine, tcp_scoreboard_sack(&transfer->board, block->left, block->right,
						       delivered));
	}
}

/* What it had SACKed follows SND.UNA now, so the peer has thrown it away (RFC 2018, 8). */
static void
check_reneging(struct tcp_engine *engine, struct tcp_transfer *transfer)
{
	struct tcp_scoreboard *board = &transfer->board;

	if (board->count == 0 || (tcp_scoreboard_at(board, 0)->flags & SENT_SACKED) == 0)
		return;
	tcp_scoreboard_forget_sacks(board);
	counter_increment(engine->counters, COUNTER_sack_reneged);
}

/* --- Recovery. --- */

static void
begin(const struct tcp_tcb *tcb, struct tcp_transfer *transfer, enum tcp_recovery kind)
{
	transfer->recovery = (uint8_t)kind;
	transfer->recover = tcb->snd_nxt;
	transfer->probe.is_out = false;
	transfer->must_send = true;
	transfer->again.m = NULL; /* what it points at may be long freed */
}

/* `delivered` octets were acknowledged or SACKed by the ACK that tells of the loss. */
static void
begin_fast(struct tcp_engine *engine, const struct tcp_tcb *tcb, struct tcp_transfer *transfer,
	   uint32_t delivered, uint32_t acked)
{
	uint64_t recover_fs = flight(tcb) - transfer->board.sacked_bytes + delivered;

	if (transfer->recovery == RECOVERY_NONE) {
		remember(tcb, transfer);
		tcp_loss_reduce(tcb, transfer, RTE_MIN(flight(tcb) + acked, transfer->cwnd),
				CONGESTION_LOSS);
	} else {
		/* The window was reduced for another reason, which stands. */
		transfer->undo = (struct tcp_undo){.from = tcb->snd_una};
	}
	begin(tcb, transfer, RECOVERY_FAST);
	/* The one division of a recovery; RecoverFS is not 0, for something is lost. */
	transfer->prr = (struct tcp_prr){
		.ratio = (uint32_t)RTE_MIN(
			(((uint64_t)transfer->ssthresh << RATIO_SHIFT) + recover_fs - 1) /
				recover_fs,
			(uint64_t)UINT32_MAX),
	};
	counter_increment(engine->counters, COUNTER_fast_retransmit);
}

static uint32_t
above_zero(uint64_t a, uint32_t b)
{
	return a > b ? (uint32_t)RTE_MIN(a - b, (uint64_t)TCP_CWND_MAX) : 0;
}

/* RFC 9937, 6.  `is_safe`: SND.UNA moved and nothing more is lost. */
static void
reduce_rate(const struct tcp_tcb *tcb, struct tcp_transfer *transfer, uint32_t delivered,
	    bool is_safe)
{
	struct tcp_prr *prr = &transfer->prr;
	uint32_t pipe = pipe_of(tcb, transfer), count;

	prr->delivered += delivered;
	if (pipe > transfer->ssthresh) {
		uint64_t due = (uint64_t)prr->delivered * prr->ratio;

		count = above_zero((due + (1u << RATIO_SHIFT) - 1) >> RATIO_SHIFT, prr->out);
	} else {
		count = RTE_MAX(above_zero(prr->delivered, prr->out), delivered);
		if (is_safe)
			count += tcb->mss;
		count = RTE_MIN(count, transfer->ssthresh - pipe);
	}
	if (prr->out == 0)
		count = RTE_MAX(count, (uint32_t)tcb->mss);
	/* Where less came than a segment has, an empty pipe would wait for the timeout. */
	transfer->cwnd = RTE_MAX(pipe + count, (uint32_t)tcb->mss);
}

static void
leave(const struct tcp_tcb *tcb, struct tcp_transfer *transfer)
{
	if (transfer->recovery == RECOVERY_FAST)
		transfer->cwnd = transfer->ssthresh;
	if (transfer->recovery >= RECOVERY_FAST)
		tcp_rack_recovered(&transfer->rack);
	transfer->cwnd = RTE_MAX(transfer->cwnd, (uint32_t)tcb->mss);
	transfer->recovery = RECOVERY_NONE;
	transfer->must_send = false;
}

void
tcp_recovery_timeout(const struct tcp_engine *engine, const struct tcp_tcb *tcb,
		     struct tcp_transfer *transfer)
{
	bool is_first = !transfer->unanswered && transfer->recovery != RECOVERY_FAST &&
			transfer->recovery != RECOVERY_CWR;

	/* Neither a second timeout nor one in a recovery is a second sign of congestion. */
	if (is_first) {
		remember(tcb, transfer);
		tcp_loss_reduce(tcb, transfer, flight(tcb), CONGESTION_TIMEOUT);
	} else if (transfer->recovery == RECOVERY_CWR) {
		transfer->undo = (struct tcp_undo){.from = tcb->snd_una};
	}
	transfer->unanswered = true;
	if (transfer->backoff < TCP_BACKOFF_MAX)
		transfer->backoff++;
	transfer->cwnd = tcb->mss;
	transfer->reorder_us = 0;
	tcp_scoreboard_forget_sacks(&transfer->board);
	tcp_rack_timeout(&transfer->rack, tcb, &transfer->board, engine->now_us);
	begin(tcb, transfer, RECOVERY_TIMEOUT);
}

void
tcp_recovery_resend_all(const struct tcp_tcb *tcb, struct tcp_transfer *transfer)
{
	struct tcp_scoreboard *board = &transfer->board;

	for (uint32_t i = 0; i < board->count; i++) {
		if ((tcp_scoreboard_at(board, i)->flags & (SENT_SACKED | SENT_LOST)) == 0)
			tcp_scoreboard_lose(board, i);
	}
	tcp_scoreboard_tidy(board);
	transfer->reorder_us = 0;
	transfer->undo = (struct tcp_undo){.from = tcb->snd_una};
	begin(tcb, transfer, RECOVERY_TIMEOUT);
}

/* --- The tail loss probe. --- */

uint32_t
tcp_recovery_probe_ticks(const struct tcp_tcb *tcb, const struct tcp_transfer *transfer)
{
	uint32_t us;

	if (transfer->recovery >= RECOVERY_FAST || transfer->board.sacked_bytes > 0 ||
	    transfer->board.lost_bytes > 0 || transfer->probe.is_out || transfer->backoff > 0)
		return 0;
	/* RFC 8985, 7.3: what is sent twice measures nothing, and the path may have grown. */
	if (transfer->is_unmeasured || tcb->srtt_us == 0)
		return 0;
	us = 2 * tcb->srtt_us + (flight(tcb) <= tcb->mss ? PROBE_ACK_DELAY_US : 0);
	return ticks_in_ns(RTE_MAX(us, PROBE_US_MIN) * NS_PER_US);
}

void
tcp_recovery_note_probe(const struct tcp_tcb *tcb, struct tcp_transfer *transfer, bool is_again)
{
	transfer->probe =
		(struct tcp_tail_probe){.end = tcb->snd_nxt, .is_out = true, .is_again = is_again};
	transfer->is_unmeasured = true;
}

/* RFC 8985, 7.4.2: did the probe repair a loss that nothing else has told of? */
static void
take_answer_to_probe(const struct tcp_tcb *tcb, struct tcp_transfer *transfer,
		     const struct tcp_seg *seg, bool has_report, uint32_t acked)
{
	struct tcp_tail_probe *probe = &transfer->probe;
	bool is_repeat = acked == 0 && seg->options.sack_count == 0;

	if (!probe->is_out || seq_lt(tcb->snd_una, probe->end))
		return;
	if (!probe->is_again || is_repeat ||
	    (has_report && seg->options.sack[0].right == probe->end)) {
		probe->is_out = false;
		return;
	}
	if (tcb->snd_una == probe->end)
		return; /* which of the two copies was it?  Later ACKs will tell */
	probe->is_out = false;
	if (transfer->recovery != RECOVERY_NONE)
		return;
	/* What was out when it was lost is gone: the window alone tells how much that was. */
	tcp_loss_reduce(tcb, transfer, transfer->cwnd, CONGESTION_LOSS);
	transfer->cwnd = transfer->ssthresh;
}

/* --- What arrives and what leaves. --- */

/* How long ago what the ACK echoes left, at least; 0: it does not say. */
static uint32_t
echo_age_us(const struct tcp_engine *engine, const struct tcp_tcb *tcb, const struct tcp_seg *seg)
{
	uint32_t ms = engine->now_ms + tcb->ts_offset - seg->options.tsecr;

	if (!tcb_has(tcb, TCB_TIMESTAMPS) || !seg->options.has_timestamps || ms > ECHO_MS_MAX ||
	    ms == 0)
		return 0;
	return (ms - 1) * 1000; /* both ends of it are rounded */
}

static bool
is_quiet(const struct tcp_transfer *transfer, const struct tcp_seg *seg)
{
	return transfer->recovery == RECOVERY_NONE && seg->options.sack_count == 0 &&
	       !transfer->probe.is_out && transfer->board.sacked_bytes == 0 &&
	       transfer->board.lost_bytes == 0 && transfer->reorder_us == 0;
}

/* After the board knows all: is there a loss, and how much may leave? */
static void
conclude(struct tcp_engine *engine, const struct tcp_tcb *tcb, struct tcp_transfer *transfer,
	 uint32_t delivered, uint32_t acked)
{
	uint32_t newly_lost =
		tcp_rack_detect(&transfer->rack, tcb, &transfer->board, engine->now_us,
				transfer->recovery >= RECOVERY_FAST, &transfer->reorder_us);

	if (transfer->recovery < RECOVERY_FAST && transfer->board.lost_bytes > 0)
		begin_fast(engine, tcb, transfer, delivered, acked);
	if (transfer->recovery == RECOVERY_FAST)
		reduce_rate(tcb, transfer, delivered, acked > 0 && newly_lost == 0);
}

void
tcp_recovery_look(struct tcp_engine *engine, const struct tcp_tcb *tcb,
		  struct tcp_transfer *transfer)
{
	uint32_t cwnd = transfer->cwnd;
	bool was_fast = transfer->recovery == RECOVERY_FAST;

	conclude(engine, tcb, transfer, 0, 0);
	if (was_fast)
		transfer->cwnd = cwnd; /* no ACK, no new allowance */
}

void
tcp_recovery_ack(struct tcp_engine *engine, uint32_t idx, const struct tcp_seg *seg, uint32_t acked)
{
	struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);
	struct tcp_transfer *transfer = tcp_transfer_get(&engine->transfers, tcb->transfer);
	struct tcp_delivered delivered;
	bool has_report, is_mistake, was_reducing;

	if (acked > 0)
		transfer->unanswered = false;
	if (is_quiet(transfer, seg)) {
		if (acked == 0)
			return;
		tcp_scoreboard_pop(&transfer->board, tcb->snd_una);
		transfer->rack.is_valid = false; /* too old to be compared, in the end */
		tcp_loss_grow(tcb, transfer, acked, engine->now_ms);
		return;
	}

	delivered = tcp_rack_begin(&transfer->rack, &transfer->board, engine->now_us,
				   echo_age_us(engine, tcb, seg));
	has_report = is_duplicate_report(seg);
	is_mistake = has_report && take_report(engine, tcb, transfer, &seg->options.sack[0]);
	if (acked > 0) {
		tcp_scoreboard_ack(&transfer->board, tcb->snd_una, &delivered);
		check_reneging(engine, transfer);
		is_mistake |= transfer->recovery >= RECOVERY_FAST &&
			      is_answer_to_original(tcb, &transfer->undo, seg);
	}
	take_blocks(engine, tcb, transfer, seg, has_report ? 1 : 0, &delivered);
	tcp_rack_take(&transfer->rack, &delivered, engine->now_ms);
	if (is_mistake)
		undo(engine, transfer);
	take_answer_to_probe(tcb, transfer, seg, has_report, acked);
	was_reducing = transfer->recovery == RECOVERY_FAST || transfer->recovery == RECOVERY_CWR;
	if (transfer->recovery != RECOVERY_NONE && seq_geq(tcb->snd_una, transfer->recover))
		leave(tcb, transfer);
	conclude(engine, tcb, transfer, delivered.bytes, acked);
	if (acked > 0 && !was_reducing && transfer->recovery != RECOVERY_FAST)
		tcp_loss_grow(tcb, transfer, acked, engine->now_ms);
}

void
tcp_recovery_note_sent(const struct tcp_engine *engine, const struct tcp_tcb *tcb,
		       struct tcp_transfer *transfer, uint32_t from, uint32_t to, bool is_again)
{
	struct tcp_undo *undo = &transfer->undo;

	transfer->must_send = false;
	transfer->prr.out += to - from;
	if (!is_again) {
		count_full(engine, tcp_scoreboard_sent(&transfer->board, from, to, engine->now_us,
						       tcb->srtt_us >> GRAIN_SHIFT));
		return;
	}
	count_full(engine, tcp_scoreboard_resent(&transfer->board, from, to, engine->now_us));
	if (transfer->recovery < RECOVERY_FAST)
		return; /* a tail loss probe: nothing was reduced for it */
	undo->bytes += to - from;
	if (!undo->has_first) {
		undo->has_first = true;
		undo->first_ms = engine->now_ms;
		undo->to = to;
	}
	undo->to = seq_max(undo->to, to);
}
