/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The TIME-WAIT ring: what the header promises, then random life against a model
 * that is the ring as a plain array, oldest first, with gaps closed at once.
 */
#include "test.h"

#include <stdlib.h>

#include "rng.h"
#include "seed.h"
#include "time_wait_table.h"
#include "units.h"

#define WAIT	  57000 /* ticks, about a minute */
#define ROUNDING  7	/* an entry lasts at most this much longer */
#define UNLIMITED UINT32_MAX

static struct time_wait_table table;

static void
table_create(uint32_t capacity)
{
	size_t bytes = (time_wait_table_bytes(capacity) + 63) & ~(size_t)63;
	void *memory = aligned_alloc(64, bytes);

	assert_non_null(memory);
	memset(memory, 0xa5, bytes);
	time_wait_table_init(&table, memory, capacity);
}

static void
table_destroy(void)
{
	free(table.ring);
}

/* Hashes as of distinct connections, in every bit. */
static uint64_t
hash_of(uint32_t n)
{
	uint64_t x = (n + 1) * UINT64_C(0x9e3779b97f4a7c15);

	return x ^ x >> 29;
}

static bool
insert(uint32_t n, uint32_t expiry)
{
	struct time_wait tw = {
		.snd_nxt = 3 * n,
		.rcv_nxt = 5 * n,
		.ts_recent = 7 * n,
		.expiry_and_flags = UINT32_MAX,
	};

	return time_wait_table_insert(&table, hash_of(n), &tw, n % 2 == 0, expiry);
}

static bool
is_there(uint32_t n)
{
	uint32_t idx = time_wait_table_lookup(&table, hash_of(n));
	const struct time_wait *tw;

	assert_false(table.live == 0 && time_wait_table_may_have(&table, hash_of(n)));
	if (idx == TIME_WAIT_NONE)
		return false;
	assert_true(time_wait_table_may_have(&table, hash_of(n)));
	tw = time_wait_table_get(&table, idx);
	assert_int_equal(tw->snd_nxt, 3 * n);
	assert_int_equal(tw->rcv_nxt, 5 * n);
	assert_int_equal(tw->ts_recent, 7 * n);
	assert_int_equal(time_wait_has_timestamps(tw), n % 2 == 0);
	return true;
}

static void
restart(uint32_t n, uint32_t expiry)
{
	time_wait_table_restart(&table, time_wait_table_lookup(&table, hash_of(n)), expiry);
}

static void
remove_entry(uint32_t n)
{
	time_wait_table_remove(&table, time_wait_table_lookup(&table, hash_of(n)));
}

TEST(an_entry_costs_at_most_32_octets_and_a_tenth)
{
	static const uint32_t capacities[] = {10000, 99999, 1000000, 10000001};

	for (size_t i = 0; i < sizeof(capacities) / sizeof(capacities[0]); i++)
		assert_true(10 * time_wait_table_bytes(capacities[i]) <=
			    321 * (uint64_t)capacities[i]);
}

TEST(an_entry_lasts_until_its_expiry_and_not_much_longer)
{
	static const uint32_t expiries[] = {
		1, 7, 8, 1000, 0x7fffffff, 0x80000000, UINT32_MAX - 7, UINT32_MAX, 0};

	for (size_t i = 0; i < sizeof(expiries) / sizeof(expiries[0]); i++) {
		table_create(4);
		assert_false(is_there(1));
		assert_false(insert(1, expiries[i]));
		assert_true(is_there(1));
		assert_int_equal(time_wait_table_expire(&table, expiries[i] - 1, UNLIMITED), 0);
		assert_true(is_there(1));
		assert_int_equal(time_wait_table_expire(&table, expiries[i] + ROUNDING, UNLIMITED),
				 1);
		assert_false(is_there(1));
		assert_int_equal(table.live, 0);
		assert_int_equal(table.count, 0);
		table_destroy();
	}
}

TEST(entries_expire_oldest_first_and_within_budget)
{
	table_create(10);
	for (uint32_t n = 0; n < 10; n++)
		insert(n, 100 + 10 * n);
	assert_int_equal(time_wait_table_expire(&table, 1000, 3), 3);
	for (uint32_t n = 0; n < 10; n++)
		assert_int_equal(is_there(n), n >= 3);
	assert_int_equal(time_wait_table_expire(&table, 1000, 0), 0);
	assert_int_equal(time_wait_table_expire(&table, 150 + ROUNDING, UNLIMITED), 3);
	assert_int_equal(table.live, 4);
	table_destroy();
}

