/* SPDX-License-Identifier: BSD-3-Clause */

#include "test.h"

#include "checksum.h"
#include "guard_page.h"
#include "seed.h"
#include "tcp_options.h"

#define PARSE(options, is_syn, ...)                                                            \
	parse(options, (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}), \
	      is_syn)

static bool
parse(struct tcp_options *options, const uint8_t *octets, size_t bytes, bool is_syn)
{
	memset(options, 0xa5, sizeof(*options));
	return tcp_options_parse(options, guard_page_copy(octets, bytes), (uint32_t)bytes, is_syn);
}

static void
expect_none(const struct tcp_options *options)
{
	static const struct tcp_options none;

	assert_memory_equal(options, &none, sizeof(none));
}

TEST(no_options_are_no_options)
{
	struct tcp_options options;

	assert_true(parse(&options, NULL, 0, true));
	expect_none(&options);
}

TEST(the_options_of_a_linux_syn_are_read) /* MUST-4 */
{
	struct tcp_options o;

	assert_true(
		PARSE(&o, true, 2, 4, 0x05, 0xb4, 4, 2, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8, 1, 3, 3, 7));
	assert_true(o.has_mss && o.has_wscale && o.has_sack_permitted && o.has_timestamps);
	assert_int_equal(o.mss, 1460);
	assert_int_equal(o.wscale, 7);
	assert_int_equal(o.tsval, 0x01020304);
	assert_int_equal(o.tsecr, 0x05060708);
	assert_int_equal(o.sack_count, 0);
}

TEST(end_of_list_ends_the_list) /* MUST-4 */
{
	struct tcp_options o;

	assert_true(PARSE(&o, true, 1, 1, 0, 0, 2, 4, 5, 6, 8, 0));
	expect_none(&o);
}

TEST(timestamps_alone_are_read_in_every_arrangement) /* MUST-5; RFC 7323, appendix A */
{
	struct tcp_options o;

	for (int is_syn = 0; is_syn <= 1; is_syn++) {
		assert_true(PARSE(&o, is_syn, 1, 1, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8));
		assert_true(o.has_timestamps && !o.has_mss && o.sack_count == 0);
		assert_int_equal(o.tsval, 0x01020304);
		assert_int_equal(o.tsecr, 0x05060708);
		assert_true(PARSE(&o, is_syn, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0));
		assert_true(o.has_timestamps);
		assert_int_equal(o.tsval, 0x01020304);
		assert_true(PARSE(&o, is_syn, 1, 8, 10, 1, 2, 3, 4, 5, 6, 7, 9, 1));
		assert_true(o.has_timestamps);
		assert_int_equal(o.tsecr, 0x05060709);
	}
}

TEST(options_of_syns_count_only_in_syns) /* MUST-65; RFC 7323, 2.2; RFC 2018, 2 */
{
	struct tcp_options o;

	assert_true(PARSE(&o, false, 2, 4, 0x05, 0xb4, 4, 2, 3, 3, 7));
	expect_none(&o);
}

TEST(an_unknown_option_is_skipped_by_its_length) /* MUST-6 */
{
	struct tcp_options o;

	for (unsigned int kind = 0; kind < 256; kind++) {
		if (kind <= TCPOPT_SACK || kind == TCPOPT_TIMESTAMPS)
			continue;
		assert_true(PARSE(&o, true, (uint8_t)kind, 6, 2, 4, 9, 9, 2, 4, 5, 0xb4));
		assert_true(o.has_mss);
		assert_int_equal(o.mss, 1460);
	}
}

/* proves: ATTACK-C1 */
TEST(a_length_of_0_or_1_is_refused) /* MUST-7 */
{
	struct tcp_options o;

	for (unsigned int kind = 2; kind < 256; kind++) {
		for (uint8_t length = 0; length <= 1; length++) {
			assert_false(PARSE(&o, true, 2, 4, 5, 0xb4, (uint8_t)kind, length, 1, 1));
			assert_int_equal(o.mss, 1460);
		}
	}
}

/* Every kind at every place with every length: refused exactly when it does not fit. */
TEST(a_length_past_the_end_is_refused) /* MUST-7, MUST-64 */
{
	uint8_t octets[TCP_OPTIONS_BYTES_MAX];
	struct tcp_options o;

	for (size_t bytes = 1; bytes <= sizeof(octets); bytes++) {
		for (size_t at = 0; at < bytes; at++) {
			for (unsigned int length = 0; length < 256; length++) {
				bool fits = length >= 2 && at + length <= bytes;

				memset(octets, TCPOPT_NOP, sizeof(octets));
				octets[at] = 254;
				if (at + 1 < bytes)
					octets[at + 1] = (uint8_t)length;
				assert_int_equal(parse(&o, octets, bytes, true),
						 at + 1 < bytes && fits);
			}
		}
	}
}

