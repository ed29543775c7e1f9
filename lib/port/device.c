/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Ethernet devices: configuration, start and end.
 *
 * The trap: a set-up call that returns -ENOTSUP usually means "this driver has
 * no such switch", not that what we want is off.  Promiscuity, multicast and
 * MTU are therefore asked for, then judged by the outcome.
 */
#include "device.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_dev.h>
#include <rte_errno.h>
#include <rte_ethdev.h>

#include "driver_traits.h"
#include "notice.h"
#include "pci_address.h"
#include "rss.h"
#include "secrets.h"
#include "syn_queue.h"
#include "tcp_config.h"

#define LINK_WAIT_MS	 1000
#define LINK_POLL_MS	 10
#define KEPT_BUFFERS	 4096 /* per queue: net_af_xdp's fill and send rings */
#define DRAIN_BURST	 64
#define DRAIN_BURSTS_MAX 4096

/* The device's name as EAL knows it: what stands before its arguments. */
static int
find_port(const char *device, uint16_t *port_id)
{
	char name[WEIR_TEXT_BYTES];

	if (!pci_address_normalize(device, name, sizeof(name)))
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(device, ","), device);
	if (rte_eth_dev_get_port_by_name(name, port_id) == 0)
		return 0;
	/* A program that started EAL by itself may not have named the device there. */
	if (rte_dev_probe(device) != 0)
		return -ENODEV;
	return rte_eth_dev_get_port_by_name(name, port_id);
}

static int
read_mac(struct device *device)
{
	struct rte_ether_addr mac;
	int error = rte_eth_macaddr_get(device->port_id, &mac);

	if (error != 0)
		return error;
	if (rte_is_zero_ether_addr(&mac)) { /* net_ring has none */
		rte_eth_random_addr(mac.addr_bytes);
		device->has_own_mac = true;
	}
	if ((driver_traits(device->driver) & DRIVER_SHARES_MAC) != 0) {
		mac.addr_bytes[0] ^= 0x04;
		device->has_own_mac = true;
	}
	memcpy(device->mac, mac.addr_bytes, sizeof(device->mac));
	return 0;
}

int
device_open(struct device *device, const struct device_wish *wish, const struct refusal *refusal)
{
	const struct weir_port_config *config = wish->config;
	struct rte_eth_dev_info *info = &device->capabilities;
	int error;

	memset(device, 0, sizeof(*device));
	device->wish = *wish;
	if (find_port(config->device, &device->port_id) != 0)
		return refuse(refusal, -ENODEV, "[port %s] device: there is no %s", config->name,
			      config->device);
	if (device->port_id >= TCP_PORTS_MAX)
		return refuse(refusal, -ENOTSUP,
			      "[port %s] device: %s is DPDK's port %u; allowed: 0 to %d",
			      config->name, config->device, device->port_id, TCP_PORTS_MAX - 1);
	error = rte_eth_dev_info_get(device->port_id, info);
	snprintf(device->driver, sizeof(device->driver), "%s",
		 error != 0 || info->driver_name == NULL ? "?" : info->driver_name);
	if (error == 0)
		error = read_mac(device);
	if (error != 0)
		return refuse(refusal, error, "[port %s] device: %s does not answer: %s",
			      config->name, config->device, rte_strerror(-error));
	device->socket_id = rte_eth_dev_socket_id(device->port_id);
	device->is_open = true;
	return device_plan_make(&device->plan, wish, info, refusal);
}

static int
try_plan(struct device *device)
{
	const struct device_plan *plan = &device->plan;
	struct rte_eth_conf conf = {0};

	conf.rxmode.mtu = plan->mtu;
	conf.rxmode.offloads = plan->rx_offloads;
	conf.txmode.offloads = plan->tx_offloads;
	if (plan->steering == STEERING_RSS) {
		conf.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
		rss_fill(&conf.rx_adv_conf.rss_conf, plan, device->rss_key);
	}
	return rte_eth_dev_configure(device->port_id, plan->rx_queues, plan->tx_queues, &conf);
}

