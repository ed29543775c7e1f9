/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The flow pool: what a flow's life does to it, then random lives against a model
 * that knows of each key whether it is linked, and where.
 */
#include "test.h"

#include <stdlib.h>

#include "flow_pool.h"
#include "rng.h"
#include "seed.h"

#define KEYS	  500
#define CAPACITY  200
#define TCB_BYTES 56 /* what TCP keeps of an idle connection, beside the flow */

static struct flow_pool pool;
static struct flow_hash hash;

static void
pool_create(uint32_t capacity)
{
	static const uint8_t secret[16] = "secret";
	void *memory = aligned_alloc(64, flow_pool_bytes(capacity));

	assert_non_null(memory);
	memset(memory, 0xa5, flow_pool_bytes(capacity));
	flow_hash_init(&hash, prf_kind_best(), secret);
	flow_pool_init(&pool, memory, capacity);
}

static void
pool_destroy(void)
{
	free(pool.flows);
}

/* Half of them IPv4; neighbours differ in one bit or two. */
static struct flow_key
key_of(uint32_t n)
{
	struct flow_key key = {
		.remote_port = (uint16_t)(1024 + n),
		.local_port = 80,
		.local_idx = (uint16_t)(n % 3),
	};
	uint8_t ipv6[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = (uint8_t)n};

	key.remote = n % 2 == 0 ? ip_addr_of_ipv4(RTE_BE32(0x0a000001)) : ip_addr_of_ipv6(ipv6);
	return key;
}

static uint32_t
create(uint32_t n)
{
	struct flow_key key = key_of(n);

	return flow_pool_create(&pool, flow_hash_of(&hash, &key), &key);
}

static uint32_t
lookup(uint32_t n)
{
	struct flow_key key = key_of(n);

	return flow_pool_lookup(&pool, flow_hash_of(&hash, &key), &key);
}

static void
unlink_flow(uint32_t idx)
{
	flow_pool_unlink(&pool, flow_hash_of(&hash, &flow_pool_get(&pool, idx)->key), idx);
}

TEST(an_idle_flow_costs_at_most_128_octets)
{
	static const uint32_t capacities[] = {1000000, 10000000};

	for (uint32_t i = 0; i < 2; i++) {
		uint64_t pool_bytes = flow_pool_bytes(capacities[i]);

		assert_true(pool_bytes + TCB_BYTES * (uint64_t)capacities[i] <=
			    128 * (uint64_t)capacities[i]);
	}
}

TEST(a_created_flow_is_zero_but_for_its_key)
{
	struct flow_key key = key_of(1);
	struct flow expected = {.key = key};
	uint32_t idx;

	pool_create(4);
	timer_node_init(&expected.timer);
	for (uint32_t i = 0; i < 10; i++) {
		idx = create(1);
		assert_int_not_equal(idx, FLOW_NONE);
		assert_memory_equal(flow_pool_get(&pool, idx), &expected, sizeof(expected));
		assert_int_equal(flow_pool_index(&pool, flow_pool_get(&pool, idx)), idx);
		unlink_flow(idx);
		memset(flow_pool_get(&pool, idx)->peer_mac, 0xff, 6);
		flow_pool_get(&pool, idx)->user = &pool;
		flow_pool_free(&pool, idx);
	}
	pool_destroy();
}

TEST(an_unlinked_flow_is_out_of_reach_but_keeps_its_record)
{
	uint32_t first, second;

	pool_create(4);
	first = create(1);
	assert_int_equal(lookup(1), first);
	unlink_flow(first);
	assert_int_equal(lookup(1), FLOW_NONE);
	assert_int_equal(pool.used, 1);

	/* Its key may be used again at once. */
	second = create(1);
	assert_int_not_equal(second, first);
	assert_int_equal(lookup(1), second);
	flow_pool_free(&pool, first);
	assert_int_equal(lookup(1), second);
	assert_int_equal(pool.used, 1);
	pool_destroy();
}

TEST(a_full_pool_refuses_until_a_record_is_given_back)
{
	uint32_t idx;

	pool_create(3);
	for (uint32_t n = 0; n < 3; n++)
		assert_in_range(create(n), 0, 2);
	assert_int_equal(create(3), FLOW_NONE);
	assert_int_equal(lookup(3), FLOW_NONE);
	idx = lookup(1);
	unlink_flow(idx);
	assert_int_equal(create(3), FLOW_NONE);
	flow_pool_free(&pool, idx);
	assert_int_equal(create(3), idx);
	assert_int_equal(pool.used, 3);
	pool_destroy();
}

