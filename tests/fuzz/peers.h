/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Whom bursts come from: many peers on few links, each of which knows what it was told
 * last, so that cookies, numbers and echoes in the input are distances from right ones.
 */
#ifndef WEIR_TESTS_FUZZ_PEERS_H
#define WEIR_TESTS_FUZZ_PEERS_H

#include "rig.h"

#define PEERS	   64 /* on each link */
#define PEERS_VLAN 7

enum peers_link {
	LINK_IPV4,
	LINK_IPV6,
	LINK_IPV4_VLAN,
	LINK_IPV6_VLAN,
	LINK_IPV4_PORT_1,
	LINKS,
};

struct peer {
	uint32_t isn;
	uint32_t snd_nxt;  /* the next number it would use ... */
	uint32_t rcv_nxt;  /* ... and the next it expects: behind the SYN-ACK, at first */
	uint32_t heard_ms; /* the TSval it was told last */
	bool has_timestamps;
};

struct peers {
	struct wire_path paths[LINKS]; /* of peer 0; the next one's port is one more */
	struct peer of[LINKS][PEERS];
};

/* Addresses for links that a rig does not have by itself, and port 1. */
void peers_set_up(struct rig_setup *setup);

void peers_init(struct peers *peers, const struct rig_setup *setup);

static inline uint8_t
peers_port(enum peers_link link)
{
	return link == LINK_IPV4_PORT_1;
}

/* A frame that was sent on DPDK port `port`, whoever it is for. */
void peers_hear(struct peers *peers, const uint8_t *frame, uint32_t bytes, uint8_t port);

#endif
