/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The trap: ticks wrap after 49 days, and nobody sweeps.  An entry counts only while
 * what is left of its life is no more than a whole life.
 */
#include "pmtu_cache.h"

#include "check.h"

size_t
pmtu_cache_bytes(void)
{
	return sizeof(struct pmtu_entry[PMTU_CACHE_SETS][PMTU_CACHE_PLACES]);
}

void
pmtu_cache_init(struct pmtu_cache *cache, void *memory, uint32_t life_ticks)
{
	check(life_ticks < UINT32_C(1) << 31);
	*cache = (struct pmtu_cache){.sets = memory, .life_ticks = life_ticks};
	memset(memory, 0, pmtu_cache_bytes());
}

static uint32_t
ticks_left(const struct pmtu_cache *cache, const struct pmtu_entry *entry, uint32_t tick)
{
	uint32_t left = entry->until - tick;

	return entry->mtu != 0 && left <= cache->life_ticks ? left : 0;
}

static struct pmtu_entry *
set_of(const struct pmtu_cache *cache, uint64_t hash)
{
	return cache->sets[hash & (PMTU_CACHE_SETS - 1)];
}

const struct pmtu_entry *
pmtu_cache_find(struct pmtu_cache *cache, uint64_t hash, const struct ip_addr *addr, uint32_t tick)
{
	const struct pmtu_entry *set = set_of(cache, hash);

	for (uint32_t i = 0; i < PMTU_CACHE_PLACES; i++) {
		if (ip_addr_equal(&set[i].addr, addr) && ticks_left(cache, &set[i], tick) > 0)
			return &set[i];
	}
	return NULL;
}

void
pmtu_cache_put(struct pmtu_cache *cache, uint64_t hash, const struct ip_addr *addr, uint16_t mtu,
	       uint32_t tick)
{
	struct pmtu_entry *set = set_of(cache, hash), *place = &set[0];

	for (uint32_t i = 0; i < PMTU_CACHE_PLACES; i++) {
		if (ip_addr_equal(&set[i].addr, addr)) {
			place = &set[i];
			break;
		}
		if (ticks_left(cache, &set[i], tick) < ticks_left(cache, place, tick))
			place = &set[i];
	}
	*place = (struct pmtu_entry){*addr, tick + cache->life_ticks, mtu, 0};
	cache->latest = place->until;
	cache->is_used = true;
}
