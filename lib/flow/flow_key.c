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

static void
emit_ipv4(const struct flow_key *key, struct prf_block message[IPV4_BLOCKS])
{
	message[0].q[0] = key->remote.half[1];
	message[0].q[1] = flow_key_tail(key);
}

static void
emit_ipv6(const struct flow_key *key, struct prf_block message[IPV6_BLOCKS])
{
	message[0].q[0] = key->remote.half[0];
	message[0].q[1] = key->remote.half[1];
	message[1].q[0] = flow_key_tail(key);
	message[1].q[1] = 0;
}

uint64_t
flow_hash_of(const struct flow_hash *hash, const struct flow_key *key)
{
	struct prf_block message[IPV6_BLOCKS];

	if (ip_addr_is_ipv4(&key->remote)) {
		emit_ipv4(key, message);
		return prf(&hash->ipv4, message).q[0];
	}
	emit_ipv6(key, message);
	return prf(&hash->ipv6, message).q[0];
}

void
flow_hash_burst(const struct flow_hash *hash, const struct flow_key *keys, uint32_t count,
		uint64_t *hashes)
{
	struct prf_block ipv4[FLOW_BURST_MAX * IPV4_BLOCKS], ipv6[FLOW_BURST_MAX * IPV6_BLOCKS];
	struct prf_block results[FLOW_BURST_MAX]; /* IPv4 from the front, IPv6 behind them */
	uint32_t ipv4_count = 0, ipv6_count = 0;
	bool is_ipv4[FLOW_BURST_MAX];
	const struct prf_block *next_ipv4, *next_ipv6;

	check(count <= FLOW_BURST_MAX);
	for (uint32_t i = 0; i < count; i++) {
		is_ipv4[i] = ip_addr_is_ipv4(&keys[i].remote);
		if (is_ipv4[i])
			emit_ipv4(&keys[i], &ipv4[IPV4_BLOCKS * ipv4_count++]);
		else
			emit_ipv6(&keys[i], &ipv6[IPV6_BLOCKS * ipv6_count++]);
	}

	next_ipv4 = results;
	next_ipv6 = results + ipv4_count;
	if (ipv4_count > 0)
		prf_burst(&hash->ipv4, ipv4, ipv4_count, results);
	if (ipv6_count > 0)
		prf_burst(&hash->ipv6, ipv6, ipv6_count, results + ipv4_count);

	for (uint32_t i = 0; i < count; i++)
		hashes[i] = is_ipv4[i] ? (next_ipv4++)->q[0] : (next_ipv6++)->q[0];
}
