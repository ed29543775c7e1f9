/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * What is dropped by sixteens: segments from denied sources, and ACKs whose cookies are
 * forged, of no connection, while nobody may be sent a RST.  Against what each of their
 * frames gets alone (bench_burst.h); and that they are dropped so, which no counter tells.
 */
#include "test.h"

#include "bench_burst.h"
#include "bench_sources.h"
#include "eal_once.h"
#include "seed.h"
#include "static_mbuf.h"
#include "units.h"

#define THEN (NOW - NS_PER_SECOND / 2)

static const struct emit_offload none;

static void
move_to(struct packet *packet, uint32_t address)
{
	octets_store32(packet->octets + 26, rte_cpu_to_be_32(address));
	packet_seal(packet);
}

/* ---- denied sources ---- */

static void (*const lists[])(struct weir_core *) = {
	sources_deny_some, sources_allow_few,	 sources_allow_some,
	sources_deny_ipv6, sources_deny_clients,
};

/* One in each network that one of the lists has, and beside it. */
static const uint32_t addresses[] = {
	RTE_IPV4(10, 0, 0, 1),	     RTE_IPV4(10, 127, 255, 255), RTE_IPV4(10, 128, 0, 0),
	RTE_IPV4(10, 255, 255, 254), RTE_IPV4(11, 0, 0, 0),	  RTE_IPV4(9, 255, 255, 255),
	RTE_IPV4(192, 0, 2, 2),	     RTE_IPV4(31, 255, 255, 255), RTE_IPV4(32, 0, 0, 0),
	RTE_IPV4(63, 255, 255, 255), RTE_IPV4(64, 0, 0, 0),	  RTE_IPV4(1, 2, 3, 10),
	RTE_IPV4(95, 255, 255, 255), RTE_IPV4(96, 0, 0, 0),	  RTE_IPV4(192, 0, 3, 1),
};

/* SYNs and ACKs, of forms that batches take and of others, from everywhere. */
static void
add_mixture(uint32_t first)
{
	static const size_t options[] = {LIST_NONE, LIST_MSS, LIST_WINDOWS, LIST_LINUX};

	for (uint32_t i = 0; i < PIPELINE_BURST_MAX; i++) {
		uint32_t number = first + i;
		size_t list = number % 9 == 0 ? 20 : options[number / 2 % RTE_DIM(options)];
		struct packet packet = number % 3 == 0 ? client_ack(SYN_IPV4, list, number, THEN, 0)
						       : client_syn(SYN_IPV4, list, number);

		if (number % 13 == 4)
			packet = client_syn(SYN_IPV6, list, number);
		else
			move_to(&packet, addresses[number % RTE_DIM(addresses)]);
		add(&packet, 0);
	}
}

TEST_OF_KINDS(denied_sources_are_refused_alike)
{
	static const uint32_t denied[RTE_DIM(lists)] = {17, 47, 0, 5, 4};

	for (size_t l = 0; l < RTE_DIM(lists); l++) {
		for (uint32_t first = 0; first < 4; first++) {
			struct counters counted;

			begin_burst();
			given.prepare = lists[l];
			add_mixture(64 * first);
			counted = expect_alike();
			if (first == 0)
				assert_int_equal(counted.drop[DROP_source_denied], denied[l]);
		}
	}
}

/* All of a batch, none, and each lane alone. */
TEST_OF_KINDS(one_denied_source_among_sixteen_is_refused_alike)
{
	for (uint32_t at = 0; at < WIDE_LANES; at++) {
		struct counters counted;

		begin_burst();
		given.prepare = sources_deny_some;
		add_syns(48);
		move_to(&given.packet[at], RTE_IPV4(10, 0, 0, 1));
		for (uint32_t i = 16; i < 32; i++)
			move_to(&given.packet[i], RTE_IPV4(33, 0, 0, i));
		counted = expect_alike();
		assert_int_equal(counted.drop[DROP_source_denied], 1 + 16);
		assert_int_equal(counted.value[COUNTER_cookie_sent], 48 - 1 - 16);
	}
}

static void
deny_and_spend(struct weir_core *core)
{
	sources_deny_some(core);
	spend_resets(core);
}

