/* SPDX-License-Identifier: BSD-3-Clause */

#include "source_list.h"

#include <rte_version.h>

#include "check.h"

static uint64_t
find_ipv4(struct rte_fib *fib, const struct ip_addr *source)
{
	uint32_t ip = rte_be_to_cpu_32(source->word[3]);
	uint64_t hop;

	rte_fib_lookup_bulk(fib, &ip, &hop, 1);
	return hop;
}

static void
look_up_ipv6(struct rte_fib6 *fib, const struct ip_addr *sources, uint32_t count, uint64_t *hops)
{
#if RTE_VERSION >= RTE_VERSION_NUM(24, 11, 0, 0)
	struct rte_ipv6_addr ip[SOURCE_BURST_MAX];
#else
	uint8_t ip[SOURCE_BURST_MAX][RTE_FIB6_IPV6_ADDR_SIZE];
#endif

	check(count <= SOURCE_BURST_MAX);
	for (uint32_t i = 0; i < count; i++)
		memcpy(&ip[i], sources[i].octet, sizeof(ip[i]));
	rte_fib6_lookup_bulk(fib, ip, hops, (int)count);
}

static uint64_t
find_ipv6(struct rte_fib6 *fib, const struct ip_addr *source)
{
	uint64_t hop;

	look_up_ipv6(fib, source, 1, &hop);
	return hop;
}

static uint32_t
denied_of(const uint64_t *hops, uint32_t count)
{
	uint32_t denied = 0;

	for (uint32_t i = 0; i < count; i++)
		denied |= (uint32_t)(hops[i] == SOURCE_DENIED) << i;
	return denied;
}

uint32_t
source_list_denied_ipv4(const struct source_list *list, const rte_be32_t *sources, uint32_t count)
{
	uint64_t hops[SOURCE_BURST_MAX];
	uint32_t ip[SOURCE_BURST_MAX];

	check(count <= SOURCE_BURST_MAX);
	if (list->ipv4 == NULL)
		return 0;
	for (uint32_t i = 0; i < count; i++)
		ip[i] = rte_be_to_cpu_32(sources[i]);
	rte_fib_lookup_bulk(list->ipv4, ip, hops, (int)count);
	return denied_of(hops, count);
}

uint32_t
source_list_denied_ipv6(const struct source_list *list, const struct ip_addr *sources,
			uint32_t count)
{
	uint64_t hops[SOURCE_BURST_MAX];

	if (list->ipv6 == NULL)
		return 0;
	look_up_ipv6(list->ipv6, sources, count, hops);
	return denied_of(hops, count);
}

enum source_verdict
source_list_find(const struct source_list *list, const struct ip_addr *source)
{
	if (ip_addr_is_ipv4(source))
		return list->ipv4 == NULL ? SOURCE_UNLISTED
					  : (enum source_verdict)find_ipv4(list->ipv4, source);
	return list->ipv6 == NULL ? SOURCE_UNLISTED
				  : (enum source_verdict)find_ipv6(list->ipv6, source);
}