/* The MTU at configuration is a promise about frames; some interfaces must be told as well. */
static int
set_mtu(const struct device *device, const struct refusal *refusal)
{
	const struct weir_port_config *config = device->wish.config;
	int error = rte_eth_dev_set_mtu(device->port_id, device->plan.mtu);
	uint16_t mtu = 0;

	if (error == 0)
		return 0;
	if (rte_eth_dev_get_mtu(device->port_id, &mtu) == 0 && mtu == device->plan.mtu)
		return 0;
	return refuse(refusal, error, "[port %s] mtu: the device refuses %u: %s", config->name,
		      config->mtu, rte_strerror(-error));
}

int
device_configure(struct device *device, const struct refusal *refusal)
{
	const struct weir_port_config *config = device->wish.config;
	int error = secrets_random(device->rss_key, sizeof(device->rss_key));

	if (error != 0)
		return refuse(refusal, error, "[port %s] device: no random RSS key to be had: %s",
			      config->name, rte_strerror(-error));
	while ((error = try_plan(device)) != 0) {
		const char *given_up =
			device_plan_relax(&device->plan, &device->wish, &device->capabilities);

		if (given_up == NULL)
			return refuse(refusal, error,
				      "[port %s] device: %s refuses its configuration: %s",
				      config->name, config->device, rte_strerror(-error));
		notice("port %s: %s refuses %s; going on without", config->name, device->driver,
		       given_up);
	}
	device->rx_descriptors = config->rx_descriptors;
	device->tx_descriptors = config->tx_descriptors;
	error = rte_eth_dev_adjust_nb_rx_tx_desc(device->port_id, &device->rx_descriptors,
						 &device->tx_descriptors);
	if (error != 0)
		return refuse(refusal, error, "[port %s] descriptors: the device refuses them: %s",
			      config->name, rte_strerror(-error));
	return set_mtu(device, refusal);
}

static unsigned int
queue_socket(const struct device *device)
{
	return device->socket_id < 0 ? (unsigned int)SOCKET_ID_ANY
				     : (unsigned int)device->socket_id;
}

static int
setup_rx(const struct device *device, struct rte_mempool *rx_pool)
{
	struct rte_eth_rxconf conf = device->capabilities.default_rxconf;

	conf.offloads = device->plan.rx_offloads;
	/* One slow worker must not hold up the others' queues. */
	conf.rx_drop_en = device->plan.rx_queues > 1;
	for (uint16_t queue = 0; queue < device->plan.rx_queues; queue++) {
		int error = rte_eth_rx_queue_setup(device->port_id, queue, device->rx_descriptors,
						   queue_socket(device), &conf, rx_pool);

		if (error != 0)
			return error;
	}
	return 0;
}

static int
setup_tx(const struct device *device)
{
	struct rte_eth_txconf conf = device->capabilities.default_txconf;

	conf.offloads = device->plan.tx_offloads;
	for (uint16_t queue = 0; queue < device->plan.tx_queues; queue++) {
		int error = rte_eth_tx_queue_setup(device->port_id, queue, device->tx_descriptors,
						   queue_socket(device), &conf);

		if (error != 0)
			return error;
	}
	return 0;
}

/* `error` is what asking for it brought.  What may be without one goes on so, and says why. */
static int
settle_syn_queue(struct device *device, int error, const struct refusal *refusal)
{
	if (error == 0)
		return 0;
	if (device->wish.config->syn_queue == WEIR_SYN_QUEUE_ON)
		return refuse(refusal, error, "[port %s] syn_queue: on cannot be had, %s",
			      device->wish.config->name, device->syn_queue_refusal);
	device->plan.has_syn_queue = false;
	device->plan.syn_queue_obstacle = device->syn_queue_refusal;
	return 0;
}

/* Once refused, the second queue is there already; it is polled like the first. */
static int
ask_for_syn_queue(struct device *device, const struct refusal *refusal)
{
	if (!device->plan.has_syn_queue)
		return 0;
	return settle_syn_queue(device,
				syn_queue_validate(device->port_id, &device->wish,
						   device->syn_queue_refusal,
						   sizeof(device->syn_queue_refusal)),
				refusal);
}

int
device_setup_queues(struct device *device, struct rte_mempool *rx_pool,
		    const struct refusal *refusal)
{
	const char *direction = "receive";
	int error = setup_rx(device, rx_pool);

	if (error == 0) {
		direction = "send";
		error = setup_tx(device);
	}
	if (error != 0)
		return refuse(refusal, error, "[port %s] device: %s refuses a %s queue: %s",
			      device->wish.config->name, device->wish.config->device, direction,
			      rte_strerror(-error));
	return ask_for_syn_queue(device, refusal);
}

