/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Connections in TIME-WAIT, in compact form: 24 octets and a slot of the index
 * each.  The key is not kept, only 64 bits of its keyed hash: two connections
 * would have to agree in all of them to be confused.  What else a reply needs
 * (MAC, addresses, ports) comes from the segment it answers.
 *
 * All entries last equally long, so they stand in a ring in order of expiry: no
 * timer each.  A full ring gives up its oldest entry for a new one.
 *
 * An entry whose wait starts anew stays where it is until it is the oldest, and
 * takes its new place then.  If each restart took a place, one peer who repeats
 * its FIN could fill the ring and push out everybody else's.
 */
#ifndef WEIR_FLOW_TIME_WAIT_TABLE_H
#define WEIR_FLOW_TIME_WAIT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "check.h"
#include "tag_match.h"
#include "tag_table.h"

#define TIME_WAIT_NONE UINT32_MAX

struct time_wait {
	uint32_t hash_high; /* with the place in the index, the connection's fingerprint */
	uint32_t hash_low;
	uint32_t snd_nxt;
	uint32_t rcv_nxt;
	uint32_t ts_recent;
	uint32_t expiry_and_flags; /* tick rounded up to 8; bits as in time_wait_table.c */
};

static_assert(sizeof(struct time_wait) == 24, "with its index slot, 32 octets");

struct time_wait_table {
	struct time_wait *ring;
	struct tag_table index;
	uint32_t capacity;
	uint32_t head;	/* oldest */
	uint32_t count; /* places in use, removed entries included */
	uint32_t live;
};

size_t time_wait_table_bytes(uint32_t capacity);
void time_wait_table_init(struct time_wait_table *table, void *memory, uint32_t capacity);

/* False if there is certainly none.  Costs less than the look-up, which may say so too. */
static inline bool
time_wait_table_may_have(const struct time_wait_table *table, uint64_t hash)
{
	return table->live != 0 && tag_table_may_have(&table->index, hash);
}

/* TIME_WAIT_NONE if there is none. */
uint32_t time_wait_table_lookup(const struct time_wait_table *table, uint64_t hash);

static inline struct time_wait *
time_wait_table_get(const struct time_wait_table *table, uint32_t idx)
{
	return &table->ring[idx];
}

bool time_wait_has_timestamps(const struct time_wait *tw);

/*
 * Enter a connection until tick `expiry`, which is not before that of earlier
 * calls; hash and flags of `tw` need not be set.  An entry with the same hash is
 * replaced.  Returns true if an entry was lost by it: the oldest of a full ring.
 */
bool time_wait_table_insert(struct time_wait_table *table, uint64_t hash,
			    const struct time_wait *tw, bool has_timestamps, uint32_t expiry);

/*
 * Start the wait of entry `idx` anew.  It lasts to `expiry` or longer, but never
 * longer than the entry that was youngest when this one became the oldest.
 */
void time_wait_table_restart(struct time_wait_table *table, uint32_t idx, uint32_t expiry);

void time_wait_table_remove(struct time_wait_table *table, uint32_t idx);

/* Drop what has expired at tick `now`, at most `budget` entries.  Returns how many. */
uint32_t time_wait_table_expire(struct time_wait_table *table, uint32_t now, uint32_t budget);

#endif
