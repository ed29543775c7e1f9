/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * ICMP errors on their way to the connection they are about.
 *
 * Devices spread packets by addresses, and an error's are a router's: with RSS it
 * arrives at any core.  The core that has no such connection keeps what it read, for the
 * port layer to show to all others; none of them counts the packet again.
 */
#include "icmp.h"

#include "stages.h"
#include "tcp_icmp.h"

/* DROP_icmp_no_connection, or what TCP says. */
static enum drop_reason
deliver(struct weir_core *core, const struct icmp_error *error, uint16_t local_idx)
{
	struct tcp_engine *tcp = &core->tcp;
	struct flow_key key = {
		.remote = error->destination,
		.remote_port = error->destination_port,
		.local_port = error->source_port,
		.local_idx = local_idx,
	};
	uint32_t idx = flow_pool_lookup(&tcp->flows, flow_hash_of(&tcp->flow_hash, &key), &key);

	return idx == FLOW_NONE ? DROP_icmp_no_connection : tcp_icmp_error(tcp, idx, error);
}

static enum drop_reason
keep_for_others(struct weir_core *core, const struct icmp_error *error, uint16_t local_idx)
{
	if (core->stray_limit.per_second == 0)
		return DROP_icmp_no_connection;
	if (core->stray_count == PIPELINE_STRAYS_MAX ||
	    !rate_limit_take(&core->stray_limit, core->tcp.now_ns, &core->tcp.rng))
		return DROP_icmp_limited;
	core->strays[core->stray_count++] = (struct pipeline_stray){*error, local_idx};
	counter_increment(&core->counters, COUNTER_icmp_error_passed_on);
	return DROP_NONE;
}

enum drop_reason
pipeline_icmp_error(struct weir_core *core, const struct rte_mbuf *m, const struct frame *frame,
		    uint16_t local_idx)
{
	struct icmp_error error;
	enum icmp_kind kind;
	enum drop_reason reason = icmp_parse(m, frame, &kind);

	if (reason == DROP_NONE)
		reason = icmp_error_parse(m, frame, &error);
	if (reason != DROP_NONE)
		return reason;
	if (local_idx == LOCAL_NONE || !ip_addr_equal(&error.source, &frame->destination))
		return DROP_icmp_quote_bad;
	reason = deliver(core, &error, local_idx);
	if (reason == DROP_icmp_no_connection)
		reason = keep_for_others(core, &error, local_idx);
	return reason;
}

void
pipeline_take_stray(struct weir_core *core, const struct pipeline_stray *stray)
{
	deliver(core, &stray->error, stray->local_idx);
}
