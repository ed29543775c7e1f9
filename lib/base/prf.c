/* SPDX-License-Identifier: BSD-3-Clause */

#include "prf.h"

#include <string.h>

#include "check.h"
#include "prf_aes.h"
#include "siphash.h"

enum prf_kind
prf_kind_best(void)
{
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
	if (kind == PRF_AES)
		prf_aes_schedule(key, secret);
	else
		memcpy(&key->round[0], secret, PRF_BLOCK_BYTES);
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
	if (key->kind == PRF_AES)
		return prf_aes(key, message);
	return prf_siphash(key, message);
}

void
prf_burst(const struct prf_key *key, const struct prf_block *messages, uint32_t count,
	  struct prf_block *results)
{
	if (key->kind == PRF_AES) {
		prf_aes_burst(key, messages, count, results);
		return;
	}
	for (uint32_t i = 0; i < count; i++)
		results[i] = prf_siphash(key, &messages[i * key->blocks]);
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
