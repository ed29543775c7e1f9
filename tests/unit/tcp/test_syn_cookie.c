/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * SYN cookies: what they remember, for how long, for whom, under which key.
 * How hard they are to guess is in test_syn_cookie_odds.c.
 */
#include "test.h"

#include "check.h"
#include "cookie_layout.h"
#include "syn_cookie.h"
#include "units.h"

#define T0 (UINT64_C(1700000000) * NS_PER_SECOND)
static_assert(T0 % COOKIE_EPOCH_NS == 0, "an epoch begins at T0");

/* The lowest bit of a timestamp that is part of the MAC; below it is the clock. */
#define TSVAL_MAC_BIT 12

static const uint8_t masters[3][16] = {"the first master", "the 2nd master..", "a third master.."};

static const struct cookie_options all_options = {
	.has_timestamps = true,
	.has_wscale = true,
	.sack_permitted = true,
	.ecn = true,
	.wscale = 7,
	.mss = 1440,
};

/* What mode N keeps of it, exactly. */
static const struct cookie_options plain_options = {
	.has_wscale = true,
	.sack_permitted = true,
	.wscale = 7,
	.mss = 1440,
};

static void
for_each_variant(void (*body)(enum prf_kind kind, bool is_ipv6))
{
	for (int is_ipv6 = 0; is_ipv6 <= 1; is_ipv6++) {
		body(PRF_SIPHASH, is_ipv6);
		if (prf_aes_is_available())
			body(PRF_AES, is_ipv6);
	}
}

static struct cookie_tuple
some_tuple(bool is_ipv6)
{
	static const uint8_t remote[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 0x99};
	static const uint8_t local[16] = {0x20, 0x01, 0x0d, 0xb8, 0, 1, [15] = 0x01};

	return (struct cookie_tuple){
		.remote = is_ipv6 ? ip_addr_of_ipv6(remote) : ip_addr_of_ipv4(RTE_BE32(0xc6336401)),
		.local = is_ipv6 ? ip_addr_of_ipv6(local) : ip_addr_of_ipv4(RTE_BE32(0xcb007105)),
		.remote_port = 49152,
		.local_port = 443,
		.irs = 0x12345678,
		.is_ipv6 = is_ipv6,
	};
}

static struct syn_cookie
started(enum prf_kind kind, uint64_t unix_ns)
{
	struct syn_cookie cookies;

	syn_cookie_init(&cookies, kind, &masters[0], 1, unix_ns);
	return cookies;
}

/* Judge the acknowledgment of `made`, with timestamps if the SYN had them. */
static enum cookie_verdict
verdict_on(const struct syn_cookie *cookies, const struct cookie_tuple *tuple, struct cookie made,
	   bool has_timestamps)
{
	struct cookie_options options;
	uint32_t rtt_ms;

	return syn_cookie_check(cookies, tuple, made.iss, has_timestamps, made.tsval, &options,
				&rtt_ms);
}

/* ---- what is remembered ---- */

static void
expect_remembered(const struct syn_cookie *cookies, const struct cookie_tuple *tuple,
		  const struct cookie_options *said, const struct cookie_options *kept)
{
	struct cookie made = syn_cookie_make(cookies, tuple, said);
	struct cookie_options got = {0};
	uint32_t rtt_ms;

	assert_int_equal(syn_cookie_check(cookies, tuple, made.iss, said->has_timestamps,
					  made.tsval, &got, &rtt_ms),
			 COOKIE_VALID);
	assert_int_equal(got.has_timestamps, kept->has_timestamps);
	assert_int_equal(got.has_wscale, kept->has_wscale);
	assert_int_equal(got.wscale, kept->wscale);
	assert_int_equal(got.sack_permitted, kept->sack_permitted);
	assert_int_equal(got.ecn, kept->ecn);
	assert_int_equal(got.mss, kept->mss);
}

