/* SPDX-License-Identifier: BSD-3-Clause */

#include "flow_key.h"

#include "prf_wide.h"

#if defined(__x86_64__)

/* The first words of the results, lane by lane. */
WIDE_INLINE void
put_hashes(const struct wide_rows *results, uint64_t hashes[WIDE_LANES])
{
	__m512i even = _mm512_unpacklo_epi64(results->row[0], results->row[1]);
	__m512i odd = _mm512_unpacklo_epi64(results->row[2], results->row[3]);
	__m512i first =
		_mm512_permutex2var_epi64(even, _mm512_setr_epi64(0, 1, 8, 9, 2, 3, 10, 11), odd);
	__m512i second =
		_mm512_permutex2var_epi64(even, _mm512_setr_epi64(4, 5, 12, 13, 6, 7, 14, 15), odd);

	_mm512_storeu_si512(hashes, first);
	_mm512_storeu_si512(hashes + WIDE_LANES / 2, second);
}

/* Blocks as in flow_key.c; `tail` is as flow_key_tail(). */
WIDE_INLINE struct wide_rows
hash_ipv4(const struct prf_key *prf, __m512i remote, const __m512i tail[2])
{
	struct wide_words block = {{
		wide_all(RTE_BE32(0x0000ffff)), /* the upper word of a mapped address */
		remote,
		tail[0],
		tail[1],
	}};

	return prf_wide(prf, &block, 1);
}

WIDE_INLINE struct wide_rows
hash_ipv6(const struct prf_key *prf, struct wide_words remote, const __m512i tail[2])
{
	__m512i zero = _mm512_setzero_si512();
	struct wide_words blocks[2] = {remote, {{tail[0], tail[1], zero, zero}}};

	return prf_wide(prf, blocks, 2);
}

WIDE_TARGET void
flow_hash_wide(const struct flow_hash *hash, bool is_ipv6, const rte_be32_t remote[4][WIDE_LANES],
	       const rte_be32_t ports[WIDE_LANES], const uint16_t local_idx[WIDE_LANES],
	       uint64_t hashes[WIDE_LANES])
{
	__m128i swap16 = _mm_setr_epi8(1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14);
	__m512i tail[2] = {
		wide_reorder(_mm512_loadu_si512(ports), swap16),
		_mm512_cvtepu16_epi32(_mm256_loadu_si256((const void *)local_idx)),
	};
	struct wide_rows results;

	if (is_ipv6)
		results = hash_ipv6(&hash->ipv6, wide_words_at(remote), tail);
	else
		results = hash_ipv4(&hash->ipv4, _mm512_loadu_si512(remote[3]), tail);
	put_hashes(&results, hashes);
}

#else

void
flow_hash_wide(const struct flow_hash *hash, bool is_ipv6, const rte_be32_t remote[4][WIDE_LANES],
	       const rte_be32_t ports[WIDE_LANES], const uint16_t local_idx[WIDE_LANES],
	       uint64_t hashes[WIDE_LANES])
{
	(void)hash;
	(void)is_ipv6;
	(void)remote;
	(void)ports;
	(void)local_idx;
	(void)hashes;
	check(!"wide registers on a machine without them");
}

#endif
