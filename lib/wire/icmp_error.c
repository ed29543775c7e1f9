/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The trap: nothing of the quote is ours to believe.  Its lengths may be any, a
 * router may have changed its TTL, DSCP and checksum, and its TCP checksum can not
 * be verified because most of the segment is missing.  What is read is what tells
 * one connection from another, and the sequence number.
 */

#include "icmp_error.h"

#include "wire_headers.h"

#define ICMP_HEADER_BYTES sizeof(struct wire_icmp)
#define TCP_QUOTE_BYTES	  8u /* both ports and SEG.SEQ: RFC 792's minimum */

#define ICMP_UNREACHABLE 3
#define ICMP_EXPIRED	 11
#define ICMP_PARAMETER	 12

#define ICMPV6_UNREACHABLE 1
#define ICMPV6_TOO_BIG	   2
#define ICMPV6_EXPIRED	   3
#define ICMPV6_PARAMETER   4

#define NO_MEANING UINT8_MAX

/* RFC 792, RFC 1122, 3.2.2.1, RFC 1812, 5.2.7.1: by code. */
static const uint8_t unreachable_ipv4[] = {
	ICMP_ERROR_NETWORK,    ICMP_ERROR_HOST,	      ICMP_ERROR_PROTOCOL,
	ICMP_ERROR_PORT,       ICMP_ERROR_TOO_BIG,    ICMP_ERROR_NETWORK, /* source route failed */
	ICMP_ERROR_NETWORK,    ICMP_ERROR_HOST,	      ICMP_ERROR_HOST,
	ICMP_ERROR_PROHIBITED, ICMP_ERROR_PROHIBITED, ICMP_ERROR_NETWORK, /* for this DSCP */
	ICMP_ERROR_HOST,       ICMP_ERROR_PROHIBITED, ICMP_ERROR_HOST,	  /* precedence */
	ICMP_ERROR_HOST,
};

/* RFC 4443, 3.1: by code.  5 and 6 are kinds of 1. */
static const uint8_t unreachable_ipv6[] = {
	ICMP_ERROR_NETWORK, ICMP_ERROR_PROHIBITED, ICMP_ERROR_NETWORK,	  ICMP_ERROR_HOST,
	ICMP_ERROR_PORT,    ICMP_ERROR_PROHIBITED, ICMP_ERROR_PROHIBITED,
};

static const struct wire_icmp *
header_of(const struct rte_mbuf *m, const struct frame *frame)
{
	return rte_pktmbuf_mtod_offset(m, const struct wire_icmp *, frame->l4_off);
}

bool
icmp_is_error(const struct rte_mbuf *m, const struct frame *frame)
{
	uint8_t type;

	if (frame->kind != FRAME_ICMP && frame->kind != FRAME_ICMPV6)
		return false;
	if (m->data_len < frame->l4_off + ICMP_HEADER_BYTES || frame->l4_bytes < ICMP_HEADER_BYTES)
		return false;
	type = header_of(m, frame)->type;
	if (frame->is_ipv6)
		return type >= ICMPV6_UNREACHABLE && type <= ICMPV6_PARAMETER;
	return type == ICMP_UNREACHABLE || type == ICMP_EXPIRED || type == ICMP_PARAMETER;
}

static uint8_t
kind_of_ipv4(uint8_t type, uint8_t code)
{
	switch (type) {
	case ICMP_UNREACHABLE:
		return code < sizeof(unreachable_ipv4) ? unreachable_ipv4[code] : NO_MEANING;
	case ICMP_EXPIRED:
		return ICMP_ERROR_EXPIRED;
	default:
		return ICMP_ERROR_PARAMETER;
	}
}

static uint8_t
kind_of_ipv6(uint8_t type, uint8_t code)
{
	switch (type) {
	case ICMPV6_UNREACHABLE:
		return code < sizeof(unreachable_ipv6) ? unreachable_ipv6[code] : NO_MEANING;
	case ICMPV6_TOO_BIG:
		return ICMP_ERROR_TOO_BIG; /* the code is to be ignored (RFC 4443, 3.2) */
	case ICMPV6_EXPIRED:
		return ICMP_ERROR_EXPIRED;
	default:
		return ICMP_ERROR_PARAMETER;
	}
}

