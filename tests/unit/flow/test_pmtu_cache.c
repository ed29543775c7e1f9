/* SPDX-License-Identifier: BSD-3-Clause */

/* What goes through to a destination: found until it expires, bounded, whatever comes. */
#include "test.h"

#include <stdlib.h>

#include "pmtu_cache.h"

#define LIFE 1000

static struct pmtu_cache
cache_new(void)
{
	struct pmtu_cache cache;
	void *memory = malloc(pmtu_cache_bytes());

	memset(memory, 0xa5, pmtu_cache_bytes());
	pmtu_cache_init(&cache, memory, LIFE);
	return cache;
}

static struct ip_addr
addr(uint32_t n)
{
	return (struct ip_addr){.word = {RTE_BE32(0x20010db8), 0, 0, rte_cpu_to_be_32(n)}};
}

static uint32_t
mtu_of(struct pmtu_cache *cache, uint64_t hash, uint32_t n, uint32_t tick)
{
	struct ip_addr who = addr(n);
	const struct pmtu_entry *entry = pmtu_cache_find(cache, hash, &who, tick);

	return entry == NULL ? 0 : entry->mtu;
}

static void
put(struct pmtu_cache *cache, uint64_t hash, uint32_t n, uint16_t mtu, uint32_t tick)
{
	struct ip_addr who = addr(n);

	pmtu_cache_put(cache, hash, &who, mtu, tick);
}

TEST(what_is_put_is_found_until_it_expires)
{
	struct pmtu_cache cache = cache_new();

	assert_false(pmtu_cache_may_have(&cache, 5));
	assert_int_equal(mtu_of(&cache, 7, 1, 5), 0);
	put(&cache, 7, 1, 1400, 5);
	assert_true(pmtu_cache_may_have(&cache, 5));
	assert_int_equal(mtu_of(&cache, 7, 1, 5), 1400);
	assert_int_equal(mtu_of(&cache, 7, 1, 5 + LIFE - 1), 1400);
	assert_int_equal(mtu_of(&cache, 7, 2, 5), 0);
	assert_int_equal(mtu_of(&cache, 8, 1, 5), 0);
	assert_int_equal(mtu_of(&cache, 7, 1, 5 + LIFE), 0);
	assert_false(pmtu_cache_may_have(&cache, 5 + LIFE));
	free(cache.sets);
}

TEST(the_latest_word_counts)
{
	struct pmtu_cache cache = cache_new();

	put(&cache, 7, 1, 1400, 0);
	put(&cache, 7, 1, 1300, LIFE / 2);
	assert_int_equal(mtu_of(&cache, 7, 1, LIFE), 1300);
	put(&cache, 7, 1, 1450, LIFE);
	assert_int_equal(mtu_of(&cache, 7, 1, LIFE), 1450);
	free(cache.sets);
}

TEST(who_expires_first_makes_way)
{
	struct pmtu_cache cache = cache_new();

	for (uint32_t n = 1; n <= PMTU_CACHE_PLACES; n++)
		put(&cache, 7, n, (uint16_t)(1000 + n), n);
	put(&cache, 7, 3, 1003, 50);
	put(&cache, 7, 1, 1001, 51);
	put(&cache, 7, 100, 1100, 52);
	assert_int_equal(mtu_of(&cache, 7, 2, 53), 0);
	assert_int_equal(mtu_of(&cache, 7, 1, 53), 1001);
	assert_int_equal(mtu_of(&cache, 7, 3, 53), 1003);
	assert_int_equal(mtu_of(&cache, 7, 4, 53), 1004);
	assert_int_equal(mtu_of(&cache, 7, 100, 53), 1100);
	free(cache.sets);
}

/* proves: ATTACK-D4 */
TEST(a_million_destinations_take_no_more_memory)
{
	struct pmtu_cache cache = cache_new();
	uint32_t found = 0;

	for (uint32_t n = 0; n < 1000000; n++)
		put(&cache, n * UINT64_C(0x9e3779b97f4a7c15), n, 1280, 1);
	for (uint32_t n = 0; n < 1000000; n++)
		found += mtu_of(&cache, n * UINT64_C(0x9e3779b97f4a7c15), n, 1) != 0;
	assert_int_equal(found, PMTU_CACHE_SETS * PMTU_CACHE_PLACES);
	free(cache.sets);
}

/* Ticks wrap, and nobody has looked for weeks. */
TEST(an_old_entry_does_not_come_back)
{
	struct pmtu_cache cache = cache_new();
	const uint64_t first = UINT64_C(0xfffffff5) + LIFE;

	put(&cache, 7, 1, 1400, 0xfffffff5);
	assert_int_equal(mtu_of(&cache, 7, 1, 100), 1400);
	for (uint64_t tick = first; tick < first + UINT32_MAX - LIFE; tick += 900)
		assert_int_equal(mtu_of(&cache, 7, 1, (uint32_t)tick), 0);
	free(cache.sets);
}
