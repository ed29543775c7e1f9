/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The wheel reads a tick as a number of four digits, base 256:
 *
 *	             level 3   level 2   level 1   level 0
 *	tick      =    17    .    4    .   200   .    9
 *	deadline  =    17    .    4    .   203   .   77
 *	                                    |
 *	                                    first digit that differs:
 *	                                    level 1, slot 203
 *
 * A node stands at the level of the first digit in which its deadline differs
 * from the wheel's tick, in the slot numbered by its own digit there.  Three
 * things follow from this one rule.
 *
 *	- Whatever stands at a lower level is due before anything at a higher
 *	  one, and within a level slots are due in rising order.  So the next
 *	  thing to happen is the first occupied slot of the lowest level that has
 *	  any, and empty ticks are never visited: a gap of weeks costs the same
 *	  sixteen words of bitmap as a gap of one tick.
 *	- When the tick moves to the beginning of that slot, no other node's
 *	  first differing digit changes: only the nodes of the slot itself move,
 *	  to lower levels ("spreading").  Each node moves at most three times.
 *	- The slot of the tick's own digit is always empty.
 *
 * The tick is 32 bits and wraps.  Only the highest level feels it: its slots
 * are a ring, and deadlines less than half the ring ahead keep their order.
 *
 * The trap: poll() may run out of budget anywhere, and what it calls may arm and
 * cancel anything.  So nodes on their way out (spread, due, late) are in lists of
 * the same kind as the slots', and nothing is remembered across a callback but
 * the wheel itself.
 */

#include "timer_wheel.h"

#include <string.h>

#include "check.h"
#include "units.h"

#define SLOT_MASK (TIMER_SLOTS - 1)
#define LIST_FLAG TIMER_NODES_MAX /* set in `previous` where it names a list */

static_assert(TIMER_LEVELS * TIMER_SLOT_BITS == 32, "a tick is four digits");

static struct timer_node *
node_at(const struct timer_wheel *wheel, uint32_t idx)
{
	return (struct timer_node *)(wheel->nodes + (uint64_t)idx * wheel->stride);
}

static uint32_t
digit(uint32_t tick, uint32_t level)
{
	return (tick >> (level * TIMER_SLOT_BITS)) & SLOT_MASK;
}

/* Lists from TIMER_LIST_SPREAD on have no bit: they are looked at in every poll. */
static void
mark_list(struct timer_wheel *wheel, uint32_t list, bool occupied)
{
	uint64_t bit = UINT64_C(1) << (list % 64);
	uint64_t *word;

	if (list >= TIMER_LIST_SPREAD)
		return;
	word = &wheel->occupied[list / TIMER_SLOTS][list % TIMER_SLOTS / 64];
	*word = occupied ? *word | bit : *word & ~bit;
}

static void
link_node(struct timer_wheel *wheel, uint32_t list, uint32_t idx)
{
	struct timer_node *node = node_at(wheel, idx);
	uint32_t next = wheel->first[list];

	node->next = next;
	node->previous = LIST_FLAG | list;
	wheel->first[list] = idx;
	if (next != TIMER_NONE)
		node_at(wheel, next)->previous = idx;
	else
		mark_list(wheel, list, true);
}

static void
unlink_node(struct timer_wheel *wheel, struct timer_node *node)
{
	uint32_t next = node->next;
	uint32_t previous = node->previous;

	if (next != TIMER_NONE)
		node_at(wheel, next)->previous = previous;
	if ((previous & LIST_FLAG) == 0) {
		node_at(wheel, previous)->next = next;
	} else {
		wheel->first[previous & ~LIST_FLAG] = next;
		if (next == TIMER_NONE)
			mark_list(wheel, previous & ~LIST_FLAG, false);
	}
}

/* All of `from` becomes all of `to`, which is empty. */
static void
move_list(struct timer_wheel *wheel, uint32_t to, uint32_t from)
{
	uint32_t idx = wheel->first[from];

	check(wheel->first[to] == TIMER_NONE);
	if (idx == TIMER_NONE)
		return;
	wheel->first[from] = TIMER_NONE;
	mark_list(wheel, from, false);
	wheel->first[to] = idx;
	node_at(wheel, idx)->previous = LIST_FLAG | to;
}

/* Where the rule at the top puts a deadline that is ahead of the tick. */
static uint32_t
slot_list(const struct timer_wheel *wheel, uint32_t deadline)
{
	uint32_t highest_bit = 31 - (uint32_t)__builtin_clz(deadline ^ wheel->tick);
	uint32_t level = highest_bit / TIMER_SLOT_BITS;

	return level * TIMER_SLOTS + digit(deadline, level);
}

/*
 * The first occupied slot after `slot`, going round, or TIMER_SLOTS.  The first
 * word needs no mask: what it has before `slot` is empty, because it has passed,
 * or at the highest level because it is more than half the ring ahead.
 */
