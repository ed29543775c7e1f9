/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Urgent data (RFC 9293, 3.8.5).  Its octets are text like all others, in line.  What
 * is urgent of them is only told: up to where, each time a segment says so.
 *
 * RCV.UP is not kept beyond a turn, so a pointer that a later segment repeats is told
 * again, as long as it is ahead of what the application has had.
 */
#ifndef WEIR_TCP_TCP_URGENT_H
#define WEIR_TCP_TCP_URGENT_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_branch_prediction.h>

#include "tcp_engine.h"
#include "tcp_seg.h"

/*
 * Into engine->urgent, for the application stage: until then no text is delivered, so
 * the number holds.  Out of line: hardly anybody uses it.
 */
void tcp_note_urgent(struct tcp_engine *engine, uint32_t idx, const struct tcp_seg *seg);

/* Sixth step of SEGMENT ARRIVES: URG. */
static inline void
tcp_take_urgent(struct tcp_engine *engine, uint32_t idx, const struct tcp_seg *seg)
{
	if (unlikely((seg->flags & TH_URG) != 0))
		tcp_note_urgent(engine, idx, seg);
}

#endif
