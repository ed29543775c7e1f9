/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * From Ethernet to the transport header: RFC 894, IEEE 802.1Q, RFC 791, RFC 8200.
 *
 * Checks stand in an order that names garbage sensibly: first what tells whether
 * the header is a header at all (version, lengths it needs, checksum), then what
 * it claims (total length), then what we do not serve.  The trap is that three
 * lengths may disagree: the IP header's word, the frame, and the first segment
 * of the mbuf.  Headers must lie in the first segment, payload in the frame.
 */

#include "frame.h"

#include "checksum.h"
#include "wire_headers.h"

/* RFC 8504, 5.3 lets a host bound both; a flood of padding must not cost more than other floods. */
#define IPV6_EXTENSIONS_MAX 8
#define IPV6_OPTIONS_MAX    64

static inline const uint8_t *
octets_at(const struct rte_mbuf *m, uint32_t offset)
{
	return rte_pktmbuf_mtod_offset(m, const uint8_t *, offset);
}

void
frame_trim(struct rte_mbuf *m, uint32_t keep)
{
	struct rte_mbuf *last = m;
	uint16_t segments = 1;

	m->pkt_len = keep;
	while (keep > last->data_len) {
		keep -= last->data_len;
		last = last->next;
		segments++;
	}
	last->data_len = (uint16_t)keep;
	if (last->next != NULL) {
		rte_pktmbuf_free(last->next);
		last->next = NULL;
		m->nb_segs = segments;
	}
}

static enum drop_reason
check_vlan(struct frame *frame, uint16_t tci)
{
	uint16_t vlan_id = tci & 0x0fff;

	if (vlan_id == 0x0fff) /* reserved */
		return DROP_vlan_foreign;
	if (vlan_id != 0)
		frame->vlan_id = vlan_id;
	return DROP_NONE;
}

/* A tag in the frame, or one that the NIC took out of it; not both. */
static enum drop_reason
parse_vlan(const struct rte_mbuf *m, struct frame *frame, uint16_t *ethertype)
{
	const uint64_t qinq = RTE_MBUF_F_RX_QINQ_STRIPPED | RTE_MBUF_F_RX_QINQ;
	const struct wire_vlan *tag;

	if (m->ol_flags & qinq)
		return DROP_ethertype_unknown;
	if (m->ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED)
		return check_vlan(frame, m->vlan_tci);
	if (*ethertype != ETHERTYPE_VLAN)
		return DROP_NONE;
	if (m->data_len < frame->l3_off + sizeof(*tag))
		return DROP_frame_truncated;
	tag = (const void *)octets_at(m, frame->l3_off);
	*ethertype = rte_be_to_cpu_16(tag->ethertype);
	frame->l3_off = (uint16_t)(frame->l3_off + sizeof(*tag));
	return check_vlan(frame, rte_be_to_cpu_16(tag->tci));
}

static enum drop_reason
parse_ether(const struct rte_mbuf *m, struct frame *frame, uint16_t *ethertype)
{
	const struct wire_ether *ether = (const void *)octets_at(m, 0);

	if (m->data_len < sizeof(*ether))
		return DROP_frame_truncated;
	frame->mac_destination = ether->destination;
	frame->mac_source = ether->source;
	if (ether->source[0] & 1)
		return DROP_mac_source_group;
	*ethertype = rte_be_to_cpu_16(ether->ethertype);
	frame->vlan_id = VLAN_NONE;
	frame->l3_off = sizeof(*ether);
	return parse_vlan(m, frame, ethertype);
}

/* The payload is `l4_bytes` from `l4_off` on, if the frame is as long as that. */
static bool
set_payload(struct rte_mbuf *m, struct frame *frame, uint32_t l4_off, uint32_t l4_bytes)
{
	if (l4_off + l4_bytes > m->pkt_len)
		return false;
	if (l4_off + l4_bytes < m->pkt_len)
		frame_trim(m, l4_off + l4_bytes);
	frame->l4_off = (uint16_t)l4_off;
	frame->l4_bytes = (uint16_t)l4_bytes;
	return true;
}

static bool
ipv4_checksum_ok(const struct rte_mbuf *m, const struct wire_ipv4 *ip, uint32_t header_bytes)
{
	switch (m->ol_flags & RTE_MBUF_F_RX_IP_CKSUM_MASK) {
	case RTE_MBUF_F_RX_IP_CKSUM_GOOD:
	case RTE_MBUF_F_RX_IP_CKSUM_NONE: /* not filled in, but known to be right */
		return true;
	case RTE_MBUF_F_RX_IP_CKSUM_BAD:
		return false;
	}
	if (header_bytes == sizeof(*ip))
		return checksum_finish(checksum_sum20(ip)) == 0;
	return checksum_finish(checksum_sum(ip, header_bytes)) == 0;
}

