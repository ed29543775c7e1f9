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

static const char *
flows_wrong(const struct tcp_engine *tcp)
{
	uint32_t live = 0, half_open = 0, parked = 0;

	for (uint32_t i = 0; i < tcp->flows.capacity; i++) {
		const struct tcp_tcb *tcb = tcp_engine_tcb(tcp, i);
		const char *wrong;

		if (tcb->state == TCPS_CLOSED) {
			parked += tcb_has(tcb, TCB_OPENED);
			continue;
		}
		live++;
		half_open += tcb->state == TCPS_SYN_RECEIVED;
		wrong = tcb_wrong(tcp, i);
		if (wrong != NULL)
			return wrong;
	}
	if (live + parked != tcp->flows.used)
		return "records in use and connections not forgotten are not as many";
	if (tcp->flows.table.used != live)
		return "the flow table does not hold as many connections as are alive";
	if (half_open != tcp->syn_policy.half_open)
		return "the SYN queue miscounts its entries";
	if (tcp->wheel.armed > tcp->flows.used)
		return "more timers are armed than there are connections";
	return NULL;
}

const char *
rig_wrong(const struct rig *rig)
{
	const struct tcp_engine *tcp = &rig->core->tcp;

	if (!counters_balance(&rig->core->counters))
		return "received is not served plus dropped";
	if (tcp->deferred_count != 0)
		return "work is left over at the end of a turn";
	if (tcp->time_wait.live > tcp->time_wait.count ||
	    tcp->time_wait.count > tcp->time_wait.capacity)
		return "the TIME-WAIT table miscounts";
	return flows_wrong(tcp);
}
