/* SPDX-License-Identifier: BSD-3-Clause */

/* ARP for IPv4 over Ethernet (RFC 826): parsed, answered in place, asked. */
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

/* Who has `target`?  Tell `sender`, which is ours. */
struct arp_question {
	struct ip_addr sender;
	struct ip_addr target;
	const uint8_t *our_mac;
	const uint8_t *target_mac; /* ask this station alone; NULL: all of them */
	uint16_t vlan_id;
};

/* Write the request into `m`, which is fresh. */
void arp_emit_request(struct rte_mbuf *m, const struct arp_question *question);

#endif
