/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * A received frame's layers, from Ethernet to the start of the transport
 * header.  Parsing judges form only; whose address it is, the caller decides.
 */
#ifndef WEIR_WIRE_FRAME_H
#define WEIR_WIRE_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_mbuf.h>

#include "counters.h"
#include "ip_addr.h"
#include "tcp_seg.h"

#define VLAN_NONE UINT16_MAX

enum frame_kind {
	FRAME_ARP,
	FRAME_TCP,
	FRAME_ICMP,
	FRAME_ICMPV6,
};

struct frame {
	struct ip_addr source;
	struct ip_addr destination;
	const uint8_t *mac_destination; /* into the mbuf, 6 octets each */
	const uint8_t *mac_source;
	uint16_t vlan_id;  /* 1 to 4094, or VLAN_NONE; a priority tag (0) counts as none */
	uint16_t l3_off;   /* of the IP or ARP header in the mbuf */
	uint16_t l4_off;   /* of the transport header */
	uint16_t l4_bytes; /* transport header and payload, by the IP header's word */
	uint8_t kind;	   /* enum frame_kind */
	bool is_ipv6;
	uint8_t ttl; /* or hop limit */
	uint8_t tos; /* DSCP and ECN */
};

/*
 * Parse the first segment of `m` down to the transport header.  On DROP_NONE
 * every field of `frame` is set and m is trimmed of what follows the IP packet
 * (Ethernet padding); mac_ pointers and offsets stay right while m is not moved.
 *
 * Tags: one of 802.1Q, in the frame or taken out of it by the NIC; a second one
 * makes the ethertype unknown.
 *
 * IPv4: version, lengths and header checksum verified (the NIC's verdict is
 * taken where there is one), options and fragments refused.  IPv6: a chain of
 * hop-by-hop and destination options is walked (at most 8 headers, RFC 8200),
 * fragments refused: then all but `kind` is set, and l4_off is where the fragment's
 * data begin, or its header.  A source that cannot be a host's is refused, except :: in
 * ICMPv6 (ndp.h judges that), and so is an IPv4-mapped destination.
 */
enum drop_reason frame_parse(struct rte_mbuf *m, struct frame *frame);

/* Drop what follows the first `keep` octets of m; segments left empty are freed. */
void frame_trim(struct rte_mbuf *m, uint32_t keep);

/*
 * The transport checksum over pseudo-header and payload: the NIC's verdict if
 * there is one (RTE_MBUF_F_RX_L4_CKSUM_*), else computed over the whole chain.
 */
bool frame_l4_checksum_ok(const struct rte_mbuf *m, const struct frame *frame);

/*
 * Parse the TCP header and options of a FRAME_TCP.  The checksum is verified
 * first.  DROP_tcp_option_bad is not returned here: `options_bad` is set and the
 * state machine decides.
 */
enum drop_reason tcp_seg_parse(struct rte_mbuf *m, const struct frame *frame, struct tcp_seg *seg);

/* The second half of that: read a header, `header_bytes` long, that is known to be good. */
void tcp_seg_open(struct rte_mbuf *m, const struct frame *frame, uint32_t header_bytes,
		  struct tcp_seg *seg);

#endif
