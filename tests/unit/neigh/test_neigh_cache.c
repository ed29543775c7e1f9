/* SPDX-License-Identifier: BSD-3-Clause */

#include "test.h"

#include "neigh_cache.h"
#include "units.h"

#define SECOND	  ticks_in_ms(1000)
#define OUR_INDEX 3

static const uint8_t mac_a[6] = {2, 0, 0, 0, 0, 0xa};
static const uint8_t mac_b[6] = {2, 0, 0, 0, 0, 0xb};

static struct neigh_cache cache;
static uint32_t now;

/* What the cache has asked and told, since it was looked at last. */
static uint32_t asked_all, asked_one;
static uint32_t told_known, told_lost, last_told;

static void
note_ask(void *arg, const struct neigh_entry *entry)
{
	assert_ptr_equal(arg, &cache);
	assert_int_equal(entry->local_idx, OUR_INDEX);
	if (entry->state == NEIGH_PROBE)
		asked_one++;
	else
		asked_all++;
}

static void
note_tell(void *arg, uint32_t waiter, const struct neigh_entry *entry, bool is_known)
{
	assert_ptr_equal(arg, &cache);
	assert_true(entry->state == (is_known ? NEIGH_REACHABLE : NEIGH_INCOMPLETE));
	last_told = waiter;
	if (is_known)
		told_known++;
	else
		told_lost++;
}

static const struct neigh_cache_ops ops = {.ask = note_ask, .tell = note_tell};

static void
begin(uint32_t tick)
{
	neigh_cache_init(&cache, &ops, &cache);
	now = tick;
	asked_all = asked_one = told_known = told_lost = 0;
}

static struct neigh_key
host(uint32_t number)
{
	return (struct neigh_key){
		.addr = ip_addr_of_ipv4(rte_cpu_to_be_32(0xc0000200 + number)),
		.vlan_id = UINT16_MAX,
		.port = 1,
	};
}

static enum neigh_answer
resolve(uint32_t number, uint32_t waiter, uint8_t mac[6])
{
	struct neigh_key key = host(number);

	return neigh_cache_resolve(&cache, &key, OUR_INDEX, now, waiter, mac);
}

static bool
answer(uint32_t number, const uint8_t *mac)
{
	struct neigh_key key = host(number);

	return neigh_cache_answer(&cache, &key, mac, now);
}

static enum neigh_state
state_of(uint32_t number)
{
	struct neigh_key key = host(number);
	const struct neigh_entry *entry = neigh_cache_find(&cache, &key);

	return entry == NULL ? NEIGH_FREE : (enum neigh_state)entry->state;
}

static void
pass(uint32_t ticks)
{
	for (; ticks > 0; ticks--)
		neigh_cache_poll(&cache, ++now);
}

/* Known, and told to the one who waited. */
static void
learn(uint32_t number, const uint8_t *mac)
{
	uint8_t found[6];

	assert_int_equal(resolve(number, 77, found), NEIGH_WAIT);
	assert_true(answer(number, mac));
	assert_int_equal(resolve(number, 77, found), NEIGH_KNOWN);
	assert_memory_equal(found, mac, 6);
	asked_all = told_known = 0;
}

TEST(who_is_not_known_is_asked_for_and_waited_for)
{
	uint8_t mac[6];

	begin(0);
	assert_int_equal(resolve(1, 10, mac), NEIGH_WAIT);
	assert_int_equal(resolve(1, 11, mac), NEIGH_WAIT);
	assert_int_equal(asked_all, 1);
	assert_int_equal(state_of(1), NEIGH_INCOMPLETE);
	assert_true(answer(1, mac_a));
	assert_int_equal(told_known, 2);
	assert_int_equal(state_of(1), NEIGH_REACHABLE);
	assert_int_equal(resolve(1, 12, mac), NEIGH_KNOWN);
	assert_memory_equal(mac, mac_a, 6);
	pass(100 * SECOND);
	assert_int_equal(asked_all + asked_one, 1);
}

