/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * A batch: up to sixteen segments of the forms that floods and handshakes are made
 * of (enum plain_form), known by sight all at once (wide.h) and kept word by word, a
 * segment to a lane: over IPv4 or IPv6, with a VLAN tag or without, but all of one
 * shape; without text, in one buffer, sums right.  Whatever their forms are, all lanes
 * go the same way: what a form does not have is masked, what it has elsewhere is taken
 * from there.
 *
 * batch_read() takes a subset of what plain_parse() does, and batch_open() leaves
 * behind what plain_syn_parse() does, or plain_parse() (test_batch).
 */
#ifndef WEIR_WIRE_BATCH_H
#define WEIR_WIRE_BATCH_H

#include "plain_syn.h"
#include "wide.h"

/* What all headers of a batch have in common, but for what is in them. */
struct batch_shape {
	bool is_ipv6;
	bool is_tagged;
};

struct batch {
	/* Addresses word by word, as in struct ip_addr; of IPv4 the last alone is there. */
	rte_be32_t source[4][WIDE_LANES];
	rte_be32_t destination[4][WIDE_LANES];
	rte_be32_t ports[WIDE_LANES]; /* source, destination */
	rte_be32_t seq[WIDE_LANES];
	rte_be32_t ack[WIDE_LANES];
	rte_be32_t times[WIDE_LANES]; /* TSval of a SYN, TSecr of an ACK, where the form has it */
	rte_be32_t tag[WIDE_LANES];   /* VLAN without priority, ethertype; where there is a tag */
	uint32_t mss[WIDE_LANES];     /* of a SYN; 0 without that option */
	uint32_t shift[WIDE_LANES];   /* of the window, of the forms that have it */
	uint32_t form[WIDE_LANES];    /* enum plain_form */
	struct rte_mbuf *m[WIDE_LANES];
	uint32_t acks; /* which lanes are ACKs: bit by lane; the others are SYNs */
	struct batch_shape shape;
} __attribute__((aligned(64)));

/*
 * Read `count` (1 to WIDE_LANES) frames and say which of those in `wanted` are such
 * segments that came in on the DPDK port of the first, with MAC `mac` (6 octets and two
 * of any kind), to which they are sent: bit by lane.  The batch gets the shape that
 * most of those wanted have; in *others are those of the shape that is next, of which
 * more may be found by another reading.  The frames stay as they are; lanes of others
 * mean nothing.
 *
 * A frame may be refused that plain_parse() takes, because its buffer ends where the
 * longest form might not have.  Only where prf_aes_wide_is_available().
 */
uint32_t batch_read(struct batch *batch, struct rte_mbuf *const *frames, uint32_t count,
		    uint32_t wanted, const uint8_t mac[8], uint32_t *others);

/* Which lanes, of those that are segments, go where that one goes, in the same VLAN. */
uint32_t batch_to_same_place(const struct batch *batch, uint32_t lane);

static inline struct ip_addr
batch_address(const rte_be32_t words[4][WIDE_LANES], uint32_t lane, bool is_ipv6)
{
	if (!is_ipv6)
		return ip_addr_of_ipv4(words[3][lane]);
	return (struct ip_addr){.half = {words[0][lane] | (uint64_t)words[1][lane] << 32,
					 words[2][lane] | (uint64_t)words[3][lane] << 32}};
}

static inline struct ip_addr
batch_source(const struct batch *batch, uint32_t lane)
{
	return batch_address(batch->source, lane, batch->shape.is_ipv6);
}

static inline struct ip_addr
batch_destination(const struct batch *batch, uint32_t lane)
{
	return batch_address(batch->destination, lane, batch->shape.is_ipv6);
}

/* 1 to 4094, or VLAN_NONE. */
static inline uint16_t
batch_vlan(const struct batch *batch, uint32_t lane)
{
	if (!batch->shape.is_tagged)
		return VLAN_NONE;
	return (uint16_t)(rte_be_to_cpu_32(batch->tag[lane]) >> 16);
}

/*
 * One of the lanes as a plain segment, and its frame trimmed to the IP packet.  It is
 * in no form unless it is a SYN over IPv4 without a tag: outside of batches others
 * have none.
 */
void batch_open(const struct batch *batch, uint32_t lane, struct plain *plain);

/*
 * Rows of a frame, of 16 octets each (wide_load()), so that words of headers are words:
 * one for the MACs, and from BATCH_WORDS on all others, 4 octets further behind a tag.
 * The first of their words is the last two octets of a MAC and the ethertype, or
 * those of a tag; then IP header and TCP header.
 */
#define BATCH_MACS  0
#define BATCH_WORDS 10

/* As far as a row goes: to the end of a Linux SYN over IPv6 in a VLAN. */
#define BATCH_BYTES 98

static_assert(BATCH_BYTES ==
		      18 + sizeof(struct wire_ipv6) + sizeof(struct wire_tcp) + PLAIN_LINUX_BYTES,
	      "the last row ends where the longest form does");

#endif
