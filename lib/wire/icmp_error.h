/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * ICMP and ICMPv6 errors (RFC 792, RFC 4443, 3): what they say and about which
 * segment of ours.  Reading one is constant work.  It proves nothing: anybody can
 * write one who guesses a few numbers, so the caller judges (RFC 5927).
 */
#ifndef WEIR_WIRE_ICMP_ERROR_H
#define WEIR_WIRE_ICMP_ERROR_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_mbuf.h>

#include "counters.h"
#include "frame.h"

/* What has become of the packet quoted. */
enum icmp_error_kind {
	ICMP_ERROR_NETWORK,    /* no route to its network */
	ICMP_ERROR_HOST,       /* ... or to the host */
	ICMP_ERROR_PROTOCOL,   /* the host has no TCP */
	ICMP_ERROR_PORT,       /* nobody is at the port */
	ICMP_ERROR_PROHIBITED, /* a filter's doing */
	ICMP_ERROR_EXPIRED,    /* too many hops, or fragments lost */
	ICMP_ERROR_PARAMETER,  /* something in its header was not liked */
	ICMP_ERROR_TOO_BIG,    /* `mtu` is what goes through */
};

struct icmp_error {
	struct ip_addr source; /* of the packet quoted: us, if it was ours */
	struct ip_addr destination;
	uint16_t source_port;
	uint16_t destination_port;
	uint32_t seq;
	uint32_t mtu;	   /* ICMP_ERROR_TOO_BIG: as claimed; IPv4's old routers say 0 */
	uint16_t ip_bytes; /* length of the packet quoted, by its own header */
	uint8_t kind;	   /* enum icmp_error_kind */
	bool is_ipv6;
};

/* True for a FRAME_ICMP or FRAME_ICMPV6 whose type is that of such an error. */
bool icmp_is_error(const struct rte_mbuf *m, const struct frame *frame);

/*
 * Parse one.  The checksum is icmp_parse()'s to verify.  DROP_icmp_quote_bad
 * where the first mbuf holds no TCP segment's first eight octets, sent without
 * options or extension headers, as weir sends; DROP_icmp_unwanted for a code that
 * has no meaning.
 */
enum drop_reason icmp_error_parse(const struct rte_mbuf *m, const struct frame *frame,
				  struct icmp_error *error);

#endif
