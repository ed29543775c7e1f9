/* SPDX-License-Identifier: BSD-3-Clause */

#include "test.h"

#include <rte_common.h>

#include "balance.h"

#define OVERTAXED(...)                                     \
	balance_overtaxed((const uint64_t[]){__VA_ARGS__}, \
			  sizeof((const uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t))

TEST(even_cores_are_not_reported)
{
	assert_int_equal(OVERTAXED(100000, 100000), BALANCE_NONE);
	assert_int_equal(OVERTAXED(100000, 150000, 90000, 120000), BALANCE_NONE);
}

TEST(a_core_with_more_than_twice_the_others_mean_is_named)
{
	assert_int_equal(OVERTAXED(100000, 200000), BALANCE_NONE);
	assert_int_equal(OVERTAXED(100000, 200001), 1);
	assert_int_equal(OVERTAXED(10, 20, 300000, 40), 2);
	assert_int_equal(OVERTAXED(500000, 100000, 200000, 300000), 0);
}

TEST(all_packets_on_one_core_is_the_plainest_case)
{
	assert_int_equal(OVERTAXED(0, 0, 0, 1000000), 3);
}

TEST(few_packets_say_nothing)
{
	assert_int_equal(OVERTAXED(0, BALANCE_PACKETS_MIN - 1), BALANCE_NONE);
	assert_int_equal(OVERTAXED(0, BALANCE_PACKETS_MIN), 1);
}

TEST(one_core_is_in_balance)
{
	assert_int_equal(OVERTAXED(1000000), BALANCE_NONE);
}

TEST(packets_of_years_do_not_overflow)
{
	assert_int_equal(OVERTAXED(UINT64_C(1) << 57, UINT64_C(1) << 50), 0);
}