/* Good cookies and forged ones. */
TEST_OF_KINDS(acks_of_denied_sources_are_refused_alike)
{
	for (uint32_t is_spent = 0; is_spent < 2; is_spent++) {
		struct counters counted;

		begin_burst();
		given.prepare = is_spent != 0 ? deny_and_spend : sources_deny_some;
		add_acks(64, THEN);
		for (uint32_t i = 0; i < 64; i += 5)
			move_to(&given.packet[i], RTE_IPV4(10, 0, 0, i));
		counted = expect_alike();
		assert_int_equal(counted.drop[DROP_source_denied], 13);
		assert_true(counted.drop[DROP_cookie_forged] > 20);
		assert_true(counted.value[COUNTER_flow_opened] > 15);
		given.prepare = sources_deny_clients;
		assert_int_equal(expect_alike().drop[DROP_source_denied], 64 - 13);
	}
}

#define FLOW_CLIENT	 37
#define TIME_WAIT_CLIENT 21

/* As it is with one that weir has opened itself. */
static void
deny_a_peer(struct weir_core *core)
{
	sources_deny_clients(core);
	bench_flow(core, CLIENT_PORT(FLOW_CLIENT));
	enter_time_wait(core, TIME_WAIT_CLIENT, 0x01000000);
	spend_resets(core);
}

/* Of TIME-WAIT nobody hears who is denied. */
TEST_OF_KINDS(a_connection_with_a_denied_peer_is_served_alike)
{
	struct counters counted;

	begin_burst();
	given.prepare = deny_a_peer;
	add_syns(64);
	counted = expect_alike();
	assert_int_equal(counted.drop[DROP_source_denied], 63);
	assert_int_equal(counted.value[COUNTER_challenge_ack_sent], 1);
	begin_burst();
	given.prepare = deny_a_peer;
	add_acks(64, THEN);
	assert_int_equal(expect_alike().drop[DROP_source_denied], 63);
}

/* Cookies are not the choice, and a place in the queue is not for them. */
static void
deny_before_the_queue(struct weir_core *core)
{
	struct tcp_config *config;

	sources_deny_some(core);
	config = own_config(core);
	config->cookies = TCP_COOKIES_AUTO;
	config->syn_rate = 1000000;
	config->syn_hold_ns = NS_PER_SECOND;
	core->tcp.syn_policy.use_cookies = false;
}

TEST_OF_KINDS(the_syn_queue_is_not_for_denied_sources)
{
	begin_burst();
	given.prepare = deny_before_the_queue;
	add_syns(24);
	for (uint32_t i = 0; i < 24; i++)
		if (i % 3 != 1)
			move_to(&given.packet[i], RTE_IPV4(10, 0, 0, i));
	assert_int_equal(expect_alike().value[COUNTER_syn_queue_entered], 8);
	assert_int_equal(together.counters.drop[DROP_source_denied], 16);
	assert_int_equal(together.policy.window_syns, 8);
}

/* ---- TIME-WAIT ---- */

#define FORGED_MANY 0x00010000

/* Those of clients 1, 4, 7 .. are, of which every second one is in TIME-WAIT. */
static void
prepare_waits(struct weir_core *core)
{
	for (uint32_t client = 1; client < 64; client += 6)
		enter_time_wait(core, client, 0x01000001);
	spend_resets(core);
}

static void
prepare_waits_and_lists(struct weir_core *core)
{
	prepare_waits(core);
	sources_deny_some(core);
}

TEST_OF_KINDS(forged_acks_meet_time_wait_alike)
{
	struct counters counted;

	begin_burst();
	given.prepare = prepare_waits;
	add_acks(64, THEN);
	counted = expect_alike();
	assert_int_equal(counted.drop[DROP_time_wait_stray], 11);
	assert_in_range(counted.drop[DROP_cookie_forged], 12, 24);
	given.prepare = prepare_waits_and_lists;
	for (uint32_t i = 2; i < 64; i += 5)
		move_to(&given.packet[i], RTE_IPV4(10, 0, 0, i));
	counted = expect_alike();
	assert_int_equal(counted.drop[DROP_source_denied], 13);
	assert_int_equal(counted.drop[DROP_time_wait_stray], 11 - 2); /* 7 and 37 */
}

static uint32_t waiting;

