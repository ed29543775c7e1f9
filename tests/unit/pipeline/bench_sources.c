/* SPDX-License-Identifier: BSD-3-Clause */

#include "bench_sources.h"

#include <rte_fib.h>
#include <rte_fib6.h>
#include <rte_ip.h>
#include <rte_version.h>

#include "test.h"

#include "bench_burst.h"
#include "eal_once.h"

struct entry {
	uint32_t network;
	uint8_t bits;
	enum source_verdict verdict;
};

/* The plainest of DPDK's: sixteen megabytes for each list would be more than tests have. */
static struct rte_fib *
fib_of(const char *name, const struct entry *entries, uint32_t count)
{
	struct rte_fib_conf conf = {
		.type = RTE_FIB_DUMMY,
		.default_nh = SOURCE_UNLISTED,
		.max_routes = 8,
	};
	struct rte_fib *fib;

	eal_once();
	fib = rte_fib_create(name, -1, &conf);
	assert_non_null(fib);
	for (uint32_t i = 0; i < count; i++)
		assert_int_equal(
			rte_fib_add(fib, entries[i].network, entries[i].bits, entries[i].verdict),
			0);
	return fib;
}

static void
use(struct weir_core *core, struct source_list *list, const char *name, const struct entry *entries,
    uint32_t count)
{
	if (list->ipv4 == NULL)
		list->ipv4 = fib_of(name, entries, count);
	own_config(core)->sources = list;
}

void
sources_deny_some(struct weir_core *core)
{
	static const struct entry entries[] = {
		{RTE_IPV4(10, 0, 0, 0), 8, SOURCE_DENIED},
		{RTE_IPV4(10, 128, 0, 0), 9, SOURCE_ALLOWED},
		{RTE_IPV4(32, 0, 0, 0), 3, SOURCE_DENIED},
	};
	static struct source_list list;

	use(core, &list, "some", entries, RTE_DIM(entries));
}

void
sources_allow_few(struct weir_core *core)
{
	static const struct entry entries[] = {
		{0, 0, SOURCE_DENIED},
		{RTE_IPV4(192, 0, 2, 0), 24, SOURCE_ALLOWED},
		{RTE_IPV4(64, 0, 0, 0), 3, SOURCE_ALLOWED},
	};
	static struct source_list list;

	use(core, &list, "few", entries, RTE_DIM(entries));
}

void
sources_allow_some(struct weir_core *core)
{
	static const struct entry entries[] = {
		{RTE_IPV4(192, 0, 2, 0), 24, SOURCE_ALLOWED},
		{RTE_IPV4(64, 0, 0, 0), 3, SOURCE_ALLOWED},
	};
	static struct source_list list;

	use(core, &list, "allowed", entries, RTE_DIM(entries));
}

void
sources_deny_ipv6(struct weir_core *core)
{
#if RTE_VERSION >= RTE_VERSION_NUM(24, 11, 0, 0)
	static const struct rte_ipv6_addr ip = {.a = {0x20, 0x01, 0x0d, 0xb8}};
	const struct rte_ipv6_addr *network = &ip;
#else
	static const uint8_t network[16] = {0x20, 0x01, 0x0d, 0xb8};
#endif
	static struct source_list list;
	struct rte_fib6_conf conf = {
		.type = RTE_FIB6_DUMMY,
		.default_nh = SOURCE_UNLISTED,
		.max_routes = 8,
	};

	if (list.ipv6 == NULL) {
		eal_once();
		list.ipv6 = rte_fib6_create("six", -1, &conf);
		assert_non_null(list.ipv6);
		assert_int_equal(rte_fib6_add(list.ipv6, network, 32, SOURCE_DENIED), 0);
	}
	own_config(core)->sources = &list;
}

void
sources_deny_clients(struct weir_core *core)
{
	static const struct entry entries[] = {{RTE_IPV4(192, 0, 2, 0), 24, SOURCE_DENIED}};
	static struct source_list list;

	use(core, &list, "clients", entries, RTE_DIM(entries));
}
