/* SPDX-License-Identifier: BSD-3-Clause */

/* What tells one connection from another, and its keyed hash. */
#ifndef WEIR_FLOW_FLOW_KEY_H
#define WEIR_FLOW_FLOW_KEY_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "check.h"
#include "ip_addr.h"
#include "prf.h"
#include "wide.h"

struct flow_key {
	struct ip_addr remote;
	uint16_t remote_port; /* host order */
	uint16_t local_port;
	uint16_t local_idx; /* of our address, and with it of port and VLAN: see listener_table.h */
	uint16_t zero;
};

static_assert(sizeof(struct flow_key) == 24, "compared as three words");

/* All of it but the remote address: ports and local_idx in one word. */
static inline uint64_t
flow_key_tail(const struct flow_key *key)
{
	uint64_t tail;

	memcpy(&tail, (const uint8_t *)key + sizeof(key->remote), sizeof(tail));
	return tail;
}

/* The same made in a register: what is stored in halves and read back as one stalls. */
static inline void
flow_key_set_tail(struct flow_key *key, uint16_t remote_port, uint16_t local_port,
		  uint16_t local_idx)
{
	uint64_t tail = (uint64_t)local_idx << 32 | (uint32_t)local_port << 16 | remote_port;

	memcpy((uint8_t *)key + sizeof(key->remote), &tail, sizeof(tail));
}

/* Our end of it: local_idx and local_port in one word. */
static inline uint32_t
flow_key_place(const struct flow_key *key)
{
	return (uint32_t)(flow_key_tail(key) >> 16);
}

static inline bool
flow_key_equal(const struct flow_key *a, const struct flow_key *b)
{
	return ((a->remote.half[0] ^ b->remote.half[0]) | (a->remote.half[1] ^ b->remote.half[1]) |
		(flow_key_tail(a) ^ flow_key_tail(b))) == 0;
}

#define FLOW_BURST_MAX 64

/* Sets of a burst's keys are words, bit by key: this is the set of the first `count`. */
static inline uint64_t
flow_first(uint32_t count)
{
	return count > 0 ? UINT64_MAX >> (FLOW_BURST_MAX - count) : 0;
}

/*
 * Keys for hashing flow keys.  IPv4 fits one block, IPv6 takes two; lengths
 * must not share a key (prf.h).
 *
 * Who sends to us chooses addresses and ports, and twenty-one flows of one hash are
 * more than two buckets hold.  Under CRC32, jhash or Toeplitz with a known key he
 * finds them at his desk.  Here the hash is a PRF under a secret drawn at each start,
 * the same quality as the cookies': without the secret his flows fall like lots
 * whichever he chooses.  Nothing we send depends on it, and the one line of memory
 * more that a full bucket costs is not seen through a network.  So full buckets come
 * by chance alone, and the table is laid out for that (tag_table.c).
 */
struct flow_hash {
	struct prf_key ipv4;
	struct prf_key ipv6;
};

void flow_hash_init(struct flow_hash *hash, enum prf_kind kind, const uint8_t secret[16]);

/* All 64 bits are usable. */
uint64_t flow_hash_of(const struct flow_hash *hash, const struct flow_key *key);

/*
 * Of up to FLOW_BURST_MAX keys those in `set`, bit by key: the IPv4 and the IPv6 ones
 * each in one run of the PRF.  The other hashes stay as they are.
 */
void flow_hash_burst(const struct flow_hash *hash, const struct flow_key *keys, uint64_t set,
		     uint64_t *hashes);

/*
 * The same for sixteen keys of one family, word by word: remote addresses (of IPv4 the
 * last word is all that counts), ports (remote, local) as they lie in headers, and
 * local_idx.  Only where prf_aes_wide_is_available().
 */
void flow_hash_wide(const struct flow_hash *hash, bool is_ipv6,
		    const rte_be32_t remote[4][WIDE_LANES], const rte_be32_t ports[WIDE_LANES],
		    const uint16_t local_idx[WIDE_LANES], uint64_t hashes[WIDE_LANES]);

#endif