static void
prepare_one_wait(struct weir_core *core)
{
	enter_time_wait(core, waiting, 0x01000001);
	spend_resets(core);
}

/* In each lane, among nothing but forged ones. */
TEST_OF_KINDS(one_wait_among_sixteen_is_met_alike)
{
	for (waiting = 0; waiting < WIDE_LANES; waiting++) {
		struct counters counted;

		begin_burst();
		given.prepare = prepare_one_wait;
		for (uint32_t i = 0; i < WIDE_LANES; i++) {
			struct packet ack = client_ack(SYN_IPV4, LIST_MSS, i, THEN, FORGED_MANY);

			add(&ack, 0);
		}
		counted = expect_alike();
		assert_int_equal(counted.drop[DROP_time_wait_stray], 1);
		assert_int_equal(counted.drop[DROP_cookie_forged], WIDE_LANES - 1);
		assert_int_equal(counted.value[COUNTER_rst_limited], WIDE_LANES - 1);
	}
}

/* ---- in batches, and no other way ---- */

static struct burst burst;

/* given's burst, as far as the segment stage. */
static struct weir_core *
begin_segments(void)
{
	struct rte_mbuf *frames[PIPELINE_BURST_MAX];
	struct weir_core *core = core_with(&none);

	given.prepare(core);
	for (uint32_t i = 0; i < given.count; i++) {
		frames[i] = static_mbuf(i, given.packet[i].octets, given.packet[i].bytes);
		frames[i]->port = 0;
	}
	pipeline_classify(core, frames, given.count, &burst);
	pipeline_lookup(core, &burst);
	assert_int_equal(__builtin_popcountll(burst.batched), given.count);
	return core;
}

TEST(the_others_are_answered_in_batches)
{
	struct weir_core *core;
	uint64_t left;

	bench_use_wide();
	begin_burst();
	given.prepare = sources_deny_some;
	add_syns(64);
	for (uint32_t i = 0; i < 64; i += 2)
		move_to(&given.packet[i], RTE_IPV4(10, 0, 0, i));
	core = begin_segments();
	left = pipeline_deny_batches(core, &burst, burst_all(&burst));
	assert_true(left == UINT64_C(0xaaaaaaaaaaaaaaaa));
	assert_int_equal(core->counters.drop[DROP_source_denied], 32);
	assert_true(pipeline_answer_batches(core, &burst, left) == 0);
	assert_int_equal(core->counters.value[COUNTER_cookie_sent], 32);
}

/* The flow is one that the burst has opened meanwhile. */
static uint64_t
judge_forged(bool has_flow)
{
	const struct cookie_finding *findings[PIPELINE_BURST_MAX] = {NULL};
	struct weir_core *core;

	begin_burst();
	given.prepare = prepare_waits_and_lists;
	for (uint32_t i = 0; i < PIPELINE_BURST_MAX; i++) {
		struct packet ack = client_ack(SYN_IPV4, LIST_LINUX, i, THEN, FORGED_MANY);

		add(&ack, 0);
	}
	core = begin_segments();
	burst.has_new_flow = has_flow;
	if (has_flow)
		bench_flow(core, CLIENT_PORT(FLOW_CLIENT));
	return pipeline_judge_batches(core, &burst, burst_all(&burst), findings);
}

TEST(forged_acks_are_refused_in_batches_beside_what_is_known)
{
	uint64_t waits = 0;

	bench_use_wide();
	for (uint32_t client = 1; client < 64; client += 6)
		waits |= UINT64_C(1) << client;
	assert_true(judge_forged(false) == waits);
	assert_true(judge_forged(true) == (waits | UINT64_C(1) << FLOW_CLIENT));
}

/* Every second one opens a connection, and few others look as if they were of it. */
TEST(forged_acks_are_refused_in_batches_beside_those_that_open)
{
	const struct cookie_finding *findings[PIPELINE_BURST_MAX] = {NULL};
	uint64_t good = UINT64_C(0x5555555555555555), left;
	struct weir_core *core;

	bench_use_wide();
	begin_burst();
	given.prepare = spend_resets;
	for (uint32_t i = 0; i < PIPELINE_BURST_MAX; i++) {
		struct packet ack =
			client_ack(SYN_IPV4, LIST_LINUX, i, THEN, i % 2 == 0 ? 0 : FORGED_MANY);

		add(&ack, 0);
	}
	core = begin_segments();
	left = pipeline_judge_batches(core, &burst, burst_all(&burst), findings);
	assert_true((left & good) == good);
	assert_in_range(__builtin_popcountll(left & ~good), 0, 4);
	assert_int_equal(core->counters.drop[DROP_cookie_forged], 64 - __builtin_popcountll(left));
}