/*
 * What must reach us beside our own unicast address.  ARP is broadcast;
 * neighbour solicitations go to one multicast group per address.
 */
static void
open_filters(const struct device *device)
{
	const char *name = device->wish.config->name;
	int error;

	if (device->wish.config->promiscuous || device->has_own_mac) {
		error = rte_eth_promiscuous_enable(device->port_id);
		if (error != 0)
			warning("port %s: cannot be made promiscuous: %s", name,
				rte_strerror(-error));
	}
	if (!device->wish.has_ipv6)
		return;
	if (rte_eth_allmulticast_enable(device->port_id) == 0 ||
	    rte_eth_promiscuous_enable(device->port_id) == 0)
		return;
	warning("port %s: %s lets no multicast in on request; neighbour discovery may not arrive",
		name, device->driver);
}

static void
wait_for_link(struct device *device)
{
	for (int ms = 0; ms < LINK_WAIT_MS; ms += LINK_POLL_MS) {
		device_update_link(device);
		if (device->link_is_up)
			return;
		rte_delay_us_sleep(LINK_POLL_MS * 1000);
	}
	notice("port %s: the link is down so far", device->wish.config->name);
}

/* What drivers promise before the start and what they do after it differ. */
static void
confirm_rss_key(struct device *device)
{
	struct device_plan *plan = &device->plan;

	if (plan->steering != STEERING_RSS || plan->rss_key_bytes == 0 ||
	    rss_confirm_key(device->port_id, plan, device->rss_key))
		return;
	plan->rss_key_bytes = 0;
	warning("port %s: %s keeps an RSS key of its own; who knows it can aim at one worker",
		device->wish.config->name, device->driver);
}

static int
start_syn_queue(struct device *device, const struct refusal *refusal)
{
	if (!device->plan.has_syn_queue)
		return 0;
	return settle_syn_queue(device,
				syn_queue_create(device->port_id, &device->wish,
						 device->syn_queue_refusal,
						 sizeof(device->syn_queue_refusal)),
				refusal);
}

int
device_start(struct device *device, const struct refusal *refusal)
{
	int error = rte_eth_dev_start(device->port_id);

	if (error != 0)
		return refuse(refusal, error, "[port %s] device: %s does not start: %s",
			      device->wish.config->name, device->wish.config->device,
			      rte_strerror(-error));
	device->is_started = true;
	confirm_rss_key(device);
	error = start_syn_queue(device, refusal);
	if (error != 0)
		return error;
	open_filters(device);
	wait_for_link(device);
	return 0;
}

bool
device_update_link(struct device *device)
{
	struct rte_eth_link link = {0};
	bool was_up = device->link_is_up;

	if (rte_eth_link_get_nowait(device->port_id, &link) == 0)
		device->link_is_up = link.link_status == RTE_ETH_LINK_UP;
	return device->link_is_up != was_up;
}

uint32_t
device_buffers_kept(const struct device *device)
{
	if ((driver_traits(device->driver) & DRIVER_KEEPS_BUFFERS) == 0)
		return 0;
	return KEPT_BUFFERS * device->plan.rx_queues;
}

/* Some devices (net_ring) keep what nobody received and never give it back. */
static void
drain(const struct device *device)
{
	struct rte_mbuf *frames[DRAIN_BURST];

	for (uint16_t queue = 0; queue < device->plan.rx_queues; queue++) {
		for (int burst = 0; burst < DRAIN_BURSTS_MAX; burst++) {
			uint16_t count =
				rte_eth_rx_burst(device->port_id, queue, frames, RTE_DIM(frames));

			rte_pktmbuf_free_bulk(frames, count);
			if (count == 0)
				break;
		}
	}
}

void
device_close(struct device *device)
{
	if (device->is_started) {
		drain(device);
		if (rte_eth_dev_stop(device->port_id) != 0)
			warning("port %s: does not stop", device->wish.config->name);
		device->is_started = false;
	}
	if (device->is_open && rte_eth_dev_close(device->port_id) != 0)
		warning("port %s: does not close", device->wish.config->name);
	device->is_open = false;
}
