/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Segments of a burst that are served where they are, in their batch: SYNs that want
 * a cookie and nothing else, and ACKs whose cookie is none.  All others leave it, for
 * the stage to serve them one by one.
 */

#include "door.h"
#include "free_pile.h"
#include "stages.h"
#include "tcp_ack_batch.h"
#include "tcp_emit.h"
#include "tcp_listen.h"
#include "tcp_source.h"
#include "tcp_syn_batch.h"

#define OPENERS_BITS 2048

/* In TIME-WAIT, or opened since the lookup. */
static bool
may_be_known(const struct tcp_engine *engine, const struct burst *burst, uint64_t hash)
{
	return burst_may_have_opened(burst, engine, hash) ||
	       pipeline_time_wait_of(engine, hash) != TIME_WAIT_NONE;
}

/* Those of `lanes` that are not. */
static uint32_t
unknown_of(const struct tcp_engine *engine, const struct burst *burst,
	   const struct burst_batch *batch, uint32_t lanes)
{
	uint32_t unknown = lanes;

	if (likely(!burst->has_new_flow && engine->time_wait.live == 0))
		return lanes;
	for (uint32_t left = lanes; left != 0; left &= left - 1)
		if (unlikely(may_be_known(engine, burst, batch->hash[__builtin_ctz(left)])))
			unknown &= ~(left & -left);
	return unknown;
}

static void
knock(struct door *door, struct weir_core *core, const struct burst_batch *batch, uint32_t lane)
{
	rte_be16_t local_port = (rte_be16_t)(batch->in.ports[lane] >> 16);

	door_knock(door, core, batch->local_idx[lane], rte_be_to_cpu_16(local_port));
}

/* The lanes of those of `segments` that are in the batch. */
static uint32_t
lanes_of(const struct burst_batch *batch, uint64_t segments)
{
	uint32_t lanes = 0;

	if (likely((batch->segments & ~segments) == 0))
		return batch->lanes;
	for (uint32_t left = batch->lanes; left != 0; left &= left - 1) {
		uint32_t lane = (uint32_t)__builtin_ctz(left);

		lanes |= (uint32_t)(segments >> batch->segment[lane] & 1) << lane;
	}
	return lanes;
}

static uint64_t
segments_of(const struct burst_batch *batch, uint32_t lanes)
{
	uint64_t segments = 0;

	if (likely(lanes == batch->lanes))
		return batch->segments;
	for (uint32_t left = lanes; left != 0; left &= left - 1)
		segments |= UINT64_C(1) << batch->segment[__builtin_ctz(left)];
	return segments;
}

static void
free_lanes(const struct burst_batch *batch, uint32_t lanes)
{
	struct free_pile pile;

	free_pile_init(&pile);
	for (; lanes != 0; lanes &= lanes - 1)
		free_pile_put(&pile, batch->in.m[__builtin_ctz(lanes)]);
	free_pile_free(&pile);
}

uint64_t
pipeline_deny_batches(struct weir_core *core, struct burst *burst, uint64_t segments)
{
	for (uint32_t b = 0; b < burst->batch_count; b++) {
		struct burst_batch *batch = &burst->batches[b];
		uint32_t denied =
			tcp_source_denied_lanes(&core->tcp, &batch->in, lanes_of(batch, segments));
		uint64_t gone;

		if (denied == 0)
			continue;
		gone = segments_of(batch, denied);
		core->counters.drop[DROP_source_denied] += (uint32_t)__builtin_popcount(denied);
		free_lanes(batch, denied);
		batch->lanes &= ~denied;
		batch->segments &= ~gone;
		segments &= ~gone;
	}
	return segments;
}

/* Those of `lanes` to be answered at once. */
static uint32_t
wants_cookie(struct weir_core *core, const struct burst *burst, const struct burst_batch *batch,
	     uint32_t lanes, struct door *door)
{
	uint32_t wanted = 0;

	for (uint32_t left = lanes; left != 0; left &= left - 1) {
		knock(door, core, batch, (uint32_t)__builtin_ctz(left));
		wanted |= door->is_open ? left & -left : 0;
	}
	return unknown_of(&core->tcp, burst, batch, wanted);
}