/* proves: RFC4861-7.2.2 */
TEST(three_questions_a_second_apart_and_then_it_is_not_there)
{
	uint8_t mac[6];

	begin(UINT32_MAX - SECOND); /* the tick wraps meanwhile */
	assert_int_equal(resolve(1, 10, mac), NEIGH_WAIT);
	pass(SECOND - 1);
	assert_int_equal(asked_all, 1);
	pass(1);
	assert_int_equal(asked_all, 2);
	pass(SECOND);
	assert_int_equal(asked_all, 3);
	pass(SECOND - 1);
	assert_int_equal(told_lost, 0);
	pass(1);
	assert_int_equal(told_lost, 1);
	assert_int_equal(last_told, 10);
	assert_int_equal(state_of(1), NEIGH_FREE);
	assert_int_equal(asked_all, 3);
	assert_false(answer(1, mac_a)); /* too late */
	assert_int_equal(resolve(1, 12, mac), NEIGH_WAIT);
	assert_int_equal(asked_all, 4);
}

/* proves: RFC4861-7.2.5 ATTACK-E8 */
TEST(an_answer_nobody_asked_for_changes_nothing)
{
	uint8_t mac[6];

	begin(5);
	assert_false(answer(1, mac_a));
	assert_int_equal(state_of(1), NEIGH_FREE);
	learn(1, mac_a);
	assert_false(answer(1, mac_b));
	now += 100 * SECOND;
	assert_false(answer(1, mac_b));
	assert_int_equal(resolve(1, 1, mac), NEIGH_KNOWN);
	assert_memory_equal(mac, mac_a, 6);
	assert_int_equal(state_of(1), NEIGH_DELAY);
	assert_false(answer(1, mac_b));
	assert_false(answer(1, mac_a));
	assert_int_equal(state_of(1), NEIGH_DELAY);
}

TEST(an_answer_that_names_no_station_only_confirms)
{
	uint8_t mac[6];

	begin(5);
	assert_int_equal(resolve(1, 1, mac), NEIGH_WAIT);
	assert_false(answer(1, NULL));
	assert_int_equal(state_of(1), NEIGH_INCOMPLETE);
	assert_true(answer(1, mac_a));
	now += 31 * SECOND;
	assert_int_equal(resolve(1, 1, mac), NEIGH_KNOWN);
	pass(5 * SECOND);
	assert_int_equal(state_of(1), NEIGH_PROBE);
	assert_true(answer(1, NULL));
	assert_int_equal(state_of(1), NEIGH_REACHABLE);
}

TEST(links_are_told_apart)
{
	struct neigh_key other = host(1);
	uint8_t mac[6];

	begin(5);
	assert_int_equal(resolve(1, 1, mac), NEIGH_WAIT);
	other.port = 2;
	assert_false(neigh_cache_answer(&cache, &other, mac_b, now));
	other = host(1);
	other.vlan_id = 7;
	assert_false(neigh_cache_answer(&cache, &other, mac_b, now));
	assert_true(answer(1, mac_a));
}

TEST(a_stale_one_is_used_and_probed_unless_there_is_progress)
{
	struct neigh_key key = host(1);
	uint8_t mac[6];

	begin(5);
	learn(1, mac_a);
	now += 30 * SECOND;
	assert_int_equal(resolve(1, 1, mac), NEIGH_KNOWN);
	assert_int_equal(state_of(1), NEIGH_DELAY);
	neigh_cache_confirm(&cache, &key, now);
	assert_int_equal(state_of(1), NEIGH_REACHABLE);
	pass(6 * SECOND);
	assert_int_equal(asked_one, 0);

	now += 30 * SECOND;
	assert_int_equal(resolve(1, 1, mac), NEIGH_KNOWN);
	pass(5 * SECOND);
	assert_int_equal(asked_one, 1);
	assert_int_equal(state_of(1), NEIGH_PROBE);
	assert_int_equal(resolve(1, 1, mac), NEIGH_KNOWN);
	assert_true(answer(1, mac_a));
	assert_int_equal(state_of(1), NEIGH_REACHABLE);
}

