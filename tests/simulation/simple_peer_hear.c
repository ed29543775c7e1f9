/* SPDX-License-Identifier: BSD-3-Clause */

/* The small TCP as it listens: what weir says is judged, then acted upon. */
#include "simple_peer.h"

#include <string.h>

#include "link.h"
#include "stream.h"
#include "units.h"
#include "wrapping.h"

#define MSS_DEFAULT	536
#define TIMESTAMP_BYTES 12
#define CWND_FIRST	10

static const struct option_text *
option_of(const struct segment *segment, uint8_t kind)
{
	return option_list_find((struct option_list *)&segment->options, kind);
}

/* -- opening ------------------------------------------------------------- */

static void
agree(struct simple_peer *peer, const struct segment *segment)
{
	const struct option_text *mss = option_of(segment, TCPOPT_MSS);
	const struct option_text *wscale = option_of(segment, TCPOPT_WSCALE);
	const struct option_text *timestamps = option_of(segment, TCPOPT_TIMESTAMPS);

	peer->mss = mss != NULL ? mss->number[0].value : MSS_DEFAULT;
	if (peer->mss > peer->habits.mss)
		peer->mss = peer->habits.mss;
	peer->has_timestamps = timestamps != NULL;
	if (peer->has_timestamps) {
		peer->ts_recent = timestamps->number[0].value;
		peer->mss -= TIMESTAMP_BYTES;
	}
	peer->has_sack = option_of(segment, TCPOPT_SACK_PERMITTED) != NULL;
	peer->wnd_shift = wscale != NULL ? peer->habits.shift : 0;
	peer->send_shift = wscale != NULL ? (uint8_t)wscale->number[0].value : 0;
	peer->wnd = segment->wnd.value;
	peer->wl1 = segment->seq.value;
	peer->wl2 = segment->ack.value;
}

static void
hear_syn_ack(struct simple_peer *peer, const struct segment *segment)
{
	if (segment->has_ack && segment->ack.value != peer->habits.isn + 1)
		return; /* an old one */
	if (segment->flags & TH_RST) {
		if (segment->has_ack)
			peer_finish(peer, PEER_RESET);
		return;
	}
	if ((segment->flags & (TH_SYN | TH_ACK)) != (TH_SYN | TH_ACK))
		return;
	if (segment->text_bytes > 0)
		peer_complain(peer, "a SYN-ACK with text");
	agree(peer, segment);
	peer->irs = segment->seq.value;
	peer->rcv_nxt = peer->edge = peer->irs + 1;
	peer->una = peer->nxt = peer->max = peer->habits.isn + 1;
	peer->cwnd = CWND_FIRST * peer->mss;
	peer->state = PEER_OPEN;
	peer->tries = 0;
	peer->rto_ns = NS_PER_SECOND;
	peer->rto_at_ns = PEER_NEVER;
	peer->write_ns = peer->now_ns;
	if (!peer->habits.third_ack_has_text || peer->plan.total == 0)
		peer_acknowledge(peer);
	simple_peer_wake(peer, peer->now_ns);
	/* Should the third ACK be lost and we have nothing to say, weir's SYN-ACK comes again. */
}

/* -- acknowledgments ------------------------------------------------------ */

static void
take_round_trip(struct simple_peer *peer, uint32_t ack)
{
	uint64_t sample;

	if (!peer->is_timing || is_before(ack, peer->timed_seq))
		return;
	peer->is_timing = false;
	sample = peer->now_ns - peer->timed_ns;
	if (peer->srtt_ns == 0) {
		peer->srtt_ns = sample;
		peer->rttvar_ns = sample / 2;
	} else {
		uint64_t off =
			sample > peer->srtt_ns ? sample - peer->srtt_ns : peer->srtt_ns - sample;

		peer->rttvar_ns = (3 * peer->rttvar_ns + off) / 4;
		peer->srtt_ns = (7 * peer->srtt_ns + sample) / 8;
	}
	peer->rto_ns = peer->srtt_ns + 4 * peer->rttvar_ns;
	if (peer->rto_ns < peer->habits.rto_min_ns)
		peer->rto_ns = peer->habits.rto_min_ns;
}

static void
forget_sacked(struct simple_peer *peer)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < peer->sacked_count; i++) {
		struct peer_range range = peer->sacked[i];

		if (!is_before(peer->una, range.to))
			continue;
		if (is_before(range.from, peer->una))
			range.from = peer->una;
		peer->sacked[kept++] = range;
	}
	peer->sacked_count = kept;
}

static void
advance_una(struct simple_peer *peer, uint32_t ack)
{
	uint32_t acked = ack - peer->una;
	uint64_t text_left = peer->plan.total - peer->una_at;

	if (acked > text_left) {
		peer->una_at += text_left;
		peer->fin_acked = true;
	} else {
		peer->una_at += acked;
	}
	peer->una = ack;
	if (is_before(peer->nxt, ack))
		peer->nxt = ack;
	forget_sacked(peer);
	peer->tries = 0;
	peer->dupacks = 0;
	if (peer->in_recovery && !is_before(ack, peer->recover)) {
		peer->in_recovery = false;
		peer->cwnd = peer->ssthresh;
	} else if (!peer->in_recovery) {
		peer->cwnd += peer->cwnd < peer->ssthresh ? peer->mss
							  : peer->mss * peer->mss / peer->cwnd + 1;
	}
	if (peer->written < peer->plan.total && peer->write_ns == PEER_NEVER)
		peer->write_ns = peer->now_ns;
}

