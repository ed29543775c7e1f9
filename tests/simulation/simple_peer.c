/* SPDX-License-Identifier: BSD-3-Clause */

/* The small TCP as it speaks: its timers, its application, its segments. */
#include "simple_peer.h"

#include <string.h>

#include "check.h"
#include "link.h"
#include "stream.h"
#include "units.h"
#include "wrapping.h"

#define RTO_FIRST_NS	 NS_PER_SECOND
#define RTO_MAX_NS	 (60 * NS_PER_SECOND)
#define SEND_BUFFER	 262144u
#define CWND_UNLIMITED	 (1u << 30)
#define WND_FIELD_MAX	 65535u
#define TIMESTAMP_BYTES	 12u
#define BLOCKS_MAX	 4u
#define BLOCKS_BESIDE_TS 3u

void
peer_complain(struct simple_peer *peer, const char *wrong)
{
	if (peer->wrong == NULL)
		peer->wrong = wrong;
}

void
simple_peer_init(struct simple_peer *peer, const struct peer_habits *habits,
		 const struct plan *plan, uint32_t server_stream, uint64_t seed)
{
	*peer = (struct simple_peer){
		.habits = *habits,
		.plan = *plan,
		.server_stream = server_stream,
		.una = habits->isn,
		.nxt = habits->isn,
		.max = habits->isn,
		.write_ns = PEER_NEVER,
		.read_ns = PEER_NEVER,
		.rto_at_ns = PEER_NEVER,
		.ack_at_ns = PEER_NEVER,
		.rto_ns = RTO_FIRST_NS,
		.ssthresh = CWND_UNLIMITED,
	};
	rng_init(&peer->rng, seed);
}

/* -- segments ------------------------------------------------------------ */

static struct option_text *
add_option(struct segment *segment, uint8_t kind, uint8_t count)
{
	struct option_text *option = &segment->options.option[segment->options.count++];

	*option = (struct option_text){.kind = kind, .count = count};
	return option;
}

static void
add_timestamps(const struct simple_peer *peer, struct segment *segment)
{
	struct option_text *option;

	add_option(segment, TCPOPT_NOP, 0);
	add_option(segment, TCPOPT_NOP, 0);
	option = add_option(segment, TCPOPT_TIMESTAMPS, 2);
	option->number[0].value = (uint32_t)(peer->now_ns / NS_PER_MS) + peer->habits.isn;
	option->number[1].value = peer->ts_recent;
}

/* RFC 2018, 4: the block that grew last comes first. */
static void
add_blocks(const struct simple_peer *peer, struct segment *segment)
{
	uint32_t max = peer->has_timestamps ? BLOCKS_BESIDE_TS : BLOCKS_MAX;
	uint32_t count = peer->held_count < max ? peer->held_count : max;
	struct option_text *option;

	if (!peer->has_sack || count == 0)
		return;
	add_option(segment, TCPOPT_NOP, 0);
	add_option(segment, TCPOPT_NOP, 0);
	option = add_option(segment, TCPOPT_SACK, (uint8_t)(2 * count));
	for (uint32_t i = 0; i < count; i++) {
		uint32_t which = (peer->held_latest + i) % peer->held_count;

		option->number[2 * i].value = peer->held[which].from;
		option->number[2 * i + 1].value = peer->held[which].to;
	}
}

/* The window as the field has it; what was offered once is never taken back. */
static uint32_t
offer(struct simple_peer *peer, uint8_t shift)
{
	uint64_t unread = peer->rcv_at - peer->read_at;
	uint32_t room = unread < peer->habits.receive_buffer
				? (uint32_t)(peer->habits.receive_buffer - unread)
				: 0;
	uint32_t step = peer->habits.receive_buffer / 2, field;

	if (step > peer->habits.mss)
		step = peer->habits.mss;
	if ((int32_t)(peer->rcv_nxt + room - peer->edge) >= (int32_t)step)
		peer->edge = peer->rcv_nxt + room;
	field = (peer->edge - peer->rcv_nxt + (1u << shift) - 1) >> shift;
	if (is_before(peer->edge, peer->rcv_nxt))
		field = 0;
	if (field > WND_FIELD_MAX)
		field = WND_FIELD_MAX;
	peer->edge = peer->rcv_nxt + (field << shift);
	return field;
}