TEST(a_probe_without_answer_ends_in_asking_everybody)
{
	uint8_t mac[6];

	begin(5);
	learn(1, mac_a);
	now += 30 * SECOND;
	assert_int_equal(resolve(1, 1, mac), NEIGH_KNOWN);
	pass(5 * SECOND);
	assert_false(answer(1, mac_b)); /* another station answers for it: not yet */
	pass(2 * SECOND);
	assert_int_equal(asked_one, 3);
	pass(SECOND);
	assert_int_equal(asked_one, 3);
	assert_int_equal(asked_all, 1);
	assert_int_equal(state_of(1), NEIGH_INCOMPLETE);
	assert_true(answer(1, mac_b));
	assert_int_equal(resolve(1, 1, mac), NEIGH_KNOWN);
	assert_memory_equal(mac, mac_b, 6);
}

/* proves: RFC4861-7.3 */
TEST(doubt_probes_what_was_not_confirmed_lately)
{
	struct neigh_key key = host(1);
	uint8_t mac[6];

	begin(5);
	learn(1, mac_a);
	assert_true(neigh_cache_doubt(&cache, &key, OUR_INDEX, now + 29 * SECOND, mac));
	assert_memory_equal(mac, mac_a, 6);
	assert_int_equal(asked_one, 0);
	now += 31 * SECOND;
	assert_true(neigh_cache_doubt(&cache, &key, OUR_INDEX, now, mac));
	assert_true(neigh_cache_doubt(&cache, &key, OUR_INDEX, now, mac));
	assert_int_equal(asked_one, 1);
	key = host(2);
	assert_false(neigh_cache_doubt(&cache, &key, OUR_INDEX, now, mac));
	assert_int_equal(asked_all, 1);
	assert_int_equal(state_of(2), NEIGH_INCOMPLETE);
	pass(3 * SECOND);
	assert_int_equal(told_lost, 0); /* nobody waits */
	assert_int_equal(state_of(2), NEIGH_FREE);
}

TEST(memory_is_bounded_and_the_longest_unused_makes_room)
{
	uint32_t known = 0, waited = 0;
	uint8_t mac[6];

	begin(5);
	for (uint32_t i = 0; i < 4 * NEIGH_SETS * NEIGH_WAYS; i++) {
		now++;
		assert_int_equal(resolve(i, i, mac), NEIGH_WAIT);
		assert_true(answer(i, mac_a));
	}
	for (uint32_t i = 0; i < 4 * NEIGH_SETS * NEIGH_WAYS; i++)
		known += state_of(i) != NEIGH_FREE;
	assert_in_range(known, NEIGH_SETS * NEIGH_WAYS * 9 / 10, NEIGH_SETS * NEIGH_WAYS);
	assert_int_equal(state_of(4 * NEIGH_SETS * NEIGH_WAYS - 1), NEIGH_REACHABLE);

	/* Who is waited for is not pushed out by others who are waited for. */
	begin(5);
	for (uint32_t i = 0; i < 4 * NEIGH_SETS * NEIGH_WAYS; i++)
		waited += resolve(i, i, mac) == NEIGH_WAIT;
	assert_in_range(waited, NEIGH_SETS * NEIGH_WAYS * 9 / 10, NEIGH_SETS * NEIGH_WAYS);
	pass(3 * SECOND);
	assert_int_equal(told_lost, waited);
}

TEST(waiters_are_bounded_and_come_back)
{
	uint8_t mac[6];

	begin(5);
	for (uint32_t round = 0; round < 3; round++) {
		for (uint32_t i = 0; i < NEIGH_WAITERS_MAX; i++)
			assert_int_equal(resolve(1, i, mac), NEIGH_WAIT);
		assert_int_equal(resolve(1, 1, mac), NEIGH_FULL);
		told_lost = 0;
		pass(3 * SECOND);
		assert_int_equal(told_lost, NEIGH_WAITERS_MAX);
	}
}
