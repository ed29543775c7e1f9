/* SPDX-License-Identifier: BSD-3-Clause */

#include "tcp_engine.h"

#include <string.h>

#include "check.h"
#include "tcp_source.h"
#include "units.h"

#define CACHE_LINE 64

/* Lays pieces of one block of memory end to end; with base NULL it only adds up. */
struct layout {
	uint8_t *base;
	size_t used;
};

static void *
layout_take(struct layout *layout, size_t bytes)
{
	void *piece = layout->base == NULL ? NULL : layout->base + layout->used;

	layout->used += (bytes + CACHE_LINE - 1) & ~(size_t)(CACHE_LINE - 1);
	return piece;
}

struct pieces {
	void *flows;
	void *tcbs;
	void *transfers;
	void *time_wait;
	void *tombstones;
	void *tx;
	void *listener_flows;
	void *source_limits;
	void *pmtu;
};

static struct pieces
take_pieces(struct layout *layout, const struct tcp_config *config)
{
	struct pieces p;

	p.flows = layout_take(layout, flow_pool_bytes(config->flows_max));
	p.tcbs = layout_take(layout, (size_t)config->flows_max * sizeof(struct tcp_tcb));
	p.transfers = layout_take(layout, tcp_transfer_pool_bytes(config->transfers_max));
	p.time_wait = layout_take(layout, time_wait_table_bytes(config->time_wait_max));
	p.tombstones = layout_take(layout, time_wait_table_bytes(config->time_wait_max));
	p.tx = layout_take(layout, TCP_TX_MAX * sizeof(struct rte_mbuf *));
	p.listener_flows = layout_take(layout, LISTENERS_MAX * sizeof(uint32_t));
	p.source_limits = layout_take(layout, tcp_source_bytes(config));
	p.pmtu = layout_take(layout, pmtu_cache_bytes());
	return p;
}

uint8_t
tcp_config_wscale(uint32_t receive_buffer)
{
	uint8_t shift = 0;

	while (shift < TCP_WSCALE_MAX && (receive_buffer >> shift) > UINT16_MAX)
		shift++;
	return shift;
}

size_t
tcp_engine_bytes(const struct tcp_config *config)
{
	struct layout layout = {NULL, 0};

	take_pieces(&layout, config);
	return layout.used;
}

static void
init_secrets(struct tcp_engine *engine, const struct tcp_secrets *secrets, uint64_t unix_ns)
{
	flow_hash_init(&engine->flow_hash, secrets->kind, secrets->flow_hash);
	tcp_isn_key_init(&engine->isn_key, secrets->kind, secrets->isn);
	syn_cookie_init(&engine->cookies, secrets->kind, secrets->cookie, secrets->cookie_count,
			unix_ns);
	rng_init(&engine->rng, secrets->rng_seed);
	tcp_ephemeral_init(&engine->ephemeral, secrets->kind, secrets->isn,
			   engine->config->local_port_first, engine->config->local_port_last,
			   &engine->rng);
}

void
tcp_engine_init(struct tcp_engine *engine, void *memory, const struct tcp_config *config,
		const struct tcp_secrets *secrets, struct counters *counters,
		const struct listener_table *listeners, struct rte_mempool *mempool,
		uint64_t now_ns, uint64_t unix_ns)
{
	struct layout layout = {memory, 0};
	struct pieces p = take_pieces(&layout, config);

	memset(engine, 0, sizeof(*engine));
	engine->config = config;
	engine->counters = counters;
	engine->listeners = listeners;
	engine->mempool = mempool;
	init_secrets(engine, secrets, unix_ns);

	flow_pool_init(&engine->flows, p.flows, config->flows_max);
	engine->tcbs = p.tcbs;
	memset(engine->tcbs, 0, (size_t)config->flows_max * sizeof(struct tcp_tcb));
	tcp_transfer_pool_init(&engine->transfers, p.transfers, config->transfers_max);
	time_wait_table_init(&engine->time_wait, p.time_wait, config->time_wait_max);
	time_wait_table_init(&engine->tombstones, p.tombstones, config->time_wait_max);
	engine->tx = p.tx;
	engine->listener_flows = p.listener_flows;
	memset(engine->listener_flows, 0, LISTENERS_MAX * sizeof(uint32_t));

	rate_limit_init(&engine->rst_limit, config->rst_rate);
	rate_limit_init(&engine->challenge_limit, config->challenge_ack_rate);
	tcp_source_init(engine, p.source_limits, secrets);
	pmtu_cache_init(&engine->pmtu, p.pmtu, config->pmtu_ticks);
	engine->syn_policy.use_cookies = config->cookies == TCP_COOKIES_ALWAYS;

	tcp_engine_begin(engine, now_ns);
	engine->syn_policy.window_start_ns = now_ns;
	engine->syn_policy.calm_since_ns = now_ns;
	timer_wheel_init(&engine->wheel, &engine->flows.flows[0].timer, sizeof(struct flow),
			 engine->tick);
}

void
tcp_engine_begin(struct tcp_engine *engine, uint64_t now_ns)
{
	check(now_ns >= engine->now_ns);
	engine->now_ns = now_ns;
	engine->tick = tick_of_ns(now_ns);
	engine->now_ms = (uint32_t)(now_ns / NS_PER_MS);
	engine->now_us = (uint32_t)(now_ns / NS_PER_US);
	engine->tx_count = 0;
	engine->urgent_count = 0;
	engine->tx_room = TCP_TX_MAX - TCP_TX_RESERVE;
}

bool
tcp_defer(struct tcp_engine *engine, uint32_t idx, uint8_t what)
{
	struct flow *flow = flow_pool_get(&engine->flows, idx);

	if ((flow->deferred & TCP_DEFER_LISTED) == 0) {
		uint32_t limit = TCP_DEFERRED_MAX;

		/* What is to be sent can wait better than what is to be told. */
		if ((what & ~(TCP_DEFER_OUTPUT | TCP_DEFER_ACK)) == 0)
			limit -= TCP_DEFERRED_RESERVE;
		if (engine->deferred_count >= limit) {
			flow->deferred |= what;
			engine->deferred_missed = true;
			return false;
		}
		engine->deferred[engine->deferred_count++] = idx;
		flow->deferred |= TCP_DEFER_LISTED;
	}
	flow->deferred |= what;
	return true;
}

void
tcp_engine_send(struct tcp_engine *engine, struct rte_mbuf *m)
{
	if (engine->tx_count == TCP_TX_MAX) {
		counter_increment(engine->counters, COUNTER_tx_refused);
		rte_pktmbuf_free(m);
		return;
	}
	engine->tx[engine->tx_count++] = m;
}

struct rte_mbuf *
tcp_engine_alloc(struct tcp_engine *engine)
{
	return rte_pktmbuf_alloc(engine->mempool);
}
