/* SPDX-License-Identifier: BSD-3-Clause */

/* The stages of pipeline_poll(), in order, and the burst that goes through them. */
#ifndef WEIR_PIPELINE_STAGES_H
#define WEIR_PIPELINE_STAGES_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_mbuf.h>

#include "flow_key.h"
#include "frame.h"
#include "pipeline.h"
#include "tcp_seg.h"

/* The TCP segments of a burst, in order of arrival; all else has been dealt with by then. */
struct burst {
	uint32_t count;
	bool has_new_flow; /* a segment of this burst has created a flow since the lookup */
	struct frame frames[PIPELINE_BURST_MAX];
	struct tcp_seg segs[PIPELINE_BURST_MAX];
	struct flow_key keys[PIPELINE_BURST_MAX];
	uint64_t hashes[PIPELINE_BURST_MAX];
	uint32_t found[PIPELINE_BURST_MAX]; /* flow, or FLOW_NONE */
};

/* Octets to segments: refuse what is not for us, answer what needs no connection. */
void pipeline_classify(struct weir_core *core, struct rte_mbuf **frames, uint32_t count,
		       struct burst *burst);

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
