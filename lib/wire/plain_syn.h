/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * What most floods are made of: SYNs over IPv4, untagged, without text, whose options
 * are in one of the few orders that systems and flooding tools write them in.  Such
 * a SYN has fixed places for everything and one length for each order, so it is
 * known by a handful of comparisons of words, and summed in a straight line.
 *
 * plain_syn_parse() accepts a subset of what plain_parse() does and leaves the same
 * behind, and the order's name in `form` besides (test_plain).
 */
#ifndef WEIR_WIRE_PLAIN_SYN_H
#define WEIR_WIRE_PLAIN_SYN_H

#include "plain.h"

/* Where things are in such a frame. */
#define PLAIN_SYN_IP	  14
#define PLAIN_SYN_TCP	  34
#define PLAIN_SYN_OPTIONS 54
#define PLAIN_SYN_BYTES	  54 /* without options */

/* Octets of options in each form. */
#define PLAIN_MSS_BYTES	    4
#define PLAIN_WINDOWS_BYTES 12
#define PLAIN_LINUX_BYTES   20
#define PLAIN_TIMES_BYTES   12

/* Words of options, and which of their octets must be as they are here. */
#define PLAIN_MSS_SACK_TS      RTE_BE64(0x020400000402080a) /* MSS, SACK-permitted, timestamps */
#define PLAIN_MSS_WSCALE       RTE_BE64(0x0204000001030300) /* MSS, NOP, window scale */
#define PLAIN_MSS_SACK_TS_MASK RTE_BE64(0xffff0000ffffffff)
#define PLAIN_MSS_WSCALE_MASK  RTE_BE64(0xffff0000ffffff00)
#define PLAIN_MSS_WORD	       RTE_BE32(0x02040000)
#define PLAIN_MSS_WORD_MASK    RTE_BE32(0xffff0000)
#define PLAIN_WSCALE_WORD      RTE_BE32(0x01030300)
#define PLAIN_WSCALE_WORD_MASK RTE_BE32(0xffffff00)
#define PLAIN_SACK_WORD	       RTE_BE32(0x01010402)
#define PLAIN_TS_WORD	       RTE_BE32(0x0101080a)

/*
 * Zero if `octets`, as many as the form has, are in its order.  Differences are
 * ORed, here and below: one branch that never goes wrong is less than ten.
 */
static inline __attribute__((always_inline)) uint64_t
plain_options_differ(const uint8_t *octets, enum plain_form form)
{
	switch (form) {
	case PLAIN_FORM_NONE:
		return 0;
	case PLAIN_FORM_MSS:
		return (octets_load32(octets) & PLAIN_MSS_WORD_MASK) ^ PLAIN_MSS_WORD;
	case PLAIN_FORM_WINDOWS:
		return ((octets_load64(octets) & PLAIN_MSS_WSCALE_MASK) ^ PLAIN_MSS_WSCALE) |
		       (octets_load32(octets + 8) ^ PLAIN_SACK_WORD);
	case PLAIN_FORM_LINUX:
		return ((octets_load64(octets) & PLAIN_MSS_SACK_TS_MASK) ^ PLAIN_MSS_SACK_TS) |
		       ((octets_load32(octets + 16) & PLAIN_WSCALE_WORD_MASK) ^ PLAIN_WSCALE_WORD);
	default:
		break;
	}
	return 1;
}

/* Ethertype, version and header length, total length; then fragment and protocol. */
#define PLAIN_SYN_FIRST_MASK  RTE_BE64(0xffffff00ffff0000)
#define PLAIN_SYN_FIRST	      RTE_BE64(0x0800450000000000)
#define PLAIN_SYN_SECOND_MASK RTE_BE64(0x00003fff00ff0000)
#define PLAIN_SYN_SECOND      RTE_BE64(0x0000000000060000)

#define PLAIN_SYN_CKSUM_GOOD (RTE_MBUF_F_RX_IP_CKSUM_GOOD | RTE_MBUF_F_RX_L4_CKSUM_GOOD)
#define PLAIN_SYN_CKSUM_BAD  (RTE_MBUF_F_RX_IP_CKSUM_BAD | RTE_MBUF_F_RX_L4_CKSUM_BAD)

/* Of the header's 20 octets, and of the segment with the addresses before it. */
static inline __attribute__((always_inline)) bool
plain_syn_sums_ok(const uint8_t *ether, uint32_t options_bytes)
{
	uint32_t l4_bytes = (uint32_t)sizeof(struct wire_tcp) + options_bytes, at = PLAIN_SYN_TCP;
	uint64_t addresses = octets_load64(ether + PLAIN_SYN_TCP - 8), header, segment;

	header = checksum_add(addresses, octets_load64(ether + PLAIN_SYN_IP));
	header = checksum_add(header, octets_load32(ether + PLAIN_SYN_IP + 8));
	segment = checksum_add(addresses, RTE_BE16(l4_bytes) + RTE_BE16(PROTOCOL_TCP));
	for (; at + 8 <= PLAIN_SYN_TCP + l4_bytes; at += 8)
		segment = checksum_add(segment, octets_load64(ether + at));
	if (at < PLAIN_SYN_TCP + l4_bytes)
		segment = checksum_add(segment, octets_load32(ether + at));
	return checksum_is_whole(header) && checksum_is_whole(segment);
}

