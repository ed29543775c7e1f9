/* SPDX-License-Identifier: BSD-3-Clause */

/* ARP for IPv4 over Ethernet (RFC 826), parsed and answered in place. */
#ifndef WEIR_WIRE_ARP_H
#define WEIR_WIRE_ARP_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_mbuf.h>

#include "counters.h"
#include "frame.h"

struct arp_packet {
	bool is_request; /* else a reply */
	uint8_t sender_mac[6];
	struct ip_addr sender;
	struct ip_addr target;
};

enum drop_reason arp_parse(const struct rte_mbuf *m, const struct frame *frame,
			   struct arp_packet *arp);

/* Turn the request in `m` into our reply: the frame goes back to where it came from. */
void arp_emit_reply(struct rte_mbuf *m, const struct frame *frame, const struct arp_packet *arp,
		    const uint8_t our_mac[6]);

#endif
