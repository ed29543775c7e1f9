/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The cookies of sixteen handshakes at once, made and judged.  Layout, keys and
 * reasons stand in syn_cookie.c; here is the same by lane.
 */
#ifndef WEIR_TCP_SYN_COOKIE_WIDE_H
#define WEIR_TCP_SYN_COOKIE_WIDE_H

#include "batch.h"
#include "cookie_layout.h"
#include "prf_wide.h"

#if defined(__x86_64__)

struct syn_cookie_wide {
	__m512i iss;
	__m512i tsval; /* of those with timestamps only */
};

/* What has been agreed on, as it lies in a cookie. */
struct syn_cookie_wide_fields {
	__m512i bits;
	__mmask16 has_timestamps;
};

/* As cookie_pack_timestamp(), of SYNs that have an MSS: of all that have timestamps. */
WIDE_INLINE __m512i
syn_cookie_wide_pack_timestamp(__m512i mss, __m512i shift, __mmask16 has_wscale, __mmask16 has_sack)
{
	__m512i wscale = _mm512_min_epu32(shift, wide_all(T_WSCALE_MAX));
	__m512i units = _mm512_min_epu32(_mm512_srli_epi32(mss, 3), wide_all(T_MSS_MAX));
	__m512i bits;

	wscale = _mm512_mask_blend_epi32(has_wscale, wide_all(T_WSCALE_NONE), wscale);
	bits = _mm512_max_epu32(units, wide_all(1));
	bits = _mm512_slli_epi32(bits, T_MSS_SHIFT);
	bits = _mm512_or_si512(bits, _mm512_slli_epi32(wscale, T_WSCALE_SHIFT));
	return _mm512_mask_or_epi32(bits, has_sack, bits, wide_all(T_SACK));
}

/* As cookie_pack_octet(); `sizes` is the family's table of MSSs. */
WIDE_INLINE __m512i
syn_cookie_wide_pack_octet(const uint16_t sizes[4], __m512i mss, __m512i shift,
			   __mmask16 has_wscale, __mmask16 has_sack)
{
	__m512i codes = _mm512_loadu_si512(cookie_wscale_codes);
	__m512i wscale = _mm512_min_epu32(shift, wide_all(WIDE_LANES - 1));
	__m512i bits = _mm512_maskz_permutexvar_epi32(has_wscale, wscale, codes);

	for (unsigned int code = 1; code < 4; code++)
		bits = _mm512_mask_add_epi32(bits,
					     _mm512_cmpge_epu32_mask(mss, wide_all(sizes[code])),
					     bits, wide_all(1u << N_MSS_SHIFT));
	return _mm512_mask_or_epi32(bits, has_sack, bits, wide_all(N_SACK));
}

/* S of each, from the client's initial sequence numbers; blocks as in cookie_tuples_put(). */
WIDE_INLINE struct wide_words
syn_cookie_wide_s(const struct cookie_secret *secret, const struct batch *batch, bool is_ipv6,
		  __m512i irs)
{
	__m512i ports = wide_swap32(_mm512_load_si512(batch->ports)), zero = _mm512_setzero_si512();

	if (is_ipv6) {
		struct wide_words blocks[3] = {
			wide_words_at(batch->source),
			wide_words_at(batch->destination),
			{{ports, irs, zero, zero}},
		};

		return wide_words_of(prf_wide(&secret->tuple_ipv6, blocks, 3));
	} else {
		struct wide_words block = {{
			_mm512_load_si512(batch->destination[3]),
			_mm512_load_si512(batch->source[3]),
			ports,
			irs,
		}};

		return wide_words_of(prf_wide(&secret->tuple_ipv4, &block, 1));
	}
}

/* As cookie_mac_message(), and the MAC of it. */
WIDE_INLINE __m512i
syn_cookie_wide_mac(const struct cookie_secret *secret, uint64_t epoch, struct wide_words s,
		    __m512i bits, __mmask16 in_t)
{
	__m512i mode = _mm512_mask_blend_epi32(in_t, wide_all(MODE_N), wide_all(MODE_T));

	s.word[2] = _mm512_xor_si512(s.word[2], bits);
	s.word[3] = _mm512_xor_si512(s.word[3], mode);
	return wide_words_of(prf_wide(&secret->epoch[epoch % COOKIE_EPOCHS].mac, &s, 1)).word[0];
}

/* What of an ISN is MAC. */
WIDE_INLINE __m512i
syn_cookie_wide_mac_mask(__mmask16 in_t)
{
	return _mm512_mask_blend_epi32(in_t, wide_all(~N_FIELDS_MASK), wide_all(UINT32_MAX));
}

