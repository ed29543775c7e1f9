/* SPDX-License-Identifier: BSD-3-Clause */

#include "tcp_connect.h"

#include <string.h>

#include <rte_common.h>

#include "check.h"
#include "tcp_emit.h"
#include "tcp_open.h"
#include "tcp_rto.h"
#include "tcp_state.h"
#include "tcp_timers.h"
#include "tcp_user.h"

/* SYN-SENT lasts minutes at most: what the microseconds say then is not wrapped. */
static bool
syn_is_out(const struct tcp_tcb *tcb)
{
	return tcb->snd_nxt != tcb->snd_una;
}

uint32_t
tcp_connect_begin(struct tcp_engine *engine, const struct flow_key *key, uint64_t hash,
		  uint16_t app)
{
	const struct local_address *local =
		listener_table_address(engine->listeners, key->local_idx);
	uint32_t idx = flow_pool_create(&engine->flows, hash, key);
	struct tcp_isn isn;
	struct flow *flow;
	struct tcp_tcb *tcb;

	if (idx == FLOW_NONE)
		return FLOW_NONE;
	check((app & FLOW_OUTGOING) == 0);
	flow = flow_pool_get(&engine->flows, idx);
	flow->listener = (uint16_t)(FLOW_OUTGOING | app);
	flow->vlan_id = local->vlan_id;
	flow->port = local->port & 7u;

	isn = tcp_isn_of(&engine->isn_key, key, engine->now_ns);
	tcb = tcp_engine_tcb(engine, idx);
	memset(tcb, 0, sizeof(*tcb));
	tcb->snd_una = isn.iss;
	tcb->snd_nxt = isn.iss;
	tcb->ts_offset = isn.ts_offset;
	tcb->transfer = TCP_TRANSFER_NONE;
	tcb->keepalive = engine->config->keepalive;
	tcb->last_rx = engine->tick;
	tcb_set(tcb, TCB_OPENED);
	tcp_enter(tcb, TCPS_SYN_SENT);
	counter_increment(engine->counters, COUNTER_connect_begun);
	tcp_timer_restart(engine, idx);
	tcp_defer(engine, idx, TCP_DEFER_OUTPUT);
	return idx;
}

void
tcp_connect_send(struct tcp_engine *engine, uint32_t idx)
{
	struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);

	check(tcb->state == TCPS_SYN_SENT);
	if (syn_is_out(tcb)) {
		counter_increment(engine->counters, COUNTER_syn_retransmitted);
	} else {
		tcb->snd_nxt = tcb->snd_una + 1;
		counter_increment(engine->counters, COUNTER_syn_sent);
		tcp_timer_restart(engine, idx);
	}
	tcb->syn_sent_us = engine->now_us;
	tcp_emit_syn(engine, idx);
}

/*
 * In SYN-SENT there is nobody to tell.  In SYN-RECEIVED the FIN waits for the end
 * of the handshake.
 */
void
tcp_connect_close(struct tcp_engine *engine, uint32_t idx)
{
	struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);

	check(flow_is_outgoing(flow_pool_get(&engine->flows, idx)));
	if (tcb->state == TCPS_SYN_SENT)
		tcp_finish(engine, idx, WEIR_CLOSE_ABORTED);
	else
		tcb_set(tcb, TCB_FIN_QUEUED);
}

/* One SYN and its answer measure the path; of several nobody knows which was answered. */
static void
measure(const struct tcp_engine *engine, struct tcp_tcb *tcb)
{
	bool is_lost = tcb->syn_retries > 0;

	tcb->rttvar_us = is_lost ? TCP_RTO_AFTER_SYN_LOSS : 0;
	if (!is_lost && tcb->state == TCPS_SYN_SENT)
		tcp_rto_sample(tcb, engine->now_us - tcb->syn_sent_us);
}

void
tcp_connect_established(struct tcp_engine *engine, uint32_t idx, const struct tcp_seg *seg)
{
	struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);
	const struct tcp_hop_advice *advice = &engine->hop_advice;

	measure(engine, tcb);
	tcb->last_rx = engine->tick;
	tcp_open_establish(engine, idx, seg->seq, seg->ack, seg->wnd);
	tcp_defer(engine, idx, TCP_DEFER_ACK);
	if (advice->confirm != NULL)
		advice->confirm(advice->arg, idx);
	if (tcb_has(tcb, TCB_FIN_QUEUED)) {
		tcb_clear(tcb, TCB_FIN_QUEUED);
		tcp_user_close(engine, idx);
	}
}

/* Neither longer than R2 leaves nor none at all. */
uint32_t
tcp_connect_ticks(const struct tcp_engine *engine, const struct tcp_tcb *tcb)
{
	uint32_t age = engine->tick - tcb->last_rx;
	uint32_t left =
		age < engine->config->connect_ticks ? engine->config->connect_ticks - age : 1;

	return RTE_MIN(left, tcp_rto_ticks(engine->config, tcb, (uint8_t)tcb->syn_retries));
}

void
tcp_connect_fire(struct tcp_engine *engine, uint32_t idx)
{
	struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);

	if (engine->tick - tcb->last_rx >= engine->config->connect_ticks) {
		/* If no SYN has left, it is the next hop that was not found in time. */
		tcp_finish(engine, idx,
			   syn_is_out(tcb) ? WEIR_CLOSE_TIMEOUT : WEIR_CLOSE_UNREACHABLE);
		return;
	}
	if (syn_is_out(tcb) && tcb->syn_retries < TCP_BACKOFF_MAX)
		tcb->syn_retries++;
	tcp_timer_restart(engine, idx);
	if (tcb->state == TCPS_SYN_RECEIVED) {
		counter_increment(engine->counters, COUNTER_syn_ack_retransmitted);
		tcp_emit_syn_ack(engine, idx);
		return;
	}
	if (syn_is_out(tcb))
		tcp_connect_doubt(engine, idx);
	tcp_defer(engine, idx, TCP_DEFER_OUTPUT);
}

void
tcp_connect_doubt(const struct tcp_engine *engine, uint32_t idx)
{
	const struct tcp_hop_advice *advice = &engine->hop_advice;

	if (advice->doubt != NULL && flow_is_outgoing(flow_pool_get(&engine->flows, idx)))
		advice->doubt(advice->arg, idx);
}

void
tcp_connect_strip_syn(const struct tcp_tcb *tcb, struct tcp_seg *seg)
{
	check((seg->flags & TH_SYN) != 0);
	seg->flags &= (uint8_t)~TH_SYN;
	seg->seq++;
	seg->len--;
	seg->wnd = (uint16_t)(seg->wnd >> tcb_snd_shift(tcb));
}