TEST(a_full_ring_gives_up_its_oldest_entry)
{
	table_create(5);
	for (uint32_t n = 0; n < 5; n++)
		assert_false(insert(n, WAIT + n));
	for (uint32_t n = 5; n < 50; n++) {
		assert_true(insert(n, WAIT + n));
		assert_false(is_there(n - 5));
		for (uint32_t kept = n - 4; kept <= n; kept++)
			assert_true(is_there(kept));
		assert_int_equal(table.live, 5);
	}
	table_destroy();
}

TEST(a_removed_entry_makes_room_once_it_is_the_oldest)
{
	table_create(3);
	for (uint32_t n = 0; n < 3; n++)
		insert(n, WAIT);
	remove_entry(0);
	assert_false(is_there(0));
	assert_int_equal(table.live, 2);
	assert_false(insert(3, WAIT));
	assert_true(is_there(1) && is_there(2) && is_there(3));
	table_destroy();
}

TEST(a_restarted_entry_lasts_its_new_time)
{
	table_create(4);
	insert(1, WAIT);
	restart(1, 2 * WAIT);
	assert_true(is_there(1));
	assert_int_equal(time_wait_table_expire(&table, 2 * WAIT - 1, UNLIMITED), 0);
	assert_true(is_there(1));
	assert_int_equal(time_wait_table_expire(&table, 2 * WAIT + ROUNDING, UNLIMITED), 1);
	table_destroy();
}

TEST(a_restarted_entry_does_not_hold_up_those_behind_it)
{
	table_create(4);
	insert(1, 1000);
	insert(2, 1008);
	insert(3, 1016);
	restart(1, 2000);
	assert_int_equal(time_wait_table_expire(&table, 1016, UNLIMITED), 2);
	assert_true(is_there(1));
	assert_int_equal(time_wait_table_expire(&table, 1999, UNLIMITED), 0);
	assert_int_equal(time_wait_table_expire(&table, 2000, UNLIMITED), 1);
	table_destroy();
}

/* Else one peer could push out everybody else's entry by repeating its FIN. */
TEST(restarting_takes_no_place)
{
	table_create(10);
	for (uint32_t n = 0; n < 9; n++)
		insert(n, WAIT);
	for (uint32_t i = 0; i < 1000; i++) {
		restart(4, WAIT + 8 * i);
		time_wait_table_expire(&table, i, UNLIMITED);
	}
	assert_false(insert(9, 2 * WAIT));
	for (uint32_t n = 0; n < 10; n++)
		assert_true(is_there(n));
	table_destroy();
}

TEST(entering_a_connection_again_replaces_its_entry)
{
	struct time_wait tw = {.snd_nxt = 99};
	uint32_t idx;

	table_create(2);
	insert(0, WAIT);
	insert(1, WAIT);
	assert_false(time_wait_table_insert(&table, hash_of(0), &tw, false, 2 * WAIT));
	assert_int_equal(table.live, 2);
	idx = time_wait_table_lookup(&table, hash_of(0));
	assert_int_equal(time_wait_table_get(&table, idx)->snd_nxt, 99);
	assert_false(time_wait_has_timestamps(time_wait_table_get(&table, idx)));
	assert_int_equal(time_wait_table_expire(&table, WAIT + ROUNDING, UNLIMITED), 1);
	assert_false(is_there(1));
	assert_int_equal(time_wait_table_expire(&table, 2 * WAIT + ROUNDING, UNLIMITED), 1);
	table_destroy();
}

TEST(all_64_bits_of_the_hash_tell_entries_apart)
{
	struct time_wait tw = {0};
	uint64_t hash = hash_of(1);

	table_create(100);
	insert(1, WAIT);
	for (uint32_t bit = 0; bit < 64; bit++) {
		uint64_t other = hash ^ UINT64_C(1) << bit;
		uint32_t idx;

		assert_int_equal(time_wait_table_lookup(&table, other), TIME_WAIT_NONE);
		time_wait_table_insert(&table, other, &tw, false, WAIT);
		idx = time_wait_table_lookup(&table, other);
		assert_int_not_equal(idx, TIME_WAIT_NONE);
		assert_int_equal(time_wait_table_get(&table, idx)->snd_nxt, 0);
		assert_true(is_there(1));
		time_wait_table_remove(&table, idx);
	}
	table_destroy();
}

/*
 * The model.  Places in order, removed ones included, for they count in a full
 * ring.  Beside it stands what was asked for, in the header's words: an entry is
 * not gone before its expiry, and gone one more wait later at the latest.
 */
