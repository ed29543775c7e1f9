/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * How a device is to be used: queues, steering and offloads, chosen from what
 * its driver says it can and what the configuration wants.  Judged on paper;
 * device.c puts it into effect.
 */
#ifndef WEIR_PORT_DEVICE_PLAN_H
#define WEIR_PORT_DEVICE_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_ethdev.h>

#include "refusal.h"
#include "weir/config.h"

/* The longest RSS key any driver wants is 52 octets today. */
#define RSS_KEY_BYTES_MAX 128

enum steering_kind {
	STEERING_NONE,	   /* one worker: nothing to steer */
	STEERING_RSS,	   /* worker i has the port's receive queue i */
	STEERING_SOFTWARE, /* one worker receives and hands packets on */
};

struct device_wish {
	const struct weir_port_config *config;
	uint32_t workers;
	bool has_ipv4; /* addresses on this port */
	bool has_ipv6;
	bool puts_together; /* fragments: what they make must find its worker by itself */
};

struct device_plan {
	enum steering_kind steering;
	const char *steering_reason;
	uint16_t rx_queues;
	uint16_t tx_queues; /* queue i is worker i's; there may be fewer than workers, or more */
	uint16_t mtu;
	uint64_t rx_offloads; /* RTE_ETH_RX_OFFLOAD_, TX_ below */
	uint64_t tx_offloads;
	uint64_t rss_types;    /* RTE_ETH_RSS_; 0 without RSS */
	uint8_t rss_key_bytes; /* 0: the driver's own key */
	bool has_syn_queue;		/* SYN_QUEUE */
	const char *syn_queue_obstacle; /* where it has none and one is wanted */
};

/* 0, or -ENOTSUP and a sentence where the device cannot do what the configuration insists on. */
int device_plan_make(struct device_plan *plan, const struct device_wish *wish,
		     const struct rte_eth_dev_info *info, const struct refusal *refusal);

/*
 * The driver refused `plan`: give up one thing that weir can do without.
 * Returns what, for the log, or NULL when nothing is left to give up.
 */
const char *device_plan_relax(struct device_plan *plan, const struct device_wish *wish,
			      const struct rte_eth_dev_info *info);

#endif
