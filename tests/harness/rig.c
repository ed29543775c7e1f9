/* SPDX-License-Identifier: BSD-3-Clause */

#include "rig.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "eal_once.h"
#include "listener_table.h"
#include "tcp_isn.h"
#include "tcp_seq.h"
#include "tcp_user.h"

#define CLIENT_PORT_FIRST 40000
#define TEXT_ROOM	  (TCP_TX_MAX - TCP_TX_RESERVE)
#define CLOSE_STEP_NS	  (500 * NS_PER_MS)
#define CLOSE_STEPS_MAX	  4000

/* The last octets of both ends' addresses. */
#define CLIENT_LAST 1
#define SERVER_LAST 80

#define GATEWAY_LAST 254

static const uint8_t server_mac[6] = {0x02, 0, 0, 0, 0, 0x51};
static const uint8_t client_mac[6] = {0x02, 0, 0, 0, 0, 0xc1};

enum { LOCAL_IPV4, LOCAL_IPV6 };

static struct ip_addr
ipv4(uint8_t last)
{
	return ip_addr_of_ipv4(rte_cpu_to_be_32(UINT32_C(0xc0000200) + last)); /* 192.0.2.0/24 */
}

static struct ip_addr
ipv6(uint8_t last)
{
	uint8_t octets[16] = {0x20, 0x01, 0x0d, 0xb8};

	octets[15] = last;
	return ip_addr_of_ipv6(octets);
}

void
rig_setup_init(struct rig_setup *setup)
{
	*setup = (struct rig_setup){
		.start_ns = 1000 * NS_PER_SECOND,
		.unix_ns = RIG_UNIX_NS,
		.vlan_id = VLAN_NONE,
		.kind = prf_kind_best(),
		.tcp =
			{
				.flows_max = 64,
				.time_wait_max = 64,
				.transfers_max = 32,
				.reassembly_segments_max = 16,
				.receive_buffer = 65535,
				.send_buffer = 65536,
				.congestion_control = TCP_CC_NEWRENO,
				.rto_min_us = 1000000, /* RFC 6298, 2.4 */
				.rto_max_us = 60000000,
				.delayed_ack_ticks = ticks_in_ms(40),
				.retransmit_ticks = ticks_in_ms(100000), /* SHLD-11 */
				.connect_ticks = ticks_in_ms(180000),	 /* MUST-23 */
				.time_wait_ticks = ticks_in_ms(240000),
				.fin_wait_2_ticks = ticks_in_ms(60000),
				.pmtu_ticks = ticks_in_ms(600000), /* RFC 1191, 6.3 */
				.pmtu_min = 552,
				.pmtu_discovery = true,
				.pmtu_blackhole = true,
				.keepalive_ticks = ticks_in_ms(7200000), /* MUST-28 */
				.keepalive_interval_ticks = ticks_in_ms(75000),
				.keepalive_probes = 9,
				.ttl = 64,
				.timestamps = true,
				.window_scaling = true,
				.sack = true,
				.ecn = true,
				.local_port_first = 32768,
				.local_port_last = 65535,
				.rst_rate = 1000,
				.challenge_ack_rate = 1000,
				.prefix_ipv4_bits = 24,
				.prefix_ipv6_bits = 64,
				.cookies = TCP_COOKIES_ALWAYS,
				.syn_queue_max = 8,
				.syn_retries_max = 5,
				.syn_rate = 1000,
				.syn_hold_ns = 10 * NS_PER_SECOND,
			},
	};
	setup->tcp.ports[0] = (struct tcp_port){.mtu = RIG_MTU, .multi_segment = true};
}

void
rig_path(const struct rig_setup *setup, bool is_ipv6, uint16_t number, struct wire_path *path)
{
	*path = (struct wire_path){
		.vlan_id = setup->vlan_id,
		.mtu = setup->tcp.ports[0].mtu,
		.ttl = setup->tcp.ttl,
		.tos = setup->tcp.tos,
		.is_ipv6 = is_ipv6,
	};
	path->client.addr = is_ipv6 ? ipv6(CLIENT_LAST) : ipv4(CLIENT_LAST);
	path->server.addr = is_ipv6 ? ipv6(SERVER_LAST) : ipv4(SERVER_LAST);
	path->client.port = (uint16_t)(CLIENT_PORT_FIRST + number);
	path->server.port = RIG_SERVER_PORT;
	memcpy(path->client.mac, client_mac, sizeof(client_mac));
	memcpy(path->server.mac, server_mac, sizeof(server_mac));
}

