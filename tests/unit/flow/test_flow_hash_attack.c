/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Who sends to us chooses addresses and ports, and would like to choose buckets.
 * Sets of connections that agree under the hashes others use, because these have
 * no key, a known key or are linear, must fall into our buckets as evenly as sets
 * drawn by lot, and a new secret must spread them anew.
 *
 * Counted is the chi-square of the buckets' loads, over 1024 buckets: mean 1023,
 * deviation 45.  The bounds are nine deviations away; what falls into one bucket of
 * 1024 makes it ten thousand times the mean.
 */
#include "test.h"

#include <stdlib.h>

#include <rte_hash_crc.h>
#include <rte_jhash.h>
#include <rte_thash.h>

#include "flow_key.h"
#include "seed.h"
#include "tag_table.h"

#define BUCKETS	       1024
#define SET	       (10 * BUCKETS)
#define CHI_SQUARE_MIN 618.0
#define CHI_SQUARE_MAX 1428.0

/* The key of the RSS specification, that of many a driver. */
static uint8_t rss_key[40] = {
	0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3,
	0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3,
	0x80, 0x30, 0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa,
};

/* A client of ours, as these hashes see it: what its choice is, then what is ours. */
struct tuple {
	uint32_t remote;
	uint32_t local;
	uint16_t local_port;
	uint16_t remote_port;
};

static uint32_t
by_crc(const struct tuple *tuple)
{
	return rte_hash_crc(tuple, sizeof(*tuple), 0);
}

static uint32_t
by_jhash(const struct tuple *tuple)
{
	return rte_jhash(tuple, sizeof(*tuple), 0);
}

static uint32_t
by_toeplitz(const struct tuple *tuple)
{
	uint32_t words[3];

	memcpy(words, tuple, sizeof(words));
	return rte_softrss(words, 3, rss_key);
}

/* The sum that a hash without thought makes. */
static uint32_t
by_xor(const struct tuple *tuple)
{
	return tuple->remote ^ tuple->local ^ (uint32_t)(tuple->remote_port ^ tuple->local_port);
}

static struct tuple
tuple_of(uint64_t numbers)
{
	return (struct tuple){
		.remote = 0x0b000000 + (uint32_t)(numbers & 0x3fffffff),
		.local = 0xc0000201,
		.local_port = 443,
		.remote_port = (uint16_t)(numbers >> 48),
	};
}

static struct flow_key
key_of(const struct tuple *tuple)
{
	return (struct flow_key){
		.remote = ip_addr_of_ipv4(rte_cpu_to_be_32(tuple->remote)),
		.remote_port = tuple->remote_port,
		.local_port = tuple->local_port,
	};
}

/* Connections whose hash by somebody else's means falls into the same bucket of 64. */
static void
collide(struct rng *rng, uint32_t (*hash)(const struct tuple *tuple), struct flow_key keys[SET])
{
	for (uint32_t count = 0; count < SET;) {
		struct tuple tuple = tuple_of(rng_next(rng));

		if (hash(&tuple) % 64 == 7)
			keys[count++] = key_of(&tuple);
	}
}

static double
chi_square(const uint32_t counts[BUCKETS])
{
	double sum = 0, expected = SET / (double)BUCKETS;

	for (uint32_t i = 0; i < BUCKETS; i++)
		sum += (counts[i] - expected) * (counts[i] - expected) / expected;
	return sum;
}

static double
unevenness(const struct flow_hash *hash, const struct flow_key *keys)
{
	static struct tag_table table;
	uint32_t counts[BUCKETS] = {0};

	table.bucket_count = BUCKETS;
	for (uint32_t i = 0; i < SET; i++)
		counts[tag_table_home(&table, flow_hash_of(hash, &keys[i]))]++;
	return chi_square(counts);
}

static void
expect_even(struct rng *rng, const char *name, const struct flow_key *keys)
{
	static const enum prf_kind kinds[] = {PRF_SIPHASH, PRF_AES};

	for (uint32_t k = 0; k < 2 && (kinds[k] != PRF_AES || prf_kind_best() == PRF_AES); k++) {
		for (uint32_t start = 0; start < 4; start++) {
			uint64_t secret[2] = {rng_next(rng), rng_next(rng)};
			struct flow_hash hash;
			double found;

			flow_hash_init(&hash, kinds[k], (const uint8_t *)secret);
			found = unevenness(&hash, keys);
			if (found < CHI_SQUARE_MIN || found > CHI_SQUARE_MAX)
				fail_msg("%s, MAC %d: chi-square %.0f", name, kinds[k], found);
		}
	}
}

static void
expect_even_though_equal(const char *name, uint32_t (*hash)(const struct tuple *tuple))
{
	static struct flow_key keys[SET];
	struct rng rng = seeded_rng();

	collide(&rng, hash, keys);
	expect_even(&rng, name, keys);
}

TEST(connections_that_collide_under_crc32_are_spread)
{
	expect_even_though_equal("CRC32", by_crc);
}

TEST(connections_that_collide_under_toeplitz_are_spread)
{
	expect_even_though_equal("Toeplitz", by_toeplitz);
}

TEST(connections_that_collide_under_jhash_are_spread)
{
	expect_even_though_equal("jhash", by_jhash);
}

TEST(connections_that_collide_under_a_sum_are_spread)
{
	expect_even_though_equal("xor", by_xor);
}

TEST(neighbouring_addresses_and_ports_are_spread)
{
	static struct flow_key keys[SET];
	struct rng rng = seeded_rng();

	for (uint32_t i = 0; i < SET; i++)
		keys[i] = key_of(&(struct tuple){0x0b000000 + i, 0xc0000201, 443, 40000});
	expect_even(&rng, "addresses", keys);
	for (uint32_t i = 0; i < SET; i++)
		keys[i] =
			key_of(&(struct tuple){0x0b000001, 0xc0000201, 443, (uint16_t)(1024 + i)});
	expect_even(&rng, "ports", keys);
}

/* Who has filled a bucket under one secret, by whatever means, knows nothing of the next. */
TEST(connections_that_collide_under_one_secret_are_spread_by_the_next)
{
	static struct flow_key keys[SET];
	static struct tag_table table = {.bucket_count = BUCKETS};
	struct rng rng = seeded_rng();
	uint64_t secret[2] = {rng_next(&rng), rng_next(&rng)};
	struct flow_hash hash;

	flow_hash_init(&hash, prf_kind_best(), (const uint8_t *)secret);
	for (uint32_t count = 0; count < SET;) {
		struct tuple tuple = tuple_of(rng_next(&rng));

		keys[count] = key_of(&tuple);
		count += tag_table_home(&table, flow_hash_of(&hash, &keys[count])) == 77;
	}
	assert_true(unevenness(&hash, keys) > 1000 * CHI_SQUARE_MAX);
	expect_even(&rng, "another secret's", keys);
}
