/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The trap: steering must take for TCP exactly what the owner's pipeline will
 * take for TCP, behind whatever IPv6 headers, or one flow would have two
 * owners.  Hence the same parser, although its work is done twice.
 */
#include "steering.h"

#include <string.h>

#include "check.h"
#include "icmp_error.h"

struct end {
	struct ip_addr addr;
	uint16_t port;
};

void
steering_init(struct steering *steering, enum prf_kind kind, const uint8_t secret[16],
	      uint32_t workers)
{
	check(workers > 0);
	prf_key_init(&steering->key, kind, secret, STEERING_BLOCKS);
	steering->workers = workers;
}

/* The lower end first: both directions make the same message. */
static void
put_blocks(struct prf_block (*messages)[PRF_BURST_MAX], uint32_t i, const struct end *a,
	   const struct end *b)
{
	int order = memcmp(&a->addr, &b->addr, sizeof(a->addr));

	if (order > 0 || (order == 0 && a->port > b->port)) {
		const struct end *swap = a;

		a = b;
		b = swap;
	}
	memcpy(&messages[0][i], &a->addr, sizeof(a->addr));
	memcpy(&messages[1][i], &b->addr, sizeof(b->addr));
	messages[2][i] = (struct prf_block){{(uint64_t)a->port << 16 | b->port, 0}};
}

static bool
read_ends(const struct rte_mbuf *m, const struct frame *frame, struct end *source,
	  struct end *destination)
{
	struct icmp_error error;
	rte_be16_t ports[2];

	if (frame->kind != FRAME_TCP) {
		if (!icmp_is_error(m, frame) || icmp_error_parse(m, frame, &error) != DROP_NONE)
			return false;
		*source = (struct end){.addr = error.source, .port = error.source_port};
		*destination =
			(struct end){.addr = error.destination, .port = error.destination_port};
		return true;
	}
	if (rte_pktmbuf_data_len(m) < frame->l4_off + sizeof(ports))
		return false;
	memcpy(ports, rte_pktmbuf_mtod_offset(m, const uint8_t *, frame->l4_off), sizeof(ports));
	*source = (struct end){.addr = frame->source, .port = rte_be_to_cpu_16(ports[0])};
	*destination = (struct end){.addr = frame->destination, .port = rte_be_to_cpu_16(ports[1])};
	return true;
}

/* False for what is of no flow; else its ends are message `i`. */
static bool
read_tuple(struct rte_mbuf *m, struct prf_block (*messages)[PRF_BURST_MAX], uint32_t i)
{
	struct frame frame;
	struct end source, destination;

	if (frame_parse(m, &frame) != DROP_NONE || !read_ends(m, &frame, &source, &destination))
		return false;
	put_blocks(messages, i, &source, &destination);
	return true;
}

static uint32_t
worker_of(const struct steering *steering, const struct prf_block *hash)
{
	return (uint32_t)(((hash->q[0] >> 32) * steering->workers) >> 32);
}

uint32_t
steering_owner(const struct steering *steering, const struct ip_addr *a, uint16_t a_port,
	       const struct ip_addr *b, uint16_t b_port)
{
	struct prf_block messages[STEERING_BLOCKS][PRF_BURST_MAX];
	struct prf_block hash;

	put_blocks(messages, 0, &(struct end){*a, a_port}, &(struct end){*b, b_port});
	prf_burst(&steering->key, messages, 1, &hash);
	return worker_of(steering, &hash);
}

void
steering_owners(const struct steering *steering, struct rte_mbuf **frames, uint32_t count,
		uint32_t self, uint16_t *owner)
{
	struct prf_block messages[STEERING_BLOCKS][PRF_BURST_MAX];
	const struct prf_block *hashes = messages[0];
	uint8_t frame_of[STEERING_BURST_MAX];
	uint32_t steered = 0;

	check(count <= STEERING_BURST_MAX);
	for (uint32_t i = 0; i < count; i++)
		rte_prefetch0(rte_pktmbuf_mtod(frames[i], const void *));
	for (uint32_t i = 0; i < count; i++) {
		owner[i] = (uint16_t)self;
		if (read_tuple(frames[i], messages, steered))
			frame_of[steered++] = (uint8_t)i;
	}
	if (steered == 0)
		return;
	prf_burst(&steering->key, messages, steered, messages[0]);
	for (uint32_t i = 0; i < steered; i++)
		owner[frame_of[i]] = (uint16_t)worker_of(steering, &hashes[i]);
}