static struct flow_key
key_of(const struct wire_path *path)
{
	return (struct flow_key){
		.remote = path->client.addr,
		.remote_port = path->client.port,
		.local_port = path->server.port,
		.local_idx = path->is_ipv6 ? LOCAL_IPV6 : LOCAL_IPV4,
	};
}

/* Secrets that are the same in every run: a failure repeats. */
static void
secrets_init(struct tcp_secrets *secrets, enum prf_kind kind)
{
	*secrets = (struct tcp_secrets){.cookie_count = 1, .kind = kind, .rng_seed = 1};
	memset(secrets->flow_hash, 0x11, sizeof(secrets->flow_hash));
	memset(secrets->isn, 0x22, sizeof(secrets->isn));
	memset(secrets->cookie[0], 0x33, sizeof(secrets->cookie[0]));
}

uint64_t
rig_start_for_iss(const struct rig_setup *setup, const struct wire_path *path, uint32_t iss)
{
	struct flow_key key = key_of(path);
	struct tcp_secrets secrets;
	struct tcp_isn_key isn_key;
	uint64_t now_ns;

	secrets_init(&secrets, setup->kind);
	tcp_isn_key_init(&isn_key, setup->kind, secrets.isn);
	now_ns = (uint64_t)(iss - tcp_isn_of(&isn_key, &key, 0).iss) * 4 * NS_PER_US;
	check(tcp_isn_of(&isn_key, &key, now_ns).iss == iss);
	return now_ns;
}

/* It needs no zeros, and to write a whole megabyte takes longer than a short dialogue. */
static struct listener_table *
new_listener_table(void)
{
	void *memory = malloc(listener_table_bytes());

	check(memory != NULL);
	return listener_table_init(memory);
}

static struct listener_table *
listen_on(const struct rig_setup *setup)
{
	const uint8_t *mac = setup->is_client ? client_mac : server_mac;
	uint8_t last = setup->is_client ? CLIENT_LAST : SERVER_LAST;
	uint16_t vlan_id = setup->vlan_id;
	struct listener_table *table = new_listener_table();
	struct local_address addresses[] = {
		[LOCAL_IPV4] = {.addr = ipv4(last), .vlan_id = vlan_id, .prefix_bits = 24},
		[LOCAL_IPV6] = {.addr = ipv6(last), .vlan_id = vlan_id, .prefix_bits = 64},
	};
	struct listener listener = {.flows_max = setup->flows_max};

	if (setup->has_gateway) {
		addresses[LOCAL_IPV4].gateway = ipv4(GATEWAY_LAST);
		addresses[LOCAL_IPV6].gateway = ipv6(GATEWAY_LAST);
	}

	check(listener_table_add_listener(table, &listener) == 0);
	for (int i = LOCAL_IPV4; i <= LOCAL_IPV6; i++) {
		memcpy(addresses[i].mac, mac, sizeof(server_mac));
		check(listener_table_add_address(table, &addresses[i]) == i);
		check(listener_table_bind(table, 0, (uint16_t)i, RIG_SERVER_PORT) == 0);
	}
	for (uint32_t i = 0; i < setup->more_count; i++) {
		uint16_t local_idx = (uint16_t)(LOCAL_IPV6 + 1 + i);

		check(listener_table_add_address(table, &setup->more[i]) == local_idx);
		check(listener_table_bind(table, 0, local_idx, RIG_SERVER_PORT) == 0);
	}
	return table;
}

