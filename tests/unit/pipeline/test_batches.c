/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Bursts in which segments are read and served by sixteens (stages.h): each must get
 * the answer that it gets alone, the slow way, and the counters must not tell which
 * way it was.  A segment goes the slow way if it has some padding in a second buffer.
 */
#include "test.h"

#include <stdlib.h>

#include <rte_fib.h>

#include "bench_handshake.h"
#include "eal_once.h"
#include "seed.h"
#include "static_mbuf.h"
#include "units.h"

#define PADDING 6
#define NOW	(2 * NS_PER_SECOND)

#define ARP_REQUEST                                                   \
	"ffffffffffff " PEER_MAC "0806 0001 0800 0604 0001 " PEER_MAC \
	"c0000202 000000000000 c0000201"
#define PING	     ETHER("0800") IPV4("01") "0800 0000 1234 0001 61626364"
#define UDP	     ETHER("0800") IPV4("11") "9c400050 00080000 00000000 00000000 00000000"
#define LIST_NONE    0
#define LIST_MSS     1
#define LIST_WINDOWS 10
#define LIST_LINUX   14

static const struct emit_offload none;

/* A burst, and what is to be there before it comes. */
static struct {
	uint32_t count;
	struct packet packet[PIPELINE_BURST_MAX];
	uint16_t port[PIPELINE_BURST_MAX];
	struct emit_offload offload;
	uint64_t now_ns;
	void (*prepare)(struct weir_core *core);
} given;

/* What came of one frame. */
struct outcome {
	uint32_t bytes; /* of the answer; 0: none */
	uint64_t ol_flags;
	uint64_t tx_offload;
	uint8_t octets[256];
	bool has_flow;
	struct tcp_tcb tcb;
};

/* Of a burst that came frame by frame, or at once. */
struct run {
	struct outcome of[PIPELINE_BURST_MAX];
	struct outcome others[PIPELINE_BURST_MAX]; /* sent in buffers of the pool's */
	uint32_t other_count;
	struct counters counters;
};

static struct run alone, together;

static void
begin_burst(void)
{
	given.count = 0;
	given.offload = none;
	given.now_ns = NOW;
	given.prepare = NULL;
	agreeable = (struct agreeable){true, true, true, true};
}

static void
add(const struct packet *packet, uint16_t port)
{
	assert_in_range(given.count, 0, PIPELINE_BURST_MAX - 1);
	given.packet[given.count] = *packet;
	given.port[given.count++] = port;
}

static void
add_hex(const char *hex)
{
	struct packet packet = packet_of(hex);

	packet_seal(&packet);
	add(&packet, 0);
}

static bool
is_tcp(const struct packet *packet)
{
	const uint8_t *ip = packet->octets + packet->l3_off;

	return (ip[0] >> 4 == 4 && ip[9] == PROTOCOL_TCP) || (ip[0] >> 4 == 6 && ip[6] == 6);
}

/* ---- running it ---- */

static struct rte_mbuf *
put(uint32_t slot, uint32_t i)
{
	struct rte_mbuf *m = static_mbuf(slot, given.packet[i].octets, given.packet[i].bytes);

	m->port = given.port[i];
	return m;
}

/* What connections send is in buffers from here; `which` is 0 or 1. */
static struct rte_mempool *
pool_of(unsigned int which)
{
	static struct rte_mempool *pools[2];
	static const char *const names[2] = {"first", "second"};

	eal_once();
	if (pools[which] == NULL)
		pools[which] =
			rte_pktmbuf_pool_create(names[which], 255, 0, 0, 2048 + 128, SOCKET_ID_ANY);
	assert_non_null(pools[which]);
	return pools[which];
}

static struct weir_core *
begin_core(struct run *run)
{
	struct weir_core *core = core_with(&given.offload);

	run->other_count = 0;
	core->tcp.mempool = pool_of(0);
	if (given.prepare != NULL)
		given.prepare(core);
	return core;
}

