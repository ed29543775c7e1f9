/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * One core's packet path, run to completion:
 *
 *	classify -> lookup -> segment -> application -> emit
 *
 * A burst goes through stage by stage, so that each stage finds its cache lines
 * prefetched by the one before.  The core owns no clock and no device: the port
 * layer, or a test, brings packets and time and takes away what is in tx.
 */
#ifndef WEIR_PIPELINE_PIPELINE_H
#define WEIR_PIPELINE_PIPELINE_H

#include <stdint.h>

#include <rte_mbuf.h>

#include "addr_filter.h"
#include "counters.h"
#include "icmp_error.h"
#include "listener_memo.h"
#include "neigh_dad.h"
#include "next_hop.h"
#include "reassembly.h"
#include "tcp_engine.h"
#include "weir/app.h"

#define PIPELINE_BURST_MAX 64
#define PIPELINE_APPS_MAX  256

/* An application as this core runs it. */
struct pipeline_app {
	const struct weir_app_ops *ops;
	void *state; /* what init() stored for this core */
};

/* An ICMP error about a connection that this core does not have. */
struct pipeline_stray {
	struct icmp_error error;
	uint16_t local_idx;
};

#define PIPELINE_STRAYS_MAX 16
#define PIPELINE_WHOLE_MAX  PIPELINE_BURST_MAX

struct weir_core {
	struct tcp_engine tcp;
	struct counters counters;
	struct pipeline_app apps[PIPELINE_APPS_MAX];
	uint32_t app_count;
	uint16_t app_now;	/* whose callback runs, or ran last: who opens connections */
	uint32_t index;		/* among the workers */
	int64_t unix_ns_offset; /* UTC minus now_ns; the port layer sets it from time to time */
	struct rate_limit echo_limit;  /* ICMP echo replies */
	struct rate_limit stray_limit; /* 0 where no other core can have what this one lacks */
	uint32_t stray_count;	       /* the port layer takes them away after each turn */
	struct pipeline_stray strays[PIPELINE_STRAYS_MAX];
	uint32_t stop_next; /* pipeline_stop(): first flow not told yet */
	bool stop_with_rst;
	uint32_t relist_left; /* flows to look at for marks that found the deferred list full */
	struct reassembly *fragments; /* the port layer's; NULL: fragments are dropped */
	bool hands_whole_back; /* a datagram put together may be another core's: it goes here ... */
	uint32_t whole_count;  /* ... for the port layer to bring it to its owner */
	struct rte_mbuf *whole[PIPELINE_WHOLE_MAX];
	struct dad *dad;   /* the port layer's, shared by all cores; NULL: all are ours */
	bool asks_for_dad; /* this core does it */
	bool has_unusable; /* some address of ours must not be used (yet) */
	struct addr_filter refused_sources; /* who may be ours or a broadcast address */
	struct listener_memo memo;
	bool looks_for_batches; /* many of the last burst might have been served in batches */
	/* By DPDK port, zero where we have no address; padded so that one word is compared. */
	uint8_t port_mac[TCP_PORTS_MAX][8];
	struct neigh_sharing sharing; /* the port layer's, set after pipeline_init() */
	struct neigh_cache neighbours;
};

/* Memory beside struct weir_core itself.  See tcp_engine_init() for what must outlive what. */
size_t pipeline_bytes(const struct tcp_config *config);
void pipeline_init(struct weir_core *core, void *memory, const struct tcp_config *config,
		   const struct tcp_secrets *secrets, const struct listener_table *listeners,
		   struct rte_mempool *mempool, uint32_t index, uint64_t now_ns, uint64_t unix_ns);

/* Call each application's init (fini); a negative errno from init stops there and undoes. */
int pipeline_apps_init(struct weir_core *core, const struct weir_app_ops *const *ops,
		       const char *const *args, uint32_t count);
void pipeline_apps_fini(struct weir_core *core);

/*
 * One turn: take `count` (0 to PIPELINE_BURST_MAX) received frames, which the
 * core owns from here on, each with m->port set; act on timers due at `now_ns`;
 * leave frames to send in core->tcp.tx[0 .. return value - 1], which the caller
 * owns until the next call, each with m->port set.  Returns how many.
 *
 * `tx_room` (at most TCP_TX_MAX - TCP_TX_RESERVE) bounds that number for text:
 * the port layer lowers it while a device is slow.  Replies may use
 * TCP_TX_RESERVE more.
 */
uint32_t pipeline_poll(struct weir_core *core, uint64_t now_ns, struct rte_mbuf **frames,
		       uint32_t count, uint32_t tx_room);

/* What another core has left in its `strays`: between two calls of pipeline_poll(). */
void pipeline_take_stray(struct weir_core *core, const struct pipeline_stray *stray);

/*
 * Stop serving: no new connection is opened, and every live one gets a FIN, or
 * with `with_rst` a RST.  pipeline_poll() tells a bounded number per turn: call
 * this before each until it returns true, when every flow has been told.  After
 * FINs, `with_rst` begins anew for those still there.
 */
bool pipeline_stop(struct weir_core *core, bool with_rst);

#endif
