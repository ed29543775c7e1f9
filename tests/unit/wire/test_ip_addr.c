/* SPDX-License-Identifier: BSD-3-Clause */

#include "test.h"

#include <arpa/inet.h>

#include "ip_addr.h"

static struct ip_addr
addr_of(const char *text)
{
	struct in6_addr in6;
	struct in_addr in;

	if (inet_pton(AF_INET, text, &in) == 1)
		return ip_addr_of_ipv4(in.s_addr);
	assert_int_equal(inet_pton(AF_INET6, text, &in6), 1);
	return ip_addr_of_ipv6(&in6);
}

static void
expect_martian(const char *text, bool is_ipv6, bool martian)
{
	struct ip_addr addr = addr_of(text);

	if (ip_addr_is_martian_source(&addr, is_ipv6) != martian)
		fail_msg("%s is %sa martian", text, martian ? "not " : "");
}

TEST(an_ipv4_address_is_held_mapped)
{
	static const uint8_t mapped[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 7};
	struct ip_addr addr = addr_of("192.0.2.7"), other = addr_of("192.0.2.8");

	assert_memory_equal(addr.octet, mapped, 16);
	assert_true(ip_addr_is_ipv4(&addr));
	assert_true(ip_addr_equal(&addr, &addr));
	assert_false(ip_addr_equal(&addr, &other));
	other = addr_of("2001:db8::7");
	assert_false(ip_addr_is_ipv4(&other));
}

TEST(addresses_that_differ_in_one_octet_differ)
{
	struct ip_addr a = addr_of("2001:db8::1"), b;

	for (int i = 0; i < 16; i++) {
		b = a;
		b.octet[i] ^= 0x80;
		assert_false(ip_addr_equal(&a, &b));
	}
}

TEST(no_host_sends_from_these_ipv4_addresses)
{
	static const char *const martians[] = {
		"0.0.0.0",   "0.1.2.3",	  "127.0.0.1",	     "127.255.255.255", "224.0.0.1",
		"239.9.9.9", "240.0.0.1", "255.255.255.254", "255.255.255.255",
	};

	for (size_t i = 0; i < sizeof(martians) / sizeof(martians[0]); i++)
		expect_martian(martians[i], false, true);
}

TEST(hosts_send_from_these_ipv4_addresses)
{
	static const char *const hosts[] = {
		"1.0.0.0",     "10.0.0.1",	  "126.255.255.255", "128.0.0.1",
		"169.254.1.1", "192.168.255.255", "223.255.255.255",
	};

	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++)
		expect_martian(hosts[i], false, false);
}

TEST(no_host_sends_from_these_ipv6_addresses)
{
	static const char *const martians[] = {
		"::", "::1", "ff00::", "ff02::1", "ffff::1", "::ffff:192.0.2.1", "::ffff:0.0.0.0",
	};

	for (size_t i = 0; i < sizeof(martians) / sizeof(martians[0]); i++)
		expect_martian(martians[i], true, true);
}

TEST(hosts_send_from_these_ipv6_addresses)
{
	static const char *const hosts[] = {
		"::2",	       "::101", "fe80::1", "2001:db8::1", "fd00::", "64:ff9b::1.2.3.4",
		"::1:0:0:0:1", "1::",	"1::1",
	};

	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++)
		expect_martian(hosts[i], true, false);
}