static void
keep_all_with_timestamps(enum prf_kind kind, bool is_ipv6)
{
	struct syn_cookie cookies = started(kind, T0 + 5 * NS_PER_SECOND);
	struct cookie_tuple tuple = some_tuple(is_ipv6);

	for (uint32_t bits = 0; bits < 4; bits++) {
		for (uint8_t wscale = 0; wscale <= 15; wscale++) {
			for (uint32_t units = 0; units <= 1023; units += 33) {
				struct cookie_options options = {
					.has_timestamps = true,
					.has_wscale = wscale != 15,
					.sack_permitted = bits & 1,
					.ecn = bits >> 1,
					.wscale = wscale != 15 ? wscale : 0,
					.mss = (uint16_t)(units * 8),
				};

				expect_remembered(&cookies, &tuple, &options, &options);
			}
		}
	}
}

TEST(with_timestamps_every_combination_of_options_survives)
{
	for_each_variant(keep_all_with_timestamps);
}

static void
keep_tables_without_timestamps(enum prf_kind kind, bool is_ipv6)
{
	/* By announced scale; a scale above the table counts as the largest in it. */
	static const uint8_t kept_wscale[15] = {0, 1, 2, 2, 4, 4, 6, 7, 8, 8, 8, 8, 8, 8, 8};
	static const uint16_t mss_ipv4[] = {0, 1300, 1440, 1460};
	static const uint16_t mss_ipv6[] = {0, 1420, 1440, 8940};
	struct syn_cookie cookies = started(kind, T0 + 5 * NS_PER_SECOND);
	struct cookie_tuple tuple = some_tuple(is_ipv6);

	for (uint32_t bits = 0; bits < 8; bits++) {
		for (uint8_t wscale = 0; wscale <= 15; wscale++) {
			struct cookie_options said = {
				.has_wscale = wscale != 15,
				.sack_permitted = bits & 1,
				.wscale = wscale != 15 ? wscale : 0,
				.mss = is_ipv6 ? mss_ipv6[bits >> 1] : mss_ipv4[bits >> 1],
			};
			struct cookie_options kept = said;

			kept.wscale = wscale != 15 ? kept_wscale[wscale] : 0;
			expect_remembered(&cookies, &tuple, &said, &kept);
		}
	}
}

TEST(without_timestamps_options_survive_rounded_down)
{
	for_each_variant(keep_tables_without_timestamps);
}

struct mss_case {
	uint16_t said;
	uint16_t kept;
};

static void
expect_mss(bool is_ipv6, bool has_timestamps, const struct mss_case *cases, size_t count)
{
	struct syn_cookie cookies = started(PRF_SIPHASH, T0);
	struct cookie_tuple tuple = some_tuple(is_ipv6);

	for (size_t i = 0; i < count; i++) {
		struct cookie_options said = {.has_timestamps = has_timestamps,
					      .mss = cases[i].said};
		struct cookie_options kept = said;

		kept.mss = cases[i].kept;
		expect_remembered(&cookies, &tuple, &said, &kept);
	}
}

#define EXPECT_MSS(is_ipv6, has_timestamps, cases) \
	expect_mss(is_ipv6, has_timestamps, cases, sizeof(cases) / sizeof((cases)[0]))

TEST(an_mss_is_never_rounded_up_to_a_table_entry)
{
	static const struct mss_case ipv4[] = {
		{0, 0},	      {1, 0},	    {536, 0},	  {1299, 0},	{1300, 1300},
		{1301, 1300}, {1439, 1300}, {1440, 1440}, {1459, 1440}, {1460, 1460},
		{1461, 1460}, {8960, 1460}, {65535, 1460}};
	static const struct mss_case ipv6[] = {{0, 0},	     {1220, 0},	   {1419, 0},
					       {1420, 1420}, {1439, 1420}, {1440, 1440},
					       {8939, 1440}, {8940, 8940}, {65535, 8940}};

	EXPECT_MSS(false, false, ipv4);
	EXPECT_MSS(true, false, ipv6);
}

TEST(with_timestamps_an_mss_is_kept_to_eight_octets)
{
	static const struct mss_case cases[] = {
		{0, 0},	      {1, 8},	    {7, 8},	  {8, 8},	{15, 8},      {16, 16},
		{536, 536},   {1220, 1216}, {1440, 1440}, {1460, 1456}, {8183, 8176}, {8184, 8184},
		{8191, 8184}, {8192, 8184}, {8960, 8184}, {65535, 8184}};

	EXPECT_MSS(false, true, cases);
	EXPECT_MSS(true, true, cases);
}

