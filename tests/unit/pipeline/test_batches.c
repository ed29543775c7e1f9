/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Bursts in which segments are read and served by sixteens (stages.h), against what
 * each of their frames gets alone (bench_burst.h).
 */
#include "test.h"

#include "bench_burst.h"
#include "bench_sources.h"
#include "seed.h"
#include "static_mbuf.h"
#include "units.h"

#define ARP_REQUEST                                                   \
	"ffffffffffff " PEER_MAC "0806 0001 0800 0604 0001 " PEER_MAC \
	"c0000202 000000000000 c0000201"
#define PING ETHER("0800") IPV4("01") "0800 0000 1234 0001 61626364"
#define UDP  ETHER("0800") IPV4("11") "9c400050 00080000 00000000 00000000 00000000"

static const struct emit_offload none;

/* ---- SYNs ---- */

static struct burst burst;

/* How many of `count` SYNs are in batches once they are classified. */
static int
batched_of(struct weir_core *core, uint32_t count)
{
	struct packet syn = client_syn(net, LIST_LINUX, 0);
	struct rte_mbuf *frames[PIPELINE_BURST_MAX];

	for (uint32_t i = 0; i < count; i++) {
		frames[i] = static_mbuf(i, syn.octets, syn.bytes);
		frames[i]->port = 0;
	}
	pipeline_classify(core, frames, count, &burst);
	assert_int_equal(burst.count, count);
	return __builtin_popcountll(burst.batched);
}

/* Or all that follows would say nothing. */
TEST(batches_are_in_use)
{
	bench_use_wide();
	assert_int_equal(batched_of(core_with(&none), 64), 64);
	assert_int_equal(batched_of(core_with(&none), 35), 32);
	assert_int_equal(batched_of(core_with(&none), PIPELINE_BATCH_MIN), PIPELINE_BATCH_MIN);
	assert_int_equal(batched_of(core_with(&none), PIPELINE_BATCH_MIN - 1), 0);
	bench_core_kind = PRF_SIPHASH;
	assert_int_equal(batched_of(core_with(&none), 64), 0);
}

/* One to nobody stands before all others of its sixteen, and keeps none of them out. */
TEST(a_stranger_s_destination_is_its_own_matter)
{
	struct packet syn = client_syn(SYN_IPV4, LIST_LINUX, 0), stranger = syn;
	struct weir_core *core;
	struct rte_mbuf *frames[WIDE_LANES];

	bench_use_wide();
	core = core_with(&none);
	stranger.octets[33] = 9;
	packet_seal(&stranger);
	for (uint32_t i = 0; i < WIDE_LANES; i++) {
		const struct packet *packet = i % 5 == 0 ? &stranger : &syn;

		frames[i] = static_mbuf(i, packet->octets, packet->bytes);
		frames[i]->port = 0;
	}
	pipeline_classify(core, frames, WIDE_LANES, &burst);
	assert_int_equal(core->counters.drop[DROP_ip_destination_foreign], 4);
	assert_int_equal(burst.count, WIDE_LANES - 4);
	assert_int_equal(__builtin_popcountll(burst.batched), WIDE_LANES - 4);
}

/* All lists and kinds, in bursts of `count`. */
static void
expect_all_syns_alike(uint32_t count)
{
	uint32_t client = 0;

	given.count = 0;
	for (unsigned int kind = 0; kind < SYN_KINDS; kind++) {
		for (size_t list = 0; list < OPTION_LISTS; list++) {
			/* Most in a flood are of the forms that batches take. */
			struct packet syn = client_syn(client % 3 != 0 ? net : kind, list, client);

			client++;
			add(&syn, 0);
			if (given.count < count)
				continue;
			expect_alike();
			given.count = 0;
		}
	}
	if (given.count > 0)
		expect_alike();
}