static void
count_duplicate(struct simple_peer *peer)
{
	peer->dupacks++;
	if (peer->in_recovery || peer->dupacks < 3)
		return;
	peer->in_recovery = true;
	peer->recover = peer->max;
	peer->ssthresh = peer->cwnd / 2 > 2 * peer->mss ? peer->cwnd / 2 : 2 * peer->mss;
	peer->cwnd = peer->ssthresh;
	peer->repair = peer->una;
	peer->repair_ns = peer->now_ns;
	if (peer->sacked_count == 0)
		peer_resend_hole(peer);
}

/* In order and apart, as weir must report them; a block with all before it is D-SACK's. */
static void
insert(struct peer_range *ranges, uint32_t *count, struct peer_range new, uint32_t *where)
{
	uint32_t first = 0, last;

	while (first < *count && is_before(ranges[first].to, new.from))
		first++;
	for (last = first; last < *count && !is_before(new.to, ranges[last].from); last++) {
		if (is_before(ranges[last].from, new.from))
			new.from = ranges[last].from;
		if (is_before(new.to, ranges[last].to))
			new.to = ranges[last].to;
	}
	if (last == first && *count == PEER_RANGES_MAX)
		return;
	memmove(&ranges[first + 1], &ranges[last], (*count - last) * sizeof(ranges[0]));
	*count = *count + 1 - (last - first);
	ranges[first] = new;
	*where = first;
}

static void
hear_blocks(struct simple_peer *peer, const struct segment *segment)
{
	const struct option_text *sack = option_of(segment, TCPOPT_SACK);

	if (sack == NULL)
		return;
	if (!peer->has_sack)
		peer_complain(peer, "SACK blocks that were not agreed");
	for (uint32_t i = 0; i + 1 < sack->count; i += 2) {
		struct peer_range block = {sack->number[i].value, sack->number[i + 1].value};
		uint32_t unused;

		if (!is_before(block.from, block.to) ||
		    is_before(block.from, peer->habits.isn + 1) || is_before(peer->max, block.to))
			peer_complain(peer, "a SACK block of what was never sent");
		if (is_before(segment->ack.value, block.from))
			insert(peer->sacked, &peer->sacked_count, block, &unused);
		else if (i > 0)
			peer_complain(peer,
				      "a SACK block, not the first, below the acknowledgment");
	}
	forget_sacked(peer);
}

static void
hear_ack(struct simple_peer *peer, const struct segment *segment)
{
	uint32_t ack = segment->ack.value, wnd = segment->wnd.value << peer->send_shift;
	bool is_same_wnd = wnd == peer->wnd;

	if (is_before(peer->max, ack)) {
		peer_complain(peer, "an acknowledgment of what was never sent");
		return;
	}
	hear_blocks(peer, segment);
	if (wnd == 0)
		peer->tries = 0; /* whoever answers probes is alive (RFC 9293, 3.8.6.1) */
	if (!is_before(ack, peer->una) &&
	    (is_before(peer->wl1, segment->seq.value) ||
	     (peer->wl1 == segment->seq.value && !is_before(ack, peer->wl2)))) {
		peer->wnd = wnd;
		peer->wl1 = segment->seq.value;
		peer->wl2 = ack;
	}
	if (is_before(peer->una, ack)) {
		bool was_in_recovery = peer->in_recovery;

		take_round_trip(peer, ack);
		advance_una(peer, ack);
		if (was_in_recovery && peer->in_recovery && peer->sacked_count == 0)
			peer_resend_hole(peer);
		peer_restart_timer(peer);
	} else if (ack == peer->una && ack != peer->max && segment->text_bytes == 0 &&
		   is_same_wnd && !(segment->flags & (TH_FIN | TH_SYN))) {
		count_duplicate(peer);
	}
	if (peer->sacked_count > 0 && (peer->in_recovery || peer->habits.ignores_congestion))
		peer_resend_hole(peer);
}

/* -- text ----------------------------------------------------------------- */

/* What came early and fits now. */
static void
advance_rcv(struct simple_peer *peer, uint32_t to)
{
	peer->rcv_at += to - peer->rcv_nxt;
	peer->rcv_nxt = to;
	while (peer->held_count > 0 && !is_before(peer->rcv_nxt, peer->held[0].from)) {
		if (is_before(peer->rcv_nxt, peer->held[0].to)) {
			peer->rcv_at += peer->held[0].to - peer->rcv_nxt;
			peer->rcv_nxt = peer->held[0].to;
		}
		peer->held_count--;
		memmove(&peer->held[0], &peer->held[1], peer->held_count * sizeof(peer->held[0]));
		peer->held_latest = 0;
	}
}