/* The TCP header quoted begins where this says, or nothing of use is quoted: NULL. */
static const uint8_t *
parse_quoted_ipv4(const uint8_t *quote, uint32_t bytes, struct icmp_error *error)
{
	const struct wire_ipv4 *ip = (const void *)quote;

	if (bytes < sizeof(*ip) + TCP_QUOTE_BYTES || ip->version_ihl != 0x45 ||
	    ip->protocol != PROTOCOL_TCP || (ip->fragment & RTE_BE16(IPV4_FRAGMENT_MASK)) != 0)
		return NULL;
	error->source = ip_addr_of_ipv4(ip->source);
	error->destination = ip_addr_of_ipv4(ip->destination);
	error->ip_bytes = rte_be_to_cpu_16(ip->total_length);
	return quote + sizeof(*ip);
}

static const uint8_t *
parse_quoted_ipv6(const uint8_t *quote, uint32_t bytes, struct icmp_error *error)
{
	const struct wire_ipv6 *ip = (const void *)quote;
	uint32_t ip_bytes;

	if (bytes < sizeof(*ip) + TCP_QUOTE_BYTES || ip->next_header != PROTOCOL_TCP ||
	    (ip->version_class_label & RTE_BE32(0xf0000000)) != RTE_BE32(0x60000000))
		return NULL;
	error->source = ip_addr_of_ipv6(ip->source);
	error->destination = ip_addr_of_ipv6(ip->destination);
	ip_bytes = rte_be_to_cpu_16(ip->payload_length) + (uint32_t)sizeof(*ip);
	error->ip_bytes = (uint16_t)RTE_MIN(ip_bytes, (uint32_t)UINT16_MAX);
	return quote + sizeof(*ip);
}

/* RFC 1191, 4: the low half of the word, the other is unused.  RFC 4443, 3.2: all of it. */
static uint32_t
mtu_of(const struct wire_icmp *icmp, bool is_ipv6)
{
	uint32_t mtu;

	memcpy(&mtu, icmp->body, sizeof(mtu));
	mtu = rte_be_to_cpu_32(mtu);
	return is_ipv6 ? mtu : mtu & UINT16_MAX;
}

static void
read_tcp(const uint8_t *tcp, struct icmp_error *error)
{
	rte_be16_t ports[2];
	rte_be32_t seq;

	memcpy(ports, tcp, sizeof(ports));
	memcpy(&seq, tcp + sizeof(ports), sizeof(seq));
	error->source_port = rte_be_to_cpu_16(ports[0]);
	error->destination_port = rte_be_to_cpu_16(ports[1]);
	error->seq = rte_be_to_cpu_32(seq);
}

enum drop_reason
icmp_error_parse(const struct rte_mbuf *m, const struct frame *frame, struct icmp_error *error)
{
	const struct wire_icmp *icmp = header_of(m, frame);
	const uint8_t *quote, *tcp;
	uint32_t bytes;

	if (!icmp_is_error(m, frame))
		return DROP_icmp_unwanted;
	bytes = RTE_MIN(m->data_len - (uint32_t)frame->l4_off, (uint32_t)frame->l4_bytes) -
		(uint32_t)ICMP_HEADER_BYTES;
	quote = (const uint8_t *)icmp + ICMP_HEADER_BYTES;
	error->is_ipv6 = frame->is_ipv6;
	if (frame->is_ipv6) {
		error->kind = kind_of_ipv6(icmp->type, icmp->code);
		tcp = parse_quoted_ipv6(quote, bytes, error);
	} else {
		error->kind = kind_of_ipv4(icmp->type, icmp->code);
		tcp = parse_quoted_ipv4(quote, bytes, error);
	}
	if (error->kind == NO_MEANING)
		return DROP_icmp_unwanted;
	if (tcp == NULL)
		return DROP_icmp_quote_bad;
	error->mtu = error->kind == ICMP_ERROR_TOO_BIG ? mtu_of(icmp, frame->is_ipv6) : 0;
	read_tcp(tcp, error);
	return DROP_NONE;
}
