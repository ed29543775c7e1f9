/* SPDX-License-Identifier: BSD-3-Clause */

/* A port of the configuration as an Ethernet device of DPDK. */
#ifndef WEIR_PORT_DEVICE_H
#define WEIR_PORT_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_mempool.h>

#include "device_plan.h"
#include "refusal.h"

struct device {
	struct device_wish wish;
	struct device_plan plan;
	struct rte_eth_dev_info capabilities;
	char driver[32];
	uint16_t port_id;
	int socket_id; /* NUMA node, or SOCKET_ID_ANY */
	uint8_t rss_key[RSS_KEY_BYTES_MAX];
	char syn_queue_refusal[128]; /* in the device's words */
	uint8_t mac[6];		     /* ours, on the wire */
	bool has_own_mac;	     /* it is not the one the device filters by */
	uint16_t rx_descriptors;     /* per queue, as the driver rounds them */
	uint16_t tx_descriptors;
	bool is_open; /* to be closed */
	bool is_started;
	bool link_is_up;
};

/* Find (or probe) the device that wish->config names and plan its use.  Changes nothing in it. */
int device_open(struct device *device, const struct device_wish *wish,
		const struct refusal *refusal);

/* Configure it by its plan, or by what the driver accepts of it; no queue is set up yet. */
int device_configure(struct device *device, const struct refusal *refusal);

/*
 * Set up its queues, which take buffers from `rx_pool`, and ask whether it would
 * fill SYN_QUEUE.
 */
int device_setup_queues(struct device *device, struct rte_mempool *rx_pool,
			const struct refusal *refusal);

/* Let packets flow. */
int device_start(struct device *device, const struct refusal *refusal);

/* True if the link has changed since the last call. */
bool device_update_link(struct device *device);

/* How many buffers its driver may keep for ever when it is closed. */
uint32_t device_buffers_kept(const struct device *device);

/* Throw away what waits in the receive queues, then stop and close. */
void device_close(struct device *device);

#endif
