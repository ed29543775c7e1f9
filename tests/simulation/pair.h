/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Two weir cores at both ends of the links: one connects, the other listens, and both
 * are judged.  ARP and neighbour discovery go over the same links.
 */
#ifndef WEIR_TESTS_SIMULATION_PAIR_H
#define WEIR_TESTS_SIMULATION_PAIR_H

#include "world.h"

struct pair;

struct pair_side {
	struct rig rig;
	struct sim_app app;
	struct link link; /* from here to the other side */
	struct world_frame *ring[WORLD_RING];
	uint32_t ring_count;
	uint64_t turn_ns;
	struct recovery_watch watch;
};

/* One connection: its path as the listener sees it and as the other does. */
struct pair_conn {
	struct wire_path path[2];
	struct segment_laws laws[2]; /* of what each side sends */
	struct recovery_law recovery[2];
	bool has_waited[2]; /* has been in TIME-WAIT */
	bool is_unclear;    /* what the connecting side has heard may have been spoilt */
};

enum { PAIR_LISTENS, PAIR_CONNECTS };

struct pair {
	struct scenario scenario;
	struct rng rng;
	struct pair_side sides[2];
	struct pair_conn conns[SIM_CONNS_MAX];
	struct event_queue queue;
	uint64_t now_ns;
	uint64_t activity_ns;
	uint64_t events;
	uint64_t digest;
	struct recovery_tally timeouts; /* when all was over */
	FILE *capture;			/* what the listening side sees */
	FILE *log;
	bool is_over;
	char wrong[WORLD_WRONG_BYTES];
};

/* False if a law was broken: pair->wrong says which. */
bool pair_run(struct pair *pair, const struct scenario *scenario, FILE *capture, FILE *log);

#endif
