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

#include "door.h"
#include "free_pile.h"
#include "stages.h"
#include "tcp_cookie_lane.h"
#include "tcp_input.h"
#include "tcp_emit.h"
#include "tcp_listen.h"
#include "tcp_source.h"
#include "tcp_syn_batch.h"
#include "tcp_syn_policy.h"
#include "tcp_tombstone.h"

enum segment_rank { RANK_FLOW, RANK_ACK, RANK_SYN, RANK_REST, RANK_N };

/* Which of a burst's segments are in each rank. */
struct ranks {
	uint64_t of[RANK_N];
};

/* Of a segment that no flow was found for. */
static enum segment_rank
rank_of(uint8_t flags)
{
	switch (flags & (TH_SYN | TH_ACK | TH_RST | TH_FIN)) {
	case TH_ACK:
	case TH_ACK | TH_FIN:
		return RANK_ACK;
	case TH_SYN:
		return RANK_SYN;
	default:
		return RANK_REST;
	}
}

static void
rank_burst(const struct burst *burst, struct ranks *ranks)
{
	uint64_t unknown = burst_all(burst) & ~burst->known;

	memset(ranks, 0, sizeof(*ranks));
	ranks->of[RANK_FLOW] = burst->known;
	ranks->of[RANK_ACK] = unknown & burst->batched & burst->acks;
	ranks->of[RANK_SYN] = unknown & burst->batched & ~burst->acks;
	for (uint64_t left = unknown & ~burst->batched; left != 0; left &= left - 1) {
		uint32_t i = (uint32_t)__builtin_ctzll(left);

		ranks->of[rank_of(burst->plains[i].flags)] |= left & -left;
	}
}

/* What the lookup found may have died since; its record stays until the application stage. */
static uint32_t
flow_now(const struct tcp_engine *engine, const struct burst *burst, uint32_t i)
{
	uint32_t idx = burst->found[i];

	if (idx == FLOW_NONE && !burst_may_have_opened(burst, engine, burst->hashes[i]))
		return FLOW_NONE;
	if (idx != FLOW_NONE && tcp_engine_tcb(engine, idx)->state != TCPS_CLOSED)
		return idx;
	return flow_pool_lookup(&engine->flows, burst->hashes[i], &burst->keys[i]);
}

static uint16_t
listener_of(struct weir_core *core, const struct flow_key *key)
{
	return listener_memo_find(&core->memo, core->tcp.listeners, key->local_idx,
				  key->local_port);
}

/* A segment of no flow we know. */
static enum drop_reason
arrive_unknown(struct weir_core *core, const struct flow_key *key, uint64_t hash,
	       const struct cookie_finding *finding, struct tcp_seg *seg)
{
	struct tcp_engine *engine = &core->tcp;
	uint16_t listener = listener_of(core, key);
	uint32_t tw_idx = pipeline_time_wait_of(engine, hash);

	if (tcp_source_is_denied(engine, &key->remote))
		return DROP_source_denied;
	if (tw_idx != TIME_WAIT_NONE)
		return tcp_input_time_wait(engine, tw_idx, key, hash, listener, seg);
	if (listener != LISTENER_NONE)
		return tcp_input_listen(engine, key, hash, listener, finding, seg);
	return tcp_input_closed(engine, seg);
}

static enum drop_reason
arrive(struct weir_core *core, struct burst *burst, uint32_t i,
       const struct cookie_finding *finding)
{
	struct tcp_engine *engine = &core->tcp;
	uint32_t flows_before = engine->flows.used;
	uint32_t idx = flow_now(engine, burst, i);
	struct tcp_seg *seg = burst_seg(burst, i);
	enum drop_reason reason;

	if (idx != FLOW_NONE)
		return tcp_input_flow(engine, idx, seg);
	reason = arrive_unknown(core, &burst->keys[i], burst->hashes[i], finding, seg);
	if (engine->flows.used != flows_before)
		burst->has_new_flow = true;
	return reason;
}

/* One segment from arrival to its place in the counters.  Out of line: it needs all registers. */
static __rte_noinline void
serve(struct weir_core *core, struct burst *burst, uint32_t i, const struct cookie_finding *finding)
{
	pipeline_account(core, arrive(core, burst, i, finding));
	if (burst->segs[i].m != NULL)
		rte_pktmbuf_free(burst->segs[i].m);
}

