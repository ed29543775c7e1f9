/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * RFC 6528: ISN = M + F(local, remote, secret).  M counts 4 us and wraps after
 * 4.8 hours; F is a word of a pseudo-random block that belongs to the connection,
 * so the next ISN of one connection says nothing about that of another.
 *
 * The timestamp offset (RFC 7323, 7) is the next word of the same block: it does
 * not move with M, so timestamps ascend from one incarnation to the next, as
 * TIME-WAIT reuse needs (RFC 6191), and it does not give F away.
 */
#include "tcp_isn.h"

#include <string.h>

#include "units.h"

#define M_TICK_NS (4 * NS_PER_US)

#define KEY_BLOCKS 2
static_assert(sizeof(struct flow_key) <= KEY_BLOCKS * PRF_BLOCK_BYTES, "the whole key counts");

/* A key of our own, so that the secret may serve other uses as well. */
void
tcp_isn_key_init(struct tcp_isn_key *isn_key, enum prf_kind kind, const uint8_t secret[16])
{
	uint8_t derived[16];

	prf_derive(kind, secret, "tcp isn", 0, derived);
	prf_key_init(&isn_key->key, kind, derived, KEY_BLOCKS);
}

struct tcp_isn
tcp_isn_of(const struct tcp_isn_key *isn_key, const struct flow_key *key, uint64_t now_ns)
{
	struct prf_block message[KEY_BLOCKS] = {0};
	struct prf_block f;

	memcpy(message, key, sizeof(*key));
	f = prf(&isn_key->key, message);
	return (struct tcp_isn){
		.iss = (uint32_t)(now_ns / M_TICK_NS) + (uint32_t)f.q[0],
		.ts_offset = (uint32_t)f.q[1],
	};
}