/* The next burst is looked at by sixteens too, though nothing is left of this one. */
TEST(a_flood_from_denied_sources_keeps_batches_in_use)
{
	struct rte_mbuf *frames[PIPELINE_BURST_MAX];
	struct packet syn = client_syn(SYN_IPV4, LIST_LINUX, 0);
	struct weir_core *core;

	bench_use_wide();
	core = core_with(&none);
	sources_deny_clients(core);
	for (uint32_t i = 0; i < PIPELINE_BURST_MAX; i++) {
		frames[i] = static_mbuf(i, syn.octets, syn.bytes);
		frames[i]->port = 0;
	}
	core->looks_for_batches = false;
	for (uint32_t round = 0; round < 2; round++) {
		pipeline_classify(core, frames, PIPELINE_BURST_MAX, &burst);
		pipeline_lookup(core, &burst);
		pipeline_segment(core, &burst);
		assert_true(core->looks_for_batches);
	}
	assert_int_equal(core->counters.drop[DROP_source_denied], 2 * PIPELINE_BURST_MAX);
}

/* ---- buffers of a pool ---- */

/* All that are in a pool, each once. */
static void
expect_pool_whole(struct rte_mempool *pool)
{
	static void *objects[255];
	uint32_t count = rte_mempool_avail_count(pool);

	assert_int_equal(count, RTE_DIM(objects));
	assert_int_equal(rte_mempool_get_bulk(pool, objects, count), 0);
	for (uint32_t i = 0; i < count; i++) {
		for (uint32_t k = 0; k < i; k++)
			assert_ptr_not_equal(objects[i], objects[k]);
	}
	rte_mempool_put_bulk(pool, objects, count);
}

/* To `core`, and all dropped: their buffers are of two pools, some held by others too. */
static void
expect_buffers_back(struct weir_core *core, const struct packet *packet, enum drop_reason reason)
{
	struct rte_mbuf *frames[PIPELINE_BURST_MAX], *held[PIPELINE_BURST_MAX];
	uint32_t held_count = 0;

	for (uint32_t i = 0; i < PIPELINE_BURST_MAX; i++) {
		frames[i] = rte_pktmbuf_alloc(pool_of(i / 3 % 2));
		assert_non_null(frames[i]);
		memcpy(rte_pktmbuf_append(frames[i], (uint16_t)packet->bytes), packet->octets,
		       packet->bytes);
		frames[i]->port = 0;
		if (i % 7 != 2)
			continue;
		rte_mbuf_refcnt_update(frames[i], 1);
		held[held_count++] = frames[i];
	}
	assert_int_equal(pipeline_poll(core, NOW, frames, PIPELINE_BURST_MAX, 256), 0);
	assert_int_equal(core->counters.drop[reason], PIPELINE_BURST_MAX);
	assert_true(counters_balance(&core->counters));
	for (uint32_t i = 0; i < held_count; i++) {
		assert_int_equal(rte_mbuf_refcnt_read(held[i]), 1);
		rte_pktmbuf_free(held[i]);
	}
	expect_pool_whole(pool_of(0));
	expect_pool_whole(pool_of(1));
}

TEST_OF_KINDS(buffers_of_a_refused_batch_go_back_to_their_pools)
{
	struct packet ack = client_ack(SYN_IPV4, LIST_MSS, 0, NOW, FORGED_MANY);
	struct packet syn = client_syn(SYN_IPV4, LIST_LINUX, 0);
	struct weir_core *core = core_with(&none);

	spend_resets(core);
	expect_buffers_back(core, &ack, DROP_cookie_forged);
	core = core_with(&none);
	sources_deny_clients(core);
	expect_buffers_back(core, &ack, DROP_source_denied);
	core = core_with(&none);
	sources_deny_clients(core);
	expect_buffers_back(core, &syn, DROP_source_denied);
}
