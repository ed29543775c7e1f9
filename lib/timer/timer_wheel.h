/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * A hierarchical timing wheel (Varghese and Lauck, 1987): four levels of 256
 * slots, ticks of base/units.h, any deadline less than 2^31 ticks ahead.  It must
 * be polled more often than that (26 days).
 *
 * Nodes are embedded in the caller's array of records and known by index, so a
 * node is 12 octets and the wheel owns no memory but its slots.  Arming and
 * cancelling are O(1).  One wheel belongs to one core.
 */
#ifndef WEIR_TIMER_TIMER_WHEEL_H
#define WEIR_TIMER_TIMER_WHEEL_H

#include <stdbool.h>
#include <stdint.h>

#define TIMER_LEVELS	  4
#define TIMER_SLOT_BITS	  8
#define TIMER_SLOTS	  (1u << TIMER_SLOT_BITS)
#define TIMER_NONE	  UINT32_MAX
#define TIMER_AHEAD_TICKS (UINT32_MAX / 2)
#define TIMER_NODES_MAX	  (UINT32_C(1) << 31) /* the upper half of `previous` names list heads */

/* The lists a node can be in: one per slot, and four for nodes on their way out. */
enum timer_list {
	/* From a slot of a higher level, to be spread over lower ones. */
	TIMER_LIST_SPREAD = TIMER_LEVELS * TIMER_SLOTS,
	/* Their tick has come. */
	TIMER_LIST_DUE,
	/* Their tick had passed when they were armed: found by this poll, and since then. */
	TIMER_LIST_LATE,
	TIMER_LIST_LATE_NEXT,
	TIMER_LISTS,
};

struct timer_node {
	uint32_t next;	   /* index, or TIMER_NONE */
	uint32_t previous; /* index, or the list while first in it, or TIMER_NONE while not armed */
	uint32_t deadline; /* tick */
};

struct timer_wheel {
	uint8_t *nodes;	 /* address of node 0 */
	uint32_t stride; /* octets from one node to the next */
	uint32_t tick;	 /* all slots up to here, inclusive, have been emptied */
	uint32_t armed;	 /* nodes in the wheel */
	uint64_t occupied[TIMER_LEVELS][TIMER_SLOTS / 64]; /* one bit per slot: list not empty */
	uint32_t first[TIMER_LISTS];			   /* node, or TIMER_NONE */
};

/* `nodes` points at the timer_node inside record 0; records are `stride` octets apart. */
void timer_wheel_init(struct timer_wheel *wheel, void *nodes, uint32_t stride, uint32_t now);

/* Mark a node as not armed.  Every node needs this once before its first use. */
void timer_node_init(struct timer_node *node);
bool timer_node_is_armed(const struct timer_node *node);

/*
 * Arm or re-arm node `idx`.  A deadline that has passed fires at the next poll.
 * What has passed and what is ahead is judged from the tick of the last poll.
 */
void timer_wheel_arm(struct timer_wheel *wheel, uint32_t idx, uint32_t deadline);

/* Disarm node `idx`; nothing happens if it is not armed. */
void timer_wheel_cancel(struct timer_wheel *wheel, uint32_t idx);

/* Called with the node already disarmed; may arm and cancel any node, this one included. */
typedef void (*timer_fire_fn)(void *arg, uint32_t idx);

/*
 * Fire what is due at `now`, in order of tick.  A node moved and a node fired
 * each cost one of `budget`; what is left over waits for the next call, late
 * but never lost.  Returns the number fired.
 */
uint32_t timer_wheel_poll(struct timer_wheel *wheel, uint32_t now, uint32_t budget,
			  timer_fire_fn fire, void *arg);

#endif
