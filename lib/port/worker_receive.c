/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The trap: a frame must be counted once by exactly one worker.  Whoever drops
 * it counts it as received and dropped; who hands it over counts only that.
 */
#include "worker_receive.h"

#include <string.h>

#include <rte_ethdev.h>

#include "check.h"
#include "frame_rank.h"

#define AHEAD_BURSTS 16
#define SYN_PART     8 /* of a burst is the SYNs', whatever else there is */
#define RESERVE_PART 4 /* of a ring is kept for segments */

static_assert(PIPELINE_BURST_MAX <= STEERING_BURST_MAX, "a burst is steered whole");
static_assert(WEIR_CORES_MAX <= 64, "a set of workers is a word");

/* Frames of one rank that wait for a place behind the segments. */
struct aside {
	uint32_t count;
	struct rte_mbuf *frames[PIPELINE_BURST_MAX];
};

static const enum drop_reason shed_reasons[RANK_N] = {
	[RANK_SYN] = DROP_overload_syn,
	[RANK_STRAY] = DROP_overload_stray,
};

static void
drop_frames(struct worker *worker, enum drop_reason reason, struct rte_mbuf **frames,
	    uint32_t count)
{
	struct counters *counters = &worker->core->counters;

	counter_add(counters, COUNTER_rx_packets, count);
	for (uint32_t i = 0; i < count; i++)
		counter_add(counters, COUNTER_rx_bytes, rte_pktmbuf_pkt_len(frames[i]));
	counters->drop[reason] += count;
	rte_pktmbuf_free_bulk(frames, count);
}

static void
shed(struct worker *worker, enum frame_rank rank, struct rte_mbuf **frames, uint32_t count)
{
	if (count > 0)
		drop_frames(worker, shed_reasons[rank], frames, count);
}

/* Offer `count` frames to a ring; what it does not take is dropped.  Returns the room left. */
static uint32_t
pass_on(struct worker *worker, struct rte_ring *ring, struct rte_mbuf **frames, uint32_t count,
	uint32_t limit, enum drop_reason reason)
{
	uint32_t room = 0;
	uint32_t taken = rte_ring_sp_enqueue_burst(ring, (void *const *)frames,
						   RTE_MIN(count, limit), &room);

	counter_add(&worker->core->counters, COUNTER_steered_out, taken);
	if (taken < count)
		drop_frames(worker, reason, frames + taken, count - taken);
	return room;
}

/* Segments first: a flood of SYNs leaves them room in the ring. */
static void
hand_over(struct worker *worker, struct handover *handover)
{
	uint32_t reserve = rte_ring_get_capacity(handover->ring) / RESERVE_PART;
	uint32_t room = pass_on(worker, handover->ring, handover->segments, handover->segment_count,
				PIPELINE_BURST_MAX, DROP_steer_ring_full);

	if (handover->other_count > 0)
		pass_on(worker, handover->ring, handover->others, handover->other_count,
			room > reserve ? room - reserve : 0, DROP_steer_ring_reserved);
	handover->segment_count = 0;
	handover->other_count = 0;
}

/* Keep our own of `frames`, moved together; pass on the others.  Returns how many are ours. */
static uint32_t
steer(struct worker *worker, struct rte_mbuf **frames, uint32_t count)
{
	uint16_t owner[PIPELINE_BURST_MAX];
	uint64_t receivers = 0;
	uint32_t ours = 0;

	steering_owners(worker->steering, frames, count, worker->index, owner);
	for (uint32_t i = 0; i < count; i++) {
		struct handover *handover = &worker->handovers[owner[i]];

		if (owner[i] == worker->index) {
			frames[ours++] = frames[i];
			continue;
		}
		if (frame_rank(frames[i]) == RANK_SEGMENT)
			handover->segments[handover->segment_count++] = frames[i];
		else
			handover->others[handover->other_count++] = frames[i];
		receivers |= UINT64_C(1) << owner[i];
	}
	for (; receivers != 0; receivers &= receivers - 1)
		hand_over(worker, &worker->handovers[__builtin_ctzll(receivers)]);
	return ours;
}

/* From a source itself, whatever it is. */
static uint32_t
fetch(struct worker *worker, struct rx_source *source, struct rte_mbuf **frames, uint32_t room)
{
	uint32_t count;

	if (source->ring != NULL) {
		count = rte_ring_sc_dequeue_burst(source->ring, (void **)frames, room, NULL);
	} else {
		if (worker->is_deaf)
			return 0;
		count = rte_eth_rx_burst(source->port_id, source->queue, frames, (uint16_t)room);
		/* Not every driver says so: net_ring says nothing, net_bonding names a member. */
		for (uint32_t i = 0; i < count; i++)
			frames[i]->port = source->port_id;
	}
	source->packets += count;
	source->unbroken = count == room ? source->unbroken + count : 0;
	return count;
}

