/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * AES-128 by instruction (FIPS 197).  The library is compiled for a plain
 * x86-64; the target attribute lets these functions alone use AES-NI.
 */
#include "prf_aes.h"

#include "check.h"
#include "prf_wide.h"

#if defined(__x86_64__)

#include <cpuid.h>

#define AES_TARGET __attribute__((target("aes,sse4.1")))
#define LANES	   8 /* hides the latency of aesenc: 4 cycles, two a cycle */

bool
prf_aes_is_available(void)
{
	return __builtin_cpu_supports("aes");
}

AES_TARGET static inline __m128i
load(const struct prf_block *b)
{
	return _mm_loadu_si128((const __m128i *)(const void *)b);
}

AES_TARGET static inline struct prf_block
store(__m128i x)
{
	struct prf_block b;

	_mm_storeu_si128((__m128i *)(void *)&b, x);
	return b;
}

AES_TARGET static inline __m128i
next_round_key(__m128i key, __m128i assist)
{
	assist = _mm_shuffle_epi32(assist, 0xff);
	key = _mm_xor_si128(key, _mm_slli_si128(key, 4));
	key = _mm_xor_si128(key, _mm_slli_si128(key, 4));
	key = _mm_xor_si128(key, _mm_slli_si128(key, 4));
	return _mm_xor_si128(key, assist);
}

AES_TARGET void
prf_aes_schedule(struct prf_key *key, const uint8_t secret[16])
{
	__m128i k = _mm_loadu_si128((const __m128i *)(const void *)secret);

	key->round[0] = store(k);
/* The round constant must be an immediate, hence a macro. */
#define EXPAND(i, rcon)                                            \
	k = next_round_key(k, _mm_aeskeygenassist_si128(k, rcon)); \
	key->round[i] = store(k)
	EXPAND(1, 0x01);
	EXPAND(2, 0x02);
	EXPAND(3, 0x04);
	EXPAND(4, 0x08);
	EXPAND(5, 0x10);
	EXPAND(6, 0x20);
	EXPAND(7, 0x40);
	EXPAND(8, 0x80);
	EXPAND(9, 0x1b);
	EXPAND(10, 0x36);
#undef EXPAND
}

AES_TARGET struct prf_block
prf_aes(const struct prf_key *key, const struct prf_block *message)
{
	__m128i x = _mm_setzero_si128();

	for (uint32_t b = 0; b < key->blocks; b++) {
		x = _mm_xor_si128(_mm_xor_si128(x, load(&message[b])), load(&key->round[0]));
		for (unsigned int r = 1; r < PRF_AES_ROUNDS; r++)
			x = _mm_aesenc_si128(x, load(&key->round[r]));
		x = _mm_aesenclast_si128(x, load(&key->round[PRF_AES_ROUNDS]));
	}
	return store(x);
}

/* LANES messages side by side, block by block. */
AES_TARGET static void
aes_lanes(const struct prf_key *key, const struct prf_block (*messages)[PRF_BURST_MAX],
	  uint32_t first, struct prf_block *results)
{
	__m128i x[LANES];

	for (unsigned int i = 0; i < LANES; i++)
		x[i] = _mm_setzero_si128();
	for (uint32_t b = 0; b < key->blocks; b++) {
		__m128i k = load(&key->round[0]);

		for (unsigned int i = 0; i < LANES; i++)
			x[i] = _mm_xor_si128(_mm_xor_si128(x[i], load(&messages[b][first + i])), k);
		for (unsigned int r = 1; r < PRF_AES_ROUNDS; r++) {
			k = load(&key->round[r]);
			for (unsigned int i = 0; i < LANES; i++)
				x[i] = _mm_aesenc_si128(x[i], k);
		}
		k = load(&key->round[PRF_AES_ROUNDS]);
		for (unsigned int i = 0; i < LANES; i++)
			x[i] = _mm_aesenclast_si128(x[i], k);
	}
	for (unsigned int i = 0; i < LANES; i++)
		results[first + i] = store(x[i]);
}