/* Those of a set, in order of arrival. */
static void
serve_set(struct weir_core *core, struct burst *burst, uint64_t segments)
{
	burst_unbatch_set(burst, segments & burst->batched);
	for (uint64_t left = segments; left != 0; left &= left - 1)
		serve(core, burst, (uint32_t)__builtin_ctzll(left), NULL);
}

/*
 * True for an ACK whose cookie is no good while nobody may be sent a RST: to count it
 * is all there is to do, and of an ACK flood these are most.
 */
static bool
reject(struct weir_core *core, const struct cookie_finding *finding)
{
	if (!tcp_reply_rst_is_spent(&core->tcp, 1))
		return false;
	pipeline_account(core, tcp_listen_refuse_cookies(&core->tcp, finding->verdict, 1));
	return true;
}

/* True for an ACK that says nothing but that its cookie, which is good, has arrived. */
static bool
open_bare(struct weir_core *core, struct burst *burst, uint32_t i,
	  const struct cookie_finding *finding)
{
	const struct plain *ack = &burst->plains[i];
	struct tcp_request request = {
		.key = &burst->keys[i],
		.hash = burst->hashes[i],
		.listener = listener_of(core, &burst->keys[i]),
	};
	enum drop_reason reason;

	if (!plain_is_bare_ack(ack) ||
	    tcp_tombstone_covers(&core->tcp, request.hash, plain_seq(ack), plain_ack(ack)))
		return false;
	reason = tcp_open_from_bare_ack(&core->tcp, &request, finding, ack);
	burst->has_new_flow |= reason == DROP_NONE;
	pipeline_account(core, reason);
	return true;
}

/*
 * Most ACKs with a cookie, of no connection: one opens a connection, or is refused and
 * no more.  False for those that take more, to which nothing has happened.
 */
static bool
serve_judged(struct weir_core *core, struct burst *burst, uint32_t i,
	     const struct cookie_finding *finding, struct free_pile *pile)
{
	struct tcp_engine *engine = &core->tcp;
	bool is_served;

	if (flow_now(engine, burst, i) != FLOW_NONE ||
	    pipeline_time_wait_of(engine, burst->hashes[i]) != TIME_WAIT_NONE ||
	    tcp_source_is_denied(engine, &burst->keys[i].remote))
		return false;
	is_served = finding->verdict == COOKIE_VALID ? open_bare(core, burst, i, finding)
						     : reject(core, finding);
	if (is_served)
		free_pile_put(pile, burst->plains[i].m);
	return is_served;
}

/* Judge the cookies of those of `acks` that no batch has judged. */
static void
judge_acks(struct weir_core *core, struct burst *burst, uint64_t acks,
	   const struct cookie_finding **findings, struct tcp_ack_lane *ipv4,
	   struct tcp_ack_lane *ipv6)
{
	tcp_ack_lane_init(ipv4, false);
	tcp_ack_lane_init(ipv6, true);
	for (uint64_t left = acks; left != 0; left &= left - 1) {
		uint32_t i = (uint32_t)__builtin_ctzll(left);
		const struct plain *plain = &burst->plains[i];

		if (findings[i] == NULL && !burst_is_opened(burst, i) &&
		    listener_of(core, &burst->keys[i]) != LISTENER_NONE)
			findings[i] =
				tcp_ack_lane_put(&core->tcp, plain->is_ipv6 ? ipv6 : ipv4, plain);
	}
	tcp_ack_lane_judge(&core->tcp, ipv4);
	tcp_ack_lane_judge(&core->tcp, ipv6);
}

/* All cookies of the burst are judged first, then each ACK is served in its turn. */
static void
serve_acks(struct weir_core *core, struct burst *burst, uint64_t acks)
{
	const struct cookie_finding *findings[PIPELINE_BURST_MAX];
	struct tcp_ack_lane ipv4, ipv6;
	struct free_pile pile;

	if (acks == 0)
		return;
	memset(findings, 0, burst->count * sizeof(findings[0]));
	acks = pipeline_judge_batches(core, burst, acks, findings);
	burst_unbatch_set(burst, acks & burst->batched);
	judge_acks(core, burst, acks, findings, &ipv4, &ipv6);
	free_pile_init(&pile);
	for (uint64_t left = acks; left != 0; left &= left - 1) {
		uint32_t i = (uint32_t)__builtin_ctzll(left);

		if (findings[i] == NULL || !serve_judged(core, burst, i, findings[i], &pile))
			serve(core, burst, i, findings[i]);
	}
	free_pile_free(&pile);
}

