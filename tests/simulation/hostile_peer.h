/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Who means no good: sends segments that are wrong in every way, one after the
 * other, at random times.
 *
 *	HOSTILE_PLAYER	opens connections and breaks every rule on them
 *	HOSTILE_FLOODER	SYNs, ACKs, RSTs and nonsense of a hundred addresses and ports
 *	HOSTILE_SPOOFER	speaks in the name of an honest client without seeing its
 *			segments: RSTs, SYNs and text near its window, never at its edge
 */
#ifndef WEIR_TESTS_SIMULATION_HOSTILE_PEER_H
#define WEIR_TESTS_SIMULATION_HOSTILE_PEER_H

#include <stdint.h>

#include "rng.h"
#include "segment_text.h"
#include "simple_peer.h"

enum hostile_kind {
	HOSTILE_PLAYER,
	HOSTILE_FLOODER,
	HOSTILE_SPOOFER,
};

struct hostile_peer {
	enum hostile_kind kind;
	struct rng rng;
	uint32_t isn;
	uint32_t snd_nxt; /* the next number it would use */
	uint32_t rcv_nxt; /* the next number it expects of weir */
	uint32_t tsval;
	bool has_timestamps;
	uint32_t steps; /* left */
};

void hostile_peer_init(struct hostile_peer *peer, enum hostile_kind kind, uint32_t steps,
		       uint64_t seed);

/*
 * The next segment, and its text.  A spoofer speaks for `victim`, which may be in
 * any state.  False if it holds its peace this time.
 */
bool hostile_peer_speak(struct hostile_peer *peer, const struct simple_peer *victim,
			struct segment *segment, uint8_t text[PEER_TEXT_MAX]);

/* Weir has answered. */
void hostile_peer_hear(struct hostile_peer *peer, const struct segment *segment);

#endif
