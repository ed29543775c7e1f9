/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * How hard a cookie is to guess: how many numbers are accepted, and whether the
 * ones we show tell anything about the ones we do not.
 *
 * The acknowledged odds are a count: accepted ISNs over 2^32.  Nobody can try all
 * 2^32 in a unit test; but the low octet of mode N selects the fields, so it is
 * enough to see which octets can be accepted at all, and how many MACs are
 * accepted with one.
 */
#include "test.h"

#include "check.h"
#include "seed.h"
#include "syn_cookie.h"
#include "units.h"

#define T0 (UINT64_C(1700000000) * NS_PER_SECOND)
static_assert(T0 % COOKIE_EPOCH_NS == 0, "an epoch begins at T0");

#define OPTIONS_N 64 /* combinations that mode N can tell apart */

static const uint8_t masters[2][16] = {"the first master", "the 2nd master.."};

static struct cookie_tuple
tuple_number(uint32_t n, bool is_ipv6)
{
	uint8_t remote[16] = {0x20, 0x01, 0x0d, 0xb8};

	memcpy(&remote[12], &n, sizeof(n));
	return (struct cookie_tuple){
		.remote = is_ipv6 ? ip_addr_of_ipv6(remote) : ip_addr_of_ipv4(n),
		.local = ip_addr_of_ipv4(RTE_BE32(0xcb007105)),
		.remote_port = 49152,
		.local_port = 443,
		.irs = 0x12345678,
		.is_ipv6 = is_ipv6,
	};
}

static bool
is_accepted(const struct syn_cookie *cookies, const struct cookie_tuple *tuple, uint32_t iss,
	    bool has_timestamps, uint32_t tsecr)
{
	struct cookie_options options;
	uint32_t rtt_ms;

	return syn_cookie_check(cookies, tuple, iss, has_timestamps, tsecr, &options, &rtt_ms) ==
	       COOKIE_VALID;
}

/* ---- how many are accepted ---- */

static struct cookie_options
options_number(uint32_t n)
{
	static const uint16_t mss[4] = {0, 1300, 1440, 1460};
	static const uint8_t wscale[8] = {0, 0, 1, 2, 4, 6, 7, 8};

	return (struct cookie_options){
		.has_wscale = (n & 7) != 0,
		.wscale = wscale[n & 7],
		.sack_permitted = n >> 3 & 1,
		.mss = mss[n >> 4 & 3],
	};
}

/*
 * All cookies of the epochs around T0 for one tuple, made as a machine of that
 * time would make them; returns how many different low octets the accepted
 * ones have.  `accepted` counts them by octet.
 */
static uint32_t
count_accepted(const struct syn_cookie *cookies, const struct cookie_tuple *tuple,
	       uint32_t accepted[256])
{
	uint32_t octets = 0;

	memset(accepted, 0, 256 * sizeof(accepted[0]));
	for (uint64_t epoch = 0; epoch < 12; epoch++) {
		struct syn_cookie maker;

		syn_cookie_init(&maker, cookies->kind, &masters[0], 1,
				T0 + epoch * COOKIE_EPOCH_NS - 8 * COOKIE_EPOCH_NS);
		for (uint32_t n = 0; n < OPTIONS_N; n++) {
			struct cookie_options options = options_number(n);
			uint32_t iss = syn_cookie_make(&maker, tuple, &options).iss;

			if (is_accepted(cookies, tuple, iss, false, 0) &&
			    accepted[iss & 0xff]++ == 0)
				octets++;
		}
	}
	return octets;
}

static void
expect_accepted(enum prf_kind kind, uint64_t unix_ns, uint32_t expected)
{
	struct cookie_tuple tuple = tuple_number(7, false);
	struct syn_cookie cookies;
	uint32_t accepted[256];

	syn_cookie_init(&cookies, kind, &masters[0], 1, unix_ns);
	assert_int_equal(count_accepted(&cookies, &tuple, accepted), expected);
	for (uint32_t octet = 0; octet < 256; octet++)
		assert_true(accepted[octet] <= 1);
}

TEST(without_timestamps_half_of_the_low_octets_can_be_accepted)
{
	expect_accepted(prf_kind_best(), T0, 128);
	expect_accepted(prf_kind_best(), T0 + COOKIE_EPOCH_NS - COOKIE_SKEW_NS - 1, 128);
	expect_accepted(prf_kind_best(), T0 + COOKIE_EPOCH_NS - COOKIE_SKEW_NS, 192);
	expect_accepted(PRF_SIPHASH, T0, 128);
}

