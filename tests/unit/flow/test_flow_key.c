/* SPDX-License-Identifier: BSD-3-Clause */

#include "test.h"

#include "flow_key.h"
#include "rng.h"
#include "seed.h"

static const uint8_t secret[16] = "sixteen octets.";

static const enum prf_kind kinds[] = {PRF_SIPHASH, PRF_AES, PRF_AES_WIDE};

/* Each kind this machine has. */
static bool
hash_init(struct flow_hash *hash, uint32_t i)
{
	if (kinds[i] == PRF_AES && !prf_aes_is_available())
		return false;
	if (kinds[i] == PRF_AES_WIDE && !prf_aes_wide_is_available())
		return false;
	flow_hash_init(hash, kinds[i], secret);
	return true;
}

static struct flow_key
random_key(struct rng *rng)
{
	struct flow_key key = {
		.remote_port = (uint16_t)rng_next(rng),
		.local_port = (uint16_t)rng_next(rng),
		.local_idx = (uint16_t)rng_next(rng),
	};
	uint64_t octets[2] = {rng_next(rng), rng_next(rng)};

	if (rng_below(rng, 2) == 0)
		key.remote = ip_addr_of_ipv4((rte_be32_t)octets[0]);
	else
		key.remote = ip_addr_of_ipv6(octets);
	return key;
}

TEST(keys_are_equal_in_all_their_octets_or_not_at_all)
{
	struct rng rng = seeded_rng();
	struct flow_key a = random_key(&rng), b = a;

	assert_true(flow_key_equal(&a, &b));
	for (size_t i = 0; i < 8 * sizeof(a); i++) {
		((uint8_t *)&b)[i / 8] ^= (uint8_t)(1u << i % 8);
		assert_false(flow_key_equal(&a, &b));
		b = a;
	}
}

/* What an IPv4 key can differ in is its last address word, the ports and local_idx. */
static void
expect_every_bit_counts(const struct flow_hash *hash, const struct flow_key *key, size_t first)
{
	uint64_t before = flow_hash_of(hash, key);

	for (size_t i = 8 * first; i < 8 * offsetof(struct flow_key, zero); i++) {
		struct flow_key changed = *key;

		((uint8_t *)&changed)[i / 8] ^= (uint8_t)(1u << i % 8);
		assert_true(flow_hash_of(hash, &changed) != before);
	}
}

TEST(every_bit_of_a_key_counts)
{
	struct rng rng = seeded_rng();
	struct flow_hash hash;

	for (uint32_t i = 0; i < RTE_DIM(kinds); i++) {
		if (!hash_init(&hash, i))
			continue;
		for (uint32_t round = 0; round < 100; round++) {
			struct flow_key key = random_key(&rng);
			bool is_ipv4 = ip_addr_is_ipv4(&key.remote);

			expect_every_bit_counts(&hash, &key, is_ipv4 ? 12 : 0);
		}
	}
}

TEST(all_64_bits_of_a_hash_vary)
{
	struct rng rng = seeded_rng();
	struct flow_hash hash;

	for (uint32_t i = 0; i < RTE_DIM(kinds); i++) {
		uint64_t ones = 0, zeros = 0;

		if (!hash_init(&hash, i))
			continue;
		for (uint32_t round = 0; round < 200; round++) {
			struct flow_key key = random_key(&rng);
			uint64_t value = flow_hash_of(&hash, &key);

			ones |= value;
			zeros |= ~value;
		}
		assert_true(ones == UINT64_MAX && zeros == UINT64_MAX);
	}
}

TEST(a_burst_of_both_families_gives_what_single_calls_give)
{
	struct rng rng = seeded_rng();
	struct flow_key keys[FLOW_BURST_MAX];
	uint64_t hashes[FLOW_BURST_MAX + 1];
	struct flow_hash hash;

	for (uint32_t i = 0; i < RTE_DIM(kinds); i++) {
		if (!hash_init(&hash, i))
			continue;
		for (uint32_t round = 0; round < 500; round++) {
			uint32_t count = rng_below(&rng, FLOW_BURST_MAX + 1);

			for (uint32_t k = 0; k < count; k++)
				keys[k] = random_key(&rng);
			hashes[count] = 77;
			flow_hash_burst(&hash, keys, flow_first(count), hashes);
			for (uint32_t k = 0; k < count; k++)
				assert_true(hashes[k] == flow_hash_of(&hash, &keys[k]));
			assert_int_equal(hashes[count], 77);
		}
	}
}

/* proves: ATTACK-E1 */
TEST(another_secret_gives_other_hashes)
{
	static const uint8_t other_secret[16] = "sixteen octets!";
	struct rng rng = seeded_rng();
	struct flow_key key = random_key(&rng);
	struct flow_hash hash, other;

	flow_hash_init(&hash, PRF_SIPHASH, secret);
	flow_hash_init(&other, PRF_SIPHASH, other_secret);
	assert_true(flow_hash_of(&hash, &key) != flow_hash_of(&other, &key));
}

/* One key for messages of two lengths would let CBC-MAC be extended (prf.h). */
TEST(the_families_have_keys_of_their_own)
{
	struct flow_hash hash;

	for (uint32_t i = 0; i < RTE_DIM(kinds); i++) {
		if (!hash_init(&hash, i))
			continue;
		assert_int_equal(hash.ipv4.blocks, 1);
		assert_int_equal(hash.ipv6.blocks, 2);
		assert_memory_not_equal(&hash.ipv4.round[0], &hash.ipv6.round[0], 16);
	}
}

/* All sixteen lanes, those of addresses that nobody has among them. */
static void
expect_wide_hashes(bool is_ipv6)
{
	struct rng rng = seeded_rng();
	uint64_t hashes[WIDE_LANES + 1];
	rte_be32_t remote[4][WIDE_LANES], ports[WIDE_LANES];
	uint16_t local_idx[WIDE_LANES];
	struct flow_hash hash;

	if (!prf_aes_wide_is_available()) {
		print_message("# no wide registers on this machine: not tested\n");
		skip();
	}
	flow_hash_init(&hash, PRF_AES_WIDE, secret);
	hashes[WIDE_LANES] = 77;
	for (uint32_t round = 0; round < 500; round++) {
		for (uint32_t i = 0; i < WIDE_LANES; i++) {
			for (uint32_t w = 0; w < 4; w++)
				remote[w][i] = (rte_be32_t)rng_next(&rng);
			ports[i] = (rte_be32_t)rng_next(&rng);
			local_idx[i] = (uint16_t)rng_next(&rng);
		}
		flow_hash_wide(&hash, is_ipv6, remote, ports, local_idx, hashes);
		for (uint32_t i = 0; i < WIDE_LANES; i++) {
			uint32_t both = rte_be_to_cpu_32(ports[i]);
			struct flow_key key = {
				.remote = ip_addr_of_ipv4(remote[3][i]),
				.remote_port = (uint16_t)(both >> 16),
				.local_port = (uint16_t)both,
				.local_idx = local_idx[i],
			};

			for (uint32_t w = 0; w < 4 && is_ipv6; w++)
				key.remote.word[w] = remote[w][i];
			assert_true(hashes[i] == flow_hash_of(&hash, &key));
		}
		assert_int_equal(hashes[WIDE_LANES], 77);
	}
}

TEST(a_wide_hash_is_that_of_the_key_in_each_lane)
{
	expect_wide_hashes(false);
}

TEST(a_wide_hash_of_ipv6_is_that_of_the_key_in_each_lane)
{
	expect_wide_hashes(true);
}