static void
say(struct simple_peer *peer, uint8_t flags, uint32_t seq, uint32_t bytes)
{
	static uint8_t text[PEER_TEXT_MAX];
	static struct segment segment;
	uint64_t at = peer->una_at + (seq + ((flags & TH_SYN) != 0) - peer->una) -
		      (peer->state == PEER_SYN_SENT);

	check(bytes <= sizeof(text));
	segment.options.count = 0;
	segment.flags = flags;
	segment.seq.value = seq;
	segment.text_bytes = bytes;
	segment.has_ack = (flags & TH_ACK) != 0;
	segment.ack.value = segment.has_ack ? peer->rcv_nxt : 0;
	segment.has_wnd = true;
	segment.wnd.value = offer(peer, flags & TH_SYN ? 0 : peer->wnd_shift);
	segment.urgent.value = 0;
	if (bytes > 0 && peer->habits.says_urgent && chance(&peer->rng, 4096)) {
		segment.flags |= TH_URG;
		segment.urgent.value = 1 + rng_below(&peer->rng, bytes);
	}
	if (flags & TH_SYN) {
		if (peer->habits.has_mss)
			add_option(&segment, TCPOPT_MSS, 1)->number[0].value = peer->habits.mss;
		if (peer->habits.has_wscale)
			add_option(&segment, TCPOPT_WSCALE, 1)->number[0].value =
				peer->habits.shift;
		if (peer->habits.has_sack)
			add_option(&segment, TCPOPT_SACK_PERMITTED, 0);
	}
	if (flags & TH_SYN ? peer->habits.has_timestamps : peer->has_timestamps)
		add_timestamps(peer, &segment);
	if (!(flags & (TH_SYN | TH_RST)))
		add_blocks(peer, &segment);
	stream_fill(peer->plan.stream, at, text, bytes);
	if (segment.has_ack) {
		peer->ack_at_ns = PEER_NEVER;
		peer->unacked_segments = 0;
	}
	peer->say(peer->to, &segment, text);
}

void
peer_acknowledge(struct simple_peer *peer)
{
	say(peer, TH_ACK, peer->nxt, 0);
}

void
peer_reset(struct simple_peer *peer, uint32_t seq)
{
	say(peer, TH_RST, seq, 0);
}

void
peer_finish(struct simple_peer *peer, enum peer_end end)
{
	if (peer->end == PEER_NOT_YET)
		peer->end = end;
	if (end != PEER_DONE)
		peer->state = PEER_CLOSED;
	peer->rto_at_ns = peer->ack_at_ns = peer->write_ns = peer->read_ns = PEER_NEVER;
}

/* -- sending ------------------------------------------------------------- */

static uint64_t
stream_at(const struct simple_peer *peer, uint32_t seq)
{
	return peer->una_at + (seq - peer->una);
}

static bool
wants_fin(const struct simple_peer *peer)
{
	return !peer->fin_acked && peer->written == peer->plan.total &&
	       (!peer->plan.waits_for_fin || peer->has_fin);
}

/* Also where nothing is out and the window does not let anything go: then we probe. */
void
peer_restart_timer(struct simple_peer *peer)
{
	peer->rto_at_ns = PEER_NEVER;
	if (peer->una != peer->max || peer->written > peer->una_at || wants_fin(peer))
		peer->rto_at_ns = peer->now_ns + peer->rto_ns;
}

/* How many octets may go out from `seq` on. */
static uint32_t
room_at(const struct simple_peer *peer, uint32_t seq)
{
	uint32_t wnd = peer->una + peer->wnd;
	uint32_t cwnd =
		peer->una + peer->cwnd + (peer->dupacks < 3 ? peer->dupacks * peer->mss : 0);
	uint32_t right = is_before(cwnd, wnd) && !peer->habits.ignores_congestion ? cwnd : wnd;

	return is_before(seq, right) ? right - seq : 0;
}

static void
time_it(struct simple_peer *peer, uint32_t end)
{
	if (peer->is_timing)
		return;
	peer->is_timing = true;
	peer->timed_seq = end;
	peer->timed_ns = peer->now_ns;
}

