/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * One core's TCP: every connection it has and all that they share.  The engine
 * owns no thread, clock or device: packets, time and memory are given to it,
 * and what it sends it leaves in `tx`.
 */
#ifndef WEIR_TCP_TCP_ENGINE_H
#define WEIR_TCP_TCP_ENGINE_H

#include <stddef.h>
#include <stdint.h>

#include <rte_mempool.h>

#include "counters.h"
#include "flow_pool.h"
#include "listener_table.h"
#include "pmtu_cache.h"
#include "prefix_counts.h"
#include "prefix_rates.h"
#include "rate_limit.h"
#include "rng.h"
#include "source_prefix.h"
#include "syn_ack_sheet.h"
#include "syn_cookie.h"
#include "tcp_config.h"
#include "tcp_ephemeral.h"
#include "tcp_isn.h"
#include "tcp_tcb.h"
#include "tcp_transfer.h"
#include "time_wait_table.h"
#include "timer_wheel.h"

/*
 * flow->deferred: what is left for the end of the burst.  Segments only mark;
 * the application stage and the emit stage do the work once per flow.
 */
#define TCP_DEFER_LISTED   0x01u /* the flow is in the deferred list */
#define TCP_DEFER_OPEN	   0x02u /* tell the application */
#define TCP_DEFER_TEXT	   0x04u
#define TCP_DEFER_PEER_FIN 0x08u
#define TCP_DEFER_WRITABLE 0x10u
#define TCP_DEFER_CLOSED   0x20u /* tell it, then free the flow */
#define TCP_DEFER_OUTPUT   0x40u /* there may be something to send */
#define TCP_DEFER_ACK	   0x80u /* an ACK must go out, alone or with text */

#define TCP_TX_MAX	     1024 /* packets one turn may leave in tx */
#define TCP_TX_RESERVE	     256  /* of these, kept for replies: text stops earlier */
#define TCP_DEFERRED_MAX     4096
#define TCP_DEFERRED_RESERVE 1024 /* of these, kept for events: output may wait */
#define TCP_ACK_QUEUE	     4096 /* power of two */

#define TCP_URGENT_MAX 64 /* flows in one turn: no more than it has segments */

/* Up to where text is urgent, from the first octet the application has not had: tcp_urgent.h. */
struct tcp_urgent {
	uint32_t idx;
	uint32_t bytes;
};

/* Delayed acknowledgments wait all equally long, so they queue in order of time. */
struct tcp_ack_queue {
	struct {
		uint32_t flow;
		uint32_t deadline;
	} entry[TCP_ACK_QUEUE];
	uint32_t head;
	uint32_t tail;
};

/* The choice between SYN queue and cookies: tcp_syn_policy.h. */
struct tcp_syn_policy {
	uint32_t half_open; /* entries in the SYN queue */
	bool use_cookies;
	uint32_t window_syns; /* SYNs since window_start_ns */
	uint64_t window_start_ns;
	uint64_t calm_since_ns; /* neither full nor above the rate since then */
};

/* What the SYN-ACKs of a port have in common: made with its first, for the config never changes. */
struct tcp_syn_sheets {
	struct syn_ack_sheet ipv4[TCP_PORTS_MAX];
	struct syn_ack_sheet ipv6[TCP_PORTS_MAX];
	uint32_t made; /* bit by port */
};

/* What each network of sources has of this core: tcp_source.h. */
struct tcp_source_limits {
	struct source_prefix prefix;
	struct prefix_counts flows;
	struct prefix_counts half_open;
	struct prefix_rates opens;
	struct rate_limit *replies; /* NULL: no limit */
};

/*
 * What connections we open tell whoever knows the next hops: this one makes no
 * progress (RFC 9293, 3.8.3: negative advice), or that it does.  May be NULL.
 */
struct tcp_hop_advice {
	void (*doubt)(void *arg, uint32_t idx);
	void (*confirm)(void *arg, uint32_t idx);
	void *arg;
};

