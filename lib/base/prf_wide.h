/* SPDX-License-Identifier: BSD-3-Clause */

/* AES of prf.h on sixteen messages that are in registers already (wide.h). */
#ifndef WEIR_BASE_PRF_WIDE_H
#define WEIR_BASE_PRF_WIDE_H

#include "check.h"
#include "prf.h"
#include "wide.h"

#if defined(__x86_64__)

#define PRF_AES_ROUNDS 10

/* One round's key beside itself four times. */
WIDE_INLINE __m512i
prf_wide_key(const struct prf_key *key, unsigned int round)
{
	return _mm512_broadcast_i32x4(wide_load16(&key->round[round]));
}

/* AES-128 of sixteen blocks. */
WIDE_INLINE void
prf_wide_aes(const struct prf_key *key, __m512i x[4])
{
	__m512i k = prf_wide_key(key, 0);

	for (unsigned int i = 0; i < 4; i++)
		x[i] = _mm512_xor_si512(x[i], k);
	for (unsigned int r = 1; r < PRF_AES_ROUNDS; r++) {
		k = prf_wide_key(key, r);
		for (unsigned int i = 0; i < 4; i++)
			x[i] = _mm512_aesenc_epi128(x[i], k);
	}
	k = prf_wide_key(key, PRF_AES_ROUNDS);
	for (unsigned int i = 0; i < 4; i++)
		x[i] = _mm512_aesenclast_epi128(x[i], k);
}

/* As prf(): sixteen messages, whose blocks follow each other as words. */
WIDE_INLINE struct wide_rows
prf_wide(const struct prf_key *key, const struct wide_words *blocks, uint32_t count)
{
	struct wide_rows x = wide_rows_of(blocks[0]), next;

	check(key->blocks == count);
	prf_wide_aes(key, x.row);
	for (uint32_t b = 1; b < count; b++) {
		next = wide_rows_of(blocks[b]);
		for (unsigned int i = 0; i < 4; i++)
			x.row[i] = _mm512_xor_si512(x.row[i], next.row[i]);
		prf_wide_aes(key, x.row);
	}
	return x;
}

#endif /* __x86_64__ */

#endif
