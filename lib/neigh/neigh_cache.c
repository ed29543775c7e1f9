/* SPDX-License-Identifier: BSD-3-Clause */

#include "neigh_cache.h"

#include <stddef.h>
#include <string.h>

#include "check.h"
#include "units.h"

/* RFC 4861, 10; for ARP the same, as RFC 1122, 2.3.2.1 leaves open. */
#define RETRANSMIT_TICKS ticks_in_ms(1000)
#define REACHABLE_TICKS	 ticks_in_ms(30000)
#define DELAY_TICKS	 ticks_in_ms(5000)
#define SOLICIT_MAX	 3 /* questions to everybody, and to one station */

/* The hash needs no key: what is in the cache is what our own applications want. */
static struct neigh_entry *
set_of(struct neigh_cache *cache, const struct neigh_key *key)
{
	uint64_t place = (uint64_t)key->port << 16 | key->vlan_id;
	unsigned __int128 product = key->addr.half[0] ^ place ^ UINT64_C(0xd1b54a32d192ed03);

	product *= key->addr.half[1] ^ UINT64_C(0x9e3779b97f4a7c15);
	return cache
		->entries[(uint32_t)((uint64_t)(product >> 64) ^ (uint64_t)product) % NEIGH_SETS];
}

static struct neigh_entry *
find(struct neigh_cache *cache, const struct neigh_key *key)
{
	struct neigh_entry *set = set_of(cache, key);

	for (uint32_t i = 0; i < NEIGH_WAYS; i++) {
		if (set[i].state != NEIGH_FREE && neigh_key_equal(&set[i].key, key))
			return &set[i];
	}
	return NULL;
}

const struct neigh_entry *
neigh_cache_find(const struct neigh_cache *cache, const struct neigh_key *key)
{
	return find((struct neigh_cache *)(uintptr_t)cache, key);
}

void
neigh_cache_init(struct neigh_cache *cache, const struct neigh_cache_ops *ops, void *arg)
{
	memset(cache, 0, sizeof(*cache));
	cache->ops = ops;
	cache->arg = arg;
	for (uint32_t i = 0; i < NEIGH_WAITERS_MAX; i++)
		cache->waiters[i].next = i + 1 < NEIGH_WAITERS_MAX ? i + 1 : NEIGH_NOBODY;
}

static void
set_due(struct neigh_cache *cache, struct neigh_entry *entry, uint32_t due)
{
	entry->due = due;
	if (!cache->is_due_set || tick_before(due, cache->due))
		cache->due = due;
	cache->is_due_set = true;
}

static void
ask(struct neigh_cache *cache, struct neigh_entry *entry, uint32_t tick)
{
	entry->tries++;
	set_due(cache, entry, tick + RETRANSMIT_TICKS);
	cache->ops->ask(cache->arg, entry);
}

static void
begin_to_ask(struct neigh_cache *cache, struct neigh_entry *entry, enum neigh_state state,
	     uint32_t tick)
{
	entry->state = (uint8_t)state;
	entry->tries = 0;
	ask(cache, entry, tick);
}

/* Whom somebody waits for stays; of the others the one that was used longest ago goes. */
static struct neigh_entry *
make_room(struct neigh_cache *cache, const struct neigh_key *key, uint32_t tick)
{
	struct neigh_entry *set = set_of(cache, key);
	struct neigh_entry *oldest = NULL;

	for (uint32_t i = 0; i < NEIGH_WAYS; i++) {
		if (set[i].state == NEIGH_FREE)
			return &set[i];
		if (set[i].state == NEIGH_INCOMPLETE)
			continue;
		if (oldest == NULL || tick - set[i].used > tick - oldest->used)
			oldest = &set[i];
	}
	return oldest;
}

static struct neigh_entry *
create(struct neigh_cache *cache, const struct neigh_key *key, uint16_t local_idx, uint32_t tick)
{
	struct neigh_entry *entry = make_room(cache, key, tick);

	if (entry == NULL)
		return NULL;
	*entry = (struct neigh_entry){
		.key = *key,
		.local_idx = local_idx,
		.used = tick,
		.waiters = NEIGH_NOBODY,
	};
	begin_to_ask(cache, entry, NEIGH_INCOMPLETE, tick);
	return entry;
}

static bool
add_waiter(struct neigh_cache *cache, struct neigh_entry *entry, uint32_t who)
{
	uint32_t idx = cache->free_waiters;

	if (idx == NEIGH_NOBODY)
		return false;
	cache->free_waiters = cache->waiters[idx].next;
	cache->waiters[idx] = (struct neigh_waiter){.who = who, .next = entry->waiters};
	entry->waiters = idx;
	return true;
}

