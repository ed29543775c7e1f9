/* SPDX-License-Identifier: BSD-3-Clause */

/* Answers that need no connection: ARP, neighbour discovery, ICMP and ICMPv6 echo. */
#ifndef WEIR_NEIGH_NEIGH_H
#define WEIR_NEIGH_NEIGH_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_mbuf.h>

#include "counters.h"
#include "frame.h"

#define NEIGH_HEARD COUNTER_N

/* Who answers: a port and the addresses that are ours on it. */
struct neigh_host {
	uint8_t mac[6];
	uint8_t ttl;
	bool (*is_ours)(const void *arg, const struct ip_addr *address);

	/* `address` says that it is at `mac` (NULL: it does not say).  True if we have asked. */
	bool (*heard)(const void *arg, const struct ip_addr *address, const uint8_t *mac);
	const void *arg;
};

/*
 * Answer a frame of kind ARP, ICMP or ICMPv6 in its own mbuf.  DROP_NONE: `m` is
 * now the reply, to be sent by the port it came from, and *counter its name.  With
 * *counter NEIGH_HEARD the frame was itself an answer that we have asked for, and
 * nothing is to be sent.  Otherwise `m` is as it was.
 */
enum drop_reason neigh_answer(struct rte_mbuf *m, const struct frame *frame,
			      const struct neigh_host *host, enum counter *counter);

#endif