/* Send [seq, seq + bytes) and the FIN behind it if it is time for it. */
static uint32_t
send_at(struct simple_peer *peer, uint32_t seq, uint32_t bytes, uint32_t room)
{
	bool fin =
		wants_fin(peer) && stream_at(peer, seq) + bytes == peer->plan.total && room > bytes;
	uint32_t end = seq + bytes + fin;
	uint8_t flags = TH_ACK;

	if (bytes == 0 && !fin)
		return 0;
	if (fin)
		flags |= TH_FIN;
	if (bytes > 0 && stream_at(peer, seq) + bytes == peer->written)
		flags |= TH_PSH;
	if (is_before(seq, peer->max))
		peer->repeats++;
	else
		time_it(peer, end);
	if (is_before(peer->max, end))
		peer->max = end;
	say(peer, flags, seq, bytes);
	return end - seq;
}

static uint32_t
piece_at(struct simple_peer *peer, uint32_t seq, uint32_t room)
{
	uint64_t left = peer->written - stream_at(peer, seq);
	uint32_t piece = peer->mss < peer->habits.piece_max ? peer->mss : peer->habits.piece_max;

	if (piece > room)
		piece = room;
	if (piece > left)
		piece = (uint32_t)left;
	if (piece > 0 && peer->habits.repeats_in_pieces && is_before(seq, peer->max))
		piece = 1 + rng_below(&peer->rng, piece);
	return piece;
}

void
peer_output(struct simple_peer *peer)
{
	bool was_idle = peer->rto_at_ns == PEER_NEVER;

	while (peer->state == PEER_OPEN && stream_at(peer, peer->nxt) <= peer->plan.total &&
	       !peer->fin_acked) {
		uint32_t room = room_at(peer, peer->nxt), sent;
		uint32_t piece = piece_at(peer, peer->nxt, room);

		/* Silly-window avoidance: wait while something is out. */
		if (piece == room && piece < peer->mss && piece < peer->habits.piece_max &&
		    peer->nxt != peer->una && stream_at(peer, peer->nxt) + piece < peer->written)
			break;
		sent = send_at(peer, peer->nxt, piece, room);
		if (sent == 0)
			break;
		peer->nxt += sent;
	}
	if (was_idle)
		peer_restart_timer(peer);
}

static uint32_t
highest_sacked(const struct simple_peer *peer)
{
	return peer->sacked_count > 0 ? peer->sacked[peer->sacked_count - 1].to : peer->una;
}

/* The first octet from `seq` on that was not reported, and where that hole ends. */
static uint32_t
hole_from(const struct simple_peer *peer, uint32_t seq, uint32_t *end)
{
	*end = peer->max;
	for (uint32_t i = 0; i < peer->sacked_count; i++) {
		if (is_before(seq, peer->sacked[i].from)) {
			*end = peer->sacked[i].from;
			break;
		}
		if (is_before(seq, peer->sacked[i].to))
			seq = peer->sacked[i].to;
	}
	return seq;
}

/*
 * Fill a hole below what was reported, one segment a time, each once in a round
 * trip; without reports, what stands first.
 */
void
peer_resend_hole(struct simple_peer *peer)
{
	uint32_t seq = peer->una, end = peer->max, piece;

	if (peer->state != PEER_OPEN || peer->una == peer->max)
		return;
	if (peer->sacked_count > 0) {
		if (is_before(peer->repair, peer->una) ||
		    (!is_before(peer->repair, highest_sacked(peer)) &&
		     peer->now_ns > peer->repair_ns + peer->srtt_ns + peer->srtt_ns / 4)) {
			peer->repair = peer->una;
			peer->repair_ns = peer->now_ns;
		}
		seq = hole_from(peer, peer->repair, &end);
		if (!is_before(seq, highest_sacked(peer)))
			return;
	}
	piece = piece_at(peer, seq, end - seq);
	peer->is_timing = false; /* Karn */
	peer->repair = seq + send_at(peer, seq, piece, piece + 1);
}

/* -- time ---------------------------------------------------------------- */

static void
say_syn(struct simple_peer *peer)
{
	uint32_t bytes = peer->habits.syn_has_text && peer->plan.total > 0 ? 1 : 0;

	say(peer, TH_SYN, peer->habits.isn, bytes);
	peer->nxt = peer->max = peer->habits.isn + 1;
	peer->rto_at_ns = peer->now_ns + peer->rto_ns;
}

