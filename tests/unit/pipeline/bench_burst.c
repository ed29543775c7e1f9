/* SPDX-License-Identifier: BSD-3-Clause */

#include "bench_burst.h"

#include <stdlib.h>

#include "alike.h"
#include "eal_once.h"
#include "static_mbuf.h"
#include "units.h"

#define PADDING 6

static const struct emit_offload none;

struct given given;
enum syn_kind net = SYN_IPV4;
struct run alone, together;

void
in_net(enum syn_kind of, void (*test)(void))
{
	net = of;
	test();
	net = SYN_IPV4;
}

void
begin_burst(void)
{
	given.count = 0;
	given.offload = none;
	given.now_ns = NOW;
	given.prepare = NULL;
	agreeable = (struct agreeable){true, true, true, true};
}

void
add(const struct packet *packet, uint16_t port)
{
	assert_in_range(given.count, 0, PIPELINE_BURST_MAX - 1);
	given.packet[given.count] = *packet;
	given.port[given.count++] = port;
}

void
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
struct rte_mempool *
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

bool
key_of(const struct weir_core *core, const struct packet *packet, uint16_t port,
       struct flow_key *key)
{
	const uint8_t *ip = packet->octets + packet->l3_off;
	bool is_ipv6 = ip[0] >> 4 == 6;
	struct ip_addr local;
	uint16_t vlan_id = VLAN_NONE, local_idx;
	uint32_t ports;

	if (!is_tcp(packet) || packet->l4_off != packet->l3_off + (is_ipv6 ? 40u : 20u))
		return false;
	if (packet->l3_off == 18)
		vlan_id = rte_be_to_cpu_16(octets_load16(packet->octets + 14)) & 0x0fff;
	if (vlan_id == 0)
		vlan_id = VLAN_NONE;
	key->remote = is_ipv6 ? ip_addr_of_ipv6(ip + 8) : ip_addr_of_ipv4(octets_load32(ip + 12));
	local = is_ipv6 ? ip_addr_of_ipv6(ip + 24) : ip_addr_of_ipv4(octets_load32(ip + 16));
	local_idx = listener_table_local(core->tcp.listeners, &local, (uint8_t)port, vlan_id);
	ports = rte_be_to_cpu_32(octets_load32(packet->octets + packet->l4_off));
	flow_key_set_tail(key, (uint16_t)(ports >> 16), (uint16_t)ports, local_idx);
	return local_idx != LOCAL_NONE;
}

static void
note_flow(const struct weir_core *core, const struct packet *packet, uint16_t port,
	  struct outcome *outcome)
{
	struct flow_key key;
	uint32_t idx;

	if (!key_of(core, packet, port, &key))
		return;
	idx = flow_pool_lookup(&core->tcp.flows, flow_hash_of(&core->tcp.flow_hash, &key), &key);
	outcome->has_flow = idx != FLOW_NONE;
	if (idx == FLOW_NONE)
		return;
	outcome->tcb = *tcp_engine_tcb(&core->tcp, idx);
	outcome->flow = *flow_pool_get(&core->tcp.flows, idx);
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
		note_flow(core, &given.packet[i], given.port[i], &run->of[i]);
	run->counters = core->counters;
	run->counters.value[COUNTER_rx_bytes] -= padding;
	run->policy = core->tcp.syn_policy;
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
		note_flow(core, &given.packet[i], given.port[i], &run->of[i]);
	}
	note_others(core, run);
	run->counters = core->counters;
	run->policy = core->tcp.syn_policy;
}

