/* SPDX-License-Identifier: BSD-3-Clause */

/* Jittered budgets per second, in virtual time. */
#include "test.h"

#include "rate_limit.h"
#include "seed.h"
#include "units.h"

/* Offer `offered` events evenly over one second from `start_ns`; how many passed? */
static uint32_t
passed_in_second(struct rate_limit *limit, struct rng *rng, uint64_t start_ns, uint32_t offered)
{
	uint32_t passed = 0;

	for (uint32_t i = 0; i < offered; i++)
		passed += rate_limit_take(limit, start_ns + i * NS_PER_SECOND / offered, rng);
	return passed;
}

static double
mean_passed(uint32_t per_second, uint32_t seconds)
{
	struct rng rng = seeded_rng();
	struct rate_limit limit;
	uint64_t passed = 0;

	rate_limit_init(&limit, per_second);
	for (uint32_t s = 0; s < seconds; s++)
		passed += passed_in_second(&limit, &rng, s * NS_PER_SECOND, 2 * per_second);
	return (double)passed / seconds;
}

/*
 * A budget deviates by about 0.3 of the rate, by 0.8 of it at rate 1: the mean
 * of 10000 by less than 0.01 of it.  5 % is far out, and so is any bias of
 * rounding at small rates.
 */
TEST(the_mean_is_the_rate)
{
	static const uint32_t rates[] = {1, 2, 3, 7, 100};

	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		double mean = mean_passed(rates[i], 10000);

		if (mean < 0.95 * rates[i] || mean > 1.05 * rates[i])
			fail_msg("%.3f a second at a rate of %u", mean, rates[i]);
	}
}

/* proves: ATTACK-B7 */
TEST(budgets_differ_between_half_and_one_and_a_half_of_the_rate)
{
	uint32_t least = UINT32_MAX, most = 0, repeated = 0, last = 0;
	struct rng rng = seeded_rng();
	struct rate_limit limit;

	rate_limit_init(&limit, 1000);
	for (uint32_t s = 0; s < 1000; s++) {
		uint32_t passed = passed_in_second(&limit, &rng, s * NS_PER_SECOND, 2000);

		assert_in_range(passed, 500, 1500);
		least = passed < least ? passed : least;
		most = passed > most ? passed : most;
		repeated += passed == last;
		last = passed;
	}
	/* The whole range is used: 1000 draws miss a tenth of it with chance 0.9^1000. */
	assert_in_range(least, 500, 600);
	assert_in_range(most, 1400, 1500);
	assert_true(repeated < 20);
}

TEST(a_rate_of_zero_lets_nothing_pass)
{
	struct rng rng = seeded_rng();
	struct rate_limit limit;

	rate_limit_init(&limit, 0);
	for (uint64_t s = 0; s < 10; s++)
		assert_false(rate_limit_take(&limit, s * NS_PER_SECOND, &rng));
}

TEST(a_spent_budget_comes_back_after_a_second_and_not_before)
{
	struct rng rng = seeded_rng();
	struct rate_limit limit;
	uint64_t begin = 5 * NS_PER_SECOND + 123;

	rate_limit_init(&limit, 10);
	assert_true(rate_limit_take(&limit, begin, &rng));
	for (uint32_t i = 0; i < 15; i++)
		rate_limit_take(&limit, begin, &rng);
	assert_false(rate_limit_take(&limit, begin, &rng));
	assert_false(rate_limit_take(&limit, begin + NS_PER_SECOND - 1, &rng));
	assert_true(rate_limit_take(&limit, begin + NS_PER_SECOND, &rng));
}

TEST(a_limit_says_that_it_is_spent_when_it_is)
{
	struct rng rng = seeded_rng();
	struct rate_limit limit;

	rate_limit_init(&limit, 0);
	assert_true(rate_limit_is_spent(&limit, 0));
	rate_limit_init(&limit, 10);
	for (uint64_t now_ns = 0; now_ns < 10 * NS_PER_SECOND; now_ns += 10 * NS_PER_MS) {
		bool is_spent = rate_limit_is_spent(&limit, now_ns);
		bool is_taken = rate_limit_take(&limit, now_ns, &rng);

		assert_true(is_taken != is_spent);
	}
}

TEST(what_is_left_of_a_second_is_not_saved)
{
	struct rng rng = seeded_rng();
	struct rate_limit limit;

	rate_limit_init(&limit, 100);
	assert_true(rate_limit_take(&limit, 0, &rng));
	assert_in_range(passed_in_second(&limit, &rng, 100 * NS_PER_SECOND, 1000), 50, 150);
}

TEST(the_largest_rates_do_not_overflow)
{
	static const uint32_t rates[] = {UINT32_C(1) << 31, UINT32_MAX - 1, UINT32_MAX};

	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		struct rng rng = seeded_rng();
		struct rate_limit limit;

		rate_limit_init(&limit, rates[i]);
		for (uint64_t s = 0; s < 1000; s++) {
			assert_true(rate_limit_take(&limit, s * NS_PER_SECOND, &rng));
			assert_true(limit.left >= rates[i] / 2 - 1);
		}
	}
}
