/* SPDX-License-Identifier: BSD-3-Clause */

#include "test.h"

#include "gen_prefix.h"

TEST(a_prefix_is_read)
{
	struct gen_prefix prefix;

	assert_true(gen_prefix_parse(&prefix, "10.1.0.0/16"));
	assert_false(prefix.is_ipv6);
	assert_int_equal(prefix.host_bits, 16);
	assert_true(gen_prefix_parse(&prefix, "2001:db8:f::/64"));
	assert_true(prefix.is_ipv6);
	assert_int_equal(prefix.host_bits, 64);
}

TEST(what_is_no_prefix_is_refused)
{
	static const char *const texts[] = {
		"",	    "10.0.0.0",	  "10.0.0.0/",	 "10.0.0.0/33",
		"10.0.0/8", "10.0.0.1/8", "10.0.0.0/8x", "2001:db8::/48",
		"/8",	    "::1/64",	  "::/129"};
	struct gen_prefix prefix;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_false(gen_prefix_parse(&prefix, texts[i]));
}

TEST(a_host_keeps_to_its_prefix)
{
	struct gen_prefix prefix;
	struct ip_addr addr;

	assert_true(gen_prefix_parse(&prefix, "198.18.0.0/16"));
	addr = gen_prefix_host(&prefix, 0xffff0102);
	assert_int_equal(addr.word[3], RTE_BE32(0xc6120102));
	assert_true(ip_addr_is_ipv4(&addr));
	assert_true(gen_prefix_parse(&prefix, "2001:db8:0:0:a::/80"));
	addr = gen_prefix_host(&prefix, UINT64_MAX);
	assert_int_equal(gen_address_low(&addr, true), UINT64_C(0x000affffffffffff));
	assert_int_equal(addr.word[0], RTE_BE32(0x20010db8));
}

TEST(single_addresses_are_prefixes_too)
{
	struct gen_prefix prefix;

	assert_true(gen_prefix_parse(&prefix, "192.0.2.9/32"));
	assert_int_equal(gen_prefix_mask(&prefix), 0);
	assert_true(gen_prefix_parse(&prefix, "0.0.0.0/0"));
	assert_int_equal(gen_prefix_mask(&prefix), UINT32_MAX);
	assert_true(gen_prefix_parse(&prefix, "::/64"));
	assert_true(gen_prefix_mask(&prefix) == UINT64_MAX);
}
