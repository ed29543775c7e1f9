/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Who goes first when a worker is offered more than it can serve.  Sources are
 * rings that the test fills; one frame of each kind is in them many times.
 */
#include "test.h"

#include <stdio.h>

#include "packet.h"
#include "static_mbuf.h"
#include "worker_receive.h"

#define RING_FRAMES 1024
#define SOURCES	    4
#define BURST	    PIPELINE_BURST_MAX
#define DESCRIPTORS 256

enum kind { SEGMENT, SYN, STRAY, ELSEWHERE_SEGMENT, ELSEWHERE_SYN, KINDS };

static struct weir_core core;
static struct worker worker;
static struct steering steering;
static struct handover handovers[2];
static struct rte_mbuf *kinds[KINDS];
static struct rte_mbuf *got[BURST];
static union {
	struct rte_ring ring;
	uint8_t memory[sizeof(struct rte_ring) + RING_FRAMES * sizeof(void *)];
} rings[SOURCES];

static struct packet
packet_from(unsigned int port, const char *flags)
{
	char hex[256];

	snprintf(hex, sizeof(hex),
		 ETHER("0800") IPV4("06") "%04x0050 01020304 05060708 50%s1000 00000000 ", port,
		 flags);
	return packet_sealed(hex);
}

/* A client's port whose flow is the other worker's, or ours. */
static unsigned int
port_owned_by(uint32_t owner)
{
	for (unsigned int port = 1024;; port++) {
		struct packet packet = packet_from(port, "10");
		struct rte_mbuf *m = static_mbuf(KINDS, packet.octets, packet.bytes);
		uint16_t is;

		steering_owners(&steering, &m, 1, 0, &is);
		if (is == owner)
			return port;
	}
}

static void
make_kind(enum kind kind, uint32_t owner, const char *flags)
{
	struct packet packet = packet_from(port_owned_by(owner), flags);

	kinds[kind] = static_mbuf(kind, packet.octets, packet.bytes);
}

static struct rte_ring *
empty_ring(unsigned int index)
{
	struct rte_ring *ring = &rings[index].ring;

	assert_int_equal(rte_ring_init(ring, "test", RING_FRAMES, RING_F_SP_ENQ | RING_F_SC_DEQ),
			 0);
	return ring;
}

/* A worker, the first of two, with so many empty sources. */
static void
begin(uint32_t sources)
{
	static const uint8_t secret[16] = "sixteen octets!";

	memset(&core, 0, sizeof(core));
	memset(&worker, 0, sizeof(worker));
	core.tcp.flows.used = 1;
	worker.core = &core;
	worker.now_ns = NS_PER_SECOND;
	steering_init(&steering, prf_kind_best(), secret, 2);
	worker.steering = &steering;
	worker.handovers = handovers;
	for (uint32_t i = 0; i < sources; i++)
		worker.sources[i].ring = empty_ring(i);
	worker.source_count = sources;
	make_kind(SEGMENT, 0, "10");
	make_kind(SYN, 0, "02");
	make_kind(STRAY, 0, "04");
	make_kind(ELSEWHERE_SEGMENT, 1, "10");
	make_kind(ELSEWHERE_SYN, 1, "02");
}

static void
offer(uint32_t source, enum kind kind, uint32_t count)
{
	while (count-- > 0)
		assert_int_equal(rte_ring_enqueue(&rings[source].ring, kinds[kind]), 0);
}

static uint32_t
count_of(enum kind kind, uint32_t received)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < received; i++)
		count += got[i] == kinds[kind];
	return count;
}

static uint32_t
receive(void)
{
	uint32_t received;

	for (enum kind i = 0; i < KINDS; i++)
		rte_mbuf_refcnt_set(kinds[i], BURST * 8); /* freed again and again */
	received = worker_receive(&worker, got);

	assert_true(received <= BURST);
	return received;
}

/* Fill what is left of the source's room. */
static void
flood(uint32_t source, enum kind kind)
{
	offer(source, kind, rte_ring_free_count(&rings[source].ring));
}

TEST(a_full_source_leaves_the_others_their_turn)
{
	begin(3);
	for (int turn = 0; turn < 10; turn++) {
		flood(0, SYN);
		offer(1, SEGMENT, 5);
		offer(2, STRAY, 5);
		receive();
		/* At the latest a turn after it came, whoever was first in this one. */
		assert_true(rte_ring_count(&rings[1].ring) <= 5);
		assert_true(rte_ring_count(&rings[2].ring) <= 5);
	}
}

TEST(two_full_sources_share_evenly_and_a_third_is_not_forgotten)
{
	uint32_t segments = 0;

	begin(3);
	for (int turn = 0; turn < 30; turn++) {
		flood(0, SYN);
		flood(1, STRAY);
		offer(2, SEGMENT, 1);
		segments += count_of(SEGMENT, receive());
		assert_true(rte_ring_count(&rings[2].ring) <= 2);
	}
	assert_true(segments >= 28);
	assert_in_range(worker.sources[0].packets, worker.sources[1].packets - 2 * BURST,
			worker.sources[1].packets + 2 * BURST);
}

