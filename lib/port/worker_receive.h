/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * What a worker receives in one turn, and who goes first when it is too much.
 *
 *	within a turn	one burst from the sources in rotation: a source that
 *			filled it is asked last in the next turn.  Queues that
 *			hold nothing but SYNs (syn_queue.h) get what the others
 *			left, and an eighth of the burst at least.
 *	across turns	a device's queue whose end has not been seen for long
 *			receives more than the worker can serve, and the device
 *			drops what does not fit, established connections' segments
 *			and SYNs alike.  The worker then looks ahead: up to 16
 *			bursts, of which segments are served first, SYNs next (an
 *			eighth of a burst at least), strays last, and what one
 *			burst has no room for is shed unread.  Shedding is not
 *			free: what it costs is SYNs that would have been answered.
 *			So a worker without connections never does it.
 *	between workers	the last quarter of a ring to another worker is kept for
 *			segments.
 *
 * Ranks are told by flags alone (frame_rank.h): this is of no help against a
 * flood of forged ACKs, which is why refusing those is made cheap instead.
 */
#ifndef WEIR_PORT_WORKER_RECEIVE_H
#define WEIR_PORT_WORKER_RECEIVE_H

#include <rte_mbuf.h>

#include "units.h"
#include "worker.h"

/*
 * Overload is when so many frames have been taken, in queue lengths, without
 * once seeing the queue's end.  A full queue that merely has to be caught up
 * with, at 80 % of what the worker can do, is empty after five.
 */
#define OVERLOAD_QUEUES 8

/* In overload: frames taken without seeing the end before any is shed, as a part of the queue. */
#define OVERLOAD_SLACK_PART 4

/* Time without shedding after which overload is over. */
#define OVERLOAD_CALM_NS (100 * NS_PER_MS)

/* Frames of one turn, no more than PIPELINE_BURST_MAX; those for other workers are handed over. */
uint32_t worker_receive(struct worker *worker, struct rte_mbuf **frames);

#endif
