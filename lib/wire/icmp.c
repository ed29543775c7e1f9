/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Echo (RFC 792; RFC 4443, 4).  The checksum is always computed here: what a NIC
 * says of protocols other than TCP and UDP differs from driver to driver.
 */

#include "icmp.h"

#include "checksum.h"
#include "wire_headers.h"

#define ICMP_TYPE_ECHO_REPLY	 0
#define ICMP_TYPE_ECHO_REQUEST	 8
#define ICMPV6_TYPE_ECHO_REQUEST 128
#define ICMPV6_TYPE_ECHO_REPLY	 129

static bool
checksum_ok(const struct rte_mbuf *m, const struct frame *frame)
{
	uint64_t sum = checksum_sum_mbuf(m, frame->l4_off, frame->l4_bytes);

	if (frame->is_ipv6)
		sum += checksum_pseudo(&frame->source, &frame->destination, true, PROTOCOL_ICMPV6,
				       frame->l4_bytes);
	return checksum_finish(sum) == 0;
}

static enum icmp_kind
name_icmp(const struct wire_icmp *icmp, bool is_ipv6)
{
	if (is_ipv6 && icmp->type == ICMPV6_SOLICITATION)
		return ICMP_NEIGHBOUR_SOLICITATION;
	if (is_ipv6 && icmp->type == ICMPV6_ADVERTISEMENT)
		return ICMP_NEIGHBOUR_ADVERTISEMENT;
	if (icmp->code == 0 &&
	    icmp->type == (is_ipv6 ? ICMPV6_TYPE_ECHO_REQUEST : ICMP_TYPE_ECHO_REQUEST))
		return ICMP_ECHO_REQUEST;
	return ICMP_OTHER;
}

enum drop_reason
icmp_parse(const struct rte_mbuf *m, const struct frame *frame, enum icmp_kind *kind)
{
	const struct wire_icmp *icmp =
		rte_pktmbuf_mtod_offset(m, const struct wire_icmp *, frame->l4_off);

	if (m->data_len < frame->l4_off + sizeof(*icmp))
		return DROP_icmp_malformed;
	if (!checksum_ok(m, frame))
		return DROP_icmp_malformed;
	*kind = name_icmp(icmp, frame->is_ipv6);
	return DROP_NONE;
}

/* The IPv4 header is summed anew: with some NICs the one received was never filled in. */
static void
turn_ipv4(struct wire_ipv4 *ip, uint8_t ttl)
{
	rte_be32_t source = ip->source;

	ip->source = ip->destination;
	ip->destination = source;
	ip->ttl = ttl;
	ip->checksum = 0;
	ip->checksum = checksum_finish(checksum_sum20(ip));
}

/* Written right in front of the message, so extension headers of the request are left out. */
static void
turn_ipv6(struct wire_ipv6 *ip, const struct frame *frame, uint8_t hop_limit)
{
	ip->version_class_label = rte_cpu_to_be_32(0x60000000 | (uint32_t)frame->tos << 20);
	ip->payload_length = rte_cpu_to_be_16(frame->l4_bytes);
	ip->next_header = PROTOCOL_ICMPV6;
	ip->hop_limit = hop_limit;
	memcpy(ip->source, frame->destination.octet, sizeof(ip->source));
	memcpy(ip->destination, frame->source.octet, sizeof(ip->destination));
}

/*
 * A reply of zeros alone, and there are such, would get 0 from the update where
 * a sum gives 0xffff.  A receiver, who adds up to the latter, takes that for
 * every message whose sum is zero of either sign.
 */
static rte_be16_t
checksum_after_type(const struct wire_icmp *icmp, uint8_t type)
{
	rte_be16_t before = rte_cpu_to_be_16((uint16_t)(icmp->type << 8));
	rte_be16_t after = rte_cpu_to_be_16((uint16_t)(type << 8));
	rte_be16_t checksum = checksum_update16(icmp->checksum, before, after);

	return checksum == 0 ? UINT16_MAX : checksum;
}

void
icmp_emit_echo_reply(struct rte_mbuf *m, const struct frame *frame, const uint8_t our_mac[6],
		     uint8_t ttl)
{
	struct wire_icmp *icmp = rte_pktmbuf_mtod_offset(m, struct wire_icmp *, frame->l4_off);
	uint32_t ip_bytes = frame->is_ipv6 ? sizeof(struct wire_ipv6) : sizeof(struct wire_ipv4);
	uint8_t type = frame->is_ipv6 ? ICMPV6_TYPE_ECHO_REPLY : ICMP_TYPE_ECHO_REPLY;
	void *ip = (uint8_t *)icmp - ip_bytes;

	icmp->checksum = checksum_after_type(icmp, type);
	icmp->type = type;
	if (frame->is_ipv6)
		turn_ipv6(ip, frame, ttl);
	else
		turn_ipv4(ip, ttl);
	emit_reply_ether(m, frame, frame->l4_off - ip_bytes, our_mac,
			 frame->is_ipv6 ? ETHERTYPE_IPV6 : ETHERTYPE_IPV4);
}
