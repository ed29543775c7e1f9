/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * One core: its memory, and one turn of its loop.  Each stage has its file.
 *
 *	frames -> classify -> lookup -> segment -\
 *	                                          +-> application -> emit -> tx
 *	time -------------------------> expire --/
 */

#include "pipeline.h"

#include <string.h>

#include "check.h"
#include "stages.h"
#include "tcp_syn_batch.h"

/*
 * RFC 1122, 3.2.2.6 wants echo answered and RFC 4443, 2.4(f) wants that limited.
 * Enough for everybody who measures, and some ten thousandths of a core's work.
 */
#define ECHO_REPLIES_PER_SECOND 1000

size_t
pipeline_bytes(const struct tcp_config *config)
{
	return tcp_engine_bytes(config);
}

/* All addresses of a port have the port's MAC. */
static void
learn_port_macs(struct weir_core *core, const struct listener_table *listeners)
{
	const struct local_address *local;

	for (uint32_t i = 0; i < listener_table_address_count(listeners); i++) {
		local = listener_table_address(listeners, (uint16_t)i);
		check(local->port < TCP_PORTS_MAX);
		memcpy(core->port_mac[local->port], local->mac, sizeof(local->mac));
	}
}

void
pipeline_init(struct weir_core *core, void *memory, const struct tcp_config *config,
	      const struct tcp_secrets *secrets, const struct listener_table *listeners,
	      struct rte_mempool *mempool, uint32_t index, uint64_t now_ns, uint64_t unix_ns)
{
	memset(core, 0, sizeof(*core));
	tcp_engine_init(&core->tcp, memory, config, secrets, &core->counters, listeners, mempool,
			now_ns, unix_ns);
	core->index = index;
	core->looks_for_batches = tcp_syn_batch_is_used(&core->tcp);
	core->unix_ns_offset = (int64_t)(unix_ns - now_ns);
	rate_limit_init(&core->echo_limit, ECHO_REPLIES_PER_SECOND);
	learn_port_macs(core, listeners);
	listener_table_filter(listeners, &core->refused_sources);
	pipeline_hops_init(core);
}

static void
begin(struct weir_core *core, uint64_t now_ns, uint32_t tx_room)
{
	tcp_engine_begin(&core->tcp, now_ns);
	core->tcp.tx_room = tx_room;
	syn_cookie_set_time(&core->tcp.cookies, now_ns + (uint64_t)core->unix_ns_offset);
}

uint32_t
pipeline_poll(struct weir_core *core, uint64_t now_ns, struct rte_mbuf **frames, uint32_t count,
	      uint32_t tx_room)
{
	struct burst burst;

	check(count <= PIPELINE_BURST_MAX);
	check(tx_room <= TCP_TX_MAX - TCP_TX_RESERVE);
	begin(core, now_ns, tx_room);
	pipeline_dad_poll(core);
	if (core->fragments != NULL)
		pipeline_forget_fragments(core);
	pipeline_classify(core, frames, count, &burst);
	pipeline_lookup(core, &burst);
	pipeline_segment(core, &burst);
	tcp_engine_expire(&core->tcp);
	neigh_cache_poll(&core->neighbours, core->tcp.tick);
	pipeline_tell_stop(core);
	pipeline_relist(core);
	pipeline_application(core);
	pipeline_emit(core);
	return core->tcp.tx_count;
}