/* Two tables, one of scales by code and one of codes by scale, written down apart. */
TEST(a_scale_s_code_is_of_the_largest_in_the_table_not_above_it)
{
	for (uint32_t wscale = 0; wscale < 16; wscale++) {
		uint32_t largest = 0, code_of_largest = 0;
		struct cookie_options options;

		for (uint32_t code = 1; code < 8; code++) {
			cookie_unpack_octet(&options, false, code);
			assert_true(options.has_wscale);
			if (options.wscale > wscale || options.wscale < largest)
				continue;
			largest = options.wscale;
			code_of_largest = code;
		}
		assert_int_equal(cookie_wscale_codes[wscale], code_of_largest);
	}
}

TEST(ecn_is_forgotten_without_timestamps)
{
	struct syn_cookie cookies = started(PRF_SIPHASH, T0);
	struct cookie_tuple tuple = some_tuple(false);
	struct cookie_options said = plain_options;

	said.ecn = true;
	expect_remembered(&cookies, &tuple, &said, &plain_options);
}

TEST(a_scale_beyond_the_standard_counts_as_14) /* RFC 7323, 2.3 */
{
	struct syn_cookie cookies = started(PRF_SIPHASH, T0);
	struct cookie_tuple tuple = some_tuple(false);
	struct cookie_options said = all_options, kept = all_options;

	said.wscale = 15; /* must not turn into "none" */
	kept.wscale = 14;
	expect_remembered(&cookies, &tuple, &said, &kept);
}

TEST(without_timestamps_tsval_is_zero)
{
	struct syn_cookie cookies = started(PRF_SIPHASH, T0 + NS_PER_SECOND);
	struct cookie_tuple tuple = some_tuple(false);

	assert_int_equal(syn_cookie_make(&cookies, &tuple, &plain_options).tsval, 0);
}

/* ---- what is refused ---- */

static void
expect_forged(const struct syn_cookie *cookies, const struct cookie_tuple *tuple,
	      struct cookie made, bool has_timestamps)
{
	assert_int_equal(verdict_on(cookies, tuple, made, has_timestamps), COOKIE_FORGED);
}

static void
refuse_flipped_bits(enum prf_kind kind, bool is_ipv6)
{
	struct syn_cookie cookies = started(kind, T0 + 7 * NS_PER_SECOND);
	struct cookie_tuple tuple = some_tuple(is_ipv6);
	struct cookie with = syn_cookie_make(&cookies, &tuple, &all_options);
	struct cookie without = syn_cookie_make(&cookies, &tuple, &plain_options);

	for (uint32_t bit = 0; bit < 32; bit++) {
		struct cookie flipped = with;

		flipped.iss ^= UINT32_C(1) << bit;
		expect_forged(&cookies, &tuple, flipped, true);
		flipped.iss = without.iss ^ UINT32_C(1) << bit;
		expect_forged(&cookies, &tuple, flipped, false);
	}
	for (uint32_t bit = TSVAL_MAC_BIT; bit < 32; bit++) {
		struct cookie flipped = with;

		flipped.tsval ^= UINT32_C(1) << bit;
		expect_forged(&cookies, &tuple, flipped, true);
	}
}

/* proves: ATTACK-E7 */
TEST(one_wrong_bit_makes_a_cookie_forged)
{
	for_each_variant(refuse_flipped_bits);
}

/* Both layouts of `tuple`'s cookie under another tuple. */
static void
expect_bound(const struct syn_cookie *cookies, const struct cookie_tuple *tuple,
	     const struct cookie_tuple *other)
{
	expect_forged(cookies, other, syn_cookie_make(cookies, tuple, &all_options), true);
	expect_forged(cookies, other, syn_cookie_make(cookies, tuple, &plain_options), false);
}