/* `what` differs, or NULL. */
static void
expect_alike_in(const char *what)
{
	if (what != NULL)
		print_message("# not alike: %s\n", what);
	assert_null(what);
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
	expect_alike_in(alike_tcb(&a->tcb, &b->tcb));
	expect_alike_in(alike_flow(&a->flow, &b->flow));
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

/* The burst, frame by frame and at once; returns what was counted. */
struct counters
expect_alike(void)
{
	run_alone(&alone);
	run_together(&together);
	for (uint32_t i = 0; i < given.count; i++)
		expect_same_outcome(&alone.of[i], &together.of[i], i);
	expect_same_others();
	expect_alike_in(alike_counters(&alone.counters, &together.counters));
	expect_alike_in(alike_policy(&alone.policy, &together.policy));
	return together.counters;
}

/* ---- what it is made of ---- */

/* A client of its own for each, so that no two segments are of one connection. */
void
give_client(struct packet *packet, uint32_t client)
{
	uint8_t *ports = packet->octets + packet->l4_off;

	ports[0] = (uint8_t)(0x40 + client / 256);
	ports[1] = (uint8_t)client;
	packet_seal(packet);
}

struct packet
client_syn(unsigned int kind, size_t list, uint32_t client)
{
	struct packet syn = syn_of(kind, list);

	give_client(&syn, client);
	return syn;
}

/* To port 1's address. */
struct packet
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
struct packet
client_ack(unsigned int kind, size_t list, uint32_t client, uint64_t then_ns, uint32_t forged)
{
	struct packet syn = client_syn(kind, list, client);
	struct weir_core *core = core_with(&none);
	struct rte_mbuf *m = static_mbuf(0, syn.octets, syn.bytes);

	m->port = 0;
	assert_int_equal(pipeline_poll(core, then_ns, &m, 1, 256), 1);
	return ack_for(&syn, static_mbuf_octets(core->tcp.tx[0]), forged);
}

void
put_text(struct packet *packet, size_t bytes)
{
	memset(packet->octets + packet->bytes, 'x', bytes);
	packet->bytes += bytes;
	packet_seal(packet);
}

void
add_syns(uint32_t count)
{
	static const size_t lists[] = {LIST_NONE, LIST_MSS, LIST_WINDOWS, LIST_LINUX};

	for (uint32_t i = 0; i < count; i++) {
		struct packet syn = client_syn(net, lists[i % RTE_DIM(lists)], i);

		if (net == SYN_VLAN || net == SYN_VLAN_IPV6)
			syn.octets[14] = (uint8_t)(i << 4);
		add(&syn, 0);
	}
}

void
add_acks(uint32_t count, uint64_t then_ns)
{
	static const size_t lists[] = {LIST_NONE, LIST_MSS, LIST_WINDOWS, LIST_LINUX, 11, 23};

	for (uint32_t i = 0; i < count; i++) {
		struct packet ack = client_ack(net, lists[i % RTE_DIM(lists)], i, then_ns,
					       i % 3 == 1   ? 0x00010000
					       : i % 7 == 2 ? 1
							    : 0);

		if (i % 11 == 5 && ack.octets[ack.l4_off + 12] >> 4 == 8) {
			ack.octets[ack.l4_off + 31] ^= 0x40;
			packet_seal(&ack);
		}
		add(&ack, 0);
	}
}

/* ---- what is there before ---- */

struct tcp_config *
own_config(struct weir_core *core)
{
	static struct tcp_config config;

	config = *core->tcp.config;
	core->tcp.config = &config;
	return &config;
}

void
spend_resets(struct weir_core *core)
{
	rate_limit_init(&core->tcp.rst_limit, 0);
}

struct flow_key
client_key(const struct weir_core *core, uint32_t client)
{
	struct packet syn = client_syn(net, LIST_NONE, client);
	struct flow_key key;

	assert_true(key_of(core, &syn, 0, &key));
	return key;
}

static void
note_end(struct weir_core *core, struct time_wait_table *table, uint32_t client,
	 const struct time_wait *end)
{
	struct flow_key key = client_key(core, client);

	time_wait_table_insert(table, flow_hash_of(&core->tcp.flow_hash, &key), end, false,
			       core->tcp.tick + 60000);
}

void
enter_time_wait(struct weir_core *core, uint32_t client, uint32_t rcv_nxt)
{
	struct time_wait tw = {.snd_nxt = 1000, .rcv_nxt = rcv_nxt};

	note_end(core, &core->tcp.time_wait, client, &tw);
}

void
leave_tombstone(struct weir_core *core, uint32_t client, uint32_t snd_nxt, uint32_t rcv_nxt)
{
	struct time_wait end = {.snd_nxt = snd_nxt, .rcv_nxt = rcv_nxt};

	note_end(core, &core->tcp.tombstones, client, &end);
}
