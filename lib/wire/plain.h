/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * A segment in the form that nearly all have: one buffer, at most one VLAN tag in
 * the frame, IPv4 without options or IPv6 without extension headers, no fragment,
 * all lengths and checksums right.  Whether a frame is that takes one pass and one
 * answer; whatever is not plain goes to frame_parse() and tcp_seg_parse(), which
 * take longer and can name what is wrong with it.
 *
 * What is plain stays in the buffer: its addresses and numbers are read where they
 * lie, while their line is in the cache, and most packets of a flood never become
 * a struct frame or a struct tcp_seg at all.
 *
 * The trap: both ways must judge alike.  Plain is a subset of what the parsers
 * accept, and plain_open() must make of it what they would have made (test_plain
 * holds them against each other).
 */
#ifndef WEIR_WIRE_PLAIN_H
#define WEIR_WIRE_PLAIN_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <rte_branch_prediction.h>
#include <rte_mbuf.h>

#include "checksum.h"
#include "frame.h"
#include "ip_addr.h"
#include "octets.h"
#include "tcp_seg.h"
#include "wire_headers.h"

/* The order a segment's options are in, where it is one of those that nearly all are in. */
enum plain_form {
	PLAIN_FORM_OTHER, /* or nobody has looked */
	/* SYNs. */
	PLAIN_FORM_NONE,
	PLAIN_FORM_MSS,
	PLAIN_FORM_WINDOWS, /* MSS, NOP, window scale, NOP, NOP, SACK-permitted */
	PLAIN_FORM_LINUX,   /* MSS, SACK-permitted, timestamps, NOP, window scale; Android too */
	PLAIN_SYN_FORMS,
	/* Acknowledgments without text: batch.h alone looks for these. */
	PLAIN_FORM_ACK = PLAIN_SYN_FORMS, /* without options */
	PLAIN_FORM_ACK_TIMES,		  /* NOP, NOP, timestamps */
	PLAIN_FORMS,
};

struct plain {
	struct rte_mbuf *m;
	uint16_t vlan_id;   /* 1 to 4094, or VLAN_NONE */
	uint16_t l3_off;    /* 14 or 18 */
	uint16_t l4_off;    /* of the TCP header */
	uint16_t l4_bytes;  /* TCP header and text */
	uint8_t head_bytes; /* TCP header with options: 20 to 60 */
	uint8_t flags;	    /* TH_ */
	bool is_ipv6;
	uint8_t form; /* enum plain_form */
};

static inline const uint8_t *
plain_l3(const struct plain *plain)
{
	return rte_pktmbuf_mtod_offset(plain->m, const uint8_t *, plain->l3_off);
}

static inline const uint8_t *
plain_l4(const struct plain *plain)
{
	return rte_pktmbuf_mtod_offset(plain->m, const uint8_t *, plain->l4_off);
}

static inline struct ip_addr
plain_source(const struct plain *plain)
{
	const uint8_t *ip = plain_l3(plain);

	return plain->is_ipv6 ? ip_addr_of_ipv6(ip + 8) : ip_addr_of_ipv4(octets_load32(ip + 12));
}

static inline struct ip_addr
plain_destination(const struct plain *plain)
{
	const uint8_t *ip = plain_l3(plain);

	return plain->is_ipv6 ? ip_addr_of_ipv6(ip + 24) : ip_addr_of_ipv4(octets_load32(ip + 16));
}

/* Both ports as the header has them: source, destination. */
static inline rte_be32_t
plain_ports(const struct plain *plain)
{
	return octets_load32(plain_l4(plain));
}

static inline uint32_t
plain_seq(const struct plain *plain)
{
	return rte_be_to_cpu_32(octets_load32(plain_l4(plain) + 4));
}

static inline uint32_t
plain_ack(const struct plain *plain)
{
	return rte_be_to_cpu_32(octets_load32(plain_l4(plain) + 8));
}

/* SEG.WND, unscaled. */
static inline uint16_t
plain_wnd(const struct plain *plain)
{
	return rte_be_to_cpu_16(octets_load16(plain_l4(plain) + 14));
}

/* It acknowledges, and no more: no text, no other flag. */
static inline bool
plain_is_bare_ack(const struct plain *plain)
{
	return plain->flags == TH_ACK && plain->l4_bytes == plain->head_bytes;
}

/* By an IPv4 source's first octet: false for those that perhaps nobody has. */
static inline bool
plain_may_be_source(uint8_t first)
{
	return (uint8_t)(first - 1) < 223 && first != 127;
}

/* Version, length of header, fragment offset and more-fragments: what must be, and where. */
#define PLAIN_IPV4_MASK RTE_BE64(0xff00000000003fff)
#define PLAIN_IPV4_WANT RTE_BE64(0x4500000000000000)

/* Sets l4_off and l4_bytes. */
static inline bool
plain_ipv4(struct plain *plain, const uint8_t *ip)
{
	uint64_t first = octets_load64(ip);
	uint32_t total = rte_be_to_cpu_16(octets_load16(ip + 2));

	if (unlikely((first & PLAIN_IPV4_MASK) != PLAIN_IPV4_WANT || ip[9] != PROTOCOL_TCP))
		return false;
	if (unlikely(total < sizeof(struct wire_ipv4) + sizeof(struct wire_tcp) ||
		     plain->l3_off + total > plain->m->data_len || !plain_may_be_source(ip[12])))
		return false;
	plain->l4_off = (uint16_t)(plain->l3_off + sizeof(struct wire_ipv4));
	plain->l4_bytes = (uint16_t)(total - sizeof(struct wire_ipv4));
	plain->is_ipv6 = false;
	/* The GOOD bit is part of NONE too, which says as much (see frame.c). */
	if (likely((plain->m->ol_flags & RTE_MBUF_F_RX_IP_CKSUM_GOOD) != 0))
		return true;
	return (plain->m->ol_flags & RTE_MBUF_F_RX_IP_CKSUM_BAD) == 0 &&
	       checksum_is_whole(checksum_sum20(ip));
}

