/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The trap: whoever floods writes these headers.  What stands where no honest
 * peer puts it (options, extension headers) must not rank above a plain SYN, or
 * a flood would dress up in it.
 */
#include "frame_rank.h"

#include "tcp_seg.h"
#include "wire_headers.h"

#define ND_TYPE_MIN 133 /* RFC 4861, 4: router solicitation to redirect */
#define ND_TYPE_MAX 137

/* The octets at `offset`, or NULL where the first segment has not so many. */
static const void *
glance(const struct rte_mbuf *m, uint32_t offset, uint32_t bytes)
{
	return m->data_len < offset + bytes ? NULL
					    : rte_pktmbuf_mtod_offset(m, const void *, offset);
}

static enum frame_rank
rank_tcp(const struct rte_mbuf *m, uint32_t l4_off)
{
	const struct wire_tcp *tcp = glance(m, l4_off, sizeof(*tcp));

	if (tcp == NULL)
		return RANK_STRAY;
	switch (tcp->flags & (TH_SYN | TH_RST | TH_ACK)) {
	case TH_ACK:
		return RANK_SEGMENT;
	case TH_SYN:
	case TH_SYN | TH_ACK: /* the answer to one of ours, perhaps */
		return RANK_SYN;
	default:
		return RANK_STRAY;
	}
}

static enum frame_rank
rank_ipv4(const struct rte_mbuf *m, uint32_t l3_off)
{
	const struct wire_ipv4 *ip = glance(m, l3_off, sizeof(*ip));

	if (ip == NULL || ip->version_ihl != 0x45 || ip->protocol != PROTOCOL_TCP ||
	    (ip->fragment & RTE_BE16(IPV4_FRAGMENT_MASK)) != 0)
		return RANK_STRAY;
	return rank_tcp(m, l3_off + (uint32_t)sizeof(*ip));
}

static enum frame_rank
rank_ipv6(const struct rte_mbuf *m, uint32_t l3_off)
{
	const struct wire_ipv6 *ip = glance(m, l3_off, sizeof(*ip));
	const struct wire_icmp *icmp;

	if (ip == NULL)
		return RANK_STRAY;
	if (ip->next_header == PROTOCOL_TCP)
		return rank_tcp(m, l3_off + (uint32_t)sizeof(*ip));
	icmp = glance(m, l3_off + (uint32_t)sizeof(*ip), sizeof(*icmp));
	/* Without neighbour discovery no answer finds its way.  Routers do not forward it: 255. */
	if (ip->next_header == PROTOCOL_ICMPV6 && ip->hop_limit == 255 && icmp != NULL &&
	    icmp->type >= ND_TYPE_MIN && icmp->type <= ND_TYPE_MAX)
		return RANK_SEGMENT;
	return RANK_STRAY;
}

enum frame_rank
frame_rank(const struct rte_mbuf *m)
{
	const struct wire_ether *ether = glance(m, 0, sizeof(*ether));
	uint32_t l3_off = sizeof(*ether);
	const struct wire_vlan *tag;
	rte_be16_t ethertype;

	if (ether == NULL)
		return RANK_STRAY;
	ethertype = ether->ethertype;
	if (ethertype == RTE_BE16(ETHERTYPE_VLAN)) {
		tag = glance(m, l3_off, sizeof(*tag));
		if (tag == NULL)
			return RANK_STRAY;
		ethertype = tag->ethertype;
		l3_off += (uint32_t)sizeof(*tag);
	}
	if (ethertype == RTE_BE16(ETHERTYPE_IPV4))
		return rank_ipv4(m, l3_off);
	if (ethertype == RTE_BE16(ETHERTYPE_IPV6))
		return rank_ipv6(m, l3_off);
	return ethertype == RTE_BE16(ETHERTYPE_ARP) ? RANK_SEGMENT : RANK_STRAY;
}
