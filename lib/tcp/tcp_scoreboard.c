/* SPDX-License-Identifier: BSD-3-Clause */

#include "tcp_scoreboard.h"

#include <string.h>

#include "check.h"
#include "tcp_seq.h"

static const struct tcp_sent *
at(const struct tcp_scoreboard *board, uint32_t i)
{
	return &board->sent[board->first + i];
}

static uint32_t
begin_of(const struct tcp_scoreboard *board, uint32_t i)
{
	return i == 0 ? board->una : at(board, i - 1)->end;
}

static uint32_t
bytes_of(const struct tcp_scoreboard *board, uint32_t i)
{
	return at(board, i)->end - begin_of(board, i);
}

/* The sums follow the flags. */
static void
set_flags(struct tcp_scoreboard *board, uint32_t i, uint8_t flags)
{
	struct tcp_sent *sent = tcp_scoreboard_at(board, i);
	uint32_t bytes = bytes_of(board, i);

	if (sent->flags & SENT_SACKED)
		board->sacked_bytes -= bytes;
	if (sent->flags & SENT_LOST)
		board->lost_bytes -= bytes;
	if (flags & SENT_SACKED)
		board->sacked_bytes += bytes;
	if (flags & SENT_LOST)
		board->lost_bytes += bytes;
	sent->flags = flags;
}

static void
remove_at(struct tcp_scoreboard *board, uint32_t i)
{
	struct tcp_sent *sent = tcp_scoreboard_at(board, i);

	board->count--;
	memmove(sent, sent + 1, (board->count - i) * sizeof(*sent));
}

/*
 * May they be one range?  What is lost or SACKED needs no time any more, and a lost
 * range is sent again whole, so it does not matter which part of it was before.
 */
static bool
are_alike(const struct tcp_sent *a, const struct tcp_sent *b)
{
	if ((a->flags & SENT_LOST) || (a->flags & SENT_SACKED))
		return ((a->flags ^ b->flags) & (SENT_LOST | SENT_SACKED)) == 0;
	return a->flags == b->flags && a->sent_us == b->sent_us;
}

static void
join_with_next(struct tcp_scoreboard *board, uint32_t i)
{
	struct tcp_sent *sent = tcp_scoreboard_at(board, i);
	uint8_t flags = sent->flags | sent[1].flags;

	/* The later time: a range must not be taken for lost before its last octet is. */
	if (seq_gt(sent[1].sent_us, sent->sent_us))
		sent->sent_us = sent[1].sent_us;
	sent->end = sent[1].end;
	sent->flags = flags;
	remove_at(board, i + 1);
}

void
tcp_scoreboard_tidy(struct tcp_scoreboard *board)
{
	for (uint32_t i = 0; i + 1 < board->count;) {
		if (are_alike(at(board, i), at(board, i + 1)))
			join_with_next(board, i);
		else
			i++;
	}
}

/* Join neighbours of one kind whatever their times. */
static void
coarsen(struct tcp_scoreboard *board)
{
	const uint8_t kind = SENT_SACKED | SENT_LOST;

	for (uint32_t i = 0; i + 1 < board->count;) {
		if (((at(board, i)->flags ^ at(board, i + 1)->flags) & kind) == 0)
			join_with_next(board, i);
		else
			i++;
	}
}

/* The smallest range with these of SENT_SACKED and SENT_LOST; count if there is none. */
static uint32_t
smallest(const struct tcp_scoreboard *board, uint8_t kind)
{
	uint32_t found = board->count;

	for (uint32_t i = 0; i < board->count; i++) {
		if ((at(board, i)->flags & (SENT_SACKED | SENT_LOST)) != kind)
			continue;
		if (found == board->count || bytes_of(board, i) < bytes_of(board, found))
			found = i;
	}
	return found;
}

