/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * One worker: a weir_core, the queues and rings it receives from, and the lanes
 * its frames leave by.  It runs on one lcore and shares nothing with the others
 * but single-producer single-consumer rings and struct crew_state.
 *
 * How received packets are counted where software steers: a packet counts as
 * received (rx_packets) by the worker whose pipeline gets it, its owner, and by
 * the receiving worker only as steered_out.  What is not handed over counts as
 * received and dropped (steer_ring_full, steer_ring_reserved) by the receiver.
 * So rx_packets = rx_served + drops holds for every worker and over all.
 */
#ifndef WEIR_PORT_WORKER_H
#define WEIR_PORT_WORKER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <rte_ring.h>

#include "buffers.h"
#include "clock.h"
#include "key_roll.h"
#include "pipeline.h"
#include "steering.h"
#include "tx_lane.h"
#include "weir/config.h"

#define NEIGH_BOARD_PLACES 1024 /* neigh_news.h; a power of two */
#define WORKER_SOURCES_MAX 256
#define WORKER_RELAYS_MAX  (TCP_PORTS_MAX * WEIR_CORES_MAX)

/* Where frames come from: a queue of a device, or a ring from another worker. */
struct rx_source {
	struct rte_ring *ring; /* NULL: a queue */
	uint16_t port_id;
	uint16_t queue;
	bool is_steered;	   /* its frames may belong to other workers */
	uint32_t shed_descriptors; /* its length, where it may be shed from in overload; else 0 */

	uint64_t packets;  /* taken from it */
	uint64_t unbroken; /* of these, since it was last seen empty */
	bool is_overloaded;
	uint64_t shed_ns; /* when overload began, or something was last shed */
};

/* Frames of one burst for another worker, by RANK_SEGMENT or not. */
struct handover {
	struct rte_ring *ring;
	uint32_t segment_count;
	uint32_t other_count;
	struct rte_mbuf *segments[PIPELINE_BURST_MAX];
	struct rte_mbuf *others[PIPELINE_BURST_MAX];
};

/* Frames other workers send by a queue of ours. */
struct tx_relay {
	struct rte_ring *ring;
	struct tx_lane *lane;
};

/* How far a worker is in coming to an end. */
enum farewell {
	FAREWELL_TELL,	 /* each flow gets its RST or FIN */
	FAREWELL_GRACE,	 /* flows with a FIN end by themselves */
	FAREWELL_RESET,	 /* those that did not get a RST */
	FAREWELL_FLUSH,	 /* the last frames leave */
	FAREWELL_DEAF,	 /* we receive no more; others may still hand packets to us */
	FAREWELL_SILENT, /* we send no more; others may still send by a queue of ours */
	FAREWELL_DONE,
};

/* What main and the workers tell each other. */
struct crew_state {
	struct clock clock;
	struct key_roll keys;
	uint32_t workers;
	enum weir_stop_policy stop_policy;
	uint64_t stop_grace_ns;
	_Atomic bool stop_is_wanted;
	_Atomic uint32_t deaf_count;   /* workers that receive from no device any more */
	_Atomic uint32_t silent_count; /* workers that send nothing any more */
	struct rte_ring
		*neigh_news[WEIR_CORES_MAX]; /* by worker, see neigh_news.h; NULL: one worker */
	_Atomic uint32_t neigh_asked[NEIGH_BOARD_PLACES]; /* ticks */
	struct rte_ring *strays[WEIR_CORES_MAX]; /* by worker, see strays.h; NULL: not needed */
};

struct worker {
	struct weir_core *core;
	struct crew_state *crew;
	uint64_t now_ns;
	uint32_t until_watch; /* see watch() in worker.c */
	uint32_t next_source;
	uint32_t source_count;
	uint32_t relay_count;
	bool shares_cpu;		      /* with the main thread: make way for it when idle */
	struct tx_lane *lanes[TCP_PORTS_MAX]; /* by DPDK port id */
	struct rx_source sources[WORKER_SOURCES_MAX];
	uint32_t next_syn_source;
	uint32_t syn_source_count;
	struct rx_source syn_sources[TCP_PORTS_MAX]; /* queues that hold nothing but SYNs */
	struct tx_relay relays[WORKER_RELAYS_MAX];
	const struct steering *steering;
	struct handover *handovers; /* by worker; NULL where this one receives for no other */
	const struct buffer_pool *rx_pools; /* all of them */
	uint32_t rx_pool_count;
	struct buffer_pool tx_pool;

	struct rate_limit news_limit;  /* neigh_news.h */
	_Atomic uint32_t keys_edition; /* of crew->keys, as taken last */

	enum farewell farewell;
	bool is_deaf;
	uint64_t farewell_ns; /* when this step of it is over at the latest */

	uint32_t index;
	uint32_t lcore;
	int socket_id;
	bool is_initialized; /* the applications' init() has been called */
	int init_error;
	void *memory; /* of the pipeline */
	const struct weir_app_ops *const *app_ops;
	const char *const *app_args;
	uint32_t app_count;
};

/* Bodies for rte_eal_remote_launch(), `arg` is the worker: 0, or a negative errno. */
int worker_start_apps(void *arg);
int worker_run(void *arg); /* until the crew is to stop and this worker has */
int worker_end_apps(void *arg);

/* One turn of the loop. */
void worker_turn(struct worker *worker);

/* One step towards the end, before each turn; true when the worker may leave. */
bool worker_farewell(struct worker *worker);

#endif
