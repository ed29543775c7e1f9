/* SPDX-License-Identifier: BSD-3-Clause */

#include "bed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_fib.h>
#include <rte_malloc.h>
#include <rte_mbuf.h>

#include "check.h"
#include "listener_table.h"
#include "units.h"

#define DENIED_NETWORKS 1000
#define TEXT_ROOM	(TCP_TX_MAX - TCP_TX_RESERVE)

const struct local_address bed_servers[BED_NETS] = {
	[BED_IPV4] =
		{
			.addr.word = {0, 0, RTE_BE32(0xffff), RTE_BE32(BED_SERVER_IPV4)},
			.mac = {2, 0, 0, 0, 0, 0x51},
			.vlan_id = VLAN_NONE,
			.prefix_bits = 24,
		},
	[BED_IPV6] =
		{
			.addr.word = {RTE_BE32(0x20010db8), 0, 0, RTE_BE32(80)},
			.mac = {2, 0, 0, 0, 0, 0x51},
			.vlan_id = VLAN_NONE,
			.prefix_bits = 64,
		},
	[BED_VLAN] =
		{
			.addr.word = {0, 0, RTE_BE32(0xffff), RTE_BE32(0xc6336450)},
			.mac = {2, 0, 0, 0, 0, 0x51},
			.vlan_id = 7,
			.prefix_bits = 24,
		},
};

static void
echo(struct weir_core *core, struct weir_conn *conn, struct rte_mbuf *chain, void *state)
{
	(void)state;
	if (weir_conn_send(core, conn, chain) != 0)
		rte_pktmbuf_free(chain);
}

static const struct weir_app_ops echo_ops = {
	.version = WEIR_APP_VERSION,
	.name = "bench-echo",
	.on_data = echo,
};

static void
config_init(struct tcp_config *config, const struct bed_setup *setup)
{
	*config = (struct tcp_config){
		.flows_max = setup->flows_max,
		.time_wait_max = 64,
		.transfers_max = setup->clients,
		.reassembly_segments_max = 64,
		.receive_buffer = 262144,
		.send_buffer = 262144,
		.rto_min_us = 1000000,
		.rto_max_us = 60000000,
		.delayed_ack_ticks = ticks_in_ms(40),
		.retransmit_ticks = ticks_in_ms(100000),
		.time_wait_ticks = ticks_in_ms(1),
		.fin_wait_2_ticks = ticks_in_ms(1000),
		.ttl = 64,
		.rcv_wscale = tcp_config_wscale(262144),
		.timestamps = true,
		.window_scaling = true,
		.sack = true,
		.rst_rate = 0, /* a forged ACK's cost is judging it, not answering it */
		.challenge_ack_rate = 1000,
		.cookies = TCP_COOKIES_ALWAYS,
	};
	config->ports[0] = (struct tcp_port){
		.mtu = 1500,
		.multi_segment = true,
		.offload = {.ipv4_checksum = setup->offload, .tcp_checksum = setup->offload},
	};
}

static struct listener_table *
listen_once(void)
{
	struct listener_table *table = listener_table_init(calloc(1, listener_table_bytes()));
	struct listener listener = {.app = 0};

	check(listener_table_add_listener(table, &listener) == 0);
	for (uint16_t net = 0; net < BED_NETS; net++) {
		check(listener_table_add_address(table, &bed_servers[net]) == net);
		check(listener_table_bind(table, 0, net, BED_SERVER_PORT) == 0);
	}
	return table;
}

static void *
need(void *memory, const char *what)
{
	if (memory == NULL) {
		fprintf(stderr, "bench: no memory for %s; give EAL more with -m\n", what);
		exit(1);
	}
	return memory;
}

static struct rte_mempool *
create_pool(const char *what, const struct bed_setup *setup, uint32_t count)
{
	char name[RTE_MEMPOOL_NAMESIZE];

	snprintf(name, sizeof(name), "%s%u", what, setup->number);
	return need(rte_pktmbuf_pool_create(name, count, 256, 0, RTE_MBUF_DEFAULT_BUF_SIZE,
					    SOCKET_ID_ANY),
		    name);
}

void
bed_open(struct bed *bed, const struct bed_setup *setup)
{
	const struct weir_app_ops *ops = &echo_ops;
	const char *args = "";

	*bed = (struct bed){
		.now_ns = NS_PER_SECOND,
		.secrets = {.cookie_count = 1, .kind = prf_kind_best(), .rng_seed = 1},
	};
	memset(bed->secrets.flow_hash, 0x11, sizeof(bed->secrets.flow_hash));
	memset(bed->secrets.cookie[0], 0x33, sizeof(bed->secrets.cookie[0]));
	config_init(&bed->config, setup);
	bed->listeners = listen_once();
	bed->frames = create_pool("frames", setup, 2 * setup->clients + 1024);
	bed->sent = create_pool("sent", setup, 3 * setup->clients + 4096);
	bed->core = need(rte_zmalloc("core", sizeof(*bed->core), 64), "the core");
	bed->memory = need(rte_zmalloc("flows", pipeline_bytes(&bed->config), 64), "its flows");
	pipeline_init(bed->core, bed->memory, &bed->config, &bed->secrets, bed->listeners,
		      bed->sent, 0, bed->now_ns, NS_PER_SECOND);
	check(pipeline_apps_init(bed->core, &ops, &args, 1) == 0);
}

static void
turn(struct bed *bed)
{
	uint32_t count = pipeline_poll(bed->core, bed->now_ns, NULL, 0, TEXT_ROOM);

	rte_pktmbuf_free_bulk(bed->core->tcp.tx, count);
}

void
bed_clear(struct bed *bed)
{
	while (!pipeline_stop(bed->core, true))
		turn(bed);
	while (bed->core->tcp.flows.used > 0) {
		bed->now_ns += 10 * NS_PER_MS;
		turn(bed);
	}
	bed->core->tcp.is_stopping = false;
	bed->core->stop_next = 0;
}

static struct rte_fib *
denied_networks(void)
{
	struct rte_fib_conf conf = {
		.type = RTE_FIB_DIR24_8,
		.default_nh = SOURCE_UNLISTED,
		.max_routes = DENIED_NETWORKS,
		.dir24_8 = {.nh_sz = RTE_FIB_DIR24_8_1B, .num_tbl8 = 1},
	};
	struct rte_fib *fib = need(rte_fib_create("denied", SOCKET_ID_ANY, &conf), "a list");

	check(rte_fib_add(fib, RTE_IPV4(10, 0, 0, 0), 8, SOURCE_DENIED) == 0);
	for (uint32_t i = 1; i < DENIED_NETWORKS; i++)
		check(rte_fib_add(fib, RTE_IPV4(100, 0, 0, 0) + (i << 12), 20, SOURCE_DENIED) == 0);
	return fib;
}

void
bed_deny_clients(struct bed *bed, bool are_denied)
{
	if (bed->denied.ipv4 == NULL)
		bed->denied.ipv4 = denied_networks();
	bed->config.sources = are_denied ? &bed->denied : NULL;
}

/* Millions of residents hold nothing but the memory that is given back below. */
void
bed_close(struct bed *bed)
{
	if (bed->residents == 0)
		bed_clear(bed);
	pipeline_apps_fini(bed->core);
	rte_free(bed->memory);
	rte_free(bed->core);
	rte_fib_free(bed->denied.ipv4);
	rte_mempool_free(bed->sent);
	rte_mempool_free(bed->frames);
	free(bed->listeners);
}
