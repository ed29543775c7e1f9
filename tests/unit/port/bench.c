/* SPDX-License-Identifier: BSD-3-Clause */

#include "bench.h"

#include "test.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_eth_ring.h>
#include <rte_mbuf.h>

#include "check.h"

#define RING_FRAMES	4096
#define BUFFERS		8191
#define PATIENCE_S	20
#define WORKERS_MAX	2
#define CLIENT_PORT_MIN 10000

struct bench_calls bench_calls;

static int
echo_init(struct weir_core *core, const char *args, void **state)
{
	(void)core, (void)args;
	*state = NULL;
	if (bench_calls.init_error == 0)
		bench_calls.init++;
	return bench_calls.init_error;
}

static void
echo_fini(struct weir_core *core, void *state)
{
	(void)core, (void)state;
	bench_calls.fini++;
}

static int
echo_open(struct weir_core *core, struct weir_conn *conn, void *state)
{
	(void)core, (void)conn, (void)state;
	bench_calls.open++;
	return 0;
}

static void
echo_data(struct weir_core *core, struct weir_conn *conn, struct rte_mbuf *chain, void *state)
{
	(void)state;
	if (weir_conn_send(core, conn, chain) != 0)
		rte_pktmbuf_free(chain);
}

static void
echo_close(struct weir_core *core, struct weir_conn *conn, enum weir_close_reason reason,
	   void *state)
{
	(void)core, (void)conn, (void)state;
	bench_calls.close[reason]++;
}

static const struct weir_app_ops echo = {
	.version = WEIR_APP_VERSION,
	.name = "echo",
	.init = echo_init,
	.fini = echo_fini,
	.on_open = echo_open,
	.on_data = echo_data,
	.on_close = echo_close,
};

/* The CPUs we were given at first: EAL pins this thread to one of them. */
static cpu_set_t *
given_cpus(void)
{
	static cpu_set_t cpus;
	static bool is_known;

	if (!is_known)
		check(sched_getaffinity(0, sizeof(cpus), &cpus) == 0);
	is_known = true;
	return &cpus;
}

bool
bench_has_cpus(uint32_t workers)
{
	return CPU_COUNT(given_cpus()) >= (int)workers;
}

static uint16_t
cpu_number(uint32_t number)
{
	uint16_t cpu = 0;

	while (!CPU_ISSET(cpu, given_cpus()) || number-- > 0)
		cpu++;
	return cpu;
}

/* One lcore for main, and one for each worker there may be. */
static void
start_eal(void)
{
	static char arguments[][64] = {
		"test",	    "--no-huge",      "--no-shconf",	     "-m",	 "512",
		"--no-pci", "--no-telemetry", "--log-level=*:error", "--lcores", "",
	};
	static char *argv[RTE_DIM(arguments) + 1];
	static bool is_started;
	char *lcores = arguments[RTE_DIM(arguments) - 1];

	if (is_started)
		return;
	snprintf(lcores, sizeof(arguments[0]), "0@%u,1@%u", cpu_number(0), cpu_number(0));
	if (bench_has_cpus(WORKERS_MAX))
		snprintf(lcores + strlen(lcores), sizeof(arguments[0]) - strlen(lcores), ",2@%u",
			 cpu_number(1));
	for (size_t i = 0; i < RTE_DIM(arguments); i++)
		argv[i] = arguments[i];
	check(rte_eal_init(RTE_DIM(arguments), argv) >= 0);
	check(sched_setaffinity(0, sizeof(cpu_set_t), given_cpus()) == 0);
	is_started = true;
}

