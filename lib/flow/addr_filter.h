/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * "Certainly not among them", for nearly every address there is, from half a
 * kilobyte that stays in the nearest cache.  Who is among them, the configuration
 * decides, so the hash needs no key; a peer who finds an address that is taken for
 * one of them gains a slower look.
 */
#ifndef WEIR_FLOW_ADDR_FILTER_H
#define WEIR_FLOW_ADDR_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "ip_addr.h"

#define ADDR_FILTER_BITS 4096

struct addr_filter {
	uint64_t word[ADDR_FILTER_BITS / 64];
};

static inline uint32_t
addr_filter_bit(const struct ip_addr *addr)
{
	uint64_t mixed = (addr->half[0] ^ addr->half[1]) * UINT64_C(0x9e3779b97f4a7c15);

	return (uint32_t)(mixed >> 52);
}

static inline void
addr_filter_add(struct addr_filter *filter, const struct ip_addr *addr)
{
	uint32_t bit = addr_filter_bit(addr);

	filter->word[bit / 64] |= UINT64_C(1) << bit % 64;
}

/* False: it was never added.  True: look. */
static inline bool
addr_filter_may_have(const struct addr_filter *filter, const struct ip_addr *addr)
{
	uint32_t bit = addr_filter_bit(addr);

	return (filter->word[bit / 64] >> bit % 64 & 1) != 0;
}

#endif