/* One pool a side serves every rig of a program: EAL has no cheap way to give memory back. */
static struct rte_mempool *
pool_once(bool is_second)
{
	static struct rte_mempool *pools[2];
	struct rte_mempool **pool = &pools[is_second];

	eal_once();
	if (*pool == NULL)
		*pool = rte_pktmbuf_pool_create(is_second ? "rig-2" : "rig", RIG_BUFFERS, 0, 0,
						RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
	check(*pool != NULL);
	return *pool;
}

static void *
alloc_lines(size_t bytes)
{
	void *memory = aligned_alloc(64, (bytes + 63) & ~(size_t)63);

	check(memory != NULL);
	memset(memory, 0x5a, bytes); /* whoever relies on zeros finds out */
	return memory;
}

void
rig_open(struct rig *rig, const struct rig_setup *setup, const struct weir_app_ops *ops)
{
	const char *args = "";

	*rig = (struct rig){.setup = *setup, .now_ns = setup->start_ns};
	rig->setup.tcp.rcv_wscale = tcp_config_wscale(
		RTE_MAX(setup->tcp.receive_buffer, setup->tcp.receive_buffer_max));
	rig->pool = pool_once(setup->is_client || setup->is_second);
	rig->buffers = rte_mempool_avail_count(rig->pool);
	rig->listeners = listen_on(setup);
	secrets_init(&rig->secrets, setup->kind);
	rig->core = alloc_lines(sizeof(*rig->core));
	rig->memory = alloc_lines(pipeline_bytes(&rig->setup.tcp));
	pipeline_init(rig->core, rig->memory, &rig->setup.tcp, &rig->secrets, rig->listeners,
		      rig->pool, 0, rig->now_ns, setup->unix_ns);
	rig->core->unix_ns_offset = (int64_t)(setup->unix_ns - rig->now_ns);
	check(pipeline_apps_init(rig->core, &ops, &args, 1) == 0);
}

void
rig_abandon(struct rig *rig)
{
	free(rig->listeners);
	free(rig->memory);
	free(rig->core);
	*rig = (struct rig){0};
}

static void
turn_and_forget(struct rig *rig)
{
	uint32_t count = rig_turn(rig, NULL, 0);

	rte_pktmbuf_free_bulk(rig->core->tcp.tx, count);
}

static bool
is_empty(const struct rig *rig)
{
	const struct tcp_engine *tcp = &rig->core->tcp;

	return tcp->flows.used == 0 && tcp->time_wait.live == 0;
}

const char *
rig_close(struct rig *rig)
{
	const char *wrong;
	uint32_t steps = 0;

	while (!pipeline_stop(rig->core, true))
		turn_and_forget(rig);
	turn_and_forget(rig);
	for (; !is_empty(rig) && steps < CLOSE_STEPS_MAX; steps++) {
		rig->now_ns += CLOSE_STEP_NS;
		turn_and_forget(rig);
	}
	wrong = rig_wrong(rig);
	if (wrong == NULL && !is_empty(rig))
		wrong = "a connection or TIME-WAIT entry outlives every timeout";
	pipeline_apps_fini(rig->core);
	if (wrong == NULL && rte_mempool_avail_count(rig->pool) != rig->buffers)
		wrong = "packet buffers are lost, or freed twice";
	rig_abandon(rig);
	return wrong;
}

struct rte_mbuf *
rig_frame(struct rig *rig, const uint8_t *octets, uint32_t bytes)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(rig->pool);
	char *room;

	check(m != NULL);
	room = rte_pktmbuf_append(m, (uint16_t)bytes);
	check(room != NULL);
	memcpy(room, octets, bytes);
	m->port = 0;
	return m;
}

uint32_t
rig_turn(struct rig *rig, struct rte_mbuf **frames, uint32_t count)
{
	return pipeline_poll(rig->core, rig->now_ns, frames, count, TEXT_ROOM);
}

void
rig_watch_buffers(struct rig *rig)
{
	uint32_t low = rig->core->tcp.buffers_short ? RIG_BUFFERS / 4 : RIG_BUFFERS / 8;

	rig->core->tcp.buffers_short = rte_mempool_avail_count(rig->pool) <= low;
}

uint32_t
rig_flow(const struct rig *rig, const struct wire_path *path)
{
	const struct tcp_engine *tcp = &rig->core->tcp;
	struct flow_key key = key_of(path);

	return flow_pool_lookup(&tcp->flows, flow_hash_of(&tcp->flow_hash, &key), &key);
}

enum tcp_state
rig_state(const struct rig *rig, const struct wire_path *path)
{
	const struct tcp_engine *tcp = &rig->core->tcp;
	struct flow_key key = key_of(path);
	uint64_t hash = flow_hash_of(&tcp->flow_hash, &key);
	uint32_t flow = flow_pool_lookup(&tcp->flows, hash, &key);

	if (flow != FLOW_NONE)
		return tcp_engine_tcb(tcp, flow)->state;
	if (time_wait_table_lookup(&tcp->time_wait, hash) != TIME_WAIT_NONE)
		return TCPS_TIME_WAIT;
	return TCPS_CLOSED;
}
