/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The network a source belongs to, as far as limits per network go: the first so
 * many bits of its address, as a keyed hash.  Nobody outside can tell which
 * networks share a place in a table indexed by it.
 */
#ifndef WEIR_FLOW_SOURCE_PREFIX_H
#define WEIR_FLOW_SOURCE_PREFIX_H

#include <stdint.h>

#include "ip_addr.h"
#include "prf.h"

struct source_prefix {
	struct prf_key key;
	struct ip_addr mask_ipv4; /* of the mapped form */
	struct ip_addr mask_ipv6;
};

/* `ipv4_bits` is at most 32, `ipv6_bits` at most 128. */
void source_prefix_init(struct source_prefix *prefix, enum prf_kind kind, const uint8_t secret[16],
			uint8_t ipv4_bits, uint8_t ipv6_bits);

/* The same for all sources of one prefix.  All 64 bits are usable. */
uint64_t source_prefix_hash(const struct source_prefix *prefix, const struct ip_addr *source);

#endif
