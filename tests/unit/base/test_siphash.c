/* SPDX-License-Identifier: BSD-3-Clause */

/* SipHash-2-4 against the vectors of its paper: key 00..0f, message 00 01 02 ... */
#include "test.h"

#include "siphash.h"

static uint64_t
hash_of_counting(size_t bytes)
{
	uint8_t key[16], message[64];

	for (uint8_t i = 0; i < sizeof(key); i++)
		key[i] = i;
	for (uint8_t i = 0; i < sizeof(message); i++)
		message[i] = i;
	return siphash_2_4(key, message, bytes);
}

TEST(matches_the_published_vectors)
{
	assert_int_equal(hash_of_counting(0), UINT64_C(0x726fdb47dd0e0e31));
	assert_int_equal(hash_of_counting(1), UINT64_C(0x74f839c593dc67fd));
	assert_int_equal(hash_of_counting(8), UINT64_C(0x93f5f5799a932462));
	assert_int_equal(hash_of_counting(15), UINT64_C(0xa129ca6149be45e5));
}
