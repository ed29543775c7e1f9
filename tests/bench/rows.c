/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * A round makes all its packets first, then times the bursts that go through the
 * core, and takes the median of many rounds: what interrupts a round on a shared
 * machine makes that one slow, not the result.  Before each round goes one of the
 * floor, and the ratio to the floor is the median of the rounds' ratios: whether the
 * machine is quick or slow for some seconds, both are so alike.
 *
 * Making the packets is outside the clock but leaves them in the cache as far as
 * they fit: 1,024 of them are in the second level, 32,768 are not.
 */
#include "rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_ether.h>
#include <rte_ip.h>
#include <rte_tcp.h>

#include "bed.h"
#include "check.h"
#include "clients.h"
#include "residents.h"

#define BURST	   32
#define CHUNK	   (8 * BURST) /* CLIENTS_ANSWERS_MAX is for eight turns */
#define TEXT_BYTES 64
#define TEXT_ROOM  (TCP_TX_MAX - TCP_TX_RESERVE)

/* One kind of packet. */
struct kind {
	const char *name;
	const char *text;
	void (*prepare)(struct clients *clients);
	uint64_t (*run)(struct clients *clients);
};

/* The floor: what no terminator can be faster than, on the same packets. */
static inline void
swap_in_place(struct rte_mbuf *m)
{
	struct rte_ether_hdr *ether = rte_pktmbuf_mtod(m, struct rte_ether_hdr *);
	struct rte_ipv4_hdr *ip = (struct rte_ipv4_hdr *)(ether + 1);
	struct rte_tcp_hdr *tcp = (struct rte_tcp_hdr *)(ip + 1);
	struct rte_ether_addr mac = ether->src_addr;
	rte_be32_t addr = ip->src_addr;
	rte_be16_t port = tcp->src_port;

	ether->src_addr = ether->dst_addr;
	ether->dst_addr = mac;
	ip->src_addr = ip->dst_addr;
	ip->dst_addr = addr;
	tcp->src_port = tcp->dst_port;
	tcp->dst_port = port;
}

static uint64_t
run_floor(struct clients *clients)
{
	uint64_t start = rte_rdtsc_precise();

	for (uint32_t i = 0; i < clients->count; i += BURST) {
		for (uint32_t k = 0; k < BURST; k++)
			rte_prefetch0(rte_pktmbuf_mtod(clients->frames[i + k], void *));
		for (uint32_t k = 0; k < BURST; k++)
			swap_in_place(clients->frames[i + k]);
	}
	return rte_rdtsc_precise() - start;
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

#define FLOOR 0

static const struct kind kinds[] = {
	[FLOOR] = {"floor_swap", "MACs, addresses and ports exchanged in place", clients_make_syns,
		   run_floor},
	{"syn_cookie", "SYN with Linux's options -> SYN-ACK with a cookie", clients_make_syns,
	 run_core},
	{"ack_accept", "ACK with a valid cookie -> connection, on_open", prepare_accept, run_core},
	{"ack_reject", "ACK with a forged cookie -> drop", prepare_reject, run_core},
	{"echo_data", "64 octets of text -> the same back, with the ACK", prepare_text, run_core},
};

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Sorts them. */
static double
median_of(double *figures, uint32_t count)
{
	qsort(figures, count, sizeof(*figures), compare);
	return figures[count / 2];
}

static double
round_of(struct clients *clients, const struct kind *kind)
{
	kind->prepare(clients);
	return (double)kind->run(clients) / clients->count;
}

/* What a kind of packet costs. */
struct cost {
	double median;
	double lowest;
	double floor_ratio; /* to the floor of the round before; 0 if nobody asked */
};

static struct cost
cost_of(struct clients *clients, const struct kind *kind, uint32_t rounds, bool with_floor)
{
	double *cycles = calloc(2 * (size_t)rounds, sizeof(*cycles)), *ratios = cycles + rounds;
	struct cost cost;

	check(cycles != NULL);
	round_of(clients, kind); /* one round to warm up */
	for (uint32_t i = 0; i < rounds; i++) {
		double floor = with_floor ? round_of(clients, &kinds[FLOOR]) : INFINITY;

		cycles[i] = round_of(clients, kind);
		ratios[i] = cycles[i] / floor;
	}
	cost.median = median_of(cycles, rounds);
	cost.lowest = cycles[0];
	cost.floor_ratio = median_of(ratios, rounds);
	free(cycles);
	return cost;
}

double
rows_median(struct clients *clients, const char *name, uint32_t rounds)
{
	for (uint32_t i = 0; i < RTE_DIM(kinds); i++) {
		if (strcmp(kinds[i].name, name) == 0)
			return cost_of(clients, &kinds[i], rounds, false).median;
	}
	check(false);
	return 0;
}

void
rows_measure(struct report *report, const struct rows_setup *setup)
{
	struct bed_setup bed_setup = {
		.flows_max = setup->flows_max,
		.clients = setup->packets,
		.offload = setup->offload,
	};
	struct clients clients;
	struct bed bed;

	bed_open(&bed, &bed_setup);
	clients_open(&clients, &bed, setup->packets, 1);
	residents_open(&bed, setup->residents);
	for (uint32_t i = 0; i < RTE_DIM(kinds); i++) {
		struct cost cost = cost_of(&clients, &kinds[i], setup->rounds, i != FLOOR);

		report_add(report, &(struct report_row){
					   .name = kinds[i].name,
					   .text = kinds[i].text,
					   .cycles_per_packet = cost.median,
					   .lowest = cost.lowest,
					   .floor_ratio = i == FLOOR ? 1 : cost.floor_ratio,
					   .packets = setup->packets,
					   .offload = setup->offload,
				   });
	}
	clients_close(&clients);
	bed_close(&bed);
}
