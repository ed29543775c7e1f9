/* SPDX-License-Identifier: BSD-3-Clause */

#include "bench_core.h"

#include <stdlib.h>

#include "check.h"
#include "units.h"

static const struct local_address addresses[] = {
	{.addr.word = {0, 0, RTE_BE32(0xffff), RTE_BE32(0xc0000201)},
	 .mac = {2, 0, 0, 0, 0, 1},
	 .vlan_id = VLAN_NONE,
	 .port = 0,
	 .prefix_bits = 24},
	{.addr.word = {RTE_BE32(0x20010db8), 0, 0, RTE_BE32(1)},
	 .mac = {2, 0, 0, 0, 0, 1},
	 .vlan_id = VLAN_NONE,
	 .port = 0,
	 .prefix_bits = 64},
	{.addr.word = {0, 0, RTE_BE32(0xffff), RTE_BE32(0xc6336401)},
	 .mac = {2, 0, 0, 0, 0, 1},
	 .vlan_id = 7,
	 .port = 0,
	 .prefix_bits = 24},
	{.addr.word = {0, 0, RTE_BE32(0xffff), RTE_BE32(0xcb007101)},
	 .mac = {2, 0, 0, 0, 0, 0x11},
	 .vlan_id = VLAN_NONE,
	 .port = 1,
	 .prefix_bits = 24},
	{.addr.word = {RTE_BE32(0x20010db8), RTE_BE32(7), 0, RTE_BE32(1)},
	 .mac = {2, 0, 0, 0, 0, 1},
	 .vlan_id = 7,
	 .port = 0,
	 .prefix_bits = 64},
};

static struct tcp_config config = {
	.ports = {{.mtu = 1500}, {.mtu = 1500}},
	.flows_max = BENCH_FLOWS,
	.time_wait_max = 64,
	.transfers_max = 64,
	.reassembly_segments_max = 8,
	.receive_buffer = 65535,
	.send_buffer = 65535,
	.rto_min_us = 200000,
	.rto_max_us = 60000000,
	.retransmit_ticks = 100000,
	.time_wait_ticks = 60000,
	.fin_wait_2_ticks = 60000,
	.ttl = 64,
	.rst_rate = 1000,
	.challenge_ack_rate = 1000,
	.cookies = TCP_COOKIES_ALWAYS,
	.syn_queue_max = 16,
	.prefix_ipv4_bits = 24,
	.prefix_ipv6_bits = 64,
};

static struct listener_table *
listeners_init(void)
{
	static struct listener_table *listeners;

	if (listeners == NULL)
		listeners = malloc(listener_table_bytes());
	check(listeners != NULL);
	listener_table_init(listeners);
	for (uint32_t i = 0; i < RTE_DIM(addresses); i++)
		check(listener_table_add_address(listeners, &addresses[i]) == (int)i);
	check(listener_table_add_listener(listeners, &(struct listener){.app = 0}) == 0);
	check(listener_table_bind(listeners, 0, 0, 80) == 0);
	check(listener_table_bind(listeners, 0, 1, 80) == 0);
	check(listener_table_bind(listeners, 0, 2, 80) == 0);
	check(listener_table_bind(listeners, 0, 3, 8080) == 0);
	check(listener_table_bind(listeners, 0, 4, 80) == 0);
	return listeners;
}

enum prf_kind bench_core_kind = PRF_SIPHASH;
uint32_t bench_core_prefix_flows;

static struct weir_core *
set_up(const struct weir_app_ops *ops)
{
	struct tcp_secrets secrets = {
		.cookie_count = 1,
		.kind = bench_core_kind,
		.rng_seed = 1,
	};
	static struct weir_core core;
	static void *memory;
	const char *args = "";

	config.prefix_flows = bench_core_prefix_flows;
	free(memory);
	memory = aligned_alloc(64, (pipeline_bytes(&config) + 63) & ~(size_t)63);
	check(memory != NULL);
	pipeline_init(&core, memory, &config, &secrets, listeners_init(), NULL, 0, NS_PER_SECOND,
		      1000 * NS_PER_SECOND);
	if (ops != NULL)
		check(pipeline_apps_init(&core, &ops, &args, 1) == 0);
	return &core;
}

struct weir_core *
bench_core(const struct weir_app_ops *ops)
{
	config.prefix_replies = 0;
	return set_up(ops);
}

struct weir_core *
bench_core_limited(uint32_t prefix_replies)
{
	config.prefix_replies = prefix_replies;
	return set_up(NULL);
}

uint32_t
bench_flow(struct weir_core *core, uint16_t remote_port)
{
	struct flow_key key = {
		.remote = ip_addr_of_ipv4(RTE_BE32(0xc0000202)),
		.remote_port = remote_port,
		.local_port = 80,
		.local_idx = 0,
	};

	return bench_flow_of(core, &key);
}

uint32_t
bench_flow_of(struct weir_core *core, const struct flow_key *key)
{
	uint64_t hash = flow_hash_of(&core->tcp.flow_hash, key);
	uint32_t idx = flow_pool_create(&core->tcp.flows, hash, key);

	check(idx != FLOW_NONE);
	flow_pool_get(&core->tcp.flows, idx)->vlan_id = addresses[key->local_idx].vlan_id;
	core->tcp.listener_flows[0]++;
	*tcp_engine_tcb(&core->tcp, idx) = (struct tcp_tcb){
		.transfer = TCP_TRANSFER_NONE,
		.flags = TCB_OPENED,
		.state = TCPS_ESTABLISHED,
		.mss = 1460,
	};
	return idx;
}