/* Source 0, and ring 1 as a queue that holds nothing but SYNs. */
static void
begin_with_syn_queue(void)
{
	begin(1);
	worker.syn_sources[0] = (struct rx_source){.ring = empty_ring(1)};
	worker.syn_source_count = 1;
}

TEST(a_queue_of_syns_is_served_behind_the_others)
{
	begin_with_syn_queue();
	offer(1, SYN, 50);
	offer(0, SEGMENT, 30);
	assert_int_equal(receive(), BURST);
	for (int i = 0; i < 30; i++)
		assert_ptr_equal(got[i], kinds[SEGMENT]);
	assert_int_equal(count_of(SYN, BURST), BURST - 30);
	assert_int_equal(receive(), 50 - (BURST - 30));
}

TEST(a_flood_of_segments_leaves_the_queue_of_syns_an_eighth)
{
	begin_with_syn_queue();
	flood(0, SEGMENT);
	flood(1, SYN);
	for (int turn = 0; turn < 5; turn++) {
		assert_int_equal(receive(), BURST);
		assert_int_equal(count_of(SYN, BURST), BURST / 8);
	}
}

TEST(a_full_queue_of_syns_is_not_looked_ahead_in)
{
	begin_with_syn_queue();
	for (uint32_t i = 0; i < 10 * OVERLOAD_QUEUES * DESCRIPTORS / BURST; i++) {
		flood(1, SYN);
		offer(0, SEGMENT, 10);
		assert_int_equal(receive(), BURST);
		assert_int_equal(count_of(SEGMENT, BURST), 10);
	}
	assert_int_equal(counters_dropped(&core.counters), 0);
}

/* Drive source 0 until it has been full for so long that it counts as overloaded. */
static void
overload(enum kind kind)
{
	uint32_t turns = OVERLOAD_QUEUES * DESCRIPTORS / BURST;

	begin(1);
	worker.sources[0].shed_descriptors = DESCRIPTORS;
	for (uint32_t i = 0; i < turns; i++) {
		flood(0, kind);
		assert_int_equal(receive(), BURST);
	}
	assert_int_equal(counters_dropped(&core.counters), 0);
	while (rte_ring_count(&rings[0].ring) > 0)
		rte_ring_dequeue_bulk(&rings[0].ring, (void **)got, 1, NULL);
}

TEST(a_queue_that_was_full_for_a_while_is_only_caught_up_with)
{
	begin(1);
	worker.sources[0].shed_descriptors = DESCRIPTORS;
	for (uint32_t i = 0; i < 5 * DESCRIPTORS / BURST; i++) {
		flood(0, SYN);
		assert_int_equal(receive(), BURST);
	}
	assert_int_equal(core.counters.value[COUNTER_overload_entered], 0);
}

TEST(in_overload_segments_behind_syns_are_served)
{
	overload(SYN);
	offer(0, SYN, 150);
	offer(0, SEGMENT, 20);
	assert_int_equal(receive(), BURST);
	assert_int_equal(count_of(SEGMENT, BURST), 20);
	assert_int_equal(count_of(SYN, BURST), BURST - 20);
	assert_ptr_equal(got[0], kinds[SEGMENT]);
	assert_int_equal(core.counters.drop[DROP_overload_syn], 150 - (BURST - 20));
	assert_int_equal(core.counters.value[COUNTER_rx_packets], 150 - (BURST - 20));
	assert_int_equal(core.counters.value[COUNTER_overload_entered], 1);
}

TEST(in_overload_syns_go_before_strays)
{
	overload(STRAY);
	offer(0, STRAY, 100);
	offer(0, SYN, 50);
	assert_int_equal(receive(), BURST);
	assert_int_equal(count_of(SYN, BURST), 50);
	assert_int_equal(count_of(STRAY, BURST), BURST - 50);
	assert_int_equal(core.counters.drop[DROP_overload_stray], 100 - (BURST - 50));
	assert_int_equal(core.counters.drop[DROP_overload_syn], 0);
}

TEST(in_overload_segments_alone_lose_nothing)
{
	overload(SEGMENT);
	offer(0, SEGMENT, 300);
	for (int i = 0; i < 4; i++)
		assert_int_equal(receive(), BURST);
	assert_int_equal(receive(), 300 - 4 * BURST);
	assert_int_equal(counters_dropped(&core.counters), 0);
}