struct tcp_engine {
	/* This turn. */
	uint64_t now_ns;
	uint32_t tick;	      /* tick_of_ns(now_ns) */
	uint32_t now_ms;      /* for timestamps */
	uint32_t now_us;      /* for round trips */
	struct rte_mbuf **tx; /* TCP_TX_MAX; each with m->port set to where it leaves */
	uint32_t tx_count;
	uint32_t tx_room;   /* text may fill tx up to here; replies may go on to the end */
	bool buffers_short; /* few packet buffers are left: hold nothing new */
	bool is_stopping;   /* open nothing new */

	const struct tcp_config *config;
	struct counters *counters;
	struct rte_mempool *mempool; /* for what we send */

	struct flow_pool flows;
	struct tcp_tcb *tcbs; /* by the flow's index */
	struct tcp_transfer_pool transfers;
	struct time_wait_table time_wait;
	struct time_wait_table tombstones; /* tcp_tombstone.h */
	struct timer_wheel wheel;
	const struct listener_table *listeners;
	uint32_t *listener_flows; /* on this core, by listener */
	struct pmtu_cache pmtu;

	struct flow_hash flow_hash;
	struct syn_cookie cookies;
	struct tcp_isn_key isn_key;
	struct tcp_ephemeral ephemeral;
	struct tcp_hop_advice hop_advice;
	struct rng rng;
	struct rate_limit rst_limit;
	struct rate_limit challenge_limit;
	struct tcp_syn_policy syn_policy;
	struct tcp_syn_sheets syn_sheets;
	struct tcp_source_limits source_limits;
	uint32_t pressure_tick;	    /* tcp_pressure_poll(): when it looked last ... */
	uint32_t pressure_transfer; /* ... and at which transfer and flow it goes on */
	uint32_t pressure_flow;

	uint32_t deferred[TCP_DEFERRED_MAX];
	uint32_t deferred_count;
	bool deferred_missed; /* there are marked flows that found the list full */
	struct tcp_ack_queue ack_queue;
	uint32_t urgent_count;
	struct tcp_urgent urgent[TCP_URGENT_MAX];
};

/* What is secret, from the operating system or the configuration. */
struct tcp_secrets {
	uint8_t flow_hash[16];
	uint8_t isn[16];
	uint8_t cookie[COOKIE_SECRETS_MAX][16];
	uint32_t cookie_count;
	enum prf_kind kind;
	uint64_t rng_seed;
};

/* Memory for the flows, control blocks, transfers, TIME-WAIT and tx of one core. */
size_t tcp_engine_bytes(const struct tcp_config *config);

/*
 * `memory` is 64-aligned; config, counters, mempool and listeners outlive the
 * engine.  `now_ns` never goes back; `unix_ns` is UTC, for cookies.
 */
void tcp_engine_init(struct tcp_engine *engine, void *memory, const struct tcp_config *config,
		     const struct tcp_secrets *secrets, struct counters *counters,
		     const struct listener_table *listeners, struct rte_mempool *mempool,
		     uint64_t now_ns, uint64_t unix_ns);

/* Begin a turn: set the time, forget last turn's tx. */
void tcp_engine_begin(struct tcp_engine *engine, uint64_t now_ns);

/* Let timers, delayed ACKs and TIME-WAIT expire, a bounded number per call. */
void tcp_engine_expire(struct tcp_engine *engine);

static inline struct tcp_tcb *
tcp_engine_tcb(const struct tcp_engine *engine, uint32_t flow)
{
	return &engine->tcbs[flow];
}

/*
 * Mark flow `idx` for the end of the burst.  False if the list is full: the mark
 * stands, and the flow gets its place in a later turn.
 */
bool tcp_defer(struct tcp_engine *engine, uint32_t idx, uint8_t what);

/* Queue a finished frame for sending; m->port is set. */
void tcp_engine_send(struct tcp_engine *engine, struct rte_mbuf *m);

/* A buffer for something we send, data room reset; NULL when none is left. */
struct rte_mbuf *tcp_engine_alloc(struct tcp_engine *engine);

#endif