static void
note_sent(const struct rte_mbuf *m, struct outcome *outcome)
{
	assert_true(static_mbuf_is_sound(m));
	assert_in_range(m->pkt_len, 1, sizeof(outcome->octets));
	outcome->bytes = m->pkt_len;
	outcome->ol_flags = m->ol_flags;
	outcome->tx_offload = m->ol_flags != 0 ? m->tx_offload : 0;
	memcpy(outcome->octets, static_mbuf_octets(m), m->pkt_len);
}

/* A frame is sent once or freed once, and nothing else. */
static void
note_answer(const struct weir_core *core, const struct rte_mbuf *m, struct outcome *outcome)
{
	uint32_t sent = 0;

	memset(outcome, 0, sizeof(*outcome));
	for (uint32_t k = 0; k < core->tcp.tx_count; k++)
		sent += core->tcp.tx[k] == m;
	assert_int_equal(sent + static_mbuf_frees(m), 1);
	if (sent == 1)
		note_sent(m, outcome);
}

static void
note_others(const struct weir_core *core, struct run *run)
{
	for (uint32_t k = 0; k < core->tcp.tx_count; k++) {
		struct rte_mbuf *m = core->tcp.tx[k];

		if (m->pool == NULL)
			continue;
		assert_in_range(run->other_count, 0, PIPELINE_BURST_MAX - 1);
		memset(&run->others[run->other_count], 0, sizeof(run->others[0]));
		note_sent(m, &run->others[run->other_count++]);
		rte_pktmbuf_free(m);
	}
}

/* Of untagged IPv4 over port 0. */
static void
note_flow(const struct weir_core *core, const struct packet *packet, struct outcome *outcome)
{
	const uint8_t *ip = packet->octets + 14;
	struct flow_key key = {.local_idx = 0};
	uint32_t ports, idx;

	if (!is_tcp(packet) || packet->l4_off != 34)
		return;
	key.remote = ip_addr_of_ipv4(octets_load32(ip + 12));
	ports = rte_be_to_cpu_32(octets_load32(ip + 20));
	flow_key_set_tail(&key, (uint16_t)(ports >> 16), (uint16_t)ports, 0);
	idx = flow_pool_lookup(&core->tcp.flows, flow_hash_of(&core->tcp.flow_hash, &key), &key);
	outcome->has_flow = idx != FLOW_NONE;
	if (idx != FLOW_NONE)
		outcome->tcb = *tcp_engine_tcb(&core->tcp, idx);
}

static void
run_alone(struct run *run)
{
	struct weir_core *core = begin_core(run);
	uint64_t padding = 0;

	for (uint32_t i = 0; i < given.count; i++) {
		struct rte_mbuf *m = put(0, i);

		if (is_tcp(&given.packet[i])) {
			static_mbuf_chain(m, static_mbuf(1, NULL, PADDING));
			padding += PADDING;
		}
		pipeline_poll(core, given.now_ns, &m, 1, 256);
		note_answer(core, m, &run->of[i]);
		note_others(core, run);
	}
	for (uint32_t i = 0; i < given.count; i++)
		note_flow(core, &given.packet[i], &run->of[i]);
	run->counters = core->counters;
	run->counters.value[COUNTER_rx_bytes] -= padding;
}

static void
run_together(struct run *run)
{
	struct rte_mbuf *frames[PIPELINE_BURST_MAX], *arrived[PIPELINE_BURST_MAX];
	struct weir_core *core = begin_core(run);

	for (uint32_t i = 0; i < given.count; i++)
		arrived[i] = frames[i] = put(i, i);
	pipeline_poll(core, given.now_ns, frames, given.count, 256);
	for (uint32_t i = 0; i < given.count; i++) {
		note_answer(core, arrived[i], &run->of[i]);
		note_flow(core, &given.packet[i], &run->of[i]);
	}
	note_others(core, run);
	run->counters = core->counters;
}