TEST(without_timestamps_one_mac_of_all_is_accepted_with_an_octet)
{
	struct cookie_tuple tuple = tuple_number(7, false);
	struct cookie_options options = options_number(0x2e);
	uint32_t accepted = 0, made;
	struct syn_cookie cookies;

	syn_cookie_init(&cookies, prf_kind_best(), &masters[0], 1, T0);
	made = syn_cookie_make(&cookies, &tuple, &options).iss;
	for (uint32_t mac = 0; mac < 1 << 24; mac++)
		accepted += is_accepted(&cookies, &tuple, mac << 8 | (made & 0xff), false, 0);
	assert_int_equal(accepted, 1);
	assert_true(is_accepted(&cookies, &tuple, made, false, 0));
}

/* Every octet of an epoch we do not accept, with MACs that are right for it and with others. */
TEST(without_timestamps_the_other_octets_are_never_accepted)
{
	struct cookie_tuple tuple = tuple_number(7, false);
	uint32_t accepted[256], refused = 0;
	struct rng rng = seeded_rng();
	struct syn_cookie cookies;

	syn_cookie_init(&cookies, prf_kind_best(), &masters[0], 1, T0);
	count_accepted(&cookies, &tuple, accepted);
	for (uint32_t octet = 0; octet < 256; octet++) {
		if (accepted[octet] != 0)
			continue;
		refused++;
		for (uint32_t i = 0; i < 4096; i++) {
			uint32_t iss = ((uint32_t)rng_next(&rng) & ~UINT32_C(0xff)) | octet;

			assert_false(is_accepted(&cookies, &tuple, iss, false, 0));
		}
	}
	assert_int_equal(refused, 128);
}

/* The number of random acknowledgments accepted, one each for many connections. */
static uint32_t
guess(enum prf_kind kind, bool has_timestamps, uint32_t tries)
{
	struct rng rng = seeded_rng();
	struct syn_cookie cookies;
	uint32_t accepted = 0;

	syn_cookie_init(&cookies, kind, &masters[0], 1, T0 + NS_PER_SECOND);
	for (uint32_t i = 0; i < tries; i++) {
		uint64_t numbers = rng_next(&rng);
		struct cookie_tuple tuple = tuple_number((uint32_t)rng_next(&rng), i & 1);

		accepted += is_accepted(&cookies, &tuple, (uint32_t)numbers, has_timestamps,
					(uint32_t)(numbers >> 32));
	}
	return accepted;
}

/*
 * Expected are 2^22 / 2^25 = 1/8.  More than five come by chance in one run of
 * 200 million; were the MAC four bits shorter, in nearly a tenth of the runs,
 * and eight bits shorter, always.
 */
/* proves: ATTACK-E5 ATTACK-B6 */
TEST(random_acknowledgments_without_timestamps_find_nothing_to_speak_of)
{
	assert_in_range(guess(prf_kind_best(), false, 1 << 22), 0, 5);
}

/* proves: ATTACK-E5 ATTACK-B6 */
TEST(random_acknowledgments_with_timestamps_find_nothing)
{
	assert_int_equal(guess(prf_kind_best(), true, 1 << 22), 0);
}

/* For one timestamp, one ISN: no other that shares three octets with it will do. */
TEST(with_timestamps_all_32_bits_of_the_isn_count)
{
	struct cookie_options options = {.has_timestamps = true, .mss = 1456};
	struct cookie_tuple tuple = tuple_number(7, true);
	struct syn_cookie cookies;
	struct cookie made;

	syn_cookie_init(&cookies, prf_kind_best(), &masters[0], 1, T0);
	made = syn_cookie_make(&cookies, &tuple, &options);
	for (uint32_t place = 0; place < 32; place += 8) {
		for (uint32_t octet = 1; octet < 256; octet++)
			assert_false(is_accepted(&cookies, &tuple, made.iss ^ octet << place, true,
						 made.tsval));
	}
}

/* A timestamp that names no epoch we accept is refused whatever the ISN: 14 of 16 codes. */
TEST(with_timestamps_two_of_sixteen_epoch_codes_can_be_accepted)
{
	struct cookie_options options = {.has_timestamps = true, .mss = 1456};
	struct cookie_tuple tuple = tuple_number(7, false);
	struct syn_cookie cookies, maker;
	uint32_t accepted = 0;

	syn_cookie_init(&cookies, prf_kind_best(), &masters[0], 1, T0);
	for (uint64_t epoch = 0; epoch < 40; epoch++) {
		struct cookie made;

		syn_cookie_init(&maker, prf_kind_best(), &masters[0], 1,
				T0 + epoch * COOKIE_EPOCH_NS - 20 * COOKIE_EPOCH_NS);
		made = syn_cookie_make(&maker, &tuple, &options);
		accepted += is_accepted(&cookies, &tuple, made.iss, true, made.tsval);
	}
	assert_int_equal(accepted, 2);
}