uint64_t
pipeline_answer_batches(struct weir_core *core, struct burst *burst, uint64_t syns)
{
	struct door door = {.is_known = false};
	uint32_t lanes;

	if (!core->tcp.syn_policy.use_cookies)
		return syns;
	for (uint32_t b = 0; b < burst->batch_count && syns != 0; b++) {
		const struct burst_batch *batch = &burst->batches[b];

		lanes = lanes_of(batch, syns);
		lanes = wants_cookie(core, burst, batch, lanes, &door);
		counter_add(&core->counters, COUNTER_rx_served,
			    (uint32_t)__builtin_popcount(lanes));
		syns &= ~segments_of(batch, lanes);
		tcp_syn_batch_answer(&core->tcp, &batch->in, lanes);
	}
	return syns;
}

/*
 * Of `lanes`, whose cookies are forged, those to be counted and no more, because nobody
 * may be sent a RST.  Of an ACK flood these are nearly all.
 */
static uint32_t
refuse_forged(struct weir_core *core, const struct burst *burst, const struct burst_batch *batch,
	      uint32_t lanes)
{
	struct tcp_engine *engine = &core->tcp;
	uint32_t count;

	lanes = unknown_of(engine, burst, batch, lanes);
	count = (uint32_t)__builtin_popcount(lanes);
	if (count == 0 || !tcp_reply_rst_is_spent(engine, count))
		return 0;
	core->counters.drop[tcp_listen_refuse_cookies(engine, COOKIE_FORGED, count)] += count;
	free_lanes(batch, lanes);
	return lanes;
}

/* Those of `lanes` that come to a listener. */
static uint32_t
come_to_listener(struct weir_core *core, const struct burst_batch *batch, uint32_t lanes)
{
	struct door door = {.is_known = false};
	uint32_t there = 0;

	for (uint32_t left = lanes; left != 0; left &= left - 1) {
		knock(&door, core, batch, (uint32_t)__builtin_ctz(left));
		there |= door.is_there ? left & -left : 0;
	}
	return there;
}

/*
 * Segments that may open connections: a bit for the end of each one's hash.  Another
 * that ends alike seems to be of that connection too: one in a hundred and twenty-eight
 * where sixteen are noted.
 */
struct openers {
	uint64_t bits[OPENERS_BITS / 64];
};

static void
note_openers(struct openers *openers, const struct burst *burst, uint64_t segments)
{
	memset(openers, 0, sizeof(*openers));
	for (; segments != 0; segments &= segments - 1) {
		uint64_t end = burst->hashes[__builtin_ctzll(segments)] % OPENERS_BITS;

		openers->bits[end / 64] |= UINT64_C(1) << end % 64;
	}
}

/*
 * Those of `lanes` that are of no connection that one of the `openers` may open: what
 * comes after that one is the connection's, and nothing is asked of a cookie any more.
 */
static uint32_t
stand_alone(const struct openers *openers, const struct burst_batch *batch, uint32_t lanes)
{
	uint32_t alone = 0;

	for (uint32_t left = lanes; left != 0; left &= left - 1) {
		uint64_t end = batch->hash[__builtin_ctz(left)] % OPENERS_BITS;

		alone |= (openers->bits[end / 64] >> end % 64 & 1) == 0 ? left & -left : 0;
	}
	return alone;
}

/* Returns those of `lanes` whose cookies are forged. */
static uint32_t
judge(const struct weir_core *core, struct burst_batch *batch, uint32_t lanes,
      const struct cookie_finding **findings)
{
	uint32_t ours;

	if (lanes == 0)
		return 0;
	ours = tcp_ack_batch_judge(&core->tcp, &batch->in, lanes, batch->findings);
	for (uint32_t left = lanes; left != 0; left &= left - 1) {
		uint32_t lane = (uint32_t)__builtin_ctz(left);

		findings[batch->segment[lane]] = &batch->findings[lane];
	}
	return lanes & ~ours;
}

uint64_t
pipeline_judge_batches(struct weir_core *core, struct burst *burst, uint64_t acks,
		       const struct cookie_finding **findings)
{
	uint32_t forged[BURST_BATCHES];
	uint64_t others = acks;
	struct openers openers;

	for (uint32_t b = 0; b < burst->batch_count; b++) {
		struct burst_batch *batch = &burst->batches[b];

		forged[b] = come_to_listener(core, batch, lanes_of(batch, acks));
		forged[b] = judge(core, batch, forged[b], findings);
		others &= ~segments_of(batch, forged[b]);
	}
	if (others != 0)
		note_openers(&openers, burst, others);
	for (uint32_t b = 0; b < burst->batch_count; b++) {
		const struct burst_batch *batch = &burst->batches[b];

		if (others != 0)
			forged[b] = stand_alone(&openers, batch, forged[b]);
		acks &= ~segments_of(batch, refuse_forged(core, burst, batch, forged[b]));
	}
	return acks;
}