TEST(a_kind_without_a_length_is_refused) /* MUST-7 */
{
	struct tcp_options o;

	for (unsigned int kind = 0; kind < 256; kind++)
		assert_int_equal(PARSE(&o, true, 1, 1, 1, (uint8_t)kind), kind <= TCPOPT_NOP);
}

TEST(what_came_before_a_bad_length_is_kept)
{
	struct tcp_options o;

	assert_false(PARSE(&o, true, 2, 4, 5, 0xb4, 3, 3, 2, 8, 40, 1));
	assert_true(o.has_mss && o.has_wscale && !o.has_timestamps);
}

TEST(a_known_option_of_wrong_length_is_skipped)
{
	static const uint8_t kinds[] = {TCPOPT_MSS, TCPOPT_WSCALE, TCPOPT_SACK_PERMITTED,
					TCPOPT_TIMESTAMPS};
	static const uint8_t lengths[] = {4, 3, 2, 10};
	uint8_t octets[TCP_OPTIONS_BYTES_MAX];
	struct tcp_options o;

	for (size_t i = 0; i < sizeof(kinds); i++) {
		for (uint8_t length = 2; length <= sizeof(octets); length++) {
			memset(octets, TCPOPT_NOP, sizeof(octets));
			octets[0] = kinds[i];
			octets[1] = length;
			assert_true(parse(&o, octets, sizeof(octets), true));
			assert_int_equal(o.has_mss || o.has_wscale || o.has_sack_permitted ||
						 o.has_timestamps,
					 length == lengths[i]);
		}
	}
}

TEST(a_wrong_one_does_not_hide_a_right_one)
{
	struct tcp_options o;

	assert_true(PARSE(&o, true, 2, 3, 9, 2, 4, 5, 0xb4, 3, 4, 1, 1, 3, 3, 2, 1, 1, 0));
	assert_int_equal(o.mss, 1460);
	assert_int_equal(o.wscale, 2);
}

TEST(the_first_of_a_repeated_option_wins)
{
	struct tcp_options o;

	assert_true(PARSE(&o, true, 2, 4, 0, 0, 2, 4, 0xff, 0xff, 3, 3, 0, 3, 3, 9, /**/
			  8, 10, 0, 0, 0, 0, 0, 0, 0, 0, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8));
	assert_true(o.has_mss && o.has_wscale && o.has_timestamps);
	assert_int_equal(o.mss, 0);
	assert_int_equal(o.wscale, 0);
	assert_int_equal(o.tsval, 0);
	assert_int_equal(o.tsecr, 0);
	assert_true(PARSE(&o, false, 5, 10, 0, 0, 0, 1, 0, 0, 0, 2, /**/
			  5, 18, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 5, 0, 0, 0, 6));
	assert_int_equal(o.sack_count, 1);
	assert_int_equal(o.sack[0].left, 1);
}

TEST(a_window_scale_above_14_is_taken_as_14) /* RFC 7323, 2.3 */
{
	struct tcp_options o;

	for (unsigned int shift = 0; shift < 256; shift++) {
		assert_true(PARSE(&o, true, 3, 3, (uint8_t)shift, 0));
		assert_true(o.has_wscale);
		assert_int_equal(o.wscale, shift < 14 ? shift : 14);
	}
}

TEST(sack_has_one_to_four_whole_blocks) /* RFC 2018, 3 */
{
	uint8_t octets[TCP_OPTIONS_BYTES_MAX];
	struct tcp_options o;
	unsigned int count;

	for (uint8_t i = 0; i < sizeof(octets); i++)
		octets[i] = i;
	octets[0] = TCPOPT_SACK;
	for (uint8_t length = 2; length <= sizeof(octets); length++) {
		octets[1] = length;
		assert_true(parse(&o, octets, length, false));
		count = length % 8 == 2 ? length / 8 : 0;
		assert_int_equal(o.sack_count, count);
		for (uint32_t i = 0; i < count; i++) {
			assert_int_equal(o.sack[i].left, 0x02030405 + i * 0x08080808);
			assert_int_equal(o.sack[i].right, 0x06070809 + i * 0x08080808);
		}
	}
}

/* The two no-operations and timestamps take a short way; it must lead to the same place. */
TEST(the_short_way_through_timestamps_agrees_with_the_long_one)
{
	struct tcp_options quick, slow;
	uint8_t octets[13] = {1, 1, 8, 10, 9, 8, 7, 6, 5, 4, 3, 2, 0};

	assert_true(parse(&quick, octets, 12, false));
	assert_true(parse(&slow, octets, 13, false));
	assert_memory_equal(&quick, &slow, sizeof(quick));
}

