/* SPDX-License-Identifier: BSD-3-Clause */

/* ICMP (RFC 792) and ICMPv6 (RFC 4443) echo, answered in place. */
#ifndef WEIR_WIRE_ICMP_H
#define WEIR_WIRE_ICMP_H

#include <stdint.h>

#include <rte_mbuf.h>

#include "counters.h"
#include "emit.h"
#include "frame.h"

enum icmp_kind {
	ICMP_ECHO_REQUEST,
	ICMP_NEIGHBOUR_SOLICITATION,  /* ICMPv6 only; see ndp.h */
	ICMP_NEIGHBOUR_ADVERTISEMENT, /* ICMPv6 only; see ndp_ask.h */
	ICMP_OTHER,
};

/* Verify checksum and length of a FRAME_ICMP or FRAME_ICMPV6 and tell what it is. */
enum drop_reason icmp_parse(const struct rte_mbuf *m, const struct frame *frame,
			    enum icmp_kind *kind);

/*
 * Turn the echo request in `m` into its reply: same data, addresses and MACs
 * exchanged, TTL set, checksums right (in software, incrementally).
 */
void icmp_emit_echo_reply(struct rte_mbuf *m, const struct frame *frame, const uint8_t our_mac[6],
			  uint8_t ttl);

#endif