static void
expect_same_outcome(const struct outcome *a, const struct outcome *b, uint32_t i)
{
	if (a->bytes != b->bytes || memcmp(a->octets, b->octets, a->bytes) != 0)
		print_message("# frame %u of %u is not answered alike\n", i, given.count);
	assert_int_equal(a->bytes, b->bytes);
	assert_memory_equal(a->octets, b->octets, a->bytes);
	assert_true(a->ol_flags == b->ol_flags);
	assert_true(a->tx_offload == b->tx_offload);
	assert_int_equal(a->has_flow, b->has_flow);
	if (!a->has_flow)
		return;
	assert_int_equal(a->tcb.state, b->tcb.state);
	assert_int_equal(a->tcb.flags, b->tcb.flags);
	assert_int_equal(a->tcb.mss, b->tcb.mss);
	assert_int_equal(a->tcb.wscale, b->tcb.wscale);
	assert_int_equal(a->tcb.ecn, b->tcb.ecn);
	assert_int_equal(a->tcb.snd_una, b->tcb.snd_una);
	assert_int_equal(a->tcb.rcv_nxt, b->tcb.rcv_nxt);
	assert_int_equal(a->tcb.snd_wnd, b->tcb.snd_wnd);
	assert_int_equal(a->tcb.ts_recent, b->tcb.ts_recent);
	assert_int_equal(a->tcb.ts_offset, b->tcb.ts_offset);
	assert_int_equal(a->tcb.srtt_us, b->tcb.srtt_us);
}

static int
by_octets(const void *a, const void *b)
{
	const struct outcome *left = a, *right = b;

	return memcmp(left->octets, right->octets, sizeof(left->octets));
}

/* Ranks change the order in which connections answer. */
static void
expect_same_others(void)
{
	assert_int_equal(alone.other_count, together.other_count);
	qsort(alone.others, alone.other_count, sizeof(alone.others[0]), by_octets);
	qsort(together.others, together.other_count, sizeof(alone.others[0]), by_octets);
	for (uint32_t k = 0; k < alone.other_count; k++)
		expect_same_outcome(&alone.others[k], &together.others[k], k);
}

static void
expect_same_counters(const struct counters *a, const struct counters *b)
{
	assert_true(counters_balance(a));
	assert_true(counters_balance(b));
	for (int i = 0; i < COUNTER_N; i++) {
		if (a->value[i] != b->value[i])
			print_message("# counted otherwise: %s\n", counter_name((enum counter)i));
		assert_int_equal(a->value[i], b->value[i]);
	}
	for (int i = 0; i < DROP_N; i++) {
		if (a->drop[i] != b->drop[i])
			print_message("# dropped otherwise: %s\n",
				      drop_reason_name((enum drop_reason)i));
		assert_int_equal(a->drop[i], b->drop[i]);
	}
}

/* The burst, frame by frame and at once; returns what was counted. */
static struct counters
expect_alike(void)
{
	run_alone(&alone);
	run_together(&together);
	for (uint32_t i = 0; i < given.count; i++)
		expect_same_outcome(&alone.of[i], &together.of[i], i);
	expect_same_others();
	expect_same_counters(&alone.counters, &together.counters);
	return together.counters;
}

/* ---- what it is made of ---- */

/* A client of its own for each, so that no two segments are of one connection. */
static void
give_client(struct packet *packet, uint32_t client)
{
	uint8_t *ports = packet->octets + packet->l4_off;

	ports[0] = (uint8_t)(0x40 + client / 256);
	ports[1] = (uint8_t)client;
	packet_seal(packet);
}

static struct packet
client_syn(unsigned int kind, size_t list, uint32_t client)
{
	struct packet syn = syn_of(kind, list);

	give_client(&syn, client);
	return syn;
}

/* To port 1's address. */
static struct packet
port_1_syn(size_t list, uint32_t client)
{
	struct packet syn = syn_of(SYN_IPV4, list);

	memcpy(syn.octets, "\x02\x00\x00\x00\x00\x11", 6);
	memcpy(syn.octets + 30, "\xcb\x00\x71\x01", 4);
	memcpy(syn.octets + 36, "\x1f\x90", 2);
	give_client(&syn, client);
	return syn;
}