static enum drop_reason
check_ipv4_form(const struct rte_mbuf *m, const struct frame *frame, const struct wire_ipv4 *ip)
{
	uint32_t header_bytes;

	if (m->data_len < frame->l3_off + sizeof(*ip))
		return DROP_frame_truncated;
	header_bytes = (ip->version_ihl & 0x0fu) * 4;
	if (ip->version_ihl >> 4 != 4 || header_bytes < sizeof(*ip))
		return DROP_ipv4_header_bad;
	if (m->data_len < frame->l3_off + header_bytes)
		return DROP_frame_truncated;
	if (!ipv4_checksum_ok(m, ip, header_bytes))
		return DROP_ipv4_checksum_bad;
	if (rte_be_to_cpu_16(ip->total_length) < header_bytes)
		return DROP_ipv4_header_bad;
	return DROP_NONE;
}

static enum drop_reason
parse_ipv4(struct rte_mbuf *m, struct frame *frame)
{
	const struct wire_ipv4 *ip = (const void *)octets_at(m, frame->l3_off);
	enum drop_reason reason = check_ipv4_form(m, frame, ip);
	uint32_t l4_off = frame->l3_off + (uint32_t)sizeof(*ip);

	if (reason != DROP_NONE)
		return reason;
	if (!set_payload(m, frame, l4_off,
			 rte_be_to_cpu_16(ip->total_length) - (uint32_t)sizeof(*ip)))
		return DROP_ipv4_header_bad;
	if (ip->version_ihl != 0x45)
		return DROP_ipv4_options;
	frame->source = ip_addr_of_ipv4(ip->source);
	frame->destination = ip_addr_of_ipv4(ip->destination);
	frame->ttl = ip->ttl;
	frame->tos = ip->tos;
	frame->is_ipv6 = false;
	if (ip->fragment & RTE_BE16(IPV4_FRAGMENT_MASK))
		return DROP_ip_fragment;
	if (ip_addr_is_martian_source(&frame->source, false))
		return DROP_ip_source_invalid;
	if (ip->protocol == PROTOCOL_TCP)
		frame->kind = FRAME_TCP;
	else if (ip->protocol == PROTOCOL_ICMP)
		frame->kind = FRAME_ICMP;
	else
		return DROP_ip_protocol_unknown;
	return DROP_NONE;
}

/*
 * The options of one extension header.  We know none but padding; an unknown one
 * may be skipped only if its two upper bits are clear (RFC 8200, 4.2).
 */
static bool
ipv6_options_skippable(const uint8_t *option, uint32_t bytes, uint32_t *budget)
{
	uint32_t length;

	while (bytes > 0) {
		if ((*budget)-- == 0)
			return false;
		length = 1;
		if (option[0] != 0) {
			if (option[0] >> 6 != 0 || bytes < 2 || bytes < 2u + option[1])
				return false;
			length = 2u + option[1];
		}
		option += length;
		bytes -= length;
	}
	return true;
}

static enum drop_reason
name_ipv6_protocol(uint8_t next_header, struct frame *frame)
{
	switch (next_header) {
	case PROTOCOL_TCP:
		frame->kind = FRAME_TCP;
		return DROP_NONE;
	case PROTOCOL_ICMPV6:
		frame->kind = FRAME_ICMPV6;
		return DROP_NONE;
	case PROTOCOL_FRAGMENT:
		return DROP_ip_fragment;
	case PROTOCOL_HOP_BY_HOP: /* only directly after the IPv6 header */
	case PROTOCOL_DESTINATION:
	case PROTOCOL_ROUTING:
	case PROTOCOL_ESP:
	case PROTOCOL_AH:
	case PROTOCOL_MOBILITY:
	case PROTOCOL_HIP:
	case PROTOCOL_SHIM6:
		return DROP_ipv6_extension;
	default:
		return DROP_ip_protocol_unknown;
	}
}

/*
 * Walk from `*next_header` at frame->l4_off past hop-by-hop and destination
 * options; l4_off and l4_bytes follow.
 */
static enum drop_reason
walk_ipv6_extensions(const struct rte_mbuf *m, struct frame *frame, uint8_t *next_header)
{
	const struct wire_ipv6_extension *extension;
	uint32_t budget = IPV6_OPTIONS_MAX, bytes;

	for (int i = 0; i < IPV6_EXTENSIONS_MAX; i++) {
		if (*next_header != PROTOCOL_DESTINATION &&
		    (*next_header != PROTOCOL_HOP_BY_HOP || i > 0))
			break;
		if (m->data_len < frame->l4_off + 8u)
			return DROP_frame_truncated;
		extension = (const void *)octets_at(m, frame->l4_off);
		bytes = (extension->length + 1u) * 8;
		if (bytes > frame->l4_bytes)
			return DROP_ipv6_header_bad;
		if (m->data_len < frame->l4_off + bytes)
			return DROP_frame_truncated;
		if (!ipv6_options_skippable((const uint8_t *)(extension + 1),
					    bytes - (uint32_t)sizeof(*extension), &budget))
			return DROP_ipv6_extension;
		*next_header = extension->next_header;
		frame->l4_off = (uint16_t)(frame->l4_off + bytes);
		frame->l4_bytes = (uint16_t)(frame->l4_bytes - bytes);
	}
	return DROP_NONE;
}

