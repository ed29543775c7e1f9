/* SPDX-License-Identifier: BSD-3-Clause */

#include "gen_port.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_ethdev.h>

#define EAL_ARGUMENTS_MAX 64
#define POOL_CACHE	  512
#define ROOM_BYTES	  2048 /* memif is faster when a buffer holds one of its own */
#define LINK_POLL_MS	  10

static bool
is_pci_address(const char *device)
{
	unsigned int domain, bus, slot, function;

	return sscanf(device, "%4x:%2x:%2x.%1u", &domain, &bus, &slot, &function) == 4 ||
	       sscanf(device, "%2x:%2x.%1u", &bus, &slot, &function) == 3;
}

/* EAL keeps pointers to its arguments: they live as long as the program. */
static bool
start_eal(const struct gen_options *options)
{
	static char memory[24], cpu[24], more[512];
	static char *arguments[EAL_ARGUMENTS_MAX] = {
		"bench_gen", "--no-telemetry", "--log-level=error", "-m", memory, "-l", cpu};
	int count = 7;

	snprintf(memory, sizeof(memory), "%lu", options->memory);
	snprintf(cpu, sizeof(cpu), "%lu", options->cpu);
	/* Either way nothing is left on disk, and another such process is no trouble. */
	if (options->hugepages) {
		arguments[count++] = "--in-memory";
	} else {
		arguments[count++] = "--no-huge";
		arguments[count++] = "--no-shconf";
	}
	if (!is_pci_address(options->device)) {
		arguments[count++] = "--no-pci";
		arguments[count++] = "--vdev";
	} else {
		arguments[count++] = "-a";
	}
	arguments[count++] = strdup(options->device);
	snprintf(more, sizeof(more), "%s", options->eal != NULL ? options->eal : "");
	for (char *at = strtok(more, " "); at != NULL; at = strtok(NULL, " ")) {
		if (count < EAL_ARGUMENTS_MAX - 1)
			arguments[count++] = at;
	}
	return rte_eal_init(count, arguments) >= 0;
}

static int
start_device(struct gen_port *port, const struct gen_options *options)
{
	struct rte_eth_conf conf = {0};
	uint16_t descriptors = (uint16_t)options->descriptors;
	struct rte_ether_addr mac;
	int error = rte_eth_dev_configure(port->id, 1, 1, &conf);

	if (error == 0)
		error = rte_eth_rx_queue_setup(port->id, 0, descriptors, SOCKET_ID_ANY, NULL,
					       port->pool);
	if (error == 0)
		error = rte_eth_tx_queue_setup(port->id, 0, descriptors, SOCKET_ID_ANY, NULL);
	if (error == 0)
		error = rte_eth_dev_start(port->id);
	if (error == 0)
		error = rte_eth_macaddr_get(port->id, &mac);
	if (error != 0)
		return error;
	port->is_started = true;
	memcpy(port->mac, mac.addr_bytes, sizeof(port->mac));
	/* Its own MAC is what the answers go to; but a tap's is the kernel's end as well. */
	rte_eth_promiscuous_enable(port->id);
	return 0;
}

static bool
wait_for_link(const struct gen_port *port, uint64_t seconds)
{
	struct rte_eth_link link = {0};

	for (uint64_t ms = 0; ms <= seconds * 1000; ms += LINK_POLL_MS) {
		if (rte_eth_link_get_nowait(port->id, &link) == 0 && link.link_status != 0)
			return true;
		rte_delay_us_sleep(LINK_POLL_MS * 1000);
	}
	return false;
}

bool
gen_port_open(struct gen_port *port, const struct gen_options *options)
{
	uint32_t buffers = (uint32_t)RTE_MAX(4 * options->descriptors, UINT64_C(8192));
	char name[RTE_ETH_NAME_MAX_LEN];
	int error;

	memset(port, 0, sizeof(*port));
	if (!start_eal(options)) {
		fprintf(stderr, "bench_gen: EAL does not start: %s\n", rte_strerror(rte_errno));
		return false;
	}
	port->has_eal = true;
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(options->device, ","), options->device);
	error = rte_eth_dev_get_port_by_name(name, &port->id);
	if (error == 0) {
		port->pool =
			rte_pktmbuf_pool_create("received", buffers, POOL_CACHE, 0,
						RTE_PKTMBUF_HEADROOM + ROOM_BYTES, SOCKET_ID_ANY);
		error = port->pool == NULL ? -rte_errno : start_device(port, options);
	}
	if (error != 0) {
		fprintf(stderr, "bench_gen: %s: %s\n", name, rte_strerror(-error));
		return false;
	}
	if (!wait_for_link(port, options->wait)) {
		fprintf(stderr, "bench_gen: %s: no link\n", name);
		return false;
	}
	return true;
}

void
gen_port_close(struct gen_port *port)
{
	if (port->is_started) {
		rte_eth_dev_stop(port->id);
		rte_eth_dev_close(port->id);
	}
	if (port->has_eal)
		rte_eal_cleanup();
}

static uint64_t
octets_of(struct rte_mbuf **frames, uint32_t count)
{
	uint64_t octets = 0;

	for (uint32_t i = 0; i < count; i++)
		octets += frames[i]->pkt_len;
	return octets;
}

uint32_t
gen_port_send(struct gen_port *port, struct gen_batch *batch, bool loses)
{
	uint32_t taken = 0, left;
	uint64_t octets_left;

	while (taken < batch->count) {
		uint16_t sent = rte_eth_tx_burst(port->id, 0, batch->frames + taken,
						 (uint16_t)(batch->count - taken));

		if (sent == 0)
			break;
		taken += sent;
	}
	left = batch->count - taken;
	port->refused += left;
	if (taken == 0 && !loses)
		return 0;
	octets_left = octets_of(batch->frames + taken, left);
	port->sent += taken;
	port->sent_octets += batch->octets - octets_left;
	if (loses) {
		rte_pktmbuf_free_bulk(batch->frames + taken, left);
		port->lost += left;
		left = 0;
		octets_left = 0;
	}
	memmove(batch->frames, batch->frames + taken, left * sizeof(batch->frames[0]));
	batch->count = left;
	batch->octets = octets_left;
	return taken;
}
