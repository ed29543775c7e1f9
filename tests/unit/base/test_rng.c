/* SPDX-License-Identifier: BSD-3-Clause */

#include "test.h"

#include "rng.h"

TEST(one_seed_gives_one_sequence)
{
	struct rng a, b, other;

	rng_init(&a, 7);
	rng_init(&b, 7);
	rng_init(&other, 8);
	for (int i = 0; i < 1000; i++) {
		uint64_t x = rng_next(&a);

		assert_int_equal(x, rng_next(&b));
		assert_int_not_equal(x, rng_next(&other));
	}
}

TEST(below_stays_below_and_reaches_every_value)
{
	struct rng rng;
	unsigned int seen = 0;

	rng_init(&rng, 1);
	for (int i = 0; i < 1000; i++) {
		uint32_t x = rng_below(&rng, 10);

		assert_true(x < 10);
		seen |= 1u << x;
	}
	assert_int_equal(seen, 0x3ff);
	assert_int_equal(rng_below(&rng, 1), 0);
}