static void
refuse_other_tuples(enum prf_kind kind, bool is_ipv6)
{
	struct syn_cookie cookies = started(kind, T0 + 7 * NS_PER_SECOND);
	struct cookie_tuple tuple = some_tuple(is_ipv6), other;

	for (size_t i = is_ipv6 ? 0 : 12; i < 16; i++) {
		other = tuple;
		other.remote.octet[i] ^= 1;
		expect_bound(&cookies, &tuple, &other);
		other = tuple;
		other.local.octet[i] ^= 1;
		expect_bound(&cookies, &tuple, &other);
	}
	for (uint32_t bit = 0; bit < 32; bit++) {
		other = tuple;
		other.irs ^= UINT32_C(1) << bit;
		expect_bound(&cookies, &tuple, &other);
	}
	for (uint32_t bit = 0; bit < 16; bit++) {
		other = tuple;
		other.remote_port ^= (uint16_t)(1 << bit);
		expect_bound(&cookies, &tuple, &other);
		other = tuple;
		other.local_port ^= (uint16_t)(1 << bit);
		expect_bound(&cookies, &tuple, &other);
	}
	other = tuple;
	other.remote = tuple.local;
	other.local = tuple.remote;
	expect_bound(&cookies, &tuple, &other);
	other = tuple;
	other.remote_port = tuple.local_port;
	other.local_port = tuple.remote_port;
	expect_bound(&cookies, &tuple, &other);
}

TEST(a_cookie_is_no_use_on_another_connection)
{
	for_each_variant(refuse_other_tuples);
}

TEST(the_families_are_apart)
{
	struct syn_cookie cookies = started(prf_kind_best(), T0);
	struct cookie_tuple ipv4 = some_tuple(false), mapped = ipv4;

	mapped.is_ipv6 = true;
	expect_bound(&cookies, &ipv4, &mapped);
	expect_bound(&cookies, &mapped, &ipv4);
}

static void
refuse_the_other_mode(enum prf_kind kind, bool is_ipv6)
{
	struct syn_cookie cookies = started(kind, T0 + 7 * NS_PER_SECOND);
	struct cookie_tuple tuple = some_tuple(is_ipv6);
	struct cookie with = syn_cookie_make(&cookies, &tuple, &all_options);
	struct cookie without = syn_cookie_make(&cookies, &tuple, &plain_options);

	expect_forged(&cookies, &tuple, with, false); /* TSopt stripped */
	expect_forged(&cookies, &tuple, without, true);
	without.tsval = with.tsval; /* TSopt added */
	expect_forged(&cookies, &tuple, without, true);
}

TEST(a_cookie_is_good_in_its_own_mode_only)
{
	for_each_variant(refuse_the_other_mode);
}

/*
 * The fields of both modes are all zero in an epoch that 16 divides, for a SYN
 * without options and for one with nothing but a scale of 0.  The MACs must differ
 * even then: else a cookie would lack but its low octet in the other mode.
 */
TEST(equal_fields_have_another_mac_in_the_other_mode)
{
	const struct cookie_options none = {0};
	const struct cookie_options zero = {.has_timestamps = true, .has_wscale = true};
	struct syn_cookie cookies = started(prf_kind_best(), T0);
	struct cookie_tuple tuple = some_tuple(false);
	struct cookie without = syn_cookie_make(&cookies, &tuple, &none);
	struct cookie with = syn_cookie_make(&cookies, &tuple, &zero);

	assert_int_equal(cookies.epoch % 16, 0);
	for (uint32_t octet = 0; octet < 256; octet++) {
		struct cookie forged = with;

		forged.iss = (without.iss & ~UINT32_C(0xff)) | octet;
		expect_forged(&cookies, &tuple, forged, true);
		forged.iss = (with.iss & ~UINT32_C(0xff)) | octet;
		expect_forged(&cookies, &tuple, forged, false);
	}
}

TEST(a_clock_beyond_its_epoch_is_forged)
{
	struct syn_cookie cookies = started(prf_kind_best(), T0);
	struct cookie_tuple tuple = some_tuple(false);
	struct cookie made = syn_cookie_make(&cookies, &tuple, &all_options); /* clock is 0 */
	struct cookie altered = made;

	for (uint32_t clock = 0; clock < 4096; clock++) {
		altered.tsval = made.tsval + clock;
		assert_int_equal(verdict_on(&cookies, &tuple, altered, true),
				 clock < 4000 ? COOKIE_VALID : COOKIE_FORGED);
	}
}

