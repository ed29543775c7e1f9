/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The keyed hash of a flow key.
 *
 *	IPv4, one block:	second half of the mapped address | ports, local_idx
 *	IPv6, two blocks:	address				  | ports, local_idx, zero
 *
 * The first half of an IPv4-mapped address is zero and its third word the same for
 * all, so nothing is lost by leaving the first half out.
 */

#include "flow_key.h"

#define IPV4_BLOCKS 1
#define IPV6_BLOCKS 2

void
flow_hash_init(struct flow_hash *hash, enum prf_kind kind, const uint8_t secret[16])
{
	uint8_t derived[16];

	prf_derive(kind, secret, "flow hash", 4, derived);
	prf_key_init(&hash->ipv4, kind, derived, IPV4_BLOCKS);
	prf_derive(kind, secret, "flow hash", 6, derived);
	prf_key_init(&hash->ipv6, kind, derived, IPV6_BLOCKS);
}

/* Blocks of message `i` of a burst. */
static inline void
put_ipv4(struct prf_block (*messages)[PRF_BURST_MAX], uint32_t i, const struct flow_key *key)
{
	messages[0][i] = (struct prf_block){{key->remote.half[1], flow_key_tail(key)}};
}

static inline void
put_ipv6(struct prf_block (*messages)[PRF_BURST_MAX], uint32_t i, const struct flow_key *key)
{
	messages[0][i] = (struct prf_block){{key->remote.half[0], key->remote.half[1]}};
	messages[1][i] = (struct prf_block){{flow_key_tail(key), 0}};
}

uint64_t
flow_hash_of(const struct flow_hash *hash, const struct flow_key *key)
{
	uint64_t result;

	flow_hash_burst(hash, key, 1, &result);
	return result;
}

/* Which of a set of keys are IPv6; they are few or all. */
static uint64_t
find_ipv6(const struct flow_key *keys, uint64_t set)
{
	uint64_t ipv6 = 0;

	for (uint64_t left = set; left != 0; left &= left - 1) {
		if (!ip_addr_is_ipv4(&keys[__builtin_ctzll(left)].remote))
			ipv6 |= left & -left;
	}
	return ipv6;
}

/* Those of one family, which `prf` is for. */
static void
hash_family(const struct prf_key *prf, const struct flow_key *keys, uint64_t set, uint64_t *hashes)
{
	struct prf_block messages[IPV6_BLOCKS][PRF_BURST_MAX];
	uint32_t count = 0;

	for (uint64_t left = set; left != 0; left &= left - 1) {
		const struct flow_key *key = &keys[__builtin_ctzll(left)];

		if (prf->blocks == IPV4_BLOCKS)
			put_ipv4(messages, count++, key);
		else
			put_ipv6(messages, count++, key);
	}
	prf_burst(prf, messages, count, messages[0]);
	count = 0;
	for (uint64_t left = set; left != 0; left &= left - 1)
		hashes[__builtin_ctzll(left)] = messages[0][count++].q[0];
}

void
flow_hash_burst(const struct flow_hash *hash, const struct flow_key *keys, uint64_t set,
		uint64_t *hashes)
{
	uint64_t ipv6 = find_ipv6(keys, set);

	if (set != ipv6)
		hash_family(&hash->ipv4, keys, set & ~ipv6, hashes);
	if (ipv6 != 0)
		hash_family(&hash->ipv6, keys, ipv6, hashes);
}