TEST_OF_NETS(syns_are_answered_alike_whatever_is_agreed_to)
{
	begin_burst();
	for (unsigned int bits = 0; bits < 16; bits++) {
		agreeable = (struct agreeable){(bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0,
					       (bits & 8) != 0};
		expect_all_syns_alike(64);
	}
}

TEST_OF_NETS(syns_are_answered_alike_whatever_the_port_does_for_us)
{
	begin_burst();
	for (unsigned int bits = 0; bits < 4; bits++) {
		given.offload = (struct emit_offload){(bits & 1) != 0, (bits & 2) != 0};
		for (uint32_t count = 16; count <= 64; count += 7)
			expect_all_syns_alike(count);
	}
}

/* Every scale there is and the MSSs beside those in tables, with and without timestamps. */
TEST_OF_NETS(values_of_options_are_read_alike)
{
	static const uint16_t sizes[] = {0,    1,    7,	   8,	 536,  1299, 1300,
					 1419, 1420, 1439, 1440, 1459, 1460, 1461,
					 8183, 8184, 8939, 8940, 9000, 65535};

	for (size_t s = 0; s < RTE_DIM(sizes); s++) {
		begin_burst();
		for (uint32_t i = 0; i < PIPELINE_BURST_MAX; i++) {
			bool is_linux = i % 2 == 0;
			struct packet syn =
				client_syn(net, is_linux ? LIST_LINUX : LIST_WINDOWS, i);
			uint8_t *options = syn.octets + syn.l4_off + 20;

			options[2] = (uint8_t)(sizes[s] >> 8);
			options[3] = (uint8_t)sizes[s];
			options[is_linux ? 19 : 7] = (uint8_t)(i < 40 ? i / 2 : 13 * i + s);
			packet_seal(&syn);
			add(&syn, 0);
		}
		assert_int_equal(expect_alike().value[COUNTER_cookie_sent], 64);
	}
}

/* A batch is of one port: its first frame's. */
TEST_OF_KINDS(two_ports_in_turn_are_answered_alike)
{
	static const size_t lists[] = {LIST_NONE, LIST_MSS, LIST_WINDOWS, LIST_LINUX};

	for (uint32_t first = 0; first < 2; first++) {
		begin_burst();
		for (uint32_t i = 0; i < PIPELINE_BURST_MAX; i++) {
			size_t list = lists[i / 2 % RTE_DIM(lists)];
			struct packet syn = (i + first) % 2 == 0 ? client_syn(SYN_IPV4, list, i)
								 : port_1_syn(list, i);

			add(&syn, (uint16_t)((i + first) % 2));
		}
		assert_int_equal(expect_alike().value[COUNTER_cookie_sent], 64);
	}
}

#define FLOW_CLIENT	     37
#define TIME_WAIT_CLIENT     21
#define TIME_WAIT_NEW_CLIENT 22

static void
prepare_a_flow(struct weir_core *core)
{
	struct flow_key key = client_key(core, FLOW_CLIENT);

	bench_flow_of(core, &key);
}

/* One that the SYNs' number is beyond, and one that it is not. */
static void
prepare_time_wait(struct weir_core *core)
{
	enter_time_wait(core, TIME_WAIT_CLIENT, 0x02000000);
	enter_time_wait(core, TIME_WAIT_NEW_CLIENT, 0x01000000);
}

static void
prepare_both(struct weir_core *core)
{
	prepare_a_flow(core);
	prepare_time_wait(core);
}

TEST_OF_NETS(a_syn_of_a_connection_is_challenged_in_the_middle_of_a_batch)
{
	struct counters counted;

	begin_burst();
	given.prepare = prepare_a_flow;
	add_syns(64);
	counted = expect_alike();
	assert_int_equal(counted.value[COUNTER_challenge_ack_sent], 1);
	assert_int_equal(counted.value[COUNTER_cookie_sent], 63);
	assert_int_equal(together.other_count, 1);
}

TEST_OF_NETS(a_syn_of_time_wait_is_judged_in_the_middle_of_a_batch)
{
	struct counters counted;

	begin_burst();
	given.prepare = prepare_time_wait;
	add_syns(64);
	counted = expect_alike();
	assert_int_equal(counted.drop[DROP_time_wait_syn], 1);
	assert_int_equal(counted.value[COUNTER_cookie_sent], 63);
}

/* Frames that no batch takes, each of which is answered or refused in its own way. */
static void
add_stranger(uint32_t which, uint32_t client)
{
	struct packet syn = client_syn(net, LIST_LINUX, client);
	bool is_ipv6 = syn.octets[syn.l3_off] >> 4 == 6;
	size_t address_bytes = is_ipv6 ? 16 : 4;
	uint8_t *source = syn.octets + syn.l4_off - 2 * address_bytes;

	switch (which) {
	case 0:
		syn.octets[syn.l4_off + 3] = 81; /* nobody listens */
		break;
	case 1:
		memcpy(source, source + address_bytes, address_bytes); /* from ourselves */
		break;
	case 2:
		source[is_ipv6 ? 0 : 3] = 0xff; /* from our subnet's broadcast, or a group */
		break;
	case 3:
		/* to somebody else */
		syn.octets[syn.l4_off - (is_ipv6 && client % 2 == 0 ? 6 : 1)] = 9;
		break;
	case 4:
		syn.octets[5] = 9; /* to another MAC */
		break;
	case 5:
		source[-1] ^= is_ipv6 ? 0 : 1; /* a checksum wrong; and below the other */
		add(&syn, 0);
		return;
	case 6:
		syn.octets[syn.l4_off + 16] ^= 1;
		add(&syn, 0);
		return;
	case 7:
		syn.octets[syn.l4_off + 13] = TH_RST;
		break;
	case 8:
		put_text(&syn, 5);
		break;
	case 9:
		syn = syn_of(is_ipv6 ? SYN_IPV4 : SYN_IPV6, LIST_LINUX);
		give_client(&syn, client);
		break;
	case 10:
		add_hex(ARP_REQUEST);
		return;
	case 11:
		add_hex(PING);
		return;
	case 12:
		if (syn.l3_off == 14)
			return;
		syn.octets[15] = 8; /* to another VLAN */
		break;
	case 13:
		if (syn.l3_off == 14)
			return;
		memset(syn.octets + 14, 0, 2); /* to none: it has a priority */
		break;
	default:
		add_hex(UDP);
		return;
	}
	packet_seal(&syn);
	add(&syn, 0);
}

#define STRANGERS 15

TEST_OF_NETS(others_between_the_syns_change_nothing)
{
	struct counters counted;

	for (uint32_t start = 0; start < 4; start++) {
		begin_burst();
		given.prepare = prepare_both;
		for (uint32_t i = 0; given.count < PIPELINE_BURST_MAX; i++) {
			struct packet syn = client_syn(net, LIST_LINUX, i);

			if (i % 4 == start)
				add_stranger(i / 4 % STRANGERS, i);
			else
				add(&syn, 0);
		}
		counted = expect_alike();
		assert_int_equal(counted.drop[DROP_ip_source_invalid] > 0, true);
		assert_int_equal(counted.value[COUNTER_arp_replied], 1);
		assert_true(counted.value[COUNTER_rst_sent] > 0);
	}
}

/* ---- the SYN queue ---- */

static void
prefer_the_queue(struct weir_core *core)
{
	struct tcp_config *config = own_config(core);

	config->cookies = TCP_COOKIES_AUTO;
	config->syn_rate = 1000000;
	config->syn_hold_ns = NS_PER_SECOND;
	core->tcp.syn_policy.use_cookies = false;
}

/* The queue has 16 places: first all find one, then cookies are what is left. */
TEST_OF_NETS(the_syn_queue_is_filled_alike)
{
	static const uint32_t counts[] = {8, 16, 17, 64};

	for (size_t i = 0; i < RTE_DIM(counts); i++) {
		struct counters counted;

		begin_burst();
		given.prepare = prefer_the_queue;
		add_syns(counts[i]);
		counted = expect_alike();
		assert_int_equal(counted.value[COUNTER_syn_queue_entered], RTE_MIN(counts[i], 16u));
	}
}

static void
prefer_cookies(struct weir_core *core)
{
	prefer_the_queue(core);
	own_config(core)->syn_rate = 400;
	core->tcp.syn_policy.use_cookies = true;
	core->tcp.syn_policy.calm_since_ns = NOW - NS_PER_MS;
}

/* SYNs are counted, and more than 40 in a tenth of a second are no calm. */
TEST_OF_NETS(cookie_mode_is_kept_up_alike)
{
	for (uint32_t count = 38; count <= 44; count++) {
		begin_burst();
		given.prepare = prefer_cookies;
		add_syns(count);
		assert_int_equal(expect_alike().value[COUNTER_cookie_sent], count);
		assert_int_equal(together.policy.window_syns, count);
		assert_true((together.policy.calm_since_ns == NOW) == (count > 40));
	}
}

/* ---- ACKs ---- */

TEST_OF_NETS(acks_are_judged_alike)
{
	for (uint32_t is_spent = 0; is_spent < 2; is_spent++) {
		struct counters counted;

		begin_burst();
		given.prepare = is_spent != 0 ? spend_resets : NULL;
		add_acks(64, NOW - NS_PER_SECOND / 2);
		counted = expect_alike();
		assert_true(counted.value[COUNTER_flow_opened] > 20);
		assert_true(counted.drop[DROP_cookie_forged] > 20);
	}
}

/* Bench time is 1000 s before UTC's; epochs are of 16 s and a skew of half a second counts. */
TEST_OF_NETS(acks_of_any_age_are_judged_alike)
{
	static const uint64_t made_ms[] = {2000, 8999, 9000, 9500, 24999, 25000, 40000, 41000};
	static const uint64_t judged_ms[] = {2100,  9000,  24400, 24500, 24600, 25000, 26000,
					     40900, 41000, 56999, 57000, 73000, 90000};

	for (size_t m = 0; m < RTE_DIM(made_ms); m++) {
		for (size_t j = 0; j < RTE_DIM(judged_ms); j++) {
			begin_burst();
			add_acks(20, made_ms[m] * NS_PER_MS);
			given.now_ns = judged_ms[j] * NS_PER_MS;
			expect_alike();
		}
	}
}

/* The clock in an echo is not part of the MAC, but it must be one that there is. */
TEST_OF_NETS(an_echo_with_another_clock_is_judged_alike)
{
	struct counters counted;

	begin_burst();
	for (uint32_t i = 0; i < PIPELINE_BURST_MAX; i++) {
		struct packet ack = client_ack(net, LIST_LINUX, i, NOW - NS_PER_SECOND / 2, 0);
		uint32_t tsecr = rte_be_to_cpu_32(octets_load32(ack.octets + ack.l4_off + 28));

		octets_store32(ack.octets + ack.l4_off + 28, rte_cpu_to_be_32(tsecr + 1840 + i));
		packet_seal(&ack);
		add(&ack, 0);
	}
	counted = expect_alike();
	assert_int_equal(counted.value[COUNTER_flow_opened], 35); /* up to 3999 */
	assert_int_equal(counted.drop[DROP_cookie_forged], 64 - 35);
}

/* The key that the bench has is the one before the current one. */
static void
roll_the_key(struct weir_core *core)
{
	static const uint8_t masters[2][16] = {{1, 2, 3}, {0}};

	syn_cookie_init(&core->tcp.cookies, bench_core_kind, masters, 2, 1000 * NS_PER_SECOND);
}

static void
forget_the_key(struct weir_core *core)
{
	static const uint8_t masters[1][16] = {{1, 2, 3}};

	syn_cookie_init(&core->tcp.cookies, bench_core_kind, masters, 1, 1000 * NS_PER_SECOND);
}

TEST_OF_NETS(cookies_of_a_key_before_are_judged_alike)
{
	begin_burst();
	given.prepare = roll_the_key;
	add_acks(64, NOW - NS_PER_SECOND / 2);
	assert_true(expect_alike().value[COUNTER_flow_opened] > 20);
	given.prepare = forget_the_key;
	assert_int_equal(expect_alike().value[COUNTER_flow_opened], 0);
}

/* Without timestamps agreed to, those of an ACK are no part of its claim. */
TEST_OF_NETS(acks_are_judged_alike_whatever_is_agreed_to)
{
	for (unsigned int bits = 0; bits < 8; bits++) {
		begin_burst();
		agreeable = (struct agreeable){(bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0,
					       false};
		add_acks(48, NOW - NS_PER_SECOND / 2);
		agreeable.timestamps = (bits & 1) == 0;
		expect_alike();
		agreeable.timestamps = (bits & 1) != 0;
		expect_alike();
	}
}

static void
prepare_both_and_spend(struct weir_core *core)
{
	prepare_both(core);
	spend_resets(core);
}

TEST_OF_NETS(acks_of_connections_and_of_time_wait_stand_in_a_batch)
{
	for (uint32_t is_spent = 0; is_spent < 2; is_spent++) {
		begin_burst();
		given.prepare = is_spent != 0 ? prepare_both_and_spend : prepare_both;
		add_acks(64, NOW - NS_PER_SECOND / 2);
		for (uint32_t i = 0; i < 64; i += 5) {
			given.packet[i].octets[given.packet[i].l4_off + 3] =
				i % 2 == 0 ? 81 : 80; /* nobody listens there */
			packet_seal(&given.packet[i]);
		}
		expect_alike();
	}
}

/* The SYN has come again, and late: its connection is there by then. */
TEST_OF_NETS(a_syn_behind_the_ack_that_opens_is_challenged)
{
	for (uint32_t at = 0; at < 48; at += 5) {
		struct packet ack = client_ack(net, LIST_LINUX, 40, NOW - NS_PER_SECOND / 2, 0);
		struct counters counted;

		begin_burst();
		add_syns(32);
		given.packet[at % 32] = ack;
		ack = client_syn(net, LIST_LINUX, 40);
		add(&ack, 0);
		for (uint32_t client = 50; client < 65; client++) {
			ack = client_syn(net, LIST_LINUX, client);
			add(&ack, 0);
		}
		counted = expect_alike();
		assert_int_equal(counted.value[COUNTER_flow_opened], 1);
		assert_int_equal(counted.value[COUNTER_challenge_ack_sent], 1);
		assert_int_equal(counted.value[COUNTER_cookie_sent], 31 + 15);
	}
}

TEST_OF_NETS(an_ack_may_come_twice_in_a_burst)
{
	struct packet ack = client_ack(net, LIST_LINUX, 100, NOW - NS_PER_SECOND / 2, 0);

	begin_burst();
	given.prepare = spend_resets;
	add_acks(8, NOW - NS_PER_SECOND / 2);
	for (uint32_t i = 0; i < 3; i++)
		add(&ack, 0);
	assert_int_equal(expect_alike().value[COUNTER_flow_opened], 4 + 1);
}

/*
 * The handshake's ACK, text, and an acknowledgment that is beyond that, all of one
 * client, behind others, so that they stand in one batch or in two.  The last one has
 * no cookie, and it is not for a listener any more.
 */
static void
expect_later_ack_alike(void (*prepare)(struct weir_core *core), uint32_t before, bool is_text_first)
{
	struct packet ack, text;

	begin_burst();
	given.prepare = prepare;
	add_acks(before, NOW - NS_PER_SECOND / 2);
	ack = client_ack(net, LIST_MSS, 100, NOW - NS_PER_SECOND / 2, 0);
	text = ack;
	put_text(&text, 5);
	if (!is_text_first)
		add(&ack, 0);
	add(&text, 0);
	ack.octets[ack.l4_off + 7] = (uint8_t)(ack.octets[ack.l4_off + 7] + 5);
	packet_seal(&ack);
	add(&ack, 0);
	expect_alike();
}

TEST_OF_NETS(an_ack_may_be_of_a_connection_that_the_burst_opens)
{
	for (uint32_t before = 7; before < 44; before += 4) {
		expect_later_ack_alike(NULL, before, false);
		expect_later_ack_alike(NULL, before, true);
		expect_later_ack_alike(spend_resets, before, false);
		expect_later_ack_alike(spend_resets, before, true);
	}
}

/* ---- all of it, at random ---- */

static void
add_random_syn(struct rng *rng, uint32_t client)
{
	static const enum syn_kind nets[] = {SYN_IPV4, SYN_IPV6, SYN_VLAN, SYN_VLAN_IPV6};
	static const size_t lists[] = {LIST_NONE, LIST_MSS, LIST_WINDOWS, LIST_LINUX};
	size_t list = lists[rng_below(rng, RTE_DIM(lists))];
	enum syn_kind of = rng_below(rng, 3) == 0 ? nets[rng_below(rng, RTE_DIM(nets))] : net;
	struct packet syn = syn_of(of, list);
	bool is_ipv6 = syn.octets[syn.l3_off] >> 4 == 6;
	uint8_t *source = syn.octets + syn.l4_off - (is_ipv6 ? 32 : 8);
	uint8_t *options = syn.octets + syn.l4_off + 20;

	source[0] = (uint8_t)(1 + rng_below(rng, 126));
	for (size_t at = 0; at < 4; at++) {
		source[(is_ipv6 ? 12 : 0) + 1 + at % 3] = (uint8_t)rng_next(rng);
		syn.octets[syn.l4_off + 4 + at] = (uint8_t)rng_next(rng);
		syn.octets[7 + at] = (uint8_t)rng_next(rng);
	}
	for (size_t at = 1; at < 12 && is_ipv6; at++)
		source[at] = (uint8_t)rng_next(rng);
	if (syn.l3_off == 18)
		syn.octets[14] = (uint8_t)(rng_next(rng) << 4);
	if (list != LIST_NONE) {
		options[2] = (uint8_t)rng_next(rng);
		options[3] = (uint8_t)rng_next(rng);
	}
	if (list == LIST_WINDOWS)
		options[7] = (uint8_t)rng_below(rng, 20);
	if (list == LIST_LINUX)
		options[19] = (uint8_t)rng_below(rng, 20);
	give_client(&syn, client);
	add(&syn, 0);
}

static void
add_random(struct rng *rng, uint32_t i)
{
	uint32_t dice = rng_below(rng, 16);
	struct packet packet;

	if (dice == 0) {
		add_stranger(rng_below(rng, STRANGERS), i);
	} else if (dice == 1) {
		packet = client_syn(rng_below(rng, SYN_KINDS), rng_below(rng, OPTION_LISTS), i);
		add(&packet, 0);
	} else if (dice == 2) {
		packet = port_1_syn(LIST_LINUX, i);
		add(&packet, 1);
	} else if (dice <= 6) {
		packet = client_ack(rng_below(rng, 4) == 0 ? SYN_IPV6 : net,
				    rng_below(rng, OPTION_LISTS), i, NOW - NS_PER_SECOND / 4,
				    rng_below(rng, 2));
		if (rng_below(rng, 8) == 0)
			put_text(&packet, 1 + rng_below(rng, 20));
		add(&packet, 0);
	} else {
		add_random_syn(rng, i);
	}
}

static void
deny_behind_both(struct weir_core *core)
{
	prepare_both_and_spend(core);
	sources_deny_some(core);
}

TEST_OF_NETS(random_bursts_are_served_alike)
{
	struct rng rng = seeded_rng();
	static void (*const prepares[])(struct weir_core *) = {
		NULL,
		prepare_a_flow,
		prepare_time_wait,
		prepare_both,
		spend_resets,
		sources_deny_some,
		sources_allow_few,
		sources_allow_some,
		deny_behind_both,
		sources_deny_ipv6,
	};

	for (uint32_t round = 0; round < 150; round++) {
		uint32_t count = 1 + rng_below(&rng, PIPELINE_BURST_MAX);
		uint32_t bits = rng_below(&rng, 64);

		begin_burst();
		agreeable = (struct agreeable){(bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0,
					       (bits & 8) != 0};
		for (uint32_t i = 0; i < count; i++)
			add_random(&rng, i);
		given.offload = (struct emit_offload){(bits & 16) != 0, (bits & 32) != 0};
		given.prepare = prepares[rng_below(&rng, RTE_DIM(prepares))];
		expect_alike();
	}
}
