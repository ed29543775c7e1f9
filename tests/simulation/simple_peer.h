/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * A small TCP of its own for weir to talk to: a client that opens, sends,
 * receives and closes.  It shares no line with lib/tcp; it is short and slow, and
 * strict about what it hears: weir may acknowledge nothing that was not sent,
 * send no octet that does not belong where it stands, report no SACK block that
 * cannot be.  The first such thing is noted in `wrong`.
 *
 * It keeps no text, since a stream is a function (stream.h): sending makes it,
 * receiving compares it, and only the numbers of what came early are remembered.
 */
#ifndef WEIR_TESTS_SIMULATION_SIMPLE_PEER_H
#define WEIR_TESTS_SIMULATION_SIMPLE_PEER_H

#include <stdbool.h>
#include <stdint.h>

#include "plan.h"
#include "segment_text.h"

#define PEER_NEVER	UINT64_MAX
#define PEER_RANGES_MAX 64
#define PEER_TEXT_MAX	9000

/* How this client does things, all of them allowed. */
struct peer_habits {
	uint32_t isn;
	uint16_t mss;
	uint8_t shift; /* of its window */
	bool has_mss, has_wscale, has_timestamps, has_sack;
	uint32_t receive_buffer;
	uint64_t delayed_ack_ns; /* 0: acknowledges everything at once */
	uint32_t piece_max;	 /* at most so much text in a segment, however large the MSS */
	bool repeats_in_pieces;	 /* another size when sending again */
	bool third_ack_has_text; /* no ACK alone completes the handshake */
	bool syn_has_text;
	bool ignores_congestion; /* a sender that knows no congestion window */
	bool says_urgent;	 /* some text is marked so: it stays in line */
	bool acks_in_parts;	 /* several ACKs for one segment */
	uint32_t tries_max;	 /* timeouts in a row until it gives up */
	uint64_t rto_min_ns;
};

enum peer_state {
	PEER_CLOSED, /* before it begins, and once it is over */
	PEER_SYN_SENT,
	PEER_OPEN,
};

enum peer_end {
	PEER_NOT_YET,
	PEER_DONE,    /* both FINs acknowledged */
	PEER_RESET,   /* weir's RST */
	PEER_ABORTED, /* its own */
	PEER_GAVE_UP,
};

struct peer_range {
	uint32_t from, to;
};

struct simple_peer {
	struct peer_habits habits;
	struct plan plan;
	struct rng rng;
	uint32_t server_stream; /* what weir's application sends */
	void (*say)(void *to, const struct segment *segment, const uint8_t *text);
	void *to;
	const char *wrong;
	enum peer_state state;
	enum peer_end end;
	uint64_t now_ns;

	/* Sending: sequence numbers; octet n of the stream is iss + 1 + n. */
	uint32_t una, nxt, max; /* max: one past the highest ever sent */
	uint64_t una_at;	/* of the stream, where una stands */
	uint64_t written;	/* by the application */
	uint64_t write_ns;	/* when it writes again */
	uint32_t wnd, wl1, wl2;
	uint8_t wnd_shift, send_shift; /* of ours, of theirs */
	uint32_t mss;
	uint32_t cwnd, ssthresh, recover;
	uint32_t dupacks;
	bool in_recovery;
	bool fin_acked;
	uint32_t repair;    /* up to here holes have been filled */
	uint64_t repair_ns; /* ... the first of them at that time */
	struct peer_range sacked[PEER_RANGES_MAX];
	uint32_t sacked_count;
	uint64_t rto_at_ns, rto_ns, srtt_ns, rttvar_ns;
	uint32_t tries;
	uint32_t timed_seq;
	uint64_t timed_ns;
	bool is_timing;

	/* Receiving. */
	uint32_t irs, rcv_nxt, edge;
	uint64_t rcv_at;  /* of the stream, where rcv_nxt stands */
	uint64_t read_at; /* by the application */
	uint64_t read_ns; /* when it reads again */
	struct peer_range held[PEER_RANGES_MAX];
	uint32_t held_count;
	uint32_t held_latest;
	bool has_fin_seq, has_fin;
	uint32_t fin_seq;
	bool has_timestamps, has_sack;
	uint32_t ts_recent;
	uint32_t unacked_segments;
	uint64_t ack_at_ns;
	uint64_t rtos, repeats; /* told */
};

void simple_peer_init(struct simple_peer *peer, const struct peer_habits *habits,
		      const struct plan *plan, uint32_t server_stream, uint64_t seed);

/* Send the SYN. */
void simple_peer_open(struct simple_peer *peer, uint64_t now_ns);

/* A segment of weir's has come. */
void simple_peer_hear(struct simple_peer *peer, uint64_t now_ns, const struct segment *segment,
		      const uint8_t *text);

/* Do what is due. */
void simple_peer_wake(struct simple_peer *peer, uint64_t now_ns);

/* When simple_peer_wake() has something to do next, or PEER_NEVER. */
uint64_t simple_peer_next(const struct simple_peer *peer);

static inline bool
simple_peer_is_over(const struct simple_peer *peer)
{
	return peer->end != PEER_NOT_YET;
}

/* Within: simple_peer.c speaks, simple_peer_hear.c listens. */
void peer_complain(struct simple_peer *peer, const char *wrong);
void peer_acknowledge(struct simple_peer *peer);
void peer_output(struct simple_peer *peer);
void peer_resend_hole(struct simple_peer *peer);
void peer_reset(struct simple_peer *peer, uint32_t seq);
void peer_restart_timer(struct simple_peer *peer);
void peer_read(struct simple_peer *peer);
void peer_finish(struct simple_peer *peer, enum peer_end end);

#endif
