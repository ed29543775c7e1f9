/* SPDX-License-Identifier: BSD-3-Clause */

#include "test.h"

#include "packet.h"
#include "static_mbuf.h"

#define IPV4_TCP(doff_flags) ETHER("0800") IPV4("06") TCP(doff_flags)
#define IPV6_TCP(doff_flags) ETHER("86dd") IPV6("06") TCP(doff_flags)

static enum drop_reason
parse(const struct packet *packet, struct tcp_seg *seg)
{
	static struct frame frame;
	struct rte_mbuf *m = packet_parsed(packet, &frame);

	memset(seg, 0xa5, sizeof(*seg));
	return tcp_seg_parse(m, &frame, seg);
}

static struct tcp_seg
expect_seg(const char *hex)
{
	struct packet packet = packet_sealed(hex);
	struct tcp_seg seg;

	assert_int_equal(parse(&packet, &seg), DROP_NONE);
	return seg;
}

static void
expect_reason(const char *hex, enum drop_reason reason)
{
	struct packet packet = packet_sealed(hex);
	struct tcp_seg seg;

	assert_string_equal(drop_reason_name(parse(&packet, &seg)), drop_reason_name(reason));
}

TEST(every_field_is_read)
{
	static const char *const frames[] = {IPV4_TCP("5018") "616263", IPV6_TCP("5018") "616263"};
	static const struct tcp_options none;
	struct tcp_seg seg;

	for (size_t i = 0; i < RTE_DIM(frames); i++) {
		seg = expect_seg(frames[i]);
		assert_int_equal(seg.source_port, 40000);
		assert_int_equal(seg.destination_port, 80);
		assert_int_equal(seg.seq, 0x01020304);
		assert_int_equal(seg.ack, 0x05060708);
		assert_int_equal(seg.wnd, 0x1000);
		assert_int_equal(seg.urgent, 0);
		assert_int_equal(seg.flags, TH_ACK | TH_PSH);
		assert_int_equal(seg.len, 3);
		assert_int_equal(seg.end, 0x01020307);
		assert_int_equal(seg.text_off, i == 0 ? 54 : 74);
		assert_int_equal(seg.text_bytes, 3);
		assert_memory_equal(rte_pktmbuf_mtod_offset(seg.m, char *, seg.text_off), "abc", 3);
		assert_int_equal(seg.frame->l4_bytes, 23);
		assert_false(seg.options_bad);
		assert_memory_equal(&seg.options, &none, sizeof(none));
	}
}

TEST(windows_are_unsigned_and_the_urgent_pointer_is_read) /* MUST-1 */
{
	struct tcp_seg seg =
		expect_seg(ETHER("0800") IPV4("06") "9c400050 01020304 05060708 5030ffff 0000abcd");

	assert_int_equal(seg.wnd, 0xffff);
	assert_int_equal(seg.urgent, 0xabcd);
	assert_int_equal(seg.flags, TH_ACK | TH_URG);
}

TEST(syn_and_fin_take_sequence_space) /* RFC 9293, 3.4 */
{
	assert_int_equal(expect_seg(IPV4_TCP("5010")).len, 0);
	assert_int_equal(expect_seg(IPV4_TCP("5002")).len, 1);
	assert_int_equal(expect_seg(IPV4_TCP("5011")).len, 1);
	assert_int_equal(expect_seg(IPV4_TCP("5003")).len, 2);
	assert_int_equal(expect_seg(IPV4_TCP("5014")).len, 0);
	assert_int_equal(expect_seg(IPV4_TCP("5013") "6161").len, 4);
	assert_int_equal(expect_seg(IPV4_TCP("5013") "6161").text_bytes, 2);
}

TEST(the_end_wraps_with_the_sequence_space)
{
	struct tcp_seg seg = expect_seg(
		ETHER("0800") IPV4("06") "9c400050 ffffffff 05060708 50111000 00000000 6161");

	assert_int_equal(seg.len, 3);
	assert_int_equal(seg.end, 2);
}

