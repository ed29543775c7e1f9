/* SPDX-License-Identifier: BSD-3-Clause */

/* The lists in DPDK's fibs: the longest prefix decides, for both families. */
#include "test.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "eal_once.h"
#include "seed.h"
#include "prefix_list.h"
#include "sources.h"

static struct weir_sources_config config;
static struct source_list list;
static char message[512];

static void
add(struct weir_prefixes *prefixes, const char *text)
{
	assert_true(prefixes->count < WEIR_PREFIXES_MAX);
	assert_null(weir_prefix_parse(text, &prefixes->prefix[prefixes->count++]));
}

static int
build(void)
{
	struct refusal refusal = {.message = message, .bytes = sizeof(message)};

	eal_once();
	return source_list_build(&list, &config, "test", &refusal);
}

static enum source_verdict
find(const char *text)
{
	struct weir_prefix prefix;
	struct ip_addr source;

	assert_null(weir_prefix_parse(text, &prefix));
	memcpy(source.octet, prefix.address, sizeof(source.octet));
	return source_list_find(&list, &source);
}

static void
tear_down(void)
{
	source_list_free(&list);
	memset(&config, 0, sizeof(config));
}

TEST(without_networks_there_is_no_fib)
{
	assert_int_equal(build(), 0);
	assert_null(list.ipv4);
	assert_null(list.ipv6);
	tear_down();
}

TEST(a_list_of_one_family_says_nothing_of_the_other)
{
	add(&config.deny, "0.0.0.0/0");
	assert_int_equal(build(), 0);
	assert_int_equal(find("198.51.100.1"), SOURCE_DENIED);
	assert_int_equal(find("2001:db8::1"), SOURCE_UNLISTED);
	tear_down();
	add(&config.deny, "::/0");
	assert_int_equal(build(), 0);
	assert_int_equal(find("198.51.100.1"), SOURCE_UNLISTED);
	assert_int_equal(find("2001:db8::1"), SOURCE_DENIED);
	tear_down();
}

TEST(the_longest_ipv4_prefix_decides)
{
	add(&config.deny, "198.51.0.0/16");
	add(&config.allow, "198.51.100.0/24");
	add(&config.deny, "198.51.100.128/25");
	add(&config.allow, "198.51.100.200/32");
	assert_int_equal(build(), 0);
	assert_int_equal(find("198.50.255.255"), SOURCE_UNLISTED);
	assert_int_equal(find("198.51.0.0"), SOURCE_DENIED);
	assert_int_equal(find("198.51.99.255"), SOURCE_DENIED);
	assert_int_equal(find("198.51.100.0"), SOURCE_ALLOWED);
	assert_int_equal(find("198.51.100.127"), SOURCE_ALLOWED);
	assert_int_equal(find("198.51.100.128"), SOURCE_DENIED);
	assert_int_equal(find("198.51.100.199"), SOURCE_DENIED);
	assert_int_equal(find("198.51.100.200"), SOURCE_ALLOWED);
	assert_int_equal(find("198.51.100.201"), SOURCE_DENIED);
	assert_int_equal(find("198.51.101.0"), SOURCE_DENIED);
	assert_int_equal(find("198.52.0.0"), SOURCE_UNLISTED);
	tear_down();
}

TEST(the_longest_ipv6_prefix_decides)
{
	add(&config.deny, "2001:db8::/32");
	add(&config.allow, "2001:db8:1::/48");
	add(&config.deny, "2001:db8:1:2::/64");
	add(&config.allow, "2001:db8:1:2::7/128");
	assert_int_equal(build(), 0);
	assert_int_equal(find("2001:db7:ffff::1"), SOURCE_UNLISTED);
	assert_int_equal(find("2001:db8::1"), SOURCE_DENIED);
	assert_int_equal(find("2001:db8:1::1"), SOURCE_ALLOWED);
	assert_int_equal(find("2001:db8:1:1:ffff:ffff:ffff:ffff"), SOURCE_ALLOWED);
	assert_int_equal(find("2001:db8:1:2::6"), SOURCE_DENIED);
	assert_int_equal(find("2001:db8:1:2::7"), SOURCE_ALLOWED);
	assert_int_equal(find("2001:db8:1:2::8"), SOURCE_DENIED);
	assert_int_equal(find("2001:db8:1:3::"), SOURCE_ALLOWED);
	assert_int_equal(find("2001:db8:2::"), SOURCE_DENIED);
	assert_int_equal(find("2001:db9::"), SOURCE_UNLISTED);
	tear_down();
}

TEST(allow_counts_where_a_network_is_in_both)
{
	add(&config.deny, "198.51.100.0/24");
	add(&config.allow, "198.51.100.0/24");
	add(&config.deny, "198.51.100.0/24");
	add(&config.deny, "2001:db8::/64");
	add(&config.allow, "2001:db8::/64");
	assert_int_equal(build(), 0);
	assert_int_equal(find("198.51.100.9"), SOURCE_ALLOWED);
	assert_int_equal(find("2001:db8::9"), SOURCE_ALLOWED);
	tear_down();
}

TEST(only_what_is_allowed_can_be_served)
{
	add(&config.deny, "0.0.0.0/0");
	add(&config.deny, "::/0");
	add(&config.allow, "198.51.100.0/24");
	add(&config.allow, "2001:db8::/32");
	assert_int_equal(build(), 0);
	assert_int_equal(find("198.51.100.1"), SOURCE_ALLOWED);
	assert_int_equal(find("198.51.101.1"), SOURCE_DENIED);
	assert_int_equal(find("2001:db8::1"), SOURCE_ALLOWED);
	assert_int_equal(find("fe80::1"), SOURCE_DENIED);
	tear_down();
}

