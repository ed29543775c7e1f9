/* SPDX-License-Identifier: BSD-3-Clause */

#include "tcp_rack.h"

#include <rte_common.h>

#include "tcp_seq.h"

#define DUPACKS_FOR_LOSS   3
#define PERSIST_RECOVERIES 16
#define WIDENED_MAX	   254
#define SPAN_MS		   60000u /* the least round trip is that of the last one to two minutes */

void
tcp_rack_note_rtt(struct tcp_rack *rack, uint32_t rtt_us, uint32_t now_ms)
{
	rtt_us = RTE_MAX(rtt_us, 1u);
	if (rack->min_rtt_us == 0) {
		rack->min_rtt_us = rack->min_rtt_next_us = rtt_us;
		rack->span_ms = now_ms;
	} else if (now_ms - rack->span_ms > SPAN_MS) {
		rack->min_rtt_us = RTE_MIN(rack->min_rtt_next_us, rtt_us);
		rack->min_rtt_next_us = rtt_us;
		rack->span_ms = now_ms;
	}
	if (rtt_us < rack->min_rtt_next_us)
		rack->min_rtt_next_us = rtt_us;
	if (rtt_us < rack->min_rtt_us)
		rack->min_rtt_us = rtt_us;
}

struct tcp_delivered
tcp_rack_begin(const struct tcp_rack *rack, const struct tcp_scoreboard *board, uint32_t now_us,
	       uint32_t echo_age_us)
{
	return (struct tcp_delivered){
		.now_us = now_us,
		.again_rtt_us = RTE_MAX(rack->min_rtt_us, echo_age_us),
		.fack = board->sacked_bytes == 0 ? board->una : rack->fack,
	};
}

/* Was the one with (sent_us, end) sent after the other (RACK_sent_after)? */
static bool
sent_after(uint32_t sent_us, uint32_t end, uint32_t other_us, uint32_t other_end)
{
	return seq_gt(sent_us, other_us) || (sent_us == other_us && seq_gt(end, other_end));
}

void
tcp_rack_take(struct tcp_rack *rack, const struct tcp_delivered *d, uint32_t now_ms)
{
	rack->fack = d->fack;
	if (d->is_reordered)
		rack->has_reordering = true;
	if (!d->has_newest)
		return;
	rack->rtt_us = d->now_us - d->sent_us;
	if (!d->newest_is_again)
		tcp_rack_note_rtt(rack, rack->rtt_us, now_ms);
	if (rack->is_valid && !sent_after(d->sent_us, d->end, rack->sent_us, rack->end))
		return;
	rack->is_valid = true;
	rack->sent_us = d->sent_us;
	rack->end = d->end;
}

void
tcp_rack_widen(struct tcp_rack *rack, const struct tcp_tcb *tcb)
{
	if (rack->is_widening && seq_lt(tcb->snd_una, rack->widened_until))
		return; /* once a round trip */
	rack->is_widening = true;
	rack->widened_until = tcb->snd_nxt;
	if (rack->widened < WIDENED_MAX)
		rack->widened++;
	rack->persist = PERSIST_RECOVERIES;
}

void
tcp_rack_recovered(struct tcp_rack *rack)
{
	rack->is_widening = false;
	if (rack->persist > 0 && --rack->persist == 0)
		rack->widened = 0;
}

/* RACK_update_reo_wnd. */
static uint32_t
reordering_window(const struct tcp_rack *rack, const struct tcp_tcb *tcb,
		  const struct tcp_scoreboard *board, bool is_recovering)
{
	uint32_t window;

	if (!rack->has_reordering &&
	    (is_recovering || board->sacked_bytes > (DUPACKS_FOR_LOSS - 1u) * tcb->mss))
		return 0;
	window = (rack->widened + 1u) * (rack->min_rtt_us / 4);
	return RTE_MIN(window, tcb->srtt_us == 0 ? rack->rtt_us : tcb->srtt_us);
}

uint32_t
tcp_rack_detect(const struct tcp_rack *rack, const struct tcp_tcb *tcb,
		struct tcp_scoreboard *board, uint32_t now_us, bool is_recovering,
		uint32_t *wait_us)
{
	uint32_t lost_before = board->lost_bytes, patience;

	*wait_us = 0;
	if (!rack->is_valid)
		return 0;
	patience = rack->rtt_us + reordering_window(rack, tcb, board, is_recovering);
	for (uint32_t i = 0; i < board->count; i++) {
		const struct tcp_sent *sent = tcp_scoreboard_at(board, i);
		uint32_t age = now_us - sent->sent_us;

		if (sent->flags & (SENT_SACKED | SENT_LOST))
			continue;
		if (!sent_after(rack->sent_us, rack->end, sent->sent_us, sent->end))
			continue;
		if (age >= patience)
			tcp_scoreboard_lose(board, i);
		else
			*wait_us = RTE_MAX(*wait_us, patience - age);
	}
	if (board->lost_bytes != lost_before)
		tcp_scoreboard_tidy(board);
	return board->lost_bytes - lost_before;
}

void
tcp_rack_timeout(const struct tcp_rack *rack, const struct tcp_tcb *tcb,
		 struct tcp_scoreboard *board, uint32_t now_us)
{
	uint32_t rtt_us = rack->is_valid ? rack->rtt_us : tcb->srtt_us;
	uint32_t patience = rtt_us + reordering_window(rack, tcb, board, true);

	for (uint32_t i = 0; i < board->count; i++) {
		const struct tcp_sent *sent = tcp_scoreboard_at(board, i);

		if (sent->flags & SENT_LOST)
			continue;
		if (i == 0 || now_us - sent->sent_us >= patience)
			tcp_scoreboard_lose(board, i);
	}
	tcp_scoreboard_tidy(board);
}