/* Judging combinations is the state machine's; all 256 and the reserved bits pass. */
TEST(flags_are_not_judged_and_reserved_bits_are_ignored)
{
	struct packet packet = packet_of(IPV4_TCP("5f00"));
	struct tcp_seg seg;

	for (unsigned int flags = 0; flags < 256; flags++) {
		packet.octets[47] = (uint8_t)flags;
		packet_seal(&packet);
		assert_int_equal(parse(&packet, &seg), DROP_NONE);
		assert_int_equal(seg.flags, flags);
		assert_int_equal(seg.text_bytes, 0);
	}
}

TEST(options_are_read_with_regard_to_syn) /* MUST-5, MUST-65 */
{
	struct tcp_seg seg = expect_seg(IPV6_TCP("8002") "020405a0 0101080a 00000001");

	assert_true(seg.options.has_mss && seg.options_bad); /* timestamps cut by the offset */
	assert_int_equal(seg.options.mss, 1440);
	seg = expect_seg(IPV6_TCP("9002") "020405a0 0402080a 00000001 00000002");
	assert_false(seg.options_bad);
	assert_true(seg.options.has_mss && seg.options.has_timestamps);
	assert_true(seg.options.has_sack_permitted);
	assert_int_equal(seg.options.tsecr, 2);
	assert_int_equal(seg.text_bytes, 0);
	seg = expect_seg(IPV6_TCP("9010") "020405a0 0402080a 00000001 00000002 616263");
	assert_false(seg.options.has_mss || seg.options.has_sack_permitted);
	assert_true(seg.options.has_timestamps);
	assert_int_equal(seg.text_bytes, 3);
}

TEST(a_bad_option_is_told_not_refused) /* MUST-7 */
{
	struct tcp_seg seg = expect_seg(IPV4_TCP("7002") "020405b4 03000000");

	assert_true(seg.options_bad);
	assert_true(seg.options.has_mss);
}

TEST(the_checksum_comes_first) /* MUST-3 */
{
	struct packet packet = packet_sealed(IPV4_TCP("5010") "6162");
	struct tcp_seg seg;

	for (size_t bit = 8 * packet.l4_off; bit < 8 * packet.bytes; bit++) {
		packet.octets[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(parse(&packet, &seg), DROP_tcp_checksum_bad);
		packet.octets[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}

TEST(the_data_offset_must_hold_the_header_and_fit_the_segment) /* MUST-7 */
{
	struct packet packet = packet_of(IPV4_TCP("5010") "0101010101010101010101");
	struct tcp_seg seg;

	for (unsigned int words = 0; words < 16; words++) {
		packet.octets[46] = (uint8_t)(words << 4);
		packet_seal(&packet);
		assert_int_equal(parse(&packet, &seg),
				 words >= 5 && words <= 7 ? DROP_NONE : DROP_tcp_header_bad);
		if (words >= 5 && words <= 7)
			assert_int_equal(seg.text_bytes, 31 - 4 * words);
	}
}

TEST(a_header_cut_short_is_refused)
{
	struct packet packet = packet_sealed(IPV4_TCP("5010"));
	struct tcp_seg seg;

	for (size_t bytes = 34; bytes < 54; bytes++) {
		packet.bytes = bytes;
		packet_seal(&packet);
		assert_int_equal(parse(&packet, &seg), DROP_tcp_header_bad);
	}
}

TEST(headers_beyond_the_first_segment_are_refused)
{
	struct packet packet = packet_sealed(IPV4_TCP("8010") "0101080a 00000001 00000002 616263");
	struct tcp_seg seg;
	struct frame frame;
	struct rte_mbuf *m;

	for (size_t first = 34; first <= packet.bytes; first++) {
		m = static_mbuf_split(packet.octets, packet.bytes, first, 40);
		assert_int_equal(frame_parse(m, &frame), DROP_NONE);
		assert_int_equal(tcp_seg_parse(m, &frame, &seg),
				 first < 66 ? DROP_frame_truncated : DROP_NONE);
	}
}

TEST(port_zero_is_refused)
{
	expect_reason(ETHER("0800") IPV4("06") "00000050 00000000 00000000 50020000 00000000",
		      DROP_tcp_port_zero);
	expect_reason(ETHER("0800") IPV4("06") "9c400000 00000000 00000000 50020000 00000000",
		      DROP_tcp_port_zero);
}
