/* SPDX-License-Identifier: BSD-3-Clause */

/* Which addresses are of one network. */
#include "test.h"

#include <arpa/inet.h>

#include "source_prefix.h"

static const uint8_t secret[16] = "source prefixes";

static struct ip_addr
address(const char *text)
{
	uint8_t octets[16];

	if (inet_pton(AF_INET, text, octets) == 1) {
		rte_be32_t ipv4;

		memcpy(&ipv4, octets, sizeof(ipv4));
		return ip_addr_of_ipv4(ipv4);
	}
	assert_int_equal(inet_pton(AF_INET6, text, octets), 1);
	return ip_addr_of_ipv6(octets);
}

static bool
are_together(const char *a, const char *b, uint8_t ipv4_bits, uint8_t ipv6_bits)
{
	static const enum prf_kind kinds[] = {PRF_SIPHASH, PRF_AES};
	struct ip_addr first = address(a), second = address(b);
	struct source_prefix prefix;
	bool is_equal[2];

	for (int i = 0; i < 2; i++) {
		enum prf_kind kind = prf_aes_is_available() ? kinds[i] : PRF_SIPHASH;

		source_prefix_init(&prefix, kind, secret, ipv4_bits, ipv6_bits);
		is_equal[i] =
			source_prefix_hash(&prefix, &first) == source_prefix_hash(&prefix, &second);
	}
	assert_int_equal(is_equal[0], is_equal[1]);
	return is_equal[0];
}

TEST(an_ipv4_network_is_the_first_24_bits)
{
	assert_true(are_together("198.51.100.0", "198.51.100.255", 24, 64));
	assert_false(are_together("198.51.100.0", "198.51.101.0", 24, 64));
	assert_false(are_together("198.51.100.7", "198.51.99.7", 24, 64));
	assert_false(are_together("198.51.100.7", "199.51.100.7", 24, 64));
}

TEST(an_ipv6_network_is_the_first_64_bits)
{
	assert_true(are_together("2001:db8:1:2::", "2001:db8:1:2:ffff:ffff:ffff:ffff", 24, 64));
	assert_false(are_together("2001:db8:1:2::1", "2001:db8:1:3::1", 24, 64));
	assert_false(are_together("2001:db8:1:2::1", "3001:db8:1:2::1", 24, 64));
}

TEST(every_length_divides_at_its_bit)
{
	assert_true(are_together("198.51.100.0", "198.51.103.255", 22, 64));
	assert_false(are_together("198.51.100.0", "198.51.104.0", 22, 64));
	assert_true(are_together("2001:db8:0:80::1", "2001:db8:0:ff::1", 24, 57));
	assert_false(are_together("2001:db8:0:80::1", "2001:db8:0:7f::1", 24, 57));
	assert_false(are_together("198.51.100.6", "198.51.100.7", 32, 64));
	assert_false(are_together("2001:db8::6", "2001:db8::7", 24, 128));
	assert_true(are_together("198.51.100.6", "4.3.2.1", 0, 64));
	assert_true(are_together("2001:db8::6", "fe80::7", 24, 0));
}

/* All of IPv4 and all of IPv6 are still two. */
TEST(the_families_are_never_one_network)
{
	assert_false(are_together("198.51.100.6", "2001:db8::1", 0, 0));
	assert_false(are_together("0.0.0.0", "::ffff:0:0:1", 24, 64));
}

TEST(another_key_hashes_otherwise)
{
	struct ip_addr source = address("198.51.100.6");
	struct source_prefix a, b;
	uint8_t other[16] = {1};

	source_prefix_init(&a, PRF_SIPHASH, secret, 24, 64);
	source_prefix_init(&b, PRF_SIPHASH, other, 24, 64);
	assert_true(source_prefix_hash(&a, &source) != source_prefix_hash(&b, &source));
}