/* A waiter that is told may do anything, even wait again: its place is free before. */
static void
tell_waiters(struct neigh_cache *cache, struct neigh_entry *entry, bool is_known)
{
	uint32_t idx = entry->waiters;

	entry->waiters = NEIGH_NOBODY;
	while (idx != NEIGH_NOBODY) {
		struct neigh_waiter waiter = cache->waiters[idx];

		cache->waiters[idx].next = cache->free_waiters;
		cache->free_waiters = idx;
		cache->ops->tell(cache->arg, waiter.who, entry, is_known);
		idx = waiter.next;
	}
}

static bool
is_fresh(const struct neigh_entry *entry, uint32_t tick)
{
	return entry->state == NEIGH_REACHABLE && tick - entry->confirmed < REACHABLE_TICKS;
}

enum neigh_answer
neigh_cache_resolve(struct neigh_cache *cache, const struct neigh_key *key, uint16_t local_idx,
		    uint32_t tick, uint32_t waiter, uint8_t mac[6])
{
	struct neigh_entry *entry = find(cache, key);

	if (entry == NULL)
		entry = create(cache, key, local_idx, tick);
	if (entry == NULL)
		return NEIGH_FULL;
	entry->used = tick;
	if (entry->state == NEIGH_INCOMPLETE)
		return add_waiter(cache, entry, waiter) ? NEIGH_WAIT : NEIGH_FULL;
	if (entry->state == NEIGH_REACHABLE && !is_fresh(entry, tick)) {
		entry->state = NEIGH_DELAY;
		entry->local_idx = local_idx;
		set_due(cache, entry, tick + DELAY_TICKS);
	}
	memcpy(mac, entry->mac, sizeof(entry->mac));
	return NEIGH_KNOWN;
}

static void
make_reachable(struct neigh_entry *entry, uint32_t tick)
{
	entry->state = NEIGH_REACHABLE;
	entry->confirmed = tick;
}

void
neigh_cache_confirm(struct neigh_cache *cache, const struct neigh_key *key, uint32_t tick)
{
	struct neigh_entry *entry = find(cache, key);

	if (entry != NULL && entry->state != NEIGH_INCOMPLETE)
		make_reachable(entry, tick);
}

bool
neigh_cache_doubt(struct neigh_cache *cache, const struct neigh_key *key, uint16_t local_idx,
		  uint32_t tick, uint8_t mac[6])
{
	struct neigh_entry *entry = find(cache, key);

	if (entry == NULL)
		entry = create(cache, key, local_idx, tick);
	if (entry == NULL || entry->state == NEIGH_INCOMPLETE)
		return false;
	entry->used = tick;
	if (entry->state != NEIGH_PROBE && !is_fresh(entry, tick)) {
		entry->local_idx = local_idx;
		begin_to_ask(cache, entry, NEIGH_PROBE, tick);
	}
	memcpy(mac, entry->mac, sizeof(entry->mac));
	return true;
}

bool
neigh_cache_answer(struct neigh_cache *cache, const struct neigh_key *key, const uint8_t *mac,
		   uint32_t tick)
{
	struct neigh_entry *entry = find(cache, key);

	if (entry == NULL)
		return false;
	if (entry->state == NEIGH_PROBE) {
		/* Another station: it may be right, and is asked if this one stays silent. */
		if (mac != NULL && memcmp(mac, entry->mac, sizeof(entry->mac)) != 0)
			return false;
		make_reachable(entry, tick);
		return true;
	}
	if (entry->state != NEIGH_INCOMPLETE || mac == NULL)
		return false;
	memcpy(entry->mac, mac, sizeof(entry->mac));
	make_reachable(entry, tick);
	tell_waiters(cache, entry, true);
	return true;
}

static bool
is_timed(const struct neigh_entry *entry)
{
	return entry->state == NEIGH_INCOMPLETE || entry->state == NEIGH_DELAY ||
	       entry->state == NEIGH_PROBE;
}

static void
act(struct neigh_cache *cache, struct neigh_entry *entry, uint32_t tick)
{
	if (entry->state == NEIGH_DELAY) {
		begin_to_ask(cache, entry, NEIGH_PROBE, tick);
	} else if (entry->tries < SOLICIT_MAX) {
		ask(cache, entry, tick);
	} else if (entry->state == NEIGH_PROBE) {
		begin_to_ask(cache, entry, NEIGH_INCOMPLETE, tick);
	} else {
		tell_waiters(cache, entry, false);
		entry->state = NEIGH_FREE;
	}
}

/* Some hundred entries, looked at when the first of them is due: a few times a second at most. */
void
neigh_cache_poll(struct neigh_cache *cache, uint32_t tick)
{
	if (!cache->is_due_set || tick_before(tick, cache->due))
		return;
	cache->is_due_set = false;
	for (uint32_t i = 0; i < NEIGH_SETS * NEIGH_WAYS; i++) {
		struct neigh_entry *entry = &cache->entries[i / NEIGH_WAYS][i % NEIGH_WAYS];

		if (!is_timed(entry))
			continue;
		if (tick_before(tick, entry->due))
			set_due(cache, entry, entry->due);
		else
			act(cache, entry, tick);
	}
}