/* As syn_cookie_make_burst(). */
WIDE_INLINE struct syn_cookie_wide
syn_cookie_wide_make(const struct syn_cookie *cookies, const struct batch *batch, bool is_ipv6,
		     const struct syn_cookie_wide_fields *fields)
{
	const struct cookie_secret *secret = &cookies->secrets[0];
	struct cookie_moment now = cookie_moment_of(cookies);
	__m512i irs = wide_swap32(_mm512_load_si512(batch->seq));
	struct wide_words s = syn_cookie_wide_s(secret, batch, is_ipv6, irs);
	__mmask16 in_t = fields->has_timestamps;
	__m512i epoch = _mm512_mask_blend_epi32(in_t, wide_all(now.octet), wide_all(now.timestamp));
	__m512i bits = _mm512_or_si512(fields->bits, epoch);
	__m512i mac = syn_cookie_wide_mac(secret, cookies->epoch, s, bits, in_t);
	__m512i mask = _mm512_and_si512(s.word[1], wide_all(N_FIELDS_MASK));
	__m512i octet = _mm512_maskz_xor_epi32((__mmask16)~in_t, bits, mask);

	mac = _mm512_and_si512(mac, syn_cookie_wide_mac_mask(in_t));
	bits = _mm512_or_si512(bits, wide_all(now.clock));
	return (struct syn_cookie_wide){
		.iss = _mm512_or_si512(octet, mac),
		.tsval = _mm512_add_epi32(s.word[0], bits),
	};
}

/* Acknowledgments' claims, and what has been found about them so far. */
struct syn_cookie_wide_claims {
	__m512i iss;
	__m512i irs;
	__m512i tsecr;
	__mmask16 has_timestamps;
	__mmask16 is_ours; /* the MAC is right: of these ... */
	__m512i fields;	   /* ... what the cookie says */
	__m512i back;	   /* ... how many epochs before the next one it is of */
};

/* Which of them name, in `fields`, an epoch `back` of the next that has a key, as weigh(). */
WIDE_INLINE __mmask16
syn_cookie_wide_weigh(const struct syn_cookie *cookies, const struct syn_cookie_wide_claims *claims,
		      const struct wide_words *s, __m512i *fields, __m512i *back)
{
	uint64_t next = cookies->epoch + 1;
	bool may_be_next = next * COOKIE_EPOCH_NS - cookies->unix_ns <= COOKIE_SKEW_NS;
	__mmask16 in_t = claims->has_timestamps, good;
	__m512i octet = _mm512_and_si512(_mm512_xor_si512(claims->iss, s->word[1]),
					 wide_all(N_FIELDS_MASK));
	__m512i times = _mm512_sub_epi32(claims->tsecr, s->word[0]), code, codes;

	*fields = _mm512_mask_blend_epi32(in_t, octet, times);
	code = _mm512_mask_blend_epi32(in_t, _mm512_srli_epi32(octet, N_EPOCH_SHIFT),
				       _mm512_srli_epi32(times, T_EPOCH_SHIFT));
	codes = _mm512_mask_blend_epi32(in_t, wide_all(N_EPOCH_CODES - 1),
					wide_all(T_EPOCH_CODES - 1));
	*back = _mm512_and_si512(_mm512_sub_epi32(wide_all((uint32_t)next), code), codes);
	good = _mm512_cmplt_epu32_mask(*back, wide_all(COOKIE_EPOCHS));
	if (!may_be_next)
		good &= _mm512_test_epi32_mask(*back, *back);
	times = _mm512_and_si512(times, wide_all(T_CLOCK_MASK));
	return good &
	       ((__mmask16)~in_t | _mm512_cmplt_epu32_mask(times, wide_all(CLOCK_PER_EPOCH)));
}

/* What was made with this secret; all else stays as it was found before. */
WIDE_INLINE void
syn_cookie_wide_check_with(const struct syn_cookie *cookies, const struct cookie_secret *secret,
			   const struct batch *batch, bool is_ipv6, __mmask16 lanes,
			   struct syn_cookie_wide_claims *claims)
{
	struct wide_words s = syn_cookie_wide_s(secret, batch, is_ipv6, claims->irs);
	__m512i mask = syn_cookie_wide_mac_mask(claims->has_timestamps), fields, back, bits, mac;
	__mmask16 good = lanes & syn_cookie_wide_weigh(cookies, claims, &s, &fields, &back),
		  of_epoch;

	bits = _mm512_mask_and_epi32(fields, claims->has_timestamps, fields,
				     wide_all(~T_CLOCK_MASK));
	for (uint32_t i = 0; i < COOKIE_EPOCHS; i++) {
		of_epoch = _mm512_mask_cmpeq_epi32_mask(good, back, wide_all(i));
		if (of_epoch == 0)
			continue;
		mac = syn_cookie_wide_mac(secret, cookies->epoch + 1 - i, s, bits,
					  claims->has_timestamps);
		of_epoch = _mm512_mask_testn_epi32_mask(of_epoch,
							_mm512_xor_si512(mac, claims->iss), mask);
		claims->is_ours |= of_epoch;
		claims->fields = _mm512_mask_mov_epi32(claims->fields, of_epoch, fields);
		claims->back = _mm512_mask_mov_epi32(claims->back, of_epoch, back);
	}
}

/* As syn_cookie_check_burst(), of those in `lanes`. */
WIDE_INLINE void
syn_cookie_wide_check(const struct syn_cookie *cookies, const struct batch *batch, bool is_ipv6,
		      __mmask16 lanes, struct syn_cookie_wide_claims *claims)
{
	claims->is_ours = 0;
	claims->fields = _mm512_setzero_si512();
	claims->back = _mm512_setzero_si512();
	/* The current secret last: should both fit, it is the one that counts. */
	for (uint32_t i = cookies->secret_count; i > 0; i--)
		syn_cookie_wide_check_with(cookies, &cookies->secrets[i - 1], batch, is_ipv6, lanes,
					   claims);
}

#endif /* __x86_64__ */

#endif
