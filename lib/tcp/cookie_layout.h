/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The fields of a cookie, packed and unpacked.  What they mean and why they lie
 * where they do stands at the top of syn_cookie.c.
 */
#ifndef WEIR_TCP_COOKIE_LAYOUT_H
#define WEIR_TCP_COOKIE_LAYOUT_H

#include "check.h"
#include "syn_cookie.h"
#include "units.h"

/* Part of the MAC's message: no cookie of one mode is one of the other. */
enum cookie_mode {
	MODE_N = 'N', /* without timestamps */
	MODE_T = 'T', /* with them */
};

#define N_EPOCH_CODES 4
#define N_EPOCH_SHIFT 6
#define N_MSS_SHIFT   4
#define N_SACK	      0x08u
#define N_FIELDS_MASK 0xffu

#define T_EPOCH_CODES  16
#define T_EPOCH_SHIFT  12
#define T_CLOCK_MASK   0xfffu
#define T_MSS_SHIFT    16
#define T_MSS_MAX      0x3ffu
#define T_MSS_UNIT     8
#define T_ECN	       0x04000000u
#define T_SACK	       0x08000000u
#define T_WSCALE_SHIFT 28
#define T_WSCALE_MAX   14 /* RFC 7323, 2.3 */
#define T_WSCALE_NONE  15

#define CLOCK_NS	(4 * NS_PER_MS)
#define CLOCK_PER_EPOCH (COOKIE_EPOCH_NS / CLOCK_NS)

static_assert(CLOCK_PER_EPOCH <= T_CLOCK_MASK + 1, "the clock fits below the epoch");
static_assert(COOKIE_EPOCHS == 4, "e-2 to e+1 have slots of their own");
static_assert(N_EPOCH_CODES >= COOKIE_EPOCHS, "a code names at most one epoch that has a key");

/* Mode N: what the codes of an MSS stand for; a code means what is at least that. */
extern const uint16_t cookie_mss_ipv4[4];
extern const uint16_t cookie_mss_ipv6[4];

/* Mode N: the code of each window scale there is; 15 stands for what is more. */
extern const uint32_t cookie_wscale_codes[16];

/* Mode N: the low octet before it is masked, its epoch zero. */
uint32_t cookie_pack_octet(const struct cookie_options *options, bool is_ipv6);
void cookie_unpack_octet(struct cookie_options *options, bool is_ipv6, uint32_t fields);

/* Mode T: the timestamp before S0 is added, its epoch and its clock zero. */
static inline uint32_t
cookie_pack_timestamp(const struct cookie_options *options)
{
	uint32_t wscale = options->wscale < T_WSCALE_MAX ? options->wscale : T_WSCALE_MAX;
	uint32_t mss = options->mss / T_MSS_UNIT;

	if (!options->has_wscale)
		wscale = T_WSCALE_NONE;
	if (mss == 0 && options->mss != 0)
		mss = 1; /* tiny, but there */
	if (mss > T_MSS_MAX)
		mss = T_MSS_MAX;
	return wscale << T_WSCALE_SHIFT | (options->sack_permitted ? T_SACK : 0) |
	       (options->ecn ? T_ECN : 0) | mss << T_MSS_SHIFT;
}

void cookie_unpack_timestamp(struct cookie_options *options, uint32_t fields);

static inline struct cookie_fields
cookie_pack(const struct cookie_options *options, bool is_ipv6)
{
	struct cookie_fields fields = {.has_timestamps = options->has_timestamps};

	fields.bits = options->has_timestamps ? cookie_pack_timestamp(options)
					      : cookie_pack_octet(options, is_ipv6);
	return fields;
}

/* The MAC was right: what the cookie of that epoch says. */
void cookie_accept(const struct syn_cookie *cookies, enum cookie_verdict verdict, uint64_t epoch,
		   uint32_t fields, bool has_timestamps, bool is_ipv6,
		   struct cookie_finding *finding);

/* S0: what a timestamp's fields are added to. */
static inline uint32_t
cookie_timestamp_base(struct prf_block s)
{
	return (uint32_t)s.q[0];
}

/* S1: what the low octet of an ISN is XORed with. */
static inline uint32_t
cookie_fields_mask(struct prf_block s)
{
	return (uint32_t)(s.q[0] >> 32) & N_FIELDS_MASK;
}

/* What the MAC is of.  The fields go into the half of S that nobody sees. */
static inline struct prf_block
cookie_mac_message(struct prf_block s, enum cookie_mode mode, uint32_t fields)
{
	return (struct prf_block){{s.q[0], s.q[1] ^ ((uint64_t)mode << 32 | fields)}};
}

/* What the cookies of one moment have in common: where their layouts keep the time. */
struct cookie_moment {
	uint32_t octet;	    /* mode N */
	uint32_t timestamp; /* mode T: the epoch ... */
	uint32_t clock;	    /* ... and what is not part of the MAC's message */
};

static inline struct cookie_moment
cookie_moment_of(const struct syn_cookie *cookies)
{
	uint64_t epoch = cookies->epoch;

	return (struct cookie_moment){
		.octet = (uint32_t)(epoch % N_EPOCH_CODES) << N_EPOCH_SHIFT,
		.timestamp = (uint32_t)(epoch % T_EPOCH_CODES) << T_EPOCH_SHIFT,
		.clock = (uint32_t)((cookies->unix_ns - epoch * COOKIE_EPOCH_NS) / CLOCK_NS),
	};
}

#endif
