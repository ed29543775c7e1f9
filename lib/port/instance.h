/* SPDX-License-Identifier: BSD-3-Clause */

/* All that a weir instance consists of, in the order in which it comes to life. */
#ifndef WEIR_PORT_INSTANCE_H
#define WEIR_PORT_INSTANCE_H

#include <stdbool.h>
#include <stdint.h>

#include "buffers.h"
#include "device.h"
#include "listener_table.h"
#include "neigh_dad.h"
#include "source_list.h"
#include "steering.h"
#include "tcp_config.h"
#include "worker.h"
#include "weir/weir.h"

struct homing;
struct homing_spread;

/* What a device itself has thrown away. */
struct device_losses {
	uint64_t rx_missed;  /* no worker fetched them in time */
	uint64_t rx_no_mbuf; /* there was no buffer to receive into */
	uint64_t rx_errors;
	uint64_t tx_errors;
};

struct weir {
	struct crew_state crew;
	struct weir_config config;
	uint64_t now_ns; /* as the main thread read the clock last */

	struct device devices[WEIR_PORTS_MAX]; /* by index in config.ports */
	uint32_t device_count;
	struct device_losses losses[WEIR_PORTS_MAX]; /* as last seen */

	struct buffer_pool rx_pools[WEIR_PORTS_MAX];
	int rx_pool_sockets[WEIR_PORTS_MAX];
	uint32_t rx_pool_count;

	struct listener_table *listeners;
	const struct weir_app_ops *app_ops[WEIR_LISTENERS_MAX];
	const char *app_args[WEIR_LISTENERS_MAX];

	struct dad dad; /* shared by the workers */
	uint32_t conflicts_told;
	uint64_t conflicts_ns; /* when that was */

	struct source_list sources;
	struct tcp_config tcp;
	struct tcp_secrets secrets;
	struct steering steering;

	struct homing_spread *spreads[WEIR_PORTS_MAX]; /* by device; NULL: it spreads by no RSS */
	struct homing *homings;			       /* by worker; NULL with one */

	struct worker *workers[WEIR_CORES_MAX];
	uint32_t worker_count;

	bool is_running;
	bool is_at_rest;	   /* stopped: buffers_lost is known */
	uint32_t buffers_at_start; /* held by descriptors before the first packet */
	uint32_t buffers_lost;
	uint64_t cookie_mode_entered; /* over all workers, as last reported */
	uint64_t cookie_mode_left;
	uint64_t balance_ns; /* when the period of the next two began */
	uint64_t balance_packets[WEIR_CORES_MAX];
	uint32_t overtaxed; /* the worker that got too much in the last one, or BALANCE_NONE */
};

/* Buffers held by anybody, in all pools. */
uint32_t instance_buffers_held(const struct weir *weir);

/* Ask the devices what they have thrown away; they keep no count once closed. */
void instance_read_losses(struct weir *weir);

#endif
