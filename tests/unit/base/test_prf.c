/* SPDX-License-Identifier: BSD-3-Clause */

#include "test.h"

#include "prf.h"

static const uint8_t secret[16] = {0x2b, 0x7e, 0x15, 0x16, 0x28, 0xae, 0xd2, 0xa6,
				   0xab, 0xf7, 0x15, 0x88, 0x09, 0xcf, 0x4f, 0x3c};

TEST(one_aes_block_matches_fips_197)
{
	/* FIPS 197, appendix B. */
	static const uint8_t plain[16] = {0x32, 0x43, 0xf6, 0xa8, 0x88, 0x5a, 0x30, 0x8d,
					  0x31, 0x31, 0x98, 0xa2, 0xe0, 0x37, 0x07, 0x34};
	static const uint8_t cipher[16] = {0x39, 0x25, 0x84, 0x1d, 0x02, 0xdc, 0x09, 0xfb,
					   0xdc, 0x11, 0x85, 0x97, 0x19, 0x6a, 0x0b, 0x32};
	struct prf_block message, result;
	struct prf_key key;

	if (!prf_aes_is_available())
		skip();
	memcpy(&message, plain, sizeof(message));
	prf_key_init(&key, PRF_AES, secret, 1);
	result = prf(&key, &message);
	assert_memory_equal(&result, cipher, sizeof(cipher));
}

static void
expect_burst_equals_singles(enum prf_kind kind, uint32_t blocks, uint32_t count)
{
	struct prf_block messages[PRF_BLOCKS_MAX][PRF_BURST_MAX], results[PRF_BURST_MAX + 1];
	struct prf_block message[PRF_BLOCKS_MAX], single;
	struct prf_key key;

	for (uint32_t b = 0; b < PRF_BLOCKS_MAX; b++) {
		for (uint32_t i = 0; i < PRF_BURST_MAX; i++)
			messages[b][i] = (struct prf_block){{i * UINT64_C(0x9e3779b97f4a7c15), b}};
	}
	memset(results, 0xee, sizeof(results));
	prf_key_init(&key, kind, secret, blocks);
	prf_burst(&key, messages, count, results);
	for (uint32_t i = 0; i < count; i++) {
		for (uint32_t b = 0; b < blocks; b++)
			message[b] = messages[b][i];
		single = prf(&key, message);
		assert_memory_equal(&results[i], &single, sizeof(single));
	}
	for (size_t i = 0; i < sizeof(results[0]); i++)
		assert_int_equal(((const uint8_t *)&results[count])[i], 0xee);
}

TEST(a_burst_gives_what_single_calls_give)
{
	for (uint32_t blocks = 1; blocks <= PRF_BLOCKS_MAX; blocks++) {
		for (uint32_t count = 1; count <= PRF_BURST_MAX; count++) {
			expect_burst_equals_singles(PRF_SIPHASH, blocks, count);
			if (prf_aes_is_available())
				expect_burst_equals_singles(PRF_AES, blocks, count);
			if (prf_aes_wide_is_available())
				expect_burst_equals_singles(PRF_AES_WIDE, blocks, count);
		}
	}
}

static struct prf_block
burst_of_one(enum prf_kind kind)
{
	struct prf_block messages[1][PRF_BURST_MAX] = {0}, result;
	struct prf_key key;

	messages[0][0] = (struct prf_block){{1, 2}};
	prf_key_init(&key, kind, secret, 1);
	prf_burst(&key, messages, 1, &result);
	return result;
}

TEST(wide_vectors_give_the_same_values)
{
	struct prf_block narrow, wide;

	if (!prf_aes_wide_is_available())
		skip();
	narrow = burst_of_one(PRF_AES);
	wide = burst_of_one(PRF_AES_WIDE);
	assert_memory_equal(&narrow, &wide, sizeof(narrow));
}

TEST(narrow_vectors_are_an_option)
{
	assert_true(prf_kind_within(128) != PRF_AES_WIDE);
	assert_int_equal(prf_kind_within(512), prf_kind_best());
}

TEST(every_octet_of_a_message_counts)
{
	struct prf_block message[PRF_BLOCKS_MAX], before, after;
	struct prf_key key;

	for (int kind = PRF_AES; kind <= PRF_SIPHASH; kind++) {
		if (kind == PRF_AES && !prf_aes_is_available())
			continue;
		prf_key_init(&key, (enum prf_kind)kind, secret, PRF_BLOCKS_MAX);
		memset(message, 0, sizeof(message));
		before = prf(&key, message);
		for (size_t i = 0; i < sizeof(message); i++) {
			((uint8_t *)message)[i] ^= 1;
			after = prf(&key, message);
			assert_memory_not_equal(&before, &after, sizeof(before));
			((uint8_t *)message)[i] ^= 1;
		}
	}
}

TEST(derived_keys_differ_by_use_and_number)
{
	uint8_t a[16], b[16], c[16], again[16];
	enum prf_kind kind = prf_kind_best();

	prf_derive(kind, secret, "cookie", 1, a);
	prf_derive(kind, secret, "cookie", 2, b);
	prf_derive(kind, secret, "isn", 1, c);
	prf_derive(kind, secret, "cookie", 1, again);
	assert_memory_equal(a, again, 16);
	assert_memory_not_equal(a, b, 16);
	assert_memory_not_equal(a, c, 16);
}
