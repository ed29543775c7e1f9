/* SPDX-License-Identifier: BSD-3-Clause */

/* A prefix whose hosts the generator plays: "10.0.0.0/8", "2001:db8:f::/64". */
#ifndef WEIR_TESTS_BENCH_GEN_PREFIX_H
#define WEIR_TESTS_BENCH_GEN_PREFIX_H

#include <stdbool.h>
#include <stdint.h>

#include "ip_addr.h"

struct gen_prefix {
	struct ip_addr base; /* its host bits are 0 */
	bool is_ipv6;
	uint8_t host_bits; /* 0 to 32, or 0 to 64 of IPv6 */
};

/* An address of either family, in text. */
bool gen_address_parse(struct ip_addr *addr, bool *is_ipv6, const char *text);

/* False where it is none, has host bits set, or is an IPv6 one shorter than /64. */
bool gen_prefix_parse(struct gen_prefix *prefix, const char *text);

/* The last 32 (IPv4) or 64 (IPv6) bits of an address, host order: all of it that differs. */
uint64_t gen_address_low(const struct ip_addr *addr, bool is_ipv6);

struct ip_addr gen_prefix_host(const struct gen_prefix *prefix, uint64_t host);

/* Those low bits for a host, any number of whose bits beyond the prefix's are ignored. */
static inline uint64_t
gen_prefix_low(uint64_t base_low, uint64_t host_mask, uint64_t host)
{
	return base_low | (host & host_mask);
}

static inline uint64_t
gen_prefix_mask(const struct gen_prefix *prefix)
{
	return prefix->host_bits == 64 ? UINT64_MAX : (UINT64_C(1) << prefix->host_bits) - 1;
}

#endif