/* All there is to say of a frame of each form but where it is; an ACK's form is none here. */
static const struct plain plain_shapes[PLAIN_FORMS] = {
#define SHAPE(name, th_flags, form_, options_bytes)                    \
	[PLAIN_FORM_##name] = {                                        \
		.vlan_id = VLAN_NONE,                                  \
		.l3_off = PLAIN_SYN_IP,                                \
		.l4_off = PLAIN_SYN_TCP,                               \
		.l4_bytes = sizeof(struct wire_tcp) + options_bytes,   \
		.head_bytes = sizeof(struct wire_tcp) + options_bytes, \
		.flags = th_flags,                                     \
		.form = form_,                                         \
	}
	SHAPE(NONE, TH_SYN, PLAIN_FORM_NONE, 0),
	SHAPE(MSS, TH_SYN, PLAIN_FORM_MSS, PLAIN_MSS_BYTES),
	SHAPE(WINDOWS, TH_SYN, PLAIN_FORM_WINDOWS, PLAIN_WINDOWS_BYTES),
	SHAPE(LINUX, TH_SYN, PLAIN_FORM_LINUX, PLAIN_LINUX_BYTES),
	SHAPE(ACK, TH_ACK, PLAIN_FORM_OTHER, 0),
	SHAPE(ACK_TIMES, TH_ACK, PLAIN_FORM_OTHER, PLAIN_TIMES_BYTES),
#undef SHAPE
};

/* `m` has been found to be of that form: set all of `plain`, and trim m to the IP packet. */
static inline __attribute__((always_inline)) void
plain_set_form(struct plain *plain, struct rte_mbuf *m, enum plain_form form)
{
	uint32_t bytes = PLAIN_SYN_TCP + (uint32_t)plain_shapes[form].l4_bytes;

	*plain = plain_shapes[form];
	plain->m = m;
	if (unlikely(m->data_len != bytes))
		m->pkt_len = m->data_len = (uint16_t)bytes;
}

/* In line, so that there is straight code for each form. */
static inline __attribute__((always_inline)) bool
plain_syn_take(struct rte_mbuf *m, const uint8_t *ether, struct plain *plain, enum plain_form form,
	       uint32_t options_bytes)
{
	uint32_t bytes = PLAIN_SYN_BYTES + options_bytes;
	uint64_t first = PLAIN_SYN_FIRST | RTE_BE64((uint64_t)(bytes - PLAIN_SYN_IP) << 16);
	uint32_t ports = octets_load32(ether + PLAIN_SYN_TCP);
	uint64_t differs;

	if (unlikely(m->data_len < bytes))
		return false;
	differs = (octets_load64(ether + 12) & PLAIN_SYN_FIRST_MASK) ^ first;
	differs |= (octets_load64(ether + 18) & PLAIN_SYN_SECOND_MASK) ^ PLAIN_SYN_SECOND;
	differs |= plain_options_differ(ether + PLAIN_SYN_OPTIONS, form);
	differs |= ether[6] & 1;
	differs |= !plain_may_be_source(ether[PLAIN_SYN_IP + 12]);
	differs |= (uint16_t)ports == 0 || ports >> 16 == 0;
	if (unlikely(differs != 0))
		return false;
	if ((m->ol_flags & PLAIN_SYN_CKSUM_GOOD) != PLAIN_SYN_CKSUM_GOOD &&
	    unlikely(!plain_syn_sums_ok(ether, options_bytes)))
		return false;
	plain_set_form(plain, m, form);
	return true;
}

/*
 * True if `m` is such a SYN: then all of `plain` is set and m is trimmed to the IP
 * packet.  False: m is as it was.  A port that vouches for one checksum only is
 * not believed here.
 */
static inline bool
plain_syn_parse(struct rte_mbuf *m, struct plain *plain)
{
	const uint8_t *ether = rte_pktmbuf_mtod(m, const uint8_t *);

	if (unlikely(m->data_len < PLAIN_SYN_BYTES || m->nb_segs != 1 ||
		     (m->ol_flags & (PLAIN_REFUSED | PLAIN_SYN_CKSUM_BAD)) != 0))
		return false;
	/* Data offset and flags tell what length the options have. */
	switch (octets_load16(ether + PLAIN_SYN_TCP + 12)) {
	case RTE_BE16(0xa002):
		return plain_syn_take(m, ether, plain, PLAIN_FORM_LINUX, PLAIN_LINUX_BYTES);
	case RTE_BE16(0x8002):
		return plain_syn_take(m, ether, plain, PLAIN_FORM_WINDOWS, PLAIN_WINDOWS_BYTES);
	case RTE_BE16(0x6002):
		return plain_syn_take(m, ether, plain, PLAIN_FORM_MSS, PLAIN_MSS_BYTES);
	case RTE_BE16(0x5002):
		return plain_syn_take(m, ether, plain, PLAIN_FORM_NONE, 0);
	default:
		return false;
	}
}

#endif