void
simple_peer_open(struct simple_peer *peer, uint64_t now_ns)
{
	peer->now_ns = now_ns;
	peer->state = PEER_SYN_SENT;
	say_syn(peer);
}

/* The window is shut: one octet asks, or the FIN. */
static void
probe(struct simple_peer *peer)
{
	send_at(peer, peer->una, peer->written > peer->una_at, 1);
}

static void
time_out(struct simple_peer *peer)
{
	peer->rtos++;
	if (++peer->tries > peer->habits.tries_max) {
		peer_finish(peer, PEER_GAVE_UP);
		return;
	}
	peer->rto_ns = peer->rto_ns * 2 < RTO_MAX_NS ? peer->rto_ns * 2 : RTO_MAX_NS;
	peer->is_timing = false;
	if (peer->state == PEER_SYN_SENT) {
		say_syn(peer);
		return;
	}
	peer->ssthresh = (peer->max - peer->una) / 2 > 2 * peer->mss ? (peer->max - peer->una) / 2
								     : 2 * peer->mss;
	peer->cwnd = peer->mss;
	peer->in_recovery = false;
	peer->dupacks = 0;
	peer->sacked_count = 0;
	peer->nxt = peer->una;
	if (peer->wnd == 0)
		probe(peer);
	else
		peer_output(peer);
	peer_restart_timer(peer);
	if (peer->rto_at_ns == PEER_NEVER)
		peer->rto_at_ns = peer->now_ns + peer->rto_ns;
}

static void
write_some(struct simple_peer *peer)
{
	const struct plan *plan = &peer->plan;

	while (peer->write_ns <= peer->now_ns) {
		uint64_t left = plan->total - peer->written;
		uint64_t piece = 1 + rng_below(&peer->rng, plan->write_max);

		if (peer->written >= plan->abort_at) {
			say(peer, TH_RST | TH_ACK, peer->nxt, 0);
			peer_finish(peer, PEER_ABORTED);
			return;
		}
		if (left == 0 || peer->written - peer->una_at >= SEND_BUFFER) {
			peer->write_ns = PEER_NEVER; /* until something is acknowledged */
			break;
		}
		peer->written += piece < left ? piece : left;
		if (plan->pause_ns > 0)
			peer->write_ns = peer->now_ns + rng_next(&peer->rng) % plan->pause_ns;
	}
	peer_output(peer);
}

/* The application reads; a window that opens by much is told. */
void
peer_read(struct simple_peer *peer)
{
	uint64_t unread = peer->rcv_at - peer->read_at;
	uint32_t was = peer->edge;

	if (!peer->plan.is_slow_reader) {
		peer->read_at = peer->rcv_at;
		return;
	}
	if (peer->read_ns == PEER_NEVER)
		peer->read_ns = peer->now_ns + rng_next(&peer->rng) % peer->plan.read_ns;
	if (peer->read_ns > peer->now_ns)
		return;
	peer->read_at += unread < peer->plan.read_max ? unread : peer->plan.read_max;
	peer->read_ns = PEER_NEVER;
	if (peer->read_at != peer->rcv_at)
		peer->read_ns = peer->now_ns + 1 + rng_next(&peer->rng) % peer->plan.read_ns;
	offer(peer, peer->wnd_shift);
	if (peer->edge != was)
		peer_acknowledge(peer);
}

void
simple_peer_wake(struct simple_peer *peer, uint64_t now_ns)
{
	peer->now_ns = now_ns;
	if (peer->write_ns <= now_ns)
		write_some(peer);
	if (peer->read_ns <= now_ns)
		peer_read(peer);
	if (peer->ack_at_ns <= now_ns)
		peer_acknowledge(peer);
	if (peer->rto_at_ns <= now_ns)
		time_out(peer);
}

uint64_t
simple_peer_next(const struct simple_peer *peer)
{
	uint64_t next = peer->rto_at_ns;

	next = next < peer->write_ns ? next : peer->write_ns;
	next = next < peer->read_ns ? next : peer->read_ns;
	return next < peer->ack_at_ns ? next : peer->ack_at_ns;
}
