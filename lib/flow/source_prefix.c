/* SPDX-License-Identifier: BSD-3-Clause */

#include "source_prefix.h"

#include "check.h"

#define IPV4_MAPPED_BITS 96

static struct ip_addr
mask_of(unsigned int bits)
{
	struct ip_addr mask = {0};

	for (unsigned int i = 0; i < bits; i++)
		mask.octet[i / 8] = (uint8_t)(mask.octet[i / 8] | 0x80u >> i % 8);
	return mask;
}

void
source_prefix_init(struct source_prefix *prefix, enum prf_kind kind, const uint8_t secret[16],
		   uint8_t ipv4_bits, uint8_t ipv6_bits)
{
	uint8_t derived[16];

	check(ipv4_bits <= 32 && ipv6_bits <= 128);
	prf_derive(kind, secret, "source prefix", 0, derived);
	prf_key_init(&prefix->key, kind, derived, 1);
	prefix->mask_ipv4 = mask_of(IPV4_MAPPED_BITS + ipv4_bits);
	prefix->mask_ipv6 = mask_of(ipv6_bits);
}

/* One block serves both families: no IPv6 source has the mapped form. */
uint64_t
source_prefix_hash(const struct source_prefix *prefix, const struct ip_addr *source)
{
	const struct ip_addr *mask =
		ip_addr_is_ipv4(source) ? &prefix->mask_ipv4 : &prefix->mask_ipv6;
	struct prf_block message = {
		.q = {source->half[0] & mask->half[0], source->half[1] & mask->half[1]},
	};

	return prf(&prefix->key, &message).q[0];
}
