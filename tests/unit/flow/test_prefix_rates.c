/* SPDX-License-Identifier: BSD-3-Clause */

/* New connections a second per network, in virtual time. */
#include "test.h"

#include <stdlib.h>

#include "prefix_rates.h"
#include "seed.h"
#include "units.h"

#define WIDTH 4096
#define START (1000 * NS_PER_SECOND)
#define HASH  UINT64_C(0x123456789abcdef0)

static struct prefix_rates
rates_new(uint32_t per_second)
{
	struct prefix_rates rates;
	size_t bytes = prefix_rates_bytes(WIDTH);
	void *memory = malloc(bytes);

	memset(memory, 0xa5, bytes);
	prefix_rates_init(&rates, memory, WIDTH, per_second);
	return rates;
}

static bool
take(struct prefix_rates *rates, uint64_t hash, uint64_t now_ns)
{
	bool is_allowed = prefix_rates_allows(rates, hash, now_ns);

	if (is_allowed)
		prefix_rates_charge(rates, hash, now_ns);
	return is_allowed;
}

/* Offered evenly over `seconds`; how many passed? */
static uint32_t
passed_of(struct prefix_rates *rates, uint64_t hash, uint64_t start_ns, uint32_t offered,
	  uint32_t seconds)
{
	uint32_t passed = 0;

	for (uint32_t i = 0; i < offered; i++)
		passed += take(rates, hash, start_ns + i * (seconds * NS_PER_SECOND / offered));
	return passed;
}

TEST(after_quiet_as_many_as_a_second_brings_pass_at_once)
{
	static const uint32_t per_second[] = {1, 2, 3, 7, 100, 9973, 1000000};

	for (size_t i = 0; i < sizeof(per_second) / sizeof(per_second[0]); i++) {
		struct prefix_rates rates = rates_new(per_second[i]);

		for (uint32_t k = 0; k < per_second[i]; k++)
			assert_true(take(&rates, HASH, START));
		assert_false(take(&rates, HASH, START));
		free(rates.full_ns);
	}
}

TEST(a_spent_network_gets_its_rate)
{
	struct prefix_rates rates = rates_new(100);
	uint32_t passed = passed_of(&rates, HASH, START, 100000, 10);

	/* The first second's worth at once, and what ten seconds bring. */
	assert_in_range(passed, 1099, 1100);
	free(rates.full_ns);
}

TEST(room_comes_back_one_by_one)
{
	struct prefix_rates rates = rates_new(10);

	while (take(&rates, HASH, START))
		;
	assert_false(take(&rates, HASH, START + 99 * NS_PER_MS));
	assert_true(take(&rates, HASH, START + 100 * NS_PER_MS));
	assert_false(take(&rates, HASH, START + 100 * NS_PER_MS));
	/* And never more than a second's worth. */
	assert_in_range(passed_of(&rates, HASH, START + 3600 * NS_PER_SECOND, 1000, 1), 19, 20);
	free(rates.full_ns);
}

TEST(below_the_rate_nobody_is_refused)
{
	struct prefix_rates rates = rates_new(100);

	assert_int_equal(passed_of(&rates, HASH, START, 36000 * 99, 36000), 36000 * 99);
	free(rates.full_ns);
}

TEST(asking_takes_nothing)
{
	struct prefix_rates rates = rates_new(1);

	for (int i = 0; i < 1000; i++)
		assert_true(prefix_rates_allows(&rates, HASH, START));
	free(rates.full_ns);
}

TEST(a_network_that_shares_one_bucket_with_a_spent_one_has_its_own_rate)
{
	struct prefix_rates rates = rates_new(10);
	uint64_t neighbour = HASH ^ UINT64_C(0x5555) << 48; /* same low half */

	while (take(&rates, HASH, START))
		;
	assert_int_equal(passed_of(&rates, neighbour, START, 10, 1), 10);
	free(rates.full_ns);
}

/* Thousands of others do not make one network wait for long. */
TEST(a_crowd_below_its_rates_hardly_hurts_anybody)
{
	struct prefix_rates rates = rates_new(100);
	struct rng rng = seeded_rng();
	uint32_t refused = 0;

	for (int i = 0; i < 100000; i++)
		refused += !take(&rates, rng_next(&rng), START);
	/* 24 of them in each cell on average. */
	assert_int_equal(refused, 0);
	free(rates.full_ns);
}