/* proves: ATTACK-C1 */
TEST(octets_at_random_never_hang_nor_overrun)
{
	uint8_t octets[TCP_OPTIONS_BYTES_MAX];
	struct tcp_options o;
	struct rng rng = seeded_rng();

	for (int round = 0; round < 200000; round++) {
		size_t bytes = rng_below(&rng, sizeof(octets) + 1);

		for (size_t i = 0; i < bytes; i++)
			octets[i] = (uint8_t)rng_below(&rng, i % 3 == 0 ? 256 : 12);
		parse(&o, octets, bytes, round & 1);
		assert_in_range(o.wscale, 0, TCP_WSCALE_MAX);
		assert_in_range(o.sack_count, 0, TCP_SACK_BLOCKS_MAX);
	}
}

static void
expect_emitted(const struct tcp_options *options, const uint8_t *expected, size_t bytes)
{
	uint8_t octets[TCP_OPTIONS_BYTES_MAX + 1];
	uint64_t sum;

	memset(octets, 0xee, sizeof(octets));
	assert_int_equal(tcp_options_bytes(options), bytes);
	assert_int_equal(tcp_options_emit(options, octets, &sum), bytes);
	assert_int_equal(checksum_finish(sum), checksum_finish(checksum_sum(octets, bytes)));
	assert_memory_equal(octets, expected, bytes);
	assert_int_equal(octets[bytes], 0xee);
}

#define EXPECT_EMITTED(options, ...)                            \
	expect_emitted(options, (const uint8_t[]){__VA_ARGS__}, \
		       sizeof((const uint8_t[]){__VA_ARGS__}))

TEST(each_option_is_written_to_a_words_end)
{
	struct tcp_options none = {0};

	expect_emitted(&none, NULL, 0);
	EXPECT_EMITTED((&(struct tcp_options){.has_mss = true, .mss = 0x05b4}), 2, 4, 5, 0xb4);
	EXPECT_EMITTED((&(struct tcp_options){.has_wscale = true, .wscale = 9}), 1, 3, 3, 9);
	EXPECT_EMITTED((&(struct tcp_options){.has_sack_permitted = true}), 1, 1, 4, 2);
	EXPECT_EMITTED((&(struct tcp_options){
			       .has_timestamps = true, .tsval = 0x01020304, .tsecr = 0x05060708}),
		       1, 1, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8);
	EXPECT_EMITTED((&(struct tcp_options){.sack_count = 1, .sack[0] = {0x10, 0x20}}), /**/
		       1, 1, 5, 10, 0, 0, 0, 0x10, 0, 0, 0, 0x20);
}

TEST(all_options_of_a_syn_fit_twenty_octets)
{
	EXPECT_EMITTED((&(struct tcp_options){.has_mss = true,
					      .mss = 1460,
					      .has_sack_permitted = true,
					      .has_timestamps = true,
					      .tsval = 1,
					      .tsecr = 2,
					      .has_wscale = true,
					      .wscale = 7}),
		       2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2, 1, 3, 3, 7);
}

/* Presence of each option and 0 to 4 blocks: what is written is read back. */
TEST(what_is_written_is_read_back) /* MUST-64 */
{
	struct tcp_options o, back;
	uint8_t octets[TCP_OPTIONS_BYTES_MAX];
	uint32_t bytes, sacks_max;
	uint64_t sum;

	for (unsigned int set = 0; set < 16 * 5; set++) {
		memset(&o, 0, sizeof(o));
		o.has_mss = set & 1;
		o.has_wscale = set & 2;
		o.has_sack_permitted = set & 4;
		o.has_timestamps = set & 8;
		o.sack_count = (uint8_t)(set / 16);
		o.mss = o.has_mss ? 1220 : 0;
		o.wscale = o.has_wscale ? 14 : 0;
		o.tsval = o.has_timestamps ? UINT32_MAX : 0;
		o.tsecr = o.has_timestamps ? 0x80000000 : 0;
		for (uint32_t i = 0; i < o.sack_count; i++)
			o.sack[i] = (struct tcp_sack_block){UINT32_MAX - i, i};

		bytes = tcp_options_emit(&o, octets, &sum);
		assert_int_equal(bytes % 4, 0);
		assert_int_equal(checksum_finish(sum),
				 checksum_finish(checksum_sum(octets, bytes)));
		assert_true(bytes <= TCP_OPTIONS_BYTES_MAX);
		assert_int_equal(bytes, tcp_options_bytes(&o));
		assert_true(parse(&back, octets, bytes, true));

		sacks_max = o.has_timestamps ? 3 : 4;
		if (o.has_timestamps && o.has_mss && o.has_wscale)
			sacks_max = 2;
		else if (!o.has_timestamps && o.has_mss + o.has_wscale + o.has_sack_permitted > 1)
			sacks_max = 3;
		else if (o.has_timestamps && (o.has_mss || o.has_wscale))
			sacks_max = 2;
		if (o.sack_count > sacks_max) {
			memset(&o.sack[sacks_max], 0,
			       (o.sack_count - sacks_max) * sizeof(o.sack[0]));
			o.sack_count = (uint8_t)sacks_max;
		}
		assert_memory_equal(&back, &o, sizeof(o));
	}
}