static uint32_t
next_occupied(const uint64_t occupied[TIMER_SLOTS / 64], uint32_t slot)
{
	for (uint32_t i = 0; i < TIMER_SLOTS / 64; i++) {
		uint32_t word = (slot / 64 + i) % (TIMER_SLOTS / 64);

		if (occupied[word] != 0)
			return word * 64 + (uint32_t)__builtin_ctzll(occupied[word]);
	}
	return TIMER_SLOTS;
}

/*
 * Move the tick to the next occupied slot and its nodes to the list they leave
 * by.  False, and the tick is `now`, if there is none up to `now`.
 */
static bool
advance(struct timer_wheel *wheel, uint32_t now)
{
	for (uint32_t level = 0; level < TIMER_LEVELS; level++) {
		uint32_t shift = level * TIMER_SLOT_BITS;
		uint32_t slot = next_occupied(wheel->occupied[level], digit(wheel->tick, level));
		uint32_t above, begin;

		if (slot == TIMER_SLOTS)
			continue;
		above = level + 1 < TIMER_LEVELS ? UINT32_MAX << (shift + TIMER_SLOT_BITS) : 0;
		begin = (wheel->tick & above) | (slot << shift);
		if (tick_before(now, begin))
			break;
		wheel->tick = begin;
		move_list(wheel, level == 0 ? TIMER_LIST_DUE : TIMER_LIST_SPREAD,
			  level * TIMER_SLOTS + slot);
		return true;
	}
	wheel->tick = now;
	return false;
}

/* One node a level or more down, or out if it is due at the very beginning of its slot. */
static void
spread_first(struct timer_wheel *wheel)
{
	uint32_t idx = wheel->first[TIMER_LIST_SPREAD];
	struct timer_node *node = node_at(wheel, idx);
	uint32_t list = TIMER_LIST_DUE;

	if (node->deadline != wheel->tick)
		list = slot_list(wheel, node->deadline);
	unlink_node(wheel, node);
	link_node(wheel, list, idx);
}

static void
fire_first(struct timer_wheel *wheel, uint32_t list, timer_fire_fn fire, void *arg)
{
	uint32_t idx = wheel->first[list];

	timer_wheel_cancel(wheel, idx);
	fire(arg, idx);
}

void
timer_wheel_init(struct timer_wheel *wheel, void *nodes, uint32_t stride, uint32_t now)
{
	check(stride >= sizeof(struct timer_node));
	memset(wheel, 0, sizeof(*wheel));
	wheel->nodes = nodes;
	wheel->stride = stride;
	wheel->tick = now;
	for (uint32_t list = 0; list < TIMER_LISTS; list++)
		wheel->first[list] = TIMER_NONE;
}

void
timer_node_init(struct timer_node *node)
{
	*node = (struct timer_node){.next = TIMER_NONE, .previous = TIMER_NONE};
}

bool
timer_node_is_armed(const struct timer_node *node)
{
	return node->previous != TIMER_NONE;
}

void
timer_wheel_arm(struct timer_wheel *wheel, uint32_t idx, uint32_t deadline)
{
	uint32_t list = TIMER_LIST_LATE_NEXT;

	check(idx < TIMER_NODES_MAX);
	timer_wheel_cancel(wheel, idx);
	if (tick_before(wheel->tick, deadline))
		list = slot_list(wheel, deadline);
	node_at(wheel, idx)->deadline = deadline;
	link_node(wheel, list, idx);
	wheel->armed++;
}

void
timer_wheel_cancel(struct timer_wheel *wheel, uint32_t idx)
{
	struct timer_node *node = node_at(wheel, idx);

	if (!timer_node_is_armed(node))
		return;
	unlink_node(wheel, node);
	node->previous = TIMER_NONE;
	wheel->armed--;
}

/* Which list to take from: late nodes were due before anything that is still in the wheel. */
static uint32_t
first_list(const struct timer_wheel *wheel)
{
	if (wheel->first[TIMER_LIST_LATE] != TIMER_NONE)
		return TIMER_LIST_LATE;
	if (wheel->first[TIMER_LIST_DUE] != TIMER_NONE)
		return TIMER_LIST_DUE;
	if (wheel->first[TIMER_LIST_SPREAD] != TIMER_NONE)
		return TIMER_LIST_SPREAD;
	return TIMER_LISTS;
}

/*
 * What callbacks arm too late waits for the next poll, or a node that arms
 * itself for now would take the whole budget.
 */
uint32_t
timer_wheel_poll(struct timer_wheel *wheel, uint32_t now, uint32_t budget, timer_fire_fn fire,
		 void *arg)
{
	uint32_t fired = 0;

	if (wheel->first[TIMER_LIST_LATE] == TIMER_NONE)
		move_list(wheel, TIMER_LIST_LATE, TIMER_LIST_LATE_NEXT);
	while (budget > 0) {
		uint32_t list = first_list(wheel);

		if (list == TIMER_LISTS) {
			if (!tick_before(wheel->tick, now) || !advance(wheel, now))
				break;
			continue;
		}
		budget--;
		if (list == TIMER_LIST_SPREAD) {
			spread_first(wheel);
		} else {
			fire_first(wheel, list, fire, arg);
			fired++;
		}
	}
	return fired;
}