/* The same hash for all: every guess but one is wrong. */
/* As the pipeline does it: guess for all, then settle each guess. */
static void
lookup_burst(const uint64_t *hashes, const struct flow_key *keys, uint32_t count, uint32_t *found)
{
	uint64_t guesses = flow_pool_guess_burst(&pool, hashes, count, found), known;

	assert_true((guesses & ~flow_first(count)) == 0);
	for (uint32_t i = 0; i < count; i++)
		assert_int_equal(guesses >> i & 1, found[i] != FLOW_NONE);
	known = flow_pool_settle_burst(&pool, hashes, keys, guesses, found);
	for (uint32_t i = 0; i < count; i++)
		assert_int_equal(known >> i & 1, found[i] != FLOW_NONE);
}

TEST(equal_hashes_do_not_confuse_a_burst)
{
	struct flow_key keys[20];
	uint32_t created[20], found[20];
	uint64_t hashes[20];

	pool_create(100);
	for (uint32_t n = 0; n < 20; n++) {
		keys[n] = key_of(n);
		hashes[n] = 4711;
		created[n] = n == 13 ? FLOW_NONE : flow_pool_create(&pool, 4711, &keys[n]);
	}
	lookup_burst(hashes, keys, 20, found);
	assert_memory_equal(found, created, sizeof(found));
	pool_destroy();
}

/* The model: where key n is linked, and which records wait unlinked. */
static struct model {
	struct rng rng;
	uint32_t linked[KEYS];
	uint32_t unlinked[CAPACITY];
	uint32_t linked_count;
	uint32_t unlinked_count;
} model;

static void
model_create(uint32_t n)
{
	bool full = model.linked_count + model.unlinked_count == CAPACITY;
	uint32_t idx = create(n);

	assert_int_equal(idx == FLOW_NONE, full);
	if (full)
		return;
	assert_in_range(idx, 0, CAPACITY - 1);
	for (uint32_t i = 0; i < KEYS; i++)
		assert_int_not_equal(model.linked[i], idx);
	for (uint32_t i = 0; i < model.unlinked_count; i++)
		assert_int_not_equal(model.unlinked[i], idx);
	model.linked[n] = idx;
	model.linked_count++;
}

static void
model_unlink(uint32_t n)
{
	unlink_flow(model.linked[n]);
	model.unlinked[model.unlinked_count++] = model.linked[n];
	model.linked[n] = FLOW_NONE;
	model.linked_count--;
}

static void
model_free(uint32_t i)
{
	flow_pool_free(&pool, model.unlinked[i]);
	model.unlinked[i] = model.unlinked[--model.unlinked_count];
}

static void
model_expect_burst(void)
{
	uint32_t count = rng_below(&model.rng, FLOW_BURST_MAX + 1);
	struct flow_key keys[FLOW_BURST_MAX];
	uint32_t expected[FLOW_BURST_MAX], found[FLOW_BURST_MAX];
	uint64_t hashes[FLOW_BURST_MAX];

	for (uint32_t i = 0; i < count; i++) {
		uint32_t n = rng_below(&model.rng, KEYS);

		keys[i] = key_of(n);
		expected[i] = model.linked[n];
		assert_int_equal(lookup(n), expected[i]);
	}
	flow_hash_burst(&hash, keys, flow_first(count), hashes);
	lookup_burst(hashes, keys, count, found);
	assert_memory_equal(found, expected, count * sizeof(found[0]));
}

TEST(random_lives_leave_every_flow_where_it_belongs)
{
	model.rng = seeded_rng();
	memset(model.linked, 0xff, sizeof(model.linked));
	pool_create(CAPACITY);
	for (uint32_t step = 0; step < 200000; step++) {
		uint32_t n = rng_below(&model.rng, KEYS);

		if (model.linked[n] == FLOW_NONE)
			model_create(n);
		else
			model_unlink(n);
		if (model.unlinked_count > 0 && rng_below(&model.rng, 3) > 0)
			model_free(rng_below(&model.rng, model.unlinked_count));
		if (step % 50 == 0)
			model_expect_burst();
		assert_int_equal(pool.used, model.linked_count + model.unlinked_count);
	}
	pool_destroy();
}
