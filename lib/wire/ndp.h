/* SPDX-License-Identifier: BSD-3-Clause */

/* Neighbour solicitation and advertisement (RFC 4861). */
#ifndef WEIR_WIRE_NDP_H
#define WEIR_WIRE_NDP_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_mbuf.h>

#include "counters.h"
#include "frame.h"

struct ndp_solicitation {
	struct ip_addr target;
	bool is_probe; /* duplicate address detection: the source is unspecified */
};

/*
 * Parse a message icmp_parse() called ICMP_NEIGHBOUR_SOLICITATION by the rules
 * of RFC 4861, 7.1.1: hop limit 255, code 0, lengths, target not multicast,
 * options of nonzero length, and for a probe a solicited-node destination and
 * no source link-layer option.
 */
enum drop_reason ndp_parse_solicitation(const struct rte_mbuf *m, const struct frame *frame,
					struct ndp_solicitation *solicitation);

/*
 * Turn the solicitation in `m` into our advertisement: solicited and override
 * set, target link-layer address option; for a probe it goes to all nodes.
 */
void ndp_emit_advertisement(struct rte_mbuf *m, const struct frame *frame,
			    const struct ndp_solicitation *solicitation, const uint8_t our_mac[6]);

/* Tell all nodes, unasked, that `addr` is at `our_mac` (RFC 4861, 7.2.6).  `m` is fresh. */
void ndp_emit_announcement(struct rte_mbuf *m, const struct ip_addr *addr, const uint8_t our_mac[6],
			   uint16_t vlan_id);

#endif