/* Keep the segments among `frames`, moved together; set the others aside by rank, or shed them. */
static uint32_t
set_aside(struct worker *worker, struct aside aside[RANK_N], struct rte_mbuf **frames,
	  uint32_t count)
{
	struct aside excess[RANK_N];
	uint32_t kept = 0;

	excess[RANK_SYN].count = 0;
	excess[RANK_STRAY].count = 0;
	for (uint32_t i = 0; i < count; i++)
		rte_prefetch0(rte_pktmbuf_mtod(frames[i], const void *));
	for (uint32_t i = 0; i < count; i++) {
		enum frame_rank rank = frame_rank(frames[i]);
		struct aside *to = &aside[rank];

		if (rank == RANK_SEGMENT) {
			frames[kept++] = frames[i];
			continue;
		}
		if (to->count == PIPELINE_BURST_MAX)
			to = &excess[rank];
		to->frames[to->count++] = frames[i];
	}
	for (enum frame_rank rank = RANK_SYN; rank < RANK_N; rank++)
		shed(worker, rank, excess[rank].frames, excess[rank].count);
	return kept;
}

/* Serve as many of those set aside as there is room for, and shed the others. */
static uint32_t
take_back(struct worker *worker, struct aside *aside, enum frame_rank rank,
	  struct rte_mbuf **frames, uint32_t room)
{
	uint32_t count = RTE_MIN(aside->count, room);

	memcpy(frames, aside->frames, count * sizeof(*frames));
	shed(worker, rank, aside->frames + count, aside->count - count);
	return count;
}

/* A burst that fills itself with segments from as far ahead as it may look. */
static uint32_t
take_ahead(struct worker *worker, struct rx_source *source, struct rte_mbuf **frames, uint32_t room)
{
	uint32_t segments_max = room - room / SYN_PART;
	uint32_t asked = room, count = 0;
	struct aside aside[RANK_N];

	aside[RANK_SYN].count = 0;
	aside[RANK_STRAY].count = 0;
	for (uint32_t i = 0; i < AHEAD_BURSTS; i++) {
		uint32_t taken = fetch(worker, source, frames + count, asked);

		count += set_aside(worker, aside, frames + count, taken);
		if (taken < asked || count >= segments_max)
			break;
		asked = segments_max - count;
	}
	if (aside[RANK_SYN].count + aside[RANK_STRAY].count > room - count)
		source->shed_ns = worker->now_ns;
	for (enum frame_rank rank = RANK_SYN; rank < RANK_N; rank++)
		count += take_back(worker, &aside[rank], rank, frames + count, room - count);
	return count;
}

/* Half-open ones lose nothing that their clients do not send again. */
static bool
has_connections(const struct tcp_engine *tcp)
{
	return tcp->flows.used > tcp->syn_policy.half_open;
}

static bool
is_to_look_ahead(struct worker *worker, struct rx_source *source)
{
	if (source->shed_descriptors == 0 || !has_connections(&worker->core->tcp))
		return false;
	if (!source->is_overloaded) {
		if (source->unbroken < (uint64_t)OVERLOAD_QUEUES * source->shed_descriptors)
			return false;
		source->is_overloaded = true;
		source->shed_ns = worker->now_ns;
		counter_increment(&worker->core->counters, COUNTER_overload_entered);
	}
	if (worker->now_ns - source->shed_ns >= OVERLOAD_CALM_NS)
		source->is_overloaded = false;
	return source->is_overloaded &&
	       source->unbroken >= source->shed_descriptors / OVERLOAD_SLACK_PART;
}

static uint32_t
take(struct worker *worker, struct rx_source *source, struct rte_mbuf **frames, uint32_t room)
{
	uint32_t count;

	if (is_to_look_ahead(worker, source))
		count = take_ahead(worker, source, frames, room);
	else
		count = fetch(worker, source, frames, room);
	if (source->ring != NULL)
		counter_add(&worker->core->counters, COUNTER_steered_in, count);
	if (source->is_steered && count > 0)
		count = steer(worker, frames, count);
	return count;
}

/* Add to `count` frames what the sources have, in rotation, up to `limit` frames. */
static uint32_t
take_in_turn(struct worker *worker, struct rx_source *sources, uint32_t source_count,
	     uint32_t *next, struct rte_mbuf **frames, uint32_t count, uint32_t limit)
{
	for (uint32_t i = 0; i < source_count && count < limit; i++) {
		struct rx_source *source = &sources[*next];

		*next = *next + 1 < source_count ? *next + 1 : 0;
		count += take(worker, source, frames + count, limit - count);
	}
	return count;
}

/* What the pipeline has put together from fragments: steered as if it came like that. */
static uint32_t
take_whole(struct worker *worker, struct rte_mbuf **frames)
{
	struct weir_core *core = worker->core;
	uint32_t count = core->whole_count;

	memcpy(frames, core->whole, count * sizeof(*frames));
	core->whole_count = 0;
	return worker->handovers == NULL ? count : steer(worker, frames, count);
}

uint32_t
worker_receive(struct worker *worker, struct rte_mbuf **frames)
{
	uint32_t limit = PIPELINE_BURST_MAX;
	uint32_t count;

	if (worker->core->whole_count > 0)
		return take_whole(worker, frames);

	if (worker->syn_source_count > 0)
		limit -= PIPELINE_BURST_MAX / SYN_PART;
	count = take_in_turn(worker, worker->sources, worker->source_count, &worker->next_source,
			     frames, 0, limit);
	return take_in_turn(worker, worker->syn_sources, worker->syn_source_count,
			    &worker->next_syn_source, frames, count, PIPELINE_BURST_MAX);
}
