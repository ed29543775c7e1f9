/* SPDX-License-Identifier: BSD-3-Clause */

/* Connections per network: never too few, exact to the last one, nothing left over. */
#include "test.h"

#include <stdlib.h>

#include "prefix_counts.h"
#include "seed.h"

#define WIDTH 4096

static struct prefix_counts
counts_new(uint32_t width)
{
	struct prefix_counts counts;
	size_t bytes = prefix_counts_bytes(width);
	void *memory = malloc(bytes);

	memset(memory, 0xa5, bytes);
	prefix_counts_init(&counts, memory, width);
	return counts;
}

TEST(a_network_alone_is_counted_exactly)
{
	struct prefix_counts counts = counts_new(WIDTH);
	uint64_t hash = 0x123456789abcdef0;

	assert_int_equal(prefix_counts_get(&counts, hash), 0);
	for (uint32_t i = 1; i <= 1000; i++) {
		prefix_counts_add(&counts, hash);
		assert_int_equal(prefix_counts_get(&counts, hash), i);
	}
	for (uint32_t i = 1000; i-- > 0;) {
		prefix_counts_remove(&counts, hash);
		assert_int_equal(prefix_counts_get(&counts, hash), i);
	}
	assert_int_equal(counts.total, 0);
	free(counts.cells);
}

TEST(sharing_one_cell_of_two_adds_nothing)
{
	struct prefix_counts counts = counts_new(WIDTH);
	uint64_t a = UINT64_C(5) << 52 | UINT64_C(7) << 20;
	uint64_t b = UINT64_C(5) << 52 | UINT64_C(8) << 20;
	uint64_t half_of_a = UINT64_C(6) << 52 | UINT64_C(7) << 20;
	uint64_t all_of_a = a | 1;

	for (int i = 0; i < 100; i++) {
		prefix_counts_add(&counts, b);
		if (i < 50)
			prefix_counts_add(&counts, a);
	}
	assert_int_equal(prefix_counts_get(&counts, a), 50);
	assert_int_equal(prefix_counts_get(&counts, b), 100);
	assert_int_equal(prefix_counts_get(&counts, half_of_a), 0);
	assert_int_equal(prefix_counts_get(&counts, all_of_a), 50); /* over, never under */
	free(counts.cells);
}

TEST(the_last_cells_are_inside)
{
	struct prefix_counts counts = counts_new(WIDTH);

	prefix_counts_add(&counts, UINT64_MAX);
	prefix_counts_add(&counts, 0);
	assert_int_equal(counts.cells[WIDTH - 1], 1);
	assert_int_equal(counts.cells[2 * WIDTH - 1], 1);
	assert_int_equal(counts.cells[0], 1);
	assert_int_equal(counts.cells[WIDTH], 1);
	free(counts.cells);
}

#define NETWORKS 3000
#define LIVE_MAX 4096
#define STEPS	 200000

/* Any opens and closes, in a table as full as it gets: above a model never below it. */
TEST(the_count_is_never_below_the_truth_and_empty_in_the_end)
{
	struct prefix_counts counts = counts_new(WIDTH);
	static uint64_t hashes[NETWORKS];
	static uint32_t truth[NETWORKS], live[LIVE_MAX];
	struct rng rng = seeded_rng();
	uint32_t live_count = 0, exact = 0;

	for (int i = 0; i < NETWORKS; i++)
		hashes[i] = rng_next(&rng);
	for (int step = 0; step < STEPS; step++) {
		if (live_count < LIVE_MAX && rng_below(&rng, 100) < 55) {
			uint32_t network = rng_below(&rng, NETWORKS);

			prefix_counts_add(&counts, hashes[network]);
			truth[network]++;
			live[live_count++] = network;
		} else if (live_count > 0) {
			uint32_t at = rng_below(&rng, live_count);

			prefix_counts_remove(&counts, hashes[live[at]]);
			truth[live[at]]--;
			live[at] = live[--live_count];
		}
		assert_int_equal(counts.total, live_count);
	}
	for (int i = 0; i < NETWORKS; i++) {
		assert_true(prefix_counts_get(&counts, hashes[i]) >= truth[i]);
		exact += prefix_counts_get(&counts, hashes[i]) == truth[i];
	}
	/* Half of the cells are taken in each row: a network shares both with chance 1/4. */
	assert_true(exact > NETWORKS / 2);
	while (live_count > 0)
		prefix_counts_remove(&counts, hashes[live[--live_count]]);
	for (uint32_t i = 0; i < 2 * WIDTH; i++)
		assert_int_equal(counts.cells[i], 0);
	free(counts.cells);
}

/* The promise of prefix_counts.h, with everybody who can be at the limit there. */
TEST(an_innocent_network_is_seldom_taken_for_a_full_one)
{
	struct prefix_counts counts = counts_new(65536);
	struct rng rng = seeded_rng();
	const uint32_t limit = 16;
	uint32_t refused = 0;

	for (uint32_t i = 0; i < 65536 / limit; i++) {
		uint64_t hash = rng_next(&rng);

		for (uint32_t k = 0; k < limit; k++)
			prefix_counts_add(&counts, hash);
	}
	for (int i = 0; i < 100000; i++)
		refused += prefix_counts_get(&counts, rng_next(&rng)) >= limit;
	/* 100000 / 16^2 is 390; six standard deviations more is 509. */
	assert_true(refused < 509);
	free(counts.cells);
}
