/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * What the sources of one network (a /24 or a /64, as configured) may have of this
 * core together: so many connections, so many new ones a second.  All memory is
 * laid out at start, all work is the same for each packet.
 *
 * Only a source that has shown that it is there can use up what its network may
 * have: a connection counts from ESTABLISHED on, until its record is free again.
 * Entries of the SYN queue, which anybody can make in anybody's name, are counted
 * apart, and a network with too many of them gets cookies instead: whoever sends
 * SYNs in another network's name takes nothing from it.  (With `cookies = never`
 * there is no such way out, and he does.)
 *
 * Answers to what belongs to no connection are limited too, so that one network
 * does not take the whole core's budget of them.  Here sources may be spoofed, so
 * nothing is kept of a source but its share of one of a fixed number of budgets.
 */
#ifndef WEIR_TCP_TCP_SOURCE_H
#define WEIR_TCP_TCP_SOURCE_H

#include "batch.h"
#include "tcp_engine.h"

/* Is nothing that comes from there to be served?  For packets that belong to no connection. */
static inline bool
tcp_source_is_denied(const struct tcp_engine *engine, const struct ip_addr *source)
{
	const struct source_list *list = engine->config->sources;

	return list != NULL && source_list_find(list, source) == SOURCE_DENIED;
}

/* Those of `lanes` (bit by lane) of a batch of whose sources this is so. */
static inline uint32_t
tcp_source_denied_lanes(const struct tcp_engine *engine, const struct batch *batch, uint32_t lanes)
{
	const struct source_list *list = engine->config->sources;
	struct ip_addr sources[WIDE_LANES];

	if (list == NULL)
		return 0;
	if (!batch->shape.is_ipv6)
		return lanes & source_list_denied_ipv4(list, batch->source[3], WIDE_LANES);
	for (uint32_t i = 0; i < WIDE_LANES; i++)
		sources[i] = batch_source(batch, i);
	return lanes & source_list_denied_ipv6(list, sources, WIDE_LANES);
}

/* Memory for the limits of one core, 64-aligned, and the limits in it. */
size_t tcp_source_bytes(const struct tcp_config *config);
void tcp_source_init(struct tcp_engine *engine, void *memory, const struct tcp_secrets *secrets);

/* May the SYN queue hold one more handshake with this network? */
bool tcp_source_may_queue(const struct tcp_engine *engine, const struct ip_addr *source);

/* An entry has come into the SYN queue; it has left it, one way or the other. */
void tcp_source_queued(struct tcp_engine *engine, const struct ip_addr *source);
void tcp_source_unqueued(struct tcp_engine *engine, const struct ip_addr *source);

/*
 * DROP_NONE if this network may have one more connection now.  The refused client
 * is told nothing, so it tries again, and what made room meanwhile lets it in.
 */
enum drop_reason tcp_source_admit(const struct tcp_engine *engine, const struct ip_addr *source);

/*
 * May a packet from `source` that belongs to no connection be answered (with a
 * RST, an echo reply, an ACK from TIME-WAIT)?  If so, that answer has been taken
 * from its network's budget.  Behind this there is the core's own.
 */
bool tcp_source_take_reply(struct tcp_engine *engine, const struct ip_addr *source);

/* A connection has become ESTABLISHED; the record of one that had is about to be free. */
void tcp_source_opened(struct tcp_engine *engine, const struct ip_addr *source);
void tcp_source_closed(struct tcp_engine *engine, const struct ip_addr *source);

#endif
