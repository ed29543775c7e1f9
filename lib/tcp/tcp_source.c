/* SPDX-License-Identifier: BSD-3-Clause */

#include "tcp_source.h"

#include <rte_common.h>

#include "prefix_cell.h"

#define CACHE_LINE 64u

/*
 * Cells in a row.  Of connections as many as there can be (prefix_counts.h says
 * why), and never so few that chance alone would bring networks together.
 */
#define WIDTH_MIN 4096u

/* Networks that are busy in one and the same second are fewer than connections. */
#define OPENS_WIDTH 65536u

/*
 * One budget for several networks, in one row: of these an attacker can spend no
 * more than the core's own budget has room for (a few, while that lasts), so an
 * innocent network meets a spent one with a chance of a few in 4096.
 */
#define REPLY_CELLS 4096u

static uint32_t
flows_width(const struct tcp_config *config)
{
	return RTE_MAX(config->flows_max, WIDTH_MIN);
}

static uint32_t
queue_width(const struct tcp_config *config)
{
	return RTE_MAX(config->syn_queue_max, WIDTH_MIN);
}

/* Each limit takes memory only where it is on. */
struct pieces {
	size_t flows;
	size_t half_open;
	size_t opens;
	size_t replies;
};

static struct pieces
pieces_of(const struct tcp_config *config)
{
	struct pieces bytes = {0};

	if (config->prefix_flows != 0) {
		bytes.flows = RTE_ALIGN(prefix_counts_bytes(flows_width(config)), CACHE_LINE);
		bytes.half_open = RTE_ALIGN(prefix_counts_bytes(queue_width(config)), CACHE_LINE);
	}
	if (config->prefix_rate != 0)
		bytes.opens = RTE_ALIGN(prefix_rates_bytes(OPENS_WIDTH), CACHE_LINE);
	if (config->prefix_replies != 0)
		bytes.replies = REPLY_CELLS * sizeof(struct rate_limit);
	return bytes;
}

size_t
tcp_source_bytes(const struct tcp_config *config)
{
	struct pieces bytes = pieces_of(config);

	return bytes.flows + bytes.half_open + bytes.opens + bytes.replies;
}

static struct rate_limit *
init_replies(void *memory, uint32_t per_second)
{
	struct rate_limit *replies = memory;

	for (uint32_t i = 0; i < REPLY_CELLS; i++)
		rate_limit_init(&replies[i], per_second);
	return replies;
}

void
tcp_source_init(struct tcp_engine *engine, void *memory, const struct tcp_secrets *secrets)
{
	const struct tcp_config *config = engine->config;
	struct tcp_source_limits *limits = &engine->source_limits;
	struct pieces bytes = pieces_of(config);
	uint8_t *base = memory;

	source_prefix_init(&limits->prefix, secrets->kind, secrets->flow_hash,
			   config->prefix_ipv4_bits, config->prefix_ipv6_bits);
	if (config->prefix_flows != 0) {
		prefix_counts_init(&limits->flows, base, flows_width(config));
		prefix_counts_init(&limits->half_open, base + bytes.flows, queue_width(config));
	}
	base += bytes.flows + bytes.half_open;
	if (config->prefix_rate != 0)
		prefix_rates_init(&limits->opens, base, OPENS_WIDTH, config->prefix_rate);
	base += bytes.opens;
	if (config->prefix_replies != 0)
		limits->replies = init_replies(base, config->prefix_replies);
}

static uint64_t
hash_of(const struct tcp_engine *engine, const struct ip_addr *source)
{
	return source_prefix_hash(&engine->source_limits.prefix, source);
}

/* Never while it is counted: the list does not change. */
static bool
is_exempt(const struct tcp_engine *engine, const struct ip_addr *source)
{
	const struct source_list *list = engine->config->sources;

	return list != NULL && source_list_find(list, source) == SOURCE_ALLOWED;
}

bool
tcp_source_may_queue(const struct tcp_engine *engine, const struct ip_addr *source)
{
	const struct prefix_counts *half_open = &engine->source_limits.half_open;

	if (half_open->cells == NULL || is_exempt(engine, source))
		return true;
	return prefix_counts_get(half_open, hash_of(engine, source)) < engine->config->prefix_flows;
}

void
tcp_source_queued(struct tcp_engine *engine, const struct ip_addr *source)
{
	struct prefix_counts *half_open = &engine->source_limits.half_open;

	if (half_open->cells != NULL && !is_exempt(engine, source))
		prefix_counts_add(half_open, hash_of(engine, source));
}

void
tcp_source_unqueued(struct tcp_engine *engine, const struct ip_addr *source)
{
	struct prefix_counts *half_open = &engine->source_limits.half_open;

	if (half_open->cells != NULL && !is_exempt(engine, source))
		prefix_counts_remove(half_open, hash_of(engine, source));
}

static bool
is_limited(const struct tcp_engine *engine, const struct ip_addr *source)
{
	const struct tcp_source_limits *limits = &engine->source_limits;

	return (limits->flows.cells != NULL || limits->opens.full_ns != NULL) &&
	       !is_exempt(engine, source);
}

enum drop_reason
tcp_source_admit(const struct tcp_engine *engine, const struct ip_addr *source)
{
	const struct tcp_source_limits *limits = &engine->source_limits;
	uint64_t hash;

	if (!is_limited(engine, source))
		return DROP_NONE;
	hash = hash_of(engine, source);
	if (limits->flows.cells != NULL &&
	    prefix_counts_get(&limits->flows, hash) >= engine->config->prefix_flows)
		return DROP_prefix_flows;
	if (limits->opens.full_ns != NULL &&
	    !prefix_rates_allows(&limits->opens, hash, engine->now_ns))
		return DROP_prefix_rate;
	return DROP_NONE;
}

void
tcp_source_opened(struct tcp_engine *engine, const struct ip_addr *source)
{
	struct tcp_source_limits *limits = &engine->source_limits;
	uint64_t hash;

	if (!is_limited(engine, source))
		return;
	hash = hash_of(engine, source);
	if (limits->flows.cells != NULL)
		prefix_counts_add(&limits->flows, hash);
	if (limits->opens.full_ns != NULL)
		prefix_rates_charge(&limits->opens, hash, engine->now_ns);
}

void
tcp_source_closed(struct tcp_engine *engine, const struct ip_addr *source)
{
	struct prefix_counts *flows = &engine->source_limits.flows;

	if (flows->cells != NULL && !is_exempt(engine, source))
		prefix_counts_remove(flows, hash_of(engine, source));
}

bool
tcp_source_take_reply(struct tcp_engine *engine, const struct ip_addr *source)
{
	struct rate_limit *replies = engine->source_limits.replies;
	size_t cell;

	if (replies == NULL || is_exempt(engine, source))
		return true;
	cell = prefix_cell(hash_of(engine, source), 0, REPLY_CELLS);
	return rate_limit_take(&replies[cell], engine->now_ns, &engine->rng);
}
