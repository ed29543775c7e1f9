/* SPDX-License-Identifier: BSD-3-Clause */

/* The stages of pipeline_poll(), in order, and the burst that goes through them. */
#ifndef WEIR_PIPELINE_STAGES_H
#define WEIR_PIPELINE_STAGES_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_mbuf.h>
#include <rte_prefetch.h>

#include "batch.h"
#include "check.h"
#include "flow_key.h"
#include "frame.h"
#include "pipeline.h"
#include "plain.h"
#include "tag_match.h"
#include "tcp_seg.h"

/* Segments of the burst that were read together. */
struct burst_batch {
	struct batch in;
	uint32_t lanes;			/* which of its lanes are segments of this burst */
	uint64_t segments;		/* which of the burst's segments they are, in order */
	uint8_t segment[WIDE_LANES];	/* which of the burst's each of those is */
	uint16_t local_idx[WIDE_LANES]; /* of its destination */
	uint64_t hash[WIDE_LANES];	/* of its key */
	struct cookie_finding findings[WIDE_LANES]; /* of ACKs that have been judged */
};

/* Fewer frames than these are sooner looked at one by one. */
#define PIPELINE_BATCH_MIN 4

/* And fewer of a second shape than these, as dear as a batch is whatever is in it. */
#define PIPELINE_BATCH_SECOND_MIN 8

/* So many shapes (batch.h) are looked for among each WIDE_LANES frames. */
#define BATCH_SHAPES_MAX 2

#define BURST_BATCHES (BATCH_SHAPES_MAX * PIPELINE_BURST_MAX / WIDE_LANES)

/*
 * The TCP segments of a burst, in order of arrival; all else has been dealt with by
 * then.  `frames` and `segs` are filled for those that need them, by burst_seg().
 */
struct burst {
	uint32_t count;
	bool has_new_flow; /* a segment of this burst has created a flow since the lookup */
	uint64_t opened;   /* which of frames and segs are filled */
	uint64_t batched;  /* which are in a batch alone: burst_unbatch_set() */
	uint64_t acks;	   /* which of these are ACKs without text; the others are SYNs */
	uint64_t known;	   /* which have been found */
	uint32_t batch_count;
	struct burst_batch batches[BURST_BATCHES];
	uint8_t lane[PIPELINE_BURST_MAX];	 /* of those in a batch: batch and lane */
	struct plain plains[PIPELINE_BURST_MAX]; /* of one that is not plain: m and flags alone */
	struct frame frames[PIPELINE_BURST_MAX];
	struct tcp_seg segs[PIPELINE_BURST_MAX];
	struct flow_key keys[PIPELINE_BURST_MAX];
	uint64_t hashes[PIPELINE_BURST_MAX];
	uint32_t found[PIPELINE_BURST_MAX]; /* flow, or FLOW_NONE */
};

static_assert(PIPELINE_BURST_MAX == 64, "a set of segments is a word, batches are whole");

/* The set of all segments. */
static inline uint64_t
burst_all(const struct burst *burst)
{
	return flow_first(burst->count);
}

static inline bool
burst_is_opened(const struct burst *burst, uint32_t i)
{
	return (burst->opened >> i & 1) != 0;
}

/* Segment `i` as a struct, whether it was plain or not. */
static inline struct tcp_seg *
burst_seg(struct burst *burst, uint32_t i)
{
	if (!burst_is_opened(burst, i)) {
		plain_open(&burst->plains[i], &burst->frames[i], &burst->segs[i]);
		burst->opened |= UINT64_C(1) << i;
	}
	return &burst->segs[i];
}

/* Those of `segments`, all of them in a batch alone, get their places in plains and keys too. */
void burst_unbatch_set(struct burst *burst, uint64_t segments);

/* The filter spares nearly everybody the look-ups. */
static inline bool
pipeline_may_send_from(const struct weir_core *core, const struct ip_addr *source, uint8_t port)
{
	const struct listener_table *listeners = core->tcp.listeners;

	return likely(!addr_filter_may_have(&core->refused_sources, source)) ||
	       (!listener_table_is_ours(listeners, source) &&
		!listener_table_is_broadcast(listeners, source, port));
}

/* Perhaps opened since the lookup did not find it; a hash that two share says so in vain. */
static inline bool
burst_may_have_opened(const struct burst *burst, const struct tcp_engine *engine, uint64_t hash)
{
	return burst->has_new_flow && tag_table_may_have(&engine->flows.table, hash) &&
	       tag_table_guess(&engine->flows.table, hash) != TAG_NOT_FOUND;
}

static inline uint32_t
pipeline_time_wait_of(const struct tcp_engine *engine, uint64_t hash)
{
	if (likely(!time_wait_table_may_have(&engine->time_wait, hash)))
		return TIME_WAIT_NONE;
	return time_wait_table_lookup(&engine->time_wait, hash);
}

/*
 * The second line of a buffer has `next`, for who frees it, and tx_offload, which is
 * written where the port sums.
 */
