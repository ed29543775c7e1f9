/* SPDX-License-Identifier: BSD-3-Clause */

#include "prf.h"

#include <string.h>

#include "check.h"
#include "prf_aes.h"
#include "siphash.h"

enum prf_kind
prf_kind_best(void)
{
	return prf_kind_within(UINT32_MAX);
}

enum prf_kind
prf_kind_within(uint32_t simd_bits)
{
	if (simd_bits >= PRF_AES_WIDE_BITS && prf_aes_wide_is_available())
		return PRF_AES_WIDE;
	return prf_aes_is_available() ? PRF_AES : PRF_SIPHASH;
}

void
prf_key_init(struct prf_key *key, enum prf_kind kind, const uint8_t secret[16], uint32_t blocks)
{
	check(blocks >= 1 && blocks <= PRF_BLOCKS_MAX);
	check(kind == PRF_SIPHASH || prf_aes_is_available());

	memset(key, 0, sizeof(*key));
	key->kind = kind;
	key->blocks = blocks;
	if (kind == PRF_SIPHASH)
		memcpy(&key->round[0], secret, PRF_BLOCK_BYTES);
	else
		prf_aes_schedule(key, secret);
}

/* Two 64-bit results from two messages that differ in length, so never equal. */
static struct prf_block
prf_siphash(const struct prf_key *key, const struct prf_block *message)
{
	uint8_t extended[PRF_BLOCKS_MAX * PRF_BLOCK_BYTES + 1];
	const uint8_t *secret = (const uint8_t *)&key->round[0];
	size_t bytes = (size_t)key->blocks * PRF_BLOCK_BYTES;
	struct prf_block result;

	memcpy(extended, message, bytes);
	extended[bytes] = 1;
	result.q[0] = siphash_2_4(secret, extended, bytes);
	result.q[1] = siphash_2_4(secret, extended, bytes + 1);
	return result;
}

struct prf_block
prf(const struct prf_key *key, const struct prf_block *message)
{
	if (key->kind == PRF_SIPHASH)
		return prf_siphash(key, message);
	return prf_aes(key, message);
}

/* One message of a burst, its blocks side by side. */
static struct prf_block
prf_of_burst(const struct prf_key *key, const struct prf_block (*messages)[PRF_BURST_MAX],
	     uint32_t i)
{
	struct prf_block message[PRF_BLOCKS_MAX];

	for (uint32_t b = 0; b < key->blocks; b++)
		message[b] = messages[b][i];
	return prf(key, message);
}

void
prf_burst(const struct prf_key *key, const struct prf_block (*messages)[PRF_BURST_MAX],
	  uint32_t count, struct prf_block *results)
{
	uint32_t i = 0;

	check(count <= PRF_BURST_MAX);
	if (key->kind == PRF_AES_WIDE) {
		prf_aes_burst_wide(key, messages, count, results);
		return;
	}
	if (key->kind == PRF_AES)
		i = prf_aes_burst(key, messages, count, results);
	for (; i < count; i++)
		results[i] = prf_of_burst(key, messages, i);
}

void
prf_derive(enum prf_kind kind, const uint8_t secret[16], const char *use, uint64_t number,
	   uint8_t derived[16])
{
	struct prf_block message[2];
	struct prf_block result;
	struct prf_key key;

	check(strlen(use) <= PRF_BLOCK_BYTES);
	memset(message, 0, sizeof(message));
	memcpy(&message[0], use, strlen(use));
	message[1].q[0] = number;

	prf_key_init(&key, kind, secret, 2);
	result = prf(&key, message);
	memcpy(derived, &result, sizeof(result));
}
