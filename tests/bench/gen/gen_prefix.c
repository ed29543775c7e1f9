/* SPDX-License-Identifier: BSD-3-Clause */

#include "gen_prefix.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>

bool
gen_address_parse(struct ip_addr *addr, bool *is_ipv6, const char *text)
{
	rte_be32_t ipv4;

	*is_ipv6 = strchr(text, ':') != NULL;
	if (*is_ipv6)
		return inet_pton(AF_INET6, text, addr->octet) == 1;
	if (inet_pton(AF_INET, text, &ipv4) != 1)
		return false;
	*addr = ip_addr_of_ipv4(ipv4);
	return true;
}

uint64_t
gen_address_low(const struct ip_addr *addr, bool is_ipv6)
{
	uint64_t low = rte_be_to_cpu_64(addr->half[1]);

	return is_ipv6 ? low : low & UINT32_MAX;
}

bool
gen_prefix_parse(struct gen_prefix *prefix, const char *text)
{
	const char *slash = strchr(text, '/');
	char address[64], *end;
	unsigned long bits, width;

	if (slash == NULL || (size_t)(slash - text) >= sizeof(address))
		return false;
	snprintf(address, sizeof(address), "%.*s", (int)(slash - text), text);
	if (!gen_address_parse(&prefix->base, &prefix->is_ipv6, address))
		return false;
	bits = strtoul(slash + 1, &end, 10);
	width = prefix->is_ipv6 ? 128 : 32;
	if (end == slash + 1 || *end != '\0' || bits > width || (prefix->is_ipv6 && bits < 64))
		return false;
	prefix->host_bits = (uint8_t)(width - bits);
	return (gen_address_low(&prefix->base, prefix->is_ipv6) & gen_prefix_mask(prefix)) == 0;
}

struct ip_addr
gen_prefix_host(const struct gen_prefix *prefix, uint64_t host)
{
	uint64_t low = rte_be_to_cpu_64(prefix->base.half[1]);
	struct ip_addr addr = prefix->base;

	addr.half[1] = rte_cpu_to_be_64(low | (host & gen_prefix_mask(prefix)));
	return addr;
}