/* Names must be new each time: DPDK keeps a device's for as long as it likes. */
static void
lay_wire(struct bench *bench)
{
	static unsigned int number;
	char name[24];

	snprintf(name, sizeof(name), "wire_in_%u", ++number);
	bench->to_weir = rte_ring_create(name, RING_FRAMES, SOCKET_ID_ANY, RING_F_SP_ENQ);
	snprintf(name, sizeof(name), "wire_out_%u", number);
	bench->from_weir = rte_ring_create(name, RING_FRAMES, SOCKET_ID_ANY, RING_F_SC_DEQ);
	snprintf(name, sizeof(name), "wire_pool_%u", number);
	bench->pool = rte_pktmbuf_pool_create(name, BUFFERS, 0, 0, RTE_MBUF_DEFAULT_BUF_SIZE,
					      SOCKET_ID_ANY);
	check(bench->to_weir != NULL && bench->from_weir != NULL && bench->pool != NULL);
	bench->buffers = rte_mempool_avail_count(bench->pool);
	snprintf(name, sizeof(name), "wire%u", number);
	check(rte_eth_from_rings(name, &bench->to_weir, 1, &bench->from_weir, 1,
				 (unsigned int)SOCKET_ID_ANY) >= 0);
	snprintf(bench->config.ports[0].device, sizeof(bench->config.ports[0].device),
		 "net_ring_%s", name);
}

static void
configure(struct weir_config *config, uint32_t workers)
{
	static const uint8_t ipv4[16] = {[10] = 0xff, 0xff, 192, 0, 2, 1};
	static const uint8_t ipv6[16] = {0x20, 1, 0xd, 0xb8, [15] = 1};

	config->core_count = workers;
	for (uint32_t i = 0; i < workers; i++)
		config->cores[i] = cpu_number(i);
	config->main_core = cpu_number(0);
	snprintf(config->ports[0].name, sizeof(config->ports[0].name), "wire");
	config->ports[0].dad = false; /* no test waits a second for its address */
	config->port_count = 1;
	snprintf(config->addresses[0].name, sizeof(config->addresses[0].name), "v4");
	memcpy(config->addresses[0].address, ipv4, sizeof(ipv4));
	config->addresses[0].prefix_bits = 24;
	snprintf(config->addresses[1].name, sizeof(config->addresses[1].name), "v6");
	memcpy(config->addresses[1].address, ipv6, sizeof(ipv6));
	config->addresses[1].prefix_bits = 128;
	config->address_count = 2;
	snprintf(config->listeners[0].name, sizeof(config->listeners[0].name), "echo");
	snprintf(config->listeners[0].app, sizeof(config->listeners[0].app), "echo");
	config->listeners[0].ops = &echo;
	config->listeners[0].address = UINT16_MAX;
	config->listeners[0].ports[0] = BENCH_PORT;
	config->listeners[0].port_count = 1;
	config->listener_count = 1;
	config->limits.flows = 1024;
	config->limits.time_wait = 1024;
	config->limits.transfers = 256;
	config->limits.buffers = 4096;
}

void
bench_init(struct bench *bench, uint32_t workers)
{
	check(workers <= WORKERS_MAX);
	start_eal();
	memset(bench, 0, sizeof(*bench));
	memset(&bench_calls, 0, sizeof(bench_calls));
	weir_config_init(&bench->config);
	lay_wire(bench);
	configure(&bench->config, workers);
}

void
bench_start(struct bench *bench)
{
	char message[256] = "";

	if (weir_create(&bench->config, &bench->weir, message, sizeof(message)) != 0)
		fail_msg("weir_create: %s", message);
	assert_int_equal(weir_start(bench->weir), 0);
}

struct wire_path
bench_path(const struct bench *bench, bool is_ipv6, uint16_t number)
{
	static const uint8_t client[16] = {0x20, 1, 0xd, 0xb8, [15] = 2};
	struct wire_path path = {
		.vlan_id = VLAN_NONE,
		.mtu = 1500,
		.ttl = 64,
		.is_ipv6 = is_ipv6,
	};

	path.client.addr =
		is_ipv6 ? ip_addr_of_ipv6(client) : ip_addr_of_ipv4(RTE_BE32(0xc0000202));
	path.client.port = (uint16_t)(CLIENT_PORT_MIN + number);
	memcpy(path.client.mac, "\x02\0\0\0\0\xc1", 6);
	path.server.addr = ip_addr_of_ipv6(bench->config.addresses[is_ipv6].address);
	path.server.port = BENCH_PORT;
	memcpy(path.server.mac, bench->weir->devices[0].mac, 6);
	return path;
}

