/* SPDX-License-Identifier: BSD-3-Clause */

/* The other end: so many clients, one frame each. */
#ifndef WEIR_TESTS_BENCH_CLIENTS_H
#define WEIR_TESTS_BENCH_CLIENTS_H

#include "bed.h"

/* One client's half of a connection. */
struct client {
	uint32_t address; /* host order; of IPv6 the last word */
	uint16_t port;
	uint32_t snd_nxt;
	uint32_t rcv_nxt;
	uint32_t ts_recent;
};

#define CLIENTS_ANSWERS_MAX (8 * TCP_TX_MAX) /* of so many turns */

struct clients {
	struct bed *bed;
	struct client *list;
	struct rte_mbuf **frames;
	struct rte_mbuf **answers; /* of the core, room for CLIENTS_ANSWERS_MAX */
	uint32_t count;
	enum bed_net net; /* that of their frames to come; BED_IPV4 at first */
};

/* `count` clients with addresses, ports and sequence numbers drawn from `seed`. */
void clients_open(struct clients *clients, struct bed *bed, uint32_t count, uint64_t seed);
void clients_close(struct clients *clients);

/*
 * Make one frame per client in clients->frames.  A frame there already is
 * written over.  The SYN has the options of Linux: MSS, SACK-permitted,
 * timestamps, window scale; 74 octets on the wire.
 */
void clients_make_syns(struct clients *clients);
void clients_make_acks(struct clients *clients);
void clients_make_forged_acks(struct clients *clients);
void clients_make_resets(struct clients *clients);
void clients_make_text(struct clients *clients, uint32_t bytes);

/*
 * Learn from `count` answers what the clients need for their next frames.  A buffer of
 * their own is the client's next frame again, if it has none; the others are freed.
 */
void clients_learn(struct clients *clients, uint32_t count);

#endif