/* ---- time ---- */

static void
expect_age_verdict(enum prf_kind kind, bool has_timestamps, uint64_t made_ns, uint64_t age_ns)
{
	const struct cookie_options *options = has_timestamps ? &all_options : &plain_options;
	struct syn_cookie cookies = started(kind, made_ns);
	struct cookie_tuple tuple = some_tuple(false);
	struct cookie made = syn_cookie_make(&cookies, &tuple, options);
	uint64_t turns = (made_ns + age_ns) / COOKIE_EPOCH_NS - made_ns / COOKIE_EPOCH_NS;
	enum cookie_verdict verdict;

	syn_cookie_set_time(&cookies, made_ns + age_ns);
	verdict = verdict_on(&cookies, &tuple, made, has_timestamps);
	if (age_ns < 16 * NS_PER_SECOND)
		assert_int_equal(verdict, COOKIE_VALID);
	if (age_ns >= 32 * NS_PER_SECOND)
		assert_int_not_equal(verdict, COOKIE_VALID);
	assert_int_equal(verdict, turns <= 1   ? COOKIE_VALID
				  : turns == 2 ? COOKIE_EXPIRED
					       : COOKIE_FORGED);
}

static void
let_it_age(enum prf_kind kind, bool is_ipv6)
{
	if (is_ipv6)
		return; /* time knows no family */
	for (uint64_t made = T0; made < T0 + COOKIE_EPOCH_NS; made += 15999 * NS_PER_MS / 8) {
		for (uint64_t age = 0; age < 70 * NS_PER_SECOND; age += NS_PER_SECOND) {
			expect_age_verdict(kind, true, made, age);
			expect_age_verdict(kind, false, made, age);
			expect_age_verdict(kind, true, made, age + NS_PER_SECOND - 1);
			expect_age_verdict(kind, false, made, age + NS_PER_SECOND - 1);
		}
	}
}

TEST(a_cookie_lives_for_16_to_32_seconds)
{
	for_each_variant(let_it_age);
}

TEST(after_a_full_turn_of_the_epoch_code_a_cookie_is_still_dead)
{
	for (uint64_t turns = 3; turns <= 40; turns++) {
		expect_age_verdict(prf_kind_best(), true, T0, turns * COOKIE_EPOCH_NS);
		expect_age_verdict(prf_kind_best(), false, T0, turns * COOKIE_EPOCH_NS);
	}
}

TEST(a_cookie_from_a_clock_ahead_is_good_only_near_the_turn)
{
	uint64_t turn = T0 + COOKIE_EPOCH_NS;
	struct syn_cookie ahead = started(prf_kind_best(), turn);
	struct cookie_tuple tuple = some_tuple(false);
	struct cookie with = syn_cookie_make(&ahead, &tuple, &all_options);
	struct cookie without = syn_cookie_make(&ahead, &tuple, &plain_options);
	struct syn_cookie cookies = started(prf_kind_best(), T0);

	expect_forged(&cookies, &tuple, with, true);
	expect_forged(&cookies, &tuple, without, false);
	syn_cookie_set_time(&cookies, turn - COOKIE_SKEW_NS - 1);
	expect_forged(&cookies, &tuple, with, true);
	expect_forged(&cookies, &tuple, without, false);
	syn_cookie_set_time(&cookies, turn - COOKIE_SKEW_NS);
	assert_int_equal(verdict_on(&cookies, &tuple, with, true), COOKIE_VALID);
	assert_int_equal(verdict_on(&cookies, &tuple, without, false), COOKIE_VALID);
	syn_cookie_set_time(&cookies, turn - 1);
	assert_int_equal(verdict_on(&cookies, &tuple, with, true), COOKIE_VALID);
	assert_int_equal(verdict_on(&cookies, &tuple, without, false), COOKIE_VALID);
}

TEST(a_cookie_two_epochs_ahead_is_forged)
{
	struct syn_cookie ahead = started(prf_kind_best(), T0 + 2 * COOKIE_EPOCH_NS);
	struct syn_cookie cookies = started(prf_kind_best(), T0 + COOKIE_EPOCH_NS - 1);
	struct cookie_tuple tuple = some_tuple(false);

	expect_forged(&cookies, &tuple, syn_cookie_make(&ahead, &tuple, &all_options), true);
	expect_forged(&cookies, &tuple, syn_cookie_make(&ahead, &tuple, &plain_options), false);
}

