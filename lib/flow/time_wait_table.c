/* SPDX-License-Identifier: BSD-3-Clause */

/*
 *	        head                       head + count
 *	         |                          |
 *	ring ----[ old . x . r . . x . new ][ free ]----  and round again
 *
 *	x  removed: out of the index, its place is free once it is the oldest
 *	r  restarted: not due in its turn; when it is the oldest it moves behind the
 *	   youngest and takes over that one's expiry if that is later, so the order
 *	   holds.  In a ring that is full both places are one, and nothing moves.
 *
 * The wait of a restarted entry may so last up to twice as long as asked.  That
 * costs nothing: RFC 6191 lets a new connection end it at any time.
 */

#include "time_wait_table.h"

#include <string.h>

#include "units.h"

/* The low bits of expiry_and_flags. */
enum {
	HAS_TIMESTAMPS = 1,
	REMOVED = 2,
	RESTARTED = 4,
	FLAGS = 7,
};

/* What the index asks about. */
struct wanted {
	const struct time_wait *ring;
	uint64_t hash;
};

static uint64_t
hash_of(const struct time_wait *tw)
{
	return (uint64_t)tw->hash_high << 32 | tw->hash_low;
}

static bool
is_wanted(const void *arg, uint32_t idx)
{
	const struct wanted *wanted = arg;

	return hash_of(&wanted->ring[idx]) == wanted->hash;
}

/* Rounds up: the wait is never cut short. */
static void
set_expiry(struct time_wait *tw, uint32_t expiry, uint32_t flags)
{
	tw->expiry_and_flags = ((expiry + FLAGS) & ~(uint32_t)FLAGS) | flags;
}

static uint32_t
expiry_of(const struct time_wait *tw)
{
	return tw->expiry_and_flags & ~(uint32_t)FLAGS;
}

static uint32_t
wrap(const struct time_wait_table *table, uint32_t place)
{
	return place < table->capacity ? place : place - table->capacity;
}

static size_t
ring_bytes(uint32_t capacity)
{
	return ((size_t)capacity * sizeof(struct time_wait) + 63) & ~(size_t)63;
}

size_t
time_wait_table_bytes(uint32_t capacity)
{
	return ring_bytes(capacity) + tag_table_bytes(capacity);
}

void
time_wait_table_init(struct time_wait_table *table, void *memory, uint32_t capacity)
{
	check(capacity > 0);
	*table = (struct time_wait_table){.ring = memory, .capacity = capacity};
	memset(memory, 0, ring_bytes(capacity));
	tag_table_init(&table->index, (uint8_t *)memory + ring_bytes(capacity), capacity);
}

uint32_t
time_wait_table_lookup(const struct time_wait_table *table, uint64_t hash)
{
	struct wanted wanted = {table->ring, hash};

	return tag_table_lookup(&table->index, hash, is_wanted, &wanted);
}

bool
time_wait_has_timestamps(const struct time_wait *tw)
{
	return (tw->expiry_and_flags & HAS_TIMESTAMPS) != 0;
}

static void
free_oldest_place(struct time_wait_table *table)
{
	check(table->count > 0);
	table->head = wrap(table, table->head + 1);
	table->count--;
}

/* Behind the youngest, with the later expiry of the two, no longer restarted. */
static void
requeue_oldest(struct time_wait_table *table)
{
	uint32_t from = table->head;
	uint32_t youngest = wrap(table, from + table->count - 1);
	uint32_t to = wrap(table, from + table->count);
	struct time_wait tw = table->ring[from];
	uint32_t expiry = expiry_of(&tw);

	if (tick_before(expiry, expiry_of(&table->ring[youngest])))
		expiry = expiry_of(&table->ring[youngest]);
	set_expiry(&tw, expiry, tw.expiry_and_flags & HAS_TIMESTAMPS);
	table->ring[to] = tw;
	if (to != from)
		tag_table_replace(&table->index, hash_of(&tw), from, to);
	free_oldest_place(table);
	table->count++;
}

/* True if a live entry was given up for it. */
static bool
make_room(struct time_wait_table *table)
{
	bool given_up = false;

	if (table->count < table->capacity)
		return false;
	if ((table->ring[table->head].expiry_and_flags & REMOVED) == 0) {
		time_wait_table_remove(table, table->head);
		given_up = true;
	}
	free_oldest_place(table);
	return given_up;
}

bool
time_wait_table_insert(struct time_wait_table *table, uint64_t hash, const struct time_wait *tw,
		       bool has_timestamps, uint32_t expiry)
{
	uint32_t idx = time_wait_table_lookup(table, hash);
	uint32_t flags = has_timestamps ? HAS_TIMESTAMPS : 0;
	bool lost = false;

	if (idx != TIME_WAIT_NONE) {
		flags |= RESTARTED;
	} else {
		lost = make_room(table);
		idx = wrap(table, table->head + table->count);
		if (!tag_table_insert(&table->index, hash, idx))
			return true;
		table->count++;
		table->live++;
	}
	table->ring[idx] = *tw;
	table->ring[idx].hash_high = (uint32_t)(hash >> 32);
	table->ring[idx].hash_low = (uint32_t)hash;
	set_expiry(&table->ring[idx], expiry, flags);
	return lost;
}

void
time_wait_table_restart(struct time_wait_table *table, uint32_t idx, uint32_t expiry)
{
	struct time_wait *tw = &table->ring[idx];

	check((tw->expiry_and_flags & REMOVED) == 0);
	set_expiry(tw, expiry, (tw->expiry_and_flags & HAS_TIMESTAMPS) | RESTARTED);
}

void
time_wait_table_remove(struct time_wait_table *table, uint32_t idx)
{
	struct time_wait *tw = &table->ring[idx];

	check((tw->expiry_and_flags & REMOVED) == 0);
	tag_table_remove(&table->index, hash_of(tw), idx);
	tw->expiry_and_flags |= REMOVED;
	check(table->live > 0);
	table->live--;
}

uint32_t
time_wait_table_expire(struct time_wait_table *table, uint32_t now, uint32_t budget)
{
	uint32_t expired = 0;

	for (; table->count > 0 && budget > 0; budget--) {
		const struct time_wait *oldest = &table->ring[table->head];

		if ((oldest->expiry_and_flags & REMOVED) != 0) {
			free_oldest_place(table);
		} else if (!tick_before(now, expiry_of(oldest))) {
			time_wait_table_remove(table, table->head);
			free_oldest_place(table);
			expired++;
		} else if ((oldest->expiry_and_flags & RESTARTED) != 0) {
			requeue_oldest(table);
		} else {
			break;
		}
	}
	return expired;
}