void
bench_send(struct bench *bench, const struct wire_path *path, const char *notation)
{
	static const uint8_t text[1460] = "what is sent comes back";
	struct rte_mbuf *m = rte_pktmbuf_alloc(bench->pool);
	uint8_t octets[FRAME_BYTES_MAX];
	struct segment segment;
	uint32_t bytes;

	assert_null(segment_parse(&segment, notation));
	bytes = segment_frame_write(octets, path, &segment, text);
	assert_non_null(m);
	memcpy(rte_pktmbuf_append(m, (uint16_t)bytes), octets, bytes);
	assert_int_equal(rte_ring_enqueue(bench->to_weir, m), 0);
}

/* The next frame, whosesoever; false if there is none now. */
static bool
take_frame(struct bench *bench, uint8_t octets[FRAME_BYTES_MAX], uint32_t *bytes)
{
	struct rte_mbuf *m;
	const void *whole;

	if (rte_ring_dequeue(bench->from_weir, (void **)&m) != 0)
		return false;
	*bytes = rte_pktmbuf_pkt_len(m);
	assert_true(*bytes <= FRAME_BYTES_MAX);
	whole = rte_pktmbuf_read(m, 0, *bytes, octets);
	if (whole != octets)
		memcpy(octets, whole, *bytes);
	rte_pktmbuf_free(m);
	return true;
}

void
bench_receive(struct bench *bench, const struct wire_path *path, struct segment *segment)
{
	time_t deadline = time(NULL) + PATIENCE_S;
	static uint8_t octets[FRAME_BYTES_MAX];
	const uint8_t *text;
	const char *fault;
	uint32_t bytes;

	for (;;) {
		if (time(NULL) > deadline)
			fail_msg("no frame came within %d s", PATIENCE_S);
		if (!take_frame(bench, octets, &bytes))
			rte_delay_us_sleep(100);
		else if (segment_frame_is_for(octets, bytes, path))
			break;
	}
	fault = segment_frame_read(octets, bytes, path, segment, &text);
	if (fault != NULL)
		fail_msg("a frame from weir: %s", fault);
}

uint32_t
bench_connect(struct bench *bench, const struct wire_path *path)
{
	struct segment segment;
	char notation[128];

	bench_send(bench, path, "S 0:0(0) win 65535 <mss 1400>");
	bench_receive(bench, path, &segment);
	assert_int_equal(segment.flags, TH_SYN | TH_ACK);
	assert_int_equal(segment.ack.value, 1);
	snprintf(notation, sizeof(notation), ". 1:1(0) ack %u win 65535", segment.seq.value + 1);
	bench_send(bench, path, notation);
	return segment.seq.value;
}

static void
free_ring(struct rte_ring *ring)
{
	void *m;

	while (rte_ring_dequeue(ring, &m) == 0)
		rte_pktmbuf_free(m);
	rte_ring_free(ring);
}

/* weir's buffers go back to weir's pools first, ours may have been in its hands. */
void
bench_fini(struct bench *bench)
{
	struct rte_ring *rings[] = {bench->to_weir, bench->from_weir};
	void *m;

	for (size_t i = 0; i < RTE_DIM(rings); i++) {
		while (rte_ring_dequeue(rings[i], &m) == 0)
			rte_pktmbuf_free(m);
	}
	weir_destroy(bench->weir);
	bench->weir = NULL;
	for (size_t i = 0; i < RTE_DIM(rings); i++)
		free_ring(rings[i]);
	assert_int_equal(rte_mempool_avail_count(bench->pool), bench->buffers);
	rte_mempool_free(bench->pool);
}
