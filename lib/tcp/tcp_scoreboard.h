/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * What is out and not yet acknowledged, of a connection that agreed to SACK: when
 * each octet was sent last, whether the peer has it (RFC 2018), whether it counts as
 * lost, whether it was sent more than once.
 *
 * Ranges in sequence order without a gap, SND.UNA to SND.NXT.  Neighbours of one
 * kind that were sent within a grain of time are one range, so a bulk transfer
 * needs as many as there are grains in a round trip, and not one a segment.  Of 64
 * ranges none is allocated later.  When they run out, and joining neighbours of
 * different times does not help, this is forgotten, in this order:
 *
 *	what a SACK block says beyond whole ranges, until another ACK repeats it
 *	that the smallest range the peer has is there: it may be sent again
 *	that the smallest range under way is under way: it is sent again
 *
 * Never the other way round: nothing missing counts as delivered.  Functions that may
 * have to forget say whether they had to.
 */
#ifndef WEIR_TCP_TCP_SCOREBOARD_H
#define WEIR_TCP_TCP_SCOREBOARD_H

#include <stdbool.h>
#include <stdint.h>

#define TCP_SENT_MAX 64

/* flags of a range */
#define SENT_SACKED 0x1u /* the peer has it, by a SACK block */
#define SENT_LOST   0x2u /* to be sent again; never with SENT_SACKED */
#define SENT_AGAIN  0x4u /* sent more than once */

struct tcp_sent {
	uint32_t end;	  /* one past its last octet; it begins where the one before ends */
	uint32_t sent_us; /* when it was sent last, within a grain */
	uint8_t flags;	  /* SENT_ */
};

struct tcp_scoreboard {
	uint32_t una;	       /* where the first range begins */
	uint32_t sacked_bytes; /* in ranges with SENT_SACKED ... */
	uint32_t lost_bytes;   /* ... and with SENT_LOST */
	uint16_t first;	       /* index of the first range */
	uint16_t count;
	struct tcp_sent sent[TCP_SENT_MAX];
};

/* What one acknowledgment has told, for RACK (RFC 8985, 6.2). */
struct tcp_delivered {
	/* Given. */
	uint32_t now_us;
	uint32_t again_rtt_us; /* faster, it was not the last copy of a range that was answered */

	/* Found. */
	uint32_t bytes;	  /* acknowledged or SACKed now for the first time */
	uint32_t sent_us; /* of these, the range sent last ... */
	uint32_t end;
	bool has_newest; /* ... if there is one whose time counts */
	bool newest_is_again;
	bool is_reordered; /* one that was sent once came after what was sent later */

	/* Given and found: the highest octet that was delivered. */
	uint32_t fack;
};

/*
 * [from, to) was sent for the first time.  `grain_us`: how much later than the range
 * before it it may have been to be part of it.
 */
bool tcp_scoreboard_sent(struct tcp_scoreboard *board, uint32_t from, uint32_t to, uint32_t now_us,
			 uint32_t grain_us);

/* [from, to), inside the board, was sent again: it is under way. */
bool tcp_scoreboard_resent(struct tcp_scoreboard *board, uint32_t from, uint32_t to,
			   uint32_t now_us);

/*
 * How long ago the octet before `ack` was sent.  False if it was sent more than
 * once, or SACKed before: then an ACK measures nothing (Karn).
 */
bool tcp_scoreboard_round_trip(const struct tcp_scoreboard *board, uint32_t ack, uint32_t now_us,
			       uint32_t *rtt_us);

/* SND.UNA is `ack` now. */
void tcp_scoreboard_ack(struct tcp_scoreboard *board, uint32_t ack,
			struct tcp_delivered *delivered);

/* The same for an ACK of a connection on which nothing is SACKed or lost. */
void tcp_scoreboard_pop(struct tcp_scoreboard *board, uint32_t ack);

/* The peer has [left, right), which lies inside the board. */
bool tcp_scoreboard_sack(struct tcp_scoreboard *board, uint32_t left, uint32_t right,
			 struct tcp_delivered *delivered);

/* Count range `i` as lost, which is neither that nor SACKed. */
void tcp_scoreboard_lose(struct tcp_scoreboard *board, uint32_t i);

/* Nothing is lost: what counts as such is under way after all. */
void tcp_scoreboard_unlose(struct tcp_scoreboard *board);

/* The peer may have thrown away what it has not acknowledged (RFC 2018, 8). */
void tcp_scoreboard_forget_sacks(struct tcp_scoreboard *board);

/* Join neighbours of one kind. */
void tcp_scoreboard_tidy(struct tcp_scoreboard *board);

/* The first range that is lost.  False if none is. */
bool tcp_scoreboard_lost(const struct tcp_scoreboard *board, uint32_t *from, uint32_t *to);

static inline struct tcp_sent *
tcp_scoreboard_at(struct tcp_scoreboard *board, uint32_t i)
{
	return &board->sent[board->first + i];
}

/* Octets that are under way (RFC 6675, pipe), of `flight` that are not acknowledged. */
static inline uint32_t
tcp_scoreboard_pipe(const struct tcp_scoreboard *board, uint32_t flight)
{
	return flight - board->sacked_bytes - board->lost_bytes;
}

#endif
