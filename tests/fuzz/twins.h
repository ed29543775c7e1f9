/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Two cores alike in all but one thing: the first may serve segments by sixteens
 * (PRF_AES_WIDE), the second has the same numbers from PRF_AES and serves them one by
 * one.  Whatever comes to both must have the same end in either.
 *
 * Answers may come in another order, but not those of one connection; cookies go out
 * when they will, for whoever has none cannot know whose SYN was first.
 */
#ifndef WEIR_TESTS_FUZZ_TWINS_H
#define WEIR_TESTS_FUZZ_TWINS_H

#include "rig.h"

enum twin { TWIN_WIDE, TWIN_NARROW, TWINS };

/* How a frame lies in its buffers. */
struct lying {
	uint64_t ol_flags;
	uint16_t vlan_tci;
	uint8_t port;
	enum { LIES_IN_POOL, LIES_IN_OTHER_POOL, LIES_AT_WALL, LIES_AT_END } where;
	bool is_split;	 /* in two buffers */
	bool is_held;	 /* by somebody else too */
	uint32_t amount; /* of room behind it, LIES_AT_; or octets in the first buffer */
};

struct twins {
	struct rig rig[TWINS];
	struct rte_mbuf *frames[TWINS][PIPELINE_BURST_MAX];
	struct rte_mbuf *held[TWINS][PIPELINE_BURST_MAX];
	uint32_t count, held_count;
	uint32_t sent;
	bool has_batches; /* the first looks for them in the next turn, whatever was in the last */
};

void twins_open(struct twins *twins, const struct rig_setup *setup, const struct weir_app_ops *ops);

/* One frame more for the next turn: room for PIPELINE_BURST_MAX. */
void twins_add(struct twins *twins, const uint8_t *octets, uint32_t bytes,
	       const struct lying *lying);

/*
 * One turn of both.  NULL, or what is not alike.  What was sent stays in the first one's
 * tx until twins_forget().
 */
const char *twins_turn(struct twins *twins);
void twins_forget(struct twins *twins);

/* End all: NULL, or what is wrong. */
const char *twins_close(struct twins *twins);

#endif