TEST(the_first_epochs_of_all_work_too)
{
	struct syn_cookie cookies = started(prf_kind_best(), 0);
	struct cookie_tuple tuple = some_tuple(false);
	struct cookie made = syn_cookie_make(&cookies, &tuple, &plain_options);

	assert_int_equal(verdict_on(&cookies, &tuple, made, false), COOKIE_VALID);
	syn_cookie_set_time(&cookies, COOKIE_EPOCH_NS);
	assert_int_equal(verdict_on(&cookies, &tuple, made, false), COOKIE_VALID);
	syn_cookie_set_time(&cookies, 2 * COOKIE_EPOCH_NS);
	assert_int_equal(verdict_on(&cookies, &tuple, made, false), COOKIE_EXPIRED);
}

/* However the time came to be what it is, the keys are those of the time. */
/* proves: ATTACK-E6 */
TEST(leaps_of_any_length_give_the_keys_of_a_fresh_start)
{
	struct cookie_tuple tuple = some_tuple(true);

	for (uint64_t leap = 1; leap <= 9; leap++) {
		struct syn_cookie cookies = started(prf_kind_best(), T0);

		for (uint64_t i = 1; i <= 8; i++) {
			uint64_t now = T0 + i * leap * COOKIE_EPOCH_NS + 3 * NS_PER_SECOND;
			struct syn_cookie fresh = started(prf_kind_best(), now);

			syn_cookie_set_time(&cookies, now);
			assert_int_equal(cookies.epoch, fresh.epoch);
			assert_memory_equal(cookies.secrets[0].epoch, fresh.secrets[0].epoch,
					    sizeof(fresh.secrets[0].epoch));
			assert_int_equal(syn_cookie_make(&cookies, &tuple, &all_options).iss,
					 syn_cookie_make(&fresh, &tuple, &all_options).iss);
		}
	}
}

TEST(a_step_back_is_ignored)
{
	struct syn_cookie cookies = started(prf_kind_best(), T0 + 4 * NS_PER_SECOND), before;

	before = cookies;
	syn_cookie_set_time(&cookies, T0 + 3 * NS_PER_SECOND);
	assert_memory_equal(&cookies, &before, sizeof(cookies));
	syn_cookie_set_time(&cookies, T0 - 5 * COOKIE_EPOCH_NS);
	assert_memory_equal(&cookies, &before, sizeof(cookies));
	syn_cookie_set_time(&cookies, T0 + 5 * NS_PER_SECOND);
	assert_int_equal(cookies.unix_ns, T0 + 5 * NS_PER_SECOND);
}

static void
repeat_a_syn(enum prf_kind kind, bool is_ipv6)
{
	struct syn_cookie cookies = started(kind, T0);
	struct cookie_tuple tuple = some_tuple(is_ipv6);
	struct cookie last_with = syn_cookie_make(&cookies, &tuple, &all_options);
	struct cookie last_without = syn_cookie_make(&cookies, &tuple, &plain_options);

	for (uint64_t at = 500; at < 160000; at += 500) {
		uint64_t now = T0 + at * NS_PER_MS;
		struct cookie with, without;

		syn_cookie_set_time(&cookies, now);
		with = syn_cookie_make(&cookies, &tuple, &all_options);
		without = syn_cookie_make(&cookies, &tuple, &plain_options);
		if (now % COOKIE_EPOCH_NS != 0) {
			assert_int_equal(with.iss, last_with.iss);
			assert_int_equal(without.iss, last_without.iss);
		} else {
			assert_int_not_equal(with.iss, last_with.iss);
			assert_int_not_equal(without.iss, last_without.iss);
		}
		/* Never back, never faster than a clock of 1 ms: both would upset PAWS. */
		assert_in_range(with.tsval - last_with.tsval, 1, 500);
		last_with = with;
		last_without = without;
	}
}

