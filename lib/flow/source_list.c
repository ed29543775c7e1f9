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

static uint64_t
find_ipv6(struct rte_fib6 *fib, const struct ip_addr *source)
{
#if RTE_VERSION >= RTE_VERSION_NUM(24, 11, 0, 0)
	struct rte_ipv6_addr ip;
#else
	uint8_t ip[1][RTE_FIB6_IPV6_ADDR_SIZE];
#endif
	uint64_t hop;

	memcpy(&ip, source->octet, sizeof(ip));
#if RTE_VERSION >= RTE_VERSION_NUM(24, 11, 0, 0)
	rte_fib6_lookup_bulk(fib, &ip, &hop, 1);
#else
	rte_fib6_lookup_bulk(fib, ip, &hop, 1);
#endif
	return hop;
}

uint32_t
source_list_denied_ipv4(const struct source_list *list, const rte_be32_t *sources, uint32_t count)
{
	uint32_t ip[SOURCE_BURST_MAX], denied = 0;
	uint64_t hop[SOURCE_BURST_MAX];

	check(count <= SOURCE_BURST_MAX);
	if (list->ipv4 == NULL)
		return 0;
	for (uint32_t i = 0; i < count; i++)
		ip[i] = rte_be_to_cpu_32(sources[i]);
	rte_fib_lookup_bulk(list->ipv4, ip, hop, (int)count);
	for (uint32_t i = 0; i < count; i++)
		denied |= (uint32_t)(hop[i] == SOURCE_DENIED) << i;
	return denied;
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
