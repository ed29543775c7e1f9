/* SPDX-License-Identifier: BSD-3-Clause */

#include "kinds.h"

#include <string.h>

#include <rte_cycles.h>
#include <rte_ether.h>
#include <rte_tcp.h>

#include "check.h"

#define BURST	   32
#define CHUNK	   (8 * BURST) /* CLIENTS_ANSWERS_MAX is for eight turns */
#define TEXT_BYTES 64
#define TEXT_ROOM  (TCP_TX_MAX - TCP_TX_RESERVE)

/* Where the IP header begins in a frame without a tag, and in one with it. */
#define UNTAGGED 14
#define TAGGED	 18

/* The source, of so many octets; the destination follows. */
static inline __attribute__((always_inline)) void
swap_addresses(uint8_t *source, size_t bytes)
{
	uint8_t saved[16];

	memcpy(saved, source, bytes);
	memcpy(source, source + bytes, bytes);
	memcpy(source + bytes, saved, bytes);
}

/* The floor: what no terminator can be faster than, on the same packets. */
static inline __attribute__((always_inline)) void
swap_in_place(struct rte_mbuf *m, uint32_t l3_off, bool is_ipv6)
{
	struct rte_ether_hdr *ether = rte_pktmbuf_mtod(m, struct rte_ether_hdr *);
	uint8_t *ip = (uint8_t *)ether + l3_off;
	struct rte_tcp_hdr *tcp = (struct rte_tcp_hdr *)(ip + (is_ipv6 ? 40 : 20));
	struct rte_ether_addr mac = ether->src_addr;
	rte_be16_t port = tcp->src_port;

	ether->src_addr = ether->dst_addr;
	ether->dst_addr = mac;
	swap_addresses(ip + (is_ipv6 ? 8 : 12), is_ipv6 ? 16 : 4);
	tcp->src_port = tcp->dst_port;
	tcp->dst_port = port;
}

static inline __attribute__((always_inline)) uint64_t
run_floor(struct clients *clients, uint32_t l3_off, bool is_ipv6)
{
	uint64_t start = rte_rdtsc_precise();

	for (uint32_t i = 0; i < clients->count; i += BURST) {
		for (uint32_t k = 0; k < BURST; k++)
			rte_prefetch0(rte_pktmbuf_mtod(clients->frames[i + k], void *));
		for (uint32_t k = 0; k < BURST; k++)
			swap_in_place(clients->frames[i + k], l3_off, is_ipv6);
	}
	return rte_rdtsc_precise() - start;
}

static uint64_t
run_floor_ipv4(struct clients *clients)
{
	return run_floor(clients, UNTAGGED, false);
}

static uint64_t
run_floor_ipv6(struct clients *clients)
{
	return run_floor(clients, UNTAGGED, true);
}

static uint64_t
run_floor_vlan(struct clients *clients)
{
	return run_floor(clients, TAGGED, false);
}

/* Frames `first` to `last` - 1.  What is sent is only laid by; returns how much that is. */
static uint32_t
run_chunk(struct clients *clients, uint32_t first, uint32_t last)
{
	struct bed *bed = clients->bed;
	uint32_t answered = 0, sent;

	for (uint32_t i = first; i < last; i += BURST) {
		bed->now_ns += 1000;
		sent = pipeline_poll(bed->core, bed->now_ns, &clients->frames[i], BURST, TEXT_ROOM);
		memcpy(&clients->answers[answered], bed->core->tcp.tx,
		       sent * sizeof(clients->answers[0]));
		answered += sent;
	}
	return answered;
}

/*
 * Some bursts at a time on the clock: reading it around each would stop the CPU's
 * look-ahead and cost more than some packets do.  The clients read the answers off
 * the clock.  A frame the core has kept or freed is gone; one it answered in place
 * comes back as the answer, and is its client's again: so that buffers stay in order,
 * as those of the floor do.  Out of order they cost twice as much where they are many.
 */
static uint64_t
run_core(struct clients *clients)
{
	uint64_t cycles = 0;

	for (uint32_t i = 0; i < clients->count; i += CHUNK) {
		uint64_t start = rte_rdtsc_precise();
		uint32_t answered = run_chunk(clients, i, RTE_MIN(i + CHUNK, clients->count));

		cycles += rte_rdtsc_precise() - start;
		memset(&clients->frames[i], 0,
		       RTE_MIN(CHUNK, clients->count - i) * sizeof(clients->frames[0]));
		clients_learn(clients, answered);
	}
	return cycles;
}

