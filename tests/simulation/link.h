/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * One direction of a bad wire: what becomes of a frame put on it.  Decides, and
 * carries nothing itself.
 *
 * A frame waits for those before it (rate, queue), travels for `delay_ns`, and
 * may be lost (alone or in bursts: Gilbert's two states), doubled, spoilt, or held
 * back while others pass it.  Without reordering frames arrive in order, however
 * the delay jitters.
 */
#ifndef WEIR_TESTS_SIMULATION_LINK_H
#define WEIR_TESTS_SIMULATION_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "rng.h"

#define LINK_ALWAYS 65536u /* a probability of 1 */
#define LINK_COPIES 2

struct link_setup {
	uint32_t loss; /* of 65536, as all probabilities here */
	uint32_t burst_begins;
	uint32_t burst_ends; /* until then all is lost */
	uint32_t duplicate;
	uint32_t corrupt;
	uint32_t reorder;
	uint64_t hold_ns; /* a frame held back waits up to so long */
	uint64_t delay_ns;
	uint64_t jitter_ns;
	uint64_t rate_bps;    /* 0: as fast as you like */
	uint32_t queue_bytes; /* of what waits for the rate */
	uint32_t mtu;	      /* of IP; longer packets are lost */
	bool is_down;
	bool spares_repeats; /* only frames said to be new are lost */
};

enum link_loss {
	LINK_PASSED,
	LINK_LOST,     /* by chance */
	LINK_CLOGGED,  /* the queue was full */
	LINK_TOO_LONG, /* for the MTU */
};

struct link_fate {
	enum link_loss loss;
	uint32_t copies;
	uint64_t at_ns[LINK_COPIES];
	bool is_spoilt[LINK_COPIES];
};

struct link {
	struct link_setup setup;
	struct rng rng;
	bool in_burst;
	uint64_t free_ns;    /* when the last frame has been put on the wire */
	uint64_t arrival_ns; /* of the latest frame in order */
	uint64_t passed, lost, clogged, too_long;
	uint64_t repeats_lost; /* of the lost and clogged, those that were no new ones */
};

void link_init(struct link *link, const struct link_setup *setup, uint64_t seed);

/* `bytes` from the Ethernet header on. `is_new`: nothing in it was sent before. */
struct link_fate link_send(struct link *link, uint64_t now_ns, uint32_t bytes, bool is_new);

/* Flip up to 15 bits in a row behind the Ethernet header: every checksum must notice. */
void link_spoil(struct link *link, uint8_t *frame, uint32_t bytes);

/* True with probability `of` / 65536. */
bool chance(struct rng *rng, uint32_t of);

#endif
