/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Third stage: RFC 9293, 3.10.7, in order of merit.
 *
 * Room to send and room in tables may run out during a burst, and then it is the
 * end of the order that goes without: first segments of flows we know, then
 * acknowledgments that may complete a cookie, then SYNs, then what can only be
 * refused.  So a flood does not take from a connection what that needs.
 *
 * The trap is that a segment may so overtake an earlier one of its own
 * connection.  All segments of one connection are found by the lookup, or none
 * is.  If they are, they stay in order.  If none is, then:
 *
 *	handshake ACK, text, FIN	one rank, in order
 *	SYN or those, then RST		the RST is last already
 *	SYN again, then the ACK		the ACK opens the connection and the SYN gets a
 *					challenge ACK, as if it had come late (RFC 5961, 4)
 *	RST, then SYN or ACK		a RST of the connection before: its number is not
 *					RCV.NXT of the new one (RFC 5961, 3)
 *	SYN of the next connection	its ACK can not be here yet: it waits for our SYN-ACK
 *
 * and a flow that came to be or ceased to be since the lookup is looked up anew.
 */

#include "stages.h"
#include "tcp_input.h"

enum segment_rank { RANK_FLOW, RANK_ACK, RANK_SYN, RANK_REST, RANK_N };

static enum segment_rank
rank_of(const struct tcp_seg *seg, uint32_t found)
{
	if (found != FLOW_NONE)
		return RANK_FLOW;
	switch (seg->flags & (TH_SYN | TH_ACK | TH_RST | TH_FIN)) {
	case TH_ACK:
	case TH_ACK | TH_FIN:
		return RANK_ACK;
	case TH_SYN:
		return RANK_SYN;
	default:
		return RANK_REST;
	}
}

/* What the lookup found may have died since; its record stays until the application stage. */
static uint32_t
flow_now(const struct tcp_engine *engine, const struct burst *burst, uint32_t i)
{
	uint32_t idx = burst->found[i];

	if (idx == FLOW_NONE && !burst->has_new_flow)
		return FLOW_NONE;
	if (idx != FLOW_NONE && tcp_engine_tcb(engine, idx)->state != TCPS_CLOSED)
		return idx;
	return flow_pool_lookup(&engine->flows, burst->hashes[i], &burst->keys[i]);
}

/* A segment of no flow we know. */
static enum drop_reason
arrive_unknown(struct tcp_engine *engine, const struct flow_key *key, uint64_t hash,
	       struct tcp_seg *seg)
{
	uint16_t listener = listener_table_find(engine->listeners, key->local_idx, key->local_port);
	uint32_t tw_idx = TIME_WAIT_NONE;

	if (engine->time_wait.live > 0)
		tw_idx = time_wait_table_lookup(&engine->time_wait, hash);
	if (tw_idx != TIME_WAIT_NONE)
		return tcp_input_time_wait(engine, tw_idx, key, hash, listener, seg);
	if (listener != LISTENER_NONE)
		return tcp_input_listen(engine, key, hash, listener, seg);
	return tcp_input_closed(engine, seg);
}

static enum drop_reason
arrive(struct tcp_engine *engine, struct burst *burst, uint32_t i)
{
	uint32_t flows_before = engine->flows.used;
	uint32_t idx = flow_now(engine, burst, i);
	enum drop_reason reason;

	if (idx != FLOW_NONE)
		return tcp_input_flow(engine, idx, &burst->segs[i]);
	reason = arrive_unknown(engine, &burst->keys[i], burst->hashes[i], &burst->segs[i]);
	if (engine->flows.used != flows_before)
		burst->has_new_flow = true;
	return reason;
}

void
pipeline_segment(struct weir_core *core, struct burst *burst)
{
	uint8_t order[RANK_N][PIPELINE_BURST_MAX];
	uint32_t count[RANK_N] = {0};
	enum segment_rank rank;
	uint8_t i;

	for (i = 0; i < burst->count; i++) {
		rank = rank_of(&burst->segs[i], burst->found[i]);
		order[rank][count[rank]++] = i;
	}
	for (rank = 0; rank < RANK_N; rank++) {
		for (uint32_t k = 0; k < count[rank]; k++) {
			i = order[rank][k];
			pipeline_account(core, arrive(&core->tcp, burst, i));
			if (burst->segs[i].m != NULL)
				rte_pktmbuf_free(burst->segs[i].m);
		}
	}
}
