/* SPDX-License-Identifier: BSD-3-Clause */

#include "test.h"

#include "gen_latency.h"

TEST(percentiles_are_right_to_a_step)
{
	static struct gen_latency latency;

	for (uint64_t ns = 1; ns <= 100000; ns++)
		gen_latency_add(&latency, ns);
	assert_int_equal(latency.count, 100000);
	for (int percent = 1; percent < 100; percent++) {
		uint64_t ns = gen_latency_percentile(&latency, percent / 100.0);

		assert_in_range(ns, 1000u * percent, 1033u * percent);
	}
	assert_int_equal(gen_latency_percentile(&latency, 1), 100000);
}

TEST(nothing_takes_no_time)
{
	static struct gen_latency latency;

	assert_int_equal(gen_latency_percentile(&latency, 0.5), 0);
}

TEST(short_ones_are_exact)
{
	static struct gen_latency latency;

	gen_latency_add(&latency, 3);
	gen_latency_add(&latency, 7);
	assert_int_equal(gen_latency_percentile(&latency, 0.5), 3);
	assert_int_equal(gen_latency_percentile(&latency, 0.51), 7);
}

TEST(the_longest_has_its_place)
{
	static struct gen_latency latency;

	gen_latency_add(&latency, UINT64_MAX);
	gen_latency_add(&latency, 0);
	assert_true(gen_latency_percentile(&latency, 1) == UINT64_MAX);
	assert_int_equal(gen_latency_percentile(&latency, 0.5), 0);
}
