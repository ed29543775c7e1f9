/* SPDX-License-Identifier: BSD-3-Clause */

/* Bursts of more than one shape (batch.h), and what is asked of some shapes alone. */
#include "test.h"

#include "bench_burst.h"
#include "static_mbuf.h"
#include "units.h"

static const struct emit_offload none;

static const enum syn_kind nets[] = {SYN_IPV4, SYN_IPV6, SYN_VLAN, SYN_VLAN_IPV6};

/* Which net the i-th frame is of: nets[pattern(i)]. */
typedef uint32_t (*pattern)(uint32_t i);

static uint32_t
two_in_turn(uint32_t i)
{
	return i % 2;
}

static uint32_t
all_in_turn(uint32_t i)
{
	return i % 4;
}

static uint32_t
one_in_sixteen(uint32_t i)
{
	return i % 16 == 3 ? 1 : 0;
}

static uint32_t
first_of_sixteen(uint32_t i)
{
	return i % 16 == 0 ? 3 : 2;
}

static uint32_t
seven_and_nine(uint32_t i)
{
	return i % 16 < 7 ? 1 : 3;
}

static uint32_t
by_sixteens(uint32_t i)
{
	return i / 16;
}

static const pattern patterns[] = {two_in_turn,	     all_in_turn,    one_in_sixteen,
				   first_of_sixteen, seven_and_nine, by_sixteens};

static struct burst burst;

static uint32_t
batched_of(pattern which)
{
	struct rte_mbuf *frames[PIPELINE_BURST_MAX];
	struct weir_core *core = core_with(&none);

	for (uint32_t i = 0; i < PIPELINE_BURST_MAX; i++) {
		struct packet syn = client_syn(nets[which(i)], LIST_LINUX, i);

		frames[i] = static_mbuf(i, syn.octets, syn.bytes);
		frames[i]->port = 0;
	}
	pipeline_classify(core, frames, PIPELINE_BURST_MAX, &burst);
	assert_int_equal(burst.count, PIPELINE_BURST_MAX);
	return (uint32_t)__builtin_popcountll(burst.batched);
}

/* The most of each sixteen, and those of a second shape where they are many enough. */
TEST(mixtures_are_in_batches)
{
	bench_use_wide();
	assert_int_equal(batched_of(two_in_turn), 64);
	assert_int_equal(batched_of(all_in_turn), 4 * 4);
	assert_int_equal(batched_of(one_in_sixteen), 60);
	assert_int_equal(batched_of(first_of_sixteen), 60);
	assert_int_equal(batched_of(seven_and_nine), 4 * 9);
	assert_int_equal(batched_of(by_sixteens), 64);
}

TEST_OF_KINDS(mixtures_of_syns_are_answered_alike)
{
	static const size_t lists[] = {LIST_NONE, LIST_MSS, LIST_WINDOWS, LIST_LINUX};

	for (uint32_t p = 0; p < RTE_DIM(patterns); p++) {
		for (unsigned int bits = 0; bits < 4; bits++) {
			begin_burst();
			given.offload = (struct emit_offload){(bits & 1) != 0, (bits & 2) != 0};
			for (uint32_t i = 0; i < PIPELINE_BURST_MAX; i++) {
				struct packet syn = client_syn(nets[patterns[p](i)],
							       lists[i / 4 % RTE_DIM(lists)], i);

				add(&syn, 0);
			}
			assert_int_equal(expect_alike().value[COUNTER_cookie_sent], 64);
		}
	}
}

TEST_OF_KINDS(mixtures_of_acks_are_judged_alike)
{
	for (uint32_t p = 0; p < RTE_DIM(patterns); p++) {
		for (uint32_t is_spent = 0; is_spent < 2; is_spent++) {
			begin_burst();
			given.prepare = is_spent != 0 ? spend_resets : NULL;
			for (uint32_t i = 0; i < PIPELINE_BURST_MAX; i++) {
				struct packet ack = client_ack(
					nets[patterns[p](i)], i % 3 == 0 ? LIST_MSS : LIST_LINUX, i,
					NOW - NS_PER_SECOND / 2, i % 5 == 1 ? 0x00010000 : 0);

				add(&ack, 0);
			}
			assert_int_equal(expect_alike().drop[DROP_cookie_forged], 13);
		}
	}
}