TEST(a_repeated_syn_gets_the_same_iss_within_an_epoch_and_a_later_tsval)
{
	for_each_variant(repeat_a_syn);
}

static uint32_t
rtt_after(uint64_t made_ns, uint64_t rtt_ns, bool has_timestamps)
{
	struct syn_cookie cookies = started(PRF_SIPHASH, made_ns);
	struct cookie_tuple tuple = some_tuple(false);
	struct cookie_options options = all_options;
	struct cookie made;
	uint32_t rtt_ms = 0;

	options.has_timestamps = has_timestamps;
	made = syn_cookie_make(&cookies, &tuple, &options);
	syn_cookie_set_time(&cookies, made_ns + rtt_ns);
	assert_int_equal(syn_cookie_check(&cookies, &tuple, made.iss, has_timestamps, made.tsval,
					  &options, &rtt_ms),
			 COOKIE_VALID);
	return rtt_ms;
}

TEST(the_round_trip_is_measured_within_4_ms)
{
	static const uint64_t rtts_ms[] = {0, 1, 20, 250, 3000, 15000};

	for (uint64_t at = 0; at < 16000; at += 333) {
		uint64_t made_ns = T0 + at * NS_PER_MS + 999;

		for (size_t i = 0; i < sizeof(rtts_ms) / sizeof(rtts_ms[0]); i++)
			assert_in_range(rtt_after(made_ns, rtts_ms[i] * NS_PER_MS, true),
					rtts_ms[i], rtts_ms[i] + 4);
	}
	assert_in_range(rtt_after(T0, 31999 * NS_PER_MS, true), 31999, 32003);
}

TEST(without_timestamps_the_round_trip_is_unknown)
{
	assert_int_equal(rtt_after(T0, 20 * NS_PER_MS, false), UINT32_MAX);
}

TEST(a_round_trip_against_a_clock_ahead_is_unknown)
{
	struct syn_cookie ahead = started(PRF_SIPHASH, T0 + 300 * NS_PER_MS);
	struct syn_cookie cookies = started(PRF_SIPHASH, T0 + 100 * NS_PER_MS);
	struct cookie_tuple tuple = some_tuple(false);
	struct cookie made = syn_cookie_make(&ahead, &tuple, &all_options);
	struct cookie_options options;
	uint32_t rtt_ms;

	assert_int_equal(
		syn_cookie_check(&cookies, &tuple, made.iss, true, made.tsval, &options, &rtt_ms),
		COOKIE_VALID);
	assert_int_equal(rtt_ms, UINT32_MAX);
}

/* ---- keys ---- */

/*
 * The numbers were computed apart from this code, with another AES and another
 * SipHash, on a little-endian machine.  A change here breaks the cookies between
 * machines of different versions.
 */
TEST(the_format_stays_what_it_is)
{
	static const struct {
		enum prf_kind kind;
		bool is_ipv6;
		uint32_t iss_without;
		struct cookie with;
	} cases[] = {
		{PRF_AES, false, 0x43ec060d, {0x21c8e14c, 0x007e369c}},
		{PRF_AES, true, 0x8b470359, {0xc5db3c05, 0x37dcdbe2}},
		{PRF_SIPHASH, false, 0xfdb18cac, {0x39bdb213, 0xd2e0f67a}},
		{PRF_SIPHASH, true, 0xeebd24ee, {0x826dcf9a, 0xf084fc75}},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cookie_tuple tuple = some_tuple(cases[i].is_ipv6);
		struct syn_cookie cookies;
		struct cookie with;

		if (cases[i].kind == PRF_AES && !prf_aes_is_available())
			continue;
		cookies = started(cases[i].kind, T0 + 5 * NS_PER_SECOND);
		with = syn_cookie_make(&cookies, &tuple, &all_options);
		assert_int_equal(with.iss, cases[i].with.iss);
		assert_int_equal(with.tsval, cases[i].with.tsval);
		assert_int_equal(syn_cookie_make(&cookies, &tuple, &plain_options).iss,
				 cases[i].iss_without);
	}
}