/* RFC 4291, 2.5.2: :: is a source only while an address is being sought, that is in ICMPv6. */
static bool
ipv6_source_ok(const struct frame *frame)
{
	if (!ip_addr_is_martian_source(&frame->source, true))
		return true;
	return frame->kind == FRAME_ICMPV6 && frame->source.half[0] == 0 &&
	       frame->source.half[1] == 0;
}

static enum drop_reason
parse_ipv6(struct rte_mbuf *m, struct frame *frame)
{
	const struct wire_ipv6 *ip = (const void *)octets_at(m, frame->l3_off);
	enum drop_reason reason = DROP_NONE;
	uint8_t next_header;

	if (m->data_len < frame->l3_off + sizeof(*ip))
		return DROP_frame_truncated;
	if ((ip->version_class_label & RTE_BE32(0xf0000000)) != RTE_BE32(0x60000000))
		return DROP_ipv6_header_bad;
	if (!set_payload(m, frame, frame->l3_off + (uint32_t)sizeof(*ip),
			 rte_be_to_cpu_16(ip->payload_length)))
		return DROP_ipv6_header_bad;
	frame->source = ip_addr_of_ipv6(ip->source);
	frame->destination = ip_addr_of_ipv6(ip->destination);
	frame->ttl = ip->hop_limit;
	frame->tos = (uint8_t)(rte_be_to_cpu_32(ip->version_class_label) >> 20);
	frame->is_ipv6 = true;

	next_header = ip->next_header;
	if (next_header != PROTOCOL_TCP)
		reason = walk_ipv6_extensions(m, frame, &next_header);
	if (reason == DROP_NONE)
		reason = name_ipv6_protocol(next_header, frame);
	if (reason != DROP_NONE)
		return reason;
	if (!ipv6_source_ok(frame))
		return DROP_ip_source_invalid;
	if (ip_addr_is_ipv4(&frame->destination))
		return DROP_ip_destination_foreign;
	return DROP_NONE;
}

/* ARP has no length of its own; arp_parse() looks at what is there. */
static enum drop_reason
parse_arp(struct frame *frame)
{
	memset(&frame->source, 0, sizeof(frame->source));
	memset(&frame->destination, 0, sizeof(frame->destination));
	frame->l4_off = frame->l3_off;
	frame->l4_bytes = 0;
	frame->kind = FRAME_ARP;
	frame->is_ipv6 = false;
	frame->ttl = 0;
	frame->tos = 0;
	return DROP_NONE;
}

enum drop_reason
frame_parse(struct rte_mbuf *m, struct frame *frame)
{
	uint16_t ethertype;
	enum drop_reason reason = parse_ether(m, frame, &ethertype);

	if (reason != DROP_NONE)
		return reason;
	switch (ethertype) {
	case ETHERTYPE_IPV4:
		return parse_ipv4(m, frame);
	case ETHERTYPE_IPV6:
		return parse_ipv6(m, frame);
	case ETHERTYPE_ARP:
		return parse_arp(frame);
	default:
		return DROP_ethertype_unknown;
	}
}

bool
frame_l4_checksum_ok(const struct rte_mbuf *m, const struct frame *frame)
{
	uint64_t sum;

	switch (m->ol_flags & RTE_MBUF_F_RX_L4_CKSUM_MASK) {
	case RTE_MBUF_F_RX_L4_CKSUM_GOOD:
	case RTE_MBUF_F_RX_L4_CKSUM_NONE: /* not filled in, but known to be right */
		return true;
	case RTE_MBUF_F_RX_L4_CKSUM_BAD:
		return false;
	}
	if (m->next == NULL)
		sum = checksum_sum(octets_at(m, frame->l4_off), frame->l4_bytes);
	else
		sum = checksum_sum_mbuf(m, frame->l4_off, frame->l4_bytes);
	if (frame->kind == FRAME_TCP)
		sum += checksum_pseudo(&frame->source, &frame->destination, frame->is_ipv6,
				       PROTOCOL_TCP, frame->l4_bytes);
	else if (frame->kind == FRAME_ICMPV6)
		sum += checksum_pseudo(&frame->source, &frame->destination, true, PROTOCOL_ICMPV6,
				       frame->l4_bytes);
	return checksum_finish(sum) == 0;
}