static inline bool
plain_ipv6(struct plain *plain, const uint8_t *ip)
{
	uint32_t payload = rte_be_to_cpu_16(octets_load16(ip + 4));

	if (ip[0] >> 4 != 6 || ip[6] != PROTOCOL_TCP || payload < sizeof(struct wire_tcp))
		return false;
	if (plain->l3_off + sizeof(struct wire_ipv6) + payload > plain->m->data_len)
		return false;
	/* Perhaps loopback, a mapped address, multicast: those who can name it shall look. */
	if (ip[8] == 0 || ip[8] == 0xff || ip[24] == 0)
		return false;
	plain->l4_off = (uint16_t)(plain->l3_off + sizeof(struct wire_ipv6));
	plain->l4_bytes = (uint16_t)payload;
	plain->is_ipv6 = true;
	return true;
}

/* The addresses lie right before the TCP header, so one run sums them and the segment. */
static inline bool
plain_l4_checksum_ok(const struct plain *plain)
{
	uint32_t addresses_bytes = plain->is_ipv6 ? 32 : 8;
	uint64_t sum;

	if (likely((plain->m->ol_flags & RTE_MBUF_F_RX_L4_CKSUM_GOOD) != 0))
		return true;
	if ((plain->m->ol_flags & RTE_MBUF_F_RX_L4_CKSUM_BAD) != 0)
		return false;
	sum = checksum_sum_near(plain_l4(plain) - addresses_bytes,
				addresses_bytes + plain->l4_bytes);
	return checksum_is_whole(sum + rte_cpu_to_be_16(plain->l4_bytes) + RTE_BE16(PROTOCOL_TCP));
}

static inline bool
plain_tcp(struct plain *plain)
{
	const uint8_t *tcp = plain_l4(plain);
	uint32_t head_bytes = (tcp[12] & 0xf0u) >> 2;

	if (unlikely(head_bytes < sizeof(struct wire_tcp) || head_bytes > plain->l4_bytes ||
		     octets_load16(tcp) == 0 || octets_load16(tcp + 2) == 0))
		return false;
	plain->head_bytes = (uint8_t)head_bytes;
	plain->flags = tcp[13];
	return plain_l4_checksum_ok(plain);
}

/* A tag that the NIC took out: the answer would need room for it. */
#define PLAIN_REFUSED \
	(RTE_MBUF_F_RX_VLAN_STRIPPED | RTE_MBUF_F_RX_QINQ_STRIPPED | RTE_MBUF_F_RX_QINQ)

/*
 * True if `m` is plain: then all of `plain` is set and m is trimmed to the IP
 * packet.  False: m is as it was.
 */
static inline bool
plain_parse(struct rte_mbuf *m, struct plain *plain)
{
	const uint8_t *ether = rte_pktmbuf_mtod(m, const uint8_t *);
	rte_be16_t ethertype;
	uint32_t l3_off = sizeof(struct wire_ether), bytes = m->data_len, vlan_id = VLAN_NONE;
	bool is_plain;

	if (unlikely(m->nb_segs != 1 || (m->ol_flags & PLAIN_REFUSED) != 0 ||
		     bytes < sizeof(struct wire_ether) + sizeof(struct wire_ipv4) +
				     sizeof(struct wire_tcp) ||
		     (ether[6] & 1) != 0))
		return false;
	ethertype = octets_load16(ether + 12);
	if (unlikely(ethertype == RTE_BE16(ETHERTYPE_VLAN))) {
		vlan_id = rte_be_to_cpu_16(octets_load16(ether + 14)) & 0x0fff;
		ethertype = octets_load16(ether + 16);
		l3_off += sizeof(struct wire_vlan);
		if (vlan_id == 0 || vlan_id == 0x0fff)
			return false;
	}
	plain->m = m;
	plain->vlan_id = (uint16_t)vlan_id;
	plain->l3_off = (uint16_t)l3_off;
	plain->form = PLAIN_FORM_OTHER;
	if (ethertype == RTE_BE16(ETHERTYPE_IPV4) &&
	    bytes >= l3_off + sizeof(struct wire_ipv4) + sizeof(struct wire_tcp))
		is_plain = plain_ipv4(plain, ether + l3_off);
	else if (ethertype == RTE_BE16(ETHERTYPE_IPV6) &&
		 bytes >= l3_off + sizeof(struct wire_ipv6) + sizeof(struct wire_tcp))
		is_plain = plain_ipv6(plain, ether + l3_off);
	else
		is_plain = false;
	if (unlikely(!is_plain) || unlikely(!plain_tcp(plain)))
		return false;
	if (plain->l4_off + plain->l4_bytes < bytes)
		m->pkt_len = m->data_len = (uint16_t)(plain->l4_off + plain->l4_bytes);
	return true;
}

/* The structs that the parsers would have made of it; `seg` refers to `frame`. */
void plain_open(const struct plain *plain, struct frame *frame, struct tcp_seg *seg);

#endif