/* ---- whether they look random ---- */

/*
 * Chi-square over 256 classes: mean 255, deviation 22.6.  A fair source leaves
 * these bounds less than once in 10^8 times; a bit that sticks, or a class that
 * is empty, far exceeds them with the numbers used here.
 */
#define CHI_SQUARE_MIN 140.0
#define CHI_SQUARE_MAX 410.0

struct spread {
	uint32_t count[4][256]; /* by octet of a number */
	uint32_t total;
};

static void
spread_add(struct spread *spread, uint32_t number)
{
	for (uint32_t i = 0; i < 4; i++)
		spread->count[i][number >> (8 * i) & 0xff]++;
	spread->total++;
}

static void
expect_uniform(const struct spread *spread)
{
	double expected = spread->total / 256.0;

	for (uint32_t i = 0; i < 4; i++) {
		double chi_square = 0;

		for (uint32_t octet = 0; octet < 256; octet++) {
			double excess = spread->count[i][octet] - expected;

			chi_square += excess * excess / expected;
		}
		if (chi_square < CHI_SQUARE_MIN || chi_square > CHI_SQUARE_MAX)
			fail_msg("octet %u: chi-square %.1f of %u numbers", i, chi_square,
				 spread->total);
	}
}

/* What an observer of his own cookies could compute from one and the next. */
struct observer {
	struct spread iss;
	struct spread tsval;
	struct spread minus_irs;
	struct spread xor_irs;
	struct spread minus_last;
	struct spread xor_last;
	struct spread tsval_minus_last;
};

static struct observer seen;

static void
observe(const struct syn_cookie *cookies, const struct cookie_options *options, uint32_t count,
	void (*advance)(struct cookie_tuple *tuple, uint32_t i), bool is_ipv6)
{
	struct cookie last = {0};

	memset(&seen, 0, sizeof(seen));
	for (uint32_t i = 0; i < count; i++) {
		struct cookie_tuple tuple = tuple_number(1, is_ipv6);
		struct cookie made;

		advance(&tuple, i);
		made = syn_cookie_make(cookies, &tuple, options);
		spread_add(&seen.iss, made.iss);
		spread_add(&seen.tsval, made.tsval);
		spread_add(&seen.minus_irs, made.iss - tuple.irs);
		spread_add(&seen.xor_irs, made.iss ^ tuple.irs);
		spread_add(&seen.minus_last, made.iss - last.iss);
		spread_add(&seen.xor_last, made.iss ^ last.iss);
		spread_add(&seen.tsval_minus_last, made.tsval - last.tsval);
		last = made;
	}
}

static void
expect_nothing_seen(enum prf_kind kind, uint32_t count,
		    void (*advance)(struct cookie_tuple *tuple, uint32_t i), bool is_ipv6)
{
	struct cookie_options options = options_number(0x2e);
	struct syn_cookie cookies;

	syn_cookie_init(&cookies, kind, &masters[0], 1, T0 + 5 * NS_PER_SECOND);
	for (int has_timestamps = 0; has_timestamps <= 1; has_timestamps++) {
		options.has_timestamps = has_timestamps;
		observe(&cookies, &options, count, advance, is_ipv6);
		expect_uniform(&seen.iss);
		expect_uniform(&seen.minus_irs);
		expect_uniform(&seen.xor_irs);
		expect_uniform(&seen.minus_last);
		expect_uniform(&seen.xor_last);
		if (has_timestamps) {
			expect_uniform(&seen.tsval);
			expect_uniform(&seen.tsval_minus_last);
		}
	}
}

static void
next_irs(struct cookie_tuple *tuple, uint32_t i)
{
	tuple->irs = i;
}

static void
next_port(struct cookie_tuple *tuple, uint32_t i)
{
	tuple->remote_port = (uint16_t)i;
}

static void
next_address(struct cookie_tuple *tuple, uint32_t i)
{
	tuple->remote.word[3] = rte_cpu_to_be_32(i);
}

TEST(isns_of_a_million_sequence_numbers_look_random)
{
	expect_nothing_seen(prf_kind_best(), 1000000, next_irs, false);
	expect_nothing_seen(prf_kind_best(), 100000, next_irs, true);
	expect_nothing_seen(PRF_SIPHASH, 100000, next_irs, false);
}

TEST(isns_of_adjacent_ports_look_random)
{
	expect_nothing_seen(prf_kind_best(), 65536, next_port, false);
	expect_nothing_seen(prf_kind_best(), 65536, next_port, true);
}

TEST(isns_of_adjacent_addresses_look_random)
{
	expect_nothing_seen(prf_kind_best(), 100000, next_address, false);
	expect_nothing_seen(prf_kind_best(), 100000, next_address, true);
}
