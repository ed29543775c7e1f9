/* SPDX-License-Identifier: BSD-3-Clause */

/* The half of neighbour discovery that asks: solicitations sent, advertisements received. */
#ifndef WEIR_WIRE_NDP_ASK_H
#define WEIR_WIRE_NDP_ASK_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_mbuf.h>

#include "counters.h"
#include "frame.h"

struct ndp_advertisement {
	struct ip_addr target;
	bool is_solicited;
	bool is_override; /* it may replace another link-layer address */
	bool has_mac;	  /* there was a target link-layer address option */
	uint8_t mac[6];
};

/*
 * Parse a message icmp_parse() called ICMP_NEIGHBOUR_ADVERTISEMENT by the rules of
 * RFC 4861, 7.1.2: hop limit 255, code 0, lengths, target not multicast, options of
 * nonzero length, no "solicited" to a group.  A link-layer address that is a
 * group's or nobody's is malformed as well.
 */
enum drop_reason ndp_parse_advertisement(const struct rte_mbuf *m, const struct frame *frame,
					 struct ndp_advertisement *advertisement);

/* Who has `target`?  Tell `source`, which is ours. */
struct ndp_question {
	struct ip_addr source; /* "::" for duplicate address detection */
	struct ip_addr target;
	const uint8_t *our_mac;
	const uint8_t *target_mac; /* ask this station alone; NULL: the target's group */
	uint16_t vlan_id;
};

/*
 * Write the solicitation into `m`, which is fresh (RFC 4861, 4.3): with our
 * link-layer address, unless the source is unspecified.
 */
void ndp_emit_solicitation(struct rte_mbuf *m, const struct ndp_question *question);

#endif