/* The residents stay. */
static void
end_connections(struct clients *clients)
{
	struct bed *bed = clients->bed;

	if (bed->residents == 0) {
		bed_clear(bed);
	} else if (bed->core->tcp.flows.used > bed->residents) {
		clients_make_resets(clients);
		run_core(clients);
		check(bed->core->tcp.flows.used == bed->residents);
	}
}

/* SYNs off the clock, so that their cookies are known. */
static void
shake_hands(struct clients *clients)
{
	end_connections(clients);
	clients_make_syns(clients);
	run_core(clients);
}

static void
prepare_accept(struct clients *clients)
{
	shake_hands(clients);
	clients_make_acks(clients);
}

static void
prepare_reject(struct clients *clients)
{
	shake_hands(clients);
	clients_make_forged_acks(clients);
}

/* Connections are opened once and live through all rounds. */
static void
prepare_text(struct clients *clients)
{
	const struct bed *bed = clients->bed;

	if (bed->core->tcp.flows.used != bed->residents + clients->count) {
		prepare_accept(clients);
		run_core(clients);
	}
	clients_make_text(clients, TEXT_BYTES);
}

/* The clients' network is on a list, as long as the packets are there. */
static uint64_t
run_denied(struct clients *clients)
{
	struct bed *bed = clients->bed;
	uint64_t cycles;

	bed_deny_clients(bed, true);
	cycles = run_core(clients);
	bed_deny_clients(bed, false);
	return cycles;
}

#define SWAP   "MACs, addresses and ports exchanged in place"
#define SYN    "SYN with Linux's options -> SYN-ACK with a cookie"
#define FORGED "ACK with a forged cookie -> drop"

#define FLOOR(name, text, net, run)                           \
	{                                                     \
		name, text, net, true, clients_make_syns, run \
	}
#define KIND(name, text, net, prepare)                    \
	{                                                 \
		name, text, net, false, prepare, run_core \
	}

const struct kind kinds[] = {
	FLOOR("floor_swap", SWAP, BED_IPV4, run_floor_ipv4),
	KIND("syn_cookie", SYN, BED_IPV4, clients_make_syns),
	KIND("ack_accept", "ACK with a valid cookie -> connection, on_open", BED_IPV4,
	     prepare_accept),
	KIND("ack_reject", FORGED, BED_IPV4, prepare_reject),
	{"syn_denied", "SYN from a network of [sources] `deny` -> drop", BED_IPV4, false,
	 clients_make_syns, run_denied},
	KIND("echo_data", "64 octets of text -> the same back, with the ACK", BED_IPV4,
	     prepare_text),
	FLOOR("floor_swap_ipv6", SWAP ", IPv6", BED_IPV6, run_floor_ipv6),
	KIND("syn_cookie_ipv6", SYN ", IPv6", BED_IPV6, clients_make_syns),
	KIND("ack_reject_ipv6", FORGED ", IPv6", BED_IPV6, prepare_reject),
	FLOOR("floor_swap_vlan", SWAP ", in a VLAN", BED_VLAN, run_floor_vlan),
	KIND("syn_cookie_vlan", SYN ", in a VLAN", BED_VLAN, clients_make_syns),
	KIND("ack_reject_vlan", FORGED ", in a VLAN", BED_VLAN, prepare_reject),
};

const uint32_t kinds_count = RTE_DIM(kinds);

const struct kind *
kind_floor(const struct kind *kind)
{
	const struct kind *floor = kinds;

	while (!floor->is_floor || floor->net != kind->net)
		floor++;
	return floor;
}

const struct kind *
kind_named(const char *name)
{
	for (uint32_t i = 0; i < kinds_count; i++) {
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	}
	check(false);
	return NULL;
}

uint64_t
kind_round(const struct kind *kind, struct clients *clients)
{
	if (clients->net != kind->net) {
		end_connections(clients);
		clients->net = kind->net;
	}
	kind->prepare(clients);
	return kind->run(clients);
}