static inline void
pipeline_prefetch_second_line(const struct rte_mbuf *m)
{
	rte_prefetch0((const uint8_t *)m + RTE_CACHE_LINE_MIN_SIZE);
}

/* The key of segment `i`; `ports` as the header has them. */
static inline void
burst_set_key(struct burst *burst, uint32_t i, const struct ip_addr *source, rte_be32_t ports,
	      uint16_t local_idx)
{
	struct flow_key *key = &burst->keys[i];

	ports = rte_be_to_cpu_32(ports);
	key->remote = *source;
	flow_key_set_tail(key, (uint16_t)(ports >> 16), (uint16_t)ports, local_idx);
}

/*
 * Of `count` (1 to WIDE_LANES) frames those of `wanted` that are known by sight, of one
 * shape and for us, read into the burst's next batch: bit by frame.  They are segments
 * of the burst only when burst_take_lanes() has been called for each, in order, or for
 * all.  In *others are those of the shape that is next.
 */
uint32_t pipeline_classify_batch(struct weir_core *core, struct rte_mbuf *const *frames,
				 uint32_t count, uint32_t wanted, struct burst *burst,
				 uint32_t *others);

/* Lanes `first` to `first` + `count` - 1 are the next segments of the burst. */
static inline void
burst_take_lanes(struct burst *burst, struct burst_batch *batch, uint32_t first, uint32_t count)
{
	uint32_t lane = (uint32_t)(batch - burst->batches) * WIDE_LANES + first;
	uint32_t next = burst->count;
	uint64_t segments = flow_first(count) << next;

	for (uint32_t i = 0; i < count; i++) {
		batch->segment[first + i] = (uint8_t)(next + i);
		burst->lane[next + i] = (uint8_t)(lane + i);
	}
	memcpy(&burst->hashes[next], &batch->hash[first], count * sizeof(batch->hash[0]));
	batch->segments |= segments;
	burst->batched |= segments;
	burst->acks |= (batch->in.acks >> first & flow_first(count)) << next;
	burst->count += count;
}

/* Octets to segments: refuse what is not for us, answer what needs no connection. */
void pipeline_classify(struct weir_core *core, struct rte_mbuf **frames, uint32_t count,
		       struct burst *burst);

/* Once a turn: what duplicate address detection has to do. */
void pipeline_dad_poll(struct weir_core *core);

/* An ARP or ICMPv6 frame came in, before it is judged.  Only where core->dad is there. */
void pipeline_dad_hear(struct weir_core *core, const struct rte_mbuf *m, const struct frame *frame);

/* False for an address of ours that must not be used (yet). */
static inline bool
pipeline_may_use(const struct weir_core *core, uint16_t local_idx)
{
	return likely(!core->has_unusable) || dad_state_of(core->dad, local_idx) == DAD_USABLE;
}

/*
 * An ICMP error: DROP_NONE if a connection took note of it, or another core will.
 * `local_idx` is of the frame's destination, or LOCAL_NONE.  `m` stays the caller's.
 */
enum drop_reason pipeline_icmp_error(struct weir_core *core, const struct rte_mbuf *m,
				     const struct frame *frame, uint16_t local_idx);

/* Keys to flows, with what the next stage reads on its way into the cache. */
void pipeline_lookup(struct weir_core *core, struct burst *burst);

/*
 * Drop those of `segments`, of no connection, that are in a batch and come from where
 * nobody is served; returns which are left.
 */
uint64_t pipeline_deny_batches(struct weir_core *core, struct burst *burst, uint64_t segments);

/*
 * Answer those of `syns` that are in a batch, want a cookie and need nothing else;
 * returns which are left.
 */
uint64_t pipeline_answer_batches(struct weir_core *core, struct burst *burst, uint64_t syns);

/*
 * Judge the cookies of those of `acks` that are in a batch and come to a listener: what
 * is found of segment i is in findings[i], which stays as it is for the others.
 * Returns which are left; the rest is refused and gone.
 */
uint64_t pipeline_judge_batches(struct weir_core *core, struct burst *burst, uint64_t acks,
				const struct cookie_finding **findings);

/* SEGMENT ARRIVES for each, the most deserving first. */
void pipeline_segment(struct weir_core *core, struct burst *burst);

/* Give flows that found the deferred list full their place in it. */
void pipeline_relist(struct weir_core *core);

/* Tell the applications what has happened, and let them do what they want to do. */
void pipeline_application(struct weir_core *core);

/*
 * True for a connection that has ended while its application had paused it and
 * text is left: both wait, unlisted, for the application to resume.
 */
bool pipeline_is_parked(const struct tcp_engine *engine, uint32_t idx);

/* Send what connections owe: text, FINs, one ACK for all of a burst. */
void pipeline_emit(struct weir_core *core);

/* While stopping: tell the next few flows. */
void pipeline_tell_stop(struct weir_core *core);

/* One received packet is done with: count it by its outcome. */
static inline void
pipeline_account(struct weir_core *core, enum drop_reason reason)
{
	if (reason == DROP_NONE)
		counter_increment(&core->counters, COUNTER_rx_served);
	else
		core->counters.drop[reason]++;
}

#endif
