/* SPDX-License-Identifier: BSD-3-Clause */

#include "test.h"

#include "clock.h"
#include "units.h"

#define HZ_USUAL UINT64_C(2600000000)

static uint64_t
ns_after(uint64_t hz, uint64_t ticks)
{
	struct clock clock;
	uint64_t last = 0;

	clock_init(&clock, 12345, hz);
	return clock_read(&clock, 12345 + ticks, &last) - CLOCK_START_NS;
}

static void
assert_about(uint64_t value, uint64_t wanted, uint64_t tolerance)
{
	assert_in_range(value, wanted - tolerance, wanted + tolerance);
}

TEST(time_starts_above_zero)
{
	assert_int_equal(ns_after(HZ_USUAL, 0), 0);
	assert_true(CLOCK_START_NS > 0);
}

TEST(a_second_of_ticks_is_a_second)
{
	assert_about(ns_after(HZ_USUAL, HZ_USUAL), NS_PER_SECOND, 1);
	assert_about(ns_after(1000000, 1000000), NS_PER_SECOND, 1); /* the slowest allowed */
	assert_about(ns_after(1000000000, 1000000000), NS_PER_SECOND, 1);
	assert_about(ns_after(4999999999, 4999999999), NS_PER_SECOND, 1);
}

TEST(ten_years_neither_wrap_nor_drift)
{
	uint64_t seconds = UINT64_C(10) * 365 * 86400;

	/* One part in 2^31 of an hour is 2 us: half a second in ten years is allowed. */
	assert_about(ns_after(HZ_USUAL, seconds * HZ_USUAL), seconds * NS_PER_SECOND,
		     NS_PER_SECOND / 2);
}

TEST(a_counter_that_steps_back_does_not_take_time_back)
{
	struct clock clock;
	uint64_t last = 0;
	uint64_t before;

	clock_init(&clock, 1000, HZ_USUAL);
	before = clock_read(&clock, 1000 + HZ_USUAL, &last);
	assert_int_equal(clock_read(&clock, 1000 + HZ_USUAL - 500, &last), before);
	assert_true(clock_read(&clock, 1000 + HZ_USUAL + 500, &last) > before);
}

TEST(a_counter_behind_the_start_reads_as_the_start)
{
	struct clock clock;
	uint64_t last = 0;

	clock_init(&clock, 1000000, HZ_USUAL);
	assert_int_equal(clock_read(&clock, 999000, &last), CLOCK_START_NS);
}

TEST(the_frequency_is_measured_alike_each_time)
{
	uint64_t one = clock_measure_hz(), other = clock_measure_hz();

	/* Two undisturbed moments of 100 ns each in 20 ms: 10 parts in a million; allow 100. */
	assert_in_range(other, one - one / 10000, one + one / 10000);
	assert_true(one >= 1000000);
}

TEST(the_offset_to_utc_is_kept)
{
	struct clock clock;
	uint64_t unix_ns = UINT64_C(1790000000) * NS_PER_SECOND;

	clock_init(&clock, 0, HZ_USUAL);
	clock_set_unix(&clock, 5 * NS_PER_SECOND, unix_ns);
	assert_int_equal(5 * NS_PER_SECOND + (uint64_t)atomic_load(&clock.unix_ns_offset), unix_ns);
}
