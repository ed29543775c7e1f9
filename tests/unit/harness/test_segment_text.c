/* SPDX-License-Identifier: BSD-3-Clause */

#include "test.h"

#include "segment_text.h"

static struct segment
parsed(const char *text)
{
	struct segment segment;
	const char *wrong = segment_parse(&segment, text);

	if (wrong != NULL)
		fail_msg("\"%s\": %s", text, wrong);
	return segment;
}

static void
expect_same_when_printed(const char *text)
{
	struct segment segment = parsed(text);
	char printed[SEGMENT_TEXT_BYTES];

	segment_print(&segment, printed);
	assert_string_equal(printed, text);
}

TEST(what_is_printed_is_what_was_read)
{
	expect_same_when_printed(
		"S 0:0(0) win 1024 <mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 7>");
	expect_same_when_printed(". 1:1(0) ack 1");
	expect_same_when_printed("FSRPUEW. *:*(7) ack * win * <...>");
	expect_same_when_printed("- 4294967295:5(6)");
	expect_same_when_printed("P. 1:11(10) ack 1 win 0 urg 3 <nop,nop,sack 1:2 3:4>");
	expect_same_when_printed("S 0:0(0) <hex c806aabbccdd,eol>");
	expect_same_when_printed("S. 0:0(0) ack 1 <mss ours,wscale *>");
}

TEST(every_part_ends_in_its_field)
{
	struct segment segment = parsed("PU. 5:8(3) ack 9 win 77 urg 2 filled X doff 6 reserved "
					"bad-checksum");

	assert_int_equal(segment.flags, TH_PSH | TH_URG | TH_ACK);
	assert_int_equal(segment.seq.value, 5);
	assert_int_equal(segment.text_bytes, 3);
	assert_int_equal(segment.ack.value, 9);
	assert_int_equal(segment.wnd.value, 77);
	assert_int_equal(segment.urgent.value, 2);
	assert_int_equal(segment.filling, 'X');
	assert_int_equal(segment.doff, 6);
	assert_true(segment.has_bad_checksum && segment.has_reserved_bits);
}

TEST(nonsense_is_refused)
{
	static const char *const wrong[] = {
		"",
		"X 0:0(0)",
		". 0:0(0)",
		"S 0:0(0) ack 1",
		". 1:3(1) ack 1",
		". 1:1 ack 1",
		". 1:1(0) ack",
		". 1:1(0) ack 4294967296",
		". 1:1(0) ack 1 win 65536",
		". 1:1(0) ack 1 urg",
		". 1:1(0) ack 1 <mss>",
		". 1:1(0) ack 1 <nop",
		". 1:1(0) ack 1 <hex 0>",
		". 1:1(0) ack 1 <sack 1:>",
		". 1:1(0) ack 1 <...",
		". 1:1(0) ack 1 filled XY",
		". 1:1(0) ack 1 doff 16",
		". 1:1(0) ack 1 and more",
	};
	struct segment segment;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		if (segment_parse(&segment, wrong[i]) == NULL)
			fail_msg("\"%s\" was taken", wrong[i]);
	}
}

static bool
matches(const char *expected, const char *actual)
{
	struct segment a = parsed(expected), b = parsed(actual);

	return segment_matches(&a, &b);
}

TEST(an_expectation_asks_for_what_it_says_and_no_more)
{
	assert_true(matches(". 1:1(0) ack 1", ". 1:1(0) ack 1 win 500"));
	assert_true(matches(". *:*(0) ack *", ". 1:1(0) ack 1 win 500"));
	assert_false(matches(". 1:1(0) ack 1 win 501", ". 1:1(0) ack 1 win 500"));
	assert_false(matches(". 1:1(0) ack 2", ". 1:1(0) ack 1"));
	assert_false(matches(". 2:2(0) ack 1", ". 1:1(0) ack 1"));
	assert_false(matches("P. 1:1(0) ack 1", ". 1:1(0) ack 1"));
	assert_false(matches(". *:*(0) ack 1", ". 1:2(1) ack 1"));
}

TEST(options_match_in_any_order_and_none_may_be_too_many)
{
	const char *both = "S 0:0(0) <mss 10,nop,wscale 3>";

	assert_true(matches("S 0:0(0) <wscale 3,mss 10>", both));
	assert_true(matches("S 0:0(0) <wscale *,mss *>", both));
	assert_true(matches("S 0:0(0) <...>", both));
	assert_false(matches("S 0:0(0)", both));
	assert_false(matches("S 0:0(0) <mss 10>", both));
	assert_false(matches("S 0:0(0) <mss 10,wscale 4>", both));
	assert_false(matches("S 0:0(0) <mss 10,wscale 3,sackOK>", both));
}

TEST(emitted_options_must_be_well_formed)
{
	static const struct {
		uint8_t octets[8];
		uint32_t bytes;
	} wrong[] = {
		{{TCPOPT_NOP, TCPOPT_NOP, TCPOPT_NOP, TCPOPT_MSS}, 4}, /* no length */
		{{TCPOPT_MSS, 0, 5, 180}, 4},
		{{TCPOPT_MSS, 1, 5, 180}, 4},
		{{TCPOPT_MSS, 5, 5, 180}, 4},		 /* past the end */
		{{TCPOPT_MSS, 3, 5, TCPOPT_NOP}, 4},	 /* not MSS's length */
		{{TCPOPT_EOL, TCPOPT_NOP, 0, 0}, 4},	 /* MUST-69 */
		{{TCPOPT_SACK, 6, 0, 0, 0, 0, 0, 0}, 8}, /* half a block */
		{{TCPOPT_MSS, 4, 5, 180, TCPOPT_MSS, 4, 5, 180}, 8},
	};
	struct option_list list;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_non_null(option_list_decode(&list, wrong[i].octets, wrong[i].bytes));
}
