/* SPDX-License-Identifier: BSD-3-Clause */

/* Which source addresses no host may use (RFC 1122, 3.2.1.3; RFC 4291, 2.5 to 2.7). */

#include "ip_addr.h"

static bool
ipv4_is_martian(uint8_t first)
{
	/* 224 and up: multicast, the reserved 240/4, and the broadcast address in it. */
	return first == 0 || first == 127 || first >= 224;
}

bool
ip_addr_is_martian_source(const struct ip_addr *addr, bool is_ipv6)
{
	if (!is_ipv6)
		return ipv4_is_martian(addr->octet[12]);
	if (addr->octet[0] == 0xff || ip_addr_is_ipv4(addr))
		return true;
	/* :: and ::1 */
	return addr->half[0] == 0 && (addr->half[1] & ~rte_cpu_to_be_64(1)) == 0;
}
