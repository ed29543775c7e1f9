/* SPDX-License-Identifier: BSD-3-Clause */

/* The engine's books, audited from outside after every turn. */

#include "rig.h"

#include "tcp_seq.h"

static const char *
tcb_wrong(const struct tcp_engine *tcp, uint32_t idx)
{
	const struct tcp_tcb *tcb = tcp_engine_tcb(tcp, idx);

	if (seq_gt(tcb->snd_una, tcb->snd_nxt))
		return "SND.UNA is ahead of SND.NXT";
	if (tcb->state >= TCPS_N)
		return "a connection is in no state at all";
	if (tcb->transfer != TCP_TRANSFER_NONE) {
		const struct tcp_transfer *transfer = &tcp->transfers.transfers[tcb->transfer];

		if (transfer->flow != idx)
			return "a connection's transfer belongs to another";
		if (transfer->held_count > tcp->config->reassembly_segments_max)
			return "more segments are held than the limit allows";
	}
	return NULL;
}

/*
 * Work may be left for the next turn where buffers or room to send ran out.  It
 * is all of flows that say so themselves; *ended of them are over already.
 */
static const char *
deferred_wrong(const struct tcp_engine *tcp, uint32_t *ended)
{
	*ended = 0;
	for (uint32_t i = 0; i < tcp->deferred_count; i++) {
		uint32_t idx = tcp->deferred[i];
		const struct tcp_tcb *tcb;

		if (idx >= tcp->flows.capacity)
			return "work is left over for a flow that is none";
		tcb = tcp_engine_tcb(tcp, idx);
		if (!(flow_pool_get(&tcp->flows, idx)->deferred & TCP_DEFER_LISTED))
			return "work is left over for a flow that is not marked";
		*ended += tcb->state == TCPS_CLOSED && !tcb_has(tcb, TCB_OPENED);
	}
	return NULL;
}

static bool
is_free(const struct tcp_engine *tcp, uint32_t idx)
{
	const struct ip_addr *remote = &flow_pool_get(&tcp->flows, idx)->key.remote;

	return remote->half[0] == 0 && remote->half[1] == 0;
}

static const char *
flows_wrong(const struct tcp_engine *tcp, uint32_t ended)
{
	uint32_t live = 0, half_open = 0, parked = 0, ended_counted = 0, ours = 0;
	bool outgoing;

	for (uint32_t i = 0; i < tcp->flows.capacity; i++) {
		const struct tcp_tcb *tcb = tcp_engine_tcb(tcp, i);
		const char *wrong;

		if (tcb->state == TCPS_CLOSED) {
			parked += tcb_has(tcb, TCB_OPENED);
			ended_counted += !is_free(tcp, i) && tcb_has(tcb, TCB_HAD_OPENED);
			continue;
		}
		live++;
		outgoing = flow_is_outgoing(flow_pool_get(&tcp->flows, i));
		ours += outgoing;
		half_open += tcb->state == TCPS_SYN_RECEIVED && !outgoing;
		wrong = tcb_wrong(tcp, i);
		if (wrong != NULL)
			return wrong;
	}
	if (live + parked + ended != tcp->flows.used)
		return "records in use and connections not forgotten are not as many";
	if (tcp->flows.table.used != live)
		return "the flow table does not hold as many connections as are alive";
	if (half_open != tcp->syn_policy.half_open)
		return "the SYN queue miscounts its entries";
	if (tcp->config->sources != NULL)
		return NULL; /* some are exempt, and we can not tell which */
	if (tcp->source_limits.half_open.total !=
	    (tcp->source_limits.half_open.cells ? half_open : 0))
		return "the networks' entries of the SYN queue are miscounted";
	if (tcp->source_limits.flows.total !=
	    (tcp->source_limits.flows.cells ? live - ours - half_open + ended_counted : 0))
		return "the networks' connections are miscounted";
	if (tcp->wheel.armed > tcp->flows.used)
		return "more timers are armed than there are connections";
	return NULL;
}

const char *
rig_wrong(const struct rig *rig)
{
	const struct tcp_engine *tcp = &rig->core->tcp;
	const char *wrong;
	uint32_t ended;

	if (!counters_balance(&rig->core->counters))
		return "received is not served plus dropped";
	if (tcp->time_wait.live > tcp->time_wait.count ||
	    tcp->time_wait.count > tcp->time_wait.capacity)
		return "the TIME-WAIT table miscounts";
	wrong = deferred_wrong(tcp, &ended);
	return wrong != NULL ? wrong : flows_wrong(tcp, ended);
}