/* Let range `i`, one of those that smallest() chose, be of a neighbour's kind. */
static void
give_up(struct tcp_scoreboard *board, uint32_t i)
{
	const struct tcp_sent *neighbour = at(board, i == 0 ? 1 : i - 1);

	if (at(board, i)->flags & SENT_SACKED) {
		tcp_scoreboard_at(board, i)->sent_us = neighbour->sent_us;
		set_flags(board, i, neighbour->flags | SENT_AGAIN);
	} else {
		set_flags(board, i, SENT_LOST | SENT_AGAIN);
	}
}

/* Room for `needed` more, by forgetting what the header says.  True if that had to be. */
static bool
make_room(struct tcp_scoreboard *board, uint32_t needed)
{
	if (board->count + needed <= TCP_SENT_MAX)
		return false;
	coarsen(board);
	while (board->count + needed > TCP_SENT_MAX) {
		uint32_t i = smallest(board, SENT_SACKED);

		give_up(board, i < board->count ? i : smallest(board, 0));
		coarsen(board);
	}
	return true;
}

/* Let `seq`, which lies in range `i`, be a range's end.  There is room. */
static void
split(struct tcp_scoreboard *board, uint32_t i, uint32_t seq)
{
	struct tcp_sent *sent;

	if (board->first + board->count == TCP_SENT_MAX) {
		memmove(board->sent, board->sent + board->first,
			board->count * sizeof(board->sent[0]));
		board->first = 0;
	}
	sent = tcp_scoreboard_at(board, i);
	memmove(sent + 1, sent, (board->count - i) * sizeof(*sent));
	sent->end = seq;
	board->count++;
}

/* The range with octet `seq`; count if there is none. */
static uint32_t
find(const struct tcp_scoreboard *board, uint32_t seq)
{
	uint32_t i = 0;

	while (i < board->count && seq_leq(at(board, i)->end, seq))
		i++;
	return i;
}

/* Let a range begin at `seq`, if there is room for that.  Returns the first one that does. */
static uint32_t
cut(struct tcp_scoreboard *board, uint32_t seq)
{
	uint32_t i = find(board, seq);

	if (i == board->count || begin_of(board, i) == seq)
		return i;
	if (board->count < TCP_SENT_MAX)
		split(board, i, seq);
	return i + 1;
}

bool
tcp_scoreboard_sent(struct tcp_scoreboard *board, uint32_t from, uint32_t to, uint32_t now_us,
		    uint32_t grain_us)
{
	struct tcp_sent *last;
	bool was_full = false;

	if (board->count == 0) {
		board->first = 0;
		board->una = from;
	} else {
		last = tcp_scoreboard_at(board, board->count - 1u);
		check(last->end == from);
		if (last->flags == 0 && now_us - last->sent_us <= grain_us) {
			last->end = to;
			return false;
		}
		was_full = make_room(board, 1);
		if (board->first + board->count == TCP_SENT_MAX) {
			memmove(board->sent, board->sent + board->first,
				board->count * sizeof(board->sent[0]));
			board->first = 0;
		}
	}
	board->count++;
	*tcp_scoreboard_at(board, board->count - 1u) = (struct tcp_sent){to, now_us, 0};
	return was_full;
}

bool
tcp_scoreboard_resent(struct tcp_scoreboard *board, uint32_t from, uint32_t to, uint32_t now_us)
{
	bool was_full = make_room(board, 2);
	uint32_t i;

	for (i = cut(board, from); i < board->count && seq_lt(begin_of(board, i), to); i++) {
		if (seq_gt(at(board, i)->end, to))
			split(board, i, to);
		if (at(board, i)->flags & SENT_SACKED)
			continue; /* it came meanwhile */
		set_flags(board, i, SENT_AGAIN);
		tcp_scoreboard_at(board, i)->sent_us = now_us;
	}
	tcp_scoreboard_tidy(board);
	return was_full;
}

bool
tcp_scoreboard_round_trip(const struct tcp_scoreboard *board, uint32_t ack, uint32_t now_us,
			  uint32_t *rtt_us)
{
	uint32_t i = find(board, ack - 1);

	if (i == board->count || at(board, i)->flags != 0)
		return false;
	*rtt_us = now_us - at(board, i)->sent_us;
	return true;
}