TEST(a_flood_of_segments_leaves_syns_an_eighth)
{
	uint32_t syns = 0;

	overload(SEGMENT);
	offer(0, SEGMENT, 50);
	offer(0, SYN, 14);
	offer(0, SEGMENT, 500);
	syns = count_of(SYN, receive());
	assert_int_equal(syns, BURST / 8);
	assert_int_equal(core.counters.drop[DROP_overload_syn], 14 - BURST / 8);
}

TEST(what_one_burst_can_take_is_not_shed)
{
	overload(SYN);
	for (int i = 0; i < 100; i++) {
		offer(0, SYN, BURST - 1);
		assert_int_equal(receive(), BURST - 1);
	}
	assert_int_equal(counters_dropped(&core.counters), 0);
}

TEST(a_short_backlog_in_overload_is_worked_off)
{
	overload(SYN);
	assert_int_equal(receive(), 0);
	offer(0, SYN, DESCRIPTORS / OVERLOAD_SLACK_PART);
	while (receive() > 0)
		;
	assert_int_equal(counters_dropped(&core.counters), 0);
}

TEST(overload_is_over_after_a_calm)
{
	overload(SYN);
	offer(0, SYN, 200);
	receive();
	assert_true(core.counters.drop[DROP_overload_syn] > 0);
	core.counters.drop[DROP_overload_syn] = 0;
	worker.now_ns += OVERLOAD_CALM_NS;
	while (receive() > 0)
		;
	for (int i = 0; i < 4; i++) {
		offer(0, SYN, DESCRIPTORS);
		while (receive() > 0)
			;
	}
	assert_int_equal(core.counters.drop[DROP_overload_syn], 0);
}

TEST(shedding_can_be_switched_off)
{
	begin(1);
	for (uint32_t i = 0; i < 3 * OVERLOAD_QUEUES * DESCRIPTORS / BURST; i++) {
		flood(0, SYN);
		assert_int_equal(receive(), BURST);
	}
	assert_int_equal(counters_dropped(&core.counters), 0);
}

TEST(without_connections_there_is_nothing_to_shed_for)
{
	begin(1);
	worker.sources[0].shed_descriptors = DESCRIPTORS;
	core.tcp.flows.used = 5;
	core.tcp.syn_policy.half_open = 5;
	for (uint32_t i = 0; i < 3 * OVERLOAD_QUEUES * DESCRIPTORS / BURST; i++) {
		flood(0, SYN);
		assert_int_equal(receive(), BURST);
	}
	assert_int_equal(counters_dropped(&core.counters), 0);
}

/* The other worker's ring; what is ours and what is not comes by source 0. */
static struct rte_ring *
begin_steered(void)
{
	begin(1);
	worker.sources[0].is_steered = true;
	memset(handovers, 0, sizeof(handovers));
	handovers[1].ring = empty_ring(1);
	return handovers[1].ring;
}

TEST(a_flood_of_syns_does_not_fill_the_ring_to_another_worker)
{
	struct rte_ring *ring = begin_steered();
	uint32_t capacity = rte_ring_get_capacity(ring);
	uint32_t reserve = capacity / 4;

	for (int i = 0; i < 2 * RING_FRAMES / BURST; i++) {
		flood(0, ELSEWHERE_SYN);
		assert_int_equal(receive(), 0);
	}
	assert_int_equal(rte_ring_count(ring), capacity - reserve);
	assert_int_equal(core.counters.drop[DROP_steer_ring_reserved],
			 2 * RING_FRAMES - (capacity - reserve));
	assert_int_equal(core.counters.drop[DROP_steer_ring_full], 0);
	assert_int_equal(core.counters.value[COUNTER_steered_out], capacity - reserve);
	assert_int_equal(core.counters.value[COUNTER_rx_packets],
			 core.counters.drop[DROP_steer_ring_reserved]);
}

TEST(segments_may_fill_the_ring_to_the_last_place)
{
	struct rte_ring *ring = begin_steered();
	uint32_t capacity = rte_ring_get_capacity(ring);

	for (int i = 0; i < 2 * RING_FRAMES / BURST; i++) {
		flood(0, ELSEWHERE_SEGMENT);
		receive();
	}
	assert_int_equal(rte_ring_count(ring), capacity);
	assert_int_equal(core.counters.drop[DROP_steer_ring_full], 2 * RING_FRAMES - capacity);
}

TEST(segments_of_a_burst_enter_the_ring_before_its_syns)
{
	struct rte_ring *ring = begin_steered();
	void *first;

	offer(0, ELSEWHERE_SYN, 10);
	offer(0, SEGMENT, 3);
	offer(0, ELSEWHERE_SEGMENT, 5);
	assert_int_equal(receive(), 3);
	assert_int_equal(count_of(SEGMENT, 3), 3);
	assert_int_equal(rte_ring_count(ring), 15);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(rte_ring_dequeue(ring, &first), 0);
		assert_ptr_equal(first, kinds[ELSEWHERE_SEGMENT]);
	}
}
