/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * A batch: up to sixteen segments of the forms that floods and handshakes are made
 * of (enum plain_form), known by sight all at once (wide.h) and kept word by word, a
 * segment to a lane: over IPv4, untagged, without text, in one buffer, sums right.
 * Whatever their forms are, all lanes go the same way: what a form does not have is
 * masked, what it has elsewhere is taken from there.
 *
 * batch_read() takes a subset of what plain_parse() does, and batch_open() leaves
 * behind what plain_syn_parse() does, or plain_parse() (test_batch).
 */
#ifndef WEIR_WIRE_BATCH_H
#define WEIR_WIRE_BATCH_H

#include "plain_syn.h"
#include "wide.h"

struct batch {
	rte_be32_t source[WIDE_LANES];
	rte_be32_t destination[WIDE_LANES];
	rte_be32_t ports[WIDE_LANES]; /* source, destination */
	rte_be32_t seq[WIDE_LANES];
	rte_be32_t ack[WIDE_LANES];
	rte_be32_t times[WIDE_LANES]; /* TSval of a SYN, TSecr of an ACK, where the form has it */
	uint32_t mss[WIDE_LANES];     /* of a SYN; 0 without that option */
	uint32_t shift[WIDE_LANES];   /* of the window, of the forms that have it */
	uint32_t form[WIDE_LANES];    /* enum plain_form */
	struct rte_mbuf *m[WIDE_LANES];
	uint32_t acks; /* which lanes are ACKs: bit by lane; the others are SYNs */
} __attribute__((aligned(64)));

/*
 * Read `count` (1 to WIDE_LANES) frames and say which of them are such segments that
 * came in on the DPDK port of the first, with MAC `mac` (6 octets and two of any
 * kind), to which they are sent: bit by lane.  The frames stay as they are; lanes of
 * others mean nothing.
 *
 * A frame may be refused that plain_parse() takes, because its buffer ends where the
 * longest form might not have.  Only where prf_aes_wide_is_available().
 */
uint32_t batch_read(struct batch *batch, struct rte_mbuf *const *frames, uint32_t count,
		    const uint8_t mac[8]);

/*
 * One of the lanes as a plain segment, and its frame trimmed to the IP packet.  Its
 * form stays PLAIN_FORM_OTHER if it is an ACK: outside of batches these have none.
 */
void batch_open(const struct batch *batch, uint32_t lane, struct plain *plain);

/* Rows of a frame, of 16 octets each (wide_load()), so that words of headers are words. */
#define BATCH_MACS	0
#define BATCH_ETHERTYPE 10 /* the last of a MAC, the ethertype, three words of IP */
#define BATCH_ADDRESSES 26 /* addresses, ports, SEG.SEQ */
#define BATCH_ACK	42 /* SEG.ACK, two more words, the first of options */
#define BATCH_OPTIONS	58 /* four words */
#define BATCH_BYTES	(BATCH_OPTIONS + 16)

static_assert(BATCH_BYTES == PLAIN_SYN_BYTES + PLAIN_LINUX_BYTES,
	      "the last row ends where the longest form does");

#endif