#define PLACES 64
#define NAMES  200

static struct model {
	struct rng rng;
	uint32_t capacity;
	uint64_t now; /* wide, never wraps */
	uint64_t asked[NAMES];
	uint32_t count;
	struct {
		uint32_t name;
		uint64_t expiry;
		bool removed;
		bool restarted;
	} place[PLACES];
} model;

static uint64_t
rounded(uint64_t expiry)
{
	return (expiry + ROUNDING) & ~(uint64_t)ROUNDING;
}

static uint32_t
model_find(uint32_t name)
{
	for (uint32_t i = 0; i < model.count; i++) {
		if (model.place[i].name == name && !model.place[i].removed)
			return i;
	}
	return PLACES;
}

static void
model_drop_oldest(void)
{
	model.count--;
	memmove(&model.place[0], &model.place[1], model.count * sizeof(model.place[0]));
}

static void
model_insert(uint32_t name)
{
	uint64_t expiry = rounded(model.now + WAIT);
	uint32_t i = model_find(name);
	bool lost = false;

	if (i != PLACES) {
		model.place[i].expiry = expiry;
		model.place[i].restarted = true;
	} else {
		if (model.count == model.capacity) {
			lost = !model.place[0].removed;
			model_drop_oldest();
		}
		model.place[model.count].name = name;
		model.place[model.count].expiry = expiry;
		model.place[model.count].removed = false;
		model.place[model.count++].restarted = false;
	}
	model.asked[name] = model.now + WAIT;
	assert_int_equal(insert(name, (uint32_t)(model.now + WAIT)), lost);
}

static void
model_restart(uint32_t name)
{
	uint32_t i = model_find(name);

	if (i == PLACES)
		return;
	model.place[i].expiry = rounded(model.now + WAIT);
	model.place[i].restarted = true;
	model.asked[name] = model.now + WAIT;
	restart(name, (uint32_t)(model.now + WAIT));
}

static void
model_remove(uint32_t name)
{
	uint32_t i = model_find(name);

	if (i == PLACES)
		return;
	model.place[i].removed = true;
	remove_entry(name);
}

static void
model_expire(uint32_t budget)
{
	uint32_t expired = 0;

	for (uint32_t left = budget; model.count > 0 && left > 0; left--) {
		bool due = model.place[0].expiry <= model.now;

		if (!model.place[0].removed && !due) {
			if (!model.place[0].restarted)
				break;
			model.place[0].restarted = false;
			if (model.place[0].expiry < model.place[model.count - 1].expiry)
				model.place[0].expiry = model.place[model.count - 1].expiry;
			model.place[model.count] = model.place[0];
			model.count++;
		} else {
			expired += !model.place[0].removed;
			assert_true(model.place[0].removed ||
				    model.asked[model.place[0].name] <= model.now);
		}
		model_drop_oldest();
	}
	for (uint32_t i = 0; i < model.count && budget == UNLIMITED; i++)
		assert_true(model.now <= model.asked[model.place[i].name] + WAIT + ROUNDING);
	assert_int_equal(time_wait_table_expire(&table, (uint32_t)model.now, budget), expired);
}

static void
model_expect_same(void)
{
	uint32_t live = 0;

	for (uint32_t name = 0; name < NAMES; name++) {
		live += model_find(name) != PLACES;
		assert_int_equal(is_there(name), model_find(name) != PLACES);
	}
	assert_int_equal(table.live, live);
	assert_int_equal(table.index.used, live);
	assert_int_equal(table.count, model.count);
}

TEST(the_ring_does_what_an_array_does)
{
	model.rng = seeded_rng();
	for (uint32_t round = 0; round < 60; round++) {
		model.capacity = 1 + rng_below(&model.rng, PLACES - 1);
		model.count = 0;
		model.now = UINT32_MAX - rng_below(&model.rng, 4 * WAIT);
		table_create(model.capacity);
		for (uint32_t step = 0; step < 3000; step++) {
			uint32_t name = rng_below(&model.rng, NAMES);

			model.now += rng_below(&model.rng, 2 * WAIT / PLACES);
			switch (rng_below(&model.rng, 5)) {
			case 0:
				model_restart(name);
				break;
			case 1:
				model_remove(name);
				break;
			case 2:
				model_expire(rng_below(&model.rng, 2) == 0
						     ? UNLIMITED
						     : rng_below(&model.rng, 5));
				break;
			default:
				model_insert(name);
			}
			if (step % 16 == 0)
				model_expect_same();
		}
		table_destroy();
	}
}
