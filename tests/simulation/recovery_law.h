/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Laws about how weir repairs what was lost, of one connection that agreed to SACK.
 * Without them a timeout repairs whatever else is wrong, and nobody hears of it.
 *
 *	1. What a SACK block has told is there is not sent again, but after a timeout,
 *	   which counts SACK for nothing (RFC 2018, 8).
 *	2. The first timeout of a row does not repair what RACK should have repaired long
 *	   before (RFC 8985, 6): something sent later had arrived, and that was told so
 *	   long ago that no reordering window is left.
 *	3. The first timeout of a row comes after a probe (RFC 8985, 7), where nothing had
 *	   told of a loss.
 *	4. An honest peer is not said to renege.
 *
 * The observer sees what is sent and which ACKs reach weir.  Of weir's own state it
 * asks what struct recovery_view has; which of the ACKs weir took it cannot see, so
 * what came in a turn in which any packet was dropped proves nothing.
 *
 * Where a law may not hold it is not judged, and that is counted:
 *
 *	blind	  the scoreboard was full and weir forgot part of it, or the observer
 *		  has no room itself; until what was out then is acknowledged
 *	undone	  a recovery was taken back: what counted as lost is under way again, and
 *		  weir has joined such ranges and knows of them the latest time alone
 *	starved	  the core ran out of buffers: what should have been sent was not
 *	limited	  a recovery goes on, and neither proportional rate reduction (RFC 9937)
 *		  nor slow start need have let the segment go
 *	doubled	  not the first of a row: the segment sent at the first is what is lost
 *	plain	  no SACK was agreed
 */
#ifndef WEIR_TESTS_SIMULATION_RECOVERY_LAW_H
#define WEIR_TESTS_SIMULATION_RECOVERY_LAW_H

#include "sent_history.h"

#define RECOVERY_BLOCKS_MAX  4
#define RECOVERY_HEARD_MAX   64 /* acknowledgments in one turn */
#define RECOVERY_WRONG_BYTES 200

/* Of weir's state, after a turn. */
struct recovery_view {
	bool is_there; /* there is a connection, established or closing */
	bool has_sack;
	uint8_t backoff; /* timeouts since a round trip was measured, up to a limit */
	uint16_t mss;
	uint32_t snd_una, snd_nxt;
	uint32_t srtt_us; /* 0: not known */
	uint32_t rto_us;  /* not doubled */
};

/* Of weir's counters, what happened in a turn. */
struct recovery_events {
	bool dropped; /* a packet */
	bool timed_out;
	bool forgot;  /* a scoreboard was full */
	bool reneged; /* a peer was said to */
	bool undone;  /* a recovery */
	bool probed;
	bool resized; /* a path MTU changed */
	bool starved; /* buffers are short */
};

/* An acknowledgment that came. */
struct recovery_ack {
	uint32_t ack;
	uint32_t count;
	struct {
		uint32_t left, right;
	} blocks[RECOVERY_BLOCKS_MAX];
};

struct recovery_tally {
	uint64_t judged; /* first timeouts of a row ... */
	uint64_t told;	 /* ... of which something had been told, but not long enough ago */
	uint64_t blind, undone, starved, limited; /* first ones, not judged */
	uint64_t doubled, plain;
};

struct recovery_law {
	bool is_open;
	bool peer_reneges; /* may: then the fourth law is not judged */
	struct sent_history history;
	struct recovery_view view;
	struct recovery_ack heard[RECOVERY_HEARD_MAX]; /* in this turn */
	uint32_t heard_count;
	uint64_t late_ns;  /* how late weir's timers may be */
	uint64_t moved_ns; /* una moved, or something was sent where nothing was out */

	uint64_t rack_ns;  /* RACK.rtt is no more than that ... */
	bool has_rack;	   /* ... if that is known */
	bool is_repairing; /* something was sent again, and una is below `recover` since */
	bool is_slow;	   /* ... by a timeout, or another size of segments */
	uint32_t recover;
	uint64_t repaired_ns;	  /* when that was over */
	uint64_t delivered, sent; /* octets, since it began */
	uint64_t last_octets;	  /* delivered by the last ACK */

	bool is_blind, is_undone; /* until una is here: */
	uint32_t blind_end, undone_end;
	bool is_probing; /* some connection, in this turn */
	bool has_probe;	 /* one left, and nothing that left behind it has measured a round trip */
	uint32_t probe_end;
	uint64_t starved_ns; /* when buffers were short last; 0: never */
	struct recovery_tally tally;
	char wrong[RECOVERY_WRONG_BYTES]; /* "" */
};

/* An acknowledgment comes in the turn that follows. */
void recovery_law_hear(struct recovery_law *law, const struct recovery_ack *ack);

/* The turn is over: `view` is weir's state now.  Before what it sent is told. */
void recovery_law_turn(struct recovery_law *law, const struct recovery_view *view,
		       const struct recovery_events *events, uint64_t now_ns);

/* Weir sends `octets` (text and FIN) from `seq` on. */
void recovery_law_send(struct recovery_law *law, uint32_t seq, uint32_t octets, uint64_t now_ns);

void recovery_tally_add(struct recovery_tally *sum, const struct recovery_tally *part);

#endif
