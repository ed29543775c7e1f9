/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Frames made beforehand.  A template fills every buffer of its own pool with the
 * same frame once; to send one, only what differs is written over: the sender's
 * address and port, sequence numbers, timestamps, and the checksums, which start
 * from the sum of what does not differ.
 *
 * The trap: this holds only with drivers that leave a sent frame as it is.  All
 * do but net_ring, which hands the buffer itself to the receiver.
 */
#ifndef WEIR_TESTS_BENCH_GEN_TEMPLATE_H
#define WEIR_TESTS_BENCH_GEN_TEMPLATE_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_mbuf.h>

#include "gen_prefix.h"

#define GEN_FRAME_BYTES_MAX 256
#define GEN_UDP		    17 /* the one protocol weir knows nothing of */

/* Whose TCP a SYN looks like: Linux 6, Windows 10, or no options at all. */
enum gen_flavour { GEN_PLAIN, GEN_LINUX, GEN_WINDOWS };

/* Where all frames go. */
struct gen_path {
	uint8_t mac_source[6];
	uint8_t mac_destination[6];
	struct ip_addr destination;
	uint16_t port;
	bool is_ipv6;
};

struct gen_template_setup {
	const struct gen_path *path;
	const struct gen_prefix *from;
	uint8_t protocol; /* PROTOCOL_TCP, GEN_UDP, or PROTOCOL_ICMP for either family's */
	uint8_t flags;	  /* TH_ */
	enum gen_flavour flavour;
	bool is_fragment; /* the first of a packet whose rest never comes */
	const char *text; /* or NULL */
};

struct gen_template {
	struct rte_mempool *pool;
	uint8_t octets[GEN_FRAME_BYTES_MAX];
	uint64_t base_low;  /* of the sender's address */
	uint64_t host_mask; /* which of its bits differ */
	uint64_t ip_sum;    /* of what never differs */
	uint64_t l4_sum;
	uint16_t bytes;
	uint16_t source_off; /* of what differs in the sender's address */
	uint16_t l4_off;
	uint16_t checksum_off;
	uint16_t port_off;
	uint16_t ts_off; /* of TSval, or 0 */
	bool is_ipv6;
	bool is_tcp;
	bool sums_source; /* the transport's checksum covers addresses */
};

/* What differs. */
struct gen_segment {
	uint64_t host; /* bits beyond the prefix's are ignored */
	uint16_t port;
	uint32_t seq;
	uint32_t ack;
	uint32_t tsval;
	uint32_t tsecr;
};

/* Lay out the frame; the pool comes later, with gen_template_open(). */
void gen_template_init(struct gen_template *t, const struct gen_template_setup *setup);

/* A pool of `count` such frames.  0, or a negative errno. */
int gen_template_open(struct gen_template *t, const char *name, uint32_t count);
void gen_template_close(struct gen_template *t);

/* Write `segment` over the frame at `octets`, which is one of the template's. */
void gen_template_patch(const struct gen_template *t, uint8_t *octets,
			const struct gen_segment *segment);

/* `count` frames, or none. */
bool gen_template_take(const struct gen_template *t, struct rte_mbuf **frames, uint32_t count);

#endif
