/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * One run: a weir core, clients honest and other, two links and virtual time.
 *
 * After every turn of the core and every frame the laws are judged; the first
 * that is broken ends the run.  They are, beside those of the peers, the
 * application and the harness (simple_peer.h, sim_app.h, segment_laws.h, rig.h):
 *
 *	no RST answers a RST, and nothing answers one to no connection
 *	who has shown nothing gets no more packets and octets of IP than it sent
 *	every stream arrives whole and in order, or its connection is said to have failed
 *	in fair weather it does not fail, and all comes to an end
 *	nothing is left when all is closed: no flow, no buffer
 */
#ifndef WEIR_TESTS_SIMULATION_WORLD_H
#define WEIR_TESTS_SIMULATION_WORLD_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "event_queue.h"
#include "capture.h"
#include "hostile_peer.h"
#include "recovery_watch.h"
#include "scenario.h"
#include "segment_laws.h"
#include "sim_app.h"
#include "simple_peer.h"

#define WORLD_RING	  256 /* frames weir's card holds */
#define WORLD_WRONG_BYTES 512

struct world;

struct world_frame {
	uint32_t bytes;
	uint32_t from;
	bool is_spoilt;
	bool is_rst;
	bool has_ack;
	struct recovery_ack ack;
	uint8_t octets[];
};

/* Who is at the other end of a port number: a simple peer or a hostile one. */
struct world_peer {
	struct world *world;
	uint32_t number;
	struct wire_path path;
	struct segment_laws laws;
	struct recovery_law recovery;
	bool is_hostile;
	bool is_verified; /* a connection was open: its address is its own */
	bool has_waited;  /* weir's end has been in TIME-WAIT */
	bool is_rebuffed; /* was sent a RST before its connection was open */
	uint32_t victim;  /* of a spoofer */
	struct simple_peer simple;
	struct hostile_peer hostile;
	uint64_t wake_ns; /* an event is queued for then */
	uint64_t done_ns; /* when it was over */
};

/* What strangers sent and got. */
struct world_tally {
	uint64_t packets_in, packets_out, octets_in, octets_out, rst_in, rst_out, frames_in;
};

struct world {
	struct scenario scenario;
	struct rng rng;
	struct rig rig;
	struct sim_app app;
	struct event_queue queue;
	struct link up, down;
	struct world_peer peers[SIM_CONNS_MAX];
	uint32_t peer_count;
	struct world_frame *ring[WORLD_RING];
	uint32_t ring_count;
	uint64_t now_ns;
	uint64_t turn_ns;     /* the turn that is scheduled */
	uint64_t activity_ns; /* the last frame, either way */
	struct rte_mbuf **hoard;
	uint32_t hoarded;
	struct world_tally turn;
	struct recovery_watch watch;
	struct recovery_tally timeouts; /* when all was over */
	struct counters counters;	/* weir's, when all was over */
	uint64_t events;
	uint64_t digest; /* of all that weir sent, and when */
	FILE *capture;	 /* or NULL */
	FILE *log;	 /* or NULL */
	bool is_over;
	char wrong[WORLD_WRONG_BYTES]; /* "" */
};

/* Perform `scenario`.  False if a law was broken: world->wrong says which. */
bool world_run(struct world *world, const struct scenario *scenario, FILE *capture, FILE *log);

/* Within. */
enum world_event {
	WORLD_TO_WEIR,
	WORLD_TO_PEER,
	WORLD_PEER,
	WORLD_TURN,
	WORLD_WEATHER,
	WORLD_BUFFERS,
};

__attribute__((format(printf, 2, 3))) void world_fail(struct world *world, const char *format, ...);
void world_schedule(struct world *world, uint64_t at_ns, enum world_event kind, uint32_t who,
		    void *what);

/* world_cast.c: who is in it. */
void world_cast(struct world *world);
void world_judge_end(struct world *world);

/* world_wire.c: frames there and back. */
void world_say(void *peer, const struct segment *segment, const uint8_t *text);
void world_hear(struct world *world, const struct rte_mbuf *m, bool answers);
void world_deliver(struct world *world, uint32_t who, struct world_frame *frame);

/* world_turn.c: weir's turns. */
void world_turn(struct world *world);

#endif