/* One whose SYN was answered at `then_ns`. */
static struct packet
client_ack(unsigned int kind, size_t list, uint32_t client, uint64_t then_ns, uint32_t forged)
{
	struct packet syn = client_syn(kind, list, client);
	struct weir_core *core = core_with(&none);
	struct rte_mbuf *m = static_mbuf(0, syn.octets, syn.bytes);

	m->port = 0;
	assert_int_equal(pipeline_poll(core, then_ns, &m, 1, 256), 1);
	return ack_for(&syn, static_mbuf_octets(core->tcp.tx[0]), forged);
}

static void
put_text(struct packet *packet, size_t bytes)
{
	memset(packet->octets + packet->bytes, 'x', bytes);
	packet->bytes += bytes;
	packet_seal(packet);
}

/* ---- SYNs ---- */

static struct burst burst;

/* How many of `count` SYNs are in batches once they are classified. */
static int
batched_of(struct weir_core *core, uint32_t count)
{
	struct packet syn = client_syn(SYN_IPV4, LIST_LINUX, 0);
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

/* All lists and kinds, in bursts of `count`. */
static void
expect_all_syns_alike(uint32_t count)
{
	uint32_t client = 0;

	given.count = 0;
	for (unsigned int kind = 0; kind < SYN_KINDS; kind++) {
		for (size_t list = 0; list < OPTION_LISTS; list++) {
			/* Most in a flood are of the forms that batches take. */
			struct packet syn =
				client_syn(client % 3 != 0 ? SYN_IPV4 : kind, list, client);

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

TEST_OF_KINDS(syns_are_answered_alike_whatever_is_agreed_to)
{
	begin_burst();
	for (unsigned int bits = 0; bits < 16; bits++) {
		agreeable = (struct agreeable){(bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0,
					       (bits & 8) != 0};
		expect_all_syns_alike(64);
	}
}

TEST_OF_KINDS(syns_are_answered_alike_whatever_the_port_does_for_us)
{
	begin_burst();
	for (unsigned int bits = 0; bits < 4; bits++) {
		given.offload = (struct emit_offload){(bits & 1) != 0, (bits & 2) != 0};
		for (uint32_t count = 16; count <= 64; count += 7)
			expect_all_syns_alike(count);
	}
}

/* Every scale there is and the MSSs beside those in tables, with and without timestamps. */
TEST_OF_KINDS(values_of_options_are_read_alike)
{
	static const uint16_t sizes[] = {0,    1,    7,	   8,	 536,  1299, 1300, 1439,
					 1440, 1459, 1460, 1461, 8183, 8184, 9000, 65535};
	for (size_t s = 0; s < RTE_DIM(sizes); s++) {
		begin_burst();
		for (uint32_t i = 0; i < PIPELINE_BURST_MAX; i++) {
			bool is_linux = i % 2 == 0;
			struct packet syn =
				client_syn(SYN_IPV4, is_linux ? LIST_LINUX : LIST_WINDOWS, i);
			uint8_t *options = syn.octets + 54;

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

/* To 192.0.2.1:80 from 192.0.2.2 and client_syn()'s ports. */
#define FLOW_CLIENT	     37
#define TIME_WAIT_CLIENT     21
#define TIME_WAIT_NEW_CLIENT 22
#define CLIENT_PORT(client)  (0x4000 + (client))

static void
enter_time_wait(struct weir_core *core, uint32_t client, uint32_t rcv_nxt)
{
	struct time_wait tw = {.snd_nxt = 1000, .rcv_nxt = rcv_nxt};
	struct flow_key key = {
		.remote = ip_addr_of_ipv4(RTE_BE32(0xc0000202)),
		.remote_port = (uint16_t)CLIENT_PORT(client),
		.local_port = 80,
	};

	time_wait_table_insert(&core->tcp.time_wait, flow_hash_of(&core->tcp.flow_hash, &key), &tw,
			       false, core->tcp.tick + 60000);
}

static void
prepare_a_flow(struct weir_core *core)
{
	bench_flow(core, CLIENT_PORT(FLOW_CLIENT));
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

static void
add_syns(uint32_t count)
{
	static const size_t lists[] = {LIST_NONE, LIST_MSS, LIST_WINDOWS, LIST_LINUX};

	for (uint32_t i = 0; i < count; i++) {
		struct packet syn = client_syn(SYN_IPV4, lists[i % RTE_DIM(lists)], i);

		add(&syn, 0);
	}
}

TEST_OF_KINDS(a_syn_of_a_connection_is_challenged_in_the_middle_of_a_batch)
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

TEST_OF_KINDS(a_syn_of_time_wait_is_judged_in_the_middle_of_a_batch)
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
	struct packet syn = client_syn(SYN_IPV4, LIST_LINUX, client);

	switch (which) {
	case 0:
		syn.octets[37] = 81; /* nobody listens */
		break;
	case 1:
		memcpy(syn.octets + 26, "\xc0\x00\x02\x01", 4); /* from ourselves */
		break;
	case 2:
		memcpy(syn.octets + 26, "\xc0\x00\x02\xff", 4); /* from our subnet's broadcast */
		break;
	case 3:
		syn.octets[33] = 9; /* to somebody else */
		break;
	case 4:
		syn.octets[5] = 9; /* to another MAC */
		break;
	case 5:
		syn.octets[24] ^= 1; /* a checksum wrong; and below the other */
		add(&syn, 0);
		return;
	case 6:
		syn.octets[50] ^= 1;
		add(&syn, 0);
		return;
	case 7:
		syn.octets[47] = TH_RST;
		break;
	case 8:
		put_text(&syn, 5);
		break;
	case 9:
		syn = syn_of(SYN_IPV6, LIST_LINUX);
		give_client(&syn, client);
		break;
	case 10:
		add_hex(ARP_REQUEST);
		return;
	case 11:
		add_hex(PING);
		return;
	default:
		add_hex(UDP);
		return;
	}
	packet_seal(&syn);
	add(&syn, 0);
}

#define STRANGERS 13

TEST_OF_KINDS(others_between_the_syns_change_nothing)
{
	struct counters counted;

	for (uint32_t start = 0; start < 4; start++) {
		begin_burst();
		given.prepare = prepare_both;
		for (uint32_t i = 0; given.count < PIPELINE_BURST_MAX; i++) {
			struct packet syn = client_syn(SYN_IPV4, LIST_LINUX, i);

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

/* ---- sources, and the SYN queue ---- */

/* What is changed of a config, which a core only reads. */
static struct tcp_config *
own_config(struct weir_core *core)
{
	static struct tcp_config config;

	config = *core->tcp.config;
	core->tcp.config = &config;
	return &config;
}

/* 10.0.0.0/8 is denied. */
static void
deny_some(struct weir_core *core)
{
	static struct source_list list;
	struct rte_fib_conf conf = {
		.type = RTE_FIB_DIR24_8,
		.default_nh = SOURCE_UNLISTED,
		.max_routes = 4,
		.dir24_8 = {.nh_sz = RTE_FIB_DIR24_8_1B, .num_tbl8 = 1},
	};

	if (list.ipv4 == NULL) {
		eal_once();
		list.ipv4 = rte_fib_create("batches", -1, &conf);
		assert_non_null(list.ipv4);
		assert_int_equal(rte_fib_add(list.ipv4, 0x0a000000, 8, SOURCE_DENIED), 0);
	}
	own_config(core)->sources = &list;
}

TEST_OF_KINDS(denied_sources_are_refused_alike)
{
	struct counters counted;

	begin_burst();
	given.prepare = deny_some;
	for (uint32_t i = 0; i < PIPELINE_BURST_MAX; i++) {
		struct packet syn = client_syn(SYN_IPV4, LIST_LINUX, i);

		if (i % 5 == 3)
			syn.octets[26] = 10;
		packet_seal(&syn);
		add(&syn, 0);
	}
	counted = expect_alike();
	assert_int_equal(counted.drop[DROP_source_denied], 13);
	assert_int_equal(counted.value[COUNTER_cookie_sent], 64 - 13);
}

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
TEST_OF_KINDS(the_syn_queue_is_filled_alike)
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

/* ---- ACKs ---- */

static void
spend_resets(struct weir_core *core)
{
	rate_limit_init(&core->tcp.rst_limit, 0);
}

/* Of all lists: good ones, and ones whose number or echo is not what we have sent. */
static void
add_acks(uint32_t count, uint64_t then_ns)
{
	static const size_t lists[] = {LIST_NONE, LIST_MSS, LIST_WINDOWS, LIST_LINUX, 11, 23};

	for (uint32_t i = 0; i < count; i++) {
		struct packet ack = client_ack(SYN_IPV4, lists[i % RTE_DIM(lists)], i, then_ns,
					       i % 3 == 1   ? 0x00010000
					       : i % 7 == 2 ? 1
							    : 0);

		if (i % 11 == 5 && ack.octets[46] >> 4 == 8) {
			ack.octets[65] ^= 0x40;
			packet_seal(&ack);
		}
		add(&ack, 0);
	}
}

TEST_OF_KINDS(acks_are_judged_alike)
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
TEST_OF_KINDS(acks_of_any_age_are_judged_alike)
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

/* Without timestamps agreed to, those of an ACK are no part of its claim. */
TEST_OF_KINDS(acks_are_judged_alike_whatever_is_agreed_to)
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

TEST_OF_KINDS(acks_of_connections_and_of_time_wait_stand_in_a_batch)
{
	for (uint32_t is_spent = 0; is_spent < 2; is_spent++) {
		begin_burst();
		given.prepare = is_spent != 0 ? prepare_both_and_spend : prepare_both;
		add_acks(64, NOW - NS_PER_SECOND / 2);
		for (uint32_t i = 0; i < 64; i += 5) {
			given.packet[i].octets[37] =
				i % 2 == 0 ? 81 : 80; /* nobody listens there */
			packet_seal(&given.packet[i]);
		}
		expect_alike();
	}
}

/* ---- all of it, at random ---- */

static void
add_random_syn(struct rng *rng, uint32_t client)
{
	static const size_t lists[] = {LIST_NONE, LIST_MSS, LIST_WINDOWS, LIST_LINUX};
	size_t list = lists[rng_below(rng, RTE_DIM(lists))];
	struct packet syn = syn_of(SYN_IPV4, list);

	syn.octets[26] = (uint8_t)(1 + rng_below(rng, 126));
	for (size_t at = 38; at < 42; at++) {
		syn.octets[at] = (uint8_t)rng_next(rng);
		syn.octets[at - 11] = (uint8_t)rng_next(rng);
		syn.octets[at - 31] = (uint8_t)rng_next(rng);
	}
	if (list != LIST_NONE) {
		syn.octets[56] = (uint8_t)rng_next(rng);
		syn.octets[57] = (uint8_t)rng_next(rng);
	}
	if (list == LIST_WINDOWS)
		syn.octets[61] = (uint8_t)rng_below(rng, 20);
	if (list == LIST_LINUX)
		syn.octets[73] = (uint8_t)rng_below(rng, 20);
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
		packet = client_ack(rng_below(rng, 4) == 0 ? SYN_IPV6 : SYN_IPV4,
				    rng_below(rng, OPTION_LISTS), i, NOW - NS_PER_SECOND / 4,
				    rng_below(rng, 2));
		if (rng_below(rng, 8) == 0)
			put_text(&packet, 1 + rng_below(rng, 20));
		add(&packet, 0);
	} else {
		add_random_syn(rng, i);
	}
}

TEST_OF_KINDS(random_bursts_are_served_alike)
{
	struct rng rng = seeded_rng();
	static void (*const prepares[])(struct weir_core *) = {
		NULL, prepare_a_flow, prepare_time_wait, prepare_both, spend_resets};

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
