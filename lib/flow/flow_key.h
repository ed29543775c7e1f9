/* SPDX-License-Identifier: BSD-3-Clause */

/* What tells one connection from another, and its keyed hash. */
#ifndef WEIR_FLOW_FLOW_KEY_H
#define WEIR_FLOW_FLOW_KEY_H

#include <stdbool.h>
#include <stdint.h>

#include "check.h"
#include "ip_addr.h"
#include "prf.h"

struct flow_key {
	struct ip_addr remote;
	uint16_t remote_port; /* host order */
	uint16_t local_port;
	uint16_t local_idx; /* of our address, and with it of port and VLAN: see listener_table.h */
	uint16_t zero;
};

static_assert(sizeof(struct flow_key) == 24, "compared as three words");

static inline bool
flow_key_equal(const struct flow_key *a, const struct flow_key *b)
{
	const uint64_t *x = (const uint64_t *)a;
	const uint64_t *y = (const uint64_t *)b;

	return ((x[0] ^ y[0]) | (x[1] ^ y[1]) | (x[2] ^ y[2])) == 0;
}

/*
 * Keys for hashing flow keys.  IPv4 fits one block, IPv6 takes two; lengths
 * must not share a key (prf.h).  Random per start: an outsider who could
 * predict hashes could fill one bucket.
 */
struct flow_hash {
	struct prf_key ipv4;
	struct prf_key ipv6;
};

void flow_hash_init(struct flow_hash *hash, enum prf_kind kind, const uint8_t secret[16]);

/* All 64 bits are usable. */
uint64_t flow_hash_of(const struct flow_hash *hash, const struct flow_key *key);

/* A burst of up to 64, the IPv4 and the IPv6 ones each in one run of the PRF. */
void flow_hash_burst(const struct flow_hash *hash, const struct flow_key *keys, uint32_t count,
		     uint64_t *hashes);

#endif