/* A cookie for one family or one VLAN's address is none for another's. */
TEST_OF_KINDS(cookies_are_of_one_net)
{
	begin_burst();
	for (uint32_t i = 0; i < PIPELINE_BURST_MAX; i++) {
		struct packet ack = client_ack(SYN_IPV6, LIST_MSS, i, NOW - NS_PER_SECOND / 2, 0);
		struct packet moved = client_ack(SYN_VLAN_IPV6, LIST_MSS, i, NOW, 0);

		if (i % 2 == 0)
			memcpy(moved.octets + moved.l4_off, ack.octets + ack.l4_off, 20);
		packet_seal(&moved);
		add(&moved, 0);
	}
	assert_int_equal(expect_alike().value[COUNTER_flow_opened], 32);
}

/* ---- what each family has of its own ---- */

/* Of a SYN whose MSS is that, the only option or with Windows's others. */
static struct packet
ack_of_size(uint32_t client, uint16_t mss)
{
	struct packet syn = client_syn(net, client % 2 == 0 ? LIST_MSS : LIST_WINDOWS, client);
	struct weir_core *core = core_with(&none);
	struct rte_mbuf *m;

	syn.octets[syn.l4_off + 22] = (uint8_t)(mss >> 8);
	syn.octets[syn.l4_off + 23] = (uint8_t)mss;
	packet_seal(&syn);
	m = static_mbuf(0, syn.octets, syn.bytes);
	m->port = 0;
	assert_int_equal(pipeline_poll(core, NOW - NS_PER_SECOND / 2, &m, 1, 256), 1);
	return ack_for(&syn, static_mbuf_octets(core->tcp.tx[0]), 0);
}

/* Without timestamps a cookie's code for it means what the family's table says. */
TEST_OF_NETS(a_cookie_s_mss_is_believed_alike)
{
	static const uint16_t sizes[] = {0,    1299, 1300, 1419, 1420, 1439, 1440,
					 1459, 1460, 1461, 8939, 8940, 65535};

	begin_burst();
	for (uint32_t i = 0; i < 2 * RTE_DIM(sizes); i++) {
		struct packet ack = ack_of_size(i, sizes[i / 2]);

		add(&ack, 0);
	}
	assert_int_equal(expect_alike().value[COUNTER_flow_opened], 2 * RTE_DIM(sizes));
}

static void
mark_headers(struct weir_core *core)
{
	struct tcp_config *config = own_config(core);

	config->tos = 0xb9;
	config->ttl = 77;
}

TEST_OF_NETS(headers_are_marked_alike)
{
	begin_burst();
	given.prepare = mark_headers;
	add_syns(32);
	assert_int_equal(expect_alike().value[COUNTER_cookie_sent], 32);
}

/* ---- addresses that may not be used yet ---- */

#define ADDRESSES 5

static void
doubt_one(struct weir_core *core)
{
	static struct dad_address addresses[ADDRESSES];
	static struct dad dad;

	dad_init(&dad, addresses, ADDRESSES);
	for (uint16_t i = 0; i < ADDRESSES; i++) {
		const struct local_address *local = listener_table_address(core->tcp.listeners, i);

		dad_add(&dad, i, &local->addr, local->port, i == 4);
	}
	core->dad = &dad;
}

TEST_OF_KINDS(a_tentative_address_is_nobody_s_alike)
{
	for (uint32_t p = 0; p < RTE_DIM(patterns); p++) {
		uint32_t tentative = 0;
		struct counters counted;

		begin_burst();
		given.prepare = doubt_one;
		for (uint32_t i = 0; i < PIPELINE_BURST_MAX; i++) {
			struct packet syn = client_syn(nets[patterns[p](i)], LIST_LINUX, i);

			tentative += nets[patterns[p](i)] == SYN_VLAN_IPV6;
			add(&syn, 0);
		}
		counted = expect_alike();
		assert_int_equal(counted.drop[DROP_address_unusable], tentative);
		assert_int_equal(counted.value[COUNTER_cookie_sent], 64 - tentative);
	}
}
