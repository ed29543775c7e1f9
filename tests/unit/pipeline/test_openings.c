/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * ACKs that bring a good cookie.  One that is bare opens its connection without
 * becoming a struct tcp_seg and without a turn in ESTABLISHED; what is there afterwards,
 * record for record, must be what the long way leaves (bench_burst.h).
 */
#include "test.h"

#include <rte_fib.h>

#include "bench_burst.h"
#include "eal_once.h"
#include "static_mbuf.h"
#include "units.h"

#define THEN (NOW - NS_PER_SECOND / 2)

#define LIST_ODD 11 /* MSS, SACK-permitted, timestamps */

static const size_t lists[] = {LIST_NONE, LIST_MSS, LIST_WINDOWS, LIST_LINUX, LIST_ODD};

static struct packet
good_ack(unsigned int kind, uint32_t client)
{
	return client_ack(kind, lists[client % RTE_DIM(lists)], client, THEN, 0);
}

static void
add_good_acks(uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct packet ack = good_ack(SYN_IPV4, i);

		add(&ack, 0);
	}
}

/* Whatever is changed of them, they are good. */
static uint64_t
opened_alike(void)
{
	return expect_alike().value[COUNTER_flow_opened];
}

TEST_OF_KINDS(acks_over_anything_open_alike)
{
	for (unsigned int bits = 0; bits < 16; bits++) {
		begin_burst();
		agreeable = (struct agreeable){(bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0,
					       (bits & 8) != 0};
		for (uint32_t i = 0; i < PIPELINE_BURST_MAX; i++) {
			size_t list = lists[i / SYN_KINDS % RTE_DIM(lists)];
			struct packet ack = client_ack(i % SYN_KINDS, list, i, THEN, 0);

			add(&ack, 0);
		}
		assert_int_equal(opened_alike(), PIPELINE_BURST_MAX);
	}
}

/* Windows, return paths, times of day; of a VLAN's tag the priority. */
TEST_OF_KINDS(what_an_ack_says_is_taken_over_alike)
{
	static const uint16_t windows[] = {0, 1, 0x7fff, 0x8000, 0xffff};

	begin_burst();
	for (uint32_t i = 0; i < PIPELINE_BURST_MAX; i++) {
		struct packet ack = client_ack(i % 2 == 0 ? SYN_IPV4 : SYN_VLAN,
					       lists[i / 2 % RTE_DIM(lists)], i, THEN, 0);
		uint8_t *tcp = ack.octets + ack.l4_off;

		tcp[14] = (uint8_t)(windows[i % RTE_DIM(windows)] >> 8);
		tcp[15] = (uint8_t)windows[i % RTE_DIM(windows)];
		ack.octets[11] = (uint8_t)i;
		if (i % 2 == 1)
			ack.octets[14] = (uint8_t)(i / 2 % 8 << 5);
		if (tcp[12] >> 4 == 8)
			tcp[24] = (uint8_t)(i << 5); /* TSval */
		packet_seal(&ack);
		add(&ack, 0);
	}
	assert_int_equal(opened_alike(), PIPELINE_BURST_MAX);
}

static struct packet
port_1_ack(uint32_t client)
{
	static const struct emit_offload none;
	struct packet syn = port_1_syn(lists[client % RTE_DIM(lists)], client);
	struct rte_mbuf *m = static_mbuf(0, syn.octets, syn.bytes);
	struct weir_core *core = core_with(&none);

	m->port = 1;
	assert_int_equal(pipeline_poll(core, THEN, &m, 1, 256), 1);
	return ack_for(&syn, static_mbuf_octets(core->tcp.tx[0]), 0);
}

TEST_OF_KINDS(acks_of_two_ports_open_alike)
{
	begin_burst();
	for (uint32_t i = 0; i < PIPELINE_BURST_MAX; i++) {
		uint32_t port = i / 8 % 2;
		struct packet ack = port == 1 ? port_1_ack(i) : good_ack(SYN_IPV4, i);

		add(&ack, (uint16_t)port);
	}
	assert_int_equal(opened_alike(), PIPELINE_BURST_MAX);
}

/* More than an ACK: text, a FIN, flags; and options that neither form has. */
static void
say_more(struct packet *ack, uint32_t which)
{
	uint8_t *tcp = ack->octets + ack->l4_off;

	switch (which) {
	case 0:
		put_text(ack, 5);
		return;
	case 1:
		tcp[13] |= TH_FIN;
		break;
	case 2:
		tcp[13] |= TH_PSH;
		break;
	case 3:
		tcp[13] |= TH_URG;
		tcp[19] = 1;
		break;
	case 4:
		tcp[13] |= TH_ECE | TH_CWR;
		break;
	case 5: /* four no-operations before what it had */
		memmove(tcp + 24, tcp + 20, ack->bytes - ack->l4_off - 20);
		memset(tcp + 20, 1, 4);
		tcp[12] = (uint8_t)(tcp[12] + 0x10);
		ack->bytes += 4;
		break;
	default: /* an option that ends beyond the header */
		memmove(tcp + 24, tcp + 20, ack->bytes - ack->l4_off - 20);
		memcpy(tcp + 20, "\x01\x01\x08\x80", 4);
		tcp[12] = (uint8_t)(tcp[12] + 0x10);
		ack->bytes += 4;
		break;
	}
	packet_seal(ack);
}

#define MORE_KINDS 7

TEST_OF_KINDS(an_ack_that_says_more_is_heard_alike)
{
	for (uint32_t which = 0; which < MORE_KINDS; which++) {
		begin_burst();
		for (uint32_t i = 0; i < 30; i++) {
			struct packet ack = good_ack(SYN_IPV4, i);

			if (i % 3 != 1)
				say_more(&ack, which);
			add(&ack, 0);
		}
		assert_in_range(opened_alike(), 10, 30);
	}
}

/* ---- those that may not ---- */

static void
let_in_ten(struct weir_core *core)
{
	struct listener *listener =
		(struct listener *)(uintptr_t)listener_table_get(core->tcp.listeners, 0);

	listener->flows_max = 10;
}

static void
stop(struct weir_core *core)
{
	core->tcp.is_stopping = true;
}

/* All records but ten are taken. */
static void
fill_the_table(struct weir_core *core)
{
	for (uint32_t i = 0; i < BENCH_FLOWS - 10; i++)
		bench_flow(core, (uint16_t)(0x8000 + i));
}

TEST_OF_KINDS(no_more_are_let_in_than_may)
{
	struct counters counted;

	begin_burst();
	add_good_acks(40);
	given.prepare = let_in_ten;
	counted = expect_alike();
	assert_int_equal(counted.value[COUNTER_flow_opened], 10);
	assert_int_equal(counted.drop[DROP_listener_full], 30);
	given.prepare = stop;
	counted = expect_alike();
	assert_int_equal(counted.value[COUNTER_flow_opened], 0);
	assert_int_equal(counted.drop[DROP_stopping], 40);
	given.prepare = fill_the_table;
	counted = expect_alike();
	assert_int_equal(counted.value[COUNTER_flow_opened], 10);
	assert_int_equal(counted.drop[DROP_flow_table_full], 30);
}

/* All of IPv4 is denied, and nothing is said of IPv6. */
static void
deny_ipv4(struct weir_core *core)
{
	struct rte_fib_conf conf = {
		.type = RTE_FIB_DUMMY, .default_nh = SOURCE_DENIED, .max_routes = 1};
	static struct source_list list;

	if (list.ipv4 == NULL) {
		eal_once();
		list.ipv4 = rte_fib_create("openings", -1, &conf);
		assert_non_null(list.ipv4);
	}
	own_config(core)->sources = &list;
}

TEST_OF_KINDS(the_denied_are_not_let_in)
{
	struct counters counted;

	begin_burst();
	given.prepare = deny_ipv4;
	for (uint32_t i = 0; i < 40; i++) {
		struct packet ack = good_ack(i % 4 == 0 ? SYN_IPV6 : SYN_IPV4, i);

		add(&ack, 0);
	}
	counted = expect_alike();
	assert_int_equal(counted.drop[DROP_source_denied], 30);
	assert_int_equal(counted.value[COUNTER_flow_opened], 10);
}

/* A limit of each network takes memory of its own, so it must be there from the start. */
TEST_OF_KINDS(no_more_are_let_in_of_a_network)
{
	struct counters counted;

	begin_burst();
	bench_core_prefix_flows = 5;
	add_good_acks(40);
	counted = expect_alike();
	bench_core_prefix_flows = 0;
	assert_int_equal(counted.value[COUNTER_flow_opened], 5);
	assert_int_equal(counted.drop[DROP_prefix_flows], 35);
}

/* Of every third connection the end is known, and what it had moved: nothing, or too much. */
static void
bury_some(struct weir_core *core)
{
	for (uint32_t i = 0; i < given.count; i += 3) {
		const uint8_t *tcp = given.packet[i].octets + given.packet[i].l4_off;
		uint32_t moved = i % 2 == 0 ? 1000 : 0x02000000;

		leave_tombstone(core, i, rte_be_to_cpu_32(octets_load32(tcp + 8)) + moved,
				rte_be_to_cpu_32(octets_load32(tcp + 4)) + 1);
	}
}

TEST_OF_KINDS(what_is_over_is_not_opened_again)
{
	struct counters counted;

	begin_burst();
	add_good_acks(48);
	given.prepare = bury_some;
	counted = expect_alike();
	assert_int_equal(counted.drop[DROP_cookie_replayed], 8);
	assert_int_equal(counted.value[COUNTER_flow_opened], 40);
	assert_int_equal(counted.value[COUNTER_rst_sent], 8);
}

/* In TIME-WAIT: one that a new connection may follow, and one that it may not yet. */
static void
rest_some(struct weir_core *core)
{
	for (uint32_t i = 0; i < given.count; i += 3) {
		const uint8_t *tcp = given.packet[i].octets + given.packet[i].l4_off;
		uint32_t seq = rte_be_to_cpu_32(octets_load32(tcp + 4));

		enter_time_wait(core, i, i % 2 == 0 ? seq - 1000 : seq + 1000);
	}
}

TEST_OF_KINDS(time_wait_has_its_say_first)
{
	struct counters counted;

	begin_burst();
	add_good_acks(48);
	given.prepare = rest_some;
	counted = expect_alike();
	assert_true(counted.value[COUNTER_time_wait_reused] > 0);
	assert_true(counted.value[COUNTER_flow_opened] < 48);
}