static void
exchange(enum prf_kind kind, bool is_ipv6)
{
	struct syn_cookie one = started(kind, T0 + 2 * NS_PER_SECOND);
	struct syn_cookie two = started(kind, T0 - 100 * NS_PER_SECOND);
	struct cookie_tuple tuple = some_tuple(is_ipv6);

	syn_cookie_set_time(&two, T0 + 2 * NS_PER_SECOND - COOKIE_SKEW_NS);
	for (uint32_t i = 0; i < 20; i++) {
		struct cookie with = syn_cookie_make(&one, &tuple, &all_options);
		struct cookie without = syn_cookie_make(&one, &tuple, &plain_options);

		assert_int_equal(verdict_on(&two, &tuple, with, true), COOKIE_VALID);
		assert_int_equal(verdict_on(&two, &tuple, without, false), COOKIE_VALID);
		syn_cookie_set_time(&one, one.unix_ns + 3700 * NS_PER_MS);
		syn_cookie_set_time(&two, two.unix_ns + 3700 * NS_PER_MS);
	}
}

TEST(what_one_machine_makes_another_checks)
{
	for_each_variant(exchange);
}

static void
refuse_foreign_keys(enum prf_kind kind, bool is_ipv6)
{
	struct syn_cookie cookies = started(kind, T0), foreign;
	struct cookie_tuple tuple = some_tuple(is_ipv6);

	syn_cookie_init(&foreign, kind, &masters[2], 1, T0);
	expect_forged(&cookies, &tuple, syn_cookie_make(&foreign, &tuple, &all_options), true);
	expect_forged(&cookies, &tuple, syn_cookie_make(&foreign, &tuple, &plain_options), false);
}

/* proves: ATTACK-E6 */
TEST(a_cookie_under_a_foreign_key_is_forged)
{
	for_each_variant(refuse_foreign_keys);
}

TEST(the_two_kinds_of_mac_do_not_mix)
{
	struct cookie_tuple tuple = some_tuple(false);
	struct syn_cookie aes, siphash;

	if (!prf_aes_is_available())
		skip();
	aes = started(PRF_AES, T0);
	siphash = started(PRF_SIPHASH, T0);
	expect_forged(&aes, &tuple, syn_cookie_make(&siphash, &tuple, &all_options), true);
	expect_forged(&siphash, &tuple, syn_cookie_make(&aes, &tuple, &plain_options), false);
}

static void
roll_the_key(enum prf_kind kind, bool is_ipv6)
{
	uint8_t rolled[2][16];
	struct syn_cookie old = started(kind, T0), both, new;
	struct cookie_tuple tuple = some_tuple(is_ipv6);

	memcpy(rolled[0], masters[1], 16);
	memcpy(rolled[1], masters[0], 16);
	syn_cookie_init(&both, kind, rolled, 2, T0 + NS_PER_SECOND);
	syn_cookie_init(&new, kind, rolled, 1, T0 + NS_PER_SECOND);

	for (int has_timestamps = 0; has_timestamps <= 1; has_timestamps++) {
		const struct cookie_options *options =
			has_timestamps ? &all_options : &plain_options;
		struct cookie before = syn_cookie_make(&old, &tuple, options);
		struct cookie after = syn_cookie_make(&both, &tuple, options);
		struct syn_cookie later = both;

		assert_int_equal(verdict_on(&both, &tuple, before, has_timestamps), COOKIE_VALID);
		assert_int_equal(verdict_on(&both, &tuple, after, has_timestamps), COOKIE_VALID);
		assert_int_equal(verdict_on(&new, &tuple, after, has_timestamps), COOKIE_VALID);
		expect_forged(&new, &tuple, before, has_timestamps);
		expect_forged(&old, &tuple, after, has_timestamps);

		/* The old key's epochs turn as well. */
		syn_cookie_set_time(&later, T0 + COOKIE_EPOCH_NS);
		assert_int_equal(verdict_on(&later, &tuple, before, has_timestamps), COOKIE_VALID);
		syn_cookie_set_time(&later, T0 + 2 * COOKIE_EPOCH_NS);
		assert_int_equal(verdict_on(&later, &tuple, before, has_timestamps),
				 COOKIE_EXPIRED);
	}
}

TEST(while_keys_roll_the_first_makes_and_both_check)
{
	for_each_variant(roll_the_key);
}
