/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Sixteen packets side by side: one AVX-512 register for each word of a header,
 * with a packet in each of its sixteen lanes.  What is compared, added or looked up
 * is so for all sixteen by one instruction.
 *
 * The library is compiled for a plain x86-64; WIDE_TARGET lets single functions use
 * more, where prf_aes_wide_is_available() has said that they may.  Between them and
 * the rest stands a trap: SSE instructions of the old encoding, of which the rest is
 * full, wait for each other while the upper halves of the registers are in use.
 * Compilers clear these (VZEROUPPER) where such a function returns; inline assembly
 * would have to do it by itself.
 */
#ifndef WEIR_BASE_WIDE_H
#define WEIR_BASE_WIDE_H

#include <stdint.h>

#define WIDE_LANES 16

#if defined(__x86_64__)

#include <immintrin.h>

#define WIDE_TARGET __attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,vaes")))
#define WIDE_INLINE WIDE_TARGET __attribute__((always_inline)) static inline

/* Before a loop over an array of registers, which otherwise would be in memory. */
#define WIDE_UNROLL _Pragma("GCC unroll 16")

/* Sixteen rows of four words, as they are loaded: row r + 4 i is quarter i of row[r]. */
struct wide_rows {
	__m512i row[4];
};

/* The same by word: lane i of word[w] is word w of row i. */
struct wide_words {
	__m512i word[4];
};

WIDE_INLINE __m128i
wide_load16(const void *octets)
{
	return _mm_loadu_si128(octets);
}

/* The 16 octets at `offset` of each. */
WIDE_INLINE struct wide_rows
wide_load(const uint8_t *const at[WIDE_LANES], uint32_t offset)
{
	struct wide_rows rows;

	for (unsigned int r = 0; r < 4; r++) {
		__m512i x = _mm512_castsi128_si512(wide_load16(at[r] + offset));

		x = _mm512_inserti32x4(x, wide_load16(at[r + 4] + offset), 1);
		x = _mm512_inserti32x4(x, wide_load16(at[r + 8] + offset), 2);
		rows.row[r] = _mm512_inserti32x4(x, wide_load16(at[r + 12] + offset), 3);
	}
	return rows;
}

/* Row `lane` as it stands in memory after wide_spill(). */
struct wide_memory {
	uint8_t octets[4][4][16];
};

WIDE_INLINE void
wide_spill(struct wide_memory *memory, const struct wide_rows *rows)
{
	for (unsigned int r = 0; r < 4; r++)
		_mm512_storeu_si512(memory->octets[r], rows->row[r]);
}

static inline const uint8_t *
wide_spilt(const struct wide_memory *memory, uint32_t lane)
{
	return memory->octets[lane % 4][lane / 4];
}

/* Four squares of four words each are turned over; to do it again turns them back. */
WIDE_INLINE void
wide_turn(__m512i x[4])
{
	__m512i low01 = _mm512_unpacklo_epi32(x[0], x[1]);
	__m512i low23 = _mm512_unpacklo_epi32(x[2], x[3]);
	__m512i high01 = _mm512_unpackhi_epi32(x[0], x[1]);
	__m512i high23 = _mm512_unpackhi_epi32(x[2], x[3]);

	x[0] = _mm512_unpacklo_epi64(low01, low23);
	x[1] = _mm512_unpackhi_epi64(low01, low23);
	x[2] = _mm512_unpacklo_epi64(high01, high23);
	x[3] = _mm512_unpackhi_epi64(high01, high23);
}

WIDE_INLINE struct wide_words
wide_words_of(struct wide_rows rows)
{
	wide_turn(rows.row);
	return (struct wide_words){{rows.row[0], rows.row[1], rows.row[2], rows.row[3]}};
}

WIDE_INLINE struct wide_rows
wide_rows_of(struct wide_words words)
{
	wide_turn(words.word);
	return (struct wide_rows){{words.word[0], words.word[1], words.word[2], words.word[3]}};
}

/* Octets of each quarter put in another order; `order` as PSHUFB takes it. */
WIDE_INLINE __m512i
wide_reorder(__m512i x, __m128i order)
{
	return _mm512_shuffle_epi8(x, _mm512_broadcast_i32x4(order));
}

/* Words between the network's order and ours. */
WIDE_INLINE __m512i
wide_swap32(__m512i x)
{
	return wide_reorder(x, _mm_setr_epi8(3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12));
}

/* Four rows of sixteen words that are in memory, as those of an address are. */
WIDE_INLINE struct wide_words
wide_words_at(const uint32_t words[4][WIDE_LANES])
{
	struct wide_words x;

	for (unsigned int w = 0; w < 4; w++)
		x.word[w] = _mm512_loadu_si512(words[w]);
	return x;
}

/* A word for all, and one for each by a number of 0 to 15. */
WIDE_INLINE __m512i
wide_all(uint32_t word)
{
	return _mm512_set1_epi32((int)word);
}

WIDE_INLINE __m512i
wide_look_up(const uint32_t table[WIDE_LANES], __m512i index)
{
	return _mm512_permutexvar_epi32(index, _mm512_loadu_si512(table));
}

/* Internet checksums: add both halves of each word, ... */
WIDE_INLINE __m512i
wide_sum(__m512i sum, __m512i word)
{
	sum = _mm512_add_epi32(sum, _mm512_and_si512(word, wide_all(0xffff)));
	return _mm512_add_epi32(sum, _mm512_srli_epi32(word, 16));
}

/* ... and fold what comes of up to 65,536 halves. */
WIDE_INLINE __m512i
wide_fold(__m512i sum)
{
	sum = wide_sum(_mm512_setzero_si512(), sum);
	return wide_sum(_mm512_setzero_si512(), sum);
}

#endif /* __x86_64__ */

#endif
