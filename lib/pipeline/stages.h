/* SPDX-License-Identifier: BSD-3-Clause */

/* The stages of pipeline_poll(), in order, and the burst that goes through them. */
#ifndef WEIR_PIPELINE_STAGES_H
#define WEIR_PIPELINE_STAGES_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_mbuf.h>

#include "check.h"
#include "flow_key.h"
#include "frame.h"
#include "pipeline.h"
#include "plain.h"
#include "tcp_seg.h"

/*
 * The TCP segments of a burst, in order of arrival; all else has been dealt with by
 * then.  `frames` and `segs` are filled for those that need them, by burst_seg().
 */
struct burst {
	uint32_t count;
	bool has_new_flow; /* a segment of this burst has created a flow since the lookup */
	uint64_t opened;   /* which of frames and segs are filled */
	struct plain plains[PIPELINE_BURST_MAX]; /* of one that is not plain: m and flags alone */
	struct frame frames[PIPELINE_BURST_MAX];
	struct tcp_seg segs[PIPELINE_BURST_MAX];
	struct flow_key keys[PIPELINE_BURST_MAX];
	uint64_t hashes[PIPELINE_BURST_MAX];
	uint32_t found[PIPELINE_BURST_MAX]; /* flow, or FLOW_NONE */
};

static_assert(PIPELINE_BURST_MAX <= 64, "a set of segments is a word");

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
