/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * An IPv4 or IPv6 address in 16 octets, network order.  IPv4 is held as an
 * IPv4-mapped address (::ffff:a.b.c.d), so one comparison serves both families;
 * such addresses never appear on the wire as IPv6 (they are refused there).
 */
#ifndef WEIR_WIRE_IP_ADDR_H
#define WEIR_WIRE_IP_ADDR_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <rte_byteorder.h>

#include "check.h"

struct ip_addr {
	union {
		uint8_t octet[16];
		rte_be32_t word[4];
		uint64_t half[2];
	};
} __attribute__((aligned(8)));

static_assert(RTE_BYTE_ORDER == RTE_LITTLE_ENDIAN, "as every machine weir runs on");

static inline struct ip_addr
ip_addr_of_ipv4(rte_be32_t ipv4)
{
	/* In two halves: what is stored in words and read back in halves stalls. */
	return (struct ip_addr){.half = {0, (uint64_t)ipv4 << 32 | 0xffff0000}};
}

static inline struct ip_addr
ip_addr_of_ipv6(const void *octets)
{
	struct ip_addr addr;

	memcpy(addr.octet, octets, sizeof(addr.octet));
	return addr;
}

static inline bool
ip_addr_is_ipv4(const struct ip_addr *addr)
{
	return addr->half[0] == 0 && addr->word[2] == RTE_BE32(0xffff);
}

static inline bool
ip_addr_equal(const struct ip_addr *a, const struct ip_addr *b)
{
	return a->half[0] == b->half[0] && a->half[1] == b->half[1];
}

/* fe80::/10: on every link of ours, and beyond none (RFC 4291, 2.5.6). */
static inline bool
ip_addr_is_link_local(const struct ip_addr *addr)
{
	return addr->octet[0] == 0xfe && (addr->octet[1] & 0xc0) == 0x80;
}

/* ::, which stands for "none"; 0.0.0.0 is kept as an address of IPv4. */
static inline bool
ip_addr_is_unspecified(const struct ip_addr *addr)
{
	return addr->half[0] == 0 && addr->half[1] == 0;
}

/*
 * True where no host may send from this address: unspecified, loopback,
 * multicast, 0/8, 240/4, broadcast; ::, ::1, ff00::/8, IPv4-mapped when it came
 * in an IPv6 header (`is_ipv6`).  RFC 1122, 3.2.1.3; MUST-63.
 */
bool ip_addr_is_martian_source(const struct ip_addr *addr, bool is_ipv6);

#endif