AES_TARGET uint32_t
prf_aes_burst(const struct prf_key *key, const struct prf_block (*messages)[PRF_BURST_MAX],
	      uint32_t count, struct prf_block *results)
{
	uint32_t first = 0;

	for (; first + LANES <= count; first += LANES)
		aes_lanes(key, messages, first, results);
	return first;
}

#define WIDE_BLOCKS    4 /* in a register */
#define WIDE_REGISTERS 4 /* in flight: the latency of aesenc, one or two a cycle */

/* Clang 14's __builtin_cpu_supports() knows no "vaes". */
static bool
has_vaes(void)
{
	unsigned int eax, ebx, ecx, edx;

	return __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) != 0 && (ecx & bit_VAES) != 0;
}

bool
prf_aes_wide_is_available(void)
{
	return prf_aes_is_available() && __builtin_cpu_supports("avx512f") &&
	       __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
	       __builtin_cpu_supports("avx512dq") && has_vaes();
}

/* The words of the register that begins with block `first`, as far as there are any. */
WIDE_TARGET static inline __mmask8
wide_mask(uint32_t first, uint32_t count)
{
	uint32_t left = first < count ? count - first : 0;

	return (__mmask8)(left >= WIDE_BLOCKS ? 0xffu : (1u << 2 * left) - 1);
}

/* Sixteen messages from `first` on; those that are not there count as zero. */
WIDE_TARGET static inline void
wide_lanes(const struct prf_key *key, const struct prf_block (*messages)[PRF_BURST_MAX],
	   uint32_t first, uint32_t count, struct prf_block *results)
{
	__m512i x[WIDE_REGISTERS];
	__mmask8 mask[WIDE_REGISTERS];

	for (unsigned int i = 0; i < WIDE_REGISTERS; i++) {
		x[i] = _mm512_setzero_si512();
		mask[i] = wide_mask(first + i * WIDE_BLOCKS, count);
	}
	for (uint32_t b = 0; b < key->blocks; b++) {
		const struct prf_block *message = &messages[b][first];

		for (unsigned int i = 0; i < WIDE_REGISTERS; i++)
			x[i] = _mm512_xor_si512(
				x[i], _mm512_maskz_loadu_epi64(mask[i], message + i * WIDE_BLOCKS));
		prf_wide_aes(key, x);
	}
	for (unsigned int i = 0; i < WIDE_REGISTERS; i++)
		_mm512_mask_storeu_epi64(results + first + i * WIDE_BLOCKS, mask[i], x[i]);
}

WIDE_TARGET void
prf_aes_burst_wide(const struct prf_key *key, const struct prf_block (*messages)[PRF_BURST_MAX],
		   uint32_t count, struct prf_block *results)
{
	for (uint32_t first = 0; first < count; first += WIDE_REGISTERS * WIDE_BLOCKS)
		wide_lanes(key, messages, first, count, results);
}

#else /* no AES instructions known for this architecture */

bool
prf_aes_is_available(void)
{
	return false;
}

void
prf_aes_schedule(struct prf_key *key, const uint8_t secret[16])
{
	(void)key;
	(void)secret;
	check(!"AES on a machine without it");
}

struct prf_block
prf_aes(const struct prf_key *key, const struct prf_block *message)
{
	(void)key;
	(void)message;
	check(!"AES on a machine without it");
	return (struct prf_block){{0, 0}};
}

uint32_t
prf_aes_burst(const struct prf_key *key, const struct prf_block (*messages)[PRF_BURST_MAX],
	      uint32_t count, struct prf_block *results)
{
	(void)key;
	(void)messages;
	(void)count;
	(void)results;
	check(!"AES on a machine without it");
	return 0;
}

bool
prf_aes_wide_is_available(void)
{
	return false;
}

void
prf_aes_burst_wide(const struct prf_key *key, const struct prf_block (*messages)[PRF_BURST_MAX],
		   uint32_t count, struct prf_block *results)
{
	prf_aes_burst(key, messages, count, results);
}

#endif
