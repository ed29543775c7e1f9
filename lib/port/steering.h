/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Software steering: which worker owns a received TCP packet's flow, where the
 * device cannot spread flows by itself.
 *
 * The owner is a keyed hash of the two ends, the same for both directions, so
 * that nobody outside can aim at one worker.  An ICMP error goes to the owner of
 * the flow whose segment it quotes.  Everything else that is not whole TCP (ARP,
 * echo, fragments, nonsense) stays with the worker that received it, which answers
 * or names the reason to drop it.
 */
#ifndef WEIR_PORT_STEERING_H
#define WEIR_PORT_STEERING_H

#include <stdint.h>

#include <rte_mbuf.h>

#include "frame.h"
#include "prf.h"

#define STEERING_BURST_MAX 64
#define STEERING_BLOCKS	   3 /* two addresses and two ports: 36 octets */

struct steering {
	struct prf_key key;
	uint32_t workers;
};

/* `secret` must not serve another purpose. */
void steering_init(struct steering *steering, enum prf_kind kind, const uint8_t secret[16],
		   uint32_t workers);

/* The worker that owns the flow between two ends, in either order; ports in host order. */
uint32_t steering_owner(const struct steering *steering, const struct ip_addr *a, uint16_t a_port,
			const struct ip_addr *b, uint16_t b_port);

/* owner[i] is the worker for frames[i]: `self` for what is to stay.  Up to STEERING_BURST_MAX. */
void steering_owners(const struct steering *steering, struct rte_mbuf **frames, uint32_t count,
		     uint32_t self, uint16_t *owner);

#endif
