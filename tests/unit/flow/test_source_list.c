/* SPDX-License-Identifier: BSD-3-Clause */

/* Many sources at once, against the same one by one (whose verdicts are port/test_sources's). */
#include "test.h"

#include <string.h>

#include <rte_ip.h>
#include <rte_version.h>

#include "eal_once.h"
#include "seed.h"
#include "source_list.h"

static struct source_list list;

static void
set_up(void)
{
	struct rte_fib_conf conf = {
		.type = RTE_FIB_DIR24_8,
		.default_nh = SOURCE_UNLISTED,
		.max_routes = 1024,
		.dir24_8 = {.nh_sz = RTE_FIB_DIR24_8_1B, .num_tbl8 = 100},
	};

	eal_once();
	list.ipv4 = rte_fib_create("burst", -1, &conf);
	assert_non_null(list.ipv4);
}

static void
tear_down(void)
{
	rte_fib_free(list.ipv4);
	list.ipv4 = NULL;
}

static void
add(uint32_t address, uint8_t bits, enum source_verdict verdict)
{
	uint32_t network = address & (uint32_t)(UINT64_C(0xffffffff) << (32 - bits));

	assert_int_equal(rte_fib_add(list.ipv4, network, bits, verdict), 0);
}

/* Returns how many of them are denied. */
static uint32_t
expect_same(const rte_be32_t *sources, uint32_t count)
{
	uint32_t denied = 0;

	for (uint32_t i = 0; i < count; i++) {
		struct ip_addr source = ip_addr_of_ipv4(sources[i]);

		denied |= (uint32_t)(source_list_find(&list, &source) == SOURCE_DENIED) << i;
	}
	assert_int_equal(source_list_denied_ipv4(&list, sources, count), denied);
	return (uint32_t)__builtin_popcount(denied);
}

TEST(each_of_a_burst_has_its_own_verdict)
{
	rte_be32_t sources[SOURCE_BURST_MAX];

	set_up();
	add(RTE_IPV4(10, 0, 0, 0), 8, SOURCE_DENIED);
	add(RTE_IPV4(10, 1, 0, 0), 16, SOURCE_ALLOWED);
	add(RTE_IPV4(10, 1, 2, 3), 32, SOURCE_DENIED);
	for (uint32_t at = 0; at < SOURCE_BURST_MAX; at++) {
		static const uint32_t of_each[] = {RTE_IPV4(10, 2, 0, 0), RTE_IPV4(10, 1, 2, 3)};

		for (uint32_t i = 0; i < SOURCE_BURST_MAX; i++)
			sources[i] = rte_cpu_to_be_32(i % 2 == 0 ? RTE_IPV4(10, 1, 2, 2)
								 : RTE_IPV4(3, 2, 1, 10));
		for (uint32_t i = 0; i < RTE_DIM(of_each); i++) {
			sources[at] = rte_cpu_to_be_32(of_each[i]);
			assert_int_equal(source_list_denied_ipv4(&list, sources, SOURCE_BURST_MAX),
					 1u << at);
		}
	}
	tear_down();
}

TEST(random_bursts_are_judged_as_one_by_one)
{
	rte_be32_t sources[SOURCE_BURST_MAX];
	struct rng rng = seeded_rng();
	uint32_t denied = 0, all = 0;

	set_up();
	for (uint32_t i = 0; i < 300; i++)
		add((uint32_t)rng_next(&rng), (uint8_t)(i < 80 ? 25 + i % 8 : 4 + i % 21),
		    i % 3 == 0 ? SOURCE_ALLOWED : SOURCE_DENIED);
	for (uint32_t round = 0; round < 1000; round++) {
		uint32_t count = round % (SOURCE_BURST_MAX + 1);

		for (uint32_t i = 0; i < count; i++)
			sources[i] = (rte_be32_t)rng_next(&rng);
		denied += expect_same(sources, count);
		all += count;
	}
	assert_in_range(denied, 1, all - 1);
	tear_down();
}

TEST(where_no_network_of_a_family_is_listed_none_is_denied)
{
	static const rte_be32_t sources[SOURCE_BURST_MAX] = {RTE_BE32(0x0a000001)};
	static const struct ip_addr sources6[SOURCE_BURST_MAX] = {{.octet = {0x20, 1}}};

	assert_int_equal(source_list_denied_ipv4(&list, sources, SOURCE_BURST_MAX), 0);
	assert_int_equal(source_list_denied_ipv6(&list, sources6, SOURCE_BURST_MAX), 0);
}

/* ---- IPv6 ---- */

static void
add_ipv6(uint8_t second, uint8_t last, uint8_t bits, enum source_verdict verdict)
{
	uint8_t octets[16] = {0x20, second, [15] = last};
#if RTE_VERSION >= RTE_VERSION_NUM(24, 11, 0, 0)
	struct rte_ipv6_addr network;

	memcpy(&network, octets, sizeof(network));
	assert_int_equal(rte_fib6_add(list.ipv6, &network, bits, verdict), 0);
#else
	assert_int_equal(rte_fib6_add(list.ipv6, octets, bits, verdict), 0);
#endif
}

/* 2001::/16 is denied but for 2001::/64, of which 2001::5 is denied again. */
static void
set_up_ipv6(void)
{
	struct rte_fib6_conf conf = {
		.type = RTE_FIB6_DUMMY,
		.default_nh = SOURCE_UNLISTED,
		.max_routes = 8,
	};

	eal_once();
	list.ipv6 = rte_fib6_create("six", -1, &conf);
	assert_non_null(list.ipv6);
	add_ipv6(1, 0, 16, SOURCE_DENIED);
	add_ipv6(1, 0, 64, SOURCE_ALLOWED);
	add_ipv6(1, 5, 128, SOURCE_DENIED);
}

TEST(each_of_a_burst_of_ipv6_has_its_own_verdict)
{
	struct ip_addr sources[SOURCE_BURST_MAX];
	struct rng rng = seeded_rng();

	set_up_ipv6();
	for (uint32_t round = 0; round < 1000; round++) {
		uint32_t count = round % (SOURCE_BURST_MAX + 1), denied = 0;

		for (uint32_t i = 0; i < count; i++) {
			sources[i] = (struct ip_addr){.octet = {0x20, 1}};
			sources[i].octet[1] = (uint8_t)(1 + rng_below(&rng, 2));
			sources[i].octet[3] = (uint8_t)rng_below(&rng, 2);
			sources[i].octet[15] = (uint8_t)(4 + rng_below(&rng, 2));
			denied |= (uint32_t)(source_list_find(&list, &sources[i]) == SOURCE_DENIED)
				  << i;
		}
		assert_int_equal(source_list_denied_ipv6(&list, sources, count), denied);
	}
	rte_fib6_free(list.ipv6);
	list.ipv6 = NULL;
}