/* True for a SYN to which, if a listener wants it, a cookie is the whole answer. */
static __rte_noinline bool
wants_cookie_only(const struct weir_core *core, const struct burst *burst, uint32_t i)
{
	const struct tcp_engine *engine = &core->tcp;

	return engine->syn_policy.use_cookies && !burst_is_opened(burst, i) &&
	       flow_now(engine, burst, i) == FLOW_NONE &&
	       pipeline_time_wait_of(engine, burst->hashes[i]) == TIME_WAIT_NONE &&
	       !tcp_source_is_denied(engine, &burst->keys[i].remote);
}

/*
 * The same of a burst in cookie mode, with no list of sources and no connection
 * opened since the lookup: then what the lookup found is what there is.
 */
static inline bool
wants_cookie(const struct weir_core *core, const struct burst *burst, uint32_t i, bool is_simple)
{
	if (likely(is_simple && !burst->has_new_flow))
		return burst->found[i] == FLOW_NONE && !burst_is_opened(burst, i) &&
		       pipeline_time_wait_of(&core->tcp, burst->hashes[i]) == TIME_WAIT_NONE;
	return wants_cookie_only(core, burst, i);
}

static void
serve_syns(struct weir_core *core, struct burst *burst, uint64_t syns)
{
	struct tcp_engine *engine = &core->tcp;
	bool is_simple = engine->syn_policy.use_cookies && engine->config->sources == NULL;
	struct door door = {.is_known = false};
	struct tcp_syn_lane ipv4, ipv6;
	uint32_t taken = 0;

	syns = pipeline_answer_batches(core, burst, syns);
	if (syns == 0)
		return;
	burst_unbatch_set(burst, syns & burst->batched);
	tcp_syn_lane_init(&ipv4, false);
	tcp_syn_lane_init(&ipv6, true);
	for (uint64_t left = syns; left != 0; left &= left - 1) {
		uint32_t i = (uint32_t)__builtin_ctzll(left);
		const struct plain *plain = &burst->plains[i];
		const struct flow_key *key = &burst->keys[i];

		door_knock(&door, core, key->local_idx, key->local_port);
		if (wants_cookie(core, burst, i, is_simple) && door.is_open &&
		    tcp_syn_lane_take(engine, plain->is_ipv6 ? &ipv6 : &ipv4, plain))
			taken++;
		else
			serve(core, burst, i, NULL);
	}
	counter_add(&core->counters, COUNTER_rx_served, taken);
	tcp_syn_lane_answer(engine, &ipv4);
	tcp_syn_lane_answer(engine, &ipv6);
}

/* So many in a burst that are of no flow make it worth while to look at the next by sixteens. */
#define ONE_IN_SO_MANY 4

static void
note_ranks(struct weir_core *core, const struct burst *burst, const struct ranks *ranks)
{
	uint64_t strange = ranks->of[RANK_ACK] | ranks->of[RANK_SYN];

	if (burst->count >= PIPELINE_BATCH_MIN)
		core->looks_for_batches =
			tcp_syn_batch_is_used(&core->tcp) &&
			(uint32_t)__builtin_popcountll(strange) * ONE_IN_SO_MANY >= burst->count;
}

/* It comes first: of what is denied nothing depends on what others have done. */
static void
deny(struct weir_core *core, struct burst *burst, struct ranks *ranks)
{
	uint64_t left =
		pipeline_deny_batches(core, burst, ranks->of[RANK_ACK] | ranks->of[RANK_SYN]);

	ranks->of[RANK_ACK] &= left;
	ranks->of[RANK_SYN] &= left;
}

void
pipeline_segment(struct weir_core *core, struct burst *burst)
{
	struct ranks ranks;

	rank_burst(burst, &ranks);
	note_ranks(core, burst, &ranks);
	if (core->tcp.config->sources != NULL)
		deny(core, burst, &ranks);
	serve_set(core, burst, ranks.of[RANK_FLOW]);
	if (tcp_syn_policy_takes_cookies(&core->tcp))
		serve_acks(core, burst, ranks.of[RANK_ACK]);
	else
		serve_set(core, burst, ranks.of[RANK_ACK]);
	serve_syns(core, burst, ranks.of[RANK_SYN]);
	serve_set(core, burst, ranks.of[RANK_REST]);
}