#define RANDOM_PREFIXES 600
#define PROBES		20000

struct model {
	struct weir_prefix prefix;
	enum source_verdict verdict;
};

static bool
covers(const struct weir_prefix *prefix, const struct ip_addr *source)
{
	uint32_t bits = prefix->bits + (prefix_is_ipv4(prefix) ? 96u : 0u);
	uint8_t mask = (uint8_t)(0xff00u >> bits % 8);

	return memcmp(prefix->address, source->octet, bits / 8) == 0 &&
	       (bits % 8 == 0 ||
		((prefix->address[bits / 8] ^ source->octet[bits / 8]) & mask) == 0);
}

/* Sources and networks that meet often: few bits of an address vary. */
static struct ip_addr
random_source(struct rng *rng)
{
	struct ip_addr addr = {0};

	if (rng_below(rng, 2) == 0)
		return ip_addr_of_ipv4(rte_cpu_to_be_32(0xc6336000 | rng_below(rng, 4096)));
	addr.octet[0] = 0x20;
	addr.octet[1] = 0x01;
	addr.octet[7] = (uint8_t)rng_below(rng, 16);
	addr.octet[15] = (uint8_t)rng_below(rng, 16);
	return addr;
}

static struct weir_prefix
random_prefix(struct rng *rng)
{
	struct ip_addr addr = random_source(rng);
	bool is_ipv4 = ip_addr_is_ipv4(&addr);
	struct weir_prefix prefix = {
		.bits = (uint8_t)(is_ipv4 ? 18 + rng_below(rng, 15) : 60 + rng_below(rng, 69)),
	};
	unsigned int bits = prefix.bits + (is_ipv4 ? 96u : 0u);

	memcpy(prefix.address, addr.octet, sizeof(prefix.address));
	for (; bits < 128; bits++)
		prefix.address[bits / 8] =
			(uint8_t)(prefix.address[bits / 8] & ~(0x80u >> bits % 8));
	return prefix;
}

/* Through a file, as long lists come; against a search through all of them. */
TEST(random_lists_are_as_a_plain_search_has_them)
{
	static struct model model[RANDOM_PREFIXES];
	struct rng rng = seeded_rng();
	int descriptor = memfd_create("deny", 0);
	FILE *file = fdopen(descriptor, "w");
	char text[INET6_ADDRSTRLEN];

	for (int i = 0; i < RANDOM_PREFIXES; i++) {
		struct weir_prefix *prefix = &model[i].prefix;
		bool is_ipv4;

		*prefix = random_prefix(&rng);
		is_ipv4 = prefix_is_ipv4(prefix);
		model[i].verdict = i < WEIR_PREFIXES_MAX ? SOURCE_ALLOWED : SOURCE_DENIED;
		inet_ntop(is_ipv4 ? AF_INET : AF_INET6, prefix->address + (is_ipv4 ? 12 : 0), text,
			  sizeof(text));
		if (model[i].verdict == SOURCE_ALLOWED)
			config.allow.prefix[config.allow.count++] = *prefix;
		else
			fprintf(file, "%s/%u\n", text, prefix->bits);
	}
	fflush(file);
	snprintf(config.deny_file, sizeof(config.deny_file), "/proc/self/fd/%d", descriptor);
	assert_int_equal(build(), 0);
	for (int i = 0; i < PROBES; i++) {
		struct ip_addr source = random_source(&rng);
		enum source_verdict expected = SOURCE_UNLISTED;
		int longest = -1;

		for (int k = 0; k < RANDOM_PREFIXES; k++) {
			if (!covers(&model[k].prefix, &source) || model[k].prefix.bits < longest ||
			    (model[k].prefix.bits == longest && expected == SOURCE_ALLOWED))
				continue;
			longest = model[k].prefix.bits;
			expected = model[k].verdict;
		}
		assert_int_equal(source_list_find(&list, &source), expected);
	}
	tear_down();
	fclose(file);
}

/* More tables than the narrowest entries can count. */
TEST(many_single_addresses_fit)
{
	int descriptor = memfd_create("deny", 0);
	FILE *file = fdopen(descriptor, "w");

	for (uint32_t i = 0; i < 2000; i++)
		fprintf(file, "10.%u.%u.7\n", i >> 8, i & 0xff);
	fflush(file);
	snprintf(config.deny_file, sizeof(config.deny_file), "/proc/self/fd/%d", descriptor);
	assert_int_equal(build(), 0);
	assert_int_equal(find("10.0.0.7"), SOURCE_DENIED);
	assert_int_equal(find("10.7.207.7"), SOURCE_DENIED);
	assert_int_equal(find("10.7.207.8"), SOURCE_UNLISTED);
	assert_int_equal(find("10.7.208.7"), SOURCE_UNLISTED);
	tear_down();
	fclose(file);
}

TEST(without_memory_there_is_a_sentence)
{
	int descriptor = memfd_create("deny", 0);
	FILE *file = fdopen(descriptor, "w");

	for (uint32_t i = 0; i < 300000; i++)
		fprintf(file, "%u.%u.%u.7\n", 10 + (i >> 16), i >> 8 & 0xff, i & 0xff);
	fflush(file);
	snprintf(config.deny_file, sizeof(config.deny_file), "/proc/self/fd/%d", descriptor);
	assert_true(build() < 0);
	assert_non_null(strstr(message, "[sources]: no room for 300000 IPv4 and 0 IPv6 networks"));
	assert_null(list.ipv4);
	tear_down();
	fclose(file);
}