/* RFC 8985, 6.2, steps 2 and 3, for octets up to `end` of a range. */
static void
note_delivery(const struct tcp_sent *sent, uint32_t end, uint32_t bytes, struct tcp_delivered *d)
{
	bool is_again = (sent->flags & SENT_AGAIN) != 0;

	d->bytes += bytes;
	if (seq_gt(end, d->fack))
		d->fack = end;
	else if (!is_again && seq_lt(end, d->fack))
		d->is_reordered = true;
	if (is_again && d->now_us - sent->sent_us < d->again_rtt_us)
		return;
	if (d->has_newest && (seq_lt(sent->sent_us, d->sent_us) ||
			      (sent->sent_us == d->sent_us && seq_leq(end, d->end))))
		return;
	d->has_newest = true;
	d->newest_is_again = is_again;
	d->sent_us = sent->sent_us;
	d->end = end;
}

static void
drop_first(struct tcp_scoreboard *board)
{
	board->una = at(board, 0)->end;
	board->first++;
	board->count--;
}

void
tcp_scoreboard_ack(struct tcp_scoreboard *board, uint32_t ack, struct tcp_delivered *delivered)
{
	while (board->count > 0 && seq_lt(board->una, ack)) {
		const struct tcp_sent *sent = at(board, 0);
		uint32_t end = seq_lt(ack, sent->end) ? ack : sent->end;
		uint32_t bytes = end - board->una;

		if (sent->flags & SENT_SACKED)
			board->sacked_bytes -= bytes;
		else
			note_delivery(sent, end, bytes, delivered);
		if (sent->flags & SENT_LOST)
			board->lost_bytes -= bytes;
		if (end == sent->end)
			drop_first(board);
		else
			board->una = end;
	}
}

void
tcp_scoreboard_pop(struct tcp_scoreboard *board, uint32_t ack)
{
	while (board->count > 0 && seq_leq(at(board, 0)->end, ack))
		drop_first(board);
	board->una = ack;
}

bool
tcp_scoreboard_sack(struct tcp_scoreboard *board, uint32_t left, uint32_t right,
		    struct tcp_delivered *delivered)
{
	bool was_full = board->count + 2 > TCP_SENT_MAX;
	uint32_t i;

	if (was_full)
		coarsen(board);
	i = cut(board, left);
	cut(board, right);
	/* Without room for a cut, only what it covers whole. */
	for (; i < board->count && seq_leq(at(board, i)->end, right); i++) {
		const struct tcp_sent *sent = at(board, i);

		if (sent->flags & SENT_SACKED)
			continue;
		note_delivery(sent, sent->end, bytes_of(board, i), delivered);
		set_flags(board, i, SENT_SACKED);
	}
	tcp_scoreboard_tidy(board);
	return was_full;
}

void
tcp_scoreboard_lose(struct tcp_scoreboard *board, uint32_t i)
{
	check((at(board, i)->flags & (SENT_SACKED | SENT_LOST)) == 0);
	set_flags(board, i, at(board, i)->flags | SENT_LOST);
}

void
tcp_scoreboard_unlose(struct tcp_scoreboard *board)
{
	for (uint32_t i = 0; i < board->count; i++)
		set_flags(board, i, at(board, i)->flags & (uint8_t)~SENT_LOST);
}

/* Which of it had been sent again is not known any more, so none of it measures a round trip. */
void
tcp_scoreboard_forget_sacks(struct tcp_scoreboard *board)
{
	for (uint32_t i = 0; i < board->count; i++) {
		if (at(board, i)->flags & SENT_SACKED)
			set_flags(board, i, SENT_AGAIN);
	}
}

bool
tcp_scoreboard_lost(const struct tcp_scoreboard *board, uint32_t *from, uint32_t *to)
{
	for (uint32_t i = 0; board->lost_bytes > 0 && i < board->count; i++) {
		if ((at(board, i)->flags & SENT_LOST) == 0)
			continue;
		*from = begin_of(board, i);
		*to = at(board, i)->end;
		return true;
	}
	return false;
}