static void
judge_text(struct simple_peer *peer, const struct segment *segment, const uint8_t *text)
{
	int32_t ahead = (int32_t)(segment->seq.value - peer->rcv_nxt);
	int64_t at = (int64_t)peer->rcv_at + ahead;
	uint32_t end = segment->seq.value + segment->text_bytes;

	if (segment->text_bytes > 0 &&
	    (at < 0 || !stream_is(peer->server_stream, (uint64_t)at, text, segment->text_bytes)))
		peer_complain(peer, "text that does not belong there");
	if (segment->flags & TH_FIN && peer->has_fin_seq && peer->fin_seq != end)
		peer_complain(peer, "a FIN in another place than before");
	if (peer->has_fin_seq && segment->text_bytes > 0 && is_before(peer->fin_seq, end))
		peer_complain(peer, "text behind the FIN");
}

static void
owe_ack(struct simple_peer *peer, bool at_once)
{
	peer->unacked_segments++;
	if (at_once || peer->unacked_segments >= 2 || peer->habits.delayed_ack_ns == 0)
		peer_acknowledge(peer);
	else if (peer->ack_at_ns == PEER_NEVER)
		peer->ack_at_ns = peer->now_ns + peer->habits.delayed_ack_ns;
}

static void
hear_text(struct simple_peer *peer, const struct segment *segment)
{
	struct peer_range new = {segment->seq.value, segment->seq.value + segment->text_bytes};
	bool is_early = is_before(peer->rcv_nxt, new.from), had_hole = peer->held_count > 0;
	bool is_old = !is_before(peer->rcv_nxt, new.to);

	if (segment->flags & TH_FIN) {
		peer->has_fin_seq = true;
		peer->fin_seq = new.to;
	}
	if (is_before(peer->edge, new.to))
		new.to = peer->edge; /* a probe of a closed window */
	if (is_before(new.from, new.to)) {
		if (is_early)
			insert(peer->held, &peer->held_count, new, &peer->held_latest);
		else if (is_before(peer->rcv_nxt, new.to))
			advance_rcv(peer, new.to);
	}
	peer_read(peer);
	if (peer->has_fin_seq && !peer->has_fin && peer->rcv_nxt == peer->fin_seq) {
		peer->has_fin = true;
		peer->rcv_nxt++;
		peer->rcv_at++;
		peer->read_at = peer->rcv_at;
		owe_ack(peer, true);
		return;
	}
	owe_ack(peer, is_early || had_hole || is_old || (segment->flags & TH_FIN) != 0);
}

/* -- all of it ------------------------------------------------------------ */

static void
hear_reset(struct simple_peer *peer, const struct segment *segment)
{
	if (segment->seq.value == peer->rcv_nxt)
		peer_finish(peer, PEER_RESET);
	else if (is_before(peer->rcv_nxt, segment->seq.value) &&
		 is_before(segment->seq.value, peer->edge))
		peer_acknowledge(peer); /* RFC 5961, 3.2 */
}

static void
hear_when_closed(struct simple_peer *peer, const struct segment *segment)
{
	if (segment->flags & TH_RST || peer->end == PEER_NOT_YET)
		return;
	if (segment->has_ack)
		peer_reset(peer, segment->ack.value);
}

static void
hear_when_open(struct simple_peer *peer, const struct segment *segment, const uint8_t *text)
{
	const struct option_text *timestamps = option_of(segment, TCPOPT_TIMESTAMPS);
	bool occupies = segment->text_bytes > 0 || (segment->flags & (TH_FIN | TH_SYN)) != 0;

	if (segment->flags & TH_RST) {
		hear_reset(peer, segment);
		return;
	}
	if (segment->flags & TH_SYN) {
		peer_acknowledge(peer); /* our third segment was lost */
		return;
	}
	judge_text(peer, segment, text);
	if (timestamps != NULL && !is_before(timestamps->number[0].value, peer->ts_recent) &&
	    !is_before(peer->rcv_nxt, segment->seq.value))
		peer->ts_recent = timestamps->number[0].value;
	hear_ack(peer, segment);
	if (occupies)
		hear_text(peer, segment);
	else if (segment->seq.value == peer->rcv_nxt - 1)
		peer_acknowledge(peer); /* a keep-alive */
	if (peer->habits.acks_in_parts && occupies && chance(&peer->rng, 8192))
		peer_acknowledge(peer);
	if (peer->fin_acked && peer->has_fin)
		peer_finish(peer, PEER_DONE);
	if (!simple_peer_is_over(peer))
		peer_output(peer);
}

void
simple_peer_hear(struct simple_peer *peer, uint64_t now_ns, const struct segment *segment,
		 const uint8_t *text)
{
	peer->now_ns = now_ns;
	switch (peer->state) {
	case PEER_CLOSED:
		hear_when_closed(peer, segment);
		break;
	case PEER_SYN_SENT:
		hear_syn_ack(peer, segment);
		break;
	case PEER_OPEN:
		hear_when_open(peer, segment, text);
		break;
	}
}
